"""Pairs of neighborhoods that many-body invariants confuse, and two public pairs that are one cloud, turned.

    name               a and b differ in          first order that separates    one cloud up to rotation
    two_body           where a neighbor stands    3                             no
    three_body         (0, ±5, 5)                 4                             no
    chiral             (0, ±5, 0)                 5, with signs                 only with a mirror
    non_chiral         (0, ±5, 0)                 5                             no
    public_chiral      (0, ±5, 0)                 none                          yes
    public_non_chiral  (0, ±5, 0)                 none                          yes

Sources: two_body and three_body, Joshi et al. (2301.09308) and Pozdnyakov et al. (PRL 125, 166001) Fig. 1b. The public
pairs are coordinates in use for Fig. 2e and 2f: their ring (±3, y, −4), (0, y, 5) is isosceles, and so has a mirror
line; a half turn about it undoes the change. `chiral` and `non_chiral` take a ring at 0, 100 and 220 degrees, which has
no mirror line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from models.symmetry.many_body import Array

PairName = Literal["two_body", "three_body", "non_chiral", "chiral", "public_non_chiral", "public_chiral"]
RADIUS = 5.0
HEIGHT = 2.0
SCALENE = (0.0, 100.0, 220.0)
"""Angles of the repaired ring in degrees: gaps 100, 120 and 140, no two alike."""


@dataclass(frozen=True)
class Pair:
    """Two neighborhoods about the origin, (n, 3) float64 each, read-only; neighbors 0 to `kept` − 1 are the same."""

    a: Array
    b: Array
    kept: int


@lru_cache(maxsize=16)
def pair(name: PairName) -> Pair:
    """One of the pairs by its name; ValueError on another."""
    if name not in get_args(PairName):
        raise ValueError(f"Expected a pair of {get_args(PairName)}, got {name!r}.")
    if name == "two_body":
        return _pair([[5, 0, 0]], [3, 0, 4], [-5, 0, 0])
    if name == "three_body":
        return _pair([[5, 0, 5], [5, 5, 5], [-5, -5, 5]], [0, 5, 5], [0, -5, 5])
    public = name.startswith("public")
    if name.endswith("non_chiral"):
        radius = np.sqrt(RADIUS**2 - HEIGHT**2)
        upper = _isosceles(HEIGHT) if public else _ring(SCALENE, radius, HEIGHT)
        lower = upper * [1, -1, 1] @ _about_y(36.0).T
        shared = np.concatenate([upper, lower])
    else:
        shared = _isosceles(0.0) if public else _ring(SCALENE, RADIUS, 0.0)
    return _pair(shared, [0, RADIUS, 0], [0, -RADIUS, 0])


def _pair(shared: Array | list[list[int]], of_a: list[float], of_b: list[float]) -> Pair:
    base = np.asarray(shared, dtype=np.float64)
    a, b = (np.concatenate([base, [last]]).astype(np.float64) for last in (of_a, of_b))
    a.setflags(write=False)
    b.setflags(write=False)
    return Pair(a, b, len(base))


def _ring(degrees: tuple[float, ...], radius: float, height: float) -> Array:
    angles = np.radians(degrees)
    return np.stack([radius * np.cos(angles), np.full(len(degrees), height), radius * np.sin(angles)], axis=1)


def _isosceles(height: float) -> Array:
    return np.array([[3, height, -4], [0, height, 5], [-3, height, -4]], dtype=np.float64)


def _about_y(degrees: float) -> Array:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
