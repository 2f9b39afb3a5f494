"""Drawings as data: places and pairs; who drew what, which one the stage shows, and under which ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import torch

from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from server.protocol.faults import Refused
from server.scenes.graphs.messages import MOST_DRAWINGS, MOST_NODES, GraphsParams

ACTS = (
    "a graph",
    "adjacency matrix",
    "edge list",
    "other ids",
    "a task for each node",
    "a task for each pair",
    "a task for the whole graph",
    "two graphs, one network",
    "two graphs, two outputs",
)
GRAPH, MATRIX, LIST, SHUFFLED, NODES, PAIRS, WHOLE, DUEL, OUTPUTS = range(len(ACTS))
BOARD = ""
"""The key of the instructor's own drawing: no seat has an empty identity."""
APART = 0.06
EXAMPLE_NODES = 8


@dataclass(frozen=True, slots=True)
class Drawn:
    """Places (n) in [-1, 1]^2, y upwards, and undirected edges a < b, sorted; the pair of nodes touched last."""

    places: tuple[tuple[float, float], ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    last: tuple[int, ...] = ()

    @property
    def nodes(self) -> int:
        """n."""
        return len(self.places)

    def with_node(self, x: float, y: float) -> Drawn:
        """One more node; raises Refused where there is no room."""
        if self.nodes >= MOST_NODES:
            raise Refused("refused", f"expected at most {MOST_NODES} nodes in a drawing, and they are all there")
        if any(abs(x - px) < APART and abs(y - py) < APART for px, py in self.places):
            raise Refused("invalid", "expected an empty place, but there is a node already")
        return replace(self, places=(*self.places, (x, y)), last=(self.nodes, self.nodes))

    def toggled(self, a: int, b: int) -> Drawn:
        """The edge comes or goes; raises Refused unless both nodes are there and are two."""
        if max(a, b) >= self.nodes or a == b:
            raise Refused("invalid", f"expected two of the {self.nodes} nodes, got {a} and {b}")
        pair = (min(a, b), max(a, b))
        return replace(self, pairs=tuple(sorted(set(self.pairs) ^ {pair})), last=pair)

    def without_newest(self) -> Drawn:
        """One node less, and its edges with it; raises Refused where there is none."""
        if not self.nodes:
            raise Refused("refused", "expected a node to take away, but the drawing is empty")
        left = self.nodes - 1
        return Drawn(self.places[:-1], tuple(pair for pair in self.pairs if pair[1] < left))


@dataclass(frozen=True, slots=True)
class State:
    """Row r of the matrices shows node `order[r]` of the drawing; `shown` names it: an identity, the board, or None."""

    params: GraphsParams
    order: tuple[int, ...]
    act: int = 0
    shown: str | None = None
    drawings: Mapping[str, Drawn] = field(default_factory=dict)

    @property
    def drawn(self) -> Drawn:
        """What the stage shows."""
        return example(self.params.graph) if self.shown is None else self.drawings[self.shown]

    @property
    def students(self) -> list[str]:
        """Who drew at least one node, in the order in which they began."""
        return [who for who, drawn in self.drawings.items() if who != BOARD and drawn.nodes]

    @property
    def shuffled(self) -> bool:
        """Whether the ids are other ones than at first."""
        return self.order != tuple(range(len(self.order)))


@lru_cache(maxsize=16)
def example(name: str) -> Drawn:
    """A named graph as if it had been drawn; its first edge as the one touched last."""
    graph = named_graph(name, EXAMPLE_NODES)
    assert graph.positions is not None
    pairs = sorted({(min(a, b), max(a, b)) for a, b in graph.edges.T.tolist()})
    return Drawn(tuple((x, y) for x, y in graph.positions.tolist()), tuple(pairs), pairs[0])


@lru_cache(maxsize=512)
def graph_of(drawn: Drawn) -> Graph:
    """Both directions of each edge, sorted by source, then target."""
    both = sorted([*drawn.pairs, *((b, a) for a, b in drawn.pairs)])
    edges = torch.tensor(both, dtype=torch.int64).reshape(-1, 2).T.contiguous()
    return Graph(edges, drawn.nodes, torch.tensor(drawn.places, dtype=torch.float64).reshape(-1, 2))


def drawing_of(state: State, author: str) -> Drawn:
    """The author's drawing, empty at first; the board begins as what the stage shows."""
    if author in state.drawings:
        return state.drawings[author]
    return state.drawn if author == BOARD else Drawn()


def drawn_by(state: State, author: str, drawn: Drawn) -> State:
    """The author's drawing is another one; what the instructor draws is on stage."""
    if author not in state.drawings and len(state.drawings) >= MOST_DRAWINGS:
        raise Refused("refused", f"expected at most {MOST_DRAWINGS} drawings, and they are all there")
    shown = BOARD if author == BOARD else state.shown
    after = replace(state, drawings={**state.drawings, author: drawn}, shown=shown)
    return replace(after, order=fitted(state.order, after.drawn.nodes)) if shown == author else after


def fitted(order: tuple[int, ...], nodes: int) -> tuple[int, ...]:
    """The same ids, as far as the nodes are there, and the next ones for new nodes."""
    kept = tuple(node for node in order if node < nodes)
    return (*kept, *range(len(kept), nodes)) if len(kept) < nodes else kept


def showing(state: State, shown: str | None) -> State:
    """Another graph on stage, its ids as they came or, from the shuffle on, dealt again by the caller."""
    after = replace(state, shown=shown)
    return replace(after, order=tuple(range(after.drawn.nodes)))
