"""Graphs whose edges carry messages, and three ways to draw edges between points in space.

An edge runs from a source v to a target u, and the message flows v -> u. Between points the edges are

    radius graph      E = {(v, u) : v != u, |x_u - x_v| <= cutoff}
    k nearest         E = {(v, u) : v is one of the k nearest neighbors of u}

and in a periodic box every point also stands for its images x + S * cell, S integer.

Distances come from explicit differences in float64. The expanded form |x|^2 + |y|^2 - 2 x.y, the default of
`torch.cdist`, loses digits to cancellation, and a graph decided by lost digits changes when the room rotates.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from torch import Tensor

from models.graphs.neighbors import (
    Floats,
    Integers,
    first_per_target,
    image_pairs,
    lengths,
    nearest_images,
    nearest_pairs,
    open_pairs,
)

Points: TypeAlias = Tensor | NDArray[np.floating[Any]]
EdgeKey: TypeAlias = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Graph:
    """Directed edges between `nodes` nodes, with positions where the graph lies in space.

    edges:     (2, e) int64, row 0 the sources, row 1 the targets; a message flows source -> target.
    nodes:     n.
    positions: (n, dim) float64, a length, or None.
    shifts:    (e, dim) float64, same length, or None: with a periodic box, the offset that makes
               positions[target] - positions[source] + shifts[edge] the edge's vector. The source's image
               is heard from positions[source] - shifts[edge].
    cell:      (dim,) float64, the box lengths; present exactly when `shifts` is.

    Raises ValueError on a wrong shape or dtype, an index out of range, a position that is not finite, a shift
    that is not a whole number of boxes.
    """

    edges: Tensor
    nodes: int
    positions: Tensor | None = None
    shifts: Tensor | None = None
    cell: Tensor | None = None

    def __post_init__(self) -> None:
        if self.nodes < 0:
            raise ValueError(f"Expected zero nodes or more, got nodes={self.nodes}.")
        if self.edges.ndim != 2 or self.edges.shape[0] != 2 or self.edges.dtype != torch.int64:
            raise ValueError(
                "Expected edges as an int64 tensor of shape (2, e), sources over targets, "
                f"got {self.edges.dtype} of shape {tuple(self.edges.shape)}."
            )
        if self.edges.numel() and not 0 <= int(self.edges.min()) <= int(self.edges.max()) < self.nodes:
            raise ValueError(
                f"Expected edges that name nodes 0 to {self.nodes - 1}, "
                f"got indices from {int(self.edges.min())} to {int(self.edges.max())}."
            )
        if self.positions is not None:
            _check_float64("Positions", self.positions, (self.nodes, None))
        if (self.shifts is None) != (self.cell is None):
            raise ValueError("Expected shifts and a cell together, or neither, got one of them.")
        if self.shifts is not None and self.cell is not None:
            self._check_shifts(self.shifts, self.cell)

    def _check_shifts(self, shifts: Tensor, cell: Tensor) -> None:
        if self.positions is None:
            raise ValueError("Expected positions for the shifts, got none.")
        dim = self.positions.shape[1]
        _check_float64("Shifts", shifts, (self.edges.shape[1], dim))
        _check_cell(cell, dim)
        images = shifts / cell
        if not torch.allclose(images, images.round(), rtol=0, atol=1e-6):
            raise ValueError("Expected shifts of a whole number of box lengths, got a fraction of one.")

    @property
    def sources(self) -> Tensor:
        """(e,) int64: where each message starts."""
        return self.edges[0]

    @property
    def targets(self) -> Tensor:
        """(e,) int64: where each message arrives."""
        return self.edges[1]

    def vectors(self) -> Tensor:
        """positions[target] - positions[source] + shifts: (e, dim), from source to target, differentiable.

        Raises ValueError when the graph has no positions.
        """
        if self.positions is None:
            raise ValueError("Expected positions for the edge vectors, got a graph without them.")
        difference = self.positions[self.targets] - self.positions[self.sources]
        return difference if self.shifts is None else difference + self.shifts

    def lengths(self) -> Tensor:
        """|vectors|: (e,), with gradient zero rather than NaN on an edge of length zero."""
        lengths: Tensor = torch.linalg.vector_norm(self.vectors(), dim=-1)
        return lengths

    def degrees(self) -> Tensor:
        """In-degree, how many messages arrive at each node: (n,) int64."""
        return self.targets.new_zeros(self.nodes).index_add(0, self.targets, torch.ones_like(self.targets))

    def adjacency(self) -> Tensor:
        """A[u, v] = number of edges v -> u: (n, n) float64, so that A @ h sums what the neighbors send."""
        at = self.edges.device
        matrix = torch.zeros(self.nodes, self.nodes, dtype=torch.float64, device=at)
        ones = torch.ones(self.edges.shape[1], dtype=torch.float64, device=at)
        return matrix.index_put_((self.targets, self.sources), ones, accumulate=True)

    def components(self) -> tuple[int, Tensor]:
        """Number of connected components, directions ignored, and each node's component: (n,) int64."""
        sources, targets = self.edges.numpy()
        links = coo_matrix((np.ones(len(sources)), (sources, targets)), shape=(self.nodes, self.nodes))
        count, labels = connected_components(links, directed=True, connection="weak")
        return int(count), torch.from_numpy(np.asarray(labels, dtype=np.int64))

    def edge_keys(self) -> list[EdgeKey]:
        """(source, target, image) of each edge in order; image = shifts / cell, () where that is zero."""
        sources, targets = self.edges.tolist()
        if self.shifts is None or self.cell is None:
            return [(source, target, ()) for source, target in zip(sources, targets, strict=True)]
        images = (self.shifts / self.cell).round().to(torch.int64).tolist()
        return [
            (source, target, tuple(image) if any(image) else ())
            for source, target, image in zip(sources, targets, images, strict=True)
        ]

    def edge_set(self) -> frozenset[EdgeKey]:
        """The edges without their order, for comparing two graphs on the same nodes."""
        return frozenset(self.edge_keys())

    def unreciprocated(self) -> Tensor:
        """Edges whose reverse is absent (the reverse has the opposite image): (2, m) int64."""
        keys = self.edge_keys()
        present = frozenset(keys)
        alone = [(target, source, tuple(-step for step in image)) not in present for source, target, image in keys]
        return self.edges[:, torch.tensor(alone, dtype=torch.bool)]

    def permuted(self, order: Tensor) -> Graph:
        """The same graph with its nodes renumbered: new node i is old node order[i]; edges keep their order.

        order: (n,) int64. Raises ValueError unless it names every node once.
        """
        if not torch.equal(order.sort().values, torch.arange(self.nodes)):
            raise ValueError(f"Expected an order that names each of the {self.nodes} nodes once, got {order.tolist()}.")
        positions = None if self.positions is None else self.positions[order]
        return Graph(order.argsort()[self.edges], self.nodes, positions, self.shifts, self.cell)


def radius_graph(positions: Points, cutoff: float, *, cell: Points | None = None) -> Graph:
    """Every pair of points no further apart than the cutoff, in both directions, however many there are.

    E = {(v, u, S) : |x_u - x_v + S * cell| <= cutoff}, without a point's edge to itself (v = u, S = 0).

    positions: (n, dim), a length, anywhere: a point outside the box stands for its image inside.
    cutoff:    the same length; may exceed half the box or the whole box, where a point also hears its own images.
    cell:      (dim,) lengths of an orthorhombic periodic box, or None for open space.

    The graph keeps the positions as they were given, in float64, so a shift of everything leaves it the same.
    Edges are sorted by target, then source, then image. Two points on one place are joined by an edge of length
    zero: a legitimate edge, but one without a direction.

    Raises ValueError on positions that are not finite or not (n, dim), a cutoff or a box that is not positive.
    """
    points = _points(positions)
    if not (math.isfinite(cutoff) and cutoff > 0):
        raise ValueError(f"Expected a positive, finite cutoff, got {cutoff}.")
    x = points.detach().numpy()
    if cell is None:
        return _unchecked(torch.from_numpy(open_pairs(x, cutoff)), len(x), points)
    box = _box(cell, x.shape[1])
    sources, targets, images = image_pairs(x, box, cutoff)
    near = lengths(x, sources, targets, images * box) <= cutoff
    return _sorted_graph(points, box, sources[near], targets[near], images[near])


def knn_graph(positions: Points, k: int, *, cell: Points | None = None) -> Graph:
    """The k nearest neighbors of each node send to it: every in-degree is k, and v -> u does not imply u -> v.

    positions, cell: as in `radius_graph`; in a periodic box the neighbors are images, a point's own included.
    k: at least 1. In open space a node with fewer than k others hears all of them.

    Equal distances are ordered by source index, then image: deterministic, but on a lattice a rotation, which
    changes the last digit, chooses differently. Edges are sorted by target, then source, then image.

    Raises ValueError on positions that are not finite or not (n, dim), k below 1, a box that is not positive.
    """
    points = _points(positions)
    if k < 1:
        raise ValueError(f"Expected at least one neighbor a node, got k={k}.")
    x = points.detach().numpy()
    box = None if cell is None else _box(cell, x.shape[1])
    sources, targets, images = nearest_pairs(x, k) if box is None else nearest_images(x, box, k)
    distances = lengths(x, sources, targets, None if box is None else images * box)
    keep = first_per_target(targets, (*images.T[::-1], sources, distances), k)
    return _sorted_graph(points, box, sources[keep], targets[keep], images[keep])


def capped_radius_graph(positions: Points, cutoff: float, cap: int = 32) -> Graph:
    """A radius graph in which each node hears only the first `cap` neighbors found. A trap, kept to be shown.

    Fast libraries cap the neighbors of a node by default (torch_cluster: 32). "First found" is the order in
    which their k-d tree is walked; here too: the leaves of a k-d tree from left to right. The tree is cut along
    the axes, so it is cut elsewhere once the points rotate, and other neighbors survive: the graph, and every
    network on it, is no longer rotation-equivariant. It is no longer symmetric either, since u may be dropped
    by a crowded v that u itself still hears. With no more than `cap` neighbors anywhere it is `radius_graph`.

    positions: (n, dim), a length; cutoff: the same length; cap: at least 1.
    Raises ValueError as `radius_graph` does, and on a cap below 1.
    Source: PyG issue 1867, pytorch_cluster issues 106 and 250.
    """
    if cap < 1:
        raise ValueError(f"Expected a cap of at least one neighbor, got {cap}.")
    points = _points(positions)
    whole = radius_graph(points, cutoff)
    found = np.argsort(cKDTree(points.detach().numpy(), leafsize=1).indices)
    sources, targets = whole.edges.numpy()
    keep = first_per_target(targets, (found[sources],), cap)
    return Graph(whole.edges[:, torch.from_numpy(np.sort(keep))], whole.nodes, points)


def edge_difference(a: Graph, b: Graph) -> int:
    """How many directed edges are in one graph and not in the other; 0 when both have the same edges."""
    return len(a.edge_set() ^ b.edge_set())


def edge_vectors(positions: Tensor, graph: Graph) -> Tensor:
    """x_i - x_j for each edge j -> i, the image of j that the edge means. (n, 3) -> (e, 3).

    The positions are given apart from the graph, since a model may have moved them or may differentiate by them.
    """
    difference = positions[graph.targets] - positions[graph.sources]
    return difference if graph.shifts is None else difference + graph.shifts.to(positions)


def on(graph: Graph, device: torch.device | str) -> Graph:
    """The same graph with its tensors on a device, where its model is; a check again would wait for the GPU."""
    moved = copy.copy(graph)
    for name in ("edges", "positions", "shifts", "cell"):
        tensor: Tensor | None = getattr(graph, name)
        object.__setattr__(moved, name, None if tensor is None else tensor.to(device))
    return moved


def _check_float64(name: str, tensor: Tensor, shape: tuple[int, int | None]) -> None:
    rows, columns = shape
    fits = tensor.ndim == 2 and tensor.shape[0] == rows and (columns is None or tensor.shape[1] == columns)
    if not fits or tensor.dtype != torch.float64:
        raise ValueError(
            f"Expected {name.lower()} as a float64 tensor of shape ({rows}, {columns or 'dim'}), "
            f"got {tensor.dtype} of shape {tuple(tensor.shape)}."
        )
    if not bool(torch.isfinite(tensor).all()):
        raise ValueError(f"Expected finite {name.lower()}, got NaN or infinity.")


def _check_cell(cell: Tensor, dim: int) -> None:
    if cell.shape != (dim,) or cell.dtype != torch.float64:
        raise ValueError(
            f"Expected a cell of one float64 box length for each of {dim} dimensions, "
            f"got {cell.dtype} of shape {tuple(cell.shape)}."
        )
    if not bool((torch.isfinite(cell) & (cell > 0)).all()):
        raise ValueError(f"Expected positive, finite box lengths, got {cell.tolist()}.")


def _points(positions: Points) -> Tensor:
    points = torch.as_tensor(positions).to(torch.float64)
    if points.ndim != 2 or points.shape[1] == 0:
        raise ValueError(f"Expected positions of shape (n, dim), one row a point, got {tuple(points.shape)}.")
    if not bool(torch.isfinite(points).all()):
        raise ValueError("Expected finite positions, got NaN or infinity.")
    return points


def _box(cell: Points, dim: int) -> Floats:
    box = torch.as_tensor(cell).to(torch.float64)
    _check_cell(box, dim)
    return box.numpy()


def _unchecked(edges: Tensor, nodes: int, positions: Tensor) -> Graph:
    """A graph whose parts are right by construction: to look at every index again costs a tenth of finding it."""
    graph = object.__new__(Graph)
    for name, value in (("edges", edges), ("nodes", nodes), ("positions", positions), ("shifts", None), ("cell", None)):
        object.__setattr__(graph, name, value)
    return graph


def _sorted_graph(points: Tensor, box: Floats | None, sources: Integers, targets: Integers, images: Integers) -> Graph:
    order = np.lexsort((*images.T[::-1], sources, targets))
    edges = torch.from_numpy(np.stack((sources[order], targets[order])))
    if box is None:
        return Graph(edges, len(points), points)
    return Graph(edges, len(points), points, torch.from_numpy(images[order] * box), torch.from_numpy(box))
