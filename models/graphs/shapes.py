"""Shapes to be told apart: the eight of Tetris or such as a class drew, turned, with noise, and what distances know.

Many shapes lie side by side as (b, n, 3); of k shapes, entry i is of class i mod k, whatever was done to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from models.graphs import strokes
from models.graphs.tetris import CUTOFF, NAMES, POINTS

NOISE = 0.02
"""Standard deviation of the noise on each coordinate, in steps of a Tetris shape."""
SAME = 1e-3
"""Two distances that differ by less are one: a drawing is known no better."""
Place = tuple[float, float, float]


@dataclass(frozen=True)
class Kind:
    """What a network must know of shapes before it sees any; drawings are all of one kind.

    classes: k; chiral: whether the first two are mirror images of each other. bond: points that are nearer hear each
    other, where a network does not let all do so; cutoff: where such messages have faded to nothing; neighbors: about
    how many a point hears.
    """

    classes: int
    chiral: bool
    bond: float
    cutoff: float
    neighbors: float


@dataclass(frozen=True)
class Shapes:
    """k shapes of n points each, as data."""

    names: tuple[str, ...]
    coordinates: tuple[tuple[Place, ...], ...]
    kind: Kind

    @property
    def points(self) -> int:
        """n, of each shape."""
        return len(self.coordinates[0])

    @property
    def upright(self) -> Tensor:
        """As they were written down or drawn, centered: (k, n, 3) float64 on the CPU."""
        return _upright(self.coordinates)


@lru_cache(maxsize=16)
def _upright(coordinates: tuple[tuple[Place, ...], ...]) -> Tensor:
    points = torch.tensor(coordinates, dtype=torch.float64, device="cpu")
    return points - points.mean(dim=1, keepdim=True)


_TETRIS = tuple(tuple((float(x), float(y), float(z)) for x, y, z in points) for points in POINTS.values())
TETRIS = Shapes(NAMES, _TETRIS, Kind(len(NAMES), True, bond=CUTOFF, cutoff=2.0, neighbors=1.5))


def drawn(named: tuple[tuple[str, strokes.Drawn], ...]) -> Shapes:
    """Strokes as `strokes.sampled` gives them, with their names, in the plane z = 0; bonds reach two steps."""
    reach = 2 * strokes.STEP
    coordinates = tuple(tuple((x, y, 0.0) for x, y in stroke) for _, stroke in named)
    kind = Kind(len(named), False, bond=reach, cutoff=reach, neighbors=3.0)
    return Shapes(tuple(name for name, _ in named), coordinates, kind)


def turned(
    rotations: Tensor, noise: float = 0.0, generator: torch.Generator | None = None, shapes: Shapes = TETRIS
) -> Tensor:
    """Every shape under every rotation: (r, 3, 3) float64 -> (k r, n, 3) float64, class i mod k; noise first."""
    every = shapes.upright.repeat(len(rotations), 1, 1)
    if noise:
        every = every + noise * torch.randn(every.shape, generator=generator, dtype=torch.float64, device="cpu")
    return every @ rotations.repeat_interleave(len(shapes.names), 0).mT


def labels(shapes: Tensor, classes: int = len(NAMES)) -> Tensor:
    """i mod k, as `turned` lays them out: (b, n, 3) -> (b) int64 on the same device."""
    return torch.arange(len(shapes), device=shapes.device) % classes


@lru_cache(maxsize=64)
def congruent(shapes: Shapes = TETRIS) -> tuple[tuple[int, ...], ...]:
    """The classes in groups whose distances between all points are equal, sorted, up to `SAME`.

    A rotation or a mirror image of a shape is in its group, and no model of distances tells the two apart.
    """
    lengths = [torch.pdist(shape).sort().values for shape in shapes.upright]
    groups: list[list[int]] = []
    for k, one in enumerate(lengths):
        alike = (group for group in groups if float((lengths[group[0]] - one).abs().max()) < SAME)
        group = next(alike, None)
        if group is None:
            groups.append([k])
        else:
            group.append(k)
    return tuple(map(tuple, groups))


def told_apart_by_distances(shapes: Shapes = TETRIS) -> float:
    """The share of shapes that no model of distances alone can do better than: groups of equal distances / k.

    Of shapes with the same distances between all points, one answer is right for one of them.
    """
    return len(congruent(shapes)) / len(shapes.names)
