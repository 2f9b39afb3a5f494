"""Arrows on points, each computed from the positions: velocities, forces, normals and angular momenta.

    velocities        v_i = w x (x_i - c),  w = p x s / |p x s|,   p = sum q_j (x_j - c),  s = sum |x_j - c|^2 (x_j - c)
    forces            F_i = sum_{j != i} q_i q_j (x_i - x_j) / |x_i - x_j|^3
    normals           n_i = -grad rho(x_i) / |grad rho(x_i)|,   rho(x) = sum_j exp(-|x - x_j|^2 / 2 a^2)
    angular momenta   L_i = (x_i - c) x v_i

c is the mean of the positions, q the charges. Only differences of positions enter, so x -> x + b changes nothing. Under
R in O(3) the first three are vectors, f(R x + b) = R f(x): w is a pseudovector, and its cross product with a vector is
a vector again. L is a pseudovector, f(R x + b) = det(R) R f(x): in a mirror that lies flat against a wheel the wheel
spins as before, and its axis is not mirrored. (Forces: Coulomb's law; the others: any textbook of mechanics.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.symmetry.equivariance import ROUNDING, OutputType, Transform, relative_error
from models.symmetry.pose import on_grid

WIDTH = 0.7  # a of the density whose level sets have the normals, in the cloud's unit of length
POINTS = 16  # a power of two: the mean of points on a grid is then exact


@dataclass(frozen=True)
class Field:
    """Arrows f: positions (n, 3), charges (n) -> (n, 3), and how they are promised to transform."""

    name: str
    function: Callable[[Tensor, Tensor], Tensor]
    transforms_as: OutputType


def charged_cloud(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Sixteen points near a sphere of radius 1.25, on the grid of 1/1024: positions (16, 3), charges (16)."""
    generator = torch.Generator().manual_seed(seed)
    i = torch.arange(POINTS, dtype=torch.float64) + 0.5
    z = 1 - 2 * i / POINTS
    longitude = math.pi * (1 + math.sqrt(5)) * i
    across = torch.sqrt(1 - z * z)
    sphere = torch.stack((across * torch.cos(longitude), across * torch.sin(longitude), z), dim=1)
    noise = torch.randn(POINTS, 3, generator=generator, dtype=torch.float64)
    charges = torch.ones(POINTS, dtype=torch.float64)
    charges[torch.randperm(POINTS, generator=generator)[: POINTS // 2]] = -1.0
    return on_grid(1.25 * sphere + 0.12 * noise), charges


def velocities(positions: Tensor, charges: Tensor) -> Tensor:
    """v_i = w x (x_i - c): a rigid body that spins about w. (n, 3), (n) -> (n, 3)."""
    arms = positions - positions.mean(dim=0)
    p = (charges[:, None] * arms).sum(dim=0)
    s = ((arms**2).sum(dim=1, keepdim=True) * arms).sum(dim=0)
    w = torch.nn.functional.normalize(torch.linalg.cross(p, s), dim=0)
    spin: Tensor = torch.linalg.cross(w.expand_as(arms), arms)
    return spin


def forces(positions: Tensor, charges: Tensor) -> Tensor:
    """F_i = sum_j q_i q_j (x_i - x_j) / |x_i - x_j|^3, in units of Coulomb's constant. (n, 3), (n) -> (n, 3)."""
    difference = positions[:, None] - positions  # (n, n, 3)
    squared = (difference**2).sum(dim=-1)
    squared.fill_diagonal_(math.inf)  # nobody pushes itself
    strength = charges[:, None] * charges * squared**-1.5  # (n, n)
    return (strength[..., None] * difference).sum(dim=1)


def normals(positions: Tensor, charges: Tensor) -> Tensor:
    """n_i = -grad rho / |grad rho| at x_i: out of the cloud, whatever the charges. (n, 3), (n) -> (n, 3)."""
    difference = positions[:, None] - positions  # (n, n, 3)
    density = torch.exp(-(difference**2).sum(dim=-1) / (2 * WIDTH**2))  # (n, n)
    return torch.nn.functional.normalize((density[..., None] * difference).sum(dim=1), dim=-1)


def angular_momenta(positions: Tensor, charges: Tensor) -> Tensor:
    """L_i = (x_i - c) x v_i of the spinning body, unit masses. (n, 3), (n) -> (n, 3)."""
    momenta: Tensor = torch.linalg.cross(positions - positions.mean(dim=0), velocities(positions, charges))
    return momenta


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("velocities", velocities, "vector"),
        Field("forces", forces, "vector"),
        Field("normals", normals, "vector"),
        Field("angular momenta", angular_momenta, "pseudovector"),
    )
}
"""Arrows by name."""

RULES: dict[str, Callable[[Transform, Tensor], Tensor]] = {
    "v": lambda transform, arrows: arrows,
    "R v": Transform.vectors,
    "R v + b": Transform.points,
    "det(R) R v": Transform.pseudovectors,
}
"""What a hand may think the arrows do when the room is moved, (n, 3) -> (n, 3); "R v + b" is the usual mistake."""


def changed_arrows(before: Tensor, after: Tensor) -> int:
    """How many arrows differ by more than rounding (1e-12 of the longest), (n, 3), (n, 3) -> 0..n."""
    lengths = torch.linalg.vector_norm(before, dim=1)
    difference = torch.linalg.vector_norm(after - before, dim=1)
    return int((difference > ROUNDING[torch.float64] * float(lengths.max())).sum())


def rule_errors(field: Field, positions: Tensor, charges: Tensor, transform: Transform) -> dict[str, float]:
    """|| f(g x) - rule(g, f(x)) || / || f(x) || of every rule: 0 or rounding where the rule is the right one."""
    arrows = field.function(positions, charges)
    moved = field.function(transform.points(positions), charges)
    norm = float(torch.linalg.vector_norm(arrows))
    return {name: relative_error(moved, rule(transform, arrows), norm=norm) for name, rule in RULES.items()}
