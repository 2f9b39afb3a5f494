"""Color refinement (1-WL): what no message passing can see past, and Algorithm 4 with sums that no order can change.

    c_u^(0) = 0,    c_u^(k+1) = HASH(c_u^(k), {{ c_v^(k) : v in N(u) }})       {{..}} a multiset

Two graphs with the same colors, counted, get the same answer from every message passing network with equal starting
features (Xu et al., arXiv:1810.00826, lemma 2). With floating-point numbers "the same" ends where the order of a sum
begins: a + b + c may differ from c + b + a in the last digit. `exact_output` therefore rounds every sum once, correctly
(`math.fsum`): a sum of the same multiset is then the same number, and the theorem holds to the last digit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import networkx as nx
import torch
from torch import Tensor

from models.graphs.graph import Graph
from models.networks.message_passing import Update

Colors = tuple[int, ...]
Rows = list[list[float]]


def refine(graphs: Sequence[Graph]) -> list[list[Colors]]:
    """Refine several graphs with one dictionary, until no graph's partition gets finer: [round][graph] -> colors (n).

    A color is a number from 0, the same number for the same unfolded neighborhood in every graph. Round 0 is all 0;
    the last round has as many colors in use as the one before it, over all graphs together.
    """
    heard = [_neighbors(graph) for graph in graphs]
    history: list[list[Colors]] = [[(0,) * graph.nodes for graph in graphs]]
    while True:
        before = history[-1]
        signed = [
            [(own[u], tuple(sorted(own[v] for v in around))) for u, around in enumerate(each)]
            for own, each in zip(before, heard, strict=True)
        ]
        number = {signature: k for k, signature in enumerate(sorted({s for each in signed for s in each}))}
        after = [tuple(number[signature] for signature in each) for each in signed]
        history.append(after)
        if len(number) <= len({color for each in before for color in each}):
            return history


def separating_round(a: Graph, b: Graph) -> int | None:
    """The first round after which the two graphs' colors, counted, differ; None where they never do."""
    for k, (left, right) in enumerate(refine([a, b])):
        if Counter(left) != Counter(right):
            return k
    return None


def isomorphic(a: Graph, b: Graph) -> bool:
    """Whether some renumbering of the nodes makes one undirected graph the other, by search: for small graphs."""
    return bool(nx.is_isomorphic(_searched(a), _searched(b)))


def _searched(graph: Graph) -> nx.Graph[int]:
    found: nx.Graph[int] = nx.Graph()
    found.add_nodes_from(range(graph.nodes))
    found.add_edges_from(graph.edges.T.tolist())
    return found


def exact_output(graph: Graph, features: Tensor, update: Update, count: int) -> Tensor:
    """sum_u h_u after `count` rounds of Algorithm 4, every sum correctly rounded: (n, d) -> (d) float64.

    Aggregation sum, activation relu or identity, which round nothing: ValueError on others. Written in plain Python,
    for the few nodes of a duel; `models.networks.message_passing.propagate` is the same up to rounding.
    """
    if update.aggregation != "sum" or update.activation not in ("relu", "identity"):
        raise ValueError(f"Expected sum with relu or identity, got {update.aggregation} with {update.activation}.")
    w_self, w_neigh, bias = update.w_self.tolist(), update.w_neigh.tolist(), update.bias.tolist()
    around = _neighbors(graph)
    h: Rows = features.double().tolist()
    for _ in range(count):
        own, sent = _mapped(h, w_self), _mapped(h, w_neigh)
        h = [
            [
                math.fsum((own[u][i], bias[i], *(sent[v][i] for v in around[u])))  # all terms of M_u, rounded once
                for i in range(update.width)
            ]
            for u in range(graph.nodes)
        ]
        if update.activation == "relu":
            h = [[max(0.0, value) for value in row] for row in h]
    return torch.tensor([math.fsum(column) for column in zip(*h, strict=True)], dtype=torch.float64)


def _mapped(rows: Rows, weight: Rows) -> Rows:
    """W h for each row h."""
    return [[math.fsum(_products(line, row)) for line in weight] for row in rows]


def _products(a: Iterable[float], b: Iterable[float]) -> Iterable[float]:
    return (x * y for x, y in zip(a, b, strict=True))


def _neighbors(graph: Graph) -> list[list[int]]:
    """Whom each node hears, in the order of the edge list."""
    around: list[list[int]] = [[] for _ in range(graph.nodes)]
    for source, target in graph.edges.T.tolist():
        around[target].append(source)
    return around
