"""A' = P A P^T, exactly, for every graph and every order tried; and a wrong relabeling is noticed."""

import numpy as np
import pytest
import torch

from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.symmetry.relabeling import permutation_matrix, relabeling_difference


@pytest.mark.parametrize("name", ["path", "star", "decalin", "karate", "barbell"])
def test_the_difference_is_exactly_zero(name: str) -> None:
    graph = named_graph(name, 9)
    for seed in range(5):
        order = torch.randperm(graph.nodes, generator=torch.Generator().manual_seed(seed))
        assert relabeling_difference(graph, order) == 0


def test_directed_and_repeated_edges_too() -> None:
    graph = Graph(torch.tensor([[0, 0, 1], [1, 1, 2]]), 4)
    assert relabeling_difference(graph, torch.tensor([3, 1, 0, 2])) == 0


def test_the_matrix_is_numpys_rows_of_the_identity() -> None:
    order = torch.tensor([2, 0, 1])
    np.testing.assert_array_equal(permutation_matrix(order), np.eye(3)[[2, 0, 1]])
    assert permutation_matrix(order).shape == (3, 3)
    with pytest.raises(ValueError, match="names each"):
        permutation_matrix(torch.tensor([0, 0, 1]))


def test_ids_permuted_the_other_way_round_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, order = named_graph("path", 4), torch.tensor([1, 2, 3, 0])
    backwards = Graph(order[graph.edges], 4)  # the inverse of what `permuted` must do
    monkeypatch.setattr(Graph, "permuted", lambda self, order: backwards)
    assert relabeling_difference(graph, order) == 1


def test_no_nodes_differ_in_nothing() -> None:
    assert relabeling_difference(Graph(torch.empty(2, 0, dtype=torch.int64), 0), torch.arange(0)) == 0
