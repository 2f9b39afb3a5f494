"""What a geometric function says at each node: scalars and vectors, by how they turn."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Prediction:
    """The output at each node: scalars (n, k), meant to be invariant, and vectors (n, 3), meant to be equivariant.

    Whether a model keeps that promise is what `models.symmetry.equivariance` measures. Vectors turn with the input and
    do not move with it; None where a model makes none.
    """

    scalars: Tensor
    vectors: Tensor | None = None
