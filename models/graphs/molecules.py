"""A few small molecules in angstrom, built from their bond lengths, angles and dihedrals.

The numbers are textbook values rounded to 0.01 angstrom and half a degree, idealized where that keeps a symmetry exact;
they are for looking at, not for chemistry. A cutoff lies between the longest bond and the shortest other distance, so
that the radius graph is the bonds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / math.sqrt(3)


@dataclass(frozen=True, eq=False)
class Molecule:
    """Chemical symbols, positions (n, 3) float64 in angstrom, and a cutoff in angstrom that tells the bonds."""

    elements: tuple[str, ...]
    positions: NDArray[np.float64]
    cutoff: float


def water() -> Molecule:
    """O-H 0.96, angle 104.5 degrees."""
    half = math.radians(104.5) / 2
    hydrogens = [[side * 0.96 * math.sin(half), 0.96 * math.cos(half), 0] for side in (-1, 1)]
    return Molecule(("O", "H", "H"), np.array([[0, 0, 0], *hydrogens]), 1.2)


def methane() -> Molecule:
    """A regular tetrahedron, C-H 1.09."""
    return Molecule(("C", "H", "H", "H", "H"), np.concatenate((np.zeros((1, 3)), 1.09 * TETRAHEDRON)), 1.4)


def benzene() -> Molecule:
    """Two regular hexagons in a plane, C-C 1.40 and C-H 1.09."""
    angles = np.arange(6) * math.pi / 3
    unit = np.stack((np.cos(angles), np.sin(angles), np.zeros(6)), axis=1)
    return Molecule(("C",) * 6 + ("H",) * 6, np.concatenate((1.40 * unit, 2.49 * unit)), 1.7)


def ethanol() -> Molecule:
    """The anti conformer: C-C 1.51, C-O 1.43, O-H 0.97, C-H 1.09; CCO 108, COH 105.5, HCC 110.5 degrees."""
    methyl, methylene = np.zeros(3), np.array([1.51, 0, 0])
    ahead = np.array([0.0, 1.0, 0.0])
    oxygen = _bonded(methylene, methyl, ahead, 1.43, 108, 0)
    hydroxyl = _bonded(oxygen, methylene, methyl, 0.97, 105.5, 180)
    on_methyl = [_bonded(methyl, methylene, oxygen, 1.09, 110.5, dihedral) for dihedral in (180, 60, -60)]
    on_methylene = [_bonded(methylene, methyl, on_methyl[0], 1.09, 110.5, dihedral) for dihedral in (60, -60)]
    positions = np.stack((methyl, methylene, oxygen, *on_methyl, *on_methylene, hydroxyl))
    return Molecule(("C", "C", "O", *("H",) * 6), positions, 1.6)


def bromochlorofluoromethane(hand: int) -> Molecule:
    """CHFClBr, four different neighbors of one carbon: R for hand 1, its mirror image S for hand -1.

    Regular tetrahedral directions; C-H 1.09, C-F 1.36, C-Cl 1.76, C-Br 1.94.
    """
    # As listed, the corners would be S: seen from behind H, Br -> Cl -> F runs counterclockwise.
    directions = TETRAHEDRON * [1, 1, -hand]
    positions = np.concatenate((np.zeros((1, 3)), directions * np.array([[1.09], [1.36], [1.76], [1.94]])))
    return Molecule(("C", "H", "F", "Cl", "Br"), positions, 1.97)


def _bonded(
    to: NDArray[np.float64],
    angle_with: NDArray[np.float64],
    dihedral_with: NDArray[np.float64],
    length: float,
    angle: float,
    dihedral: float,
) -> NDArray[np.float64]:
    """The atom X at |X - to| = length, angle X-to-angle_with and dihedral X-to-angle_with-dihedral_with in degrees."""
    theta, phi = math.radians(angle), math.radians(dihedral)
    along = (angle_with - to) / np.linalg.norm(angle_with - to)
    aside = dihedral_with - angle_with
    aside = aside - (aside @ along) * along
    aside = aside / np.linalg.norm(aside)
    above = np.cross(along, aside)
    step = math.cos(theta) * along + math.sin(theta) * (math.cos(phi) * aside + math.sin(phi) * above)
    position: NDArray[np.float64] = to + length * step
    return position
