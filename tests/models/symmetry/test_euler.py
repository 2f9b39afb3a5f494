"""The fair sampler of rotations passes its statistics, three uniform Euler angles fail them."""

from __future__ import annotations

import math

import pytest
import torch

from models.symmetry.equivariance import random_rotation
from models.symmetry.euler import HAAR_ANGLE, SAMPLERS, draw, fairness

COUNT = 4000


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_both_draw_rotations(sampler: str) -> None:
    r = draw(sampler, 50, seed=0)
    assert (r.shape, r.dtype) == ((50, 3, 3), torch.float64)
    eye = torch.eye(3, dtype=torch.float64).expand(50, 3, 3)
    torch.testing.assert_close(r @ r.transpose(1, 2), eye, rtol=0, atol=1e-14)
    torch.testing.assert_close(torch.linalg.det(r), torch.ones(50).double())
    assert torch.equal(r, draw(sampler, 50, seed=0))
    assert not torch.equal(r, draw(sampler, 50, seed=1))


def test_haar_is_the_sampler_of_the_symmetry_check() -> None:
    generator = torch.Generator().manual_seed(3)
    one = random_rotation(generator)
    torch.testing.assert_close(draw("haar", 1, seed=3)[0], one, rtol=0, atol=0)


@pytest.mark.parametrize("seed", range(3))
def test_the_fair_sampler_has_the_moments_of_the_haar_measure(seed: int) -> None:
    found = fairness(draw("haar", COUNT, seed))
    assert found.fair
    # Five standard errors: tr R has variance 1, (tr R)^2 variance 2, the angle about 37 degrees.
    assert abs(found.trace) < 5 / COUNT**0.5
    assert abs(found.square - 1) < 5 * 2**0.5 / COUNT**0.5
    assert abs(found.angle - 126.5) < 5 * 37 / COUNT**0.5


@pytest.mark.parametrize("seed", range(3))
def test_three_uniform_euler_angles_fail_them(seed: int) -> None:
    rotations = draw("euler", COUNT, seed)
    found = fairness(rotations)
    assert not found.fair
    assert found.square == pytest.approx(1.25, abs=0.15)
    assert float(rotations[:, 2, 2].var()) == pytest.approx(0.5, abs=0.05)  # Haar: 1/3


def test_the_statistics_of_known_rotations() -> None:
    half = torch.diag(torch.tensor([1.0, -1, -1])).double()
    found = fairness(torch.stack([torch.eye(3).double(), half]))
    assert (found.trace, found.square) == (1, 5)
    assert found.angle == pytest.approx(90)
    assert pytest.approx(126.476, abs=1e-3) == HAAR_ANGLE == math.degrees(math.pi / 2 + 2 / math.pi)


def test_an_unknown_sampler_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected a sampler of \('haar', 'euler'\), got 'fair'"):
        draw("fair", 2, 0)
