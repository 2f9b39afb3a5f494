"""Rings of spokes that a rotation carries into themselves, and the least degree l that sees how they are turned.

    u_k = (cos(2πk/L), sin(2πk/L), 0)                       L spokes
    c_l = (1/L) sum_k Y_l(u_k)                              what one layer of degree l sums over the neighbors
    s_l = || c_l(ring) − c_l(R ring) ||,  R: half a fold    0 for l < L, not 0 for l = L

Only the components of c_l with an azimuthal number that is a multiple of L survive the sum, and l < L leaves the one
that is the same all around the axis. Hence a layer of degree l cannot see the orientation of a ring of more than l
spokes. Joshi et al., ICML 2023 (2301.09308), section 5, "rotationally symmetric structures".

Y_l: harmonics.py. The polar axis of the harmonics is y and the ring lies in the plane of x and y: that matters
not for s_l, which no rotation changes.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from models.symmetry.harmonics import harmonics

FOLDS = range(2, 13)
DEGREES = range(1, 13)
ROUNDING = 1e-12
"""Up to here a separation is rounding of float64."""


def ring(fold: int, turn: float = 0.0) -> Tensor:
    """The unit spokes of a ring, turned about z. turn: in folds, 0.5 is halfway to the next spoke. (fold, 3) float64"""
    angles = (torch.arange(fold, dtype=torch.float64) + turn) * (2 * math.pi / fold)
    return torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], dim=1)


def mean_harmonics(degree: int, directions: Tensor) -> Tensor:
    """c_l = mean_k Y_l(u_k). (n, 3) -> (2l + 1)"""
    return harmonics(directions, [degree]).mean(dim=0)


def separation(degree: int, first: Tensor, second: Tensor) -> float:
    """|| c_l(first) − c_l(second) ||, directions (n, 3) and (m, 3)."""
    return float(torch.linalg.vector_norm(mean_harmonics(degree, first) - mean_harmonics(degree, second)))


@lru_cache(maxsize=64)
def _means(fold: int, turn: float) -> tuple[Tensor, ...]:
    """c_l of a ring for every l of DEGREES, from one evaluation of all harmonics."""
    values = harmonics(ring(fold, turn), DEGREES).mean(dim=0)
    return torch.split(values, [2 * degree + 1 for degree in DEGREES])


@lru_cache(maxsize=512)
def ring_separation(fold: int, degree: int, turn: float = 0.5) -> float:
    """s_l of a ring and the ring turned by `turn` folds, l in DEGREES."""
    k = DEGREES.index(degree)
    return float(torch.linalg.vector_norm(_means(fold, 0.0)[k] - _means(fold, turn)[k]))


def separations(fold: int, turn: float = 0.5) -> tuple[float, ...]:
    """s_l of a ring and the ring turned by `turn` folds, for every l of DEGREES."""
    return tuple(ring_separation(fold, degree, turn) for degree in DEGREES)


def least_degree(fold: int, turn: float = 0.5) -> int | None:
    """The least l of DEGREES whose separation is more than rounding; None where there is none."""
    return next((degree for degree in DEGREES if ring_separation(fold, degree, turn) > ROUNDING), None)


def field(degree: int, directions: Tensor, angles: Tensor) -> Tensor:
    """What degree l keeps of a cloud, seen around the ring's plane: c_l · Y_l(v) / (2l + 1) at v = (cos φ, sin φ, 0).

    By the addition theorem it is the mean over k of Legendre's P_l(u_k · v), at most 1 in size.
    directions: (n, 3) of length 1, angles: (m) -> (m) float64
    """
    around = torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], dim=1).double()
    cosines = around @ directions.double().T
    values: Tensor = torch.special.legendre_polynomial_p(cosines, degree).mean(dim=1)
    return values
