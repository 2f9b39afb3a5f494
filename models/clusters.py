"""Small clusters of atoms under a reference potential, many at once: energies, forces, and frames to learn from.

    Lennard-Jones       E = sum over pairs of 4 (r^-12 - r^-6) u(r / r_c)
    Stillinger-Weber    E = sum over pairs of A (B r^-4 - 1) e^(1 / (r - a))
                          + sum over angles jik of lambda (cos theta_jik + 1/3)^2 g(r_ij) g(r_ik)
                        with g(r) = e^(gamma / (r - a))

The sum over angles needs no loop over triples. With the moments S_i = sum g, V_i = sum g u, T_i = sum g u u^T of the
unit vectors u to the neighbors it is, for the angles at i, lambda / 2 (T:T + 2/3 V.V + S^2 / 9 - 16/9 sum g^2): a
contraction of degrees 0, 1 and 2. A network with l = 2 can write it down directly, which flatters it; Lennard-Jones is
a function of distances alone and is the control. Reduced units: length sigma, energy epsilon.
Sources: Stillinger and Weber 1985, Physical Review B 31, 5262; Lennard-Jones 1924.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from models.radial import polynomial_envelope

Potential = Literal["stillinger-weber", "lennard-jones"]
POTENTIALS: tuple[Potential, ...] = get_args(Potential)
ATOMS = 6
CUTOFF = 2.0
"""Where Lennard-Jones ends, and what a network sees; Stillinger-Weber ends at a = 1.8."""
A, B, REACH, LAMBDA, GAMMA = 7.049556277, 0.6022245584, 1.80, 21.0, 1.20
TEMPERATURE: dict[Potential, float] = {"stillinger-weber": 0.12, "lennard-jones": 0.25}
STEP, FRICTION, TRAP = 0.01, 1.0, 0.2
QUENCH, STEPS = 100, 250
"""Steps down the gradient from random places, then steps of Langevin dynamics; one frame is kept of each run."""


def pairs(positions: Tensor) -> tuple[Tensor, Tensor]:
    """r_ij and u_ij = (x_j - x_i) / r_ij of all pairs: (..., n, 3) -> (..., n, n), (..., n, n, 3).

    An atom is infinitely far from itself as far as a cutoff is concerned: its r is put at 1e3, its u at 0.
    """
    difference = positions.unsqueeze(-3) - positions.unsqueeze(-2)  # (..., i, j, 3)
    own = torch.eye(positions.shape[-2], dtype=torch.bool, device=positions.device)
    squares = (difference * difference).sum(-1).masked_fill(own, 1e6)
    r = squares.sqrt()
    return r, difference / r.unsqueeze(-1)


def energy(positions: Tensor, potential: Potential) -> Tensor:
    """(..., n, 3), in sigma -> (...), in epsilon."""
    r, u = pairs(positions)
    if potential == "lennard-jones":
        sixth = r**-6
        return 2 * ((sixth * sixth - sixth) * polynomial_envelope(r, CUTOFF)).sum((-2, -1))
    inside = r < REACH
    gap = torch.where(inside, r - REACH, torch.full_like(r, -1.0))  # below 0 everywhere: no exponential blows up
    two = torch.where(inside, A * (B * r**-4 - 1) * torch.exp(1 / gap), torch.zeros_like(r)).sum((-2, -1)) / 2
    g = torch.where(inside, torch.exp(GAMMA / gap), torch.zeros_like(r))  # (..., i, j)
    s = g.sum(-1)  # (..., i)
    v = torch.einsum("...ij,...ijx->...ix", g, u)
    t = torch.einsum("...ij,...ijx,...ijy->...ixy", g, u, u)
    angles = (t * t).sum((-2, -1)) + 2 / 3 * (v * v).sum(-1) + s * s / 9 - 16 / 9 * (g * g).sum(-1)
    return two + LAMBDA / 2 * angles.sum(-1)


def forces(positions: Tensor, potential: Potential) -> Tensor:
    """F = -dE/dx: (..., n, 3) -> (..., n, 3), in epsilon / sigma."""
    x = positions.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(energy(x, potential).sum(), x)
    return -gradient


@lru_cache(maxsize=16)
def frames(potential: Potential, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Positions and forces, (count, 6, 3) float64 each; every frame ends a run of its own: they are independent.

    Langevin dynamics (BAOAB) at `TEMPERATURE`, in a weak trap that keeps the atoms together and is not in the forces.
    Always computed on the CPU: the same seed is the same data, whatever trains on it.
    """
    generator = torch.Generator().manual_seed(seed)

    def noise() -> Tensor:
        return torch.randn(count, ATOMS, 3, dtype=torch.float64, generator=generator, device=generator.device)

    x = 1.1 * noise()
    for _ in range(QUENCH):
        down = forces(x, potential) - TRAP * x
        x = x + down * (0.02 / (1 + 0.2 * torch.linalg.vector_norm(down, dim=-1, keepdim=True)))
    warmth = TEMPERATURE[potential]
    keep = torch.exp(torch.tensor(-FRICTION * STEP, dtype=torch.float64, device=generator.device))
    v = warmth**0.5 * noise()
    f = forces(x, potential) - TRAP * x
    for _ in range(STEPS):
        v = v + STEP / 2 * f
        x = x + STEP / 2 * v
        v = keep * v + (warmth * (1 - keep * keep)).sqrt() * noise()
        x = x + STEP / 2 * v
        f = forces(x, potential) - TRAP * x
        v = v + STEP / 2 * f
    x = x - x.mean(-2, keepdim=True)
    return x, forces(x, potential)
