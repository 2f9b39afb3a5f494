"""Molecular dynamics: velocity Verlet at constant energy, Langevin at constant temperature, and what one reads off.

    v <- v + (dt/2) F(x)/m;   x <- x + dt v;   v <- v + (dt/2) F(x)/m             `velocity_verlet`, m = 1
    B A O A B with  O: v <- c v + sqrt((1 - c^2) T) xi,  c = exp(-gamma dt)        `langevin`

Verlet is symplectic: with forces that are a gradient its energy wavers by O(dt^2) and does not drift; with others it
drifts. Swope et al. 1982, J. Chem. Phys. 76, 637; Leimkuhler and Matthews 2013, Appl. Math. Res. Express, 34.
Units are reduced: mass, energy and length of the pair are 1, k_B = 1. The dtype is that of the positions given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from models.potentials.pair import Floats

Force = Callable[[Floats], tuple[Floats, Floats]]
"""(n, 3) -> energies E_i (n) and forces (n, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One instant: positions (n, 3), velocities (n, 3), potential energies E_i (n), forces (n, 3)."""

    positions: Floats
    velocities: Floats
    energies: Floats
    forces: Floats

    @property
    def total(self) -> float:
        """Kinetic plus potential energy, summed in float64."""
        kinetic = np.sum(np.square(self.velocities, dtype=np.float64)) / 2
        return float(kinetic + np.sum(self.energies, dtype=np.float64))

    @property
    def temperature(self) -> float:
        """2 K / (3 n - 6): a cluster at rest as a whole, that does not turn as a whole."""
        return float(np.sum(np.square(self.velocities, dtype=np.float64)) / max(1, 3 * len(self.positions) - 6))


def velocity_verlet(force: Force, positions: Floats, velocities: Floats, step: float) -> Iterator[Moment]:
    """Yield the start and then every step, for ever; each step asks for the forces once.

    positions, velocities: (n, 3) of one dtype, in which all is computed; step: dt.
    """
    energies, f = force(positions.copy())
    yield from verlet_from(force, Moment(positions.copy(), velocities.copy(), energies, f), step)


def verlet_from(force: Force, moment: Moment, step: float) -> Iterator[Moment]:
    """`velocity_verlet` from the moment that it yielded last: yield this moment and then every step, for ever."""
    x, v, energies, f = moment.positions, moment.velocities, moment.energies, moment.forces
    while True:
        yield Moment(x, v, energies, f)
        half = v + (step / 2) * f
        x = x + step * half
        energies, f = force(x)
        v = half + (step / 2) * f


def langevin(
    force: Force,
    positions: Floats,
    velocities: Floats,
    step: float,
    temperature: float,
    friction: float,
    seed: int | np.random.Generator,
) -> Iterator[Moment]:
    """Yield the start and then every step of BAOAB, for ever; friction: gamma, an inverse time; seed: or the draws."""
    energies, f = force(positions.copy())
    start = Moment(positions.copy(), velocities.copy(), energies, f)
    yield from langevin_from(force, start, step, temperature, friction, np.random.default_rng(seed))


def langevin_from(
    force: Force, moment: Moment, step: float, temperature: float, friction: float, generator: np.random.Generator
) -> Iterator[Moment]:
    """`langevin` from the moment that it yielded last, and the draws to come: this moment and then every step."""
    keep = float(np.exp(-friction * step))
    noise = float(np.sqrt((1 - keep * keep) * temperature))
    x, v, energies, f = moment.positions, moment.velocities, moment.energies, moment.forces
    while True:
        yield Moment(x, v, energies, f)
        v = v + (step / 2) * f
        x = x + (step / 2) * v
        v = keep * v + noise * generator.standard_normal(x.shape)
        x = x + (step / 2) * v
        energies, f = force(x)
        v = v + (step / 2) * f


def thermal(positions: Floats, temperature: float, seed: int) -> Floats:
    """Velocities (n, 3) of exactly this temperature, without drift or rotation of the whole."""
    v = np.random.default_rng(seed).standard_normal(positions.shape)
    arm = positions - positions.mean(axis=0)
    v -= v.mean(axis=0)
    inertia = np.sum(arm * arm) * np.eye(3) - arm.T @ arm
    v -= np.cross(np.linalg.solve(inertia, np.cross(arm, v).sum(axis=0)), arm)
    scale: float = np.sqrt(temperature * max(1, 3 * len(v) - 6) / np.sum(v * v))
    scaled: Floats = v * scale
    return scaled


def relaxed(
    force: Force, positions: Floats, pull: Callable[[Floats], Floats] | None = None, steps: int = 200
) -> Floats:
    """Downhill by steps of at most 0.04 along the force (and the pull), as thick honey would let it: (n, 3)."""
    x = positions.copy()
    for _ in range(steps):
        f = force(x)[1]
        if pull is not None:
            f = f + pull(x)
        lengths = np.linalg.norm(f, axis=1, keepdims=True)
        x = x + np.minimum(0.002, 0.04 / np.maximum(lengths, 1e-300)) * f
    return x


def spread(totals: Floats) -> float:
    """Standard deviation of the total energy over a run, sigma(E_tot)."""
    return float(np.std(np.asarray(totals, dtype=np.float64)))


def extended_xyz(positions: Floats, energies: Floats, forces: Floats, species: str = "X") -> str:
    """One frame as extended XYZ, as ASE reads it: positions and forces (n, 3), energies E_i (n); in reduced units."""
    lines = [str(len(positions))]
    columns = "species:S:1:pos:R:3:energies:R:1:forces:R:3"
    lines.append(f'Properties={columns} energy={float(np.sum(energies)):.12f} units=reduced pbc="F F F"')
    for x, e, f in zip(positions, energies, forces, strict=True):
        numbers = [*x.tolist(), float(e), *f.tolist()]
        lines.append(" ".join([species, *(f"{number:.12f}" for number in numbers)]))
    return "\n".join(lines) + "\n"
