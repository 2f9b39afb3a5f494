"""What the scene `graphs` may be told and what it says: parameters, actions, frames."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from server.protocol.messages import EVERYONE, Action, Float32, Float64, Frame, Int32, Role, UInt8, tensor
from server.room.scene import Params

MOST_NODES = 16
"""Of one drawing: more do not fit a phone, and the matrix stays readable."""
MOST_DRAWINGS = 400
HANDS: frozenset[Role] = frozenset(EVERYONE - {"stage"})


class GraphsParams(Params, frozen=True, kw_only=True):
    """The graph that is shown before somebody's drawing is, and the pair of the duel."""

    graph: Annotated[
        Literal["decalin", "bicyclopentyl", "barbell", "star", "ring", "path"],
        Meta(title="Graph", description="Shown until a drawing is."),
    ] = "decalin"
    pair: Annotated[
        Literal["decalin and bicyclopentyl", "hexagon and two triangles", "hexagon and path"],
        Meta(title="Duel", description="The last pair is one that color refinement tells apart."),
    ] = "decalin and bicyclopentyl"
    seed: Annotated[int, Meta(ge=0, le=999, title="Seed", description="Of the weights, which nobody trained.")] = 10


class GraphsNode(Action, frozen=True, kw_only=True, tag="graphs.node"):
    """A new node of the author's own drawing; the instructor draws on what the stage shows."""

    who: ClassVar[frozenset[Role]] = HANDS
    x: Annotated[float, Meta(ge=-1, le=1)]
    y: Annotated[float, Meta(ge=-1, le=1)]


class GraphsEdge(Action, frozen=True, kw_only=True, tag="graphs.edge"):
    """An edge between two nodes of the drawing comes, or goes if it is there."""

    who: ClassVar[frozenset[Role]] = HANDS
    a: Annotated[int, Meta(ge=0, le=MOST_NODES - 1)]
    b: Annotated[int, Meta(ge=0, le=MOST_NODES - 1)]


class GraphsRemove(Action, frozen=True, kw_only=True, tag="graphs.remove"):
    """The newest node of the drawing goes, and its edges with it."""

    who: ClassVar[frozenset[Role]] = HANDS


class GraphsClear(Action, frozen=True, kw_only=True, tag="graphs.clear"):
    """An empty drawing."""

    who: ClassVar[frozenset[Role]] = HANDS


class GraphsPick(Action, frozen=True, kw_only=True, tag="graphs.pick"):
    """Which drawing the stage shows, counted from 0 over those that have nodes; -1: the example of the parameters."""

    drawing: Annotated[int, Meta(ge=-1, le=MOST_DRAWINGS - 1)]


class GraphsShuffle(Action, frozen=True, kw_only=True, tag="graphs.shuffle"):
    """Deal the nodes new ids."""


class GraphsPicture(Frame, frozen=True, kw_only=True, tag="graphs.picture"):
    """The graph on stage; node i of the drawing has id `ids[i]`, and edges and adjacency are in ids.

    difference = max |A' - P A P^T|, in whole numbers. last: the pair of ids touched last, twice the same for a node.
    """

    act: int
    source: Literal["example", "drawing", "board"]
    number: int
    """Which of the drawings, from 1; 0 for the example."""
    positions: Annotated[Float32, tensor("f4", "n", "2")]
    ids: Annotated[Int32, tensor("i4", "n")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    adjacency: Annotated[UInt8, tensor("u1", "n", "n")]
    last: tuple[int, ...]
    shuffled: bool
    difference: int


class GraphsTasks(Frame, frozen=True, kw_only=True, tag="graphs.tasks"):
    """What an untrained network answers about that graph, rows in ids, all nodes starting equal.

    Errors relative, float32, of the same network on random features, where no symmetry of the graph hides them.
    """

    features: Annotated[Float32, tensor("f4", "n", "d")]
    nodes: Annotated[Float32, tensor("f4", "n")]
    pairs: Annotated[Float32, tensor("f4", "n", "n")]
    absent: Annotated[Int32, tensor("i4", "2", "m")]
    """The pairs without an edge that score highest, best first."""
    total: Annotated[Float32, tensor("f4", "d")]
    mean: Annotated[Float32, tensor("f4", "d")]
    layer_error: float
    layer_zone: str
    readout_error: float
    readout_zone: str


class GraphsDuel(Frame, frozen=True, kw_only=True, tag="graphs.duel"):
    """Two graphs, their colours, and the output of one network on both.

    difference: of sums that are correctly rounded, so that no order can change them; float32: of plain sums.
    """

    pair: str
    left: Annotated[Float32, tensor("f4", "n", "2")]
    right: Annotated[Float32, tensor("f4", "m", "2")]
    left_edges: Annotated[Int32, tensor("i4", "2", "e")]
    right_edges: Annotated[Int32, tensor("i4", "2", "f")]
    left_colours: Annotated[Int32, tensor("i4", "n")]
    right_colours: Annotated[Int32, tensor("i4", "m")]
    left_output: Annotated[Float64, tensor("f8", "d")]
    right_output: Annotated[Float64, tensor("f8", "d")]
    rounds: int
    separated: int | None
    isomorphic: bool
    difference: float
    float32: float


class GraphsGallery(Frame, frozen=True, kw_only=True, tag="graphs.gallery"):
    """How many drawings there are and which of them is shown, -1 for none."""

    drawings: int
    shown: int


class GraphsOwn(Frame, frozen=True, kw_only=True, tag="graphs.own"):
    """A student's own drawing, for that student alone."""

    positions: Annotated[Float32, tensor("f4", "n", "2")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    adjacency: Annotated[UInt8, tensor("u1", "n", "n")]
    last: tuple[int, ...]
    staged: bool


ACTIONS = (GraphsNode, GraphsEdge, GraphsRemove, GraphsClear, GraphsPick, GraphsShuffle)
