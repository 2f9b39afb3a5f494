"""Actions and frames of the scene `rounds`: what may be asked, and what is shown."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from models.symmetry.equivariance import Zone
from server.protocol.messages import NOBODY, STUDENT, Action, Float32, Frame, Int32, Role, UInt8, tensor
from server.scenes.rounds.params import MOST_FEATURES, MOST_ROUNDS

HAND_WIDTH, TRIES = 2, 3

Answered = Annotated[float, Meta(ge=-1e9, le=1e9)]
Phase = Literal["input", "self", "messages", "total", "update"]
PHASES: tuple[Phase, ...] = ("self", "messages", "total", "update")


# --- what may be asked --------------------------------------------------------------------------


class RoundsAnswer(Action, frozen=True, kw_only=True, tag="rounds.answer"):
    """A student's own update, worked out by hand."""

    who: ClassVar[frozenset[Role]] = STUDENT
    round: Annotated[int, Meta(ge=1, le=MOST_ROUNDS)]
    values: Annotated[tuple[Answered, ...], Meta(min_length=1, max_length=MOST_FEATURES)]


class RoundsSelect(Action, frozen=True, kw_only=True, tag="rounds.select"):
    """Open the arithmetic of one node, or close it."""

    collapse: ClassVar[bool] = True
    node: Annotated[int, Meta(ge=0, le=9999)] | None


class RoundsShuffle(Action, frozen=True, kw_only=True, tag="rounds.shuffle"):
    """Give the nodes new ids at random, or with `back` the ids they had."""

    back: bool = False


class RoundsClose(Action, frozen=True, kw_only=True, tag="rounds.close"):
    """Close the barrier now: the present update is revealed, whoever is still computing."""


class RoundsTick(Action, frozen=True, kw_only=True, tag="rounds.tick"):
    """A second of the barrier's timer has passed."""

    who: ClassVar[frozenset[Role]] = NOBODY


# --- what is shown ------------------------------------------------------------------------------


class RoundsGraph(Frame, frozen=True, kw_only=True, tag="rounds.graph"):
    """Who hears whom; it stays while only the model on it changes."""

    version: int
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    positions: Annotated[Float32, tensor("f4", "n", "2")]
    seats: tuple[str, ...]
    """The seat of each node, or "" for a node without a student."""


class RoundsTrace(Frame, frozen=True, kw_only=True, tag="rounds.trace"):
    """Every update at once, so that stepping through them needs no model; cut to what is revealed.

    The message of edge e in update r is weights[e] times sent[r - 1, source of e]. The weights are the aggregation's
    (1, a share of the mean, GCN's root), so they change with the model and not with the graph.
    """

    version: int
    graph: int
    """The version of the graph whose edges these are."""
    rounds: int
    """R, also where fewer updates are revealed."""
    features: Annotated[Float32, tensor("f4", "k+1", "n", "d")]
    sent: Annotated[Float32, tensor("f4", "k", "n", "d")]
    weights: Annotated[Float32, tensor("f4", "e")]
    w_self: Annotated[Float32, tensor("f4", "d", "d")]
    w_neigh: Annotated[Float32, tensor("f4", "d", "d")]
    bias: Annotated[Float32, tensor("f4", "d")]
    aggregation: Literal["sum", "mean", "max"]
    activation: Literal["identity", "relu", "tanh"]
    gcn: bool
    computing: bool


class RoundsTerms(Frame, frozen=True, kw_only=True, tag="rounds.terms"):
    """Of every node and revealed update the own term and the total before sigma; only the stage draws them all."""

    trace: int
    own: Annotated[Float32, tensor("f4", "k", "n", "d")] = msgspec.field(name="self")
    totals: Annotated[Float32, tensor("f4", "k", "n", "d")]


class RoundsMine(Frame, frozen=True, kw_only=True, tag="rounds.mine"):
    """The same terms of one student's node, to that student; no node: this seat is none of the graph."""

    trace: int
    node: int | None
    own: Annotated[Float32, tensor("f4", "k", "d")] = msgspec.field(name="self")
    totals: Annotated[Float32, tensor("f4", "k", "d")]


class RoundsNames(Frame, frozen=True, kw_only=True, tag="rounds.names"):
    """The student of each node; "" for a node without one."""

    names: tuple[str, ...]


class RoundsCursor(Frame, frozen=True, kw_only=True, tag="rounds.cursor"):
    """Where in the trace the lecture stands: in this phase of update `round`, 1..R; 0: the input."""

    trace: int
    round: int
    phase: Phase


class RoundsProgress(Frame, frozen=True, kw_only=True, tag="rounds.progress"):
    """How far the class is with the update it computes; not `open`: there is none to compute."""

    trace: int
    open: bool
    round: int
    done: Annotated[UInt8, tensor("u1", "n")]
    here: Annotated[UInt8, tensor("u1", "n")]
    answered: int
    of: int
    closes_in: int | None


class RoundsIncoming(msgspec.Struct, frozen=True, kw_only=True):
    """One message: weight times what the source sends."""

    source: int
    weight: float
    sent: tuple[float, ...]
    value: tuple[float, ...]


class RoundsWorked(msgspec.Struct, frozen=True, kw_only=True):
    """One node's update in numbers: total = own + aggregated + bias, output = sigma(total)."""

    round: int
    node: int
    features: tuple[float, ...]
    own: tuple[float, ...]
    incoming: tuple[RoundsIncoming, ...]
    aggregated: tuple[float, ...]
    bias: tuple[float, ...]
    total: tuple[float, ...]
    output: tuple[float, ...]


class RoundsArithmetic(Frame, frozen=True, kw_only=True, tag="rounds.arithmetic"):
    """The selected node's arithmetic in the update at the cursor; none at the input."""

    trace: int
    node: int | None
    worked: RoundsWorked | None


class RoundsShuffled(Frame, frozen=True, kw_only=True, tag="rounds.shuffle"):
    """The ids after a shuffle, order[new id] = old id, and how far F(PX) is from P F(X); no order: never shuffled."""

    trace: int
    order: Annotated[Int32, tensor("i4", "n")] | None
    shuffles: int
    error: float
    """||F(P X) - P F(X)||, the Frobenius norm after the last update."""
    scale: float
    """||F(X)||, to compare it with."""
    zone: Zone
    """Whether the one is rounding beside the other."""


class RoundsVerdict(Frame, frozen=True, kw_only=True, tag="rounds.verdict"):
    """What the server says of a student's answer, component by component; round 0: nothing yet."""

    round: int = 0
    node: int = 0
    given: tuple[float, ...] = ()
    right: tuple[bool, ...] = ()
    tries: int = 0
    most: int = TRIES
    done: bool = False
    solution: RoundsWorked | None = None
    """After the last try; when an update closes, the trace holds it for everybody."""


ACTIONS: tuple[type[Action], ...] = (RoundsAnswer, RoundsSelect, RoundsShuffle, RoundsClose, RoundsTick)
