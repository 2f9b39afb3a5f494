"""Real spherical harmonics: e3nn's, in float64, loaded when first needed.

    Y_l(R x) = D_l(R) Y_l(x)          ||Y_l(x)||^2 = 2l + 1 for every x: normalization 'component'

Order and signs are e3nn's: m = -l .. l, the polar axis (m = 0) is y, and degree 1 is sqrt(3) (x, y, z) / |x|. In
float64 they are right to 1e-14, which the claims of the lecture need; e3nn's Wigner matrices, which go through Euler
angles, are not, and models/symmetry/irreps.py takes its own from these harmonics.

Source: Geiger & Smidt 2022, arXiv:2207.09453; e3nn documentation, `o3.spherical_harmonics`.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

SHORTEST = 1e-9
"""A vector below this length points nowhere."""
DEGREES = range(13)
"""The degrees that the tests hold against scipy."""


def harmonics(directions: Tensor, degrees: Iterable[int]) -> Tensor:
    """Y_l of each direction for these degrees, side by side.

    directions: (n, 3), any length but zero -> (n, sum of 2l + 1) float64.
    Raises ValueError on a degree outside 0 .. 12 or a vector that points nowhere.
    """
    from e3nn import o3  # it takes seconds to load, which a program that draws no harmonics does not spend

    wanted = list(degrees)
    if wrong := [degree for degree in wanted if degree not in DEGREES]:
        raise ValueError(f"Expected degrees from 0 to {DEGREES[-1]}, got {wrong[0]}.")
    if bool((torch.linalg.vector_norm(directions, dim=-1) < SHORTEST).any()):
        raise ValueError("Expected vectors that point somewhere, got one of length 0.")
    values: Tensor = o3.spherical_harmonics(wanted, directions.double(), normalize=True, normalization="component")
    return values
