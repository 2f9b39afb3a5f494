"""Lennard-Jones and Morse clusters by their own derivative: energies and forces in NumPy, for many short steps.

    E_i = 1/2 sum_{j != i} phi(r_ij) u(r_ij / r_c),    F_i = - sum_j d(phi u)/dr (x_i - x_j) / r_ij

`models/potentials/reference.py` has these energies in torch, whose autograd gives these forces (tests hold both
together); here a step of thirteen atoms takes tens of microseconds, as molecular dynamics before a class needs it.
Three ways to end at the cutoff: "none"; "hard", where the energy jumps and the forces do not say so; "smooth", the
envelope u = 1 - 28 x^6 + 48 x^7 - 21 x^8 of `models/networks/radial.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ending = Literal["none", "hard", "smooth"]
Pair = Literal["lj", "morse"]
STEEPNESS = 6.0
"""a of the Morse pair, in 1/r_e: about as stiff as Lennard-Jones near its minimum."""
CUTOFF = 1.85
"""On a shell of the icosahedron of 13 atoms, so that pairs cross it and its ending shows."""


@dataclass(frozen=True, slots=True)
class PairPotential:
    """A pair energy phi and how it ends. lj: 4 (r^-12 - r^-6), sigma = epsilon = 1; morse: rest length 1, depth 1.

    cutoff: r_c, in those lengths. Raises ValueError for a cutoff that is not positive and finite.
    """

    pair: Pair = "lj"
    ending: Ending = "none"
    cutoff: float = CUTOFF

    def __post_init__(self) -> None:
        if not (math.isfinite(self.cutoff) and self.cutoff > 0):
            raise ValueError(f"Expected a positive, finite cutoff, got {self.cutoff}.")

    def __call__(self, positions: Floats) -> tuple[Floats, Floats]:
        """(n, 3) -> energies E_i (n) and forces (n, 3), computed in the dtype of the positions."""
        n = len(positions)
        difference = positions[:, None] - positions  # (n, n, 3), x_i - x_j
        squared = np.einsum("ijk,ijk->ij", difference, difference)
        squared.reshape(-1)[:: n + 1] = 1.0  # an atom is no neighbor of its own: set to 0 below
        phi, slope = self._phi(squared)
        phi.reshape(-1)[:: n + 1] = 0.0
        slope.reshape(-1)[:: n + 1] = 0.0
        # phi' / r times the difference, as two products: sum_j s_ij (x_i - x_j)
        forces = slope @ positions - slope.sum(axis=1, keepdims=True) * positions
        return phi.sum(axis=1) / 2, forces

    def _phi(self, squared: Floats) -> tuple[Floats, Floats]:
        """phi and phi'(r) / r of squared distances, ended at the cutoff."""
        if self.pair == "lj":
            inverse = 1 / squared
            six = inverse * inverse * inverse
            phi, slope = 4 * six * (six - 1), (24 * six - 48 * six * six) * inverse
        else:
            r = np.sqrt(squared)
            decay = np.exp(-STEEPNESS * (r - 1))
            phi, slope = decay * (decay - 2), 2 * STEEPNESS * decay * (1 - decay) / r
        if self.ending == "none":
            return phi, slope
        x2 = squared * (1 / self.cutoff**2)
        inside = x2 < 1
        if self.ending == "hard":
            return phi * inside, slope * inside
        x = np.sqrt(x2)
        x6 = x2 * x2 * x2
        u = (1 - x6 * (28 - 48 * x + 21 * x2)) * inside
        # u'(r) / r = (-168 x^5 + 336 x^6 - 168 x^7) / (r_c r) = -168 x^4 (1 - x)^2 / r_c^2
        du = (-168 / self.cutoff**2) * x2 * x2 * (1 - x) ** 2 * inside
        return phi * u, slope * u + phi * du


def ball(n: int, spacing: float = 1.09) -> Floats:
    """n atoms about a center, close-packed: the icosahedron for 13, else a ball of a face-centered lattice; (n, 3)."""
    if n == 13:
        golden = (1 + math.sqrt(5)) / 2
        corners = [[0.0, a, b * golden] for a in (-1, 1) for b in (-1, 1)]
        turned = [np.roll(corner, k) for k in range(3) for corner in corners]
        return np.vstack([np.zeros(3), np.array(turned)]) * (spacing * 0.98 / math.hypot(1, golden))
    steps = np.arange(-4, 5)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    lattice = grid[grid.sum(axis=1) % 2 == 0] * (spacing / math.sqrt(2))
    center = np.array([0.31, 0.17, 0.09]) * spacing
    order = np.argsort(np.linalg.norm(lattice - center, axis=1), kind="stable")[:n]
    chosen = lattice[order]
    centered: Floats = chosen - chosen.mean(axis=0)
    return centered
