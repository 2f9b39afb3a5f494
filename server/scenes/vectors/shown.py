"""The frames of a state of the scene `vectors`; every number by `models.symmetry.irreps`, in float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from models.symmetry import irreps
from models.symmetry.equivariance import zone
from models.symmetry.geodesic import geodesic
from server.protocol.messages import f4
from server.scenes.vectors import messages as m
from server.scenes.vectors.state import Quaternion, VectorsState

FINE, COARSE = 18, 7
"""Cuts of the icosahedron's edges: 3,242 and 492 points."""


@lru_cache(maxsize=64)
def representation(quaternion: Quaternion, degree: int) -> Tensor:
    """D(R) of all degrees up to this one, ((degree + 1)^2, (degree + 1)^2) float64."""
    return irreps.wigner(irreps.rotation_of(quaternion), degree)


def sizes(degree: int) -> list[int]:
    """2l + 1 for l = 0 .. degree."""
    return [block.stop - block.start for block in irreps.blocks(degree)]


def summed(state: VectorsState) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The arrows (n, 3) before and after the turn, and their summed harmonics ((L + 1)^2) before and after."""
    arrows = torch.tensor(state.shown, dtype=torch.float64)
    turned = arrows @ irreps.rotation_of(state.turn).T
    degree = state.params.degree
    return arrows, turned, irreps.neighborhood(arrows, degree), irreps.neighborhood(turned, degree)


def task(state: VectorsState) -> m.VectorsTask:
    """What phones are told; the class's arrows are not among it."""
    degree = state.params.degree
    values = irreps.harmonics(torch.tensor([state.arrow], dtype=torch.float64), degree)[0]
    return m.VectorsTask(
        version=state.version,
        act=state.act,
        degree=degree,
        of_class=state.params.neighbors == "class",
        at=state.arrow,
        values=f4(values),
        norms=tuple(irreps.norms(values, degree).tolist()),
    )


def shown(state: VectorsState) -> m.VectorsShown:
    """The arrows with their numbers, and the errors."""
    degree = state.params.degree
    arrows, turned, before, after = summed(state)
    matrix = representation(state.turn, degree)
    error = irreps.harmonics_error(arrows, irreps.rotation_of(state.turn), matrix)
    pairs = list(zip(irreps.norms(before, degree).tolist(), irreps.norms(after, degree).tolist(), strict=True))
    return m.VectorsShown(
        version=state.version,
        act=state.act,
        degree=degree,
        of_class=state.params.neighbors == "class",
        aims=len(state.aims),
        arrows=arrows.numpy(),
        turned=f4(turned),
        before=f4(before),
        after=f4(after),
        blocks=tuple(m.VectorsDegree(degree=l, before=b, after=a) for l, (b, a) in enumerate(pairs)),  # noqa: E741
        quaternion=state.turn,
        angle=angle_of(state.turn),
        error=error,
        zone=zone(error, torch.float64),
        norm_change=norm_change(pairs, len(arrows)),
        off_block=irreps.off_block(matrix, sizes(degree)),
        first=irreps.first_degree(before, degree),
    )


def norm_change(pairs: Sequence[tuple[float, float]], arrows: int) -> float:
    """max_l | ||Y_l|| after - before | / (sqrt(2l + 1) n), for the norms (before, after) of sums over n arrows."""
    return max(abs(a - b) / (math.sqrt(2 * l + 1) * arrows) for l, (b, a) in enumerate(pairs))  # noqa: E741


@lru_cache(maxsize=7)
def _basis(degree: int) -> Tensor:
    """All harmonics over the fine sphere, (v, (degree + 1)^2)."""
    points, _ = geodesic(FINE)
    return irreps.harmonics(torch.from_numpy(points), degree)


def warm(degree: int) -> None:
    """Fill the memos of the meshes and of what they carry."""
    atlas(degree)
    _basis(degree)


def surface(state: VectorsState) -> m.VectorsSurface:
    """The function that the turned arrows' numbers stand for, over the fine sphere."""
    degree = state.params.degree
    *_, after = summed(state)
    if state.drawn is not None:
        block = irreps.blocks(degree)[state.drawn]
        after = torch.cat([torch.zeros(block.start), after[block], torch.zeros(len(after) - block.stop)])
    values = irreps.on_sphere(after, _basis(degree))
    peak = float(values.abs().max())
    nothing = peak <= irreps.ZERO
    scaled = torch.zeros_like(values) if nothing else values / peak
    return m.VectorsSurface(version=state.version, drawn=state.drawn, values=f4(scaled), peak=0.0 if nothing else peak)


def matrix(state: VectorsState) -> m.VectorsMatrix:
    """D(R) of the turn that is shown."""
    return m.VectorsMatrix(version=state.version, values=f4(representation(state.turn, state.params.degree)))


@lru_cache(maxsize=7)
def atlas(degree: int) -> m.VectorsAtlas:
    """The meshes and the functions on the coarse one."""
    points, triangles = geodesic(FINE)
    coarse, coarse_triangles = geodesic(COARSE)
    functions = irreps.harmonics(torch.from_numpy(coarse), degree).T  # (k, c)
    functions = functions / functions.abs().amax(1, keepdim=True)
    return m.VectorsAtlas(
        degree=degree,
        points=f4(points),
        triangles=triangles,
        coarse_points=f4(coarse),
        coarse_triangles=coarse_triangles,
        functions=f4(functions),
    )


def atlas_of(state: VectorsState) -> m.VectorsAtlas:
    """The one of the degree that is shown."""
    return atlas(state.params.degree)


def mine(state: VectorsState, who: Sequence[str]) -> dict[str, m.VectorsMine]:
    """The own frames of these seats, computed together."""
    degree = state.params.degree
    values = irreps.harmonics(torch.tensor([state.aims[seat] for seat in who], dtype=torch.float64), degree)
    norms = irreps.norms(values, degree).tolist()
    return {
        seat: m.VectorsMine(
            version=state.version, at=state.aims[seat], degree=degree, values=f4(row), norms=tuple(norm)
        )
        for seat, row, norm in zip(who, values, norms, strict=True)
    }


def angle_of(quaternion: Quaternion) -> float:
    """The rotation's angle in degrees, 0 to 180."""
    x, y, z, w = quaternion
    return math.degrees(2 * math.atan2(math.hypot(x, y, z), abs(w)))
