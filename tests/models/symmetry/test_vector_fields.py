"""Arrows against closed forms: gradients of an energy and a density, mechanics of a rigid body, symmetry."""

import numpy as np
import pytest
import torch
from torch import Tensor

from models.symmetry.equivariance import Kind, equivariance_error, random_transforms
from models.symmetry.pose import pose
from models.symmetry.vector_fields import (
    FIELDS,
    POINTS,
    WIDTH,
    angular_momenta,
    changed_arrows,
    charged_cloud,
    forces,
    normals,
    rule_errors,
    velocities,
)

X, Q = charged_cloud()
EVERY = pytest.mark.parametrize("name", list(FIELDS))


def test_the_cloud_is_on_the_grid_and_neutral() -> None:
    assert X.shape == (POINTS, 3)
    assert Q.shape == (POINTS,)
    assert X.dtype == torch.float64
    assert torch.equal(X * 1024, torch.round(X * 1024))
    assert float(Q.sum()) == 0.0
    assert float(torch.pdist(X).min()) > 0.2


def gradient(energy: Tensor, x: Tensor) -> Tensor:
    (made,) = torch.autograd.grad(energy, x)
    return made


def test_forces_are_minus_the_gradient_of_coulombs_energy_and_sum_to_zero() -> None:
    x = X.clone().requires_grad_(True)
    i, j = torch.triu_indices(POINTS, POINTS, 1)
    energy = (Q[i] * Q[j] / torch.linalg.vector_norm(x[i] - x[j], dim=1)).sum()
    torch.testing.assert_close(forces(X, Q), -gradient(energy, x), atol=1e-12, rtol=1e-12)
    assert float(forces(X, Q).sum(dim=0).abs().max()) < 1e-13
    assert float(torch.linalg.cross(X, forces(X, Q)).sum(dim=0).abs().max()) < 1e-12


def test_two_charges_repel_by_coulombs_law() -> None:
    pair = torch.tensor([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]], dtype=torch.float64)
    made = forces(pair, torch.tensor([1.0, 3.0], dtype=torch.float64))
    torch.testing.assert_close(made, torch.tensor([[-0.75, 0, 0], [0.75, 0, 0]], dtype=torch.float64))


def test_velocities_keep_every_distance() -> None:
    v = velocities(X, Q)
    difference, relative = X[:, None] - X, v[:, None] - v
    assert float((difference * relative).sum(dim=-1).abs().max()) < 1e-13
    assert float(v.sum(dim=0).abs().max()) < 1e-13
    arms = (X - X.mean(dim=0)).numpy()
    p, s = Q.numpy() @ arms, (arms**2).sum(axis=1) @ arms
    w = np.cross(p, s) / np.linalg.norm(np.cross(p, s))
    np.testing.assert_allclose(v.numpy(), np.cross(w, arms), atol=1e-14)


def test_normals_point_down_the_density() -> None:
    for i in range(POINTS):
        at = X[i].clone().requires_grad_(True)
        density = torch.exp(-((at - X) ** 2).sum(dim=1) / (2 * WIDTH**2)).sum()
        down = -gradient(density, at)
        torch.testing.assert_close(normals(X, Q)[i], down / torch.linalg.vector_norm(down), atol=1e-12, rtol=1e-12)


def test_angular_momenta_are_arm_times_velocity() -> None:
    arms = (X - X.mean(dim=0)).numpy()
    np.testing.assert_allclose(angular_momenta(X, Q).numpy(), np.cross(arms, velocities(X, Q).numpy()), atol=1e-14)


@EVERY
@pytest.mark.parametrize("kind", ["rotation", "reflection", "translation"])
def test_every_field_transforms_as_it_promises(name: str, kind: Kind) -> None:
    field = FIELDS[name]
    transforms = random_transforms(kind, 8, 1)
    found = equivariance_error(lambda x: {"v": field.function(x, Q)}, X, transforms, {"v": field.transforms_as})
    assert found["v"].maximum < 1e-12


@EVERY
def test_a_translation_changes_no_bit(name: str) -> None:
    function = FIELDS[name].function
    g = pose(shift=(1.5, -0.5, 2.75))
    assert torch.equal(function(g.points(X), Q), function(X, Q))
    errors = rule_errors(FIELDS[name], X, Q, g)
    assert errors["v"] == errors["R v"] == errors["det(R) R v"] == 0.0
    assert errors["R v + b"] > 0.5


@EVERY
def test_under_a_mirror_one_rule_holds_and_the_other_is_twice_off(name: str) -> None:
    errors = rule_errors(FIELDS[name], X, Q, pose(30, 10, True))
    right, wrong = ("det(R) R v", "R v") if name == "angular momenta" else ("R v", "det(R) R v")
    assert errors[right] < 1e-13
    assert errors[wrong] == pytest.approx(2.0, abs=1e-9)


def test_changed_arrows_are_counted() -> None:
    arrows = torch.eye(3, dtype=torch.float64)
    other = arrows.clone()
    other[1, 2] += 0.5
    other[0, 0] += 1e-15
    assert changed_arrows(arrows, arrows) == 0
    assert changed_arrows(arrows, other) == 1
