"""Interatomic potentials in closed form, which networks learn: the one place where each energy is written in torch.

    Lennard-Jones       E_i = 1/2 sum_j 4 (r_ij^-12 - r_ij^-6),                      sigma = epsilon = 1
    Morse               E_i = 1/2 sum_j e^(-2a (r_ij - 1)) - 2 e^(-a (r_ij - 1)),    a = `STEEPNESS`
    Stillinger-Weber    E_i = 1/2 sum_j A (B r_ij^-4 - 1) e^(1 / (r_ij - c))
                              + sum over pairs j < k of lambda (cos theta_jik + 1/3)^2 g(r_ij) g(r_ik)
                        with g(r) = e^(gamma / (r - c)), and c = `REACH`, where both end with all derivatives

The sum over angles needs no loop over triples. With the moments S_i = sum g, V_i = sum g u, T_i = sum g u u^T of the
unit vectors u to the neighbors it is, for the angles at i, lambda / 2 (T:T + 2/3 V.V + S^2 / 9 - 16/9 sum g^2): a
contraction of degrees 0, 1 and 2. A network with l = 2 can write it down directly, which flatters it.
Positions are (.., n, 3), any batch, in the dtype and on the device in which the energies (.., n) come. Reduced units.
`models/potentials/pair.py` and `angles.py` have them again with their derivatives by hand, where speed asks for it.
Sources: Lennard-Jones 1931, Proc. Phys. Soc. 43, 461; Morse 1929, Phys. Rev. 34, 57; Stillinger and Weber 1985,
Phys. Rev. B 31, 5262 (silicon, reduced units).
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.networks.radial import morse as morse_pair
from models.networks.radial import polynomial_envelope
from models.potentials.angles import FROM_ITSELF, GAMMA, LAMBDA, REACH, A, B
from models.potentials.pair import CUTOFF, STEEPNESS, Ending

# FROM_ITSELF is no 0, which has no derivative of its root.


def pairs(positions: Tensor) -> tuple[Tensor, Tensor]:
    """r_ij and u_ij = (x_j - x_i) / r_ij of all pairs: (.., n, 3) -> (.., n, n), (.., n, n, 3).

    An atom is far beyond every cutoff from itself: its r is 1e3, its u is 0.
    """
    difference = positions.unsqueeze(-3) - positions.unsqueeze(-2)  # (.., i, j, 3)
    squares = (difference * difference).sum(-1)
    r = squares.masked_fill(_own(squares), FROM_ITSELF).sqrt()
    return r, difference / r.unsqueeze(-1)


def lennard_jones(positions: Tensor, ending: Ending = "none", cutoff: float = CUTOFF) -> Tensor:
    """E_i, the minimum of a pair -1 at 2^(1/6); it ends at the cutoff in one of three ways: (.., n, 3) -> (.., n)."""
    r, _ = pairs(positions)
    sixth = r**-6
    return _halved(4 * (sixth * sixth - sixth), r, ending, cutoff)


def morse(positions: Tensor, ending: Ending = "none", cutoff: float = CUTOFF) -> Tensor:
    """E_i, the minimum of a pair -1 at 1; it ends at the cutoff in one of three ways: (.., n, 3) -> (.., n)."""
    r, _ = pairs(positions)
    return _halved(morse_pair(r, steepness=STEEPNESS), r, ending, cutoff)


def stillinger_weber(positions: Tensor) -> Tensor:
    """E_i: pairs, and angles that want cos(theta) = -1/3, given to the atom in their middle: (.., n, 3) -> (.., n)."""
    r, u = pairs(positions)
    inside = r < REACH
    gap = torch.where(inside, r - REACH, torch.full_like(r, -1.0))  # below 0 everywhere: no exponential blows up
    two = torch.where(inside, A * (B * r**-4 - 1) * torch.exp(1 / gap), torch.zeros_like(r))  # (.., i, j)
    g = torch.where(inside, torch.exp(GAMMA / gap), torch.zeros_like(r))  # (.., i, j)
    s = g.sum(-1)  # (.., i)
    v = torch.einsum("...ij,...ijx->...ix", g, u)
    t = torch.einsum("...ij,...ijx,...ijy->...ixy", g, u, u)
    angles = (t * t).sum((-2, -1)) + 2 / 3 * (v * v).sum(-1) + s * s / 9 - 16 / 9 * (g * g).sum(-1)
    return two.sum(-1) / 2 + LAMBDA / 2 * angles


def _own(r: Tensor) -> Tensor:
    """(n, n) bool: the pairs of an atom with itself, beside distances (.., n, n)."""
    return torch.eye(r.shape[-1], dtype=torch.bool, device=r.device)


def _halved(phi: Tensor, r: Tensor, ending: Ending, cutoff: float) -> Tensor:
    """Half of each pair to each of its atoms, ended at the cutoff: (.., n, n) -> (.., n)."""
    if ending == "smooth":
        phi = phi * polynomial_envelope(r, cutoff)
    elif ending == "hard":
        phi = phi * (r < cutoff)
    return phi.masked_fill(_own(phi), 0.0).sum(-1) / 2
