"""Kernel ridge regression against normal equations and literal copies, and the slopes that SCIENCE expects."""

import numpy as np
import pytest

from models.experiments.kernel_ridge import (
    COPIES,
    RIDGE,
    differences,
    error,
    fitted,
    kernel,
    matern,
    on_circles,
    squares,
    target,
)
from models.experiments.slopes import slope, steepened

X = np.random.default_rng(0).uniform(0, 2 * np.pi, (20, 3))
NEW = np.random.default_rng(1).uniform(0, 2 * np.pi, (5, 3))


def test_the_fit_is_the_least_squares_solution() -> None:
    y = target(X, 0)
    gram = kernel("plain", X, X, 1.0)
    wanted, *_ = np.linalg.lstsq(gram + RIDGE * np.eye(20), y, rcond=None)
    np.testing.assert_allclose(fitted("plain", X, y, 1.0), wanted, rtol=1e-6)
    np.testing.assert_allclose(gram @ wanted, y, atol=1e-6)


def test_the_kernel_is_matern_of_the_distance_on_the_circles() -> None:
    a, b = on_circles(X), on_circles(NEW)
    assert a.shape == (20, 6)
    distances = np.linalg.norm(a[:, None] - b[None], axis=-1)
    np.testing.assert_allclose(np.sqrt(squares(a, b)), distances, atol=1e-7)
    s = np.sqrt(3) * distances / 2.0
    np.testing.assert_allclose(matern(distances**2, 2.0), (1 + s) * np.exp(-s), rtol=1e-12)
    np.testing.assert_allclose(kernel("plain", X, NEW, 2.0), (1 + s) * np.exp(-s), rtol=1e-7)


def test_augmented_regression_is_regression_on_all_copies() -> None:
    y = target(X, 0)
    turns = 2 * np.pi * np.arange(COPIES) / COPIES
    copies = np.concatenate([X + turn for turn in turns])  # (160, 3)
    alpha = fitted("plain", copies, np.tile(y, COPIES), 1.0)
    literal = kernel("plain", NEW, copies, 1.0) @ alpha
    np.testing.assert_allclose(kernel("augmented", NEW, X, 1.0) @ fitted("augmented", X, y, 1.0), literal, rtol=1e-6)


def test_target_and_invariant_kernel_do_not_see_a_turn_and_the_plain_kernel_does() -> None:
    assert differences(X).shape == (20, 2)
    np.testing.assert_allclose(target(X + 0.7, 3), target(X, 3), atol=1e-12)
    np.testing.assert_allclose(kernel("invariant", X + 0.7, NEW, 1.0), kernel("invariant", X, NEW, 1.0), atol=1e-10)
    assert np.abs(kernel("plain", X + 0.7, NEW, 1.0) - kernel("plain", X, NEW, 1.0)).max() > 0.1
    assert np.var(target(np.random.default_rng(2).uniform(0, 2 * np.pi, (4000, 3)), 3)) == pytest.approx(1.0, rel=0.1)


def test_copies_shift_the_curve_and_invariance_makes_it_steeper() -> None:
    plain = {n: [error("plain", n, 0, repeat) for repeat in range(2)] for n in (128, 256, 512)}
    copies = {n: [error("augmented", n, 0, repeat) for repeat in range(2)] for n in (16, 32, 64)}
    built_in = {n: [error("invariant", n, 0, repeat) for repeat in range(2)] for n in (64, 128, 256)}
    reference, shifted, steeper = slope(plain), slope(copies), slope(built_in)
    assert reference is not None
    assert shifted is not None
    assert steeper is not None
    # n points with their copies are worth about 8 n points
    for n, values in copies.items():
        assert np.mean(values) == pytest.approx(np.mean(plain[8 * n]), rel=0.35)
    assert not steepened(shifted, reference, 2.0)
    assert steepened(steeper, reference, 2.0)


def test_one_point_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 points"):
        error("plain", 1, 0)
