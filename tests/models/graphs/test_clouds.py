from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import networkx as nx
import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.graphs.clouds import CLOUDS, GRAPHS, Cloud, Wiring, named_cloud, named_graph, wired
from models.graphs.graph import Graph, edge_difference, radius_graph

SEEDED = ("random", "connected random", "regular", "small world")
MOLECULES = ("water", "methane", "ethanol", "benzene", "R-CHFClBr", "S-CHFClBr")


def as_networkx(graph: Graph) -> nx.Graph[int]:
    reference: nx.Graph[int] = nx.Graph(graph.edges.T.tolist())
    reference.add_nodes_from(range(graph.nodes))
    return reference


def drawn_at(graph: Graph) -> torch.Tensor:
    assert graph.positions is not None
    return graph.positions


def elements(cloud: Cloud) -> tuple[str, ...]:
    assert cloud.elements is not None
    return cloud.elements


def closest(positions: torch.Tensor) -> float:
    return float(torch.pdist(positions).min())


@pytest.mark.parametrize("nodes", [6, 11, 24])
@pytest.mark.parametrize("name", GRAPHS)
def test_every_graph_is_undirected_simple_and_fits_its_square(name: str, nodes: int) -> None:
    graph = named_graph(name, nodes, 3)
    assert graph.unreciprocated().shape == (2, 0)
    assert len(graph.edge_set()) == graph.edges.shape[1]
    assert (graph.sources != graph.targets).all()
    low, high = drawn_at(graph).aminmax(dim=0)
    assert drawn_at(graph).shape == (graph.nodes, 2)
    torch.testing.assert_close(low, -high)
    assert float(high.max()) == pytest.approx(1)
    assert closest(drawn_at(graph)) > 0.02


@pytest.mark.parametrize("name", GRAPHS)
def test_a_seed_means_one_graph(name: str) -> None:
    one, same, other = named_graph(name, 16, 1), named_graph(name, 16, 1), named_graph(name, 16, 2)
    assert edge_difference(one, same) == 0
    assert torch.equal(drawn_at(one), drawn_at(same))
    assert (edge_difference(one, other) > 0) == (name in SEEDED)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("path", nx.path_graph(11)),
        ("ring", nx.cycle_graph(11)),
        ("star", nx.star_graph(10)),
        ("barbell", nx.barbell_graph(4, 3)),
        ("karate", nx.karate_club_graph()),
        ("two rings", nx.disjoint_union(nx.cycle_graph(5), nx.cycle_graph(6))),
    ],
)
def test_named_graphs_are_what_networkx_means(name: str, reference: nx.Graph[int]) -> None:
    assert as_networkx(named_graph(name, 11)).edges == nx.Graph(reference.edges).edges


def color_counts(graph: Graph, rounds: int) -> dict[object, int]:
    """One-dimensional Weisfeiler-Leman: colors as nested tuples, so that two graphs' colors compare."""
    neighbors = [graph.sources[graph.targets == node].tolist() for node in range(graph.nodes)]
    colors: list[object] = [()] * graph.nodes
    for _ in range(rounds):
        colors = [(colors[v], tuple(sorted((colors[u] for u in neighbors[v]), key=repr))) for v in range(len(colors))]
    return {color: colors.count(color) for color in colors}


def test_decalin_and_bicyclopentyl_differ_but_not_to_weisfeiler_leman() -> None:
    decalin, bicyclopentyl = named_graph("decalin"), named_graph("bicyclopentyl")
    for graph in (decalin, bicyclopentyl):
        assert (graph.nodes, graph.edges.shape[1]) == (10, 22)
    assert not nx.is_isomorphic(as_networkx(decalin), as_networkx(bicyclopentyl))
    assert color_counts(decalin, 6) == color_counts(bicyclopentyl, 6)
    # The colors do tell apart what they can.
    assert color_counts(decalin, 6) != color_counts(named_graph("ring", 10), 6)


def test_two_rings_and_one_ring_differ_but_not_to_weisfeiler_leman() -> None:
    assert color_counts(named_graph("two rings", 6), 4) == color_counts(named_graph("ring", 6), 4)
    assert named_graph("two rings", 6).components()[0] == 2


@pytest.mark.parametrize("name", ["decalin", "bicyclopentyl"])
def test_skeletal_formulas_have_bonds_of_one_length(name: str) -> None:
    lengths = named_graph(name).lengths()
    torch.testing.assert_close(lengths, lengths[:1].expand_as(lengths))
    assert closest(drawn_at(named_graph(name))) == pytest.approx(float(lengths[0]))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("nodes", [2, 3, 10, 30])
def test_the_connected_random_graph_is_connected(nodes: int, seed: int) -> None:
    assert named_graph("connected random", nodes, seed).components()[0] == 1


def test_the_random_graph_has_crumbs() -> None:
    assert named_graph("random", 40, 0).components()[0] > 1


@pytest.mark.parametrize("wiring", ["ring", "regular", "small world"])
@pytest.mark.parametrize("nodes", [1, 2, 3, 4, 5, 6, 7, 33, 500])
def test_a_class_is_wired_as_one_component_on_a_circle(nodes: int, wiring: Wiring) -> None:
    graph = wired(nodes, wiring, 5)
    degrees = graph.degrees()
    assert graph.nodes == nodes
    assert graph.components()[0] == 1
    assert graph.unreciprocated().shape == (2, 0)
    match wiring:
        case "ring":
            assert (degrees == min(2, nodes - 1)).all()
        case "regular":
            assert (degrees == min(4, nodes - 1)).all()
        case _:
            assert int(degrees.sum()) == nodes * min(4, nodes - 1)
    if nodes > 2:
        # On a circle; the square's center is the bounding box's, which for few nodes is not the circle's.
        middle = drawn_at(graph).mean(dim=0)
        radii = (drawn_at(graph) - middle).norm(dim=1)
        torch.testing.assert_close(radii, radii[:1].expand_as(radii))
        assert int(drawn_at(graph)[:, 1].argmax()) == 0


def test_a_small_world_has_shortcuts() -> None:
    graph = as_networkx(wired(60, "small world", 0))
    lattice = nx.circulant_graph(60, [1, 2])
    assert nx.average_shortest_path_length(graph) < 0.8 * nx.average_shortest_path_length(lattice)


@pytest.mark.parametrize("dim", [2, 3])
@pytest.mark.parametrize("name", CLOUDS)
def test_every_cloud_is_centered_and_its_graph_survives_rotation(name: str, dim: int) -> None:
    if dim not in CLOUDS[name][0]:
        with pytest.raises(ValueError, match=rf"{name}' in 3 dimensions, got {dim}"):
            named_cloud(name, 27, dim)
        return
    cloud = named_cloud(name, 27, dim, 1)
    graph = radius_graph(cloud.positions, cloud.cutoff)
    assert cloud.positions.shape == (cloud.nodes, dim)
    assert cloud.nodes == (27 if name not in MOLECULES else len(elements(cloud)))
    assert graph.edges.shape[1] > 0
    assert float(cloud.positions.mean(dim=0).abs().max()) < (1e-12 if name != "uniform" else 1)
    for rotation in Rotation.random(3, rng=np.random.default_rng(0)).as_matrix()[:, :dim, :dim]:
        turned = cloud.positions.numpy() @ np.linalg.qr(rotation)[0].T
        assert edge_difference(radius_graph(turned, cloud.cutoff), graph) == 0


@pytest.mark.parametrize("name", CLOUDS)
def test_a_seed_means_one_cloud(name: str) -> None:
    one, same, other = (named_cloud(name, 12, 3, seed).positions for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert torch.equal(one, other) == (name not in ("uniform", "two clusters"))


def test_the_uniform_box_holds_one_point_a_unit_of_volume() -> None:
    cloud = named_cloud("uniform", 500, 3, 0)
    assert cloud.cell is not None
    assert float(cloud.cell.prod()) == pytest.approx(500)
    assert (cloud.positions.abs() <= cloud.cell / 2).all()


@pytest.mark.parametrize(("nodes", "dim", "neighbors"), [(16, 2, 4), (64, 3, 6)])
def test_a_full_lattice_is_periodic(nodes: int, dim: int, neighbors: int) -> None:
    cloud = named_cloud("lattice", nodes, dim)
    graph = radius_graph(cloud.positions, cloud.cutoff, cell=cloud.cell)
    assert graph.degrees().tolist() == [neighbors] * nodes
    assert named_cloud("lattice", nodes - 1, dim).cell is None
    assert closest(cloud.positions) == 1


def test_the_helices_are_mirror_images_of_opposite_hand() -> None:
    right, left = named_cloud("right helix", 20).positions, named_cloud("left helix", 20).positions
    torch.testing.assert_close(right * torch.tensor([1.0, 1.0, -1.0]), left)
    # Torsion of four points in a row: positive on a right-handed screw.
    assert torsion(right) > 0 > torsion(left)


def torsion(points: torch.Tensor) -> float:
    return float(torch.linalg.det(points[1:4] - points[:3]))


def test_the_sphere_is_one_and_the_ring_is_regular() -> None:
    sphere = named_cloud("sphere", 100).positions
    radius = math.sqrt(100 / (4 * math.pi))
    # Moving the mean to the origin moves the sphere by less than a hundredth.
    torch.testing.assert_close(sphere.norm(dim=1), torch.full((100,), radius).double(), atol=0.02, rtol=0)
    ring = named_cloud("ring", 9, 2)
    graph = radius_graph(ring.positions, ring.cutoff)
    assert graph.degrees().tolist() == [2] * 9
    torch.testing.assert_close(graph.lengths(), torch.ones(18).double())


@pytest.mark.parametrize(
    ("name", "formula", "bonds"),
    [
        ("water", "OHH", 2),
        ("methane", "CHHHH", 4),
        ("ethanol", "CCOHHHHHH", 8),
        ("benzene", "CCCCCCHHHHHH", 12),
        ("R-CHFClBr", "CHFClBr", 4),
        ("S-CHFClBr", "CHFClBr", 4),
    ],
)
def test_the_cutoff_of_a_molecule_finds_its_bonds(name: str, formula: str, bonds: int) -> None:
    cloud = named_cloud(name)
    graph = radius_graph(cloud.positions, cloud.cutoff)
    valence = {"H": (1,), "F": (1,), "Cl": (1,), "Br": (1,), "O": (2,), "C": (3, 4)}
    assert "".join(elements(cloud)) == formula
    assert cloud.unit == "angstrom"
    assert graph.edges.shape[1] == 2 * bonds
    assert graph.components()[0] == 1
    for element, degree in zip(elements(cloud), graph.degrees().tolist(), strict=True):
        assert degree in valence[element]
    # No bond nearly misses the cutoff, none is nearly added.
    assert radius_graph(cloud.positions, cloud.cutoff * 1.01).edges.shape == graph.edges.shape
    assert radius_graph(cloud.positions, cloud.cutoff * 0.99).edges.shape == graph.edges.shape


def angle(name: str, a: int, b: int, c: int) -> float:
    x = named_cloud(name).positions
    u, v = x[a] - x[b], x[c] - x[b]
    return math.degrees(math.acos(float(u @ v / (u.norm() * v.norm()))))


@pytest.mark.parametrize(
    ("name", "atoms", "degrees"),
    [
        ("water", (1, 0, 2), 104.5),
        ("methane", (1, 0, 4), math.degrees(math.acos(-1 / 3))),
        ("benzene", (0, 1, 2), 120),
        ("benzene", (6, 0, 1), 120),
        ("ethanol", (0, 1, 2), 108),
        ("ethanol", (1, 2, 8), 105.5),
        ("ethanol", (3, 0, 1), 110.5),
    ],
)
def test_molecules_have_the_angles_they_name(name: str, atoms: tuple[int, int, int], degrees: float) -> None:
    assert angle(name, *atoms) == pytest.approx(degrees)


def test_ethanol_is_its_own_mirror_image_and_its_heavy_atoms_lie_in_a_plane() -> None:
    x = named_cloud("ethanol").positions
    mirrored = x * torch.tensor([1.0, 1.0, -1.0])
    nearest = torch.cdist(mirrored, x, compute_mode="donot_use_mm_for_euclid_dist").min(dim=1).values
    assert float(nearest.max()) < 1e-12
    torch.testing.assert_close(x[[0, 1, 2, 3, 8], 2], torch.zeros(5).double())


def test_the_two_hands_of_bromochlorofluoromethane() -> None:
    right, left = named_cloud("R-CHFClBr").positions, named_cloud("S-CHFClBr").positions
    torch.testing.assert_close(torch.pdist(right), torch.pdist(left))
    # Cahn, Ingold and Prelog: seen with H behind, Br -> Cl -> F runs clockwise in R, so the triple product is negative.
    hand = [float(torch.linalg.det(x[[4, 3, 2]] - x[0])) for x in (right, left)]
    assert hand[0] < 0 < hand[1]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: named_graph("petersen"), "one of the graphs path, ring.*got 'petersen'"),
        (lambda: named_graph("barbell", 5), "at least 6 nodes for the graph 'barbell', got 5"),
        (lambda: wired(0, "ring"), "at least one student in a class, got 0"),
        (lambda: wired(4, cast("Wiring", "tree")), "got 'tree'"),
        (lambda: named_cloud("torus"), "one of the clouds uniform.*got 'torus'"),
        (lambda: named_cloud("ring", 2), "at least 3 points in a cloud, got 2"),
        (lambda: named_cloud("ring", 5, 4), "2 or 3 dimensions, got 4"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
