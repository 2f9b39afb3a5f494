"""What a method makes of a shape, by `models.networks.canonical` and `models.symmetry.equivariance` alone, in float64.

error   || F(R x) - R F(x) || / || F(x) ||          R random: is the output equivariant?
jump    || F(x_-) - F(x_+) || / || F(x_+) ||        x_+ and x_- two millionths apart: is it continuous?
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import torch
from torch import Tensor

from models.experiments.augmentation import augmentation_steps, root_mean_square
from models.graphs.ellipsoid import ellipsoid
from models.graphs.graph import Graph, radius_graph
from models.graphs.tetris import CUTOFF, NAMES, tetris
from models.networks.canonical import Augmented, Averaged, Canonical, FrameAveraged, WeightedFrames
from models.networks.geometric import GeometricModel
from models.networks.zoo import build
from models.symmetry import equivariance, turn
from models.symmetry.equivariance import Transform
from models.symmetry.frames import canonical_frame, centered, eigen_gap
from models.symmetry.prediction import Prediction
from models.symmetry.turn import Quaternion, rotation
from server.protocol.faults import Refused
from server.protocol.messages import Float32, f4
from server.room.computation import Computation
from server.scenes.canon.messages import Method, Nudged

HIDDEN, LAYERS = 8, 2
REACH = 1.6
NUDGE = 1e-6
ROTATIONS = 2
COPIES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
TRIALS = 16
SHOWN = 4
AMPLIFIED = 1e3
"""An output that changes, relatively, a thousand times as much as its input did not follow it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A shape under a method: all that the numbers depend on."""

    shape: str
    gap: float
    method: Method
    copies: int
    seed: int

    @property
    def tunable(self) -> bool:
        """Whether the gap changes the shape."""
        return self.shape == "ellipsoid"


@dataclass(frozen=True, slots=True)
class Measure:
    """The two numbers of a case, and what goes with them."""

    error: float
    zone: equivariance.Zone
    jump: float
    nudged: Nudged
    change: float
    leap: float
    eigen_gap: float


def unit(quaternion: tuple[float, ...]) -> Quaternion:
    """The quaternion at length 1. Raises Refused where it is too short to have a direction."""
    try:
        return turn.unit(quaternion)
    except ValueError as error:
        raise Refused("invalid", str(error)) from error


def drawn(values: Tensor) -> Float32:
    """A tensor for the picture."""
    return f4(values)


# --- shapes --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def shape(name: str, gap: float, seed: int) -> Tensor:
    """The points of a shape, (n, 3) float64, centered."""
    if name == "ellipsoid":
        return ellipsoid(gap, seed=seed)
    if name in NAMES:
        return tetris(name)
    generator = torch.Generator().manual_seed(1000 + seed)
    return centered(torch.randn(9, 3, generator=generator, dtype=torch.float64))


@lru_cache(maxsize=64)
def bonds(name: str, seed: int) -> Graph:
    """The shape's graph. It is kept while the shape turns and stretches, so that what jumps is not an edge."""
    return radius_graph(shape(name, 0.0, seed), CUTOFF if name in NAMES else REACH)


def nudged(case: Case) -> tuple[Tensor, Tensor]:
    """x_+ and x_-, about two millionths apart: through the gap of the ellipsoid, at random for other shapes."""
    if case.tunable:
        return shape("ellipsoid", case.gap + NUDGE, case.seed), shape("ellipsoid", case.gap - NUDGE, case.seed)
    x = shape(case.shape, case.gap, case.seed)
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    step = NUDGE * noise / noise.abs().max()
    return x + step, x - step


# --- methods -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def network(seed: int) -> GeometricModel:
    """The network that knows of no symmetry."""
    return build("naive", seed=seed, hidden=HIDDEN, layers=LAYERS, dtype=torch.float64).eval()


@lru_cache(maxsize=8)
def _augmented(copies: int, seed: int) -> Augmented:
    """The copies are drawn once, not at each call: 256 of them take as long as running them."""
    return Augmented(network(seed), copies, seed=seed)


def method(case: Case) -> GeometricModel:
    """The network under this method."""
    f = network(case.seed)
    match case.method:
        case "pca":
            return Canonical(f)
        case "frames":
            return FrameAveraged(f)
        case "weighted":
            return WeightedFrames(f)
        case "augmented":
            return _augmented(case.copies, case.seed)
    return f


def function(case: Case, x: Tensor) -> Prediction:
    """F(x)."""
    with torch.no_grad():
        return method(case)(torch.ones(len(x), 1, dtype=torch.float64), x, bonds(case.shape, case.seed))


@lru_cache(maxsize=64)
def measure(case: Case) -> Measure:
    """Both numbers of a case."""
    x = shape(case.shape, case.gap, case.seed)
    turns = equivariance.random_transforms("rotation", ROTATIONS, seed=11)
    found = equivariance.equivariance_error(lambda points: function(case, points), x, turns)
    error = max(summary.maximum for summary in found.values())
    plus, minus = nudged(case)
    jump = _apart(function(case, minus), function(case, plus))
    poses = [centered(each) @ canonical_frame(each) for each in (plus, minus)]
    follows = jump <= AMPLIFIED * equivariance.relative_error(minus, plus)
    return Measure(
        error=error,
        zone=equivariance.zone(error, torch.float64),
        jump=jump,
        nudged="it follows" if follows else "it jumps",
        change=float((plus - minus).abs().max()),
        leap=float(torch.linalg.vector_norm(poses[0] - poses[1], dim=1).max()),
        eigen_gap=eigen_gap(x),
    )


def _apart(got: Prediction, expected: Prediction) -> float:
    """The relative error of the worse of scalars and vectors."""
    errors = [equivariance.relative_error(got.scalars, expected.scalars)]
    if got.vectors is not None and expected.vectors is not None:
        errors.append(equivariance.relative_error(got.vectors, expected.vectors))
    return max(errors)


@lru_cache(maxsize=512)
def attempt(case: Case, quaternion: Quaternion) -> float:
    """|| F(R x_-) - R F(x_+) || / || F(x_+) ||: one turn and one nudge together, whichever breaks it."""
    transform = Transform(rotation(quaternion), torch.zeros(3, dtype=torch.float64), "rotation")
    _, minus = nudged(case)
    expected = _expected(case)
    assert expected.vectors is not None
    after = Prediction(expected.scalars, transform.vectors(expected.vectors))
    return _apart(function(case, transform.points(minus)), after)


@lru_cache(maxsize=256)
def _expected(case: Case) -> Prediction:
    """F(x_+), the same for every thumb at this gap."""
    return function(case, nudged(case)[0])


def poses(case: Case, spun: Tensor) -> tuple[Tensor, Tensor, Tensor, int]:
    """Up to four poses (k, n, 3) of x_+, the same of x_-, their weights (k), and how many the method averages."""
    made = method(case)
    plus, minus = (x @ spun.T for x in nudged(case))
    if not isinstance(made, Averaged):
        return plus[None], minus[None], torch.ones(1), 1
    g, weights = made.poses(plus)
    after, _ = made.poses(minus)
    top = weights.argsort(descending=True, stable=True)[:SHOWN] if len(g) > SHOWN else torch.arange(len(g))
    kept = top.tolist() if len(after) == len(g) else list(range(min(SHOWN, len(g), len(after))))
    seen = [torch.einsum("ni,kij->knj", centered(x), f[kept]) for x, f in ((plus, g), (minus, after))]
    return seen[0], seen[1], weights[kept], len(g)


# --- augmentation --------------------------------------------------------------------------------------------------


def trials(case: Case, copies: int) -> Iterator[float | None]:
    """One error of augmentation with so many copies after the other, `TRIALS` of them; None in between, to give way."""
    x = shape(case.shape, case.gap, case.seed)
    ones = torch.ones(len(x), 1, dtype=torch.float64)
    endless = augmentation_steps(network(case.seed), ones, x, bonds(case.shape, case.seed), copies, seed=case.seed)
    for _ in range(TRIALS):
        for error in endless:
            yield error
            if error is not None:
                break


@lru_cache(maxsize=16)
def curve(case: Case) -> Computation[tuple[tuple[float, float], ...]]:
    """(K, RMS error) for every K of `COPIES`, a trial a step."""
    return Computation(partial(_curve, case))


def _curve(case: Case) -> Generator[None, None, tuple[tuple[float, float], ...]]:
    points = []
    for copies in COPIES:
        tried = []
        for error in trials(case, copies):
            if error is not None:
                tried.append(error)
            yield
        points.append((float(copies), root_mean_square(tried)))
    return tuple(points)
