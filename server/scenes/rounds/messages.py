"""Parameters, actions and frames of the scene `rounds`: what it can be set to, what may be asked, what is shown."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from models.symmetry import Zone
from server.protocol import NOBODY, STUDENT, Action, Float32, Frame, Int32, Role, UInt8, tensor
from server.scene import Params

MOST_FEATURES, MOST_ROUNDS, TYPED_WIDTH, HAND_WIDTH, TRIES = 8, 16, 3, 2, 3

Cell = Annotated[float, Meta(ge=-9, le=9, extra_json_schema={"step": 1})]
Row = tuple[Cell, Cell, Cell]
Matrix = tuple[Row, Row, Row]
Answered = Annotated[float, Meta(ge=-1e9, le=1e9)]
Phase = Literal["input", "self", "messages", "total", "update"]
PHASES: tuple[Phase, ...] = ("self", "messages", "total", "update")

SIZED = {"graph": ["path", "ring", "star", "barbell", "random"]}
CLASS = {"graph": ["seats"]}
COMPUTED = {"graph": ["seats"], "compute": [True]}
WEIGHTS = {"identity": "Identity", "integers": "Integers", "typed": "Typed", "random": "Random"}
ONES: Matrix = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


class RoundsParams(Params, frozen=True, kw_only=True):
    """What the instructor may set of Algorithm 4."""

    graph: Annotated[
        Literal["path", "ring", "star", "barbell", "karate", "decalin", "bicyclopentyl", "random", "seats"],
        Meta(
            title="Graph",
            description="Who is a neighbor of whom.",
            extra_json_schema={
                "labels": {
                    "path": "Path",
                    "ring": "Ring",
                    "star": "Star",
                    "barbell": "Barbell",
                    "decalin": "Decalin, two rings on an edge",
                    "bicyclopentyl": "Bicyclopentyl, two rings and a bond",
                    "karate": "Zachary's karate club",
                    "random": "Random (Erdős–Rényi)",
                    "seats": "The class: each student a node",
                }
            },
        ),
    ] = "barbell"
    nodes: Annotated[
        int,
        Meta(
            ge=3,
            le=60,
            title="Nodes",
            description="How many nodes the graph has.",
            extra_json_schema={"when": SIZED},
        ),
    ] = 10
    wiring: Annotated[
        Literal["ring", "regular", "small world"],
        Meta(
            title="Wiring",
            description="How the students are joined: a ring, four random neighbors each, or a ring with short cuts.",
            extra_json_schema={
                "when": CLASS,
                "labels": {"ring": "Ring", "regular": "Random regular", "small world": "Small world"},
            },
        ),
    ] = "ring"
    features: Annotated[
        int, Meta(ge=1, le=MOST_FEATURES, title="Features d", description="How many numbers each node carries.")
    ] = 2
    start: Annotated[
        Literal["integers", "one node", "ones", "one-hot", "random"],
        Meta(
            title="Input h⁽⁰⁾",
            description="The features before the first update.",
            extra_json_schema={
                "labels": {
                    "integers": "0, 1 and 2 by lot",
                    "one node": "1 in node 0, else 0",
                    "ones": "All 1",
                    "one-hot": "One-hot, in turn",
                    "random": "Normal, by the seed",
                }
            },
        ),
    ] = "integers"
    rounds: Annotated[
        int,
        Meta(ge=1, le=MOST_ROUNDS, title="Updates R", description="R rounds are R updates, numbered 1 to R."),
    ] = 3
    w_self: Annotated[
        Literal["identity", "integers", "random", "typed"],
        Meta(
            title="W_self",
            description="What a node makes of its own features.",
            extra_json_schema={"labels": WEIGHTS},
        ),
    ] = "integers"
    typed_self: Annotated[
        Matrix,
        Meta(
            title="W_self, typed",
            description="Its upper left d × d cells are used.",
            extra_json_schema={"widget": "matrix", "when": {"w_self": ["typed"]}},
        ),
    ] = ONES
    w_neigh: Annotated[
        Literal["identity", "integers", "random", "typed"],
        Meta(
            title="W_neigh",
            description="What a node makes of its features before it sends them.",
            extra_json_schema={"labels": WEIGHTS},
        ),
    ] = "integers"
    typed_neigh: Annotated[
        Matrix,
        Meta(
            title="W_neigh, typed",
            description="Its upper left d × d cells are used.",
            extra_json_schema={"widget": "matrix", "when": {"w_neigh": ["typed"]}},
        ),
    ] = ONES
    bias: Annotated[
        Literal["zero", "integers", "random", "typed"],
        Meta(
            title="Bias b",
            description="What every node adds in every update.",
            extra_json_schema={
                "labels": {"zero": "Zero", "integers": "Integers", "typed": "Typed", "random": "Random"}
            },
        ),
    ] = "zero"
    typed_bias: Annotated[
        Row,
        Meta(
            title="b, typed",
            description="Its first d cells are used.",
            extra_json_schema={"widget": "vector", "when": {"bias": ["typed"]}},
        ),
    ] = (0, 0, 0)
    aggregation: Annotated[
        Literal["sum", "mean", "max"],
        Meta(
            title="Aggregation",
            description="How the messages of all neighbors become one.",
            extra_json_schema={"labels": {"sum": "Sum", "mean": "Mean", "max": "Max"}},
        ),
    ] = "sum"
    activation: Annotated[
        Literal["identity", "relu", "tanh"],
        Meta(
            title="Activation σ",
            description="What turns the total into the new features.",
            extra_json_schema={"labels": {"identity": "None", "relu": "ReLU", "tanh": "tanh"}},
        ),
    ] = "relu"
    gcn: Annotated[
        bool,
        Meta(
            title="GCN normalization",
            description="Kipf and Welling: one weight for all, messages divided by √(d̃ᵤ d̃ᵥ); replaces the aggregation.",
        ),
    ] = False
    seed: Annotated[
        int, Meta(ge=0, le=9999, title="Seed", description="Another seed, another random graph, input and weights.")
    ] = 1
    compute: Annotated[
        bool,
        Meta(
            title="The class computes",
            description="Every student works out the own update by hand; no update is shown before it is closed.",
            extra_json_schema={"when": CLASS},
        ),
    ] = False
    barrier: Annotated[
        Literal["all", "quorum", "timer", "instructor"],
        Meta(
            title="An update closes",
            description="When everybody present is done, when enough are, after a time, or by hand.",
            extra_json_schema={
                "when": COMPUTED,
                "labels": {
                    "all": "All are done",
                    "quorum": "Enough are",
                    "timer": "After a time",
                    "instructor": "By hand",
                },
            },
        ),
    ] = "all"
    quorum: Annotated[
        int,
        Meta(
            ge=10,
            le=100,
            title="Quorum",
            description="The share of the students present who must be done.",
            extra_json_schema={"unit": "%", "step": 5, "when": {**COMPUTED, "barrier": ["quorum"]}},
        ),
    ] = 75
    timer: Annotated[
        int,
        Meta(
            ge=5,
            le=600,
            title="Time",
            description="How long the class has for one update.",
            extra_json_schema={"unit": "s", "step": 5, "when": {**COMPUTED, "barrier": ["timer"]}},
        ),
    ] = 90

    @property
    def computing(self) -> bool:
        """Whether the students work the updates out by hand."""
        return self.compute and self.graph == "seats"


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
FRAMES: tuple[type[Frame], ...] = (
    RoundsGraph,
    RoundsTrace,
    RoundsTerms,
    RoundsMine,
    RoundsNames,
    RoundsCursor,
    RoundsProgress,
    RoundsArithmetic,
    RoundsShuffled,
    RoundsVerdict,
)
