"""The state of the scene `vectors`: data alone, a new value for every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.scenes.vectors.params import Direction, VectorsParams, neighbors_of

Quaternion = tuple[float, float, float, float]
CARTESIAN, HARMONICS, SURFACE, PREDICT, TURNED, NORMS, NEIGHBORS = range(7)
ACTS = (
    "one arrow: x, y, z",
    "the same arrow, degrees 0 to L",
    "drawn as a surface",
    "predict: the arrow turns, which numbers mix?",
    "turned: D(R), block by block",
    "the norm of each block",
    "neighbors: a sum of harmonics",
)
"""The positions that PageDown walks through."""
STILL: Quaternion = (0.0, 0.0, 0.0, 1.0)
TELLING: Quaternion = (0.36, -0.27, 0.45, 0.77)
"""About 79 degrees about no axis of the room: what mixes, mixes visibly."""
FIRST: Direction = (0.8, 0.48, -0.36)


@dataclass(frozen=True, slots=True)
class VectorsState:
    """The one arrow, the neighbors, how they are turned, and where each student aims."""

    params: VectorsParams
    version: int
    act: int = CARTESIAN
    arrow: Direction = FIRST
    neighbors: tuple[Direction, ...] = ()
    quaternion: Quaternion = STILL
    aims: Mapping[str, Direction] = field(default_factory=dict)
    """By seat, in the order of their first aim; unit vectors."""

    @property
    def shown(self) -> tuple[Direction, ...]:
        """The arrows whose harmonics are summed: one, or at the last position the neighbors."""
        if self.act < NEIGHBORS:
            return (self.arrow,)
        if self.params.neighbors == "class":
            return tuple(self.aims.values()) or (self.arrow,)
        return self.neighbors

    @property
    def turn(self) -> Quaternion:
        """The rotation that is shown; none before the prediction."""
        return self.quaternion if self.act >= PREDICT else STILL

    @property
    def drawn(self) -> int | None:
        """The degree whose surface is drawn, None for all of them."""
        chosen = self.params.drawn
        return None if chosen == "all" or int(chosen) > self.params.degree else int(chosen)


def opening(params: VectorsParams, version: int) -> VectorsState:
    """One arrow that points at nothing in particular."""
    return VectorsState(params, version, neighbors=neighbors_of(params))
