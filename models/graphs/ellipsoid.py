"""A cloud whose principal axes are known: the gap between the two longest is a parameter, and may be closed."""

from __future__ import annotations

import torch
from torch import Tensor


def ellipsoid(gap: float, *, points: int = 12, seed: int = 0) -> Tensor:
    """A cloud whose covariance has exactly the eigenvalues (1 + gap, 1 - gap, 0.3); (points, 3) float64, centered.

    A random cloud, whitened, then stretched; as `gap` passes 0 the longest axis changes from x to y. Raises ValueError
    for a gap outside (-1, 1) or fewer than 4 points.
    """
    if not -1 < gap < 1:
        raise ValueError(f"Expected a gap between -1 and 1, got {gap:g}.")
    if points < 4:
        raise ValueError(f"Expected at least 4 points, got {points}.")
    generator = torch.Generator().manual_seed(seed)
    cloud = torch.randn(points, 3, generator=generator, dtype=torch.float64)
    cloud = cloud - cloud.mean(dim=0)
    factor = torch.linalg.cholesky(cloud.T @ cloud / points)
    white: Tensor = torch.linalg.solve_triangular(factor, cloud.T, upper=False).T  # covariance 1
    stretched: Tensor = white * torch.tensor([1 + gap, 1 - gap, 0.3], dtype=torch.float64).sqrt()
    return stretched
