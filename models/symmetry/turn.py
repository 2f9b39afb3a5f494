"""What a hand does to a cloud: g x = R M x + b, from a quaternion, a mirror and a shift, as hashable data.

R = 1 - 2 (y^2 + z^2)   2 (x y - w z)        2 (x z + w y)
    2 (x y + w z)       1 - 2 (x^2 + z^2)    2 (y z - w x)       of the unit quaternion (x, y, z, w)
    2 (x z - w y)       2 (y z + w x)        1 - 2 (x^2 + y^2)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from models.symmetry.equivariance import Kind, Transform

SHORTEST = 1e-6
"""A shorter quaternion has no direction that one could trust."""
Quaternion = tuple[float, float, float, float]


def unit(quaternion: Sequence[float]) -> Quaternion:
    """The quaternion x, y, z, w at length 1. Raises ValueError where it is too short to have a direction."""
    x, y, z, w = quaternion
    length = math.hypot(x, y, z, w)
    if length < SHORTEST:
        raise ValueError(f"expected a quaternion of length {SHORTEST:g} or more, got {length:.3g}")
    return x / length, y / length, z / length, w / length


def rotation(quaternion: Quaternion) -> Tensor:
    """R (3, 3) float64 of a unit quaternion."""
    x, y, z, w = quaternion
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.tensor(rows, dtype=torch.float64)


@dataclass(frozen=True, slots=True)
class Turn:
    """g = (R M, b): the mirror x -> -x where asked, then the rotation of a unit quaternion, then the shift."""

    quaternion: Quaternion = (0.0, 0.0, 0.0, 1.0)
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    mirror: bool = False

    @property
    def kind(self) -> Kind:
        """What it is above all: a mirror image, else a rotation, else a translation."""
        if self.mirror:
            return "reflection"
        if any(self.quaternion[:3]):
            return "rotation"
        return "translation" if any(self.shift) else "identity"

    def transform(self) -> Transform:
        """As `models.symmetry.equivariance` knows it, float64."""
        mirror = torch.tensor([-1.0 if self.mirror else 1.0, 1.0, 1.0], dtype=torch.float64)
        shift = torch.tensor(self.shift, dtype=torch.float64)
        return Transform(rotation(self.quaternion) * mirror, shift, self.kind)  # columns of R times those of M

    def words(self) -> str:
        """In words, the angle in degrees."""
        x, y, z, w = self.quaternion
        angle = math.degrees(2 * math.atan2(math.hypot(x, y, z), abs(w)))
        parts = ["mirrored"] if self.mirror else []
        if angle > 0.05:
            parts.append(f"turned by {angle:.0f}°")
        if any(self.shift):
            parts.append(f"shifted by {math.hypot(*self.shift):.3g}")
        return ", ".join(parts) or "left as it is"
