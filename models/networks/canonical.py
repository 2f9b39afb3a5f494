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

import itertools
import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from models.graphs.graph import Graph
from models.networks.geometric import GeometricModel
from models.symmetry.equivariance import random_rotation, relative_error
from models.symmetry.prediction import Prediction

DEGENERATE = 1e-9
"""An eigen-gap, relative to the largest eigenvalue, that float64 cannot tell from none."""
DRAWN = 64
"""Copies of an augmentation that are drawn between two breaths."""
COLLINEAR = 1e-24
"""Share of the largest possible weight, below which all frames of pairs are undefined: the points lie on a line."""


def centred(positions: Tensor) -> Tensor:
    """x - c, (n, 3) -> (n, 3) float64; removes translations exactly up to rounding."""
    exact = positions.double()
    return exact - exact.mean(dim=0)


def covariance(positions: Tensor) -> Tensor:
    """C = (1/n) X^T X of the centred points: (n, 3) -> (3, 3) float64."""
    x = centred(positions)
    return x.T @ x / len(x)


def principal_axes(positions: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues (3), largest first, and axes as columns (3, 3) of C, float64; the axes' signs mean nothing."""
    values, axes = torch.linalg.eigh(covariance(positions))  # ascending
    return values.flip(0), axes.flip(1)


def eigen_gap(positions: Tensor) -> float:
    """min_k (lambda_k - lambda_k+1) / lambda_1 in [0, 1): how clearly the principal axes are told apart.

    Raises ValueError where all points coincide.
    """
    values, _ = principal_axes(positions)
    if float(values[0]) <= 0:
        raise ValueError("Expected points of which some are apart, got one place for all.")
    return float((values[:-1] - values[1:]).min() / values[0])


# --- frames --------------------------------------------------------------------------------------------------------


def canonical_frame(positions: Tensor, *, reflections: bool = False) -> Tensor:
    """One frame g (3, 3) float64, columns the principal axes v_k; the canonical pose is (x - c) g.

    Signs: sum_i ((x_i - c) . v_k)^3 >= 0 for k = 1, 2, and v_3 = v_1 x v_2, so det g = +1 and a mirror image gets
    another pose. With `reflections` the third sign comes from its own third moment: one pose for both images.
    """
    _, axes = principal_axes(positions)
    moments = (centred(positions) @ axes).pow(3).sum(dim=0)  # (n, 3) -> (3)
    axes = axes * torch.where(moments < 0, -1.0, 1.0)
    if not reflections:
        axes = torch.stack((axes[:, 0], axes[:, 1], torch.linalg.cross(axes[:, 0], axes[:, 1])), dim=1)
    return axes


def signs(*, reflections: bool = False) -> Tensor:
    """The sign choices that principal axes leave open: (4, 3) with product +1, or all (8, 3); float64."""
    every = [s for s in itertools.product((1.0, -1.0), repeat=3) if reflections or math.prod(s) > 0]
    return torch.tensor(every, dtype=torch.float64, device="cpu")


def frames(positions: Tensor, *, reflections: bool = False) -> Tensor:
    """The frame F(x) of Puny et al.: 4 rotations, or 8 orthogonal matrices with `reflections`; (k, 3, 3) float64."""
    frame = canonical_frame(positions)
    return frame * signs(reflections=reflections)[:, None, :]  # (3, 3), (k, 1, 3) -> (k, 3, 3)


def weighted_frames(positions: Tensor) -> tuple[Tensor, Tensor]:
    """Frames (4 n (n - 1), 3, 3) and weights (4 n (n - 1)) that make F continuous; float64.

    Each ordered pair of centred points spans u_1 = x_i / |x_i|, u_3 = x_i x x_j / |x_i x x_j|, u_2 = u_3 x u_1, with
    weight |x_i|^2 |x_i x x_j|^2: zero where the pair spans nothing, so no frame appears or vanishes at a jump. With
    each frame come the three that turn it by 180 degrees about its axes, in equal shares; therefore the limit exists
    where all points fall on one line, and there the four frames of the principal axes give it.
    Raises ValueError where all points coincide.
    """
    x = centred(positions)
    n = len(x)
    i, j = (~torch.eye(n, dtype=torch.bool)).nonzero(as_tuple=True)  # (n (n - 1)) each
    normal = torch.linalg.cross(x[i], x[j])
    lengths = x.square().sum(dim=1)  # (n)
    if float(lengths.max()) <= 0:
        raise ValueError("Expected points of which some are apart, got one place for all.")
    weights = lengths[i] * normal.square().sum(dim=1)
    if float(weights.max()) <= COLLINEAR * float(lengths.max()) ** 3:
        return frames(positions), torch.full((4,), 0.25, dtype=torch.float64)
    kept = weights > 0
    i, normal, weights = i[kept], normal[kept], weights[kept]
    first = torch.nn.functional.normalize(x[i], dim=1, eps=0)
    third = torch.nn.functional.normalize(normal, dim=1, eps=0)
    spanned = torch.stack((first, torch.linalg.cross(third, first), third), dim=2)  # (p, 3, 3), columns u_1 u_2 u_3
    turned = spanned[:, None] * signs()[None, :, None, :]  # (p, 4, 3, 3)
    return turned.reshape(-1, 3, 3), (weights / (4 * weights.sum())).repeat_interleave(4)


# --- models --------------------------------------------------------------------------------------------------------


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
    Frames are made in float64 whatever f computes in.
    """

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
        centre = positions.double().mean(dim=0).to(positions.dtype)
        for h, x in self.model.rounds(*self._copies(features, positions, graph, g)):
            back = torch.einsum("k,kij,knj->ni", weights.to(x), g.to(x), x.reshape(len(g), n, 3))
            yield torch.einsum("k,knd->nd", weights.to(h), h.reshape(len(g), n, -1)), back + centre

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features (n, d), positions (n, 3) -> scalars (n, k) averaged, vectors (n, 3) turned back, then averaged."""
        g, weights = self.poses(positions)
        made = self.model(*self._copies(features, positions, graph, g))
        n = len(positions)
        scalars = torch.einsum("k,knd->nd", weights.to(made.scalars), made.scalars.reshape(len(g), n, -1))
        if made.vectors is None:
            return Prediction(scalars)
        v = made.vectors.reshape(len(g), n, 3)
        return Prediction(scalars, torch.einsum("k,kij,knj->ni", weights.to(v), g.to(v), v))

    def _copies(self, features: Tensor, positions: Tensor, graph: Graph, g: Tensor) -> tuple[Tensor, Tensor, Graph]:
        """g_k^-1 (x - c) for every k, one below the other: features (k n, d), positions (k n, 3) and their graph."""
        posed = torch.einsum("ni,kij->knj", centred(positions), g).reshape(-1, 3).to(positions.dtype)
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


def _copied(copies: int, seed: int) -> Iterator[Tensor]:
    """The rotations of test-time augmentation, some at a time, (1 to DRAWN, 3, 3). ValueError for K below 1."""
    if copies < 1:
        raise ValueError(f"Expected at least one copy, got {copies}.")
    generator = torch.Generator().manual_seed(seed)
    for first in range(0, copies, DRAWN):
        yield torch.stack([random_rotation(generator) for _ in range(first, min(first + DRAWN, copies))])


class Augmented(Averaged):
    """f averaged over K rotations drawn once from the seed: test-time augmentation. ValueError for K below 1."""

    def __init__(self, model: GeometricModel, copies: int, seed: int = 0) -> None:
        super().__init__(model)
        self.rotations = torch.cat(list(_copied(copies, seed)))  # (K, 3, 3)

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


# --- how they fail -------------------------------------------------------------------------------------------------


def augmentation_errors(
    model: GeometricModel, features: Tensor, positions: Tensor, graph: Graph, copies: int, *, seed: int = 0
) -> Iterator[float]:
    """Yield || s(R x) - s(x) || / || s(x) ||, one trial after the other, s the scalars of `Augmented` with K copies.

    Each trial draws its own copies and its own R, both uniform; it never ends.
    """
    steps = augmentation_steps(model, features, positions, graph, copies, seed=seed)
    return (error for error in steps if error is not None)


def augmentation_steps(
    model: GeometricModel, features: Tensor, positions: Tensor, graph: Graph, copies: int, *, seed: int = 0
) -> Iterator[float | None]:
    """`augmentation_errors` with None before each, to give way: as its copies are drawn, and before each is run."""
    for trial in itertools.count():
        generator = torch.Generator().manual_seed(100_003 * seed + 1009 * trial + copies)
        turned = (positions.double() @ random_rotation(generator).T).to(positions.dtype)
        drawn = []
        for some in _copied(copies, int(torch.randint(2**31, (1,), generator=generator))):
            drawn.append(some)
            yield None
        both = Augmented.of(model, torch.cat(drawn))
        with torch.no_grad():  # not over a `yield`: it would hold for whoever goes on meanwhile
            s = both(features, positions, graph).scalars
        yield None
        with torch.no_grad():
            after = both(features, turned, graph).scalars
        yield relative_error(after, s)


def augmentation_error(
    model: GeometricModel,
    features: Tensor,
    positions: Tensor,
    graph: Graph,
    copies: int,
    *,
    trials: int = 24,
    seed: int = 0,
) -> float:
    """RMS of so many `augmentation_errors`; expected to fall as K^(-1/2), as any Monte Carlo mean."""
    tried = augmentation_errors(model, features, positions, graph, copies, seed=seed)
    return root_mean_square(list(itertools.islice(tried, trials)))


def root_mean_square(values: Sequence[float]) -> float:
    """sqrt(mean of squares). Raises ValueError where there are none."""
    if not values:
        raise ValueError("Expected a value or more, got none.")
    return math.sqrt(sum(value * value for value in values) / len(values))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least-squares slope of log y over log x. points: (x, y), both above 0. ValueError for fewer than two points."""
    if len(points) < 2:
        raise ValueError(f"Expected two points or more for a slope, got {len(points)}.")
    xs, ys = ([math.log(point[k]) for point in points] for k in (0, 1))
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True)) / sum((x - x0) ** 2 for x in xs)


def ellipsoid(gap: float, *, points: int = 12, seed: int = 0) -> Tensor:
    """A cloud whose covariance has exactly the eigenvalues (1 + gap, 1 - gap, 0.3); (points, 3) float64, centred.

    A random cloud, whitened, then stretched; as `gap` passes 0 the longest axis changes from x to y. Raises ValueError
    for a gap outside (-1, 1) or fewer than 4 points.
    """
    if not -1 < gap < 1:
        raise ValueError(f"Expected a gap between -1 and 1, got {gap:g}.")
    if points < 4:
        raise ValueError(f"Expected at least 4 points, got {points}.")
    generator = torch.Generator().manual_seed(seed)
    cloud = centred(torch.randn(points, 3, generator=generator, dtype=torch.float64))
    factor = torch.linalg.cholesky(covariance(cloud))
    white: Tensor = torch.linalg.solve_triangular(factor, cloud.T, upper=False).T  # covariance 1
    stretched: Tensor = white * torch.tensor([1 + gap, 1 - gap, 0.3], dtype=torch.float64).sqrt()
    return stretched
