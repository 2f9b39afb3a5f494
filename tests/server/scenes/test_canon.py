"""The scene `canon`: its numbers are those of the models, worked out apart; the hunt harms nobody."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from models.graphs.ellipsoid import ellipsoid
from models.symmetry.frames import canonical_frame
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.canon import ACTS, SCENE, CanonState
from server.scenes.canon import measure as m
from server.scenes.canon.messages import (
    CanonCurve,
    CanonHunt,
    CanonMeasured,
    CanonMeter,
    CanonParams,
    CanonPose,
    CanonShape,
    CanonTry,
    CanonTurn,
    CanonVerdict,
)

CONTEXT = Context("test", 5)
STUDENT = Context("test", 9, author="s1", role="student")
QUATERNION = (0.3, 0.4, 0.5, 0.2)


def opened(**params: object) -> CanonState:
    return SCENE.initial(CanonParams(**params), CONTEXT)  # type: ignore[arg-type]  # fields by name


def at(act: int, **params: object) -> CanonState:
    return SCENE.move(opened(**params), act, Context("test", 6))


def shown(state: CanonState, kind: type[Frame]) -> Frame:
    return next(out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, kind))


def meter(state: CanonState) -> CanonMeter:
    frame = shown(state, CanonMeter)
    assert isinstance(frame, CanonMeter)
    return frame


def test_the_pose_jumps_when_the_gap_closes() -> None:
    """Against the definition: two shapes two millionths apart, each in its own axes."""
    told = meter(at(1))
    one, other = ellipsoid(1e-6), ellipsoid(-1e-6)
    apart = (one @ canonical_frame(one) - other @ canonical_frame(other)).norm(dim=1).max()
    assert told.change == pytest.approx(float((one - other).abs().max()))
    assert told.change == pytest.approx(1.9e-6, rel=0.05)
    assert told.leap == pytest.approx(float(apart))
    assert told.jump > 1
    assert told.nudged == "it jumps"
    assert told.degenerate


def test_an_open_gap_gives_rounding_and_no_jump() -> None:
    told = meter(opened())
    assert told.zone == "rounding"
    assert told.nudged == "it follows"
    assert not told.degenerate


@pytest.mark.parametrize(
    ("act", "zone", "nudged"),
    [
        (0, "rounding", "it follows"),
        (1, "broken", "it jumps"),
        (2, "broken", "it follows"),
        (3, "rounding", "it follows"),
        (4, "broken", "it jumps"),
        (5, "rounding", "it follows"),
    ],
)
def test_each_step_shows_what_its_label_says(act: int, zone: str, nudged: str) -> None:
    state = at(act)
    told = meter(state)
    assert (told.zone, told.nudged) == (zone, nudged)
    assert SCENE.truth(state, "turned") == zone
    assert SCENE.truth(state, "nudged") == nudged
    assert SCENE.label(state) == ACTS[act].label


@pytest.mark.parametrize("shape", ["square", "corner"])
def test_frame_averaging_fails_on_degenerate_shapes_and_weighted_frames_do_not(shape: str) -> None:
    assert meter(opened(shape=shape, method="frames")).zone == "broken"
    assert meter(opened(shape=shape, method="weighted")).zone == "rounding"


def test_the_canonical_pose_stays_while_the_shape_turns() -> None:
    start = opened()
    turned = SCENE.apply(start, CanonTurn(quaternion=QUATERNION), CONTEXT)
    before, after = shown(start, CanonPose), shown(turned, CanonPose)
    assert isinstance(before, CanonPose)
    assert isinstance(after, CanonPose)
    np.testing.assert_allclose(after.turned, before.turned @ Rotation.from_quat(QUATERNION).as_matrix().T, atol=1e-5)
    np.testing.assert_allclose(after.poses, before.poses, atol=1e-5)
    assert before.eigenvalues == pytest.approx((1.3, 0.7, 0.3))
    assert [type(out.frame) for out in SCENE.frames(start, turned)] == [CanonPose]


def test_the_job_measures_a_curve_whose_slope_is_a_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m, "COPIES", m.COPIES[:7])  # up to 64; the two longest take three quarters of the time
    state = at(2)
    job = SCENE.job(state)
    assert job is not None
    for output in job.run(None):
        if isinstance(output, CanonMeasured):
            state = SCENE.apply(state, output, CONTEXT)
    curve = shown(state, CanonCurve)
    assert isinstance(curve, CanonCurve)
    assert curve.copies == m.COPIES
    assert min(curve.errors) > 1e-3  # never zero
    assert curve.slope == pytest.approx(-0.5, abs=0.1)
    assert curve.slope == pytest.approx(float(np.polyfit(np.log(curve.copies), np.log(curve.errors), 1)[0]))
    assert not curve.running
    assert SCENE.job(state) is None
    assert SCENE.truth(state, "slope") == pytest.approx(curve.slope)


def test_the_slope_is_known_before_the_curve_was_shown(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(m, "COPIES", (1, 4, 16, 64))
    request.addfinalizer(m.curve.cache_clear)
    m.curve.cache_clear()
    slope = SCENE.truth(opened(shape="L"), "slope")
    assert isinstance(slope, float)
    assert slope == pytest.approx(-0.5, abs=0.15)


def test_other_steps_ask_for_no_curve() -> None:
    assert all(SCENE.job(at(act)) is None for act in (0, 1, 3, 4, 5))


def test_a_student_breaks_the_pose_by_closing_the_gap_and_only_sees_an_own_verdict() -> None:
    state = at(1)
    safe = SCENE.apply(state, CanonTry(quaternion=QUATERNION, gap=0.3), STUDENT)
    broken = SCENE.apply(safe, CanonTry(quaternion=QUATERNION, gap=0.0), STUDENT)
    back = SCENE.apply(broken, CanonTry(quaternion=QUATERNION, gap=0.3), STUDENT)
    assert safe.attempts["s1"].worst < 1e-5
    assert broken.attempts["s1"].worst > 1
    assert back.attempts["s1"].worst == broken.attempts["s1"].error
    hunt = shown(back, CanonHunt)
    assert isinstance(hunt, CanonHunt)
    assert (hunt.attempts, hunt.students, hunt.zone, hunt.words) == (3, 1, "broken", "gap 0.00")
    outs = list(SCENE.frames(broken, back))
    assert {type(out.frame) for out in outs} == {CanonHunt, CanonVerdict}
    assert next(out.to for out in outs if isinstance(out.frame, CanonVerdict)).endswith("s1")


def test_before_the_prediction_no_attempt_counts() -> None:
    start = opened()
    assert SCENE.apply(start, CanonTry(quaternion=QUATERNION, gap=0.0), STUDENT) is start
    frame = shown(start, CanonShape)
    assert isinstance(frame, CanonShape)
    assert not frame.open


def test_another_method_forgets_what_was_tried() -> None:
    tried = SCENE.apply(at(1), CanonTry(quaternion=QUATERNION, gap=0.0), STUDENT)
    other = SCENE.adjust(tried, CanonParams(method="frames"), Context("test", 7))
    hunt, verdict = shown(other, CanonHunt), shown(other, CanonVerdict)
    assert isinstance(hunt, CanonHunt)
    assert isinstance(verdict, CanonVerdict)
    assert (hunt.attempts, hunt.students, hunt.worst) == (0, 0, None)
    assert (verdict.attempts, verdict.error, verdict.worst) == (0, None, None)


def test_a_gap_that_the_step_closed_opens_when_it_is_asked_for_again() -> None:
    closed = at(1)
    assert closed.gap == 0
    assert SCENE.adjust(closed, closed.params, Context("test", 7)).gap == 0.3
    assert SCENE.adjust(closed, CanonParams(copies=4), Context("test", 7)).gap == 0
    start = opened()
    assert SCENE.adjust(start, start.params, Context("test", 7)) is start


def test_a_quaternion_without_a_direction_is_refused() -> None:
    with pytest.raises(Refused, match="expected a quaternion of length"):
        SCENE.apply(opened(), CanonTurn(quaternion=(0.0, 0.0, 0.0, 0.0)), CONTEXT)


def test_every_number_of_every_step_is_finite() -> None:
    for act in range(len(ACTS)):
        for out in SCENE.frames(None, at(act)):
            for name in out.frame.__struct_fields__:
                value = getattr(out.frame, name)
                if isinstance(value, float):
                    assert math.isfinite(value), name
                if isinstance(value, np.ndarray):
                    assert np.isfinite(value).all(), name


def test_what_happens_when_the_gap_closes_is_known_before_it_does() -> None:
    assert (SCENE.truth(opened(gap=0.3), "nudged"), SCENE.truth(opened(gap=0.3), "closed")) == (
        "it follows",
        "it jumps",
    )
