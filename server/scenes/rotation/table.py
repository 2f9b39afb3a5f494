"""All models side by side: each kind of transform in each precision, and what one transform does to all of them; and
whether the random rotations are fair. The errors are those of `models.symmetry.equivariance`, the samplers those of
`models.symmetry.euler`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import lru_cache, partial
from typing import Literal

import msgspec

from models.networks.zoo import MODELS
from models.symmetry import equivariance, euler
from models.symmetry.equivariance import Sample
from server.protocol.faults import Refused
from server.room.computation import Computation
from server.scenes.rotation.messages import (
    Kind,
    RotationCell,
    RotationLine,
    RotationMeans,
    RotationPresent,
    RotationSampler,
)
from server.scenes.rotation.params import RotationParams, name_of
from server.scenes.rotation.square import DTYPES, KINDS, OVERFLOW, Setting, Turn, finite, setting, square

TRIES = 8
"""Random transforms of each kind in each precision: the hall waits, and one that fails is enough."""
ROTATIONS = 20_000
"""Rotations that the statistics of a sampler are made of."""
STAY, TURN, CHANGE = "stay the same", "turn with it", "change arbitrarily"
PRECISIONS: tuple[Literal["float32", "float64"], ...] = ("float32", "float64")


def loaded(params: RotationParams) -> None:
    """Build and run the tensor network in each precision; with other layers or weights the same products serve."""
    for dtype in PRECISIONS:
        _setting(msgspec.structs.replace(params, model="tensor", dtype=dtype))


def prepared(params: RotationParams) -> Iterator[None]:
    """Build and run each model once in each precision, and draw the rotations that the sampler is judged by."""
    for name in MODELS:
        for dtype in PRECISIONS:
            _setting(msgspec.structs.replace(params, model=name, dtype=dtype))
            yield
    fairness(params.sampler, params.seed, ROTATIONS)
    yield


def _setting(params: RotationParams) -> Setting | None:
    """The model on the cloud, None where it overflows there as it stands."""
    try:
        return setting(params)
    except Refused:
        return None


def table(params: RotationParams, done: int) -> Iterator[RotationLine | None]:
    """Each model after the first `done`, a line when it is whole and None in between to give way."""
    for name in list(MODELS)[done:]:
        cells: list[RotationCell] = []
        for dtype in PRECISIONS:
            own = msgspec.structs.replace(params, model=name, dtype=dtype)
            yield None
            for kind in KINDS:
                tried: list[Sample] = []
                for sample in _samples(own, kind):
                    tried.append(sample)
                    yield None
                cells.append(_cell(own, kind, tried))
        yield RotationLine(model=name, name=name_of(name), cells=tuple(cells))


def _samples(params: RotationParams, kind: equivariance.Kind) -> Iterator[Sample]:
    of = _setting(params)
    if of is None:
        return
    sampler = euler.SAMPLERS[params.sampler]
    transforms = equivariance.random_transforms(kind, TRIES, params.seed, sampler)
    yield from equivariance.samples(of.function, of.positions, transforms)


def _cell(params: RotationParams, kind: Kind, tried: list[Sample]) -> RotationCell:
    maxima = [summary.maximum for summary in equivariance.summarize(tried).values()] if tried else [OVERFLOW]
    error = max(finite(maximum) for maximum in maxima)
    return RotationCell(kind=kind, dtype=params.dtype, error=error, zone=equivariance.zone(error, DTYPES[params.dtype]))


def sound(line: RotationLine) -> bool:
    """Whether a model stays in the zone of rounding under every kind of transform in both precisions."""
    return all(cell.zone == "rounding" for cell in line.cells)


def present(params: RotationParams, model: str, turn: Turn) -> RotationPresent:
    """What one transform does to one model, in the precision that is set."""
    try:
        error = square(setting(msgspec.structs.replace(params, model=model)), turn).largest
    except Refused:  # it overflows
        error = OVERFLOW
    return RotationPresent(model=model, error=error, zone=equivariance.zone(error, DTYPES[params.dtype]))


@lru_cache(maxsize=16)
def fairness(sampler: Literal["haar", "euler"], seed: int, count: int) -> RotationSampler:
    """The statistics of so many rotations of a sampler, without regard to the model; none for a count of 0."""
    means = None
    if count:
        found = euler.fairness(euler.draw(sampler, count, seed))
        means = RotationMeans(trace=found.trace, square=found.square, angle=found.angle, fair=found.fair)
    return RotationSampler(sampler=sampler, count=count, haar=(0.0, 1.0, euler.HAAR_ANGLE), found=means)


@lru_cache(maxsize=64)
def behaviour(params: RotationParams, output: str) -> Computation[str]:
    """What an output does when the input is turned: one of `STAY`, `TURN`, `CHANGE`; over `TRIES` random rotations.

    An error of up to ten times the zone of rounding counts as kept. Raises Refused where the model has no such output.
    """
    return Computation(partial(_behaving, params, output))


def _behaving(params: RotationParams, output: str) -> Generator[None, None, str]:
    of = setting(params)
    transforms = equivariance.random_transforms("rotation", TRIES, of.params.seed)
    rules: dict[equivariance.OutputType, str] = (
        {"scalar": STAY, "vector": TURN} if output == "vectors" else {"scalar": STAY}
    )
    for rule, words in rules.items():
        tried = []
        try:
            for sample in equivariance.samples(of.function, of.positions, transforms, {output: rule}):
                tried.append(sample)
                yield
        except ValueError:
            raise Refused(
                "invalid", f"expected a model that makes {output}, but {of.params.model} makes none"
            ) from None
        if equivariance.summarize(tried)[output].maximum <= 10 * equivariance.ROUNDING[of.dtype]:
            return words
    return CHANGE
