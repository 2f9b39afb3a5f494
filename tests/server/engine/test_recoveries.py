"""Recovery a slice at a time: no room holds up another, who waits for an answer is first, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.disk.store import Entry
from server.engine.poison import Watch
from server.engine.recoveries import SLICE, Recovered, Recoveries
from server.engine.recovery import Steps
from server.engine.timeline import Timeline
from server.pipe import bus
from server.room.state import Room
from tests.server.probe import SCENES, Clock, Rig, command
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
    ups = [bus.Create("r", None), bus.Attend("r", "s", "", True), asked("r"), bus.Drop("r"), asked("r")]
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
    shown = [down.session for down in seen.downs if isinstance(down, bus.Slot)]
    assert set(shown) == {"quick"}
    assert seen.frames("probe.values")[-1]["count"] == 5
    turns = 0
    while rig.engine._recoveries:
        began = rig.clock.now
        rig.engine.turn()
        assert rig.clock.now - began <= SLICE + 2 * STEP
        turns += 1
    assert turns >= 5
    values = rig.look().frames("probe.values")
    assert values[-1]["count"] == 31


def test_a_room_that_leaves_while_it_comes_back_is_gone_and_one_that_never_was_is_unknown(rig: Rig) -> None:
    rig.say(bus.Create("r", None), command("open", scene="probe"))
    rig.again()
    rig.say(bus.Drop("r"))
    assert not rig.engine._recoveries
    rig.say(bus.Create("r", None), bus.Drop("r"), turns=2)
    assert "r" not in rig.engine._sessions
    faults = rig.say(bus.Inbound("nowhere", 7, "", "instructor", "n", b"{}")).faults()
    assert [fault["code"] for fault in faults] == ["unknown_session"]
