"""What is computed of one arrangement of points: its graph, its components, its energy.

E = {(v, u, S) : |x_u - x_v + S * cell| <= r}, computed by `models.graphs.graph` on the points as they are turned
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from models.graphs.graph import Graph, capped_radius_graph, edge_difference, knn_graph, radius_graph
from models.networks.radial import morse, pair_energy, polynomial_envelope
from models.symmetry.equivariance import random_rotation
from server.protocol.messages import Float64
from server.scenes.radius.params import CAP, Setting, start_of

Quaternion = tuple[float, float, float, float]
UPRIGHT: Quaternion = (0.0, 0.0, 0.0, 1.0)
EASY = 6000
"""Up to so many directed edges two graphs are compared with every change (10 ms); beyond, a job does it."""
STEEPEST = 0.35
"""The least distance of the drawn curve: nearer, the repulsion would dwarf the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One arrangement of points, looked at."""

    positions: Float64
    """(n, 3), as turned."""
    graph: Graph
    codes: NDArray[np.int64]
    """(e,) one number a directed edge with its image."""
    oneway: NDArray[np.bool_]
    """(e,) whether the reverse is absent."""
    component: NDArray[np.int64]
    components: int
    hard: float
    enveloped: float

    @property
    def edges(self) -> int:
        """Directed edges."""
        return len(self.codes)


def matrix_of(setting: Setting, quaternion: Quaternion) -> Float64:
    """The rotation (3, 3); in the plane only what turns about z, in a periodic box none."""
    if setting.periodic:
        return np.eye(3)
    x, y, z, w = quaternion
    if setting.dim == 2:
        x, y = 0.0, 0.0
        z, w = (z, w) if math.hypot(z, w) > 1e-9 else (0.0, 1.0)
    return np.asarray(Rotation.from_quat((x, y, z, w)).as_matrix())


def graph_of(setting: Setting, points: Float64, growth: float = 1.0) -> Graph:
    """The graph of (n, 3) points by the setting's rule."""
    x = torch.from_numpy(points[:, : setting.dim].copy())
    cell = torch.from_numpy(start_of(setting).box.copy()) if setting.periodic else None
    if setting.kind == "nearest":
        return knn_graph(x, max(1, math.ceil(setting.k * growth)), cell=cell)
    if setting.capped:
        return capped_radius_graph(x, setting.cutoff * growth, CAP)
    return radius_graph(x, setting.cutoff * growth, cell=cell)


def look(setting: Setting, points: Float64, quaternion: Quaternion, growth: float) -> Seen:
    """Everything that is shown of the points (n, 3), which lie as if the room were not turned."""
    upright = quaternion == UPRIGHT or setting.periodic
    positions = points if upright else points @ matrix_of(setting, quaternion).T
    graph = graph_of(setting, positions, growth)
    codes, reverse = _codes(graph)
    count, labels = graph.components()
    sizes = np.bincount(labels.numpy(), minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    cutoff = setting.cutoff * growth
    assert graph.positions is not None
    return Seen(
        positions=positions,
        graph=graph,
        codes=codes,
        oneway=~np.isin(reverse, codes),
        component=rank[labels.numpy()],
        components=count,
        hard=float(pair_energy(graph.positions, graph, cutoff, smooth=False)),
        enveloped=float(pair_energy(graph.positions, graph, cutoff, smooth=True)),
    )


def _codes(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One number for each directed edge and image, and the number its reverse would have."""
    sources, targets = graph.edges.numpy()
    forth, back = sources * graph.nodes + targets, targets * graph.nodes + sources
    if graph.shifts is not None and graph.cell is not None:
        for column in (graph.shifts / graph.cell).round().to(torch.int64).numpy().T:
            forth, back = forth * 128 + column + 64, back * 128 - column + 64
    return forth, back


def listed(seen: Seen) -> NDArray[np.bool_]:
    """(e,) of each edge and its reverse one, and each edge without reverse."""
    _, reverse = _codes(seen.graph)
    keep: NDArray[np.bool_] = seen.oneway | (seen.codes < reverse)
    return keep


def changed(before: Seen, after: Seen) -> int:
    """How many directed edges came or went between two arrangements of the same points."""
    return len(np.setxor1d(before.codes, after.codes, assume_unique=True))


def difference(setting: Setting, points: Float64, seen: Seen, growth: float) -> int:
    """Directed edges in one graph and not in the other: of the room at rest and as it is turned."""
    return edge_difference(graph_of(setting, points, growth), seen.graph)


def random_turns(setting: Setting, count: int, seed: int) -> list[Float64]:
    """Random rotations (3, 3): of the room, or about z in the plane."""
    generator = torch.Generator().manual_seed(seed)
    if setting.dim == 3:
        return [random_rotation(generator).numpy() for _ in range(count)]
    angles = (2 * math.pi * torch.rand(count, generator=generator, dtype=torch.float64)).tolist()
    return [np.asarray(Rotation.from_rotvec((0.0, 0.0, angle)).as_matrix()) for angle in angles]


def expected_degree(setting: Setting, growth: float) -> float | None:
    """rho pi r^2 or rho 4/3 pi r^3, for random points and an uncapped radius graph."""
    if setting.points != "uniform" or setting.kind != "radius" or setting.capped:
        return None
    r = setting.cutoff * growth
    volume = math.pi * r**2 if setting.dim == 2 else 4 / 3 * math.pi * r**3
    return float(setting.nodes / np.prod(start_of(setting).box) * volume)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """phi(r) cut off hard, phi(r) u(r / r_c), and what a crossing costs."""

    r: Float64
    hard: Float64
    enveloped: Float64
    at_cutoff: float
    jump_hard: float
    jump_enveloped: float


@lru_cache(maxsize=64)
def curve_of(cutoff: float) -> Curve:
    """The energy of two points over their distance."""
    far = max(1.35 * cutoff, 1.0)
    near = min(STEEPEST, cutoff / 2)
    # The cutoff stands twice, so that a drawn line falls straight down there.
    r = torch.cat((torch.linspace(near, cutoff, 120, dtype=torch.float64), torch.linspace(cutoff, far, 40).double()))
    r[120] = cutoff * (1 + 1e-6)
    phi = morse(r)
    return Curve(
        r=r.numpy(),
        hard=torch.where(r <= cutoff, phi, torch.zeros_like(phi)).numpy(),
        enveloped=(phi * polynomial_envelope(r, cutoff)).numpy(),
        at_cutoff=float(morse(torch.tensor(cutoff, dtype=torch.float64))),
        jump_hard=_jump(cutoff, smooth=False),
        jump_enveloped=_jump(cutoff, smooth=True),
    )


def _jump(cutoff: float, smooth: bool) -> float:
    """|E just inside the cutoff - E just outside| of two points."""
    inside, outside = (_pair(cutoff * (1 + side * 1e-9), cutoff, smooth) for side in (-1, 1))
    return abs(inside - outside)


def _pair(distance: float, cutoff: float, smooth: bool) -> float:
    points = torch.tensor([[0.0, 0.0], [distance, 0.0]], dtype=torch.float64)
    return float(pair_energy(points, radius_graph(points, cutoff), cutoff, smooth))
