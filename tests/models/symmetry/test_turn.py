"""Turns against scipy's rotations, and their words."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.symmetry.turn import Turn, rotation, unit

QUATERNION = (0.3, -0.4, 0.5, 0.2)


def test_the_rotation_is_scipys() -> None:
    expected = torch.from_numpy(Rotation.from_quat(QUATERNION).as_matrix())
    torch.testing.assert_close(rotation(unit(QUATERNION)), expected)


@pytest.mark.parametrize("mirror", [False, True])
def test_a_turn_mirrors_then_rotates_then_shifts(mirror: bool) -> None:
    points = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    turn = Turn(unit(QUATERNION), (1.0, 2.0, 3.0), mirror)
    x = points.numpy() * ([-1, 1, 1] if mirror else [1, 1, 1])
    expected = Rotation.from_quat(QUATERNION).apply(x) + np.array([1, 2, 3])
    np.testing.assert_allclose(turn.transform().points(points).numpy(), expected, atol=1e-12)
    assert turn.transform().determinant == (-1 if mirror else 1)


def test_it_says_what_it_does() -> None:
    assert Turn().words() == "left as it is"
    assert Turn().kind == "identity"
    assert Turn(unit((0.0, 0.0, 1.0, 1.0)), (3.0, 4.0, 0.0), True).words() == "mirrored, turned by 90°, shifted by 5"
    assert Turn(shift=(1.0, 0.0, 0.0)).kind == "translation"
    assert Turn(unit(QUATERNION)).kind == "rotation"
    assert Turn(mirror=True).kind == "reflection"


def test_a_quaternion_without_a_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a quaternion of length 1e-06 or more, got 0"):
        unit((0.0, 0.0, 0.0, 0.0))
