"""The eight shapes of three-dimensional Tetris: four points each, unit steps apart, one letter's worth of geometry.

Six are told apart by distances alone; the two chiral ones are mirror images of each other, so that an O(3)-invariant
model gives them one answer. Square, line and corner have two equal eigenvalues of the covariance (1/n) X^T X.
Source: Thomas et al., arXiv:1802.08219, section 5; coordinates as in e3nn's example `tetris_gate.py`.
"""

from __future__ import annotations

import torch
from torch import Tensor

POINTS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "chiral 1": ((0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 1, 0)),
    "chiral 2": ((0, 0, 0), (0, 0, 1), (1, 0, 0), (1, -1, 0)),
    "square": ((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)),
    "line": ((0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 0, 3)),
    "corner": ((0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)),
    "L": ((0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 1, 0)),
    "T": ((0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 1, 1)),
    "zigzag": ((0, 0, 0), (1, 0, 0), (1, 1, 0), (2, 1, 0)),
}
NAMES = tuple(POINTS)
CUTOFF = 1.2
"""Between the first shell of neighbors, at 1, and the second, at the square root of 2."""


def tetris(name: str) -> Tensor:
    """One shape, (4, 3) float64, centered on the origin, unit steps. Raises ValueError on another name."""
    if name not in POINTS:
        raise ValueError(f"Expected a shape of {', '.join(POINTS)}, got {name!r}.")
    points = torch.tensor(POINTS[name], dtype=torch.float64)
    return points - points.mean(dim=0)
