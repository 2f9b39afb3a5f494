"""The scene `rotation`: students try to break the model, each for itself, and no name reaches the stage."""

import numpy as np
import pytest

from server.protocol.faults import Refused
from server.protocol.wire import pack
from server.room.view import frames
from server.scenes.rotation.messages import (
    RotationInput,
    RotationWorst,
)
from tests.server.scenes.turning import SCENES, TURN, attacked, attacks, opened, send, shown, turned, verdict


def test_students_may_attempt_and_nothing_else() -> None:
    room = send(opened(), {"t": "position", "to": 2})
    for command in (TURN, {"t": "rotation.random"}, {"t": "rotation.check", "on": True}, {"t": "rotation.replay"}):
        with pytest.raises(Refused, match="expected from instructor"):
            send(room, command, "student", "s0")
    with pytest.raises(Refused, match="expected from student"):
        send(room, {"t": "rotation.attempt", "quaternion": [0, 0, 0, 1]})


@pytest.mark.parametrize("act", [0, 1])
def test_no_verdict_before_the_result_is_shown(act: int) -> None:
    room = send(opened(), {"t": "position", "to": act})
    with pytest.raises(Refused, match="prediction first"):
        attacked(room, "s0", (0, 0, 1, 1))
    said = shown(room, "all", "rotation.input")
    assert isinstance(said, RotationInput)
    assert not said.open


def test_an_attempt_is_judged_for_its_seat_alone_and_the_worst_is_kept() -> None:
    room = send(opened(model="naive"), {"t": "position", "to": 2})
    room = attacked(room, "s0", (0, 0, 1, 1))
    quarter = verdict(room, "s0")
    room = attacked(room, "s1", (0, 0, 0, 1), shift=(900.0, 0.0, 0.0))
    room = attacked(room, "s0", (0, 0, 0, 1))
    mine, far = verdict(room, "s0"), verdict(room, "s1")
    assert (mine.attempts, mine.largest, mine.zone) == (2, 0.0, "rounding")
    assert (mine.worst, mine.worst_zone) == (quarter.largest, "broken")
    assert far.worst is not None
    assert far.worst > 10
    assert (attacks(room).attempts, attacks(room).students) == (3, 2)
    assert (attacks(room).worst, attacks(room).zone) == (far.worst, "broken")
    holder = shown(room, "instructor", "rotation.worst")
    assert isinstance(holder, RotationWorst)
    assert (holder.seat, holder.words) == ("s1", "shifted by 900")
    replayed = send(room, {"t": "rotation.replay"})
    np.testing.assert_allclose(turned(replayed).shift, [900, 0, 0])
    assert max(e.error for e in turned(replayed).error) == far.worst


def test_the_verdict_is_what_the_stage_would_show() -> None:
    room = send(opened(model="broken"), {"t": "position", "to": 2})
    of_student = verdict(attacked(room, "s2", (0.3, -0.5, 0.2, 0.8), shift=(1, -2, 3), mirror=True), "s2")
    of_stage = turned(send(room, TURN))
    assert of_student.error == of_stage.error
    np.testing.assert_array_equal(of_student.turned, of_stage.turned)
    np.testing.assert_array_equal(of_student.vectors, of_stage.vectors)
    np.testing.assert_array_equal(of_student.vectors_after, of_stage.vectors_after)


def test_one_attempt_wakes_its_own_phone_and_no_other() -> None:
    room = attacked(attacked(send(opened(), {"t": "position", "to": 2}), "s0", (0, 0, 1, 1)), "s1", (0, 1, 0, 1))
    after = attacked(room, "s0", (1, 0, 0, 1))
    slots = {s.out.slot for s in frames(room, after, SCENES) if "." in s.out.slot[1]}
    assert slots == {
        ("seat:s0", "rotation.verdict"),
        ("stage", "rotation.attacks"),
        ("instructor", "rotation.worst"),
    }


def test_another_model_forgets_the_attempts_but_not_the_seats() -> None:
    room = attacked(send(opened(model="naive"), {"t": "position", "to": 2}), "s0", (0, 0, 1, 1))
    tuned = send(room, {"t": "tune", "values": {"model": "egnn"}})
    assert (attacks(tuned).attempts, attacks(tuned).worst) == (0, None)
    assert (verdict(tuned, "s0").attempts, verdict(tuned, "s0").worst) == (0, None)
    again = verdict(attacked(tuned, "s0", (0, 0, 1, 1)), "s0")
    assert (again.attempts, again.zone) == (1, "rounding")


def test_no_name_reaches_the_stage() -> None:
    room = attacked(send(opened(model="naive"), {"t": "position", "to": 2}), "s0", (0, 0, 1, 1))
    name = room.members["s0"].name.encode()
    for of_stage in frames(None, room, SCENES):
        if of_stage.out.slot[0] in ("all", "stage") and of_stage.out.slot[1].startswith("rotation."):
            header = pack(of_stage.out.frame).header
            assert name not in header
            assert b'"s0"' not in header
