"""Strokes as shapes: against circles and lines whose points at equal arc length are known, whatever was drawn where."""

import math

import numpy as np
import pytest

from models.graphs.strokes import LENGTH, POINTS, STEP, built_in, sampled


def gaps(shape: tuple[tuple[float, float], ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    x, y = np.diff(np.array(shape), axis=0).T
    lengths: np.ndarray[tuple[int], np.dtype[np.float64]] = np.hypot(x, y)
    return lengths


def test_a_line_becomes_points_at_equal_steps() -> None:
    """However unevenly the finger moved."""
    shape = sampled([(0.1, 0.2), (0.11, 0.22), (0.5, 1.0), (0.3, 0.6), (0.5, 1.0)][:3])
    np.testing.assert_allclose(gaps(shape), STEP, atol=2e-4)
    np.testing.assert_allclose(np.mean(shape, axis=0), 0, atol=1e-4)
    assert len(shape) == POINTS
    assert math.dist(shape[0], shape[-1]) == pytest.approx(LENGTH, abs=1e-3)


def test_points_of_half_a_circle_are_at_equal_angles() -> None:
    angles = np.linspace(0, math.pi, 400) ** 1.5 / math.pi**0.5  # ever faster
    shape = np.array(sampled([(math.cos(a), math.sin(a)) for a in angles]))
    wanted = np.array([(math.cos(a), math.sin(a)) for a in np.linspace(0, math.pi, POINTS)]) * LENGTH / math.pi
    np.testing.assert_allclose(shape, wanted - wanted.mean(axis=0), atol=1e-3)


def test_where_and_how_large_it_was_drawn_tells_nothing() -> None:
    stroke = [(0.0, 0.0), (0.2, 0.1), (0.25, 0.3), (0.05, 0.35)]
    there = [(0.5 + 1.7 * x, -0.3 + 1.7 * y) for x, y in stroke]
    np.testing.assert_allclose(sampled(stroke), sampled(there), atol=2e-4)


def test_a_closed_stroke_ends_where_it_began() -> None:
    shape = sampled([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
    assert shape[0] == shape[-1]


@pytest.mark.parametrize("stroke", [[], [(0.5, 0.5)], [(0.5, 0.5)] * 9, [(0, 0), (0.1, 0)], [(0, 0), (math.nan, 1)]])
def test_a_stroke_that_is_none_is_refused(stroke: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match=r"at least 0\.15 of the square long"):
        sampled(stroke)


def test_a_stroke_that_is_wound_up_on_one_spot_is_refused() -> None:
    with pytest.raises(ValueError, match="leads somewhere"):
        sampled([(0.02 * math.cos(k), 0.02 * math.sin(k)) for k in range(40)])


def test_built_in_strokes_are_eight_of_one_length() -> None:
    assert len(built_in()) == 8
    for shape in built_in().values():
        assert len(shape) == POINTS
        assert gaps(shape).max() <= STEP + 1e-3  # a chord is no longer than its arc
