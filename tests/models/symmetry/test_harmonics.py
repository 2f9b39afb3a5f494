"""models/symmetry/harmonics.py against scipy and closed forms, and the Wigner matrices that networks take from e3nn."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from e3nn import o3
from scipy.special import sph_harm_y
from torch import Tensor

from models.symmetry.equivariance import random_rotation
from models.symmetry.harmonics import DEGREES, harmonics

LOW = pytest.mark.parametrize("degree", range(4))


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    """e3nn takes the generators of its rotations in the default dtype."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def directions() -> Tensor:
    return torch.nn.functional.normalize(torch.randn(20, 3, generator=torch.Generator().manual_seed(0)), dim=1)


def rotations(count: int = 4) -> list[Tensor]:
    generator = torch.Generator().manual_seed(7)
    return [random_rotation(generator) for _ in range(count)]


def wigner(degree: int, rotation: Tensor) -> Tensor:
    matrix: Tensor = o3.Irrep(degree, 1).D_from_matrix(rotation)
    return matrix


@pytest.mark.parametrize("degree", DEGREES)
def test_harmonics_are_scipys(degree: int, directions: Tensor) -> None:
    """Real ones made of complex ones; the polar axis is y, and x, y, z stand in the place of y, z, x."""
    x, y, z = directions.numpy().T
    complexes = [sph_harm_y(degree, m, np.arccos(y), np.arctan2(x, z)) for m in range(degree + 1)]
    real = [math.sqrt(2) * (-1) ** m * complexes[m].imag for m in range(degree, 0, -1)]
    real += [complexes[0].real] + [math.sqrt(2) * (-1) ** m * complexes[m].real for m in range(1, degree + 1)]
    got = harmonics(3 * directions, [degree]).numpy()
    np.testing.assert_allclose(got, math.sqrt(4 * math.pi) * np.stack(real, axis=1), atol=1e-12)


def test_degrees_stand_side_by_side(directions: Tensor) -> None:
    made = harmonics(directions, [2, 0])
    assert made.shape == (20, 6)
    torch.testing.assert_close(made, torch.cat([harmonics(directions, [2]), harmonics(directions, [0])], dim=1))


def test_single_precision_is_computed_in_double(directions: Tensor) -> None:
    assert harmonics(directions.float(), [1]).dtype == torch.float64


@pytest.mark.parametrize("degree", [-1, DEGREES[-1] + 1])
def test_a_degree_that_was_not_checked_is_refused(degree: int, directions: Tensor) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 12, got {degree}"):
        harmonics(directions, [degree])


def test_a_vector_that_points_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="point somewhere"):
        harmonics(torch.zeros(1, 3), [2])


@LOW
def test_harmonics_have_the_norm_of_their_number(degree: int, directions: Tensor) -> None:
    made = harmonics(3 * directions, [degree])
    assert made.shape == (20, 2 * degree + 1)
    torch.testing.assert_close(made.square().sum(dim=1), torch.full((20,), 2.0 * degree + 1))


@LOW
def test_harmonics_turn_by_the_wigner_matrix(degree: int, directions: Tensor) -> None:
    def y(x: Tensor) -> Tensor:
        return harmonics(x, [degree])

    for r in rotations():
        torch.testing.assert_close(y(directions @ r.T), y(directions) @ wigner(degree, r).T, rtol=0, atol=1e-8)
    torch.testing.assert_close(y(-directions), (-1) ** degree * y(directions), rtol=0, atol=1e-14)


@LOW
def test_wigner_matrices_represent_the_rotations(degree: int) -> None:
    first, second, *_ = rotations()
    d = wigner(degree, first)
    torch.testing.assert_close(d @ d.T, torch.eye(2 * degree + 1), rtol=0, atol=1e-12)
    torch.testing.assert_close(wigner(degree, first @ second), d @ wigner(degree, second), rtol=0, atol=1e-8)
    torch.testing.assert_close(wigner(1, first), first, rtol=0, atol=1e-8)


@LOW
def test_their_trace_is_the_character(degree: int) -> None:
    """tr D_l = sin((2 l + 1) t / 2) / sin(t / 2) for a rotation by t about any axis."""
    for r in rotations():
        t = math.acos((float(r.trace()) - 1) / 2)
        expected = math.sin((2 * degree + 1) * t / 2) / math.sin(t / 2)
        assert float(wigner(degree, r).trace()) == pytest.approx(expected, abs=1e-7)
