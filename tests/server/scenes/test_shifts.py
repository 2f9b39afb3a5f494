"""The scene `shifts`: the job measures what models/ gives, slopes are fitted where they may be; predictions first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from models.experiments import kernel_ridge
from models.experiments.learning_curves import CurveTraining, Point, SetUp, Wanted
from models.experiments.slopes import apart, slope
from models.experiments.sweep_table import Table
from models.potentials.clusters import Frames
from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room.jobs import MOST_INTERRUPTIONS, Lost
from server.room.scene import Context, JobSteps, Wait
from server.scenes.shifts import CONTROL, NEURAL, PUBLISHED, SCENE, State, curves, published
from server.scenes.shifts import messages as m
from server.scenes.shifts.live import Live, training

CONTEXT = Context("test", 5, author="s1")


def opened(position: int = 0, **params: object) -> State:
    state = SCENE.initial(m.ShiftsParams(**params), CONTEXT)  # type: ignore[arg-type]  # named fields
    return SCENE.move(state, position, CONTEXT)


def worked(state: State, outputs: int) -> State:
    """The state after so many outputs of its job."""
    job = SCENE.job(state)
    assert job is not None
    for output in job.run(None):
        if isinstance(output, Action):
            state = SCENE.apply(state, output, CONTEXT)
            outputs -= 1
        if outputs == 0:
            break
    return state


def full(steep: float = -0.5) -> State:
    """All kernel points measured, as a power law would have them; the invariant one of this slope."""
    state = opened(3)
    bends = {"plain": -0.5, "augmented": -0.5, "invariant": steep}
    for learner, size in curves.wanted(3):
        for repeat in range(curves.REPEATS):
            found = m.ShiftsMeasured(learner=learner, size=size, error=size ** bends[learner] * (1 + 0.01 * repeat))
            state = SCENE.apply(state, found, CONTEXT)
    return state


def table(slopes: dict[int, float], train: float = 0.1) -> Table:
    points = tuple(
        Point("stillinger-weber", lmax, n, seed, 10, n**b * train, n**b, n**b * (1 + 0.01 * seed), n**b, n**b)
        for lmax, b in slopes.items()
        for n in (8, 16, 32, 64)
        for seed in range(3)
    )
    setup = {"atoms": 6, "layers": 3, "seeds": 3, "steps": 10, "batch": 8}
    return Table(setup, "a device", "2026-11-26", {"torch": "2"}, {}, {"0": 10, "1": 11, "2": 12}, {}, True, points)


def test_it_opens_without_work_and_a_position_begins_it() -> None:
    assert SCENE.job(opened()) is None
    job = SCENE.job(opened(1))
    assert job is not None
    assert job.key == ("kernel", 1)
    assert SCENE.job(opened(NEURAL)) is None


def test_the_points_measured_beside_the_engine_are_those_of_models() -> None:
    state = worked(opened(1), 2)
    wanted = tuple(kernel_ridge.error("plain", 32, curves.TARGET, repeat) for repeat in range(2))
    assert state.measured["plain", 32] == pytest.approx(wanted, rel=1e-9)
    (line,) = curves.kernel_lines(state.measured, 1)
    assert (line.sizes, line.slope) == ((32,), None)
    assert line.lows[0] <= line.errors[0] <= line.highs[0]


def test_the_slope_stands_when_every_point_is_measured() -> None:
    state = full(-2.0)
    assert SCENE.job(state) is None
    number, verdict = curves.kernel_words(state.measured, 3)
    assert number == curves.signed(-2.0) == "\N{MINUS SIGN}2.00"
    assert verdict.startswith("A steeper slope")
    assert curves.kernel_words(full(-0.5).measured, 3)[1].startswith("A parallel shift")
    without = {key: values for key, values in state.measured.items() if key != ("invariant", 2048)}
    assert curves.kernel_words(without, 3) == ("", "")


def test_truths_are_computed_from_the_kernels() -> None:
    line = SCENE.truth(opened(), "curve")
    assert isinstance(line, tuple)
    assert [n for n, _ in line] == [32.0, 64.0, 128.0, 256.0]
    assert line[0][1] > line[-1][1] * 20
    assert SCENE.truth(opened(), "augmentation") == curves.SHIFT == "a parallel shift, the same slope"
    assert SCENE.truth(opened(), "invariance") == curves.STEEPER == "a steeper slope"


def test_a_table_gives_slopes_and_whether_their_intervals_meet() -> None:
    shown = curves.neural(table({0: -0.3, 1: -0.6, 2: -0.6}), "stillinger-weber")
    assert [line.name for line in shown.lines] == ["l = 0", "l = 1", "l = 2"]
    found = shown.lines[1].slope
    assert found is not None
    expected = slope({n: [n**-0.6 * (1 + 0.01 * seed) for seed in range(3)] for n in (8, 16, 32, 64)})
    assert expected is not None
    assert (found.value, found.low, found.high) == (expected.value, expected.low, expected.high)
    assert shown.resolved is True
    assert shown.verdict == "Steeper from l = 0 to 1: intervals apart."
    again = curves.neural(table({0: -0.3, 1: -0.6, 2: -1.2}), "stillinger-weber")
    assert again.verdict == "Steeper from l = 0 to 1 and to 2: intervals apart."
    same = curves.neural(table({0: -0.5, 1: -0.5}), "stillinger-weber")
    assert same.resolved is False
    assert "the intervals meet" in same.verdict


def test_slopes_must_be_apart_on_the_sizes_that_both_share_too() -> None:
    bent = {8: 1.0, 16: 0.7, 32: 0.49, 64: 0.05, 128: 0.005}
    straight = table({1: -0.5})
    few = tuple(p for p in straight.points if p.size <= 32)
    falls = tuple(
        Point("stillinger-weber", 0, n, seed, 10, e * 0.1, e, e * (1 + 0.1 * seed), e, e)
        for n, e in bent.items()
        for seed in range(3)
    )
    found = replace(straight, points=falls + few)
    slopes = curves.degree_slopes(found, "stillinger-weber")
    assert apart(slopes[0], slopes[1]) is True
    assert curves.differ(found, "stillinger-weber", 0, 1) is False
    assert "the intervals meet" in curves.neural(found, "stillinger-weber").verdict


def test_no_slope_is_fitted_where_training_error_exceeds_half_of_test_error() -> None:
    shown = curves.neural(table({0: -0.3, 1: -0.6}, train=0.6), "stillinger-weber")
    assert shown.resolved is None
    assert all(line.slope is None and not any(line.used) for line in shown.lines)
    assert shown.verdict.startswith("Not resolved: l = 0 and l = 1")


def test_without_a_table_and_with_a_partial_one_it_says_so() -> None:
    absent = curves.neural(None, "lennard-jones")
    assert (absent.present, absent.lines) == (False, ())
    assert "python -m models.experiments.sweep" in absent.verdict
    part = curves.neural(replace(table({0: -0.3}), complete=False), "stillinger-weber")
    assert part.verdict.startswith("The sweep was cut short")


def test_a_live_point_is_trained_beside_the_engine() -> None:
    with pytest.raises(Refused, match="curves of the networks"):
        SCENE.apply(opened(1), m.ShiftsTrain(), CONTEXT)
    state = SCENE.apply(opened(NEURAL, lmax=0, size=8, steps=60), m.ShiftsTrain(), CONTEXT)
    job = SCENE.job(state)
    assert job is not None
    assert job.key == ("live", 5)
    assert SCENE.job(SCENE.move(state, PUBLISHED, CONTEXT)) is None
    stopped = SCENE.apply(state, m.ShiftsTrain(on=False), CONTEXT)
    assert SCENE.job(stopped) is None
    pair = SCENE.apply(opened(CONTROL), m.ShiftsTrain(), CONTEXT)
    assert pair.live is not None
    assert pair.live.potential == "lennard-jones"


def test_the_live_point_trains_on_the_engines_device(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    class Noted(CurveTraining):
        def __init__(
            self,
            points: Sequence[Point],
            setup: SetUp,
            device: torch.device | str = "cpu",
            given: Mapping[Wanted, Frames] | None = None,
        ) -> None:
            asked.append(device)
            super().__init__(points, setup, "cpu", given)

    monkeypatch.setattr("server.scenes.shifts.live.CurveTraining", Noted)
    setup = SetUp(steps=2, batch=2, parameters=1500, layers=2, pool=8)
    for chosen in ("cuda", "cpu"):
        monkeypatch.setattr("server.room.device._chosen", chosen)
        (found,) = [each for each in training(Point("stillinger-weber", 0, 4, 0), setup) if each is not None]
        assert isinstance(found, m.ShiftsTrained)
        assert found.step == 2
    assert asked == ["cuda", "cpu"]


def test_the_loss_of_the_process_loses_no_point_of_a_kernel_that_a_question_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deaths = 1

    class Mortal:
        """The next one after a first death."""

        def steps(self, function: Callable[..., JobSteps], args: tuple[object, ...]) -> JobSteps:
            nonlocal deaths
            yield Wait(0.01)
            if deaths:
                deaths -= 1
                raise Lost
            yield from function(*args)

        def prepare(self, function: Callable[..., Iterator[None]], args: tuple[object, ...]) -> None:
            raise NotImplementedError

        def look(self) -> None:
            raise NotImplementedError

    monkeypatch.setattr("server.room.jobs._place", Mortal())
    curves.kernel_error.cache_clear()
    assert curves.kernel_error("plain", 32, 0).result == kernel_ridge.error("plain", 32, curves.TARGET, 0)
    deaths = MOST_INTERRUPTIONS + 1
    with pytest.raises(Lost):
        _ = curves.kernel_error("plain", 32, 1).result
    assert curves.kernel_error("plain", 32, 1).result == kernel_ridge.error("plain", 32, curves.TARGET, 1)


def live(state: State) -> m.ShiftsLive:
    (found,) = [out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, m.ShiftsLive)]
    return found


def test_the_live_point_stands_beside_the_table_and_a_loss_that_is_not_finite_ends_it() -> None:
    state = SCENE.apply(opened(NEURAL, steps=60), m.ShiftsTrain(), CONTEXT)
    state = SCENE.apply(state, m.ShiftsTrained(step=20, loss=0.5, train=0.2, test=0.4), CONTEXT)
    assert (live(state).step, live(state).test, live(state).running) == (20, 0.4, True)
    assert live(state).trail == (0.4,)
    assert live(state).words.endswith("test error 0.400, training error 0.200.")
    assert live(state).budget.startswith("Stillinger-Weber, a shorter budget: 60 steps, one seed. Table: 0.")
    broken = SCENE.apply(state, m.ShiftsTrained(step=40, loss=float("nan"), train=1.0, test=1.0), CONTEXT)
    assert live(broken).running is False
    assert "no longer finite at step 40" in live(broken).words
    assert isinstance(state.live, Live)


def test_predictions_are_counted_for_the_next_curve_alone() -> None:
    state = SCENE.apply(opened(), m.ShiftsGuess(subject="augmented", change="shift"), CONTEXT)
    state = SCENE.apply(state, m.ShiftsGuess(subject="augmented", change="steeper"), Context("test", 6, author="s2"))
    frames = [out.frame for out in SCENE.frames(None, state)]
    (step,) = [frame for frame in frames if isinstance(frame, m.ShiftsStep)]
    assert (step.counts, step.open) == ((0, 1, 1), True)
    assert [frame.change for frame in frames if isinstance(frame, m.ShiftsMine)] == ["shift", "steeper"]
    with pytest.raises(Refused, match="before the curve is shown"):
        SCENE.apply(SCENE.move(state, 2, CONTEXT), m.ShiftsGuess(subject="augmented", change="same"), CONTEXT)


def test_a_seat_that_goes_back_to_an_earlier_prediction_is_shown_its_newest() -> None:
    """Also after a reload: the snapshot holds what was sent last."""
    seen: list[m.ShiftsMine] = []
    state = opened()
    for position, subject, change in ((0, "augmented", "same"), (2, "invariant", "shift"), (0, "augmented", "steeper")):
        before = SCENE.move(state, position, CONTEXT)
        state = SCENE.apply(before, m.ShiftsGuess(subject=subject, change=change), CONTEXT)  # type: ignore[arg-type]
        seen += [out.frame for out in SCENE.frames(before, state) if isinstance(out.frame, m.ShiftsMine)]
    (mine,) = (out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, m.ShiftsMine))
    assert mine == seen[-1] == m.ShiftsMine(subject="augmented", change="steeper")


def test_the_control_is_the_pair_potential_and_the_statements_have_sources() -> None:
    (neural,) = [f.frame for f in SCENE.frames(None, opened(CONTROL)) if isinstance(f.frame, m.ShiftsNeural)]
    assert neural.potential == "lennard-jones"
    shown = published.frame(table({0: -0.3, 1: -0.6, 2: -1.2}))
    assert all(statement.words and statement.source for statement in shown.statements)


def test_what_was_measured_stands_beside_what_was_published() -> None:
    found = published.frame(table({0: -0.3, 1: -0.6, 2: -1.2})).here
    assert found[0].startswith("3: also here, l = 0 to 1.")
    assert "Stillinger-Weber: \N{MINUS SIGN}0.30 to \N{MINUS SIGN}0.60, changed." in found[0]
    assert "Lennard-Jones: not resolved." in found[0]
    assert found[1].startswith("4: not so here, l = 1 to 2.")
    assert published.frame(table({0: -0.3, 1: -0.6, 2: -0.6})).here[1].startswith("4: also here")
    assert "nothing of it was measured" in published.frame(None).here[0]


def test_the_turned_copies_have_the_targets_value() -> None:
    found = curves.point()
    assert len(found.angles) == kernel_ridge.COPIES
    assert found.spread < 1e-12
    values = kernel_ridge.target(np.array(found.angles), curves.TARGET)
    assert found.value == pytest.approx(values.mean())
    assert abs(kernel_ridge.target(np.array([[0.1, 0.2, 0.9]]), curves.TARGET)[0] - found.value) > 1e-3
