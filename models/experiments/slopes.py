"""The slope of a learning curve, error = a n^b on logarithmic axes, and how sure it is.

    b = cov(log n, log error) / var(log n)

The interval is a bootstrap: at every n the repetitions (seeds) are drawn anew with replacement, and b fitted again; it
says how much the seeds matter, not whether a power law holds. Where a model cannot fit its training data the curve
measures optimization, not data: such n are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2000
SHARE = 0.95
FLOOR = 0.5
"""No slope is fitted where the training error is more than this share of the test error."""
FEWEST = 3
"""Sizes that a slope needs."""


@dataclass(frozen=True)
class Slope:
    """b, the ends of its 95 % bootstrap interval, log a, and the sizes it was fitted on."""

    value: float
    low: float
    high: float
    offset: float
    sizes: tuple[int, ...]


def slope(errors: Mapping[int, Sequence[float]], seed: int = 0) -> Slope | None:
    """The slope of errors by size, each a list of repetitions; None for fewer than three sizes.

    Raises ValueError for an error that is not positive.
    """
    sizes = tuple(sorted(n for n, values in errors.items() if len(values) > 0))
    if len(sizes) < FEWEST:
        return None
    if any(not value > 0 for n in sizes for value in errors[n]):
        raise ValueError(f"Expected errors above 0, got {dict(errors)}.")
    logs = [np.log(np.asarray(errors[n], dtype=float)) for n in sizes]
    x = np.log(np.asarray(sizes, dtype=float))
    weights = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    means = np.array([one.mean() for one in logs])
    generator = np.random.default_rng(seed)
    drawn = np.stack([one[generator.integers(len(one), size=(DRAWS, len(one)))].mean(1) for one in logs], 1)
    low, high = np.quantile(drawn @ weights, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    value = float(means @ weights)
    return Slope(value, float(low), float(high), float(means.mean() - value * x.mean()), sizes)


def resolved(train: Sequence[float], test: Sequence[float]) -> bool:
    """Whether the mean training error is at most half of the mean test error: then the curve may be fitted there."""
    return len(test) > 0 and float(np.mean(train)) <= FLOOR * float(np.mean(test))


def apart(a: Slope | None, b: Slope | None) -> bool | None:
    """Whether the intervals of two slopes do not meet; None where one was not fitted."""
    if a is None or b is None:
        return None
    return a.high < b.low or b.high < a.low


def steepened(a: Slope, reference: Slope, factor: float = 1.5) -> bool:
    """Whether a curve falls faster by the factor, 3/2 unless told: what one dimension less of three predicts."""
    return a.value < factor * reference.value


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """b of y = a x^b by least squares of log y over log x. points: (x, y), both above 0.

    Raises ValueError for fewer than two points.
    """
    if len(points) < 2:
        raise ValueError(f"Expected two points or more for a slope, got {len(points)}.")
    xs, ys = ([math.log(point[k]) for point in points] for k in (0, 1))
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True)) / sum((x - x0) ** 2 for x in xs)
