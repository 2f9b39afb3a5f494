"""Slopes against numpy's fit, and intervals that hold what they should."""

import math

import numpy as np
import pytest

from models.experiments.slopes import Slope, apart, exponent, resolved, slope, steepened


def test_a_power_law_gives_its_exponent_and_no_doubt() -> None:
    found = slope({n: [3.0 * n**-0.5] * 2 for n in (8, 16, 32)})
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((-0.5, -0.5, -0.5))
    assert np.exp(found.offset) == pytest.approx(3.0)
    assert found.sizes == (8, 16, 32)


def test_the_slope_is_that_of_numpy_and_lies_in_its_interval() -> None:
    generator = np.random.default_rng(0)
    errors = {n: list(n**-0.7 * np.exp(0.2 * generator.normal(size=4))) for n in (8, 16, 64, 256)}
    found = slope(errors)
    assert found is not None
    wanted, _ = np.polyfit(np.log(list(errors)), [np.log(values).mean() for values in errors.values()], 1)
    assert found.value == pytest.approx(wanted)
    assert found.low < found.value < found.high
    assert found == slope(errors)


def test_two_sizes_give_none_and_an_error_of_zero_is_refused() -> None:
    assert slope({8: [1.0], 16: [0.5], 32: []}) is None
    with pytest.raises(ValueError, match="above 0"):
        slope({8: [1.0], 16: [0.5], 32: [0.0]})


def test_what_is_resolved_apart_and_steeper() -> None:
    assert resolved([0.1, 0.3], [0.4, 0.4])
    assert not resolved([0.3], [0.4])
    assert not resolved([], [])
    a, b, c = (Slope(v, v - 0.1, v + 0.1, 0.0, (1, 2, 3)) for v in (-0.5, -0.6, -0.9))
    assert apart(a, b) is False
    assert apart(a, c) is True
    assert apart(a, None) is None
    assert steepened(c, a)
    assert not steepened(b, a)


def test_the_exponent_is_numpys() -> None:
    points = [(1.0, 3.0), (2.0, 2.5), (4.0, 1.1), (16.0, 0.4)]
    x, y = np.log(np.array(points)).T
    expected = np.polyfit(x, y, 1)[0]
    assert exponent(points) == pytest.approx(expected)
    assert exponent([(1.0, 1.0), (math.e, math.exp(-0.5))]) == pytest.approx(-0.5)


def test_one_point_has_no_exponent() -> None:
    with pytest.raises(ValueError, match="two points or more"):
        exponent([(1.0, 1.0)])
