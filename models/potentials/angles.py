"""Stillinger-Weber clusters by their own derivative, in NumPy: pairs, and angles that want cos(theta) = -1/3.

    E_i = 1/2 sum_j phi(r_ij) + lambda / 2 (T_i:T_i + 2/3 V_i.V_i + S_i^2 / 9 - 16/9 sum_j g_ij^2)
    F   = - dE/dx,    by the derivatives of phi and g in r, and of V = sum g u and T = sum g u u^T in g and u

`models/potentials/reference.py` says where this comes from and has the energy in torch, whose autograd gives these
forces (tests hold both together); here a step of thirteen atoms takes a tenth of the time, as a cluster at rest needs
it, which is many steps in one piece.
"""

from __future__ import annotations

import numpy as np

from models.potentials.pair import Floats

A, B, REACH, LAMBDA, GAMMA = 7.049556277, 0.6022245584, 1.80, 21.0, 1.20
FROM_ITSELF = 1e6
"""The square of an atom's distance from itself, as far as a cutoff is concerned."""


def stillinger_weber(positions: Floats) -> tuple[Floats, Floats]:
    """(n, 3) -> energies E_i (n) and forces (n, 3), computed in the dtype of the positions."""
    n = len(positions)
    difference = positions - positions[:, None]  # (i, j, 3), x_j - x_i
    squared = np.einsum("ijk,ijk->ij", difference, difference)
    squared.reshape(-1)[:: n + 1] = FROM_ITSELF
    r = np.sqrt(squared)
    inside = r < REACH
    gap = np.where(inside, r - REACH, -1)  # below 0 everywhere: no exponential blows up
    inverse = 1 / r
    u = difference * inverse[..., None]
    ends, core = np.exp(1 / gap) * inside, B * inverse**4
    steep = 1 / (gap * gap)
    slope = -A * ends * (4 * core * inverse + (core - 1) * steep)  # phi'(r)
    g = np.exp(GAMMA / gap) * inside
    weighted = g[..., None] * u
    s, v = g.sum(axis=1), weighted.sum(axis=1)  # (n), (n, 3)
    t = np.matmul(u.transpose(0, 2, 1), weighted)  # (n, 3, 3)
    tu = np.matmul(u, t)  # (i, j, 3)
    along_t, along_v = np.einsum("ijk,ijk->ij", tu, u), np.einsum("ijk,ik->ij", u, v)
    angles = (t * t).sum(axis=(1, 2)) + 2 / 3 * (v * v).sum(axis=1) + s * s / 9 - 16 / 9 * (g * g).sum(axis=1)
    in_g = 2 * along_t + 4 / 3 * along_v + 2 / 9 * s[:, None] - 32 / 9 * g
    radial = slope / 2 - LAMBDA / 2 * in_g * GAMMA * steep * g
    # In u the derivative counts across u alone: what lies along it only changes the length, which is 1.
    across = LAMBDA / 2 * g * inverse
    along = radial - across * (4 * along_t + 4 / 3 * along_v)
    gradient = along[..., None] * u + across[..., None] * (4 * tu + 4 / 3 * v[:, None])  # (i, j, 3), of E by x_j - x_i
    energies: Floats = (A * (core - 1) * ends).sum(axis=1) / 2 + LAMBDA / 2 * angles
    forces: Floats = gradient.sum(axis=1) - gradient.sum(axis=0)
    return energies, forces
