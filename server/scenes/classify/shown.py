"""The frames of the scene `classify`, each from the state alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch

from models.experiments import classification as c
from models.graphs.shapes import NOISE, TETRIS, congruent, told_apart_by_distances
from models.symmetry import equivariance
from server.protocol.messages import i4
from server.scenes.classify import contest as k
from server.scenes.classify import messages as g
from server.scenes.classify.contest import KEYS
from server.scenes.classify.state import ATTEMPTS, Attempt, State

N = TypeVar("N", np.int32, np.float32)


def contest(state: State) -> g.ClassifyContest:
    """The shapes and the contestants."""
    shapes = state.shapes
    points, pairs = k.pictured(shapes)
    return g.ClassifyContest(
        version=state.version,
        act=state.act,
        open=state.open,
        trained=state.trained,
        drawing=state.drawing,
        drawn=shapes != TETRIS,
        own=min(len(state.wall.hanging), len(shapes.names)) if shapes != TETRIS else 0,
        groups=congruent(shapes),
        lanes=k.lanes(shapes.kind),
        shapes=shapes.names,
        points=points,
        pairs=pairs,
        chance=1 / len(shapes.names),
        ceiling=told_apart_by_distances(shapes),
    )


def race(state: State) -> g.ClassifyRace:
    """Where every contestant stands, and how it got there."""
    now = [state.now.get(key) for key in KEYS]
    at = sorted({step for curve in state.curves.values() for step, _ in curve})
    curves = np.full((len(at), len(KEYS)), -1, dtype=np.float32)
    for lane, key in enumerate(KEYS):
        for step, rotated in state.curves.get(key, ()):
            curves[at.index(step), lane] = rotated

    def numbers(name: str, dtype: type[N]) -> np.ndarray[tuple[int], np.dtype[N]]:
        return np.array([getattr(one, name) if one else 0 for one in now], dtype=dtype)

    return g.ClassifyRace(
        version=state.version,
        of=state.params.steps,
        step=min(one.step if one else 0 for one in now),
        turn=KEYS.index(state.turn) if state.turn else -1,
        finished=len(state.done),
        steps=numbers("step", np.int32),
        losses=numbers("loss", np.float32),
        train=numbers("train", np.float32),
        rotated=numbers("rotated", np.float32),
        samples=numbers("samples", np.int32),
        diverged=numbers("diverged", np.int32),
        at=i4(at),
        curves=curves,
    )


def turn(state: State, key: g.Key) -> g.ClassifyTurn:
    """How far one contestant is."""
    one = state.now.get(key)
    return g.ClassifyTurn(version=state.version, lane=KEYS.index(key), step=one.step if one else 0)


def table(state: State) -> g.ClassifyTable:
    """The contestants that were measured so far."""
    rows = []
    for key in KEYS:
        if key not in state.done:
            continue
        one = state.done[key]
        rows.append(
            g.ClassifyRow(
                key=key,
                train=one.train,
                rotated=one.rotated,
                noisy=one.noisy,
                by_shape=one.by_shape,
                error=one.error,
                zone=equivariance.zone(one.error, torch.float64),
                error_noisy=one.error_noisy,
                zone_noisy=equivariance.zone(one.error_noisy, torch.float64),
                odd=one.odd,
                samples=one.samples,
            )
        )
    rotations = c.ROTATIONS * len(state.shapes.names)
    return g.ClassifyTable(version=state.version, rotations=rotations, noise=NOISE, rows=tuple(rows))


def board(state: State) -> g.ClassifyBoard:
    """How the class fares."""
    made = [attempt for attempt in state.attempts.values() if attempt.count]
    return g.ClassifyBoard(
        version=state.version,
        students=len(made),
        attempts=sum(attempt.count for attempt in made),
        fooled=tuple(sum(attempt.fooled[i] for attempt in made) for i in range(len(KEYS))),
    )


def verdict(state: State, attempt: Attempt) -> g.ClassifyVerdict:
    """What every contestant made of one seat's shape."""
    return g.ClassifyVerdict(
        version=state.version,
        shape=attempt.shape,
        quaternion=attempt.quaternion,
        guesses=attempt.guesses,
        fooled=attempt.fooled,
        left=ATTEMPTS - attempt.count,
    )


def wall(state: State) -> g.ClassifyWall:
    """The drawings on the projector."""
    return state.wall.frame(state.version)


def drawings(state: State, seats: Sequence[str]) -> dict[str, g.ClassifyDrawn]:
    """To each of these seats its own drawing, and which of the shapes that is."""
    return {who: state.wall.own(who, state.version) for who in seats}
