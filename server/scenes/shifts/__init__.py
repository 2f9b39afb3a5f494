"""Shifts: what a symmetry does to a learning curve, error = a n^b: lower a, or another b.

Three acts. Kernel ridge regression on a function that a continuous group leaves unchanged
(`models/experiments/kernel_ridge.py`), computed live, point by point; forces of a small cluster at l = 0, 1, 2, from a
table that `python -m models.experiments.sweep` computed once, with one point trained again live
(`models/experiments/learning_curves.py`); what was published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from models.experiments.kernel_ridge import LEARNERS, Learner
from models.potentials.clusters import Potential
from server.protocol.faults import Refused
from server.protocol.messages import ALL, Action
from server.room.scene import Context, Formula, Job, PerSeat, Scene, Slot, Truth, TruthKind, Wait
from server.scenes.shifts import curves, published
from server.scenes.shifts import live as living
from server.scenes.shifts import messages as m
from server.scenes.shifts.live import Live
from server.scenes.shifts.messages import CHANGES, Change, ShiftsParams, Subject

LABELS = (
    "predict: 8 turned copies of each point",
    "the plain kernel",
    "augmented: 8 turned copies",
    "invariant: built into the kernel",
    "forces of a cluster: l = 0, 1, 2",
    "the control: a pair potential",
    "what was published",
)
KERNELS = len(LEARNERS)
NEURAL, CONTROL, PUBLISHED = 4, 5, 6
ASKED: Mapping[int, Subject] = {0: "augmented", 1: "augmented", 2: "invariant", 3: "degree"}


@dataclass(frozen=True, slots=True)
class State:
    """The position, what the job measured of the kernels, the live point, and what each seat expects."""

    params: ShiftsParams
    position: int = 0
    measured: curves.Measured = field(default_factory=dict)
    live: Live | None = None
    guesses: Mapping[tuple[str, Subject], Change] = field(default_factory=dict)
    """By seat and subject, the newest last."""

    @property
    def shown(self) -> int:
        """How many kernel curves are shown."""
        return min(self.position, KERNELS)

    @property
    def missing(self) -> list[tuple[Learner, int, int]]:
        """What is still to be measured for the curves shown: learner, n, repetition."""
        return [
            (learner, size, repeat)
            for learner, size in curves.wanted(self.shown)
            for repeat in range(len(self.measured.get((learner, size), ())), curves.REPEATS)
        ]


def _train(state: State, on: bool, context: Context) -> State:
    if not on:
        return replace(state, live=None if state.live is None else replace(state.live, stopped=True))
    if state.position not in (NEURAL, CONTROL):
        raise Refused("refused", "expected the curves of the networks on the stage, then a live point beside them")
    p = state.params
    return replace(state, live=Live(_potential(state), p.lmax, p.size, p.steps, context.sequence))


def _potential(state: State) -> Potential:
    return "lennard-jones" if state.position == CONTROL else "stillinger-weber"


def _published(_state: State) -> m.ShiftsPublished:
    return published.frame(curves.table())


def _point(_state: State) -> m.ShiftsPoint:
    return curves.point()


def _neural(state: State) -> m.ShiftsNeural:
    return curves.neural(curves.table(), _potential(state))


def _newest(state: State) -> dict[str, tuple[Subject, Change]]:
    """What each seat said last, and of what."""
    return {who: (subject, change) for (who, subject), change in state.guesses.items()}


def _mine(_state: State, guess: tuple[Subject, Change]) -> m.ShiftsMine:
    subject, change = guess
    return m.ShiftsMine(subject=subject, change=change)


def _step(state: State) -> m.ShiftsStep:
    subject = ASKED.get(state.position)
    given = [change for (_, about), change in state.guesses.items() if about == (subject or "degree")]
    same, shift, steeper = (given.count(change) for change in CHANGES)
    return m.ShiftsStep(
        position=state.position,
        label=LABELS[state.position],
        subject=subject,
        counts=(same, shift, steeper),
        open=subject is not None,
    )


def _kernel(state: State) -> m.ShiftsKernel:
    points = curves.wanted(state.shown)
    headline, verdict = curves.kernel_words(state.measured, state.shown) if state.shown else ("", "")
    return m.ShiftsKernel(
        lines=curves.kernel_lines(state.measured, state.shown),
        measured=sum(len(state.measured.get(point, ())) for point in points),
        wanted=len(points) * curves.REPEATS,
        headline=headline,
        verdict=verdict,
        repeats=curves.REPEATS,
    )


def _live(state: State) -> m.ShiftsLive:
    p = state.params
    next_one = Live(_potential(state), p.lmax, p.size, p.steps, 0)
    return living.frame(state.live, next_one, curves.table())


class Shifts(Scene[ShiftsParams, State]):
    """Predict the next learning curve, then watch it being measured.

    Truths: `curve` (line: error of the invariant kernel against n, n = 32 to 256), `augmentation` and `invariance`
    (choice: "a parallel shift, the same slope" or "a steeper slope").
    """

    title = "Observed and expected shifts"
    summary = "A symmetry saves data: does the learning curve move in parallel or fall faster? Predict, then measure."
    params = ShiftsParams
    actions = (m.ShiftsMeasured, m.ShiftsTrained, m.ShiftsTrain, m.ShiftsGuess)
    slots = (
        Slot(_published, ALL),
        Slot(_point, ALL),
        Slot(_step, ALL, of=lambda state: (state.position, state.guesses)),
        Slot(_kernel, ALL, of=lambda state: (state.shown, state.measured)),
        Slot(_neural, ALL, of=_potential),
        Slot(_live, ALL, of=lambda state: (state.params, state.live, _potential(state))),
        PerSeat.each(_mine, _newest),
    )
    formulas: ClassVar[Mapping[str, Formula]] = {
        "curve": Formula(
            r"\mathrm{error} = a\,n^{\color{#D55E00}{b}}",
            "the error is a times n to the power b, the slope of the curve",
        ),
        "kernel": Formula(
            r"f(x) = \sum_j \alpha_j\,k(x, x_j),\quad (K + \lambda I)\,\alpha = y",
            "f of x is the sum over j of alpha j k of x and x j; K plus lambda I, times alpha, is y",
        ),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"curve": "line", "augmentation": "choice", "invariance": "choice"}
    pace = 20.0

    def initial(self, params: ShiftsParams, context: Context) -> State:
        """Nothing is measured: what will 8 turned copies of each point do?"""
        return State(params)

    def warm(self) -> Iterator[Wait | None]:
        """What the truths are made of, one regression at a time, and the table."""
        yield from super().warm()
        yield from curves.quick()
        for potential in ("stillinger-weber", "lennard-jones"):
            curves.neural(curves.table(), potential)
            yield None

    def adjust(self, state: State, params: ShiftsParams, context: Context) -> State:
        """The parameters name the next live point; what was measured stays."""
        return replace(state, params=params)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """A point from the job, a live point begun or stopped, or an expectation."""
        match action:
            case m.ShiftsMeasured(learner=learner, size=size, error=error):
                values = (*state.measured.get((learner, size), ()), error)[: curves.REPEATS]
                return replace(state, measured={**state.measured, (learner, size): values})
            case m.ShiftsTrain(on=on):
                return _train(state, on, context)
            case m.ShiftsTrained() if state.live is not None:
                return replace(state, live=living.trained(state.live, action))
            case m.ShiftsTrained():
                return state
            case m.ShiftsGuess(subject=subject, change=change):
                if ASKED.get(state.position) != subject:
                    raise Refused("refused", f"expected a prediction before the curve is shown, got one of {subject}")
                mine = (context.author, subject)
                others = {about: given for about, given in state.guesses.items() if about != mine}
                return replace(state, guesses={**others, mine: change})
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        """Three kernels, two potentials, what was published."""
        return state.position, len(LABELS)

    def label(self, state: State) -> str:
        """Which curve."""
        return LABELS[state.position]

    def move(self, state: State, to: int, context: Context) -> State:
        """Another curve."""
        return replace(state, position=to)

    def job(self, state: State) -> Job | None:
        """The live point where the networks are shown, else the kernels' points that are missing."""
        live = state.live
        if live is not None and live.running and state.position in (NEURAL, CONTROL):
            return Job(("live", live.number), lambda body: living.lived(live, body))
        missing = state.missing
        if not missing or state.position > KERNELS:
            return None
        return Job(("kernel", state.shown), lambda body: curves.regressions(tuple(missing), body))

    def prepare(self, state: State, truth: str) -> Iterator[Wait | None]:
        """The curves that the question compares."""
        of: Mapping[str, tuple[Learner, ...]] = {
            "curve": ("invariant",),
            "augmentation": ("augmented", "plain"),
            "invariance": ("invariant", "plain"),
        }
        return curves.quick(of.get(truth, ()))

    def truth(self, state: State, name: str) -> Truth:
        """From the smaller sizes, whatever position is shown."""
        match name:
            case "curve":
                errors = curves.quick_errors("invariant")
                return tuple((float(size), sum(values) / len(values)) for size, values in errors.items())
            case "augmentation":
                return curves.quick_change("augmented")
            case "invariance":
                return curves.quick_change("invariant")
        return super().truth(state, name)


SCENE = Shifts()
