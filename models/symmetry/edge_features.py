"""What may be written on an edge between two points in space, and what of it survives when the room is moved.

    f(g x) = f(x)            invariant
    f(g x) = D(g) f(x)       equivariant, with D as the feature declares it
    else                     neither

    displacement  d = x_u - x_v             D = R
    distance      |d|                       D = 1
    unit vector   d / |d|                   D = R
    Y_2           y_a = tr(B_a e e^T)       D_ab = tr(B_a R B_b R^T),   e = d / |d|,  B_a traceless, symmetric
    angle         acos(d . d' / |d| |d'|)   D = 1,                      d' = x_w - x_v
    dihedral      atan2((n1 x n2) . e, n1 . n2)   D = det(R),           n1 = d1 x d, n2 = d x d2

The verdict is measured, not declared: it is the largest error over random transforms. (Table: section 2.2 of the
lecture's notes; dihedral: Blondel and Karplus 1996, J. Comput. Chem. 17, 1132, equation 8.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from models.symmetry.equivariance import ACTIONS, Action, Kind, Transform, random_transforms, relative_error, zone

Verdict = Literal["invariant", "equivariant", "neither"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
U, V, W, T = range(4)
"""The edge is v -> u; w is a neighbor of v, t one of u: the angle needs w, the dihedral w and t."""
SAMPLES = 16

_H, _S = 1 / math.sqrt(2), 1 / math.sqrt(6)
BASIS = torch.tensor(
    [
        [[0, 0, _H], [0, 0, 0], [_H, 0, 0]],
        [[0, _H, 0], [_H, 0, 0], [0, 0, 0]],
        [[-_S, 0, 0], [0, 2 * _S, 0], [0, 0, -_S]],
        [[0, 0, 0], [0, 0, _H], [0, _H, 0]],
        [[-_H, 0, 0], [0, 0, 0], [0, 0, _H]],
    ],
    dtype=torch.float64,
)
"""B_a, (5, 3, 3), orthonormal; in the order in which e3nn lists the components of degree 2."""


@dataclass(frozen=True)
class EdgeFeature:
    """A function of the positions, and how the numbers are declared to transform.

    name, symbol: as it is written; function: positions (n, 3) -> (k,) float64; action: D(g); loses: what it forgets.
    """

    name: str
    symbol: str
    function: Callable[[Tensor], Tensor]
    action: Action
    declared: str
    loses: str


@dataclass(frozen=True)
class Finding:
    """The measured verdict of one feature under one kind of transform, and the largest errors it rests on."""

    verdict: Verdict
    invariance: float
    equivariance: float

    @property
    def error(self) -> float:
        """The largest error of the verdict that was given; of "neither" the smaller of the two."""
        if self.verdict == "invariant":
            return self.invariance
        return self.equivariance if self.verdict == "equivariant" else min(self.invariance, self.equivariance)


def displacement(positions: Tensor) -> Tensor:
    """d = x_u - x_v, (n, 3) -> (3,)."""
    return positions[U] - positions[V]


def unit_vector(positions: Tensor) -> Tensor:
    """d / |d|, (n, 3) -> (3,)."""
    return torch.nn.functional.normalize(displacement(positions), dim=0)


def distance(positions: Tensor) -> Tensor:
    """|d|, (n, 3) -> (1,)."""
    length: Tensor = torch.linalg.vector_norm(displacement(positions))
    return length[None]


def degree_two(positions: Tensor) -> Tensor:
    """y_a = tr(B_a e e^T): the spherical harmonics of degree 2 but for a factor. (n, 3) -> (5,)."""
    e = unit_vector(positions)
    return torch.einsum("aij,i,j->a", BASIS, e, e)


def wigner_two(matrix: Tensor) -> Tensor:
    """D_ab = tr(B_a R B_b R^T) for R (3, 3) in O(3): how y turns. -> (5, 5), orthogonal."""
    return torch.einsum("aij,jk,bkl,il->ab", BASIS, matrix, BASIS, matrix)


def angle(positions: Tensor) -> Tensor:
    """The angle u-v-w in radians, (n, 3) -> (1,)."""
    d, other = displacement(positions), positions[W] - positions[V]
    # atan2 keeps its precision where acos loses it, near 0 and pi
    return torch.atan2(torch.linalg.vector_norm(torch.linalg.cross(d, other)), d @ other)[None]


def dihedral(positions: Tensor) -> Tensor:
    """The signed angle between the planes w-v-u and v-u-t in radians, (n, 3) -> (1,)."""
    before, d, after = positions[V] - positions[W], displacement(positions), positions[T] - positions[U]
    first, second = torch.linalg.cross(before, d), torch.linalg.cross(d, after)
    e = torch.nn.functional.normalize(d, dim=0)
    return torch.atan2(torch.linalg.cross(first, second) @ e, first @ second)[None]


def _degree_two(transform: Transform, values: Tensor) -> Tensor:
    return wigner_two(transform.matrix) @ values


_SCALAR, _VECTOR, _PSEUDOSCALAR = ACTIONS["scalar"], ACTIONS["vector"], ACTIONS["pseudoscalar"]
FEATURES: tuple[EdgeFeature, ...] = (
    EdgeFeature(
        "nothing", "1", lambda x: torch.ones(1, dtype=x.dtype), _SCALAR, "a scalar", "all geometry: only who is linked"
    ),
    EdgeFeature(
        "raw coordinates",
        "xᵤ, xᵥ",
        lambda x: torch.cat((x[U], x[V])),
        _SCALAR,
        "six plain numbers, as an MLP reads them",
        "nothing, but no symmetry is left either",
    ),
    EdgeFeature(
        "displacement",
        "xᵤ − xᵥ",
        displacement,
        _VECTOR,
        "a vector, l = 1",
        "nothing; an MLP on its components breaks the rotation",
    ),
    EdgeFeature("distance", "‖xᵤ − xᵥ‖", distance, _SCALAR, "a scalar, l = 0", "directions: it sees two bodies only"),
    EdgeFeature(
        "unit vector", "(xᵤ − xᵥ) / ‖xᵤ − xᵥ‖", unit_vector, _VECTOR, "a vector, l = 1", "the length of the edge"
    ),
    EdgeFeature(
        "harmonic Y₂",
        "Y₂(xᵤ − xᵥ)",
        degree_two,
        _degree_two,
        "irrep l = 2, even parity",
        "the length, and which end is which",
    ),
    EdgeFeature(
        "angle", "∠(u, v, w)", angle, _SCALAR, "a scalar, l = 0", "lengths; it needs three nodes and cannot tell hands"
    ),
    EdgeFeature(
        "dihedral angle",
        "φ(w, v, u, t), signed",
        dihedral,
        _PSEUDOSCALAR,
        "a pseudoscalar: its sign tells hands apart",
        "lengths and angles; it needs four nodes",
    ),
)
"""The rows of the table, in the order in which they are voted on."""


@lru_cache(maxsize=16)
def _transforms(kind: Kind, count: int, seed: int) -> tuple[Transform, ...]:
    """Every feature is tried on the same ones, and drawing them takes longer than trying them."""
    return tuple(random_transforms(kind, count, seed))


def examine(feature: EdgeFeature, positions: Tensor, kind: Kind, *, count: int = SAMPLES, seed: int = 0) -> Finding:
    """Try `count` random transforms of one kind on positions (n, 3) float64, n >= 4, and say what survived.

    Raises ValueError on fewer than four positions.
    """
    if positions.shape[0] < 4:
        raise ValueError(f"Expected at least four positions, u, v, w and t, got {positions.shape[0]}.")
    before = feature.function(positions)
    norm = float(torch.linalg.vector_norm(before))
    invariance = equivariance = 0.0
    for transform in _transforms(kind, count, seed):
        after = feature.function(transform.points(positions))
        invariance = max(invariance, relative_error(after, before, norm=norm))
        equivariance = max(equivariance, relative_error(after, feature.action(transform, before), norm=norm))
    return Finding(_verdict(invariance, equivariance), invariance, equivariance)


def _verdict(invariance: float, equivariance: float) -> Verdict:
    if zone(invariance, torch.float64) == "rounding":
        return "invariant"
    return "equivariant" if zone(equivariance, torch.float64) == "rounding" else "neither"
