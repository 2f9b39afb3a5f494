"""Rings and degrees: the least degree is the fold, and the plane does not matter."""

import math

import pytest
import torch
from scipy.special import eval_legendre

from models.symmetry import spokes
from models.symmetry.equivariance import random_rotation
from models.symmetry.harmonics import harmonics

TABLE = {
    2: (0, 3.87, 0, 3.35, 0, 5.84, 0, 4.97, 0, 7.23),
    3: (0, 0, 4.18, 0, 3.47, 0, 3.33, 0, 6.24, 0),
    5: (0, 0, 0, 0, 4.65, 0, 3.68, 0, 3.46, 0),
}
"""Measured apart, to two decimals: separation of the ring and the ring turned by half a fold, l = 1 to 10."""


@pytest.mark.parametrize("fold", spokes.FOLDS)
def test_the_least_degree_that_sees_half_a_fold_is_the_fold(fold: int) -> None:
    values = spokes.separations(fold)
    assert spokes.least_degree(fold) == fold
    assert max(values[: fold - 1]) < 1e-13
    assert values[fold - 1] > 3


@pytest.mark.parametrize("fold", TABLE)
def test_the_separations_are_those_measured_apart(fold: int) -> None:
    assert spokes.separations(fold)[:10] == pytest.approx(TABLE[fold], abs=0.005)


@pytest.mark.parametrize("fold", [2, 5, 12])
def test_a_closed_form_gives_the_same(fold: int) -> None:
    """By the addition theorem s_l² is a sum of (2l + 1) P_l over the angles between spokes."""
    same = [2 * math.pi * k / fold for k in range(fold)]
    for degree, value in zip(spokes.DEGREES, spokes.separations(fold), strict=True):
        p = [eval_legendre(degree, math.cos(angle)) for angle in same]
        q = [eval_legendre(degree, math.cos(angle + math.pi / fold)) for angle in same]
        assert value**2 == pytest.approx((2 * degree + 1) * 2 * (sum(p) - sum(q)) / fold, abs=1e-12)


def test_no_rotation_of_both_rings_changes_a_separation() -> None:
    matrix = random_rotation(torch.Generator().manual_seed(3))
    for degree, value in zip(spokes.DEGREES, spokes.separations(4), strict=True):
        turned = spokes.separation(degree, spokes.ring(4) @ matrix.T, spokes.ring(4, 0.5) @ matrix.T)
        assert turned == pytest.approx(value, abs=1e-13)


def test_a_whole_fold_is_seen_by_no_degree() -> None:
    assert spokes.least_degree(6, 1.0) is None


def test_the_field_is_the_mean_of_legendre_and_flat_below_the_fold() -> None:
    angles = torch.linspace(0, 6, 31, dtype=torch.float64)
    directions = [2 * math.pi * k / 5 for k in range(5)]
    for degree in (3, 4, 5, 7):
        got = spokes.field(degree, spokes.ring(5), angles)
        expected = sum(eval_legendre(degree, (angles - direction).cos().numpy()) for direction in directions) / 5
        assert got.shape == (31,)
        assert got.numpy() == pytest.approx(expected, abs=1e-13)
        assert (float(got.max() - got.min()) < 1e-13) == (degree < 5)


def test_the_field_is_what_the_harmonics_keep() -> None:
    angles = torch.linspace(0, 6, 11, dtype=torch.float64)
    around = torch.stack([angles.cos(), angles.sin(), torch.zeros(11, dtype=torch.float64)], dim=1)
    for degree in (1, 5, 12):
        ring = spokes.ring(5)
        kept = harmonics(around, [degree]) @ spokes.mean_harmonics(degree, ring) / (2 * degree + 1)
        torch.testing.assert_close(spokes.field(degree, ring, angles), kept, rtol=0, atol=1e-13)


def test_shapes() -> None:
    assert spokes.ring(7).shape == (7, 3)
    assert spokes.mean_harmonics(4, spokes.ring(7)).shape == (9,)
