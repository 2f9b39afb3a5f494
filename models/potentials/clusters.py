"""Small clusters of atoms under a reference potential, many at once: frames to learn from.

    x <- x + dx F(x)    from random places, then Langevin dynamics at `TEMPERATURE`; the last frame of each run is kept

Stillinger-Weber has angles, which flatter a network with l = 2; Lennard-Jones is a function of distances alone and is
the control. Both energies are those of `models/potentials/reference.py`. Reduced units: length sigma, energy epsilon.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from models.potentials import force_field
from models.potentials.reference import lennard_jones, stillinger_weber
from models.potentials.reference import pairs as pairs

Potential = Literal["stillinger-weber", "lennard-jones"]
Frames = tuple[Tensor, Tensor]
"""Positions and forces, (frames, 6, 3) float64 each."""
POTENTIALS: tuple[Potential, ...] = get_args(Potential)
ATOMS = 6
CUTOFF = 2.0
"""Where Lennard-Jones ends, and what a network sees; Stillinger-Weber ends by itself at 1.8."""
TEMPERATURE: dict[Potential, float] = {"stillinger-weber": 0.12, "lennard-jones": 0.25}
STEP, FRICTION, TRAP = 0.01, 1.0, 0.2
QUENCH, STEPS = 100, 250
"""Steps down the gradient from random places, then steps of Langevin dynamics; one frame is kept of each run."""


def energies(positions: Tensor, potential: Potential) -> Tensor:
    """E_i: (.., n, 3), in sigma -> (.., n), in epsilon."""
    if potential == "lennard-jones":
        return lennard_jones(positions, "smooth", CUTOFF)
    return stillinger_weber(positions)


def forces(positions: Tensor, potential: Potential) -> Tensor:
    """F = -dE/dx: (.., n, 3) -> (.., n, 3), in epsilon / sigma."""
    return force_field.forces(lambda x: energies(x, potential), positions)[1]


@lru_cache(maxsize=16)
def frames(potential: Potential, count: int, seed: int) -> Frames:
    """Positions and forces, (count, 6, 3) float64 each; every frame ends a run of its own: they are independent."""
    *_, found = making_frames(potential, count, seed)
    assert found is not None
    return found


def making_frames(potential: Potential, count: int, seed: int) -> Iterator[Frames | None]:
    """Yield None after each step of some milliseconds, and `frames` at last.

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
        yield None
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
        yield None
    x = x - x.mean(-2, keepdim=True)
    yield x, forces(x, potential)
