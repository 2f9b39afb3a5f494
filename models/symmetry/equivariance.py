"""Symmetries, and how far a function is from having them.

f is equivariant if f(g x) = g f(x) for every g; invariant if f(g x) = f(x). For g = (R, b) in E(3):

    points       x -> R x + b          positions
    vectors      v -> R v              displacements, velocities, forces: they turn and do not move
    pseudovectors  w -> det(R) R w     angular momenta, torques: a mirror leaves them their sense of rotation
    scalars      s -> s                energies
    pseudoscalars  s -> det(R) s       chirality

The error reported, for one g and one output, is

    err(g) = || f(g x) - g f(x) ||_2 / (|| f(x) ||_2 + eps),

its mean and maximum over many random g. Transforms are made and applied in float64 whatever the model computes in, so
that what is measured is the model's rounding and not the checker's (as e3nn's `util.test.equivariance_error` does).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from models.graphs.graph import Graph
from models.symmetry.prediction import Prediction

Kind = Literal["identity", "rotation", "reflection", "translation"]
OutputType = Literal["scalar", "pseudoscalar", "vector", "pseudovector", "point"]
Zone = Literal["rounding", "approximate", "broken"]

TRANSLATION_SCALE = 10.0  # standard deviation of a random shift, as in e3nn's check
EPSILON = 1e-12  # keeps an output that is zero from dividing by zero; its norm is reported beside the error
ROUNDING = {torch.float32: 1e-5, torch.float64: 1e-12}
BROKEN = 1e-2


@dataclass(frozen=True)
class Transform:
    """g = (R, b) in E(3). matrix R: (3, 3) float64, orthogonal; shift b: (3) float64.

    Its methods compute in float64 and return the dtype they were given. Shapes (.., 3) -> (.., 3).
    """

    matrix: Tensor
    shift: Tensor
    kind: Kind

    @property
    def determinant(self) -> float:
        """+1 for proper rotations, -1 where the transform mirrors."""
        return math.copysign(1.0, float(torch.linalg.det(self.matrix)))

    def points(self, points: Tensor) -> Tensor:
        """x -> R x + b."""
        return (points.double() @ self.matrix.T + self.shift).to(points.dtype)

    def vectors(self, vectors: Tensor) -> Tensor:
        """v -> R v."""
        return (vectors.double() @ self.matrix.T).to(vectors.dtype)

    def pseudovectors(self, vectors: Tensor) -> Tensor:
        """w -> det(R) R w."""
        return self.determinant * self.vectors(vectors)

    def pseudoscalars(self, scalars: Tensor) -> Tensor:
        """s -> det(R) s."""
        return self.determinant * scalars


# An output transforms by one of the named rules or by a function of its own, such as a Wigner matrix of degree l.
Action = Callable[[Transform, Tensor], Tensor]
ACTIONS: dict[str, Action] = {
    "scalar": lambda transform, output: output,
    "pseudoscalar": Transform.pseudoscalars,
    "vector": Transform.vectors,
    "pseudovector": Transform.pseudovectors,
    "point": Transform.points,
}
PREDICTION: dict[str, OutputType] = {"scalars": "scalar", "vectors": "vector"}


# --- random transforms ---------------------------------------------------------------------------------------------


def random_rotations(count: int, generator: torch.Generator) -> Tensor:
    """Rotations R (count, 3, 3) float64, uniform under the Haar measure of SO(3).

    A four-dimensional Gaussian has no preferred direction, so its direction is a uniform unit quaternion (Marsaglia
    1972; Shoemake 1992). Three uniform Euler angles would favor the poles: see `models.symmetry.euler`.
    """
    gaussian = torch.randn(count, 4, generator=generator, dtype=torch.float64, device=generator.device)
    w, x, y, z = torch.nn.functional.normalize(gaussian, dim=1).unbind(dim=1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def random_rotation(generator: torch.Generator) -> Tensor:
    """One rotation R (3, 3) float64, uniform under the Haar measure of SO(3)."""
    return random_rotations(1, generator)[0]


Sampler = Callable[[int, torch.Generator], Tensor]


def random_transform(kind: Kind, generator: torch.Generator, sampler: Sampler = random_rotations) -> Transform:
    """A random transform of one kind, so that each kind of failure is seen by itself.

    A reflection is a mirror (z -> -z) followed by a random rotation: uniform on the orthogonal matrices with
    determinant -1. (An inversion would do too, but negating is exact: it would show a rotation's rounding again.)
    sampler: count, generator -> R (count, 3, 3); another than the fair one is a trap, see `models.symmetry.euler`.
    Raises ValueError on an unknown kind.
    """
    if kind not in get_args(Kind):
        raise ValueError(f"Expected a transform of {get_args(Kind)}, got {kind!r}.")
    matrix, shift = torch.eye(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    if kind == "rotation":
        matrix = sampler(1, generator)[0]
    elif kind == "reflection":
        matrix = sampler(1, generator)[0] @ torch.diag(torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64))
    elif kind == "translation":
        shift = TRANSLATION_SCALE * torch.randn(3, generator=generator, dtype=torch.float64)
    return Transform(matrix, shift, kind)


def random_transforms(kind: Kind, count: int, seed: int, sampler: Sampler = random_rotations) -> list[Transform]:
    """`count` random transforms of one kind, reproducible from the seed."""
    generator = torch.Generator().manual_seed(seed)
    return [random_transform(kind, generator, sampler) for _ in range(count)]


def random_permutation(nodes: int, generator: torch.Generator) -> Tensor:
    """A uniform order of the nodes, (n) int64: new node i is old node order[i]."""
    return torch.randperm(nodes, generator=generator)


# --- the check -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """One transform tried: the relative error of each output, and the norm || f(x) || it is relative to."""

    transform: Transform
    errors: Mapping[str, float]
    norms: Mapping[str, float]


@dataclass(frozen=True)
class ErrorSummary:
    """Mean and maximum of the relative errors `samples`, and the norm || f(x) || of the output they are relative to.

    A NaN among the samples makes both NaN: it is never hidden by larger numbers.
    """

    mean: float
    maximum: float
    samples: tuple[float, ...]
    norm: float


Function = Callable[[Tensor], Prediction | Mapping[str, Tensor]]


def relative_error(got: Tensor, expected: Tensor, eps: float = EPSILON, *, norm: float | None = None) -> float:
    """|| got - expected ||_2 / (norm + eps) in float64; norm is || f(x) ||_2, by default || expected ||_2.

    got = f(g x) and expected = g f(x) have one shape: ValueError otherwise.
    """
    if got.shape != expected.shape:
        raise ValueError(f"Expected an output of shape {tuple(expected.shape)}, got {tuple(got.shape)}.")
    if norm is None:
        norm = float(torch.linalg.vector_norm(expected.double()))
    return float(torch.linalg.vector_norm(got.double() - expected.double())) / (norm + eps)


def samples(
    function: Function,
    positions: Tensor,
    transforms: Iterable[Transform],
    types: Mapping[str, OutputType | Action] = PREDICTION,
) -> Iterator[Sample]:
    """Yield the errors of one transform after the other, so that a live check can show them as they come.

    function: positions (n, 3) -> its outputs by name. It must build its graph from the positions it is given:
    otherwise a graph that changes when the room turns goes unnoticed. positions: (n, 3), in the model's dtype.
    types: how each output transforms; an output that it names and the model lacks is skipped.
    Raises ValueError where no named output is left to check.
    """
    # Without gradients, but never across a yield: a generator that rests inside would switch them off for everybody.
    with torch.no_grad():
        reference = _outputs(function(positions), types)
    norms = {name: float(torch.linalg.vector_norm(output)) for name, output in reference.items()}
    for transform in transforms:
        moved = transform.points(positions.double()).to(positions.dtype)
        with torch.no_grad():
            outputs = _outputs(function(moved), types)
        errors = {
            name: relative_error(outputs[name], _action(types[name])(transform, output), norm=norms[name])
            for name, output in reference.items()
        }
        yield Sample(transform, errors, norms)


def summarize(tried: Sequence[Sample]) -> dict[str, ErrorSummary]:
    """Mean and maximum of each output's errors so far; raises ValueError where nothing was tried."""
    if not tried:
        raise ValueError("Expected at least one transform to summarize, got none.")
    summary = {}
    for name, norm in tried[0].norms.items():
        errors = torch.tensor([sample.errors[name] for sample in tried], dtype=torch.float64)
        # torch's maximum passes NaN on, Python's max would drop it.
        summary[name] = ErrorSummary(float(errors.mean()), float(errors.max()), tuple(errors.tolist()), norm)
    return summary


def equivariance_error(
    function: Function,
    positions: Tensor,
    transforms: Iterable[Transform],
    types: Mapping[str, OutputType | Action] = PREDICTION,
) -> dict[str, ErrorSummary]:
    """The relative equivariance error of each output over all transforms; arguments as for `samples`."""
    return summarize(list(samples(function, positions, transforms, types)))


@dataclass(frozen=True)
class PermutationError:
    """|| F(P X) - P F(X) ||_2, and the same relative to || F(X) ||_2."""

    absolute: float
    relative: float


def permutation_error(
    function: Callable[[Tensor, Graph], Tensor],
    features: Tensor,
    graph: Graph,
    order: Tensor,
    *,
    invariant: bool = False,
) -> PermutationError:
    """How far F(P X, P A P^T) is from P F(X, A), or for an invariant readout from F(X, A).

    features: (n, d) float; order: (n) int64, new node i is old node order[i].
    function: features, graph -> (n, ..) row by row, or any shape where `invariant`.
    """
    with torch.no_grad():
        reference = function(features, graph)
        expected = reference if invariant else reference[order]
        got = function(features[order], graph.permuted(order))
        absolute = relative_error(got, expected, eps=0.0, norm=1.0)
        return PermutationError(absolute, relative_error(got, expected))


def zone(error: float, dtype: torch.dtype) -> Zone:
    """Where an error lies: `rounding` of the dtype, `broken` from 1e-2 on or not a number, `approximate` between.

    rounding: <= 1e-5 in float32, <= 1e-12 in float64. Raises ValueError on another dtype.
    """
    if dtype not in ROUNDING:
        raise ValueError(f"Expected torch.float32 or torch.float64, got {dtype}.")
    if error <= ROUNDING[dtype]:
        return "rounding"
    return "approximate" if error < BROKEN else "broken"


def _outputs(result: Prediction | Mapping[str, Tensor], types: Mapping[str, OutputType | Action]) -> dict[str, Tensor]:
    named: Mapping[str, Tensor | None] = vars(result) if isinstance(result, Prediction) else result
    chosen = {name: output.double() for name, output in named.items() if output is not None and name in types}
    if not chosen:
        raise ValueError(f"Expected outputs named {tuple(types)}, got {tuple(named)}.")
    return chosen


def _action(rule: OutputType | Action) -> Action:
    return ACTIONS[rule] if isinstance(rule, str) else rule
