"""The cloud whose principal axes are known has the covariance it says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.graphs.ellipsoid import ellipsoid
from models.symmetry.frames import covariance


def test_the_ellipsoid_has_the_covariance_it_says() -> None:
    for gap in (-0.4, 0.0, 1e-6, 0.7):
        expected = np.diag([1 + gap, 1 - gap, 0.3])
        np.testing.assert_allclose(covariance(ellipsoid(gap, seed=3)).numpy(), expected, atol=1e-12)


def test_an_impossible_gap_or_number_of_points_is_refused() -> None:
    attempts: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: ellipsoid(1.0), "a gap between"),
        (lambda: ellipsoid(0.1, points=3), "at least 4"),
    )
    for attempt, words in attempts:
        with pytest.raises(ValueError, match=words):
            attempt()
