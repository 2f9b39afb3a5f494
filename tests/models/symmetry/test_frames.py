"""Frames that points span: principal axes, their signs, averages over them, and frames of pairs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.graphs.ellipsoid import ellipsoid
from models.symmetry.equivariance import random_rotation
from models.symmetry.frames import canonical_frame, eigen_gap, frames, principal_axes, signs, weighted_frames


def test_principal_axes_are_those_of_numpy_covariance() -> None:
    points = torch.randn(9, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    values, axes = principal_axes(points)
    expected, vectors = np.linalg.eigh(np.cov(points.numpy().T, bias=True))
    np.testing.assert_allclose(values.numpy(), expected[::-1], atol=1e-12)
    np.testing.assert_allclose(np.abs(np.sum(axes.numpy() * vectors[:, ::-1], axis=0)), 1, atol=1e-12)
    assert eigen_gap(points) == pytest.approx(min(expected[2] - expected[1], expected[1] - expected[0]) / expected[2])


@pytest.mark.parametrize("reflections", [False, True])
def test_the_canonical_frame_is_orthogonal_and_follows_the_points(reflections: bool) -> None:
    points = ellipsoid(0.3)
    frame = canonical_frame(points, reflections=reflections)
    torch.testing.assert_close(frame.T @ frame, torch.eye(3, dtype=torch.float64))
    rotation = random_rotation(torch.Generator().manual_seed(5))
    torch.testing.assert_close(canonical_frame(points @ rotation.T + 7, reflections=reflections), rotation @ frame)
    mirror = torch.diag(torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64))
    pose = points @ frame
    mirrored = points @ mirror @ canonical_frame(points @ mirror, reflections=reflections)
    assert torch.allclose(pose, mirrored) == reflections  # det = +1 keeps the two hands apart
    if not reflections:
        assert float(torch.linalg.det(frame)) == pytest.approx(1)


def test_there_are_four_rotations_and_eight_with_mirrors() -> None:
    assert signs().shape == (4, 3)
    assert frames(ellipsoid(0.3)).shape == (4, 3, 3)
    torch.testing.assert_close(torch.linalg.det(frames(ellipsoid(0.3))), torch.ones(4, dtype=torch.float64))
    eight = torch.linalg.det(frames(ellipsoid(0.3), reflections=True))
    assert sorted(eight.round().tolist()) == [-1.0] * 4 + [1.0] * 4


def test_weighted_frames_are_rotations_and_their_weights_sum_to_one() -> None:
    g, weights = weighted_frames(ellipsoid(0.2))
    assert g.shape == (4 * 12 * 11, 3, 3)
    assert float(weights.sum()) == pytest.approx(1)
    assert float(weights.min()) >= 0
    eye = torch.eye(3, dtype=torch.float64).expand(len(g), 3, 3)
    torch.testing.assert_close(g.transpose(1, 2) @ g, eye, atol=1e-9, rtol=0)
    torch.testing.assert_close(torch.linalg.det(g), torch.ones(len(g), dtype=torch.float64))


def test_one_place_for_all_spans_no_frame() -> None:
    same = torch.ones(4, 3)
    for attempt, words in (
        (lambda: eigen_gap(same), "one place for all"),
        (lambda: weighted_frames(same), "one place for all"),
    ):
        with pytest.raises(ValueError, match=words):
            attempt()
