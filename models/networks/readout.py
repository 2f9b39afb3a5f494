"""Readouts: one answer for a whole graph, from the features of its nodes.

    f(H) = sum_u h_u,  mean_u h_u,  max_u h_u        invariant:  f(P H) = f(H) for every permutation P
    f(H) = h_0,        W [h_0; h_1; .. h_{n-1}]      not: they ask which node comes first, and the order is arbitrary

The last two are here because they are the natural mistakes.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def flattened(features: Tensor) -> Tensor:
    """Every node's features in a row, times a fixed random matrix: W [h_0; ..; h_{n-1}]. (n, d) -> (d)."""
    n, d = features.shape
    generator = torch.Generator().manual_seed(n * 1_000 + d)
    weight = torch.randn(d, n * d, generator=generator, dtype=torch.float64).to(features.dtype) / (n * d) ** 0.5
    return torch.mv(weight, features.flatten())  # (d, nd) (nd) -> (d)


READOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "sum": lambda features: features.sum(dim=0),
    "mean": lambda features: features.mean(dim=0),
    "max": lambda features: features.amax(dim=0),
    "first node": lambda features: features[0],
    "flattened": flattened,
}
"""Readouts by name, (n, d) -> (d); the first three are permutation invariant."""

INVARIANT = frozenset({"sum", "mean", "max"})
