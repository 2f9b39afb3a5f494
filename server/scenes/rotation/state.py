"""The state of the scene `rotation`: data alone, a new value for every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.scenes.rotation.messages import RotationLine, RotationPresent, RotationRow
from server.scenes.rotation.params import RotationParams
from server.scenes.rotation.square import Square, Turn

PREDICT, TURNED, COMPARED, CHECKED, EVERY = range(5)
ACTS = (
    "predict: does the output turn with the input?",
    "the input is turned",
    "turn then compute, against compute then turn",
    "many random transforms",
    "all models side by side",
)
"""The positions that PageDown walks through."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one seat tried on the present model: the newest transform, and the worst error so far."""

    count: int
    turn: Turn
    square: Square | None
    """None where the model has changed since."""
    worst: float
    hardest: Turn
    """The transform of the worst error."""


@dataclass(frozen=True, slots=True)
class Check:
    """The check over many transforms: which run it is, whether it goes on, and what it found."""

    run: int = 0
    running: bool = False
    rows: tuple[RotationRow, ...] = ()
    done: int = 0


@dataclass(frozen=True, slots=True)
class RotationState:
    """Everything the scene knows; arrays sit in the squares."""

    params: RotationParams
    version: int
    """Of cloud, model and precision together."""
    act: int
    turn: Turn
    square: Square
    check: Check = field(default_factory=Check)
    lines: tuple[RotationLine, ...] = ()
    """The models compared so far."""
    present: tuple[RotationPresent, ...] = ()
    """What the transform on the stage does to each of them."""
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    """By seat, in the order of their first attempt."""

    @property
    def open(self) -> bool:
        """Whether students may attack: not before the result was shown."""
        return self.act >= COMPARED

    @property
    def tried(self) -> int:
        """How many attempts the class has made on this model."""
        return sum(attempt.count for attempt in self.attempts.values())

    @property
    def hardest(self) -> tuple[str, Attempt] | None:
        """The seat with the worst attempt on this model, the earlier one of equals."""
        made = [(seat, attempt) for seat, attempt in self.attempts.items() if attempt.count]
        return max(made, key=lambda pair: pair[1].worst) if made else None
