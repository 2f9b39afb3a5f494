"""Vectors in other clothes: spherical harmonics, irreps of O(3), and what of a product v w^T turns with what.

    Y^l(R x) = D^l(R) Y^l(x)                                   2l + 1 numbers that mix with each other alone
    ||Y^l(x)||^2 = 2l + 1                                      in the normalization 'component'
    v w^T = (v.w) I / 3  +  (v w^T - w v^T) / 2  +  rest       9 = 1 + 3 + 5 numbers: 0e + 1e + 2e
    Q (R (x) R) Q^T = diag(1, det(R) R, D^2(R))                the same, for R (x) R

The harmonics are those of e3nn (harmonics.py). Its Wigner matrices, taken from Euler angles, have seven digits,
where the claims here need all; so they are taken as the mean over the sphere of a product,

    D(R) = < Y(R u) Y(u)^T >,   because  < Y_a Y_b > = delta_ab,

a sum over points that is exact for polynomials (Gauss-Legendre in z, even spacing around z), to 1e-14 for every R,
reflections included. Nothing forces the blocks between different degrees to vanish: that they do is a measurement.

Sources: Geiger & Smidt 2022, arXiv:2207.09453; e3nn documentation, "Irreps".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import torch
from torch import Tensor

from models.symmetry import harmonics as spherical
from models.symmetry.harmonics import SHORTEST

HIGHEST = 6
"""The highest degree: enough to draw."""
ZERO = 1e-9
"""A block of coefficients below this norm is zero; blocks of single directions have norm sqrt(2l + 1)."""
INSIDE, ACROSS, NOT = "inside each block", "across blocks", "not at all"
PARTS = (1, 3, 5)
"""Sizes of 0e, 1e and 2e in 1o (x) 1o."""


def rotation_of(quaternion: Sequence[float]) -> Tensor:
    """The rotation R (3, 3) float64 of a quaternion (x, y, z, w) of any length but zero; raises ValueError on zero."""
    x, y, z, w = torch.tensor(quaternion, dtype=torch.float64)
    square = x * x + y * y + z * z + w * w
    if float(square) < SHORTEST:
        raise ValueError("Expected a quaternion of some length, got zero.")
    cross = torch.stack([torch.stack([0 * x, -z, y]), torch.stack([z, 0 * x, -x]), torch.stack([-y, x, 0 * x])])
    matrix: Tensor = torch.eye(3, dtype=torch.float64) + 2 * (w * cross + cross @ cross) / square
    return matrix


# --- spherical harmonics -------------------------------------------------------------------------------------------


def blocks(degree: int) -> list[slice]:
    """Where the 2l + 1 numbers of each degree l = 0 .. `degree` stand among all (degree + 1)^2."""
    return [slice(l * l, (l + 1) ** 2) for l in range(degree + 1)]  # noqa: E741  (l is the field's letter)


def harmonics(directions: Tensor, degree: int) -> Tensor:
    """Y_0 .. Y_degree of each direction, one degree after the other.

    directions: (n, 3), any length but zero -> (n, (degree + 1)^2) float64, normalization 'component'.
    Raises ValueError on a degree outside 0 .. 6 or a vector that points nowhere.
    """
    if not 0 <= degree <= HIGHEST:
        raise ValueError(f"Expected a degree from 0 to {HIGHEST}, got {degree}.")
    return spherical.harmonics(directions, range(degree + 1))


def neighborhood(directions: Tensor, degree: int) -> Tensor:
    """sum_j Y(x_j) over the neighbors, whatever their order. (n, 3) -> ((degree + 1)^2) float64"""
    return harmonics(directions, degree).sum(0)


def norms(values: Tensor, degree: int) -> Tensor:
    """||Y_l||_2 of each block: what no rotation changes. (.., (degree + 1)^2) -> (.., degree + 1)"""
    return torch.stack([torch.linalg.vector_norm(values[..., block], dim=-1) for block in blocks(degree)], dim=-1)


def first_degree(values: Tensor, degree: int) -> int | None:
    """The lowest degree l >= 1 whose block is not zero, None if there is none. values: ((degree + 1)^2)"""
    return next((l for l, norm in enumerate(norms(values, degree).tolist()) if l and norm > ZERO), None)  # noqa: E741


def on_sphere(values: Tensor, basis: Tensor) -> Tensor:
    """f(u) = sum_lm c_lm Y_lm(u) / (L + 1)^2, the function on the sphere that these coefficients stand for.

    The divisor makes the peak of a single direction 1. values: c ((L + 1)^2), basis: harmonics of all u, (v, (L + 1)^2)
    -> (v) float64
    """
    return basis @ values / basis.shape[-1]


# --- how they turn -------------------------------------------------------------------------------------------------


def wigner(matrix: Tensor, degree: int) -> Tensor:
    """D(R) of all degrees at once, D(R) = < Y(R u) Y(u)^T > over the sphere.

    matrix: R (3, 3) orthogonal, reflections too -> ((degree + 1)^2, (degree + 1)^2) float64, block l being D^l(R).
    Raises ValueError where R is not orthogonal to 1e-9.
    """
    matrix = matrix.double()
    if float((matrix @ matrix.T - torch.eye(3, dtype=torch.float64)).abs().max()) > SHORTEST:
        raise ValueError("Expected an orthogonal matrix, got one that changes lengths.")
    points, weights = _quadrature(degree)
    return harmonics(points @ matrix.T, degree).T @ (weights[:, None] * harmonics(points, degree))


def harmonics_error(directions: Tensor, matrix: Tensor, representation: Tensor) -> float:
    """max |Y(R x) - D(R) Y(x)| over directions (n, 3) and components; representation: D(R), ((L + 1)^2, (L + 1)^2)."""
    degree = round(len(representation) ** 0.5) - 1
    turned = harmonics(directions.double() @ matrix.double().T, degree)
    return float((turned - harmonics(directions, degree) @ representation.T).abs().max())


def off_block(matrix: Tensor, sizes: Sequence[int]) -> float:
    """|| what lies outside the blocks ||_2 / || matrix ||_2, 0 for a block-diagonal matrix.

    matrix: (k, k), k = sum(sizes). Raises ValueError on another shape.
    """
    if matrix.shape != (sum(sizes), sum(sizes)):
        raise ValueError(f"Expected a matrix of {sum(sizes)} rows and columns, got {tuple(matrix.shape)}.")
    block = torch.repeat_interleave(torch.tensor(sizes))  # the number of each row's block
    inside = block[:, None] == block[None]
    return float(torch.linalg.vector_norm(matrix[~inside]) / torch.linalg.vector_norm(matrix))


def mixing(representation: Tensor, sizes: Sequence[int]) -> str:
    """Which numbers a representation mixes: `ACROSS`, `INSIDE` the blocks of these sizes or `NOT` at all."""
    if off_block(representation, sizes) > ZERO:
        return ACROSS
    return INSIDE if off_block(representation, [1] * len(representation)) > ZERO else NOT


def block_sizes(representation: Tensor) -> list[int]:
    """Sizes of the blocks of rows that mix with each other, in order of their first rows. representation: (k, k)"""
    mixed = (representation.abs() > ZERO) | (representation.T.abs() > ZERO)
    left, found = set(range(len(representation))), []
    while left:
        block, edge = set[int](), {min(left)}
        while edge:
            block |= edge
            edge = {j for i in edge for j in torch.nonzero(mixed[i]).flatten().tolist()} - block
        left -= block
        found.append(len(block))
    return found


@lru_cache(maxsize=HIGHEST + 1)
def _quadrature(degree: int) -> tuple[Tensor, Tensor]:
    """Points (p, 3) and weights (p) that sum to 1: exact means over the sphere up to polynomial degree 2 * `degree`."""
    height, weight = np.polynomial.legendre.leggauss(degree + 1)
    around = 2 * degree + 1
    angle = 2 * np.pi * np.arange(around) / around
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=-1)  # (around, 2)
    radius = np.sqrt(1 - height**2)
    flat = radius[:, None, None] * ring[None]  # (degree + 1, around, 2)
    points = np.concatenate([flat, np.broadcast_to(height[:, None, None], (degree + 1, around, 1))], axis=-1)
    return torch.from_numpy(points.reshape(-1, 3)), torch.from_numpy(np.repeat(weight / (2 * around), around))


# --- the product of two vectors ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Split:
    """v w^T in its three parts, each (3, 3) float64; their sum is v w^T, and they are orthogonal to each other."""

    scalar: Tensor
    """0e: (v.w) I / 3, one number."""
    antisymmetric: Tensor
    """1e: (v w^T - w v^T) / 2, three numbers: the cross product."""
    traceless: Tensor
    """2e: (v w^T + w v^T) / 2 - (v.w) I / 3, five numbers."""

    @property
    def dot(self) -> float:
        """v.w, the trace of the scalar part."""
        return float(torch.trace(self.scalar))

    @property
    def cross(self) -> Tensor:
        """v x w (3), read from the antisymmetric part: (v x w)_k = sum_ij eps_kij A_ij."""
        a = self.antisymmetric
        return torch.stack([a[1, 2] - a[2, 1], a[2, 0] - a[0, 2], a[0, 1] - a[1, 0]])


def split(v: Tensor, w: Tensor) -> Split:
    """v w^T = (v.w) I / 3 + (v w^T - w v^T) / 2 + rest: 1o (x) 1o = 0e + 1e + 2e. v, w: (3)"""
    product = torch.outer(v.double(), w.double())
    scalar = torch.trace(product) / 3 * torch.eye(3, dtype=torch.float64)
    symmetric = (product + product.T) / 2
    return Split(scalar, (product - product.T) / 2, symmetric - scalar)


@cache
def change_of_basis() -> Tensor:
    """Q (9, 9) float64, orthogonal: Q vec(v w^T) = (v.w / sqrt 3, v x w / sqrt 2, five numbers of degree 2).

    Rows of unit norm along the identity, along eps_kij, and along < Y_2m(u) u u^T >, the quadratic form that is Y_2m.
    Up to a sign they are the Clebsch-Gordan coefficients of 1 (x) 1, the 3j symbols times sqrt(2l + 1).
    """
    points, weights = _quadrature(2)
    squares = torch.einsum("p,pi,pj->pij", weights, points, points).reshape(-1, 9)
    five = harmonics(points, 2)[:, 4:].T @ squares
    i, j, k = torch.eye(3, dtype=torch.float64)
    three = torch.stack([torch.outer(a, b) - torch.outer(b, a) for a, b in ((j, k), (k, i), (i, j))]).reshape(3, 9)
    rows = torch.cat([torch.eye(3, dtype=torch.float64).reshape(1, 9), three, five])
    return torch.nn.functional.normalize(rows, dim=1)


def product_representation(matrix: Tensor) -> Tensor:
    """Q (R (x) R) Q^T: how the nine numbers turn, in three blocks. R (3, 3) -> (9, 9) float64"""
    basis = change_of_basis()
    return basis @ torch.kron(matrix.double().contiguous(), matrix.double().contiguous()) @ basis.T


def parity_error(v: Tensor, w: Tensor, matrix: Tensor) -> float:
    """|| (R v) x (R w) - det(R) R (v x w) ||_2 / || v || || w ||: a cross product is a pseudovector. v, w: (3)"""
    matrix, v, w = matrix.double(), v.double(), w.double()
    expected = torch.linalg.det(matrix) * (matrix @ split(v, w).cross)
    got = split(matrix @ v, matrix @ w).cross
    size = torch.linalg.vector_norm(v) * torch.linalg.vector_norm(w)
    return float(torch.linalg.vector_norm(got - expected) / size.clamp_min(SHORTEST))
