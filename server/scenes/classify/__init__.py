"""Scene `classify`: eight shapes shown upright and asked for when turned; ten networks train side by side.

    loss = -(1/b) sum_i log softmax( s(x_i) )_{y_i}

Predict who names a turned shape, watch all of them train by the same number of steps, then turn a shape and try to fool
them. Source of every number: `models/classification.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import torch

from models import classification as c
from models import symmetry
from models.tetris import NAMES
from models.turn import Quaternion
from server.beside import beside, prepare
from server.faults import Refused
from server.protocol import ALL, STAGE, Action, Out, seat
from server.scene import Context, Formula, Job, Scene, Truth
from server.scenes.classify import contest as k
from server.scenes.classify import messages as g
from server.scenes.classify.contest import KEYS
from server.scenes.classify.messages import ClassifyParams, Key

ACTS = (
    "predict: who will know a turned shape?",
    "all train side by side",
    "shape by shape",
    "turn a shape: whom do you fool?",
)
PREDICT, TRAIN, SHAPES, FOOL = range(4)
ATTEMPTS = 30
"""Of a seat: two hundred thumbs share one engine."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one seat tried last, and whom it fooled so far."""

    shape: int = 0
    quaternion: Quaternion = (0.0, 0.0, 0.0, 1.0)
    guesses: tuple[int, ...] = ()
    fooled: tuple[bool, ...] = (False,) * len(KEYS)
    count: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Everything the scene knows."""

    params: ClassifyParams
    version: int
    act: int = PREDICT
    started: bool = False
    """The training goes on whatever position is shown."""
    now: g.ClassifyStep | None = None
    curve: tuple[tuple[int, tuple[float, ...]], ...] = ()
    done: Mapping[Key, g.ClassifyDone] = field(default_factory=dict)
    attempts: Mapping[str, Attempt] = field(default_factory=dict)

    @property
    def trained(self) -> bool:
        """Whether every contestant is measured."""
        return len(self.done) == len(KEYS)

    @property
    def open(self) -> bool:
        """Whether students may try to fool them."""
        return self.trained and self.act == FOOL


class Classify(Scene[ClassifyParams, State]):
    """Who names a turned shape?

    Truth `best`: one of "more rotations in the data", "PCA pose", "frame averaging", "distances only", "EGNN", "tensor
    network with an odd scalar". Truth `ceiling`: the percentage of the shapes that distances can tell apart.
    """

    title = "The classification example"
    summary = "Predict which network knows a turned shape, watch all of them train, then fool them from the phone."
    params = ClassifyParams
    actions = (g.ClassifyStep, g.ClassifyDone, g.ClassifyTry)
    frames_sent = (g.ClassifyContest, g.ClassifyRace, g.ClassifyTable, g.ClassifyBoard, g.ClassifyVerdict)
    truths: ClassVar = {"best": "choice", "ceiling": "number"}
    formulas: ClassVar[Mapping[str, Formula]] = {
        "loss": Formula(
            r"-\frac{1}{b} \sum_i \log \mathrm{softmax}(\color{#D55E00}{s}(\color{#0072B2}{x_i}))_{y_i}",
            "minus the mean over the shapes of the logarithm of softmax of s of x i, at the right class y i",
        )
    }
    pace = 20.0

    def initial(self, params: ClassifyParams, context: Context) -> State:
        """Eight upright shapes, nothing trained."""
        return State(params, context.sequence)

    def warm(self) -> Iterator[None]:
        """e3nn takes seconds to import, and the first step of each network to load its kernels."""
        prepare(k.begun, self.params().seed)
        yield from k.prepared(self.params().seed)
        yield from super().warm()

    def adjust(self, state: State, params: ClassifyParams, context: Context) -> State:
        """Another budget or seed is another contest."""
        if params == state.params:
            return state
        act = min(state.act, TRAIN)
        return State(params, context.sequence, act, started=act > PREDICT, attempts=_untried(state))

    def apply(self, state: State, action: Action, context: Context) -> State:
        """A report or a result of the job, or a student's attempt."""
        match action:
            case g.ClassifyStep(step=step, rotated=rotated):
                before = tuple(point for point in state.curve if point[0] < step)
                return replace(state, now=action, curve=(*before, (step, rotated)))
            case g.ClassifyDone(key=key):
                return replace(state, done={**state.done, key: action})
            case g.ClassifyTry():
                return _tried(state, action, context.author)
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        """Predict, train, look, fool."""
        return state.act, len(ACTS)

    def label(self, state: State) -> str:
        """What is done at this position."""
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        """From the second position on, all train."""
        return replace(state, act=to, started=state.started or to > PREDICT)

    def job(self, state: State) -> Job | None:
        """The contest, from its seed, until every contestant is measured."""
        if not state.started or state.trained:
            return None
        steps, seed = state.params.steps, state.params.seed
        return Job(("contest", steps, seed, state.version), lambda: beside(k.contest, steps, seed))

    def truth(self, state: State, name: str) -> Truth:
        """`best` as measured once all are, before that by what untrained networks are sure of; `ceiling` in percent."""
        if name == "best":
            return k.best(state.params.seed, {key: one.rotated for key, one in state.done.items()})
        if name == "ceiling":
            return 100 * c.told_apart_by_distances()
        return super().truth(state, name)

    def frames(self, old: State | None, new: State) -> Iterable[Out]:
        """The contest once, the race as it comes, each seat its own verdict."""
        anew = old is None or old.version != new.version
        if old is None or anew or (old.act, old.trained) != (new.act, new.trained):
            yield Out(_contest(new), ALL)
        if old is None or anew or (old.now, len(old.done)) != (new.now, len(new.done)):
            yield Out(_race(new), STAGE)
        if old is None or anew or old.done is not new.done:
            yield Out(_table(new), STAGE)
        if old is None or anew or old.attempts is not new.attempts:
            yield Out(_board(new), STAGE)
        for who, attempt in new.attempts.items():
            if old is None or anew or old.attempts.get(who) is not attempt:
                yield Out(_verdict(new, attempt), seat(who))


def _untried(state: State) -> dict[str, Attempt]:
    """Other networks have not been fooled yet; each seat still has its verdict, an empty one."""
    return {who: Attempt(one.shape, one.quaternion) for who, one in state.attempts.items()}


def _tried(state: State, action: g.ClassifyTry, who: str) -> State:
    before = state.attempts.get(who, Attempt())
    if not state.open or before.count >= ATTEMPTS:
        return state  # a thumb that is early or late does no harm
    turn = np.array(action.quaternion)
    length = float(np.linalg.norm(turn))
    if length < 1e-6:
        raise Refused("invalid", "expected a quaternion of a length above zero, got none")
    x, y, z, w = (round(float(part), 3) for part in turn / length)
    found = k.guesses(tuple((key, state.done[key].weights) for key in KEYS), action.shape, (x, y, z, w))
    fooled = tuple(was or guess != action.shape for was, guess in zip(before.fooled, found, strict=True))
    attempt = Attempt(action.shape, (x, y, z, w), found, fooled, before.count + 1)
    return replace(state, attempts={**state.attempts, who: attempt})


def _contest(state: State) -> g.ClassifyContest:
    points, pairs = k.drawn()
    return g.ClassifyContest(
        version=state.version,
        act=state.act,
        open=state.open,
        trained=state.trained,
        lanes=k.lanes(),
        shapes=NAMES,
        points=points,
        pairs=pairs,
        chance=1 / len(NAMES),
        ceiling=c.told_apart_by_distances(),
    )


def _race(state: State) -> g.ClassifyRace:
    now, count = state.now, len(KEYS)

    def numbers(values: tuple[float, ...] | None) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.array(values or (0.0,) * count, dtype=np.float32)

    def counts(values: tuple[int, ...] | None) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return np.array(values or (0,) * count, dtype=np.int32)

    return g.ClassifyRace(
        version=state.version,
        step=now.step if now else 0,
        of=state.params.steps,
        finished=len(state.done),
        losses=numbers(now.losses if now else None),
        train=numbers(now.train if now else None),
        rotated=numbers(now.rotated if now else None),
        samples=counts(now.samples if now else None),
        diverged=counts(now.diverged if now else None),
        at=np.array([step for step, _ in state.curve], dtype=np.int32),
        curves=np.array([values for _, values in state.curve], dtype=np.float32).reshape(-1, count),
    )


def _table(state: State) -> g.ClassifyTable:
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
                zone=symmetry.zone(one.error, torch.float64),
                error_noisy=one.error_noisy,
                zone_noisy=symmetry.zone(one.error_noisy, torch.float64),
                odd=one.odd,
                samples=one.samples,
            )
        )
    return g.ClassifyTable(version=state.version, rotations=c.ROTATIONS * len(NAMES), noise=c.NOISE, rows=tuple(rows))


def _board(state: State) -> g.ClassifyBoard:
    made = [attempt for attempt in state.attempts.values() if attempt.count]
    return g.ClassifyBoard(
        version=state.version,
        students=len(made),
        attempts=sum(attempt.count for attempt in made),
        fooled=tuple(sum(attempt.fooled[i] for attempt in made) for i in range(len(KEYS))),
    )


def _verdict(state: State, attempt: Attempt) -> g.ClassifyVerdict:
    return g.ClassifyVerdict(
        version=state.version,
        shape=attempt.shape,
        quaternion=attempt.quaternion,
        guesses=attempt.guesses,
        fooled=attempt.fooled,
        left=ATTEMPTS - attempt.count,
    )


SCENE = Classify()
