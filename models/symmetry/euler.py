"""Two ways to draw a "random rotation", one of them wrong, and the statistics that tell them apart.

    haar   R from a uniform unit quaternion          every orientation as likely as every other
    euler  R = R_z(a) R_y(b) R_z(c), a, b, c uniform in [0, 2 pi)           crowds at the poles

Under the Haar measure of SO(3)   E[tr R] = 0,  E[(tr R)^2] = 1,  E[angle] = pi/2 + 2/pi = 126.5 deg,
while three uniform Euler angles give E[(tr R)^2] = 5/4: b should be drawn with density sin(b), since the circles of
latitude are shorter near the poles. A symmetry check with such rotations hardly tries some orientations, and an
augmentation with them is not uniform. (Miles, Biometrika 52, 636, 1965; Shoemake, Graphics Gems III, 124, 1992.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.symmetry.equivariance import Sampler, random_rotations

HAAR_ANGLE = math.degrees(math.pi / 2 + 2 / math.pi)
"""Mean rotation angle under the Haar measure: the density is (1 - cos t) / pi on [0, pi]."""
FAIR = 4.5
"""So many standard errors from the Haar value, and a sampler is not fair."""


def euler_rotations(count: int, generator: torch.Generator) -> Tensor:
    """Rotations R_z(a) R_y(b) R_z(c) of three uniform angles, (count, 3, 3) float64. A trap, kept to be shown."""
    angles = 2 * math.pi * torch.rand(count, 3, generator=generator, dtype=torch.float64)
    a, b, c = angles.unbind(dim=1)
    return _about(2, a) @ _about(1, b) @ _about(2, c)


SAMPLERS: dict[str, Sampler] = {"haar": random_rotations, "euler": euler_rotations}
"""By name: count, generator -> R (count, 3, 3) float64."""


@dataclass(frozen=True)
class Fairness:
    """Means over a sample of rotations: tr R, (tr R)^2 and the angle in degrees; and whether they are Haar's.

    fair: each is within `FAIR` standard errors of the sample from 0, 1 and 126.5 degrees.
    """

    trace: float
    square: float
    angle: float
    fair: bool


def fairness(rotations: Tensor) -> Fairness:
    """The statistics of rotations (count, 3, 3) float64, count at least 2.

    The angle of R is arccos((tr R - 1) / 2), 0 to 180 degrees.
    """
    traces = rotations.diagonal(dim1=1, dim2=2).sum(dim=1)  # (count)
    angles = torch.rad2deg(torch.arccos(((traces - 1) / 2).clamp(-1, 1)))
    samples = {0.0: traces, 1.0: traces.square(), HAAR_ANGLE: angles}  # by the value they should have
    fair = all(
        abs(float(values.mean()) - expected) <= FAIR * float(values.std()) / len(values) ** 0.5
        for expected, values in samples.items()
    )
    trace, square, angle = (float(values.mean()) for values in samples.values())
    return Fairness(trace, square, angle, fair)


def draw(sampler: str, count: int, seed: int) -> Tensor:
    """`count` rotations (count, 3, 3) of a sampler, reproducible. Raises ValueError on a name not in `SAMPLERS`."""
    if sampler not in SAMPLERS:
        raise ValueError(f"Expected a sampler of {tuple(SAMPLERS)}, got {sampler!r}.")
    return SAMPLERS[sampler](count, torch.Generator().manual_seed(seed))


def _about(axis: int, angles: Tensor) -> Tensor:
    """Rotations about a coordinate axis: (count) -> (count, 3, 3)."""
    j, k = (axis + 1) % 3, (axis + 2) % 3
    made = torch.eye(3, dtype=torch.float64).repeat(len(angles), 1, 1)
    made[:, j, j] = made[:, k, k] = angles.cos()
    made[:, k, j] = angles.sin()
    made[:, j, k] = -angles.sin()
    return made
