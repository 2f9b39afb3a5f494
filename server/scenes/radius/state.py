"""The state of the scene `radius`: data alone, a new value for every change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from server.protocol.messages import Float64
from server.room.scene import Seat
from server.scenes.radius.params import RadiusParams, Setting
from server.scenes.radius.seen import UPRIGHT, Quaternion, Seen

DRAG, GROW, ROTATE, CAPPED, SHELL, CROSS = range(6)
ACTS = (
    "drag a point: edges come and go",
    "the cutoff grows",
    "rotate the room: are they the same edges?",
    "trap 1: at most 32 neighbors",
    "trap 2: a lattice with the cutoff on a shell",
    "a point crosses the cutoff: the energy",
)
"""The positions that PageDown walks through."""
REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """The energy after a point moved, and how many directed edges came or went."""

    hard: float
    enveloped: float
    changed: int


@dataclass(frozen=True, slots=True)
class Motion:
    """Something that goes on by itself, one step after the other."""

    run: int
    kind: Literal["grow", "turn", "cross"]
    steps: tuple[tuple[float, ...], ...]
    """grow: the share of the cutoff; turn: quaternions; cross: places of the node."""
    nodes: tuple[int, ...] = ()
    """cross: the node that moves and the one whose cutoff it crosses."""
    pause: float = 0.06
    """Seconds between two steps."""


@dataclass(frozen=True, slots=True)
class Trials:
    """The edge sets of random rotations."""

    difference: int | None = None
    done: int = 0
    fewest: int = 0
    most: int = 0
    largest: int = 0


@dataclass(frozen=True, slots=True)
class RadiusState:
    """Everything the scene knows."""

    params: RadiusParams
    setting: Setting
    """What is in force, which an act of the lecture may put in the parameters' place."""
    seats: tuple[Seat, ...]
    points: Float64
    """(n, 3), as if the room were not turned."""
    kept: Float64
    """The points of the parameters, while an act shows others."""
    seen: Seen
    version: int
    scenery: int
    act: int = DRAG
    quaternion: Quaternion = UPRIGHT
    growth: float = 1.0
    motion: Motion | None = None
    runs: int = 0
    trials: Trials = field(default_factory=Trials)
    history: tuple[Sample, ...] = ()
