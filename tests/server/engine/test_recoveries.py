"""Recovery a slice at a time: no room holds up another, who waits for an answer is first, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.disk.store import Entry
from server.engine import inbox
from server.engine.poison import Watch
from server.engine.recoveries import SLICE, Recovered, Recoveries
from server.engine.recovery import Steps, recovery
from server.engine.timeline import Timeline
from server.pipe import bus
from server.room.scene import JobSteps
from server.room.state import Room
from tests.server.probe import SCENES, Clock, Learned, Probe, ProbeParams, Rig, command
from tests.server.test_savepoints import CAREFREE

STEP = 0.02
"""Seconds of a piece of work here."""


def working(clock: Clock, name: str, pieces: int, done: list[str], watch: Watch = CAREFREE) -> Steps:
    for _ in range(pieces):
        clock.now += STEP
        done.append(name)
        yield None
    return Timeline(Room(name), SCENES, watch)


def asked(session: str) -> bus.Inbound:
    return bus.Inbound(session, 7, "", "instructor", "n", b"{}")


def turned(recoveries: Recoveries, clock: Clock) -> tuple[list[Recovered], float]:
    began = clock.now
    back = list(recoveries.slice())
    return back, clock.now - began


def test_a_slice_ends_in_time_and_who_waits_for_an_answer_is_first() -> None:
    clock, done = Clock(), list[str]()
    recoveries = Recoveries(clock)
    for name, pieces in (("long", 9), ("asked", 3), ("short", 2)):
        recoveries.begin(name, working(clock, name, pieces, done))
    recoveries.hold("asked", [asked("asked")])
    order: list[str] = []
    while recoveries:
        back, took = turned(recoveries, clock)
        assert took <= SLICE + STEP
        order += [one.session for one in back]
    assert order == ["asked", "short", "long"]
    assert done[:3] == ["asked"] * 3


def test_what_comes_meanwhile_is_handed_back_in_its_order() -> None:
    clock = Clock()
    recoveries = Recoveries(clock)
    recoveries.begin("r", working(clock, "r", 5, []))
    ups: list[bus.Up] = [bus.Create("r", None), bus.Attend("r", "s", "", True), asked("r"), bus.Drop("r"), asked("r")]
    recoveries.hold("r", ups[:2])
    assert turned(recoveries, clock)[0] == []
    assert "r" in recoveries
    recoveries.hold("r", ups[2:])
    back = [one for _ in range(3) for one in turned(recoveries, clock)[0]]
    assert [list(one.waiting) for one in back] == [ups]
    assert "r" not in recoveries


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def in_room(session: str, up: bus.Inbound) -> bus.Inbound:
    return bus.Inbound(session, up.viewer, up.seat, up.role, up.nonce, up.body)


def test_a_neighbor_answers_while_a_long_room_comes_back(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was sent to the long one meanwhile is carried out once, in order, when it is back."""
    rig.say(bus.Create("long", None), in_room("long", command("open", scene="probe")))
    rig.store._db.execute("DELETE FROM checkpoints")
    for _ in range(30):
        rig.say(in_room("long", command("probe.add", amount=1)))
    rig.say(bus.Create("quick", None), in_room("quick", command("open", scene="probe")))
    rig.store._db.execute("DELETE FROM checkpoints WHERE session = 'long'")
    rig.again()
    real = Timeline.enter

    def slow(self: Timeline, entry: Entry) -> None:
        rig.clock.now += STEP
        real(self, entry)

    monkeypatch.setattr(Timeline, "enter", slow)
    adding = in_room("long", command("probe.add", amount=1, id=1))
    seen = rig.say(bus.Create("long", None), bus.Create("quick", None), adding)
    seen = rig.say(adding, in_room("quick", command("probe.add", amount=5)), turns=3)
    shown = [down.session for down in seen.downs if isinstance(down, bus.SlotFrame)]
    assert set(shown) == {"quick"}
    assert seen.frames("probe.values")[-1]["count"] == 5
    turns = 0
    while rig.engine._recoveries:
        began = rig.clock.now
        rig.engine.turn()
        assert rig.clock.now - began <= SLICE + STEP
        turns += 1
    assert turns >= 5
    values = rig.say().frames("probe.values")
    assert values[-1]["count"] == 31


def test_a_room_that_is_left_while_it_comes_back_leaves_when_it_is_back(rig: Rig) -> None:
    """And what was sent to it before is carried out before."""
    rig.say(bus.Create("r", None), command("open", scene="probe"))
    rig.again()
    rig.say(bus.Create("r", None), turns=0)
    rig.engine._recoveries.begin("r", working(rig.clock, "r", 99, []))
    rig.say(command("probe.add", id=1))
    rig.say(bus.Drop("r"))
    steps = recovery("r", rig.store, SCENES, CAREFREE)
    assert steps is not None
    rig.engine._recoveries._running["r"].steps = steps
    rig.say(turns=3)
    assert not rig.engine._recoveries
    assert rig.engine._sessions == {}
    assert list(rig.store.tail("r"))[-1].id == 1


def test_no_more_waits_for_a_room_than_may_and_who_is_turned_away_sends_it_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_HELD", 10)
    rig.say(bus.Create("r", None), command("open", scene="probe"))
    rig.again()
    rig.engine._recoveries.begin("r", working(rig.clock, "r", 99, []))
    adding = [command("probe.add", seat="s", role="student", id=number) for number in range(1, 20)]
    faults = rig.say(bus.Create("r", None), bus.Attend("r", "s", "", True), *adding).faults()
    assert [(fault["code"], fault["re"]) for fault in faults] == [("not_ready", number) for number in range(9, 20)]
    assert "at most 10 messages to wait for r" in str(faults[0]["detail"])
    assert rig.say(command("show", dark=True, id=1)).faults() == [], "an instructor's command always may wait"
    steps = recovery("r", rig.store, SCENES, CAREFREE)
    assert steps is not None
    rig.engine._recoveries._running["r"].steps = steps
    seen = rig.say(turns=3)
    assert seen.frames("probe.values")[-1]["count"] == 8
    rig.say(*adding)
    assert rig.engine._sessions["r"].room.receipts["s"]["n"] == 19


def test_no_turn_takes_a_slice_of_a_recovery_and_a_step_of_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    clock, spans = Clock(), list[str]()

    class Costly(Probe):
        def _learn(self, params: ProbeParams, begun: int) -> JobSteps:
            for step in range(begun + 1, params.steps + 1):
                clock.now += 0.06
                spans.append("step")
                yield Learned(step=step)

    rig = Rig(tmp_path, {"probe": Costly()})  # type: ignore[dict-item]
    request.addfinalizer(rig.close)
    rig.say(bus.Create("long", None), *(in_room("long", command("nothing", id=number)) for number in range(1, 31)))
    rig.store._db.execute("DELETE FROM checkpoints")
    rig.clock = clock
    rig.again()
    rig.say(bus.Create("s", None), in_room("s", command("open", scene="probe", params={"steps": 1000})))
    real = Timeline.enter

    def slow(self: Timeline, entry: Entry) -> None:
        clock.now += STEP
        spans.append("slice")
        real(self, entry)

    monkeypatch.setattr(Timeline, "enter", slow)
    rig.say(bus.Create("long", None), turns=0)
    turns = Counter[frozenset[str]]()
    while rig.engine._recoveries or not turns:
        spans.clear()
        began = clock.now
        rig.engine.turn()
        assert clock.now - began <= max(SLICE + STEP, 0.06)
        turns[frozenset(spans)] += 1
    assert set(turns) == {frozenset({"slice"}), frozenset({"step"})}
    assert abs(turns[frozenset({"slice"})] - turns[frozenset({"step"})]) <= 1, "and neither waits for the other's end"


def test_a_room_that_leaves_while_it_comes_back_is_gone_and_one_that_never_was_is_unknown(rig: Rig) -> None:
    rig.say(bus.Create("r", None), command("open", scene="probe"))
    rig.again()
    rig.say(bus.Drop("r"))
    assert not rig.engine._recoveries
    rig.say(bus.Create("r", None), bus.Drop("r"), turns=2)
    assert "r" not in rig.engine._sessions
    faults = rig.say(bus.Inbound("nowhere", 7, "", "instructor", "n", b"{}")).faults()
    assert [fault["code"] for fault in faults] == ["unknown_session"]
