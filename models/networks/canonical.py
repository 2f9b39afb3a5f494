"""Symmetry from outside: any network f made invariant by the poses that it is shown.

    F(x) = sum_k w_k(x) g_k f(g_k^-1 (x - c)),   c the centroid, g_k frames (3, 3) in O(3), sum_k w_k = 1

    canonical        one frame: the principal axes of the covariance C = (1/n) X^T X, signs by third moments
    frame averaging  all 4 rotations (8 with mirrors) that the principal axes leave open (Puny et al., arXiv:2110.03336)
    weighted frames  each pair of points spans a frame, weighted to vanish where it is undefined (weights that depend
                     on x are the remedy of Dym, Lawrence and Siegel, arXiv:2402.16077; this choice of them is ours)
    augmentation     K fixed random rotations, weights 1 / K: not a function of x, so F is invariant only as K grows

The first two are as good as the eigenvalues of C are distinct. Where two meet, the axes between them are arbitrary and
F jumps. No continuous choice of one frame exists (arXiv:2402.16077); the weighted frames are many, and continuous.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor

from models.graphs.graph import Graph
from models.networks.geometric import GeometricModel
from models.symmetry.equivariance import random_rotation
from models.symmetry.frames import (
    canonical_frame,
    centered,
    collinear,
    frames,
    is_differentiated,
    refuse_gradient,
    weighted_frames,
)
from models.symmetry.prediction import Prediction

DRAWN = 64
"""Copies of an augmentation that are drawn between two breaths."""


def stacked(graph: Graph, copies: int) -> Graph:
    """The graph `copies` times side by side, without an edge between two; copy k has nodes k n to (k + 1) n - 1.

    Raises ValueError for a periodic graph: its shifts would have to turn with each copy.
    """
    if graph.shifts is not None:
        raise ValueError("Expected a graph without a periodic cell, got one with shifts.")
    offsets = torch.arange(copies, device=graph.edges.device)[:, None, None] * graph.nodes
    edges = (graph.edges[None] + offsets).permute(1, 0, 2).reshape(2, -1)  # (2, e) -> (2, k e)
    return Graph(edges, copies * graph.nodes)


class Averaged(GeometricModel):
    """F(x) = sum_k w_k g_k f(g_k^-1 (x - c)) of any model f; a subclass says which frames g_k and weights w_k.

    All copies run as one graph, so f must be what every message passing model is: blind to other components.
    Frames are made in float64 whatever f computes in. Forces are first derivatives of the scalars by the positions:
    `backward` raises ValueError where a pose has none, and for the vectors of points on a line, which have none there.
    """

    follows: ClassVar[bool] = True
    """Whether the frames turn with the points."""

    def __init__(self, model: GeometricModel) -> None:
        super().__init__(1)
        self.model = model

    @abstractmethod
    def poses(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Frames (k, 3, 3) and weights (k), float64, that sum to 1: positions (n, 3) ->."""

    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the averages of (h, x), turned back and moved back, after each layer of f."""
        g, weights = self.poses(positions)
        n = len(positions)
        center = positions.double().mean(dim=0).to(positions.dtype)
        for h, x in self.model.rounds(*self._copies(features, positions, graph, g)):
            back = torch.einsum("k,kij,knj->ni", weights.to(x), g.to(x), x.reshape(len(g), n, 3))
            yield (
                torch.einsum("k,knd->nd", weights.to(h), h.reshape(len(g), n, -1)),
                self._sided(back, positions) + center,
            )

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features (n, d), positions (n, 3) -> scalars (n, k) averaged, vectors (n, 3) turned back, then averaged."""
        g, weights = self.poses(positions)
        made = self.model(*self._copies(features, positions, graph, g))
        n = len(positions)
        scalars = torch.einsum("k,knd->nd", weights.to(made.scalars), made.scalars.reshape(len(g), n, -1))
        if made.vectors is None:
            return Prediction(scalars)
        v = made.vectors.reshape(len(g), n, 3)
        return Prediction(scalars, self._sided(torch.einsum("k,kij,knj->ni", weights.to(v), g.to(v), v), positions))

    def _sided(self, vectors: Tensor, positions: Tensor) -> Tensor:
        """The vectors, whose derivative is refused on a line: a step aside turns frames that are arbitrary there."""
        if self.follows and is_differentiated(positions) and collinear(positions):
            return refuse_gradient(vectors, "vectors at points that span a plane, got points on one line")
        return vectors

    def _copies(self, features: Tensor, positions: Tensor, graph: Graph, g: Tensor) -> tuple[Tensor, Tensor, Graph]:
        """g_k^-1 (x - c) for every k, one below the other: features (k n, d), positions (k n, 3) and their graph."""
        posed = torch.einsum("ni,kij->knj", centered(positions), g).reshape(-1, 3).to(positions.dtype)
        return features.repeat(len(g), 1), posed, stacked(graph, len(g))


class Canonical(Averaged):
    """f in the one canonical pose, `canonical_frame`."""

    def __init__(self, model: GeometricModel, *, reflections: bool = False) -> None:
        super().__init__(model)
        self.reflections = reflections

    def poses(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """(1, 3, 3) and (1)."""
        frame = canonical_frame(positions, reflections=self.reflections)
        return frame[None], torch.ones(1, dtype=torch.float64)


class FrameAveraged(Averaged):
    """f averaged over the 4 (or 8) poses that the principal axes leave open, `frames`."""

    def __init__(self, model: GeometricModel, *, reflections: bool = False) -> None:
        super().__init__(model)
        self.reflections = reflections

    def poses(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """(4 or 8, 3, 3), equal weights."""
        g = frames(positions, reflections=self.reflections)
        return g, torch.full((len(g),), 1 / len(g), dtype=torch.float64)


class WeightedFrames(Averaged):
    """f averaged over the frames of all pairs of points, `weighted_frames`: SO(3)-invariant and continuous."""

    def poses(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """(4 n (n - 1), 3, 3) and their weights."""
        return weighted_frames(positions)


def drawn_rotations(copies: int, seed: int) -> Iterator[Tensor]:
    """The rotations of test-time augmentation, some at a time, (1 to DRAWN, 3, 3). ValueError for K below 1."""
    if copies < 1:
        raise ValueError(f"Expected at least one copy, got {copies}.")
    generator = torch.Generator().manual_seed(seed)
    for first in range(0, copies, DRAWN):
        yield torch.stack([random_rotation(generator) for _ in range(first, min(first + DRAWN, copies))])


class Augmented(Averaged):
    """f averaged over K rotations drawn once from the seed: test-time augmentation. ValueError for K below 1."""

    follows = False

    def __init__(self, model: GeometricModel, copies: int, seed: int = 0) -> None:
        super().__init__(model)
        self.rotations = torch.cat(list(drawn_rotations(copies, seed)))  # (K, 3, 3)

    @classmethod
    def of(cls, model: GeometricModel, rotations: Tensor) -> Augmented:
        """f averaged over rotations (K, 3, 3) that are drawn already."""
        made = cls(model, 1)
        made.rotations = rotations
        return made

    def poses(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """(K, 3, 3), weights 1 / K; the same for every x."""
        k = len(self.rotations)
        return self.rotations, torch.full((k,), 1 / k, dtype=torch.float64)
