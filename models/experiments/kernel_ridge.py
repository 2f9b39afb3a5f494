"""Learning curves without training: kernel ridge regression on a function that a continuous group leaves unchanged.

    f(x) = sum_j alpha_j k(x, x_j),    (K + lambda I) alpha = y,    k = (1 + s) e^(-s),  s = sqrt(3) d / length

Points lie on the torus T^3, three angles, and the target depends on their differences alone: turning all three together
(the diagonal SO(2)) changes nothing. Three learners see the same points:

    plain       d between the points (cos, sin) of the three angles
    augmented   the same, each point beside its 7 copies turned by 2 pi k / 8
    invariant   d between the points (cos, sin) of the two differences: a domain with one dimension less

Theory (Tahmasebi and Jegelka, arXiv:2303.14269): a finite group multiplies the samples, a parallel shift of the curve;
a group of positive dimension lowers the dimension of the domain, a steeper slope. Matern-3/2 kernel, lambda = 1e-8.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Floats: TypeAlias = NDArray[np.float64]
Steps: TypeAlias = Generator[None, None, Floats]
"""A computation that gives way on its way."""
Found = TypeVar("Found")
Learner = Literal["plain", "augmented", "invariant"]
LEARNERS: tuple[Learner, ...] = get_args(Learner)
COPIES = 8
RIDGE = 1e-8
LENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""The one with the least error on the validation points is taken."""
WAVES, DECAY = 3, 2.5
VALIDATION, TEST = 256, 1024


BLOCK = 512
"""Rows of a kernel between two breaths."""


def matern(squares: Floats, length: float) -> Floats:
    """k = (1 + s) e^(-s), s = sqrt(3) d / length, of squared distances; any shape -> the same."""
    s = np.sqrt(np.maximum(squares, 0.0))
    s *= np.sqrt(3.0) / length
    found: Floats = (1.0 + s) * np.exp(-s)
    return found


def on_circles(angles: Floats) -> Floats:
    """Each angle as a point (cos, sin): (n, a) -> (n, 2a), so that 0 and 2 pi are the same."""
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1)


def differences(angles: Floats) -> Floats:
    """(theta_1 - theta_2, theta_2 - theta_3): (n, 3) -> (n, 2); turning all three together leaves them."""
    return angles[:, :-1] - angles[:, 1:]


def squares(a: Floats, b: Floats) -> Floats:
    """|x - y|^2 of points on the same circles: 2 (number of circles - x.y). (n, 2a), (m, 2a) -> (n, m)."""
    found: Floats = a.shape[1] - 2.0 * (a @ b.T)
    return found


def kernel(learner: Learner, a: Floats, b: Floats, length: float) -> Floats:
    """k(x, y) of a learner: (n, 3), (m, 3) -> (n, m).

    Regression on all 8 copies of each point, every copy with the same value, is regression with the kernel summed over
    the copies: then alpha is the same for the copies of a point. A test does it both ways.
    """
    return _last(_kernel(learner, a, b, length))


def _kernel(learner: Learner, a: Floats, b: Floats, length: float) -> Steps:
    if learner == "invariant":
        parts = iter([squares(on_circles(differences(a)), on_circles(differences(b)))])
    else:
        turns = 2 * np.pi * np.arange(COPIES if learner == "augmented" else 1) / COPIES
        parts = (squares(on_circles(a), on_circles(b + turn)) for turn in turns)
    total = np.zeros((len(a), len(b)))
    for part in parts:
        for row in range(0, len(a), BLOCK):
            total[row : row + BLOCK] += matern(part[row : row + BLOCK], length)
            yield
    return total


def fitted(learner: Learner, x: Floats, y: Floats, length: float) -> Floats:
    """alpha of (K + lambda I) alpha = y: (n, 3), (n) -> (n)."""
    return _last(_fitted(learner, x, y, length))


def _fitted(learner: Learner, x: Floats, y: Floats, length: float) -> Steps:
    gram = yield from _kernel(learner, x, x, length)
    gram[np.diag_indices_from(gram)] += RIDGE
    alpha: Floats = cho_solve(cho_factor(gram, lower=True, overwrite_a=True, check_finite=False), y)
    return alpha


def target(angles: Floats, seed: int) -> Floats:
    """A random Fourier sum of the two differences, of mean 0 and variance about 1: (n, 3) -> (n).

    Waves k of each difference up to 3, their amplitudes normal times (1 + |k|^2)^(-5/4).
    """
    generator = np.random.default_rng((seed, 1))
    waves = np.stack(np.meshgrid(*[np.arange(-WAVES, WAVES + 1)] * 2, indexing="ij"), -1).reshape(-1, 2)
    waves = waves[len(waves) // 2 + 1 :]  # k and -k are the same wave
    amplitudes = generator.normal(size=len(waves)) * (1.0 + (waves**2).sum(1)) ** (-DECAY / 2)
    phases = generator.uniform(0, 2 * np.pi, len(waves))
    values = np.cos(differences(angles) @ waves.T + phases) @ amplitudes
    scaled: Floats = values / np.sqrt((amplitudes**2).sum() / 2)
    return scaled


def error(learner: Learner, count: int, seed: int, repeat: int = 0) -> float:
    """Root mean square error on new points, over that of predicting the mean, after `count` random points.

    seed: of the target; repeat: of the points drawn, the same for every learner. The length is chosen on validation
    points of its own. Raises ValueError for less than 2 points.
    """
    return _last(erring(learner, count, seed, repeat))


def erring(learner: Learner, count: int, seed: int, repeat: int = 0) -> Generator[None, None, float]:
    """`error`, giving way after each part of some milliseconds; a Cholesky factor of 2048 points takes a tenth of a
    second and is one part."""
    if count < 2:
        raise ValueError(f"Expected at least 2 points, got {count}.")
    generator = np.random.default_rng((seed, 2, count, repeat))
    x, validation, test = (generator.uniform(0, 2 * np.pi, (n, 3)) for n in (count, VALIDATION, TEST))
    y = target(x, seed)
    best = (np.inf, np.inf)
    for length in LENGTHS:
        alpha = yield from _fitted(learner, x, y, length)
        yield
        near = yield from _kernel(learner, validation, x, length)
        least = float(np.sqrt(np.mean((near @ alpha - target(validation, seed)) ** 2)))
        if least < best[0]:
            truth = target(test, seed)
            far = yield from _kernel(learner, test, x, length)
            missed = far @ alpha - truth
            best = (least, float(np.sqrt(np.mean(missed**2)) / np.std(truth)))
    return best[1]


def _last(steps: Generator[None, None, Found]) -> Found:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Found = end.value
            return found
