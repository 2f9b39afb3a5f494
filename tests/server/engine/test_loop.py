"""The engine: what leaves it, what it survives, and that its log gives the same room again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.engine.outbox import PERIOD
from server.engine.replay import compare
from server.pipe import bus
from server.protocol.messages import Out
from server.room.scene import JobSteps
from tests.server.probe import SCENES, Learned, Probe, ProbeParams, Rig, Seen, State, Values, command, fill

CREATE = bus.Create("r", None)
OPEN = command("open", scene="probe")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def opened(rig: Rig, **params: object) -> Seen:
    return rig.say(CREATE, command("open", scene="probe", params=params))


def entries(rig: Rig) -> list[str]:
    return [entry.kind for entry in rig.store.tail("r")]


# --- what leaves ------------------------------------------------------------------------------


def test_new_session_is_the_lobby_and_then_known(rig: Rig) -> None:
    seen = rig.say(CREATE)
    assert isinstance(seen.downs[0], bus.Clear)
    assert isinstance(seen.downs[-1], bus.Known)
    assert seen.slots()["all", "opened"]["scene"] is None
    assert entries(rig) == ["create"]


def test_creating_twice_logs_once_and_shows_all_again(rig: Rig) -> None:
    first = rig.say(CREATE).slots()
    rig.clock.now += 1
    again = rig.say(CREATE)
    assert again.slots() == first
    assert any(isinstance(down, bus.Known) for down in again.downs)
    assert entries(rig) == ["create"]


def test_opening_clears_first_and_says_opened_before_the_scenes_frames(rig: Rig) -> None:
    rig.say(CREATE)
    seen = rig.say(OPEN)
    kinds = [d.key if isinstance(d, bus.SlotFrame) else type(d).__name__ for d in seen.downs]
    assert kinds[:2] == ["Clear", "opened"]
    assert "probe.values" in kinds


def test_frames_carry_their_author_and_a_number_of_this_generation(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    (frame,) = rig.say(command("probe.add", seat="ann")).frames("probe.values")
    assert frame["by"] == "ann"
    assert frame["seq"] // 2**32 == rig.generation  # type: ignore[operator]


def test_at_most_twelve_frames_a_second_leave_for_a_slot_and_the_last_is_not_lost(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    counts: list[object] = []
    for _ in range(99):
        counts += [f["count"] for f in rig.say(command("probe.add")).frames("probe.values")]
        rig.clock.now += 0.01
    assert 8 <= len(counts) <= 12
    assert counts[-1] != 99
    rig.clock.now += PERIOD
    rig.engine.turn()
    assert [f["count"] for f in rig.look().frames("probe.values")] == [99]


def test_receipts_leave_at_once(rig: Rig) -> None:
    opened(rig)
    for number in range(1, 6):
        seen = rig.say(command("probe.add", seat="s", role="student", id=number))
        assert [f["upto"] for f in seen.frames("receipt:n")] == [number]


def test_slots_are_independent_of_each_other(rig: Rig) -> None:
    rig.say(CREATE)
    rig.clock.now += 1
    assert rig.say(command("show", qr=True)).frames("display")
    assert rig.say(bus.Attend("r", "s", "Ada", True)).frames("joined")


def test_not_a_number_never_leaves_and_its_author_is_told(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    seen = rig.say(command("probe.misbehave", how="nan", viewer=42))
    assert not seen.frames("probe.values")
    assert seen.faults()[0]["code"] == "failed"
    assert [d.viewer for d in seen.downs if isinstance(d, bus.Direct)] == [42]


# --- what comes -------------------------------------------------------------------------------


def test_exception_in_a_scene_leaves_the_room_and_is_told(rig: Rig) -> None:
    opened(rig)
    before = entries(rig)
    rig.clock.now += 1
    seen = rig.say(command("probe.misbehave", how="raise"))
    assert [f["code"] for f in seen.faults()] == ["failed"]
    assert "defect" not in str(seen.faults())
    assert entries(rig) == before
    assert rig.say(command("probe.add")).frames("probe.values")[0]["count"] == 1


def test_exception_in_a_scenes_frames_is_told_and_the_next_open_shows_again(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    assert rig.say(command("probe.misbehave", how="frames")).faults()[0]["code"] == "failed"
    rig.engine.turn()
    assert not rig.look().downs
    assert rig.say(OPEN).frames("probe.values")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (bus.Inbound("r", 1, "", "student", "", b"{"), "malformed"),
        (bus.Inbound("r", 1, "", "student", "", b"\xff"), "malformed"),
        (command("nothing"), "unknown_command"),
        (command("open", role="student", scene="probe"), "forbidden"),
        (command("probe.learned", step=1), "forbidden"),
        (command("probe.add"), "wrong_scene"),
        (command("open", scene="nowhere"), "unknown_scene"),
        (command("open", scene="probe", params={"size": 10}), "invalid"),
        (command("deal"), "too_few"),
    ],
)
def test_refusals_reach_the_sender_alone_and_are_not_logged(rig: Rig, asked: bus.Inbound, code: str) -> None:
    rig.say(CREATE)
    seen = rig.say(asked)
    assert [f["code"] for f in seen.faults()] == [code]
    assert not [d for d in seen.downs if isinstance(d, bus.SlotFrame)]
    assert entries(rig) == ["create"]


def test_command_to_a_session_that_was_never_created(rig: Rig) -> None:
    assert rig.say(OPEN).faults()[0]["code"] == "unknown_session"


def test_drags_collapse_by_seat_and_target_but_not_across_another_command(rig: Rig) -> None:
    opened(rig)
    drags = [
        command("probe.move", seat="a", node=0, x=1.0),
        command("probe.move", seat="b", node=0, x=2.0),
        command("probe.move", seat="a", node=1, x=3.0),
        command("probe.move", seat="a", node=0, x=4.0),
        command("probe.add"),
        command("probe.move", seat="a", node=0, x=5.0),
    ]
    rig.say(*drags)
    bodies = [entry.body for entry in rig.store.tail("r", 2)]
    assert bodies == [drags[i].body for i in (1, 2, 3, 4, 5)]


def test_numbered_drags_do_not_collapse(rig: Rig) -> None:
    opened(rig)
    rig.say(*(command("probe.move", seat="a", node=0, x=float(i), id=i) for i in (1, 2, 3)))
    assert [entry.id for entry in rig.store.tail("r", 2)] == [1, 2, 3]


def test_drag_after_the_open_that_makes_it_possible(rig: Rig) -> None:
    seen = rig.say(CREATE, OPEN, command("probe.move", node=0, x=9.0))
    assert not seen.faults()
    assert entries(rig) == ["create", "command", "command"]


def test_numbered_commands_are_applied_once_also_after_a_restart(rig: Rig) -> None:
    opened(rig)
    first = command("probe.add", seat="s", role="student", id=1)
    refused = command("probe.add", seat="s", role="student", id=2, amount=-1)
    rig.say(first, first, refused)
    rig.again()
    rig.say(CREATE)
    rig.clock.now += 1
    seen = rig.say(first, refused, command("probe.add", seat="s", role="student", id=3))
    assert not seen.faults()
    assert seen.frames("receipt:n")[-1]["upto"] == 3
    assert seen.slots()["all", "probe.values"]["count"] == 2


def test_numbers_count_for_each_tab_and_a_gap_is_ignored(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    numbered = [command("probe.add", id=1, nonce="a"), command("probe.add", id=1, nonce="b")]
    seen = rig.say(*numbered, command("probe.add", id=3))
    assert len(entries(rig)) == 4
    assert seen.frames("receipt:n")[-1]["upto"] == 0, "the tab learns that number 1 is expected"


def test_refused_number_is_receipted_with_its_fault(rig: Rig) -> None:
    opened(rig)
    seen = rig.say(command("probe.learned", id=1, step=1))
    assert [(f["code"], f["re"]) for f in seen.faults()] == [("forbidden", 1)]
    assert seen.frames("receipt:n")[0]["upto"] == 1


def test_an_entry_is_durable_before_its_frames_leave(rig: Rig) -> None:
    rig.say(CREATE)
    logged: list[int] = []
    send = rig.pipe.send
    other = type(rig.store)(rig.data)

    def looking(down: bus.Down) -> None:
        logged.append(len(list(other.tail("r"))))
        send(down)

    rig.engine._outgoing._send = looking
    rig.say(OPEN)
    other.close()
    assert logged
    assert set(logged) == {2}


def test_presence_is_logged_only_where_it_changes_the_room(rig: Rig) -> None:
    rig.say(CREATE, bus.Presence("r", ()), bus.Attend("r", "s", "Ada", True), bus.Attend("r", "s", "Ada", True))
    rig.say(bus.Presence("r", ("s",)), bus.Presence("r", ("s", "never-seen")))
    assert entries(rig) == ["create", "attend"]
    rig.say(bus.Presence("r", ()))
    assert entries(rig) == ["create", "attend", "presence"]


def test_dropped_session_comes_back_as_it_was(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    before = rig.say(command("probe.add"), CREATE).slots()
    rig.clock.now += 1
    rig.say(bus.Drop("r"))
    assert rig.say(CREATE, turns=2).slots() == before


# --- time -------------------------------------------------------------------------------------


def test_playing_walks_to_the_end_at_the_scenes_pace(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    rig.say(command("play", on=True))
    places: list[object] = []
    for _ in range(40):
        rig.clock.now += 0.25
        places += [(f["position"], f["playing"]) for f in rig.say(command("nothing")).frames("place")]
    assert places == [(1, True), (2, True), (3, False)]
    assert entries(rig)[2:] == ["command", "play", "play", "play"]


def test_job_waits_without_taking_other_turns_and_commands_go_first(rig: Rig) -> None:
    opened(rig, steps=3, pause=10.0)
    for _ in range(4):
        rig.engine.turn()
    rig.clock.now += 1
    rig.engine.turn()
    assert rig.engine._timeout() == pytest.approx(9.0)
    rig.look()
    rig.clock.now += 1
    seen = rig.say(command("probe.add"))
    assert seen.slots()["all", "probe.values"]["learned"] == 1
    rig.clock.now += 10
    rig.engine.turn()
    assert rig.look().slots()["all", "probe.values"]["learned"] == 2


def test_jobs_of_two_sessions_take_turns(rig: Rig) -> None:
    both = [bus.Create(name, None) for name in ("r", "s")]
    begin = command("open", scene="probe", params={"steps": 100})
    rig.say(*both, begin, bus.Inbound("s", 1, "", "instructor", "", begin.body))
    for _ in range(12):
        rig.engine.turn()
    ticks = [live.timeline.ticks for live in rig.engine._sessions.values()]
    assert min(ticks) >= 5
    assert max(ticks) - min(ticks) <= 1


def test_a_job_in_progress_survives_with_its_outputs(rig: Rig) -> None:
    opened(rig, steps=40, pause=0.5)
    for _ in range(60):
        rig.clock.now += 0.5
        rig.engine.turn()
        if rig.engine._sessions["r"].timeline.ticks == 20:
            break
    rig.say(command("probe.add"))
    for _ in range(20):
        rig.clock.now += 0.5
        rig.engine.turn()
    before = rig.look().slots()
    learned = before["all", "probe.values"]["learned"]
    rig.again()
    recovered = rig.say(CREATE, turns=2).slots()["all", "probe.values"]
    assert 20 < int(str(recovered["learned"])) <= int(str(learned))
    while recovered["learned"] != learned:
        rig.clock.now += 0.5
        rig.engine.turn()
        recovered = rig.look().slots().get(("all", "probe.values"), recovered)
    assert recovered == before["all", "probe.values"]


def test_job_that_fails_ends_and_the_instructor_is_told(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: Probe, _params: ProbeParams, _begun: int) -> JobSteps:
        yield Learned(step=1)
        raise ZeroDivisionError("a defect of the job")

    monkeypatch.setattr(Probe, "_learn", broken)
    opened(rig, steps=5)
    rig.clock.now += 1
    for _ in range(4):
        rig.engine.turn()
    seen = rig.look()
    assert seen.slots()["instructor", "warning"]["code"] == "failed"
    assert rig.engine._timeout() is None
    rig.clock.now += 1
    assert rig.say(command("probe.add")).slots()["all", "probe.values"]["learned"] == 1


def test_frames_that_fail_in_a_job_are_told_to_the_instructor_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def frames(_self: Probe, _old: State | None, new: State) -> list[Out]:
        return [Out(Values(values=new.values, count=1 // int(new.learned == 0), learned=new.learned))]

    monkeypatch.setattr(Probe, "frames", frames)
    opened(rig, steps=9)
    rig.clock.now += 1
    seen = rig.say(bus.Attend("r", "s", "Ada", True), turns=4)
    assert [frame["code"] for frame in seen.frames("warning")] == ["failed"]
    assert rig.engine._sessions["r"].timeline.ticks > 1


def test_a_scene_whose_frames_fail_holds_up_nothing_else(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    seen = rig.say(command("probe.misbehave", how="frames", seat="i", id=1))
    assert [frame["code"] for frame in seen.faults()] == ["failed"]
    assert seen.frames("receipt:n")[0]["upto"] == 1
    rig.clock.now += 1
    slots = rig.say(bus.Attend("r", "s", "Ada", True), command("show", blank=True)).slots()
    assert slots["all", "joined"]["present"] == 1
    assert slots["stage", "display"]["blank"] is True
    assert ("all", "opened") not in slots
    rig.clock.now += 1
    seen = rig.say(OPEN)
    assert isinstance(seen.downs[0], bus.Clear)
    assert seen.slots()["all", "probe.values"]["count"] == 0
    assert compare(rig.store, "r", SCENES).differences == []


# --- a log that cannot be written -------------------------------------------------------------


def test_a_full_disk_keeps_the_room_and_tells_the_sender(rig: Rig) -> None:
    opened(rig)
    fill(rig.store)
    seen, number = Seen(), 0
    while not seen.faults():
        before, number = entries(rig), number + 1
        rig.clock.now += 1
        seen = rig.say(command("probe.add", id=number))
    assert [(f["code"], f["re"]) for f in seen.faults()] == [("failed", number)]
    assert "disk is full" in str(seen.faults())
    assert not [down for down in seen.downs if isinstance(down, bus.SlotFrame)]
    assert entries(rig) == before
    rig.store._db.execute("PRAGMA max_page_count = 100000")
    rig.clock.now += 1
    seen = rig.say(command("probe.add", id=number))
    assert (seen.frames("receipt:n")[0]["upto"], seen.frames("probe.values")[0]["count"]) == (number, number)


def test_a_full_disk_is_told_to_the_instructor_where_no_command_asked(rig: Rig) -> None:
    opened(rig)
    rig.say(command("play", on=True))
    fill(rig.store)
    rig.clock.now += 1
    seen = rig.say(bus.Attend("r", "s", "x" * 50_000, True))
    assert "disk is full" in str(seen.slots()["instructor", "warning"]["detail"])
    assert "attend" not in entries(rig)
    assert rig.engine._sessions["r"].play_at is not None


def test_a_session_that_cannot_be_begun_leaves_the_others_alone(rig: Rig) -> None:
    opened(rig)
    fill(rig.store)
    rig.clock.now += 1
    seen = rig.say(bus.Create("s", "no plan of this name " * 5_000), command("probe.add"))
    assert seen.frames("probe.values")[0]["count"] == 1
    assert rig.store.sessions() == ["r"]
