"""The eight shapes: unit steps, the degenerate ones, the mirror pair."""

import pytest
import torch
from scipy.spatial.distance import pdist

from models.graphs.tetris import CUTOFF, NAMES, tetris
from models.symmetry.frames import eigen_gap, principal_axes

# Eigenvalues of (1/4) X^T X, by hand.
EIGENVALUES = {
    "square": (0.25, 0.25, 0.0),
    "line": (1.25, 0.0, 0.0),
    "corner": (0.25, 0.25, 0.0625),
    "T": (0.5, 0.1875, 0.0),
}


@pytest.mark.parametrize("name", NAMES)
def test_each_has_four_centered_points_a_step_apart(name: str) -> None:
    points = tetris(name)
    assert points.shape == (4, 3)
    assert points.dtype == torch.float64
    assert points.mean(dim=0).abs().max() < 1e-15
    distances = pdist(points.numpy())
    assert (distances < CUTOFF).sum() >= 3  # connected: three bonds or more
    assert distances.min() == pytest.approx(1)


@pytest.mark.parametrize("name", NAMES)
def test_square_line_and_corner_alone_have_two_equal_eigenvalues(name: str) -> None:
    assert (eigen_gap(tetris(name)) < 1e-12) == (name in ("square", "line", "corner"))
    if name in EIGENVALUES:
        assert principal_axes(tetris(name))[0].tolist() == pytest.approx(EIGENVALUES[name], abs=1e-12)


def test_the_chiral_pair_has_one_set_of_distances_and_is_a_mirror_image() -> None:
    one, other = tetris("chiral 1"), tetris("chiral 2")
    assert sorted(pdist(one.numpy())) == pytest.approx(sorted(pdist(other.numpy())))
    mirrored = other * torch.tensor([1.0, -1.0, 1.0])
    assert torch.allclose(one, mirrored)


def test_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a shape of chiral 1"):
        tetris("star")
