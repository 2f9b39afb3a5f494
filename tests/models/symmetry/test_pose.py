"""The room that is put somewhere: its matrix against scipy, its shift on the grid, its kind."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.symmetry.pose import on_grid, pose


@pytest.mark.parametrize(("turn", "tilt"), [(0, 0), (30, 0), (0, -50), (70, 20), (-200, 333)])
@pytest.mark.parametrize("mirror", [False, True])
def test_the_matrix_is_what_scipy_gives(turn: float, tilt: float, mirror: bool) -> None:
    expected = Rotation.from_euler("YX", [turn, tilt], degrees=True).as_matrix()
    expected = expected @ np.diag([-1.0 if mirror else 1.0, 1.0, 1.0])
    g = pose(turn, tilt, mirror)
    np.testing.assert_allclose(g.matrix.numpy(), expected, atol=1e-15)
    assert g.determinant == (-1.0 if mirror else 1.0)


def test_points_on_the_grid_are_shifted_without_rounding() -> None:
    x = on_grid(torch.randn(40, 3, generator=torch.Generator().manual_seed(0)))
    g = pose(shift=(1.3, -0.7, 0.123456))
    back = g.points(x) - g.shift
    assert torch.equal(back, x)
    assert torch.equal(g.shift * 1024, torch.round(g.shift * 1024))


def test_its_kind_names_what_it_does_above_all() -> None:
    assert pose().kind == "identity"
    assert pose(shift=(1, 0, 0)).kind == "translation"
    assert pose(10, shift=(1, 0, 0)).kind == "rotation"
    assert pose(10, 0, True, (1, 0, 0)).kind == "reflection"


def test_a_shift_has_three_parts() -> None:
    with pytest.raises(ValueError, match="Expected a shift of three lengths, got 2"):
        pose(shift=(1.0, 2.0))
