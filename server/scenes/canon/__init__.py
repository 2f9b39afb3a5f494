"""Scene `canon`: symmetry from outside, by a canonical pose, by frames, by augmentation; and how each one fails.

    F(x) = sum_k w_k(x) g_k f(g_k^-1 (x - c)),   f a network that knows of no symmetry

Turn the shape: the canonical pose stays. Close the gap between two eigenvalues: it flickers. Source of every number:
`models/networks/canonical.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

import torch

from models.experiments.augmentation import root_mean_square
from models.experiments.slopes import exponent
from models.symmetry import equivariance
from models.symmetry.frames import DEGENERATE as NO_GAP
from models.symmetry.frames import canonical_frame, principal_axes
from models.symmetry.turn import Quaternion, rotation
from server.protocol.messages import ALL, STAGE, Action, i4
from server.room.kept import Done, kept, read
from server.room.scene import Context, Formula, Job, JobSteps, PerSeat, Scene, Slot, Truth, Wait
from server.scenes.canon import measure as m
from server.scenes.canon import messages as g
from server.scenes.canon.messages import METHODS, CanonParams

AXES, CLOSED, AUGMENT, FRAMES, DEGENERATE, WEIGHTED = range(6)
SMALL = 1e-3


@dataclass(frozen=True, slots=True)
class Act:
    """One position: its label, and what it shows where the parameters leave it open."""

    label: str
    shape: str
    method: g.Method
    shown: Literal["error", "jump"]
    closed: bool = False


ACTS = (
    Act("predict: where does the pose go when the gap closes?", "ellipsoid", "pca", "error"),
    Act("the gap is closed: the pose jumps", "ellipsoid", "pca", "jump", closed=True),
    Act("augmentation: never zero", "ellipsoid", "augmented", "error"),
    Act("frame averaging: exact", "ellipsoid", "frames", "error"),
    Act("except on a degenerate shape", "square", "frames", "error"),
    Act("weighted frames: exact and continuous", "ellipsoid", "weighted", "jump", closed=True),
)
START: Quaternion = (0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one seat tried on the present method: the newest pose, and the worst error so far."""

    count: int
    quaternion: Quaternion
    gap: float
    error: float | None
    """None where method or shape have changed since."""
    worst: float
    words: str
    """The worst pose in words."""


@dataclass(frozen=True, slots=True)
class CanonState:
    """Everything the scene knows."""

    params: CanonParams
    version: int
    """Of shape, method and gap together."""
    act: int = AXES
    gap: float = 0.3
    turn: Quaternion = START
    curve: tuple[tuple[int, float], ...] = ()
    attempts: Mapping[str, Attempt] = field(default_factory=dict)

    @property
    def case(self) -> m.Case:
        """What the parameters say, and the step where they leave it open."""
        act, params = ACTS[self.act], self.params
        shape = act.shape if params.shape == "as the step says" else params.shape
        method: g.Method = act.method if params.method == "as the step says" else params.method
        copies = params.copies if method == "augmented" else 0
        return m.Case(shape, self.gap if shape == "ellipsoid" else 0.0, method, copies, params.seed)

    @property
    def measured(self) -> m.Case:
        """What the curve of augmentation is taken of: not at the present gap, so that a drag keeps it."""
        case = self.case
        return replace(case, gap=0.3 if case.tunable else 0.0, method="augmented", copies=0)

    @property
    def open(self) -> bool:
        """Whether students may try to break it: not before the prediction."""
        return self.act > AXES


def _untried(state: CanonState) -> dict[str, Attempt]:
    """What was tried on another method or shape counts no more; each seat still has its verdict, an empty one."""
    return {who: Attempt(0, one.quaternion, one.gap, None, -1.0, "") for who, one in state.attempts.items()}


def _tried(state: CanonState, action: g.CanonTry, who: str) -> CanonState:
    if not state.open:
        return state  # the prediction comes first; a thumb that is early does no harm
    turn = m.unit(action.quaternion)
    case = _own(state, action.gap)
    error = m.attempt(case, turn)
    before = state.attempts.get(who)
    worst, words = (before.worst, before.words) if before else (-1.0, "")
    if error > worst:
        worst, words = error, (f"gap {case.gap:.2f}" if case.tunable else case.shape)
    attempt = Attempt((before.count if before else 0) + 1, turn, case.gap, error, worst, words)
    return replace(state, attempts={**state.attempts, who: attempt})


def _own(state: CanonState, gap: float) -> m.Case:
    """The case at a student's own gap."""
    case = state.case
    return replace(case, gap=gap) if case.tunable else case


def _pictured(state: CanonState) -> tuple[int, int]:
    """What names the shape, the method and the gap on the stage."""
    return state.version, state.act


def _shape(state: CanonState) -> g.CanonShape:
    case = state.case
    edges = m.bonds(case.shape, case.seed).edges.numpy()
    return g.CanonShape(
        version=state.version,
        act=state.act,
        shape=case.shape,
        tunable=case.tunable,
        gap=case.gap,
        method=case.method,
        name=METHODS[case.method],
        open=state.open,
        points=m.drawn(m.shape(case.shape, case.gap, case.seed)),
        edges=i4(edges[:, edges[0] < edges[1]]),
    )


def _pose(state: CanonState) -> g.CanonPose:
    case, turn = state.case, rotation(state.turn)
    x = m.shape(case.shape, case.gap, case.seed) @ turn.T
    values, axes = principal_axes(x)
    before, after, weights, count = m.poses(case, turn)
    return g.CanonPose(
        version=state.version,
        quaternion=state.turn,
        turned=m.drawn(x),
        axes=m.drawn(axes.T * values.clamp_min(0).sqrt()[:, None]),
        eigenvalues=_three(values.tolist()),
        poses=m.drawn(before),
        after=m.drawn(after),
        weights=m.drawn(weights),
        frames=count,
    )


def _three(values: list[float]) -> tuple[float, float, float]:
    """An eigenvalue that rounding made negative is none."""
    a, b, d = (max(value, 0.0) for value in values)
    return a, b, d


def _meter(state: CanonState) -> g.CanonMeter:
    found = m.measure(state.case)
    return g.CanonMeter(
        version=state.version,
        error=found.error,
        zone=found.zone,
        jump=found.jump,
        nudged=found.nudged,
        change=found.change,
        leap=found.leap,
        eigen_gap=max(found.eigen_gap, 0.0),
        degenerate=found.eigen_gap < NO_GAP,
        shown=ACTS[state.act].shown,
    )


def _curve(state: CanonState) -> g.CanonCurve:
    points = [(float(k), error) for k, error in state.curve]
    return g.CanonCurve(
        version=state.version,
        shape=state.measured.shape,
        copies=tuple(k for k, _ in state.curve),
        errors=tuple(error for _, error in state.curve),
        slope=exponent(points) if len(points) > 1 else None,
        running=state.case.method == "augmented" and len(points) < len(m.COPIES),
        trials=m.TRIALS,
    )


def _hunt(state: CanonState) -> g.CanonHunt:
    made = [attempt for attempt in state.attempts.values() if attempt.count]
    hardest = max(made, key=lambda attempt: attempt.worst, default=None)
    return g.CanonHunt(
        version=state.version,
        attempts=sum(attempt.count for attempt in made),
        students=len(made),
        worst=hardest.worst if hardest else None,
        zone=_zone(hardest.worst) if hardest else None,
        words=hardest.words if hardest else "",
    )


def _verdict(state: CanonState, attempt: Attempt) -> g.CanonVerdict:
    case = _own(state, attempt.gap)
    turn = rotation(attempt.quaternion)
    x = m.shape(case.shape, case.gap, case.seed) @ turn.T
    values, axes = principal_axes(x)
    return g.CanonVerdict(
        version=state.version,
        attempts=attempt.count,
        quaternion=attempt.quaternion,
        gap=case.gap,
        error=attempt.error,
        zone=None if attempt.error is None else _zone(attempt.error),
        worst=attempt.worst if attempt.count else None,
        points=m.drawn(x),
        axes=m.drawn(axes.T * values.clamp_min(0).sqrt()[:, None]),
        pose=m.drawn(x @ canonical_frame(x)),
    )


def _zone(error: float) -> equivariance.Zone:
    """Where an attempt lies; the nudge of two millionths counts as rounding here, and ten times it too."""
    return "rounding" if error <= 20 * m.NUDGE else equivariance.zone(error, torch.float64)


class CanonScene(Scene[CanonParams, CanonState]):
    """Poses from outside, and what breaks them."""

    title = "Canonical poses and how they break"
    summary = "Turn a shape and close its eigen-gap to find a pose that breaks the method."
    params = CanonParams
    actions = (g.CanonTurn, g.CanonTry, g.CanonMeasured)
    slots = (
        Slot(_shape, ALL, of=_pictured),
        Slot(_meter, STAGE, of=_pictured),
        Slot(_pose, STAGE, of=lambda state: (_pictured(state), state.turn)),
        Slot(_curve, STAGE, of=lambda state: (_pictured(state), state.curve)),
        Slot(_hunt, STAGE, of=lambda state: (_pictured(state), state.attempts)),
        PerSeat.each(_verdict, lambda state: state.attempts, of=lambda state: state.version),
    )
    truths: ClassVar = {"turned": "choice", "nudged": "choice", "closed": "choice", "slope": "number"}
    formulas: ClassVar[Mapping[str, Formula]] = {
        "average": Formula(
            r"F(x) = \sum_k \color{#D55E00}{w_k}\ \color{#0072B2}{g_k}\, f(\color{#0072B2}{g_k^{-1}} x)",
            "F of x is the sum over frames g k of weight w k times g k applied to f of g k inverse x",
        ),
        "covariance": Formula(
            r"\frac{1}{n} X^T X = \color{#0072B2}{V} \Lambda \color{#0072B2}{V}^T",
            "the covariance of the points equals V Lambda V transposed; the columns of V are the principal axes",
        ),
    }
    pace = 5.0

    def initial(self, params: CanonParams, context: Context) -> CanonState:
        return CanonState(params, context.sequence, gap=params.gap)

    def load(self) -> None:
        """The numbers of every position; those of the weighted frames take a tenth of a second as a whole."""
        state = self.initial(self.params(), Context("", 0))
        for act in range(len(ACTS)):
            m.measure(self.move(state, act, Context("", 0)).case)

    def adjust(self, state: CanonState, params: CanonParams, context: Context) -> CanonState:
        # A step may have closed the gap; asking for the same parameters again opens it.
        gap = params.gap if params.gap != state.params.gap or params == state.params else state.gap
        if (params, gap) == (state.params, state.gap):
            return state
        new = replace(state, params=params, gap=gap, version=context.sequence, attempts=_untried(state))
        return new if new.measured == state.measured else replace(new, curve=())

    def apply(self, state: CanonState, action: Action, context: Context) -> CanonState:
        match action:
            case g.CanonTurn():
                return replace(state, turn=m.unit(action.quaternion))
            case g.CanonTry():
                return _tried(state, action, context.author)
            case g.CanonMeasured():
                return replace(state, curve=(*state.curve, (action.copies, action.error)))
        return super().apply(state, action, context)

    def positions(self, state: CanonState) -> tuple[int, int]:
        return state.act, len(ACTS)

    def label(self, state: CanonState) -> str:
        return ACTS[state.act].label

    def move(self, state: CanonState, to: int, context: Context) -> CanonState:
        if to == state.act:
            return state
        gap = 0.0 if ACTS[to].closed else (state.params.gap if abs(state.params.gap) > SMALL else 0.3)
        new = replace(state, act=to, gap=gap, version=context.sequence, attempts=_untried(state))
        return new if new.measured == state.measured else replace(new, curve=())

    def job(self, state: CanonState) -> Job | None:
        """The curve of augmentation, one number of copies after the other, while it is on the stage."""
        if state.case.method != "augmented" or len(state.curve) == len(m.COPIES):
            return None
        case, done = state.measured, len(state.curve)

        def run(body: bytes | None) -> JobSteps:
            first = (read(body, Done) or Done(done)).outputs
            for number, copies in enumerate(m.COPIES[first:], first + 1):
                tried = []
                for error in m.trials(case, copies):
                    tried += [] if error is None else [error]
                    yield None
                yield g.CanonMeasured(copies=copies, error=root_mean_square(tried))
                yield kept(Done(number))

        return Job(("curve", case, state.version), run)

    def prepare(self, state: CanonState, truth: str) -> Iterator[Wait | None]:
        """The curve of augmentation, where the job has not measured it."""
        if truth == "slope" and len(state.curve) < len(m.COPIES):
            yield from m.curve(state.measured).steps()

    def truth(self, state: CanonState, name: str) -> Truth:
        """`turned`: a zone; `nudged`, and `closed` with the gap at 0: "it follows" or "it jumps"; `slope`: a number."""
        match name:
            case "turned":
                return m.measure(state.case).zone
            case "nudged":
                return m.measure(state.case).nudged
            case "closed":
                return m.measure(replace(state.case, gap=0.0)).nudged
            case "slope":
                measured = tuple((float(k), error) for k, error in state.curve)
                return exponent(measured if len(measured) == len(m.COPIES) else m.curve(state.measured).result)
        return super().truth(state, name)


SCENE = CanonScene()
