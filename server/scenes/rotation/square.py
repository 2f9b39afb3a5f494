"""The commuting square of a model and a transform, f(g x) against g f(x), by `models.symmetry.equivariance` alone.

Models and clouds are rebuilt from the parameters and kept by them: a state holds data only. A model runs on the
engine's device; transforms, graphs and errors are float64 on the CPU.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import msgspec
import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from models.graphs.graph import Graph, on, radius_graph
from models.networks.geometric import GeometricModel
from models.networks.zoo import build
from models.symmetry import equivariance
from models.symmetry.equivariance import Sample, Transform
from models.symmetry.euler import SAMPLERS
from models.symmetry.prediction import Prediction
from server.protocol.faults import Refused
from server.protocol.messages import Float32, Float64, Int32, f4, i4
from server.room.device import device
from server.scenes.rotation.messages import Kind, Output, RotationError, RotationRow
from server.scenes.rotation.params import Precision, RotationParams, cloud_of

KINDS: tuple[Kind, ...] = get_args(Kind)
OUTPUTS: tuple[Output, ...] = get_args(Output)
NORM = "‖f(g·x) − g·f(x)‖ / ‖f(x)‖"
HIDDEN = 32
KEEP = 16
"""Transforms of each kind between two places that the check may go on from."""
MIRROR = np.diag([-1.0, 1.0, 1.0])
SHORTEST = 1e-6
"""A shorter quaternion has no direction that one could trust."""
OVERFLOW = 1e30
DTYPES: dict[Precision, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}


# --- transforms ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """g = (R M, b): mirror x -> -x where asked, then the rotation of a unit quaternion, then the shift."""

    quaternion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    mirror: bool = False

    def matrix(self) -> Float64:
        """R M, (3, 3), orthogonal."""
        rotation = Rotation.from_quat(self.quaternion).as_matrix()
        return np.ascontiguousarray(rotation @ MIRROR if self.mirror else rotation, dtype=np.float64)

    def angle(self) -> float:
        """The rotation's angle in degrees, 0 to 180."""
        x, y, z, w = self.quaternion
        return math.degrees(2 * math.atan2(math.hypot(x, y, z), abs(w)))

    def transform(self) -> Transform:
        """As `models.symmetry.equivariance` knows it."""
        matrix = torch.from_numpy(self.matrix())
        return Transform(matrix, torch.tensor(self.shift, dtype=torch.float64), self.kind())

    def kind(self) -> equivariance.Kind:
        """What it is above all: a mirror image, else a rotation, else a translation."""
        if self.mirror:
            return "reflection"
        if self.angle() > 0:
            return "rotation"
        return "translation" if any(self.shift) else "identity"

    def words(self) -> str:
        """In words for the stage and a screen reader."""
        parts = []
        if self.mirror:
            parts.append("mirrored")
        if self.angle() > 0.05:
            parts.append(f"turned by {self.angle():.0f}°")
        if any(self.shift):
            distance = math.hypot(*self.shift)
            parts.append(f"shifted by {distance:.0f}" if distance >= 100 else f"shifted by {distance:.3g}")
        return ", ".join(parts) or "left as it is"


def turn_of(quaternion: tuple[float, ...], shift: tuple[float, float, float], mirror: bool) -> Turn:
    """A turn from what a browser sent; a quaternion of any length is normalised.

    Raises:
        Refused: the quaternion is so short that it has no direction.
    """
    x, y, z, w = quaternion
    length = math.hypot(x, y, z, w)
    if length < SHORTEST:
        raise Refused("invalid", f"expected a quaternion of length {SHORTEST:g} or more, got {length:.3g}")
    return Turn((x / length, y / length, z / length, w / length), shift, mirror)


def random_turn(kind: Kind, seed: int, sampler: str) -> Turn:
    """A random transform of this kind, by `models.symmetry.equivariance`; fair where the sampler is."""
    drawn = equivariance.random_transform(kind, torch.Generator().manual_seed(seed), SAMPLERS[sampler])
    matrix = drawn.matrix.numpy()
    mirror = bool(np.linalg.det(matrix) < 0)
    x, y, z, w = (float(part) for part in Rotation.from_matrix(matrix @ MIRROR if mirror else matrix).as_quat())
    a, b, c = (float(part) for part in drawn.shift)
    return Turn((x, y, z, w), (a, b, c), mirror)


# --- the model ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A model on a cloud in one precision: the function f that is examined, and f(x)."""

    params: RotationParams
    positions: Tensor
    """(n, 3) in the model's dtype"""
    elements: tuple[str, ...]
    function: Callable[[Tensor], Prediction]
    """positions (n, 3) -> scalars (n, 1) and vectors (n, 3); it makes its own graph from the positions it is given"""
    graph: Graph
    reference: Prediction

    @property
    def dtype(self) -> torch.dtype:
        """What the model computes in."""
        return self.positions.dtype

    def points(self) -> Float32:
        """(n, 3) for the picture."""
        return drawn(self.positions)

    def edges(self) -> Int32:
        """(2, e) source over target, for the picture."""
        return i4(self.graph.edges)


def drawn(values: Tensor | None) -> Float32:
    """A tensor for the picture; (0, 3) where there is none."""
    if values is None:
        return np.zeros((0, 3), np.float32)
    return f4(values)


@lru_cache(maxsize=32)
def network(name: str, seed: int, features: int, layers: int, dtype: torch.dtype) -> GeometricModel:
    """A model on the engine's device, with the same weights in each precision; kept apart from the cloud."""
    made = build(name, seed=seed, features=features, hidden=HIDDEN, layers=layers, dtype=dtype)
    return made.eval().to(device())


@lru_cache(maxsize=32)
def setting(params: RotationParams) -> Setting:
    """The model, the cloud and f(x) of these parameters.

    Raises:
        Refused: the cloud has no edge at this cutoff, or the model's output is not finite.
    """
    dtype = DTYPES[params.dtype]
    cloud = cloud_of(params)
    cutoff = params.reach * cloud.cutoff
    positions = cloud.positions.to(dtype)
    elements = cloud.elements or ("",) * cloud.nodes
    kinds = sorted(set(elements))
    features = torch.tensor([[float(e == kind) for kind in kinds] for e in elements], dtype=dtype)  # (n, d) one-hot
    model = network(params.model, params.seed, len(kinds), params.layers, dtype)
    place = device()
    features = features.to(place)

    def function(points: Tensor) -> Prediction:
        with torch.no_grad():
            made = model(features, points.to(place), on(radius_graph(points, cutoff), place))
        return Prediction(made.scalars.cpu(), None if made.vectors is None else made.vectors.cpu())

    graph = radius_graph(positions, cutoff)
    if graph.edges.shape[1] == 0:
        raise Refused("refused", f"expected a reach at which some points are neighbors, at {params.reach:g} none are")
    reference = function(positions)
    if not all(torch.isfinite(part).all() for part in _parts(reference)):
        raise Refused("refused", f"{params.layers} layers of {params.model} overflow on this cloud: expected fewer")
    return Setting(params, positions, elements, function, graph, reference)


def _parts(prediction: Prediction) -> Iterator[Tensor]:
    yield prediction.scalars
    if prediction.vectors is not None:
        yield prediction.vectors


# --- the square ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Square:
    """One transform tried: x, g x, f(g x), g f(x) for the picture, and the errors."""

    turned: Float32
    scalars: Float32
    vectors: Float32
    vectors_after: Float32
    error: tuple[RotationError, ...]

    @property
    def largest(self) -> float:
        """The error of the worse of the outputs."""
        return max(error.error for error in self.error)


def square(of: Setting, turn: Turn) -> Square:
    """Turn the input, run the model once, compare; the error is `models.symmetry.equivariance`'s.

    Raises:
        Refused: the model's output overflows under this transform.
    """
    transform = turn.transform()
    made: list[tuple[Tensor, Prediction]] = []

    def remembered(points: Tensor) -> Prediction:
        if points is of.positions:
            return of.reference
        # Left as it is, the input is computed already: the model runs once on a cloud that nobody has turned yet.
        made.append((points, of.reference if torch.equal(points, of.positions) else of.function(points)))
        return made[-1][1]

    sample = next(equivariance.samples(remembered, of.positions, (transform,)))
    ((turned, output),) = made
    if not all(math.isfinite(error) for error in sample.errors.values()):
        raise Refused("refused", f"expected an output that is finite, but this model overflows when {turn.words()}")
    after = None if of.reference.vectors is None else transform.vectors(of.reference.vectors)
    return Square(
        turned=drawn(turned),
        scalars=drawn(output.scalars),
        vectors=drawn(output.vectors),
        vectors_after=drawn(after),
        error=tuple(
            RotationError(output=name, error=sample.errors[name], zone=equivariance.zone(sample.errors[name], of.dtype))
            for name in OUTPUTS
            if name in sample.errors
        ),
    )


# --- the check ----------------------------------------------------------------------------------------------------


def transforms(params: RotationParams) -> dict[equivariance.Kind, list[Transform]]:
    """What the check tries: the identity once as a baseline, and `samples` transforms of each kind."""
    tried: dict[equivariance.Kind, int] = {"identity": 1, **dict.fromkeys(KINDS, params.samples)}
    sampler = SAMPLERS[params.sampler]
    return {kind: equivariance.random_transforms(kind, count, params.seed, sampler) for kind, count in tried.items()}


def total(params: RotationParams) -> int:
    """How many transforms the whole check tries."""
    return 1 + len(KINDS) * params.samples


class Tried(msgspec.Struct, frozen=True, array_like=True, tag="rotation.check 1"):
    """Where the check stands: (errors, norms) of each transform that was tried, by kind."""

    samples: dict[equivariance.Kind, tuple[tuple[dict[str, float], dict[str, float]], ...]]


def check(of: Setting, place: Tried | None = None) -> Iterator[tuple[tuple[RotationRow, ...], int, Tried | None]]:
    """Try one transform after the other, the kinds in turn; from where the check stood, if it did.

    Yield all rows so far, how many were tried, and where it stands once all kinds had some more turns.
    """
    every, before = transforms(of.params), place.samples if place else {}
    tried = {
        kind: [Sample(transform, *found) for transform, found in zip(every[kind], samples, strict=False)]
        for kind, samples in before.items()
    }
    walks = {
        kind: equivariance.samples(of.function, of.positions, some[len(tried.get(kind, [])) :])
        for kind, some in every.items()
    }
    done = sum(len(samples) for samples in tried.values())
    while walks:
        for kind, walk in list(walks.items()):
            sample = next(walk, None)
            if sample is None:
                del walks[kind]
                continue
            tried.setdefault(kind, []).append(sample)
            done += 1
            turn = kind == KINDS[-1] and len(tried[kind]) % KEEP == 0
            yield rows(tried, of.dtype), done, _place(tried) if turn else None


def _place(tried: dict[equivariance.Kind, list[Sample]]) -> Tried:
    return Tried(
        {kind: tuple((dict(one.errors), dict(one.norms)) for one in samples) for kind, samples in tried.items()}
    )


def rows(tried: dict[equivariance.Kind, list[Sample]], dtype: torch.dtype) -> tuple[RotationRow, ...]:
    """Mean and maximum of each kind and output, by `symmetry.summarize`."""
    return tuple(
        RotationRow(
            kind=kind,
            output=name,
            mean=finite(summary.mean),
            maximum=finite(summary.maximum),
            samples=len(summary.samples),
            zone=equivariance.zone(summary.maximum, dtype),
        )
        for kind, samples in tried.items()
        for name in OUTPUTS
        for summary in _named(equivariance.summarize(samples), name)
    )


def finite(error: float) -> float:
    """An output that overflowed has no error that a frame could carry; it is shown as the end of the gauge."""
    return error if math.isfinite(error) else OVERFLOW


def _named(summaries: dict[str, equivariance.ErrorSummary], name: Output) -> Iterable[equivariance.ErrorSummary]:
    return (summaries[name],) if name in summaries else ()
