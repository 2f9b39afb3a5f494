"""A line drawn by a finger as a shape: points at equal distances along it, centered, the stroke as long as `LENGTH`.

    x_k = (4 / S) (c(k S / (n - 1)) - mean),   k = 0 .. n - 1,   c the broken line by arc length, S its whole length

Where it was drawn and how large tells nothing; which way it was turned still does. It lies in a plane, z = 0, and its
mirror image in that plane is a rotation of it by a half turn in space: no drawing has a handedness.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

Point = tuple[float, float]
Drawn = tuple[Point, ...]
POINTS = 8
"""Of a shape that was drawn: enough for a letter, few enough to train on while a class waits."""
LENGTH = 4.0
"""Of every stroke, in the steps of a Tetris shape, whose longest is 3 long."""
STEP = LENGTH / (POINTS - 1)
"""Between two points, along the stroke."""
SHORTEST = 0.15
"""Of a stroke, a share of the square that it is drawn in."""
SMALLEST = 0.2
"""From the middle to the farthest point, at the length `LENGTH`; a tenth of what a straight line has."""
DECIMALS = 4


def sampled(stroke: Sequence[Point], points: int = POINTS) -> Drawn:
    """The shape of a stroke: (m, 2) in shares of a square, y up -> (points, 2), of length `LENGTH`, centered.

    Raises ValueError for a stroke that is shorter than `SHORTEST`, not finite or wound up on one spot.
    """
    line = np.array(stroke, dtype=np.float64).reshape(-1, 2)
    along = np.concatenate(([0.0], np.hypot(*np.diff(line, axis=0).T).cumsum())) if len(line) > 1 else np.zeros(1)
    length = float(along[-1])
    if not SHORTEST <= length < math.inf:
        raise ValueError(f"expected a stroke at least {SHORTEST:g} of the square long, got {length:.2g}")
    at = np.linspace(0.0, length, points)
    shape = np.stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)], axis=1) * (LENGTH / length)
    shape -= shape.mean(axis=0)
    if float(np.hypot(*shape.T).max()) < SMALLEST:
        raise ValueError("expected a stroke that leads somewhere, got one that is wound up on one spot")
    return tuple((round(float(x), DECIMALS), round(float(y), DECIMALS)) for x, y in shape)


# --- strokes for a class that draws too few -------------------------------------------------------------------------


def _curve(of: Callable[[float], Point], count: int = 33) -> list[Point]:
    return [of(k / (count - 1)) for k in range(count)]


def _circle(turns: float, shrink: float = 0.0) -> Callable[[float], Point]:
    def at(t: float) -> Point:
        angle, radius = 2 * math.pi * turns * t, 0.5 * (1 - shrink * t)
        return radius * math.cos(angle), radius * math.sin(angle)

    return at


@lru_cache(maxsize=1)
def built_in() -> dict[str, Drawn]:
    """Eight strokes by name, sampled; distances tell all of them apart."""
    strokes: dict[str, list[Point]] = {
        "line": [(0, 0), (1, 0)],
        "corner": [(0, 1), (0, 0), (1, 0)],
        "arc": _curve(_circle(0.5)),
        "zigzag": [(0, 1), (1, 1), (0, 0), (1, 0)],
        "wave": _curve(lambda t: (1.5 * t, 0.3 * math.sin(2 * math.pi * t))),
        "ring": _curve(_circle(0.9)),
        "hook": [(0, 1), *_curve(lambda t: (-0.3 + 0.3 * math.cos(math.pi * t), -0.3 * math.sin(math.pi * t)))],
        "spiral": _curve(_circle(1.6, 0.8)),
    }
    return {name: sampled(stroke) for name, stroke in strokes.items()}
