"""Rings of spokes that a rotation carries into themselves, and the least degree l that sees how they are turned.

    u_k = (cos(2πk/L), sin(2πk/L), 0)                       L spokes
    c_l = (1/L) sum_k Y_l(u_k)                              what one layer of degree l sums over the neighbors
    s_l = || c_l(ring) − c_l(R ring) ||,  R: half a fold    0 for l < L, not 0 for l = L

Only the components of c_l with an azimuthal number that is a multiple of L survive the sum, and l < L leaves the one
that is the same all around the axis. Hence a layer of degree l cannot see the orientation of a ring of more than l
spokes. Joshi et al., ICML 2023 (2301.09308), section 5, "rotationally symmetric structures".

Y_l: real spherical harmonics as e3nn orders them, l = 1 being (x, y, z), || Y_l(u) ||² = 2l + 1 ("component"). e3nn's
polar axis is y and the ring lies in the plane of x and y: neither matters for s_l, which no rotation changes.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

FOLDS = range(2, 13)
DEGREES = range(1, 13)
ROUNDING = 1e-12
"""Up to here a separation is rounding of float64."""


def ring(fold: int, turn: float = 0.0) -> Tensor:
    """The unit spokes of a ring, turned about z. turn: in folds, 0.5 is halfway to the next spoke. (fold, 3) float64"""
    angles = (torch.arange(fold, dtype=torch.float64) + turn) * (2 * math.pi / fold)
    return torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], dim=1)


def harmonics(degree: int, directions: Tensor) -> Tensor:
    """Y_l(u), directions: (n, 3) of any length but 0 -> (n, 2l + 1) float64, m = −l … l.

    Y_l^{±m} = sqrt((2l + 1) (2 − [m = 0])) Q_l^m(y) {Re, Im} (z + i x)^m, Q_l^m the associated Legendre function
    without its sine, by the three-term recursion in l: stable, and it needs none of e3nn's seconds of loading.
    """
    x, y, z = torch.nn.functional.normalize(directions.double(), dim=1).unbind(1)
    powers = (torch.complex(z, x)[:, None] ** torch.arange(degree + 1)).to(torch.complex128)
    columns = [torch.empty(0)] * (2 * degree + 1)
    for m in range(degree + 1):
        q = math.sqrt(2 * degree + 1) * (math.sqrt(2) if m else 1.0) * _legendre(degree, m, y)
        columns[degree - m], columns[degree + m] = q * powers[:, m].imag, q * powers[:, m].real
    return torch.stack(columns, dim=1)


def _legendre(degree: int, m: int, y: Tensor) -> Tensor:
    """Q_l^m = sqrt((l − m)! / (l + m)!) P_l^m(y) / (1 − y²)^(m/2), no Condon-Shortley sign."""
    before, q = torch.zeros_like(y), torch.ones_like(y)
    for k in range(1, m + 1):
        q = q * math.sqrt((2 * k - 1) / (2 * k))
    for k in range(m + 1, degree + 1):
        after = ((2 * k - 1) * y * q - math.sqrt((k - 1) ** 2 - m * m) * before) / math.sqrt(k * k - m * m)
        before, q = q, after
    return q


def mean_harmonics(degree: int, directions: Tensor) -> Tensor:
    """c_l = mean_k Y_l(u_k). (n, 3) -> (2l + 1)"""
    return harmonics(degree, directions).mean(dim=0)


def separation(degree: int, first: Tensor, second: Tensor) -> float:
    """|| c_l(first) − c_l(second) ||, directions (n, 3) and (m, 3)."""
    return float(torch.linalg.vector_norm(mean_harmonics(degree, first) - mean_harmonics(degree, second)))


@lru_cache(maxsize=512)
def ring_separation(fold: int, degree: int, turn: float = 0.5) -> float:
    """s_l of a ring and the ring turned by `turn` folds."""
    return separation(degree, ring(fold), ring(fold, turn))


def separations(fold: int, turn: float = 0.5) -> tuple[float, ...]:
    """s_l of a ring and the ring turned by `turn` folds, for every l of DEGREES."""
    return tuple(ring_separation(fold, degree, turn) for degree in DEGREES)


def least_degree(fold: int, turn: float = 0.5) -> int | None:
    """The least l of DEGREES whose separation is more than rounding; None where there is none."""
    return next((degree for degree in DEGREES if ring_separation(fold, degree, turn) > ROUNDING), None)


def field(degree: int, directions: Tensor, angles: Tensor) -> Tensor:
    """What degree l keeps of a cloud, seen around the ring's plane: c_l · Y_l(v) / (2l + 1) at v = (cos φ, sin φ, 0).

    By the addition theorem it is the mean of Legendre's P_l(u_k · v), so at most 1 in size. angles: (m) -> (m) float64
    """
    around = torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], dim=1)
    return harmonics(degree, around) @ mean_harmonics(degree, directions) / (2 * degree + 1)
