"""Depth: the table of energies and ranks on the karate club, and influence that is exactly zero beyond R hops."""

import networkx as nx
import numpy as np
import pytest
import torch

from models.experiments.smoothing import (
    Propagation,
    deep,
    degrees_with_self,
    dirichlet_energy,
    effective_rank,
    hops,
    limit,
    linear_influence,
    smoothed,
    smoothing_matrix,
    traced_influence,
)
from models.graphs.clouds import named_graph
from models.graphs.graph import Graph
from models.networks.message_passing import Activation, Aggregation, influence, random_update

KARATE = named_graph("karate")
ROUNDS = (0, 1, 2, 4, 8, 16, 32, 64)


def features(nodes: int = 34, width: int = 16, seed: int = 0) -> torch.Tensor:
    return torch.randn(nodes, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def dense(propagation: Propagation) -> np.ndarray:
    looped = (nx.to_numpy_array(nx.karate_club_graph()) > 0) + np.eye(34)
    degree = looped.sum(axis=1)
    return looped / degree[:, None] if propagation == "P" else looped / np.sqrt(np.outer(degree, degree))


@pytest.mark.parametrize("propagation", ["S", "P"])
def test_the_matrices_are_those_of_dense_numpy(propagation: Propagation) -> None:
    np.testing.assert_allclose(smoothing_matrix(KARATE, propagation), dense(propagation), atol=1e-15)


def test_the_spectrum_of_s_on_karate() -> None:
    values = torch.linalg.eigvalsh(smoothing_matrix(KARATE, "S"))
    assert values[-1].item() == pytest.approx(1.0, abs=1e-12)
    assert values[-2].item() == pytest.approx(0.896, abs=5e-4)


@pytest.mark.parametrize("propagation", ["S", "P"])
def test_energies_and_rank_are_those_written_out(propagation: Propagation) -> None:
    matrix, x = dense(propagation), features().numpy()
    graph = nx.karate_club_graph()
    degree = {u: graph.degree(u) + 1 for u in graph}
    history = smoothed(KARATE, features(), propagation, 8)
    for k in range(9):
        h = np.linalg.matrix_power(matrix, k) @ x
        plain = sum(((h[u] - h[v]) ** 2).sum() for u, v in graph.edges) / 34
        fitting = sum(((h[u] / degree[u] ** 0.5 - h[v] / degree[v] ** 0.5) ** 2).sum() for u, v in graph.edges) / 34
        sigma = np.linalg.svd(h, compute_uv=False)
        share = sigma / sigma.sum()
        assert dirichlet_energy(KARATE, history[k]).item() == pytest.approx(plain, rel=1e-10)
        assert dirichlet_energy(KARATE, history[k], normalized=True).item() == pytest.approx(fitting, rel=1e-10)
        assert effective_rank(history[k]).item() == pytest.approx(np.exp(-(share * np.log(share)).sum()), rel=1e-9)


TABLE = {  # rounds 0, 1, 2, 4, 8, 16, 32, 64; of other random features, so to a factor, not to a digit
    "normalized energy, S": (13, 1.2, 0.26, 4.1e-2, 6.6e-3, 7.5e-4, 2.1e-5, 1.9e-8),
    "plain energy, S": (82, 8.1, 2.0, 0.82, 0.62, 0.56, 0.55, 0.54),
    "plain energy, P": (82, 7.1, 1.4, 0.24, 4.3e-2, 5.2e-3, 1.5e-4, 1.3e-7),
}


def test_the_table_of_over_smoothing() -> None:
    s, p = (smoothed(KARATE, features(), name, 64)[list(ROUNDS)] for name in ("S", "P"))
    measured = {
        "normalized energy, S": dirichlet_energy(KARATE, s, normalized=True),
        "plain energy, S": dirichlet_energy(KARATE, s),
        "plain energy, P": dirichlet_energy(KARATE, p),
    }
    for name, row in TABLE.items():
        ratio = measured[name].numpy() / np.array(row)
        assert ((ratio > 0.45) & (ratio < 2.2)).all(), (name, ratio)
    for history in (s, p):
        np.testing.assert_allclose(effective_rank(history), (14.7, 13, 10, 5.5, 2.5, 1.5, 1.1, 1.0), rtol=0.13)
    assert effective_rank(s[-1]).item() == pytest.approx(1.0, abs=1e-2)


def test_the_decay_is_that_of_the_second_eigenvalue() -> None:
    energy = dirichlet_energy(KARATE, smoothed(KARATE, features(), "S", 64), normalized=True)
    assert (energy[64] / energy[60]).item() == pytest.approx(0.896**8, rel=0.02)


@pytest.mark.parametrize("propagation", ["S", "P"])
@pytest.mark.parametrize("name", ["karate", "two rings", "star"])
def test_the_limit_is_where_many_rounds_lead(name: str, propagation: Propagation) -> None:
    graph = named_graph(name, 8)
    x = features(graph.nodes, 3)
    far = torch.linalg.matrix_power(smoothing_matrix(graph, propagation), 4000) @ x
    np.testing.assert_allclose(limit(graph, x, propagation), far, atol=1e-9)


def test_each_energy_vanishes_at_the_limit_of_its_own_matrix_only() -> None:
    s, p = limit(KARATE, features(), "S"), limit(KARATE, features(), "P")
    assert dirichlet_energy(KARATE, s, normalized=True).item() < 1e-28
    assert dirichlet_energy(KARATE, p).item() < 1e-28
    assert dirichlet_energy(KARATE, s).item() > 0.1
    ring = named_graph("ring", 8)  # all degrees equal: both energies fit
    assert dirichlet_energy(ring, limit(ring, features(8), "S")).item() < 1e-28


def test_effective_rank_of_known_matrices() -> None:
    assert effective_rank(torch.eye(5)).item() == pytest.approx(5.0)
    assert effective_rank(torch.ones(5, 3)).item() == pytest.approx(1.0)
    assert effective_rank(1e200 * torch.ones(5, 3, dtype=torch.float64)).item() == pytest.approx(1.0)
    assert effective_rank(torch.zeros(5, 3)).item() == 0.0
    assert effective_rank(torch.zeros(7, 5, 3)).shape == (7,)


@pytest.mark.parametrize("name", ["karate", "barbell", "two rings"])
def test_hops_are_networkx_distances(name: str) -> None:
    graph = named_graph(name, 10)
    lengths = dict(nx.all_pairs_shortest_path_length(nx.from_edgelist(graph.edges.T.tolist())))
    expected = [[lengths[u].get(v, -1) for v in range(graph.nodes)] for u in range(graph.nodes)]
    assert hops(graph).tolist() == expected


@pytest.mark.parametrize("propagation", ["S", "P"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_linear_influence_is_autograds_and_exactly_zero_beyond(propagation: Propagation, count: int) -> None:
    node = 16
    found = linear_influence(KARATE, propagation, count, node, width=3)

    def output(x: torch.Tensor) -> torch.Tensor:
        return smoothed(KARATE, x, propagation, count)[-1, node]

    jacobian = torch.func.jacrev(output)(features(34, 3))  # (3, n, 3)
    torch.testing.assert_close(found, jacobian.square().sum(dim=(0, 2)).sqrt())
    beyond = hops(KARATE)[node] > count
    assert (found[beyond] == 0).all()
    assert (found[~beyond] > 0).all()


@pytest.mark.parametrize("aggregation", ["sum", "mean"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "identity"])
def test_traced_influence_is_autograds(aggregation: Aggregation, activation: Activation) -> None:
    graph = named_graph("barbell", 10)
    update = random_update(4, 1, aggregation, activation, torch.float64)
    x = features(10, 4)
    traced = deep(graph, x, update, 4)
    for count in (0, 1, 3, 4):
        found = traced_influence(graph, traced, count, 0)
        torch.testing.assert_close(found, influence(graph, x, update, count, 0))
        assert (found[hops(graph)[0] > count] == 0).all()


def test_algorithm_4_explodes_where_it_sums_and_tanh_keeps_its_rank() -> None:
    relu = deep(KARATE, features(), random_update(16, 0, "sum", "relu"), 16)
    size = relu.features.abs().amax(dim=(1, 2))
    assert size[0].item() == pytest.approx(4, rel=0.3)
    assert size[16].item() > 1e6 * size[0].item()
    tanh = deep(KARATE, features(), random_update(16, 0, "sum", "tanh"), 16)
    assert effective_rank(tanh.features[16]).item() > 5


def test_shapes_and_what_is_refused() -> None:
    assert smoothed(KARATE, features(), "S", 3).shape == (4, 34, 16)
    assert dirichlet_energy(KARATE, smoothed(KARATE, features(), "S", 3)).shape == (4,)
    assert degrees_with_self(KARATE).shape == (34,)
    assert hops(KARATE).shape == (34, 34)
    empty = Graph(torch.empty(2, 0, dtype=torch.int64), 3)
    assert dirichlet_energy(empty, features(3)).item() == 0
    with pytest.raises(ValueError, match="propagation"):
        smoothing_matrix(KARATE, "Q")  # type: ignore[arg-type]  # what is refused
    largest = deep(KARATE, features(), random_update(16, 0, "max"), 1)
    with pytest.raises(ValueError, match="sum or mean"):
        traced_influence(KARATE, largest, 1, 0)
    silu = deep(KARATE, features(), random_update(16, 0, "sum", "silu"), 1)
    with pytest.raises(ValueError, match="identity, relu or tanh"):
        traced_influence(KARATE, silu, 1, 0)
