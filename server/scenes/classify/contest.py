"""The contest as a job, its contestants kept as weights, and what they make of one student's shape."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
import torch

from models import classification as c
from models.tetris import CUTOFF, NAMES, tetris
from models.turn import Quaternion, rotation
from server.protocol import Float32
from server.scene import JobSteps
from server.scenes.classify.messages import ClassifyDone, ClassifyLane, ClassifyStep, Key

KEYS: tuple[Key, ...] = tuple(c.CONTESTANTS)  # type: ignore[arg-type]  # the same words, which a test holds together
EVERY = 5
"""Steps between two reports."""
FIRST = 3
"""Steps that are reported one by one."""
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


def contest(steps: int, seed: int) -> JobSteps:
    """All contestants in turns, a step each, with a report every few steps; then each measured on all shapes."""
    every = []
    for key in KEYS:
        every.append(c.Training(key, seed))
        yield None
    for step in range(1, steps + 1):
        for one in every:
            one.step()
            yield None
        if step <= FIRST or step % EVERY == 0 or step == steps:
            yield from _report(every, step, seed)
    for one in every:
        yield from _done(one, seed)


def _report(every: list[c.Training], step: int, seed: int) -> JobSteps:
    train, rotated = [], []
    for one in every:
        train.append(one.accuracy())
        rotated.append(c.accuracy(one.model, c.probe(seed)))
        yield None
    yield ClassifyStep(
        step=step,
        losses=tuple(one.loss if math.isfinite(one.loss) else 0.0 for one in every),
        train=tuple(train),
        rotated=tuple(rotated),
        samples=tuple(one.samples for one in every),
        diverged=tuple(one.steps if one.diverged else 0 for one in every),
    )


def _done(one: c.Training, seed: int) -> JobSteps:
    for found in c.measured(one, seed):
        if found is None:
            yield None
            continue
        key: Key = one.key  # type: ignore[assignment]  # one of `KEYS`
        weights = base64.b64encode(c.packed(one.model)).decode()
        _model(key, weights)  # so that the first thumb does not wait for it
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
def _model(key: Key, weights: str) -> c.Classifier:
    return c.unpacked(key, base64.b64decode(weights))


@lru_cache(maxsize=512)
def guesses(models: tuple[tuple[Key, str], ...], shape: int, quaternion: Quaternion) -> tuple[int, ...]:
    """The class that each contestant, given by its weights, names for one shape in one pose."""
    turned = (tetris(NAMES[shape]) @ rotation(quaternion).T)[None]
    return tuple(int(c.guesses(_model(key, weights), turned)) for key, weights in models)


def best(seed: int, rotated: Mapping[Key, float]) -> str:
    """Who names most of the turned shapes, one of `BEST`: as measured, and before that by what is sure untrained.

    Untrained networks show who keeps every output under rotation and yet tells the mirror pair apart; no other is sure
    of all eight shapes.
    """
    if len(rotated) == len(KEYS):
        return BEST[max(reversed(KEYS), key=lambda key: rotated[key])]
    sure = [key for key in KEYS if all(c.promises(key, seed))]
    return BEST[sure[0]] if sure else BEST["naive"]


@lru_cache(maxsize=1)
def lanes() -> tuple[ClassifyLane, ...]:
    """The contestants in words."""
    return tuple(ClassifyLane(key=key, name=c.CONTESTANTS[key].name, numbers=c.numbers(key)) for key in KEYS)


@lru_cache(maxsize=1)
def drawn() -> tuple[Float32, tuple[tuple[int, ...], ...]]:
    """The shapes (8, 4, 3), and the bonds of each."""
    points = c.upright()
    pairs = []
    for shape in points:
        near = torch.cdist(shape, shape) < CUTOFF
        pairs.append(tuple(int(i) for i in torch.triu(near, 1).nonzero().flatten()))
    return np.ascontiguousarray(points.numpy(), dtype=np.float32), tuple(pairs)


def begun(seed: int) -> Iterator[None]:
    """A step with every contestant, for what the first one loads where they train."""
    for key in KEYS:
        c.Training(key, seed).step()
        yield


def prepared(seed: int) -> Iterator[None]:
    """Build every contestant, and compute what is sure of it."""
    for key in KEYS:
        c.promises(key, seed)
        yield
    lanes()
    yield
