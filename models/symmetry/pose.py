"""A room that is put somewhere else: turned, tilted, mirrored and shifted by numbers that a hand can set.

    g x = R x + b,    R = R_y(turn) R_x(tilt) M,    M = diag(-1, 1, 1) where the room is mirrored, else 1

The shift is rounded to a grid of 1/1024. Points on the same grid are then moved without any rounding, so that "the
difference is exactly zero" is a statement about the function that is looked at and not about luck.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from models.symmetry.equivariance import Kind, Transform

GRID = 1024


def on_grid(values: Tensor) -> Tensor:
    """Rounded to multiples of 1/1024, float64, any shape: sums and differences of such numbers are exact."""
    return torch.round(values.double() * GRID) / GRID


def pose(
    turn: float = 0.0, tilt: float = 0.0, mirror: bool = False, shift: Sequence[float] = (0.0, 0.0, 0.0)
) -> Transform:
    """g = (R, b) in E(3). turn, tilt: degrees; shift b: three lengths, rounded to the grid.

    Its kind names what it does above all: reflection, else rotation, else translation, else identity.
    Raises ValueError on a shift that has not three parts.
    """
    if len(shift) != 3:
        raise ValueError(f"Expected a shift of three lengths, got {len(shift)}.")
    (c, s), (d, t) = ((math.cos(a), math.sin(a)) for a in (math.radians(turn), math.radians(tilt)))
    matrix = torch.tensor([[c, s * t, s * d], [0.0, d, -t], [-s, c * t, c * d]], dtype=torch.float64)
    if mirror:
        matrix = matrix @ torch.diag(torch.tensor([-1.0, 1.0, 1.0], dtype=torch.float64))
    b = on_grid(torch.tensor(list(shift)))
    kind: Kind = "identity"
    if mirror:
        kind = "reflection"
    elif turn or tilt:
        kind = "rotation"
    elif bool(b.any()):
        kind = "translation"
    return Transform(matrix, b, kind)
