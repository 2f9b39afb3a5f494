"""The state of `potential`: the position, the cluster and the hands on it, what was trained, what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.protocol.messages import Float64
from server.scenes.potential.cluster import Hand
from server.scenes.potential.messages import Kind, PotentialParams, Ran, Trained

ENERGY, FORCES, DRAG, CUTOFF, TRAIN, DYNAMICS, DIRECT = range(7)
ACTS = (
    "the cluster and its energy",
    "forces: minus the slope",
    "drag: the cluster gives way",
    "the cutoff: smooth and hard",
    "train a network",
    "dynamics: true and learned",
    "a force that is no gradient",
)
KINDS: Mapping[int, Kind] = {CUTOFF: "cutoff", DYNAMICS: "learned", DIRECT: "direct"}
DIVERGED = "The training diverged: there is no network to run. Take a smaller learning rate."
NO_VECTORS = "A network of distances has no vector output: its only force is the gradient."


@dataclass(frozen=True, slots=True)
class PotentialState:
    """The cluster and the hands on it, what was trained, what runs."""

    params: PotentialParams
    version: int
    at: Float64
    position: int = ENERGY
    hands: Mapping[str, Hand | None] = field(default_factory=dict)
    """By seat; None: it let go."""
    moment: int = 0
    """How often the cluster gave way to the hands."""
    settled: bool = True
    history: tuple[float, ...] = ()
    trained: Trained = field(default_factory=Trained)
    ran: Ran = field(default_factory=Ran)
    symmetry: tuple[float, float] | None = None

    @property
    def pulling(self) -> tuple[Hand, ...]:
        """The hands that hold an atom."""
        return tuple(hand for hand in self.hands.values() if hand is not None)

    @property
    def free(self) -> dict[str, Hand | None]:
        """The same seats, all hands open."""
        return dict.fromkeys(self.hands)

    @property
    def done(self) -> bool:
        """Whether the training is over."""
        return self.trained.step >= self.params.steps or self.trained.diverged

    @property
    def missing(self) -> str:
        """Why this position has nothing to run, in words."""
        if self.position not in (DYNAMICS, DIRECT):
            return ""
        if self.position == DIRECT and self.params.network == "invariant":
            return NO_VECTORS
        if self.trained.diverged:
            return DIVERGED
        return "" if self.done else "The network is still being trained."
