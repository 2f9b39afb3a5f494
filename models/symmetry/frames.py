"""Frames that a cloud of points spans: poses chosen by the points themselves.

    c = (1/n) sum_i x_i,  C = (1/n) X^T X of x - c      principal axes: C v_k = lambda_k v_k, lambda_1 >= lambda_2 >= ..

    canonical        one frame: the principal axes, signs by third moments
    frame averaging  all 4 rotations (8 with mirrors) that the principal axes leave open (Puny et al., arXiv:2110.03336)
    weighted frames  each pair of points spans a frame, weighted to vanish where it is undefined (weights that depend
                     on x are the remedy of Dym, Lawrence and Siegel, arXiv:2402.16077; this choice of them is ours)

A frame can be differentiated by the points where it is a smooth function of them. Where two eigenvalues meet it is not:
there its derivative, which autograd would give as NaN or as rounding enlarged, is refused when it is asked for
(`ValueError` from `backward`). On a line the frames of an average are arbitrary about the line alone, and held fixed.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

DEGENERATE = 1e-9
"""An eigen-gap, relative to the largest eigenvalue, that float64 cannot tell from none."""
COLLINEAR = 1e-24
"""Share of the largest possible weight, below which all frames of pairs are undefined: the points lie on a line."""
SIGNLESS = 1e-12
"""A third moment, relative to the sum of |x - c|^3, that float64 cannot tell from none."""


def centered(positions: Tensor) -> Tensor:
    """x - c, (n, 3) -> (n, 3) float64; removes translations exactly up to rounding."""
    exact = positions.double()
    return exact - exact.mean(dim=0)


def covariance(positions: Tensor) -> Tensor:
    """C = (1/n) X^T X of the centered points: (n, 3) -> (3, 3) float64."""
    x = centered(positions)
    return x.T @ x / len(x)


def principal_axes(positions: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues (3), largest first, and axes as columns (3, 3) of C, float64; the axes' signs mean nothing."""
    values, axes = torch.linalg.eigh(covariance(positions))  # ascending
    return values.flip(0), axes.flip(1)


def eigen_gap(positions: Tensor) -> float:
    """min_k (lambda_k - lambda_k+1) / lambda_1 in [0, 1): how clearly the principal axes are told apart.

    Raises ValueError where all points coincide.
    """
    values, _ = principal_axes(positions.detach())
    if float(values[0]) <= 0:
        raise ValueError("Expected points of which some are apart, got one place for all.")
    return float((values[:-1] - values[1:]).min() / values[0])


# --- frames --------------------------------------------------------------------------------------------------------


def canonical_frame(positions: Tensor, *, reflections: bool = False) -> Tensor:
    """One frame g (3, 3) float64, columns the principal axes v_k; the canonical pose is (x - c) g.

    Signs: sum_i ((x_i - c) . v_k)^3 >= 0 for k = 1, 2, and v_3 = v_1 x v_2, so det g = +1 and a mirror image gets
    another pose. With `reflections` the third sign comes from its own third moment: one pose for both images.
    """
    frame, moments = _signed_axes(positions, reflections)
    if not is_differentiated(positions):
        return frame
    if len(positions) == 1:
        return frame.detach()  # one point is its centroid, and its pose 0 in every frame
    size = float(torch.linalg.vector_norm(centered(positions.detach()), dim=1).pow(3).sum())
    least = float(moments[: 3 if reflections else 2].detach().abs().min()) / size if size > 0 else 0.0
    if least <= _coarse(positions, SIGNLESS):
        return refuse_gradient(frame, f"third moments that settle the signs of the axes, got one of {least:.1e}")
    return _told_apart(frame, positions)


def signs(*, reflections: bool = False) -> Tensor:
    """The sign choices that principal axes leave open: (4, 3) with product +1, or all (8, 3); float64."""
    every = [s for s in itertools.product((1.0, -1.0), repeat=3) if reflections or math.prod(s) > 0]
    return torch.tensor(every, dtype=torch.float64, device="cpu")


def frames(positions: Tensor, *, reflections: bool = False) -> Tensor:
    """The frame F(x) of Puny et al.: 4 rotations, or 8 orthogonal matrices with `reflections`; (k, 3, 3) float64.

    On a line they are held fixed: an average of scalars over them changes only as the points move along it, to first
    order, since a frame and its half turn about the line see a step aside from both sides.
    """
    frame, _ = _signed_axes(positions)
    if is_differentiated(positions):
        frame = frame.detach() if collinear(positions) else _told_apart(frame, positions)
    return frame * signs(reflections=reflections)[:, None, :]  # (3, 3), (k, 1, 3) -> (k, 3, 3)


def _signed_axes(positions: Tensor, reflections: bool = False) -> tuple[Tensor, Tensor]:
    """`canonical_frame` (3, 3) and the third moments along the axes (3), whatever their derivative is."""
    _, axes = principal_axes(positions)
    moments = (centered(positions) @ axes).pow(3).sum(dim=0)  # (n, 3) -> (3)
    axes = axes * torch.where(moments < 0, -1.0, 1.0)
    if not reflections:
        axes = torch.stack((axes[:, 0], axes[:, 1], torch.linalg.cross(axes[:, 0], axes[:, 1])), dim=1)
    return axes, moments


def weighted_frames(positions: Tensor) -> tuple[Tensor, Tensor]:
    """Frames (4 n (n - 1), 3, 3) and weights (4 n (n - 1)) that make F continuous; float64.

    Each ordered pair of centered points spans u_1 = x_i / |x_i|, u_3 = x_i x x_j / |x_i x x_j|, u_2 = u_3 x u_1, with
    weight |x_i|^2 |x_i x x_j|^2: zero where the pair spans nothing, so no frame appears or vanishes at a jump. With
    each frame come the three that turn it by 180 degrees about its axes, in equal shares; therefore the limit exists
    where all points fall on one line, and there the four frames of the principal axes give it.
    Raises ValueError where all points coincide.
    """
    x = centered(positions)
    n = len(x)
    i, j = (~torch.eye(n, dtype=torch.bool)).nonzero(as_tuple=True)  # (n (n - 1)) each
    normal = torch.linalg.cross(x[i], x[j])
    lengths = x.square().sum(dim=1)  # (n)
    longest = float(lengths.detach().max())
    if longest <= 0:
        raise ValueError("Expected points of which some are apart, got one place for all.")
    weights = lengths[i] * normal.square().sum(dim=1)
    if float(weights.detach().max()) <= COLLINEAR * longest**3:
        return frames(positions), torch.full((4,), 0.25, dtype=torch.float64)
    kept = weights > 0
    i, normal, weights = i[kept], normal[kept], weights[kept]
    first = torch.nn.functional.normalize(x[i], dim=1, eps=0)
    third = torch.nn.functional.normalize(normal, dim=1, eps=0)
    spanned = torch.stack((first, torch.linalg.cross(third, first), third), dim=2)  # (p, 3, 3), columns u_1 u_2 u_3
    turned = spanned[:, None] * signs()[None, :, None, :]  # (p, 4, 3, 3)
    return turned.reshape(-1, 3, 3), (weights / (4 * weights.sum())).repeat_interleave(4)


# --- where a frame has a derivative --------------------------------------------------------------------------------


def is_differentiated(positions: Tensor) -> bool:
    """Whether somebody may ask for a derivative by these positions."""
    return positions.requires_grad and torch.is_grad_enabled()


def collinear(positions: Tensor) -> bool:
    """Whether all points lie on one line, or in one place, up to the rounding of their dtype."""
    x = centered(positions.detach())
    lengths = x.square().sum(dim=1)
    aside = torch.linalg.cross(x, x[lengths.argmax()].expand_as(x)).square().sum(dim=1).max()
    coarse = max(COLLINEAR, (16 * torch.finfo(positions.dtype).eps) ** 2)
    return bool(aside <= coarse * lengths.max() ** 2)


class _Sentence(FunctionCtx):
    sentence: str


class _Refused(torch.autograd.Function):
    """The identity, whose derivative is refused in a sentence."""

    @staticmethod
    def forward(value: Tensor, sentence: str) -> Tensor:
        return value.clone()

    @staticmethod
    def setup_context(ctx: _Sentence, inputs: tuple[Tensor, str], output: Tensor) -> None:
        ctx.sentence = inputs[1]

    @staticmethod
    def backward(ctx: _Sentence, *gradients: Tensor) -> tuple[Tensor, None]:
        raise ValueError(ctx.sentence)


def refuse_gradient(value: Tensor, expected: str) -> Tensor:
    """The same value; `backward` through it raises ValueError with a sentence of what was expected and what came."""
    sentence = f"Expected {expected}: there is no derivative by the positions here."
    refused: Tensor = _Refused.apply(value, sentence)  # type: ignore[no-untyped-call]  # torch does not say
    return refused


def _told_apart(frame: Tensor, positions: Tensor) -> Tensor:
    """The frame, whose derivative is refused where two eigenvalues meet."""
    values, _ = principal_axes(positions.detach())
    gap = float((values[:-1] - values[1:]).min())
    if gap > _coarse(positions, DEGENERATE) * float(values[0]):
        return frame
    relative = gap / float(values[0]) if float(values[0]) > 0 else 0.0
    return refuse_gradient(frame, f"principal axes that are told apart, got an eigen-gap of {relative:.1e}")


def _coarse(positions: Tensor, least: float) -> float:
    """What counts as none: `least`, or the rounding of a coarser dtype."""
    return max(least, 16 * torch.finfo(positions.dtype).eps)
