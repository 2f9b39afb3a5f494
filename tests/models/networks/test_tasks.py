"""Heads for nodes, pairs and graphs: the formulas in numpy, and what a permutation does to them."""

import networkx as nx
import numpy as np
import torch

from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.networks.message_passing import propagate, random_update
from models.networks.tasks import absent_pairs, edge_scores, node_scores
from models.symmetry.equivariance import permutation_error

GRAPH = named_graph("decalin")


def rows(width: int = 3) -> torch.Tensor:
    return torch.randn(GRAPH.nodes, width, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_scores_are_the_formulas() -> None:
    h, w = rows().numpy(), np.array([1.0, -2.0, 0.5])
    node = node_scores(rows(), torch.from_numpy(w))
    edge = edge_scores(rows())
    assert node.shape == (10,)
    assert edge.shape == (10, 10)
    np.testing.assert_allclose(node, 1 / (1 + np.exp(-(h @ w))))
    np.testing.assert_allclose(edge, 1 / (1 + np.exp(-(h @ h.T))))


def test_scores_move_with_the_ids() -> None:
    update, order = random_update(3, 0, activation="tanh", dtype=torch.float64), torch.arange(10).roll(3)

    def scores(features: torch.Tensor, graph: Graph) -> torch.Tensor:
        return node_scores(propagate(graph, features, update, 2), torch.ones(3, dtype=torch.float64))

    assert permutation_error(scores, rows(), GRAPH, order).relative < 1e-12


def test_absent_pairs_are_the_edges_of_the_complement() -> None:
    pairs = absent_pairs(GRAPH)
    complement = nx.complement(nx.from_edgelist(GRAPH.edges.T.tolist()))
    assert {tuple(pair) for pair in pairs.T.tolist()} == {(min(e), max(e)) for e in complement.edges}
    assert pairs.shape[0] == 2


def test_a_single_direction_is_an_edge() -> None:
    assert absent_pairs(Graph(torch.tensor([[1], [0]]), 2)).shape == (2, 0)
