"""Scene `rotation`: turn the input and see what turns with it.

    f(g x) = g f(x)  for every g = (R, b) in E(3)

A cloud is turned, mirrored or shifted; the stage lays f(g x), turn then compute, over g f(x), compute then turn. Where
the two coincide the model is equivariant, where they separate it is not, and one number says how far. Source of the
measure: `models/symmetry/equivariance.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from models.networks.zoo import MODELS
from models.symmetry import equivariance
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, TEACHER, Action
from server.room.kept import Done, kept, read
from server.room.scene import Context, Formula, Job, JobSteps, PerSeat, Scene, Slot, Truth, TruthKind, Wait
from server.scenes.rotation import messages as m
from server.scenes.rotation import table
from server.scenes.rotation.params import RotationParams, name_of, remark_of
from server.scenes.rotation.square import (
    DTYPES,
    NORM,
    Tried,
    Turn,
    check,
    drawn,
    random_turn,
    setting,
    square,
    total,
    turn_of,
)
from server.scenes.rotation.state import ACTS, CHECKED, EVERY, PREDICT, Attempt, Check, RotationState

IDENTITY = Turn()
TELLING = turn_of((0.28, 0.53, 0.22, 0.77), (0.0, 0.0, 0.0), False)
"""About 79 degrees about no axis of the room: what fails, fails visibly."""
BREATH = 0.012
"""Seconds between two transforms of the check, so that a hall can watch the numbers settle."""


def _turned(state: RotationState, turn: Turn) -> RotationState:
    if turn == state.turn:
        return state
    return _presented(replace(state, turn=turn, square=square(setting(state.params), turn)))


def _presented(state: RotationState) -> RotationState:
    """Where all models are on the stage, the present transform is tried on each that has its line."""
    if state.act != EVERY:
        return state
    every = (table.present(state.params, line.model, state.turn) for line in state.lines)
    return replace(state, present=tuple(every))


def _comparing(state: RotationState, place: Done | None) -> JobSteps:
    done = len(state.lines) if place is None else place.outputs
    for line in table.table(state.params, done):
        yield None if line is None else m.RotationTabled(line=line)
        if line is not None:
            done += 1
            yield kept(Done(done))


def _stopped(found: Check) -> Check:
    """A check that was broken off keeps what it found; the next one starts afresh."""
    return replace(found, running=False)


def _checking(state: RotationState, on: bool) -> RotationState:
    if not on:
        return replace(state, check=_stopped(state.check))
    return replace(state, act=CHECKED, check=Check(state.check.run + 1, running=True))


def _attempted(state: RotationState, action: m.RotationAttempt, who: str) -> RotationState:
    if not state.open:
        raise Refused("refused", "expected a prediction first: attempts are taken once the result is on the stage")
    turn = turn_of(action.quaternion, action.shift, action.mirror)
    tried = square(setting(state.params), turn)
    before = state.attempts.get(who)
    worst, hardest = (before.worst, before.hardest) if before and before.count else (-1.0, turn)
    if tried.largest > worst:
        worst, hardest = tried.largest, turn
    attempt = Attempt((before.count if before else 0) + 1, turn, tried, worst, hardest)
    return replace(state, attempts={**state.attempts, who: attempt})


def _input(state: RotationState) -> m.RotationInput:
    of = setting(state.params)
    return m.RotationInput(
        version=state.version,
        model=state.params.model,
        name=name_of(state.params.model),
        remark=remark_of(state.params.model),
        dtype=state.params.dtype,
        open=state.open,
        rounding=equivariance.ROUNDING[of.dtype],
        broken=equivariance.BROKEN,
        points=of.points(),
        edges=of.edges(),
        elements=of.elements,
    )


def _square(state: RotationState) -> m.RotationTurned:
    of, turn, made = setting(state.params), state.turn, state.square
    return m.RotationTurned(
        version=state.version,
        act=state.act,
        kind=turn.kind(),
        words=turn.words(),
        quaternion=turn.quaternion,
        mirror=turn.mirror,
        offset=turn.shift,
        matrix=turn.matrix(),
        shift=turn.transform().shift.numpy(),
        points=of.points(),
        turned=made.turned,
        scalars=made.scalars,
        vectors=made.vectors,
        scalars_after=drawn(of.reference.scalars),
        vectors_after=made.vectors_after,
        edges=of.edges(),
        elements=of.elements,
        error=made.error,
        norm=NORM,
    )


def _meter(state: RotationState) -> m.RotationMeter:
    return m.RotationMeter(
        version=state.version,
        model=state.params.model,
        dtype=state.params.dtype,
        rows=state.check.rows,
        samples=state.check.done,
        of=total(state.params),
        running=state.check.running,
        rounding=equivariance.ROUNDING[DTYPES[state.params.dtype]],
        broken=equivariance.BROKEN,
        norm=NORM,
    )


def _tabled(state: RotationState) -> tuple[object, ...]:
    return state.version, state.act, state.lines, state.present, state.turn


def _sampled(state: RotationState) -> tuple[Literal["haar", "euler"], int, int]:
    """The sampler, the seed, and how many rotations of it are drawn: none before the check."""
    return state.params.sampler, state.params.seed, table.ROTATIONS if state.act >= CHECKED else 0


def _sampler(state: RotationState) -> m.RotationSampler:
    return table.fairness(*_sampled(state))


def _table(state: RotationState) -> m.RotationTable:
    return m.RotationTable(
        version=state.version,
        act=state.act,
        lines=state.lines,
        present=state.present,
        words=state.turn.words(),
        dtype=state.params.dtype,
        sound=sum(table.sound(line) for line in state.lines),
        of=len(MODELS),
        samples=table.TRIES,
    )


def _attacks(state: RotationState) -> m.RotationAttacks:
    hardest = state.hardest
    worst = hardest[1].worst if hardest else None
    return m.RotationAttacks(
        version=state.version,
        attempts=state.tried,
        students=sum(1 for attempt in state.attempts.values() if attempt.count),
        worst=worst,
        zone=_zone(state, worst),
    )


def _worst(state: RotationState) -> m.RotationWorst:
    if state.hardest is None:
        return m.RotationWorst(seat=None, words="", worst=None)
    who, attempt = state.hardest
    return m.RotationWorst(seat=who, words=attempt.hardest.words(), worst=attempt.worst)


def _verdict(state: RotationState, attempt: Attempt) -> m.RotationVerdict:
    made, turn = attempt.square, attempt.turn
    worst = attempt.worst if made else None
    return m.RotationVerdict(
        version=state.version,
        attempts=attempt.count,
        quaternion=turn.quaternion,
        offset=turn.shift,
        mirror=turn.mirror,
        words=turn.words(),
        error=made.error if made else (),
        largest=made.largest if made else None,
        zone=_zone(state, made.largest if made else None),
        worst=worst,
        worst_zone=_zone(state, worst),
        turned=made.turned if made else drawn(None),
        vectors=made.vectors if made else drawn(None),
        vectors_after=made.vectors_after if made else drawn(None),
    )


def _zone(state: RotationState, error: float | None) -> m.Zone | None:
    return None if error is None else equivariance.zone(error, DTYPES[state.params.dtype])


class RotationScene(Scene[RotationParams, RotationState]):
    """The commuting square of a model and a transform."""

    title = "Turn the input"
    summary = "Turn, mirror or shift a cloud and see whether the model's output turns with it."
    params = RotationParams
    actions = (
        m.RotationTurn,
        m.RotationRandom,
        m.RotationCheck,
        m.RotationReplay,
        m.RotationAttempt,
        m.RotationMeasured,
        m.RotationTabled,
    )
    slots = (
        Slot(_input, ALL, of=lambda state: (state.version, state.open)),
        Slot(_square, STAGE, of=lambda state: (state.version, state.act, state.square)),
        Slot(_meter, STAGE, of=lambda state: (state.version, state.check)),
        Slot(_table, STAGE, of=_tabled),
        Slot(_sampler, STAGE, of=_sampled),
        Slot(_attacks, STAGE, of=lambda state: (state.version, state.attempts)),
        Slot(_worst, TEACHER, of=lambda state: (state.version, state.attempts)),
        PerSeat.each(_verdict, lambda state: state.attempts, of=lambda state: state.version),
    )
    formulas: ClassVar[Mapping[str, Formula]] = {
        "square": Formula(
            r"\color{#0072B2}{f(g \cdot x)} = \color{#009E73}{g \cdot f(x)}",
            "f of g x equals g of f x: turn then compute gives the same as compute then turn",
        ),
        "error": Formula(
            r"\frac{\Vert \color{#0072B2}{f(g \cdot x)} - \color{#009E73}{g \cdot f(x)} \Vert}{\Vert f(x) \Vert}",
            "the norm of f of g x minus g of f x, divided by the norm of f of x",
        ),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"scalars": "choice", "vectors": "choice"}
    """What the output does when the input is turned: "stay the same", "turn with it" or "change arbitrarily"."""
    pace = 4.0

    def initial(self, params: RotationParams, context: Context) -> RotationState:
        return RotationState(
            params=params,
            version=context.sequence,
            act=PREDICT,
            turn=IDENTITY,
            square=square(setting(params), IDENTITY),
        )

    def load(self) -> None:
        """The tensor network in both precisions, whose products are code that e3nn makes in one go."""
        table.loaded(self.params())

    def warm(self) -> Iterator[Wait | None]:
        """Every model of the table in both precisions."""
        yield from super().warm()
        yield from table.prepared(self.params())

    def adjust(self, state: RotationState, params: RotationParams, context: Context) -> RotationState:
        if params == state.params:
            return state
        again = Check(state.check.run + 1, running=True) if state.act == CHECKED else Check(state.check.run)
        return replace(
            state,
            params=params,
            version=context.sequence,
            square=square(setting(params), state.turn),
            check=again,
            lines=(),
            present=(),
            attempts={
                who: Attempt(0, attempt.turn, None, 0.0, attempt.turn) for who, attempt in state.attempts.items()
            },
        )

    def apply(self, state: RotationState, action: Action, context: Context) -> RotationState:
        match action:
            case m.RotationTurn():
                return _turned(state, turn_of(action.quaternion, action.shift, action.mirror))
            case m.RotationRandom():
                return _turned(state, random_turn(action.kind, context.seed, state.params.sampler))
            case m.RotationCheck():
                return _checking(state, action.on)
            case m.RotationReplay():
                if state.hardest is None:
                    raise Refused("refused", "expected an attempt to replay, but no student has made one on this model")
                return _turned(state, state.hardest[1].hardest)
            case m.RotationAttempt():
                return _attempted(state, action, context.author)
            case m.RotationMeasured():
                running = action.done < total(state.params)
                return replace(state, check=Check(state.check.run, running, action.rows, action.done))
            case m.RotationTabled():
                more = table.present(state.params, action.line.model, state.turn)
                return replace(state, lines=(*state.lines, action.line), present=(*state.present, more))
        return super().apply(state, action, context)

    def positions(self, state: RotationState) -> tuple[int, int]:
        return state.act, len(ACTS)

    def label(self, state: RotationState) -> str:
        return ACTS[state.act]

    def move(self, state: RotationState, to: int, context: Context) -> RotationState:
        if to == PREDICT:
            return replace(_turned(state, IDENTITY), act=to, check=_stopped(state.check))
        shown = _turned(state, TELLING) if state.turn == IDENTITY else state
        if to == CHECKED:
            return replace(shown, act=to) if shown.check.done else _checking(shown, True)
        if to == EVERY:
            return _presented(replace(shown, act=to, check=_stopped(state.check)))
        return replace(shown, act=to, check=_stopped(state.check))

    def job(self, state: RotationState) -> Job | None:
        if state.act == EVERY and len(state.lines) < len(MODELS):
            return Job(("table", state.version), lambda body: _comparing(state, read(body, Done)))
        if not state.check.running:
            return None
        of = setting(state.params)

        def run(body: bytes | None) -> JobSteps:
            for rows, done, place in check(of, read(body, Tried)):
                yield m.RotationMeasured(rows=rows, done=done)
                if place is not None:
                    yield kept(place)
                yield Wait(BREATH)

        return Job(("check", state.version, state.check.run), run)

    def prepare(self, state: RotationState, truth: str) -> Iterator[Wait | None]:
        """Random rotations of the model."""
        return table.behaviour(state.params, truth).steps()

    def truth(self, state: RotationState, name: str) -> Truth:
        if name not in self.truths:
            return super().truth(state, name)
        return table.behaviour(state.params, name).result


SCENE = RotationScene()
