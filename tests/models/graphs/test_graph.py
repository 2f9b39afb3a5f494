from __future__ import annotations

import itertools
from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from models.graphs.graph import Graph, capped_radius_graph, edge_difference, knn_graph, radius_graph


def points(n: int, seed: int, dim: int = 3) -> np.ndarray:
    """About one point a unit of volume."""
    return np.random.default_rng(seed).uniform(0, n ** (1 / dim), (n, dim))


def lattice(side: int = 4) -> np.ndarray:
    return np.array(list(itertools.product(range(side), repeat=3)), dtype=np.float64)


def rotations(count: int, seed: int = 0) -> np.ndarray:
    return Rotation.random(count, rng=np.random.default_rng(seed)).as_matrix()


def images_by_force(x: np.ndarray, cell: np.ndarray, cutoff: float) -> dict[tuple[int, int, tuple[int, ...]], float]:
    """Every (source, target, image) and its length, by trying all images far enough around the points."""
    spread = np.ptp(x, axis=0)
    steps = [range(-int((cutoff + s) / c) - 2, int((cutoff + s) / c) + 3) for s, c in zip(spread, cell, strict=True)]
    found = {}
    differences = x[None, :] - x[:, None]  # (source, target, dim)
    for image in itertools.product(*steps):
        lengths = np.linalg.norm(differences + np.array(image) * cell, axis=-1)
        for source, target in np.argwhere(lengths <= cutoff).tolist():
            if source != target or any(image):
                found[source, target, image if any(image) else ()] = float(lengths[source, target])
    return found


def test_edges_run_from_source_to_target() -> None:
    graph = Graph(torch.tensor([[0, 2, 0], [1, 1, 2]]), 4, torch.tensor([[0.0, 0], [3, 4], [3, 0], [9, 9]]).double())
    assert graph.sources.tolist() == [0, 2, 0]
    assert graph.targets.tolist() == [1, 1, 2]
    assert graph.vectors().tolist() == [[3, 4], [0, 4], [3, 0]]
    assert graph.lengths().tolist() == [5, 4, 3]
    assert graph.degrees().tolist() == [0, 2, 1, 0]
    assert graph.adjacency().tolist() == [[0, 0, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_adjacency_counts_parallel_edges_and_sums_what_neighbors_send() -> None:
    graph = Graph(torch.tensor([[0, 0, 2], [1, 1, 1]]), 3)
    sent = torch.tensor([[1.0], [10.0], [100.0]]).double()
    assert (graph.adjacency() @ sent).flatten().tolist() == [0, 102, 0]


def test_the_shift_is_added_to_the_vector() -> None:
    # The source lies just right of the left wall; its image one box further right is 0.2 from the target.
    cell = torch.tensor([10.0, 10.0], dtype=torch.float64)
    positions = torch.tensor([[0.1, 5.0], [9.9, 5.0]], dtype=torch.float64)
    graph = radius_graph(positions, 1.0, cell=cell)
    assert graph.edge_set() == {(0, 1, (-1, 0)), (1, 0, (1, 0))}
    assert graph.shifts is not None
    assert graph.shifts[graph.targets == 1].tolist() == [[-10, 0]]
    torch.testing.assert_close(graph.vectors()[graph.targets == 1], torch.tensor([[-0.2, 0.0]], dtype=torch.float64))


def test_lengths_have_a_finite_gradient_on_an_edge_of_length_zero() -> None:
    positions = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    graph = radius_graph(positions, 1.0)
    assert graph.edge_set() == {(0, 1, ()), (1, 0, ())}
    graph.lengths().sum().backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
    assert positions.grad is not None
    assert positions.grad.tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("seed", range(5))
def test_components_agree_with_networkx(seed: int) -> None:
    reference = nx.gnp_random_graph(30, 0.06, seed=seed)
    graph = Graph(torch.tensor(list(reference.edges), dtype=torch.int64).reshape(-1, 2).T, 30)
    count, labels = graph.components()
    together = {frozenset((labels == label).nonzero().flatten().tolist()) for label in range(count)}
    assert together == {frozenset(nodes) for nodes in nx.connected_components(reference)}


def test_unreciprocated_looks_at_the_image_too() -> None:
    edges = torch.tensor([[0, 1, 1], [1, 0, 2]])
    assert Graph(edges, 3).unreciprocated().tolist() == [[1], [2]]
    positions, cell = torch.zeros(3, 1).double(), torch.ones(1).double()
    same = Graph(edges, 3, positions, torch.tensor([[1.0], [1], [0]]).double(), cell)
    opposite = Graph(edges, 3, positions, torch.tensor([[1.0], [-1], [0]]).double(), cell)
    assert same.unreciprocated().shape == (2, 3)
    assert opposite.unreciprocated().tolist() == [[1], [2]]


def test_permuted_renumbers_nodes_and_leaves_the_drawing() -> None:
    graph = radius_graph(points(12, 0), 1.3)
    order = torch.from_numpy(np.random.default_rng(1).permutation(12))
    other = graph.permuted(order)
    assert torch.equal(other.vectors(), graph.vectors())
    assert torch.equal(other.adjacency(), graph.adjacency()[order][:, order])
    assert edge_difference(other.permuted(order.argsort()), graph) == 0


def test_permuted_keeps_a_periodic_graph_periodic() -> None:
    graph = radius_graph(points(5, 0), 1.3, cell=np.full(3, 1.8))
    other = graph.permuted(torch.tensor([3, 1, 4, 0, 2]))
    assert torch.equal(other.vectors(), graph.vectors())


def test_edge_difference_counts_edges_of_either_graph_alone() -> None:
    a = Graph(torch.tensor([[0, 1, 2], [1, 2, 0]]), 3)
    b = Graph(torch.tensor([[1, 2, 0, 1], [2, 0, 2, 0]]), 3)
    assert edge_difference(a, b) == 3
    assert edge_difference(a, a.permuted(torch.tensor([1, 2, 0]))) == 0


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Graph(torch.zeros(3, 2, dtype=torch.int64), 3), r"shape \(2, e\).*got torch.int64 of shape \(3, 2\)"),
        (lambda: Graph(torch.zeros(2, 2), 3), "int64.*got torch.float32"),
        (lambda: Graph(torch.tensor([[0], [3]]), 3), "nodes 0 to 2, got indices from 0 to 3"),
        (lambda: Graph(torch.tensor([[-1], [0]]), 3), "got indices from -1 to 0"),
        (lambda: Graph(torch.zeros(2, 0, dtype=torch.int64), -1), "zero nodes or more"),
        (lambda: Graph(torch.zeros(2, 0, dtype=torch.int64), 2, torch.zeros(3, 2).double()), r"\(2, dim\)"),
        (lambda: Graph(torch.zeros(2, 0, dtype=torch.int64), 2, torch.zeros(2, 2)), "float64.*got torch.float32"),
        (lambda: Graph(torch.zeros(2, 0, dtype=torch.int64), 1, torch.tensor([[torch.inf]]).double()), "finite"),
        (lambda: periodic(torch.tensor([[0.5]]).double(), torch.ones(1).double()), "whole number of box lengths"),
        (lambda: periodic(torch.tensor([[1.0], [1.0]]).double(), torch.ones(1).double()), r"shape \(1, 1\)"),
        (
            lambda: periodic(torch.tensor([[1.0]]).double(), -torch.ones(1).double()),
            "Expected positive, finite box lengths, got",
        ),
        (lambda: periodic(torch.tensor([[1.0]]).double(), torch.ones(2).double()), "each of 1 dimensions"),
        (lambda: periodic(torch.tensor([[1.0]]).double(), None), "together, or neither, got one of them"),
        (
            lambda: Graph(torch.tensor([[0], [0]]), 1, None, torch.ones(1, 1).double(), torch.ones(1).double()),
            "positions",
        ),
        (
            lambda: Graph(torch.tensor([[0], [0]]), 1).vectors(),
            "Expected positions for the edge vectors, got a graph without them",
        ),
        (lambda: Graph(torch.tensor([[0], [0]]), 1).permuted(torch.tensor([1])), "each of the 1 nodes once"),
        (lambda: radius_graph(np.array([[np.nan, 0]]), 1.0), "Expected finite positions, got NaN"),
        (lambda: radius_graph(np.zeros(3), 1.0), r"shape \(n, dim\).*got \(3,\)"),
        (lambda: radius_graph(np.zeros((3, 0)), 1.0), r"got \(3, 0\)"),
        (lambda: radius_graph(np.zeros((3, 2)), 0.0), "Expected a positive, finite cutoff, got 0.0"),
        (lambda: radius_graph(np.zeros((3, 2)), float("nan")), "got nan"),
        (lambda: radius_graph(np.zeros((3, 2)), 1.0, cell=np.ones(3)), "each of 2 dimensions"),
        (lambda: radius_graph(np.zeros((3, 2)), 1.0, cell=np.array([1.0, 0.0])), "positive"),
        (lambda: radius_graph(np.zeros((3, 2)), 1e6, cell=np.ones(2)), "at most 20000000 images, got 1e\\+06"),
        (lambda: knn_graph(np.zeros((3, 2)), 0), "got k=0"),
        (lambda: capped_radius_graph(np.zeros((3, 2)), 1.0, 0), "got 0"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build()


def periodic(shifts: torch.Tensor, cell: torch.Tensor | None) -> Graph:
    return Graph(torch.tensor([[0], [0]]), 1, torch.zeros(1, 1).double(), shifts, cell)


@pytest.mark.parametrize("seed", range(20))
def test_radius_graph_agrees_with_a_kd_tree(seed: int) -> None:
    # Sizes on either side of the switch from all distances to a tree.
    x = points((7, 40, 119, 121, 300)[seed % 5], seed, dim=2 + seed % 2)
    graph = radius_graph(x, 1.4)
    pairs = cKDTree(x).query_pairs(1.4)
    assert graph.edge_set() == {(a, b, ()) for a, b in pairs} | {(b, a, ()) for a, b in pairs}
    assert graph.edges.shape[1] == 2 * len(pairs)


@pytest.mark.parametrize("n", [33, 34, 35, 200])
def test_radius_graph_is_symmetric_and_stable_under_rotation_and_translation(n: int) -> None:
    # All points within one cutoff of many others: in-degrees pass the 32 at which fast libraries cut.
    x = points(n, n) / n ** (1 / 3)
    graph = radius_graph(x, 1.2)
    assert int(graph.degrees().max()) > 31
    assert graph.unreciprocated().shape == (2, 0)
    for rotation in rotations(6):
        assert edge_difference(radius_graph(x @ rotation.T + [3.0, -2.0, 7.0], 1.2), graph) == 0


@pytest.mark.parametrize("n", [50, 500])
def test_edges_are_sorted_by_target_then_source(n: int) -> None:
    edges = radius_graph(points(n, 3), 1.4).edges
    order = edges[1] * n + edges[0]
    assert torch.equal(order, order.sort().values)
    assert len(torch.unique(order)) == len(order)


def test_small_and_large_paths_decide_a_pair_on_the_cutoff_alike() -> None:
    # 64 points take all distances at once, 64 + 80 the tree; the lattice's bonds lie exactly on the cutoff.
    few = lattice() * 0.1
    many = np.concatenate((few, 100 + lattice(5)[:80]))
    small, large = radius_graph(few, 0.1), radius_graph(many, 0.1)
    assert small.edge_set() == {key for key in large.edge_set() if key[0] < 64}


def test_lattice_off_the_shell_survives_rotation_and_on_it_does_not() -> None:
    x = lattice()
    assert radius_graph(x, 1.0).edges.shape[1] == radius_graph(x, 1.05).edges.shape[1] == 288
    off = [edge_difference(radius_graph(x @ r.T, 1.05), radius_graph(x, 1.05)) for r in rotations(20)]
    on = [radius_graph(x @ r.T, 1.0).edges.shape[1] for r in rotations(20)]
    assert off == [0] * 20
    assert min(on) < 288
    assert max(on) <= 288


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_points(n: int) -> None:
    x = np.zeros((n, 3))
    pairs = n * (n - 1)
    for graph in (radius_graph(x, 1.0), knn_graph(x, 4), capped_radius_graph(x, 1.0)):
        assert (graph.nodes, graph.edges.shape) == (n, (2, pairs))
    assert radius_graph(x, 1.0, cell=np.full(3, 5.0)).edges.shape == (2, pairs)
    assert knn_graph(x, 4, cell=np.full(3, 5.0)).edges.shape == (2, 4 * n)


@pytest.mark.parametrize("cutoff", [0.7, 1.9, 2.6, 4.5])
@pytest.mark.parametrize("dim", [2, 3])
def test_periodic_radius_graph_agrees_with_all_images(cutoff: float, dim: int) -> None:
    """Below half the shortest box length (3), beyond half, and beyond the whole of it, where a point hears itself."""
    cell = np.array([3.0, 4.0, 5.0])[:dim]
    # Points outside the box stand for their images inside.
    x = np.random.default_rng(dim).uniform(-1, 2, (6, dim)) * cell
    graph = radius_graph(x, cutoff, cell=cell)
    expected = images_by_force(x, cell, cutoff)
    assert graph.edge_set() == expected.keys()
    assert graph.edges.shape[1] == len(expected)
    assert graph.unreciprocated().shape == (2, 0)
    np.testing.assert_allclose(graph.lengths().numpy(), [expected[key] for key in graph.edge_keys()], rtol=1e-12)
    assert any(source == target for source, target, _ in expected) == (cutoff > 3)


def test_periodic_lattice_has_no_surface() -> None:
    graph = radius_graph(lattice(), 1.05, cell=np.full(3, 4.0))
    assert graph.degrees().tolist() == [6] * 64
    assert torch.allclose(graph.lengths(), torch.ones(384).double())


def test_periodic_graph_of_one_point_is_its_images() -> None:
    graph = radius_graph(np.zeros((1, 2)), 1.0, cell=np.ones(2))
    assert graph.edge_set() == {(0, 0, image) for image in ((1, 0), (-1, 0), (0, 1), (0, -1))}


def test_periodic_graph_does_not_change_when_everything_moves() -> None:
    x, cell = points(150, 4), np.full(3, 150 ** (1 / 3))
    graph = radius_graph(x, 1.3, cell=cell)
    moved = x + np.array([2.3, -11.7, 40.1])
    assert edge_difference(radius_graph(moved, 1.3, cell=cell), graph) == 0
    assert graph.positions is not None
    assert torch.equal(graph.positions, torch.from_numpy(x))


@pytest.mark.parametrize(("n", "k", "dim"), [(30, 1, 2), (30, 8, 3), (400, 8, 2), (400, 5, 3)])
def test_knn_graph_agrees_with_sorted_distances(n: int, k: int, dim: int) -> None:
    x = points(n, n + k, dim)
    distances = np.linalg.norm(x[:, None] - x[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]
    graph = knn_graph(x, k)
    assert graph.edge_set() == {(int(s), t, ()) for t in range(n) for s in nearest[t]}
    assert graph.degrees().tolist() == [k] * n


def test_knn_graph_is_not_symmetric() -> None:
    graph = knn_graph(points(2000, 0, 2), 8)
    lonely = graph.unreciprocated().shape[1] / graph.edges.shape[1]
    assert 0.15 < lonely < 0.22  # 18.4 % at this size and k


@pytest.mark.parametrize("n", [5, 200])
def test_knn_breaks_ties_by_index(n: int) -> None:
    # Node 2 lies as far from 0, 1, 3 and 4; the points beyond are far away.
    cross = np.array([[1.0, 0], [0, 1], [0, 0], [-1, 0], [0, -1]])
    x = np.concatenate((cross, 50 + points(n - 5, 0, 2))) if n > 5 else cross
    edges = knn_graph(x, 2).edges
    assert edges[0, edges[1] == 2].tolist() == [0, 1]


def test_knn_hears_everybody_else_where_there_are_fewer_than_k() -> None:
    assert edge_difference(knn_graph(points(4, 0), 10), radius_graph(points(4, 0), 99.0)) == 0


@pytest.mark.parametrize(("n", "k"), [(6, 3), (2, 9), (1, 4), (40, 5)])
def test_periodic_knn_agrees_with_all_images(n: int, k: int) -> None:
    cell = np.array([2.0, 3.0])
    x = np.random.default_rng(n).uniform(-1, 2, (n, 2)) * cell
    expected = images_by_force(x, cell, 7.0)
    graph = knn_graph(x, k, cell=cell)
    assert graph.degrees().tolist() == [k] * n
    for target in range(n):
        furthest = sorted(length for (_, t, _), length in expected.items() if t == target)[k - 1]
        got = graph.lengths()[graph.targets == target]
        assert float(got.max()) == pytest.approx(furthest, rel=1e-12)
    assert graph.edge_set() <= expected.keys()


def test_the_cap_makes_the_graph_depend_on_the_axes() -> None:
    x = points(60, 0) / 60 ** (1 / 3)
    capped = capped_radius_graph(x, 0.9, cap=32)
    whole = radius_graph(x, 0.9)
    assert int(whole.degrees().max()) > 32
    assert torch.equal(capped.degrees(), whole.degrees().clamp(max=32))
    assert capped.edge_set() < whole.edge_set()
    assert capped.unreciprocated().shape[1] > 0
    for rotation in rotations(5):
        assert edge_difference(capped_radius_graph(x @ rotation.T, 0.9, cap=32), capped) > 0
        assert edge_difference(radius_graph(x @ rotation.T, 0.9), whole) == 0


def test_the_cap_keeps_the_first_that_a_walk_of_the_tree_meets() -> None:
    x = points(60, 1) / 60 ** (1 / 3)
    capped = capped_radius_graph(x, 0.9, cap=5)
    tree = cKDTree(x, leafsize=1)
    for target in range(60):
        walk = [source for source in tree.query_ball_point(x[target], 0.9, return_sorted=False) if source != target]
        assert sorted(walk[:5]) == capped.sources[capped.targets == target].tolist()


def test_the_cap_does_nothing_where_nobody_has_more() -> None:
    x = points(60, 2)
    whole = radius_graph(x, 1.3)
    assert int(whole.degrees().max()) <= 32
    for rotation in (np.eye(3), *rotations(5)):
        capped = capped_radius_graph(x @ rotation.T, 1.3)
        assert edge_difference(capped, whole) == 0
        assert capped.unreciprocated().shape == (2, 0)


def test_ten_thousand_points_need_no_square_of_memory() -> None:
    graph = radius_graph(points(10_000, 0), 1.4)
    # 4/3 pi r^3 = 11.5 neighbors far from the walls; the walls take some.
    assert 9.5 < graph.edges.shape[1] / 10_000 < 11.5


def test_positions_may_be_differentiated() -> None:
    positions = torch.from_numpy(points(150, 5)).requires_grad_()
    graph = radius_graph(positions, 1.2)
    (gradient,) = torch.autograd.grad(graph.lengths().sum(), positions)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() > 0
