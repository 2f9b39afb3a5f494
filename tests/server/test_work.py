"""A job that is held, taken one output further, let go, and what is said of one that ends before its time."""

from __future__ import annotations

import pytest

from server.protocol import messages as p
from server.protocol.faults import Refused
from server.room import rules
from server.room.state import Room
from server.room.view import frames
from tests.server.probe import Rig, command
from tests.server.rooms import SCENES, TallyState, full, send


def working() -> Room:
    return send(send(full(), {"t": "open", "scene": "tally"}), {"t": "tune", "values": {"working": True}})


def told(room: Room) -> p.Working:
    (frame,) = (s.out.frame for s in frames(None, room, SCENES) if isinstance(s.out.frame, p.Working))
    return frame


def test_a_job_is_held_let_one_further_and_let_go() -> None:
    room = working()
    assert told(room) == p.Working(there=True, running=True, failed="")
    held = send(room, {"t": "work", "to": "pause"})
    assert not held.works
    assert told(held) == p.Working(there=True, running=False, failed="")
    once = send(held, {"t": "work", "to": "once"})
    assert once.works
    job = rules.job(once, SCENES)
    assert job is not None
    steps = job.run(None)
    output = next(steps)
    assert isinstance(output, p.Action)
    after = rules.tick(once, output, SCENES)
    assert not after.works
    assert send(after, {"t": "work", "to": "run"}).works


def test_a_new_job_starts_held_where_the_last_one_was_held() -> None:
    held = send(working(), {"t": "work", "to": "pause"})
    assert held.open is not None
    assert isinstance(held.open.state, TallyState)
    again = send(held, {"t": "reset"})
    assert again.works, "reset starts afresh"
    assert not send(held, {"t": "tune", "values": {"limit": 500}}).works


def test_where_nothing_is_at_work_nothing_is_held() -> None:
    with pytest.raises(Refused, match="expected a scene with work to do"):
        send(send(full(), {"t": "open", "scene": "tally"}), {"t": "work", "to": "pause"})


def test_why_a_job_ended_is_said_until_another_begins() -> None:
    broken = rules.failed(working(), "the program failed at this")
    assert told(broken) == p.Working(there=True, running=False, failed="the program failed at this")
    assert told(send(broken, {"t": "tune", "values": {"working": False}})).failed == ""


def test_the_engine_takes_no_step_of_a_job_that_is_held(tmp_path: object) -> None:
    rig = Rig(tmp_path)  # type: ignore[arg-type]  # pytest's Path
    from server.pipe import bus

    rig.say(bus.Create("r", None))
    rig.say(command("open", scene="probe", params={"steps": 50, "pause": 0.0}), turns=4)
    rig.say(command("work", to="pause"))
    before = [frame["learned"] for frame in rig.say(turns=5).frames("probe.values")]
    assert before == []
    after = rig.say(command("work", to="once"), turns=1)
    learned = [frame["learned"] for seen in (after, rig.say(turns=5)) for frame in seen.frames("probe.values")]
    rig.clock.now += 1.0
    learned += [frame["learned"] for frame in rig.say(turns=5).frames("probe.values")]
    assert len(set(learned)) == 1
    rig.close()
