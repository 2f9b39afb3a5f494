"""Small clusters of atoms under a reference potential, many at once: frames to learn from.

    x <- x + dx F(x)    from random places, then Langevin dynamics at `TEMPERATURE`; the last frame of each run is kept

Stillinger-Weber has angles, which flatter a network with l = 2; Lennard-Jones is a function of distances alone and is
the control. Both energies are those of `models/potentials/reference.py`. Reduced units: length sigma, energy epsilon.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from models.networks.training_state import torch_generator, torch_state
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
KEEP = 25
"""Steps between two places to go on from."""


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
    assert isinstance(found, tuple)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Making:
    """Where the making of frames stands between two steps: (count, 6, 3) float64 each, `v` and `f` empty at first."""

    taken: int
    x: Tensor
    v: Tensor
    f: Tensor
    generator: bytes
    """State of the draws to come."""


def making_frames(
    potential: Potential, count: int, seed: int, place: Making | None = None
) -> Iterator[Frames | Making | None]:
    """Yield None after each step of some milliseconds, every `KEEP` steps where it stands, and `frames` at last.

    Langevin dynamics (BAOAB) at `TEMPERATURE`, in a weak trap that keeps the atoms together and is not in the forces.
    Always computed on the CPU: the same seed is the same data, whatever trains on it. From a place that it yielded it
    goes on as it would have, digit for digit.
    """
    generator = torch.Generator().manual_seed(seed) if place is None else torch_generator(place.generator)

    def noise() -> Tensor:
        return torch.randn(count, ATOMS, 3, dtype=torch.float64, generator=generator, device=generator.device)

    if place is None:
        x, taken = 1.1 * noise(), 0
        v = f = x.new_zeros(0)
    else:  # copies lie in memory as what was computed does
        x, v, f, taken = place.x.clone(), place.v.clone(), place.f.clone(), place.taken
    warmth = TEMPERATURE[potential]
    keep = torch.exp(torch.tensor(-FRICTION * STEP, dtype=torch.float64, device=generator.device))
    for step in range(taken, QUENCH + STEPS):
        if step == QUENCH:
            v = warmth**0.5 * noise()
            f = forces(x, potential) - TRAP * x
        if step < QUENCH:
            down = forces(x, potential) - TRAP * x
            x = x + down * (0.02 / (1 + 0.2 * torch.linalg.vector_norm(down, dim=-1, keepdim=True)))
        else:
            v = v + STEP / 2 * f
            x = x + STEP / 2 * v
            v = keep * v + (warmth * (1 - keep * keep)).sqrt() * noise()
            x = x + STEP / 2 * v
            f = forces(x, potential) - TRAP * x
            v = v + STEP / 2 * f
        yield None
        if (step + 1) % KEEP == 0:
            yield Making(step + 1, x, v, f, torch_state(generator))
    x = x - x.mean(-2, keepdim=True)
    yield x, forces(x, potential)
