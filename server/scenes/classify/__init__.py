"""Scene `classify`: shapes that are shown upright and asked for when turned; ten networks train side by side.

    loss = -(1/b) sum_i log softmax( s(x_i) )_{y_i}

The shapes are those of Tetris, or the class draws them first. Predict who names a turned shape, watch all of them train
by the same number of steps, then turn a shape and try to fool them. Source of every number:
`models/experiments/classification.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from models.graphs.shapes import TETRIS, told_apart_by_distances
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, Action
from server.room.jobs import prepare
from server.room.scene import Context, Formula, Job, PerSeat, Scene, Slot, Truth, Wait
from server.scenes.classify import contest as k
from server.scenes.classify import messages as g
from server.scenes.classify import shown
from server.scenes.classify.contest import KEYS
from server.scenes.classify.drawings import Wall
from server.scenes.classify.messages import ClassifyParams
from server.scenes.classify.state import ACTS, ATTEMPTS, DRAW, PREDICT, TRAIN, Attempt, State


class Classify(Scene[ClassifyParams, State]):
    """Who names a turned shape?

    Truth `best`: one of "more rotations in the data", "PCA pose", "frame averaging", "distances only", "EGNN", "tensor
    network with an odd scalar". Truth `ceiling`: the percentage of the shapes that distances can tell apart; a drawing
    has no handedness, so that it is 100 unless two drawings are congruent.
    """

    title = "The classification example"
    summary = "Predict which network knows a turned shape, watch all of them train, then fool them from the phone."
    params = ClassifyParams
    actions = (g.ClassifyStep, g.ClassifyDone, g.ClassifyTry, g.ClassifyDraw, g.ClassifyDrop)
    slots = (
        Slot(
            shown.contest, ALL, of=lambda state: (state.version, state.act, state.trained, state.started, state.shapes)
        ),
        Slot(shown.race, STAGE, of=lambda state: (state.version, state.now, len(state.done))),
        *Slot.each(KEYS, shown.turn, STAGE, of=lambda state, key: (state.version, state.now.get(key))),
        Slot(shown.table, STAGE, of=lambda state: (state.version, state.done)),
        Slot(shown.board, STAGE, of=lambda state: (state.version, state.attempts)),
        PerSeat.each(shown.verdict, lambda state: state.attempts, of=lambda state: state.version),
        Slot(shown.wall, STAGE, of=lambda state: (state.version, state.wall.drawings)),
        PerSeat(shown.drawings, lambda state: state.wall.places, of=lambda state: state.version),
    )
    truths: ClassVar = {"best": "choice", "ceiling": "number"}
    formulas: ClassVar[Mapping[str, Formula]] = {
        "loss": Formula(
            r"-\frac{1}{b} \sum_i \log \mathrm{softmax}(\color{#D55E00}{s}(\color{#0072B2}{x_i}))_{y_i}",
            "minus the mean over the shapes of the logarithm of softmax of s of x i, at the right class y i",
        )
    }
    pace = 20.0

    def initial(self, params: ClassifyParams, context: Context) -> State:
        """Eight upright shapes, or a wall to draw on; nothing trained."""
        return _opened(State(params, context.sequence))

    def load(self) -> None:
        """The tensor network's code is generated as a whole, when its numbers are counted, and again in float64."""
        k.lanes()
        k.best(self.params().seed, {})

    def warm(self) -> Iterator[Wait | None]:
        """e3nn takes seconds to import, and the first step of each network to load its kernels."""
        prepare(k.begun, self.params().seed)
        yield from k.prepared(self.params().seed)
        yield from super().warm()

    def adjust(self, state: State, params: ClassifyParams, context: Context) -> State:
        """Another budget or seed is another contest on the same shapes; other shapes are another beginning."""
        if params == state.params:
            return state
        anew = State(params, context.sequence, wall=state.wall, attempts=_untried(state))
        if params.data != state.params.data:
            return _opened(anew)
        act = min(state.act, TRAIN)
        return replace(anew, act=act, started=act > PREDICT, shapes=state.shapes)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """A report or a result of the job, a student's drawing or attempt, or a drawing that is taken off."""
        match action:
            case g.ClassifyStep(key=key, step=step, rotated=rotated):
                before = tuple(point for point in state.curves.get(key, ()) if point[0] < step)
                curves = {**state.curves, key: (*before, (step, rotated))}
                return replace(state, now={**state.now, key: action}, turn=key, curves=curves)
            case g.ClassifyDone(key=key):
                return replace(state, done={**state.done, key: action})
            case g.ClassifyTry():
                return _tried(state, action, context.author)
            case g.ClassifyDraw(stroke=stroke):
                return _hung(state, state.wall.drew(context.author, stroke)) if state.drawing else state
            case g.ClassifyDrop(number=number):
                return _hung(state, state.wall.dropped(number)) if not state.started else state
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        """Perhaps draw; predict, train, look, fool."""
        return state.act - state.first, len(ACTS) - state.first

    def label(self, state: State) -> str:
        """What is done at this position."""
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        """From the training on, all train, and the shapes stay as they are."""
        act = to + state.first
        return replace(state, act=act, started=state.started or act > PREDICT)

    def job(self, state: State) -> Job | None:
        """The contest, from its seed, until every contestant is measured."""
        if not state.started or state.trained:
            return None
        steps, seed, shapes = state.params.steps, state.params.seed, state.shapes
        return Job(("contest", steps, seed, shapes, state.version), lambda body: k.contest(steps, seed, shapes, body))

    def prepare(self, state: State, truth: str) -> Iterator[Wait | None]:
        """What untrained contestants are sure of, as long as not all are measured."""
        if truth == "best" and not state.trained:
            yield from k.promising(state.params.seed, state.shapes)

    def truth(self, state: State, name: str) -> Truth:
        """`best` as measured once all are, before that by what untrained networks are sure of; `ceiling` in percent."""
        if name == "best":
            return k.best(state.params.seed, {key: one.rotated for key, one in state.done.items()}, state.shapes)
        if name == "ceiling":
            return 100 * told_apart_by_distances(state.shapes)
        return super().truth(state, name)


def _opened(state: State) -> State:
    """At the first act of its shapes."""
    shapes = state.wall.shapes() if state.first == DRAW else TETRIS
    return replace(state, act=state.first, shapes=shapes)


def _hung(state: State, wall: Wall) -> State:
    """With another wall; what was drawn is what will be told apart."""
    return replace(state, wall=wall, shapes=wall.shapes() if state.first == DRAW else state.shapes)


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
    found = k.guesses(tuple((key, state.done[key].weights) for key in KEYS), action.shape, (x, y, z, w), state.shapes)
    fooled = tuple(was or guess != action.shape for was, guess in zip(before.fooled, found, strict=True))
    attempt = Attempt(action.shape, (x, y, z, w), found, fooled, before.count + 1)
    return replace(state, attempts={**state.attempts, who: attempt})


SCENE = Classify()
