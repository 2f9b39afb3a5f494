"""The contest as a job, its contestants kept as weights, and what they make of one student's shape."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec
import torch

from models.experiments import classification as c
from models.graphs.shapes import TETRIS, Kind, Shapes
from models.symmetry.turn import Quaternion, rotation
from server.protocol.messages import Float32, f4
from server.room.device import device
from server.room.jobs import beside
from server.room.kept import kept, read
from server.room.scene import JobSteps, Kept
from server.scenes.classify.drawings import Wall
from server.scenes.classify.messages import ClassifyDone, ClassifyLane, ClassifyStep, Key

KEYS: tuple[Key, ...] = tuple(c.CONTESTANTS)  # type: ignore[arg-type]  # the same words, which a test holds together
EVERY = 10
"""Steps of a turn; the first is of one step."""
KEEP = 2
"""Turns between two places to go on from, about two seconds; one is 1.5 MB of weights and moments."""
BEST: dict[Key, str] = {
    "naive": "more rotations in the data",
    "augmented 1": "more rotations in the data",
    "augmented 16": "more rotations in the data",
    "augmented 256": "more rotations in the data",
    "augmented fresh": "more rotations in the data",
    "pca": "PCA pose",
    "frames": "frame averaging",
    "distances": "distances only",
    "egnn": "EGNN",
    "tensor": "tensor network with an odd scalar",
}
"""The options of the question who is best."""


class Place(msgspec.Struct, frozen=True, array_like=True, tag="classify.contest 1"):
    """Where the contest stands: turns that all have had, contestants measured, and the trainings of the others."""

    turns: int
    measured: int
    trainings: dict[Key, c.Place]


def contest(steps: int, seed: int, shapes: Shapes = TETRIS, body: bytes | None = None) -> JobSteps:
    """The training beside the engine; here each contestant is built as it is done, so that no thumb waits for it."""
    for output in beside(training, steps, seed, shapes, body):
        yield output
        if isinstance(output, ClassifyDone):
            _model(output.key, output.weights, shapes.kind)
            yield None


def training(steps: int, seed: int, shapes: Shapes = TETRIS, body: bytes | None = None) -> JobSteps:
    """All contestants in turns, a report after each; then each measured on all shapes.

    body: a `Place` that was kept.
    """
    place = read(body, Place) or Place(0, 0, {})
    every: dict[Key, c.Training] = {}
    for key, stood in place.trainings.items():
        every[key] = c.Training(key, seed, shapes, device())
        every[key].go_on(stood)
        yield None
    for done, until in enumerate(turns(steps)[place.turns :], place.turns + 1):
        for key in KEYS:
            if key not in every:
                every[key] = c.Training(key, seed, shapes, device())
                yield None
            yield from _turn(key, every[key], until, seed)
        if done % KEEP == 0 or until == steps:
            yield _place(done, every, 0)
    for done, key in enumerate(KEYS[place.measured :], place.measured + 1):
        yield from _done(key, every[key], seed)
        yield _place(len(turns(steps)), every, done)


def _place(done: int, every: Mapping[Key, c.Training], measured: int) -> Kept:
    return kept(Place(done, measured, {key: every[key].place() for key in KEYS[measured:]}))


def turns(steps: int) -> list[int]:
    """How many steps each contestant has done after each of its turns."""
    return [1, *range(EVERY, steps, EVERY), steps]


def _turn(key: Key, one: c.Training, until: int, seed: int) -> JobSteps:
    while one.steps < until and not one.diverged:
        one.step()
        yield None
    train = one.accuracy()
    yield None
    yield ClassifyStep(
        key=key,
        step=until,
        loss=one.loss if math.isfinite(one.loss) else 0.0,
        train=train,
        rotated=one.right(c.probe(seed, shapes=one.shapes)),
        samples=one.samples,
        diverged=one.steps if one.diverged else 0,
    )


def _done(key: Key, one: c.Training, seed: int) -> JobSteps:
    for found in c.measured(one, seed):
        if found is None:
            yield None
            continue
        weights = base64.b64encode(c.packed(one.model)).decode()
        yield None
        yield ClassifyDone(
            key=key,
            train=found.train,
            rotated=found.rotated,
            noisy=found.noisy,
            by_shape=found.by_shape,
            error=_finite(found.error),
            error_noisy=_finite(found.error_noisy),
            odd=found.odd,
            samples=one.samples,
            weights=weights,
        )


def _finite(error: float) -> float:
    return error if math.isfinite(error) else 1e30


@lru_cache(maxsize=64)
def _model(key: Key, weights: str, kind: Kind) -> c.Classifier:
    return c.unpacked(key, base64.b64decode(weights), kind, device())


@lru_cache(maxsize=512)
def guesses(
    models: tuple[tuple[Key, str], ...], shape: int, quaternion: Quaternion, shapes: Shapes = TETRIS
) -> tuple[int, ...]:
    """The class that each contestant, given by its weights, names for one shape in one pose."""
    turned = (shapes.upright[shape] @ rotation(quaternion).T)[None]
    return tuple(int(c.guesses(_model(key, weights, shapes.kind), turned)) for key, weights in models)


def best(seed: int, rotated: Mapping[Key, float], shapes: Shapes = TETRIS) -> str:
    """Who names most of the turned shapes, one of `BEST`: as measured, and before that by what is sure untrained.

    Untrained networks show who keeps every output under rotation and yet gives no two shapes the same: of Tetris the
    tensor network alone. Of several that are as good it is the last, the one that knows of handedness.
    """
    if len(rotated) == len(KEYS):
        return BEST[max(reversed(KEYS), key=lambda key: rotated[key])]
    return next((BEST[key] for key in reversed(KEYS) if all(c.promises(key, seed, shapes))), BEST["naive"])


@lru_cache(maxsize=8)
def lanes(kind: Kind = TETRIS.kind) -> tuple[ClassifyLane, ...]:
    """The contestants in words."""
    return tuple(ClassifyLane(key=key, name=c.CONTESTANTS[key].name, numbers=c.numbers(key, kind)) for key in KEYS)


@lru_cache(maxsize=8)
def pictured(shapes: Shapes = TETRIS) -> tuple[Float32, tuple[tuple[int, ...], ...]]:
    """The shapes (k, n, 3), and the sticks of each: bonds of Tetris, otherwise the stroke."""
    points = shapes.upright
    stroke = tuple(end for k in range(shapes.points - 1) for end in (k, k + 1))
    pairs = []
    for shape in points:
        near = torch.triu(torch.cdist(shape, shape) < shapes.kind.bond, 1)
        pairs.append(tuple(int(i) for i in near.nonzero().flatten()) if shapes == TETRIS else stroke)
    return f4(points), tuple(pairs)


def begun(seed: int) -> Iterator[None]:
    """A step with every contestant for shapes of either kind, for what the first one loads where they train."""
    spare = Wall().shapes()
    for key in KEYS:
        for shapes in (TETRIS, spare):
            one = c.Training(key, seed, shapes, device())
            one.step()
            yield
            one.accuracy()
            yield


def promising(seed: int, shapes: Shapes = TETRIS) -> Iterator[None]:
    """What untrained contestants are sure of, from the last to the one that is best."""
    for key in reversed(KEYS):
        if all(c.promises(key, seed, shapes)):
            return
        yield


def prepared(seed: int) -> Iterator[None]:
    """What is sure of the best contestant, and its words, for shapes of either kind."""
    for shapes in (TETRIS, Wall().shapes()):
        yield from promising(seed, shapes)
        yield
        for key in KEYS:
            c.numbers(key, shapes.kind)
            yield
        lanes(shapes.kind)
        yield
