"""Algorithm 4: the trace, the fast path and the arithmetic of one node agree, with each other and with PyG."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import get_args

import networkx as nx
import pytest
import torch
from torch import Tensor

from models.graphs.graph import Graph
from models.networks.message_passing import (
    ACTIVATIONS,
    Aggregation,
    Update,
    edge_weights,
    explain,
    influence,
    propagate,
    propagation_matrix,
    random_update,
    rounds,
    trace,
)

WIDTH = 5
AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)


@pytest.fixture(scope="module")
def pyg() -> ModuleType:
    """PyTorch Geometric's layers; importing it runs torch.jit.script, which announces that it is deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import torch_geometric.nn
    module: ModuleType = torch_geometric.nn
    return module


@pytest.fixture
def karate() -> Graph:
    return undirected(nx.karate_club_graph())


@pytest.fixture
def directed() -> Graph:
    """A random directed graph; node 0 hears nobody and is heard, node 11 has no edge at all."""
    generator = torch.Generator().manual_seed(4)
    present = torch.rand(12, 12, generator=generator) < 0.25
    present.fill_diagonal_(False)
    present[:, 0] = False
    present[11] = False
    present[:, 11] = False
    present[0, 1] = True
    return Graph(present.nonzero().T.contiguous(), 12)


def undirected(graph: nx.Graph[int]) -> Graph:
    pairs = torch.tensor(list(graph.edges()))
    return Graph(torch.cat([pairs, pairs.flip(1)]).T.contiguous(), graph.number_of_nodes())


def features_of(graph: Graph, dtype: torch.dtype = torch.float32, width: int = WIDTH) -> Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.randn(graph.nodes, width, generator=generator, dtype=torch.float64).to(dtype)


# --- against the definition ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_trace_is_the_double_loop_of_algorithm_4(directed: Graph, aggregation: Aggregation) -> None:
    update = random_update(WIDTH, seed=1, aggregation=aggregation, activation="tanh", dtype=torch.float64)
    h = features_of(directed, torch.float64)
    neighbors: dict[int, list[int]] = {u: [] for u in range(directed.nodes)}
    for v, u in directed.edges.T.tolist():
        neighbors[u].append(v)
    for _ in range(3):
        new = torch.empty_like(h)
        for u, heard in neighbors.items():
            messages = [update.w_neigh @ h[v] for v in heard]
            own = update.w_self @ h[u]
            if aggregation == "gcn":
                own = update.w_neigh @ h[u] / (len(heard) + 1)
                scale = [((len(heard) + 1) * (len(neighbors[v]) + 1)) ** -0.5 for v in heard]
                messages = [s * m for s, m in zip(scale, messages, strict=True)]
            received = torch.zeros(WIDTH, dtype=torch.float64)
            if messages and aggregation == "max":
                received = torch.stack(messages).max(dim=0).values
            elif messages:
                received = sum(messages, start=received) / (len(messages) if aggregation == "mean" else 1)
            new[u] = torch.tanh(own + received + update.bias)
        h = new
    traced = trace(directed, features_of(directed, torch.float64), update, 3)
    torch.testing.assert_close(traced.features[-1], h, rtol=0, atol=1e-13)


def test_two_integer_rounds_by_hand() -> None:
    # A path 0 - 1 - 2 with h = 1, 2, 4, all weights 1, b = 0: the numbers a student writes down.
    path = Graph(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), 3)
    one = torch.ones(1, 1)
    traced = trace(path, torch.tensor([[1.0], [2.0], [4.0]]), Update(one, one, torch.zeros(1)), 2)
    assert traced.features[:, :, 0].tolist() == [[1, 2, 4], [3, 7, 6], [10, 16, 13]]


def test_shapes_of_the_trace(directed: Graph) -> None:
    traced = trace(directed, features_of(directed), random_update(WIDTH, seed=0), 4)
    n, e = directed.nodes, directed.edges.shape[1]
    assert traced.rounds == 4
    assert traced.features.shape == (5, n, WIDTH)
    assert traced.sent.shape == traced.own.shape == traced.totals.shape == (4, n, WIDTH)
    assert traced.weights.shape == (e,)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_each_round_starts_from_the_one_before(directed: Graph, aggregation: Aggregation) -> None:
    update = random_update(WIDTH, seed=2, aggregation=aggregation)
    traced = trace(directed, features_of(directed), update, 2)
    for r in (0, 1):
        torch.testing.assert_close(traced.sent[r], traced.features[r] @ update.w_neigh.T)
        torch.testing.assert_close(traced.features[r + 1], torch.relu(traced.totals[r]))


# --- the two paths agree -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_fast_path_agrees_with_trace_after_every_update(
    directed: Graph, aggregation: Aggregation, activation: str
) -> None:
    update = random_update(WIDTH, 3, aggregation, activation, torch.float64)  # type: ignore[arg-type]  # keys of the table
    h = features_of(directed, torch.float64)
    traced = trace(directed, h, update, 5)
    for r, fast in enumerate(rounds(directed, h, update, 5), start=1):
        torch.testing.assert_close(fast, traced.features[r], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(propagate(directed, h, update, 5), traced.features[-1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_gradients_of_both_paths_agree(karate: Graph, aggregation: Aggregation) -> None:
    update = random_update(WIDTH, 3, aggregation, "tanh", torch.float64)
    first = features_of(karate, torch.float64).requires_grad_()
    second = features_of(karate, torch.float64).requires_grad_()
    literal = torch.autograd.grad(trace(karate, first, update, 2).features[-1].square().sum(), first)
    fast = torch.autograd.grad(propagate(karate, second, update, 2).square().sum(), second)
    torch.testing.assert_close(fast, literal, rtol=1e-10, atol=1e-10)


def test_no_rounds_return_the_input(karate: Graph) -> None:
    h, update = features_of(karate), random_update(WIDTH, seed=0)
    assert torch.equal(propagate(karate, h, update, 0), h)
    traced = trace(karate, h, update, 0)
    assert traced.rounds == 0
    assert torch.equal(traced.features, h[None])


def test_the_order_of_the_edges_does_not_matter(directed: Graph) -> None:
    shuffle = torch.randperm(directed.edges.shape[1], generator=torch.Generator().manual_seed(0))
    by_target = (directed.targets * directed.nodes + directed.sources).argsort()
    expected = propagation_matrix(directed, "mean").to_dense()
    for order in (shuffle, by_target):
        matrix = propagation_matrix(Graph(directed.edges[:, order], directed.nodes), "mean")
        assert torch.equal(matrix.to_dense(), expected)
        # raises unless the indices are what CSR promises
        rows, columns, values = matrix.crow_indices(), matrix.col_indices(), matrix.values()
        torch.sparse_csr_tensor(rows, columns, values, matrix.shape, check_invariants=True)


def test_parallel_edges_add_up() -> None:
    twice = Graph(torch.tensor([[0, 0], [1, 1]]), 2)
    assert propagation_matrix(twice, "sum").to_dense().tolist() == [[0, 0], [2, 0]]
    one = torch.ones(1, 1)
    update = Update(one, one, torch.zeros(1))
    h = torch.tensor([[3.0], [5.0]])
    assert propagate(twice, h, update, 1).tolist() == trace(twice, h, update, 1).features[-1].tolist() == [[3], [11]]


# --- against PyTorch Geometric -------------------------------------------------------------------------------------


def graph_conv(pyg: ModuleType, update: Update, h: Tensor, edges: Tensor) -> Tensor:
    """PyG's GraphConv aggregates before it multiplies by W_neigh; for the maximum the order matters, so it gets W h."""
    conv = pyg.GraphConv((WIDTH, WIDTH), WIDTH, aggr=update.aggregation)
    with torch.no_grad():
        conv.lin_root.weight.copy_(update.w_self)
        conv.lin_rel.bias.copy_(update.bias)
        if update.aggregation == "max":
            conv.lin_rel.weight.copy_(torch.eye(WIDTH))
            result: Tensor = conv((h @ update.w_neigh.T, h), edges)
        else:
            conv.lin_rel.weight.copy_(update.w_neigh)
            result = conv((h, h), edges)
    return torch.relu(result)


@pytest.mark.parametrize("aggregation", ["sum", "mean", "max"])
@pytest.mark.parametrize("name", ["karate", "directed"])
def test_agrees_with_graph_conv(
    pyg: ModuleType, request: pytest.FixtureRequest, name: str, aggregation: Aggregation
) -> None:
    graph: Graph = request.getfixturevalue(name)
    update, h = random_update(WIDTH, 5, aggregation), features_of(graph)
    expected = h
    for _ in range(3):
        expected = graph_conv(pyg, update, expected, graph.edges)
    torch.testing.assert_close(trace(graph, h, update, 3).features[-1], expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(propagate(graph, h, update, 3), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["karate", "directed"])
def test_agrees_with_gcn_conv(pyg: ModuleType, request: pytest.FixtureRequest, name: str) -> None:
    graph: Graph = request.getfixturevalue(name)
    update, h = random_update(WIDTH, 5, "gcn"), features_of(graph)
    conv = pyg.GCNConv(WIDTH, WIDTH)
    with torch.no_grad():
        conv.lin.weight.copy_(update.w_neigh)
        conv.bias.copy_(update.bias)
        expected = torch.relu(conv(torch.relu(conv(h, graph.edges)), graph.edges))
    torch.testing.assert_close(trace(graph, h, update, 2).features[-1], expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(propagate(graph, h, update, 2), expected, rtol=1e-5, atol=1e-5)


# --- weights, isolated nodes, one node's arithmetic ----------------------------------------------------------------


def test_edge_weights_by_hand() -> None:
    # 0 -> 1, 0 -> 2, 1 -> 2: in-degrees 0, 1, 2.
    graph = Graph(torch.tensor([[0, 0, 1], [1, 2, 2]]), 3)
    assert edge_weights(graph, "sum").tolist() == edge_weights(graph, "max").tolist() == [1, 1, 1]
    assert edge_weights(graph, "mean").tolist() == [1, 0.5, 0.5]
    expected = torch.tensor([2.0, 3.0, 6.0]).rsqrt()
    torch.testing.assert_close(edge_weights(graph, "gcn"), expected)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_an_isolated_node_receives_zero(directed: Graph, aggregation: Aggregation) -> None:
    update = random_update(WIDTH, 6, aggregation, "identity")
    h = features_of(directed)
    own = update.w_neigh if aggregation == "gcn" else update.w_self  # d~ = 1
    for result in (trace(directed, h, update, 1).features[-1], propagate(directed, h, update, 1)):
        torch.testing.assert_close(result[11], own @ h[11] + update.bias)


def test_the_maximum_of_negative_messages_is_negative() -> None:
    graph = Graph(torch.tensor([[0], [1]]), 2)
    update = Update(torch.zeros(1, 1), torch.ones(1, 1), torch.zeros(1), "max", "identity")
    assert propagate(graph, torch.tensor([[-3.0], [8.0]]), update, 1).tolist() == [[0], [-3]]


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_explain_adds_up_to_the_trace(directed: Graph, aggregation: Aggregation) -> None:
    update = random_update(WIDTH, 8, aggregation, "sigmoid", torch.float64)
    traced = trace(directed, features_of(directed, torch.float64), update, 3)
    for r in (1, 2, 3):
        for node in range(directed.nodes):
            told = explain(traced, directed, r, node)
            assert [m.source for m in told.messages] == directed.sources[directed.targets == node].tolist()
            torch.testing.assert_close(told.total, traced.totals[r - 1, node], rtol=1e-12, atol=1e-12)
            torch.testing.assert_close(told.output, traced.features[r, node], rtol=1e-12, atol=1e-12)
            for message in told.messages:
                assert message.weight == traced.weights[message.edge]
                torch.testing.assert_close(message.value, message.weight * traced.sent[r - 1, message.source])


@pytest.mark.parametrize(("r", "node"), [(0, 0), (3, 0), (1, -1), (1, 34)])
def test_explain_names_what_there_is(karate: Graph, r: int, node: int) -> None:
    traced = trace(karate, features_of(karate), random_update(WIDTH, seed=0), 2)
    with pytest.raises(IndexError, match=r"Expected (an update from 1 to 2|a node from 0 to 33)"):
        explain(traced, karate, r, node)


# --- what message passing can and cannot see -----------------------------------------------------------------------


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_influence_is_zero_beyond_r_hops_and_nowhere_else(aggregation: Aggregation) -> None:
    grid = undirected(nx.convert_node_labels_to_integers(nx.grid_2d_graph(4, 5)))
    hops = nx.single_source_shortest_path_length(nx.convert_node_labels_to_integers(nx.grid_2d_graph(4, 5)), 0)
    update = random_update(4, 9, aggregation, "tanh", torch.float64)
    for count in (0, 1, 2, 3):
        moved = influence(grid, features_of(grid, torch.float64, 4), update, count, node=0)
        reached = torch.tensor([hops[v] <= count for v in range(grid.nodes)])
        assert moved.shape == (grid.nodes,)
        assert torch.all(moved[~reached] == 0)  # exactly, not nearly
        if aggregation != "max":  # a maximum may listen to another
            assert torch.all(moved[reached] > 0)


def test_messages_run_from_source_to_target() -> None:
    arrow = Graph(torch.tensor([[0], [1]]), 2)
    update = random_update(3, 0, "sum", "tanh")
    assert influence(arrow, features_of(arrow, width=3), update, 1, node=1)[0] > 0
    assert influence(arrow, features_of(arrow, width=3), update, 1, node=0)[1] == 0


# --- bad input -----------------------------------------------------------------------------------------------------


def test_update_refuses_shapes_and_names_that_do_not_fit() -> None:
    square, bias = torch.eye(3), torch.zeros(3)
    with pytest.raises(ValueError, match=r"Expected w_self \(d, d\).*\(3, 3\), \(2, 3\) and \(3,\)"):
        Update(square, torch.zeros(2, 3), bias)
    with pytest.raises(ValueError, match=r"Expected w_self \(d, d\)"):
        Update(square, square, torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"Expected an aggregation of .*'median'"):
        Update(square, square, bias, aggregation="median")  # type: ignore[arg-type]  # the wrong name is the point
    with pytest.raises(ValueError, match=r"Expected an activation of .*'step'"):
        Update(square, square, bias, activation="step")  # type: ignore[arg-type]  # the wrong name is the point


@pytest.mark.parametrize("path", [trace, propagate])
def test_both_paths_refuse_features_that_do_not_fit(karate: Graph, path: object) -> None:
    assert callable(path)
    with pytest.raises(ValueError, match=r"Expected features \(34, 5\), got \(34, 4\)"):
        path(karate, torch.zeros(34, 4), random_update(WIDTH, seed=0), 1)
    with pytest.raises(ValueError, match=r"Expected a number of rounds >= 0, got -1"):
        path(karate, torch.zeros(34, WIDTH), random_update(WIDTH, seed=0), -1)


def test_the_maximum_has_no_propagation_matrix(karate: Graph) -> None:
    with pytest.raises(ValueError, match="linear aggregation"):
        propagation_matrix(karate, "max")


def test_random_update_is_reproducible_and_does_not_depend_on_the_dtype() -> None:
    one, two = random_update(6, seed=3), random_update(6, seed=3, dtype=torch.float64)
    assert torch.equal(one.w_self, two.w_self.float())
    assert not torch.equal(one.w_self, one.w_neigh)
    assert not torch.equal(one.w_self, random_update(6, seed=4).w_self)
