"""Seeded graphs and point clouds worth showing: everything is made here, nothing is downloaded.

Graphs come with 2-D positions to draw them at, in [-1, 1]^2, y upwards. Clouds are centered on the origin and come with
a cutoff that lies between two shells of neighbors, where the radius graph survives a rotation's rounding.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import networkx as nx
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path
from torch import Tensor

from models.graphs import molecules
from models.graphs.graph import Graph
from models.graphs.molecules import Molecule

Floats: TypeAlias = NDArray[np.float64]
Pairs: TypeAlias = list[tuple[int, int]]
Wiring: TypeAlias = Literal["ring", "regular", "small world"]

# Kamada-Kawai takes about half a second here and grows with the square; larger graphs are drawn on a circle.
LARGEST_SPRING_LAYOUT = 200


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points in space, centered on the origin.

    positions: (n, dim) float64, in `unit`. elements: n chemical symbols, or None. unit: "angstrom", or "" for a bare
    number. cutoff: a length in the same unit at which the radius graph is worth showing. cell: (dim,) float64 lengths
    of the periodic box the points fill evenly, or None.
    """

    positions: Tensor
    elements: tuple[str, ...] | None
    unit: str
    cutoff: float
    cell: Tensor | None = None

    @property
    def nodes(self) -> int:
        """n."""
        return self.positions.shape[0]


def named_graph(name: str, nodes: int = 10, seed: int = 0) -> Graph:
    """One of `GRAPHS`, both directions of each edge, with positions (n, 2) to draw it at.

    nodes: the number of nodes; karate, decalin and bicyclopentyl have their own and ignore it.
    seed:  of "connected random", "random", "regular" and "small world".
    Raises ValueError on an unknown name or fewer nodes than the graph needs.
    """
    if name not in GRAPHS:
        raise ValueError(f"Expected one of the graphs {', '.join(GRAPHS)}, got {name!r}.")
    fewest, build = GRAPHS[name]
    if nodes < fewest:
        raise ValueError(f"Expected at least {fewest} nodes for the graph {name!r}, got {nodes}.")
    return build(nodes, seed)


def wired(nodes: int, wiring: Wiring, seed: int = 0) -> Graph:
    """A class as a graph, one node a student, drawn on a circle with node 0 at the top, clockwise.

    ring:        each hears the two beside it.
    regular:     each hears four, drawn at random, connected; everybody where there are five or fewer.
    small world: each hears the two on either side; a tenth of these links leads somewhere at random
                 (Watts and Strogatz 1998, Nature 393, 440), connected.

    nodes: at least 1, since a room opens with one. Raises ValueError below, or on another wiring.
    """
    if nodes < 1:
        raise ValueError(f"Expected at least one student in a class, got {nodes}.")
    match wiring:
        case "ring":
            pairs: Iterable[tuple[int, int]] = _cycle(range(nodes))
        case "regular":
            pairs = _regular(nodes, np.random.default_rng(seed))
        case "small world" if nodes > 5:
            generator = np.random.default_rng(seed)
            pairs = nx.connected_watts_strogatz_graph(nodes, 4, 0.1, tries=1000, seed=generator).edges
        case "small world":
            pairs = itertools.combinations(range(nodes), 2)
        case _:
            raise ValueError(f"Expected the wiring 'ring', 'regular' or 'small world', got {wiring!r}.")
    return _drawn(pairs, _circle(nodes))


def _drawn(pairs: Iterable[tuple[int, int]], positions: Floats) -> Graph:
    """Both directions of each pair, sorted by target, then source; positions fitted to [-1, 1]^2."""
    edges = sorted({(target, source) for a, b in pairs for target, source in ((a, b), (b, a)) if a != b})
    rows = torch.tensor(edges, dtype=torch.int64).reshape(-1, 2)
    return Graph(rows.flip(1).T.contiguous(), len(positions), torch.from_numpy(_fitted(positions)))


def _fitted(positions: Floats) -> Floats:
    """Moved and scaled, proportions kept, so that the bounding box is centered and just fits [-1, 1]^2."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    half = float((high - low).max()) / 2
    fitted: Floats = (positions - (low + high) / 2) / (half if half > 0 else 1.0)
    return fitted


def _aside(positions: Floats, distance: float) -> Floats:
    """Moved along x."""
    moved: Floats = positions + np.array([distance, 0.0])
    return moved


def _circle(nodes: int, start: float = math.pi / 2, direction: int = -1) -> Floats:
    """Corners of the regular polygon in the unit circle, (nodes, 2); from the top, clockwise unless told otherwise."""
    angles = start + direction * 2 * math.pi * np.arange(nodes) / nodes
    return np.stack((np.cos(angles), np.sin(angles)), axis=1)


def _cycle(nodes: Iterable[int]) -> Pairs:
    ring = list(nodes)
    return list(zip(ring, ring[1:] + ring[:1], strict=True))


def _path(nodes: int, seed: int) -> Graph:
    return _drawn(itertools.pairwise(range(nodes)), np.stack((np.arange(nodes), np.zeros(nodes)), axis=1))


def _star(nodes: int, seed: int) -> Graph:
    """Node 0 in the middle."""
    return _drawn([(0, leaf) for leaf in range(1, nodes)], np.concatenate((np.zeros((1, 2)), _circle(nodes - 1))))


def _two_rings(nodes: int, seed: int) -> Graph:
    """Two rings of half the nodes: to one-dimensional Weisfeiler-Leman the same as one ring of all."""
    half = nodes // 2
    left, right = _circle(half), _circle(nodes - half)
    positions = np.concatenate((_aside(left, -1.3), _aside(right, 1.3)))
    return _drawn(_cycle(range(half)) + _cycle(range(half, nodes)), positions)


def _barbell(nodes: int, seed: int) -> Graph:
    """Two complete graphs of two fifths of the nodes each, a path of the rest between them: a bottleneck."""
    bell = max(3, 2 * nodes // 5)
    bar = nodes - 2 * bell
    gap = max(bar + 1, 2) * 0.6
    # Each bell's node on the bar faces the other bell.
    left = _circle(bell, start=0.0)[::-1]
    left = _aside(np.roll(left, -1 - int(np.argmax(left[:, 0])), axis=0), -gap / 2 - 1)
    right = _aside(_circle(bell, start=math.pi), gap / 2 + 1)
    middle = np.stack((np.linspace(-gap / 2, gap / 2, bar + 2)[1:-1], np.zeros(bar)), axis=1)
    pairs = [*itertools.combinations(range(bell), 2), *itertools.combinations(range(nodes - bell, nodes), 2)]
    pairs += itertools.pairwise(range(bell - 1, nodes - bell + 1))
    return _drawn(pairs, np.concatenate((left, middle, right)))


def _decalin(nodes: int, seed: int) -> Graph:
    """Two hexagons that share a bond, as chemists draw them: a ring of ten with the bond 0-5 across."""
    right = _aside(_circle(6), math.sqrt(3) / 2)  # from the top, clockwise; the shared bond is its left side, 4-5
    left = _aside(_circle(6), -math.sqrt(3) / 2)  # the shared bond is its right side, 1-2
    positions = np.concatenate((right[[5, 0, 1, 2, 3, 4]], left[[3, 4, 5, 0]]))
    return _drawn([*_cycle(range(10)), (0, 5)], positions)


def _bicyclopentyl(nodes: int, seed: int) -> Graph:
    """Two pentagons joined by a bond, 0-5, all bonds of one length."""
    radius = 0.5 / math.sin(math.pi / 5)
    left = _aside(_circle(5, start=0.0) * radius, -0.5 - radius)
    right = _aside(_circle(5, start=math.pi) * radius, 0.5 + radius)
    return _drawn([*_cycle(range(5)), *_cycle(range(5, 10)), (0, 5)], np.concatenate((left, right)))


def _karate(nodes: int, seed: int) -> Graph:
    """Zachary's karate club, 34 members and 78 friendships (1977, Journal of Anthropological Research 33, 452)."""
    return _spring(list(nx.karate_club_graph().edges), 34)


def _random_pairs(nodes: int, probability: float, generator: np.random.Generator) -> Pairs:
    """Each pair with one probability (Erdős and Rényi 1959, in Gilbert's form)."""
    first, second = np.triu_indices(nodes, k=1)
    kept = generator.random(len(first)) < probability
    return list(zip(first[kept].tolist(), second[kept].tolist(), strict=True))


def _random(nodes: int, seed: int) -> Graph:
    """Mean degree 1.5: one large component and crumbs."""
    return _spring(_random_pairs(nodes, 1.5 / max(nodes - 1, 1), np.random.default_rng(seed)), nodes)


def _connected_random(nodes: int, seed: int) -> Graph:
    """Just above the threshold ln(n) / n, drawn again until it is connected."""
    generator = np.random.default_rng(seed)
    while True:
        pairs = _random_pairs(nodes, (math.log(nodes) + 1) / nodes, generator)
        if _is_connected(pairs, nodes):
            return _spring(pairs, nodes)


def _regular(nodes: int, generator: np.random.Generator) -> Pairs:
    """Degree 4, connected; the complete graph where there are five nodes or fewer."""
    if nodes <= 5:
        return list(itertools.combinations(range(nodes), 2))
    while True:
        pairs = list(nx.random_regular_graph(4, nodes, seed=generator).edges)
        if _is_connected(pairs, nodes):
            return pairs


def _is_connected(pairs: Pairs, nodes: int) -> bool:
    graph = nx.Graph(pairs)
    return nodes == 1 or (graph.number_of_nodes() == nodes and nx.is_connected(graph))


def _spring(pairs: Pairs, nodes: int) -> Graph:
    """Kamada and Kawai's layout, turned so that its longest direction lies across."""
    graph = nx.Graph(pairs)
    graph.add_nodes_from(range(nodes))
    if not 2 < nodes <= LARGEST_SPRING_LAYOUT:
        return _drawn(pairs, _circle(nodes))
    hops = shortest_path(nx.to_scipy_sparse_array(graph, nodelist=range(nodes)), unweighted=True)
    # Components have no distance to each other; a little more than the longest one keeps them apart but in view.
    hops[np.isinf(hops)] = hops[np.isfinite(hops)].max() + 1.5
    rows = {i: dict(enumerate(row)) for i, row in enumerate(hops.tolist())}
    start = dict(enumerate(_circle(nodes)))
    layout = nx.kamada_kawai_layout(graph, dist=rows, pos=start)
    positions = np.array([layout[node] for node in range(nodes)])
    positions -= positions.mean(axis=0)
    across = np.linalg.eigh(positions.T @ positions)[1][:, 1]
    across *= np.sign(across[np.argmax(np.abs(across))])
    return _drawn(pairs, positions @ np.stack((across, [-across[1], across[0]]), axis=1))


GRAPHS: dict[str, tuple[int, Callable[[int, int], Graph]]] = {
    "path": (1, _path),
    "ring": (3, lambda nodes, seed: wired(nodes, "ring")),
    "two rings": (6, _two_rings),
    "star": (2, _star),
    "barbell": (6, _barbell),
    "karate": (0, _karate),
    "decalin": (0, _decalin),
    "bicyclopentyl": (0, _bicyclopentyl),
    "random": (1, _random),
    "connected random": (1, _connected_random),
    "regular": (1, lambda nodes, seed: _spring(_regular(nodes, np.random.default_rng(seed)), nodes)),
    "small world": (1, lambda nodes, seed: wired(nodes, "small world", seed)),
}
"""Each graph's fewest nodes and its maker (nodes, seed) -> Graph."""


def named_cloud(name: str, nodes: int = 20, dim: int = 3, seed: int = 0) -> Cloud:
    """One of `CLOUDS` in 2 or 3 dimensions; helices, the sphere and molecules need 3.

    nodes: the number of points; molecules have their own and ignore it. seed: of "uniform" and "two clusters".
    Raises ValueError on an unknown name, fewer than 3 points, a dimension the cloud does not have.
    """
    if name not in CLOUDS:
        raise ValueError(f"Expected one of the clouds {', '.join(CLOUDS)}, got {name!r}.")
    dimensions, build = CLOUDS[name]
    if dim not in dimensions:
        raise ValueError(f"Expected the cloud {name!r} in {' or '.join(map(str, dimensions))} dimensions, got {dim}.")
    if nodes < 3:
        raise ValueError(f"Expected at least 3 points in a cloud, got {nodes}.")
    return build(nodes, dim, seed)


def _points(positions: Floats, cutoff: float) -> Cloud:
    return Cloud(torch.from_numpy(positions - positions.mean(axis=0)), None, "", cutoff)


def _uniform(nodes: int, dim: int, seed: int) -> Cloud:
    """One point a unit of volume on average, in a cube that may be taken as periodic."""
    side = nodes ** (1 / dim)
    positions = np.random.default_rng(seed).uniform(-side / 2, side / 2, (nodes, dim))
    cell = torch.full((dim,), side, dtype=torch.float64)
    return Cloud(torch.from_numpy(positions), None, "", 1.3, cell)


def _lattice(nodes: int, dim: int, seed: int) -> Cloud:
    """Square or cubic, spacing 1, filled row by row; periodic where the last row is full."""
    side = next(side for side in itertools.count(1) if side**dim >= nodes)
    grid = np.array(list(itertools.islice(itertools.product(range(side), repeat=dim), nodes)), dtype=np.float64)
    cell = torch.full((dim,), float(side), dtype=torch.float64) if side**dim == nodes else None
    return Cloud(torch.from_numpy(grid - grid.mean(axis=0)), None, "", 1.05, cell)


def _helix(hand: int) -> Callable[[int, int, int], Cloud]:
    """(cos t, sin t, c t), c > 0 for the right hand: radius 1, eight points and a rise of 1.6 a turn."""

    def build(nodes: int, dim: int, seed: int) -> Cloud:
        t = np.arange(nodes) * math.pi / 4
        return _points(np.stack((np.cos(t), np.sin(t), hand * 1.6 * t / (2 * math.pi)), axis=1), 1.0)

    return build


def _sphere(nodes: int, dim: int, seed: int) -> Cloud:
    """Fibonacci's spiral of equal areas, one point a unit of area."""
    i = np.arange(nodes) + 0.5
    z = 1 - 2 * i / nodes
    longitude = math.pi * (1 + math.sqrt(5)) * i
    across = np.sqrt(1 - z * z)
    unit = np.stack((across * np.cos(longitude), across * np.sin(longitude), z), axis=1)
    return _points(unit * math.sqrt(nodes / (4 * math.pi)), 1.35)


def _polygon(nodes: int, dim: int, seed: int) -> Cloud:
    """A regular polygon of side 1, in the plane z = 0."""
    flat = _circle(nodes) * 0.5 / math.sin(math.pi / nodes)
    return _points(np.pad(flat, ((0, 0), (0, dim - 2))), 1.2)


def _two_clusters(nodes: int, dim: int, seed: int) -> Cloud:
    """Half the points about x = -2, half about x = 2, standard deviation 0.6."""
    positions = np.random.default_rng(seed).normal(0, 0.6, (nodes, dim))
    positions[:, 0] += np.where(np.arange(nodes) < nodes // 2, -2, 2)
    return _points(positions, 1.2)


def _molecule(molecule: Molecule) -> Callable[[int, int, int], Cloud]:
    def build(nodes: int, dim: int, seed: int) -> Cloud:
        centered = molecule.positions - molecule.positions.mean(axis=0)
        return Cloud(torch.from_numpy(centered), molecule.elements, "angstrom", molecule.cutoff)

    return build


_ANY = (2, 3)
CLOUDS: dict[str, tuple[tuple[int, ...], Callable[[int, int, int], Cloud]]] = {
    "uniform": (_ANY, _uniform),
    "lattice": (_ANY, _lattice),
    "ring": (_ANY, _polygon),
    "two clusters": (_ANY, _two_clusters),
    "right helix": ((3,), _helix(1)),
    "left helix": ((3,), _helix(-1)),
    "sphere": ((3,), _sphere),
    "water": ((3,), _molecule(molecules.water())),
    "methane": ((3,), _molecule(molecules.methane())),
    "ethanol": ((3,), _molecule(molecules.ethanol())),
    "benzene": ((3,), _molecule(molecules.benzene())),
    "R-CHFClBr": ((3,), _molecule(molecules.bromochlorofluoromethane(1))),
    "S-CHFClBr": ((3,), _molecule(molecules.bromochlorofluoromethane(-1))),
}
"""Each cloud's dimensions and its maker (nodes, dim, seed) -> Cloud."""
