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

LINEAR = 1e-10
"""The smallest moment of inertia over the largest, below which atoms lie on a line: aside by 1e-5 of its length."""
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
        """2 K / `degrees_of_freedom` of a cluster that is at rest as a whole and does not turn as a whole.

        Raises ValueError where it has no degree of freedom: one atom, or all in one place.
        """
        return float(np.sum(np.square(self.velocities, dtype=np.float64)) / _freedoms(self.positions))


def degrees_of_freedom(positions: Floats) -> int:
    """3 n - 6 of atoms (n, 3) that neither move nor turn as a whole; 3 n - 5 on a line, 0 for one atom or one place.

    A line has no turn about itself. Atoms are on one where their smallest moment of inertia is below `LINEAR` of the
    largest, which is rounding.
    """
    if len(positions) < 2:
        return 0
    moments = np.linalg.eigvalsh(_inertia(positions.astype(np.float64)))  # ascending
    if moments[-1] <= 0:
        return 0
    return 3 * len(positions) - (5 if moments[0] < LINEAR * moments[-1] else 6)


def _freedoms(positions: Floats) -> int:
    """`degrees_of_freedom`, of which one or more are needed. Raises ValueError where there are none."""
    count = degrees_of_freedom(positions)
    if count == 0:
        came = "one atom" if len(positions) == 1 else f"{len(positions)} atoms in one place"
        raise ValueError(f"Expected two atoms or more that are apart, to have a temperature, got {came}.")
    return count


def _inertia(positions: Floats) -> Floats:
    """The tensor of inertia about the center, (3, 3): |r|^2 1 - r r^T summed over the atoms, of mass 1."""
    arm = positions - positions.mean(axis=0)
    inertia: Floats = np.sum(arm * arm) * np.eye(3) - arm.T @ arm
    return inertia


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
    """Velocities (n, 3) of exactly this temperature, without drift or rotation of the whole.

    Raises ValueError for a temperature below 0, and where no motion is left: one atom, or all in one place.
    """
    if not temperature >= 0:
        raise ValueError(f"Expected a temperature of 0 or more, got {temperature}.")
    freedoms = _freedoms(positions)
    v = np.random.default_rng(seed).standard_normal(positions.shape)
    arm = positions - positions.mean(axis=0)
    v -= v.mean(axis=0)
    inertia, turning = _inertia(positions), np.cross(arm, v).sum(axis=0)
    if freedoms == 3 * len(v) - 5:  # on a line: nothing turns about it, and nothing resists
        turn = np.linalg.pinv(inertia, rcond=LINEAR, hermitian=True) @ turning
    else:
        turn = np.linalg.solve(inertia, turning)
    v -= np.cross(turn, arm)
    scale: float = np.sqrt(temperature * freedoms / np.sum(v * v))
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
