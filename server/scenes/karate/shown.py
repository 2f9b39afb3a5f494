"""The frames of `karate`, and the slots that they fill."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from models.experiments.karate import APART, LABELLED, MEMBERS, across, club, factions
from models.experiments.links import logits
from models.experiments.rings import SEEN, UNSEEN
from server.protocol.messages import ALL, Float32, UInt8, f4, i4
from server.room.slots import Declared, PerSeat, Slot
from server.scenes.karate import messages as m
from server.scenes.karate.course import SEEDS, hiding, untrained_of
from server.scenes.karate.params import NAMES
from server.scenes.karate.state import State


def _club(_state: State) -> m.KarateClub:
    graph = club()
    assert graph.positions is not None, "the club is drawn somewhere"
    once = graph.edges[:, graph.sources < graph.targets]
    return m.KarateClub(
        positions=f4(graph.positions),
        edges=i4(once),
        factions=factions().numpy().astype(np.uint8),
        labelled=LABELLED,
    )


def _untrained(state: State) -> m.KarateUntrained:
    found = untrained_of(state.params)
    return m.KarateUntrained(
        name=NAMES[state.params.model],
        depth=state.params.depth,
        seed=state.params.seed,
        points=found.points,
        normal=found.split.normal,
        offset=found.split.offset,
        right=found.split.right,
        apart=APART,
        verdict=found.verdict,
        of=SEEDS,
        seeds=tuple(seed.right for seed in state.tried),
        alone=tuple(seed.alone for seed in state.tried),
    )


def _hiding(state: State) -> m.KarateHiding:
    asked = hiding(state.params.seed)
    return m.KarateHiding(hidden=i4(asked.hidden), absent=i4(asked.absent))


def _class(state: State) -> m.KarateClass:
    named = [member for member in state.suspects.values() if member is not None]
    return m.KarateClass(counts=i4(np.bincount(named, minlength=MEMBERS)))


def _mine(_state: State, member: int | None) -> m.KarateMine:
    return m.KarateMine(member=member)


def _training(state: State) -> m.KarateTraining:
    task, params = state.task, state.params
    progress = state.trained.get(task)
    last = None if progress is None else progress.last
    points = np.empty((0, 2), dtype=np.float32) if last is None else _points(last.points)
    if last is None and task == "nodes":
        points = untrained_of(params).points
    right = np.array(() if last is None else last.right, dtype=np.uint8)
    ended = state.ended(task)
    history = () if progress is None else progress.history
    return m.KarateTraining(
        phase=state.phase,
        task=task,
        name=NAMES[params.graph_model if task == "graphs" else params.model],
        depth=params.depth,
        pool=params.pool,
        step=None if last is None else last.step,
        steps=params.steps,
        ended=ended,
        diverged=last is not None and last.loss is None,
        value=None if last is None else last.value,
        history=np.array(history, dtype=np.float32).reshape(-1, 3),
        points=points,
        right=right,
        scores=_scores(points, params.seed) if task == "links" and last is not None else np.empty(0, dtype=np.float32),
        wrong=_wrong(right) if task == "nodes" and ended else (),
        sizes=(*SEEN, *UNSEEN) if task == "graphs" else (),
        seen=len(SEEN) if task == "graphs" else 0,
    )


def _points(rows: Iterable[tuple[float, float]]) -> Float32:
    return np.array(list(rows), dtype=np.float32).reshape(-1, 2)


def _scores(points: Float32, seed: int) -> Float32:
    asked = hiding(seed)
    pairs = torch.cat((asked.hidden, asked.absent), dim=1)
    found: Float32 = logits(torch.from_numpy(points), pairs).numpy()
    return found


def _wrong(right: UInt8) -> tuple[m.KarateWrong, ...]:
    found = []
    for member in np.flatnonzero(right == 0).tolist():
        friends, others = across(member)
        found.append(m.KarateWrong(member=member, friends=friends, across=others))
    return tuple(found)


SLOTS: tuple[Declared[State], ...] = (
    Slot(_club, ALL),
    Slot(
        _untrained,
        ALL,
        of=lambda state: (state.params.model, state.params.depth, state.params.seed, state.tried),
    ),
    Slot(_hiding, ALL, of=lambda state: state.params.seed),
    Slot(_training, ALL, of=lambda state: (state.params, state.position, state.trained)),
    Slot(_class, ALL, of=lambda state: state.suspects),
    PerSeat.each(_mine, lambda state: state.suspects),
)
