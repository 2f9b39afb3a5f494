"""Color refinement against networkx, and outputs that are equal to the last digit where the colors are."""

from collections import Counter
from itertools import permutations

import networkx as nx
import pytest
import torch

from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.networks.message_passing import propagate, random_update
from models.networks.readout import READOUTS
from models.networks.weisfeiler_leman import exact_output, isomorphic, refine, separating_round

EQUAL = [("ring", "two rings", 6), ("decalin", "bicyclopentyl", 10)]


def other(graph: Graph) -> "nx.Graph[int]":
    built: nx.Graph[int] = nx.Graph()
    built.add_nodes_from(range(graph.nodes), start=0)  # the color that all begin with
    built.add_edges_from(graph.edges.T.tolist())
    return built


@pytest.mark.parametrize("name", ["path", "star", "barbell", "decalin", "karate", "random"])
def test_partitions_are_those_of_networkx_hashes(name: str) -> None:
    graph = named_graph(name, 12, 3)
    history = refine([graph])
    hashes = nx.weisfeiler_lehman_subgraph_hashes(other(graph), iterations=len(history), node_attr="start")
    for k in range(1, len(history)):
        [colors] = history[k]
        theirs = [hashes[u][k - 1] for u in range(graph.nodes)]
        assert len(set(zip(colors, theirs, strict=True))) == len(set(colors)) == len(set(theirs))


@pytest.mark.parametrize(("left", "right", "nodes"), EQUAL)
def test_two_graphs_that_are_not_isomorphic_and_look_alike(left: str, right: str, nodes: int) -> None:
    a, b = named_graph(left, nodes), named_graph(right, nodes)
    assert not isomorphic(a, b)
    hashes = [nx.weisfeiler_lehman_graph_hash(other(graph), node_attr="start") for graph in (a, b)]
    assert hashes[0] == hashes[1]
    assert separating_round(a, b) is None


def test_degrees_separate_after_one_round_and_ends_of_a_tree_later() -> None:
    assert separating_round(named_graph("ring", 6), named_graph("path", 6)) == 1
    fork = Graph(torch.tensor([[0, 1, 1, 2, 2, 3, 3, 4, 1, 5], [1, 0, 2, 1, 3, 2, 4, 3, 5, 1]]), 6)
    middle = Graph(torch.tensor([[0, 1, 1, 2, 2, 3, 3, 4, 2, 5], [1, 0, 2, 1, 3, 2, 4, 3, 5, 2]]), 6)
    assert separating_round(fork, middle) == 2  # the same degrees, other neighborhoods


def test_colors_count_the_same_under_other_ids() -> None:
    graph = named_graph("karate")
    order = torch.randperm(34, generator=torch.Generator().manual_seed(0))
    for left, right in refine([graph, graph.permuted(order)]):
        assert Counter(left) == Counter(right)
        assert [left[old] for old in order.tolist()] == list(right)


@pytest.mark.parametrize(("left", "right", "nodes"), EQUAL)
@pytest.mark.parametrize("seed", range(5))
def test_outputs_are_equal_to_the_last_digit(left: str, right: str, nodes: int, seed: int) -> None:
    update = random_update(4, seed, dtype=torch.float64)
    start = torch.ones(nodes, 4)
    a, b = (exact_output(named_graph(name, nodes), start, update, 3) for name in (left, right))
    assert a.tolist() == b.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_no_order_of_the_nodes_changes_a_digit(seed: int) -> None:
    graph, update = named_graph("barbell", 12), random_update(4, seed, dtype=torch.float64)
    features = torch.randn(12, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(seed + 1))
    before = exact_output(graph, features, update, 3)
    assert before.tolist() == exact_output(graph.permuted(order), features[order], update, 3).tolist()


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_it_is_algorithm_4_up_to_rounding(activation: str) -> None:
    graph = named_graph("karate")
    update = random_update(4, 2, "sum", activation, torch.float64)  # type: ignore[arg-type]  # both names are activations
    features = torch.randn(34, 4, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    expected = READOUTS["sum"](propagate(graph, features, update, 3))
    found = exact_output(graph, features, update, 3)
    assert found.shape == (4,)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_outputs_differ_where_the_colors_do() -> None:
    update = random_update(4, 0, dtype=torch.float64)
    a, b = (exact_output(named_graph(name, 6), torch.ones(6, 4), update, 3) for name in ("ring", "path"))
    assert (a - b).abs().max().item() > 1e-3


def test_what_rounds_by_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="sum with relu or identity"):
        exact_output(named_graph("ring", 6), torch.ones(6, 4), random_update(4, 0, activation="tanh"), 1)


def test_isomorphism_is_that_of_every_renumbering_tried() -> None:
    ring, triangles = named_graph("ring", 6), named_graph("two rings", 6)
    same = ring.permuted(torch.tensor([3, 1, 5, 0, 2, 4]))
    for a, b in ((ring, triangles), (ring, same), (triangles, triangles)):
        found = any(a.permuted(torch.tensor(order)).edge_set() == b.edge_set() for order in permutations(range(6)))
        assert isomorphic(a, b) is found
