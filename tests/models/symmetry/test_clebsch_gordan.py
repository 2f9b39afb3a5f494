"""The Clebsch-Gordan product to read, against e3nn's coefficients and against dot, cross and traceless products."""

from __future__ import annotations

import pytest
import torch
from e3nn import o3
from torch import Tensor

from models.symmetry.clebsch_gordan import clebsch_gordan, generators, product
from models.symmetry.equivariance import random_rotation

COUPLED = [(a, b, c) for a in range(4) for b in range(4) for c in range(abs(a - b), min(3, a + b) + 1)]


@pytest.fixture
def pair() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(5, 3, generator=generator).double(), torch.randn(5, 3, generator=generator).double()


@pytest.mark.parametrize(("l1", "l2", "l3"), COUPLED)
def test_the_coefficients_are_e3nns_up_to_sign(l1: int, l2: int, l3: int) -> None:
    expected = o3.wigner_3j(l1, l2, l3, dtype=torch.float64) * (2 * l3 + 1) ** 0.5
    got = clebsch_gordan(l1, l2, l3)
    assert got.shape == (2 * l1 + 1, 2 * l2 + 1, 2 * l3 + 1)
    sign = torch.sign((got * expected).sum())
    torch.testing.assert_close(got, sign * expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("degree", [1, 2, 3])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_generators_make_e3nns_rotation_matrices(degree: int, axis: int) -> None:
    direction = torch.eye(3, dtype=torch.float64)[axis]
    rotation = o3.axis_angle_to_matrix(direction, torch.tensor(0.7, dtype=torch.float64))
    d = torch.matrix_exp(0.7 * generators(degree)[axis])
    # e3nn's D takes its generators in float32 unless told otherwise, and goes through Euler angles.
    torch.testing.assert_close(d, o3.Irrep(degree, 1).D_from_matrix(rotation).double(), rtol=0, atol=1e-5)
    torch.testing.assert_close(d @ d.T, torch.eye(2 * degree + 1).double(), rtol=0, atol=1e-14)


def test_two_vectors_make_their_dot_cross_and_traceless_product(pair: tuple[Tensor, Tensor]) -> None:
    a, b = pair
    dot, cross, traceless = (product(a, b, degree) for degree in range(3))
    torch.testing.assert_close(dot[:, 0].abs(), (a * b).sum(dim=1).abs() / 3**0.5)
    expected = torch.linalg.cross(a, b) / 2**0.5
    torch.testing.assert_close(cross, torch.sign((cross * expected).sum()) * expected)
    matrix = (a[:, :, None] * b[:, None, :] + b[:, :, None] * a[:, None, :]) / 2
    matrix = matrix - torch.eye(3).double() * (a * b).sum(dim=1)[:, None, None] / 3
    torch.testing.assert_close(traceless.square().sum(dim=1), matrix.square().sum(dim=(1, 2)))
    assert [part.shape for part in (dot, cross, traceless)] == [(5, 1), (5, 3), (5, 5)]


def test_the_three_products_hold_the_nine_numbers(pair: tuple[Tensor, Tensor]) -> None:
    a, b = pair
    energy = sum(product(a, b, degree).square().sum(dim=1) for degree in range(3))
    torch.testing.assert_close(energy, a.square().sum(dim=1) * b.square().sum(dim=1))


def test_the_product_turns_with_its_factors(pair: tuple[Tensor, Tensor]) -> None:
    a, b = pair
    r = random_rotation(torch.Generator().manual_seed(1))
    torch.testing.assert_close(product(a @ r.T, b @ r.T, 1), product(a, b, 1) @ r.T)


def test_degrees_that_do_not_couple_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected \|l1 - l2\| <= l3 <= l1 \+ l2, got 1, 1, 3"):
        clebsch_gordan(1, 1, 3)
