"""A checkpoint holds all of a room, and an engine goes on from one at any entry as if it had never been away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.disk.store import Entry, Log
from server.engine import progress
from server.engine.playing import Live
from server.engine.poison import past_watch
from server.engine.progress import Checkpoints
from server.engine.recovery import Steps, recovery
from server.engine.timeline import Timeline
from server.pipe import bus
from server.protocol.messages import Display
from server.room.checkpoint import checkpoint, restore
from server.room.state import OpenScene, Room, Savepoint
from tests.server.bitwise import differences
from tests.server.probe import SCENES as PROBES
from tests.server.probe import Rig, command
from tests.server.rooms import LECTURE, SCENES
from tests.server.test_session_scripts import SCRIPT, Event, begun, happen


def back(savepoint: Savepoint) -> Savepoint:
    return restore(checkpoint(savepoint), LECTURE, SCENES).savepoint


@settings(max_examples=60, deadline=None)
@given(SCRIPT, st.integers(0, 9), st.one_of(st.none(), st.binary(max_size=9)), st.booleans())
def test_it_gives_the_same_room_whatever_happened(
    script: list[Event], ticks: int, kept: bytes | None, ended: bool
) -> None:
    room = begun()
    for event in script:
        room = happen(room, event).room
        savepoint = Savepoint(room, ticks, kept, ended)
        assert not list(differences(back(savepoint), savepoint))


def test_every_field_of_a_room_and_of_its_scene_is_in_it() -> None:
    """None of them as it is by default: a new field must come back too."""
    room = begun()
    assert room.open is not None
    scene = replace(room.open, ticks=3, paused=True, allowed=4, failed="no further")
    changed: dict[str, object] = {
        "dealt": ("s0", "s1"),
        "step": 1,
        "slide": ("one", "two"),
        "playing": True,
        "display": Display(blank=True),
        "receipts": {"s0": {"tab": 3, "other": 1}},
    }
    asked = happen(
        replace(room, open=scene), ("command", "i", {"t": "ask", "question": {"text": "odd?", "options": ["a", "b"]}})
    )
    assert asked.refused is None
    assert asked.room.vote is not None
    full = replace(asked.room, **changed, votes={2: asked.room.vote})  # type: ignore[arg-type]  # each by its name
    empty = Room("")
    same = [f.name for f in fields(Room) if getattr(full, f.name) == getattr(empty, f.name)]
    assert same == [], "a field that this test leaves as it is by default would not be missed"
    assert {f.name for f in fields(OpenScene)} == {
        "name", "params", "state", "version", "ticks", "paused", "allowed", "failed"
    }  # fmt: skip
    assert not list(differences(back(Savepoint(full)).room, full))


def test_a_state_that_is_no_data_and_one_that_is_too_large_are_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = begun()
    assert room.open is not None
    with Log(tmp_path) as store:
        keeping = Checkpoints(store, SCENES, lambda: 0.0)
        keeping.shown("r", live(replace(room, open=replace(room.open, state=object()))))
        assert "r has no checkpoint of the scene tally: expected data in a state, got builtins.object" in caplog.text
        monkeypatch.setattr(progress, "LARGEST", 100)
        keeping.shown("r", live(room))
        assert "r has no checkpoint at entry 4: expected at most 100 bytes, got " in caplog.text
        assert list(store.checkpoints("r")) == []
        monkeypatch.undo()
        keeping.shown("r", live(room))
        assert [sequence for sequence, _ in store.checkpoints("r")] == [4]


def live(room: Room) -> Live:
    class Standing:
        savepoint = Savepoint(room)
        culprit = b""

    standing = Live(Standing())  # type: ignore[arg-type]  # a timeline that stands still
    Standing.room = room  # type: ignore[attr-defined]
    standing.framed = room
    return standing


# --- in an engine --------------------------------------------------------------------------------------------------

CREATE = bus.Create("r", None)
SEATS = [bus.Attend("r", f"seat-{number}", "", True) for number in range(3)]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def slots(rig: Rig) -> dict[tuple[str, str], dict[str, object]]:
    return rig.say(CREATE, turns=3).slots()


def killed(rig: Rig) -> None:
    """The engine is gone without a word, another one starts."""
    rig.again()


SAID: list[list[bus.Up]] = [
    [CREATE, *SEATS],
    [command("open", scene="probe", params={"steps": 9, "pause": 5.0})],
    [command("probe.add", seat="seat-1", role="student", amount=2, id=1)],
    [command("work", to="pause")],
    [command("work", to="once")],
    [command("show", dark=True)],
    [command("position", to=1)],
    [command("play", on=True)],
    [command("work", to="run")],
    [command("ask", question={"text": "Two?", "options": ["two", "three"]})],
    [command("answer", seat="seat-2", role="student", vote=11, given={"choice": 1}, id=1)],
    [command("vote", to="closed")],
    [command("vote", to="away")],
    [command("open", scene=None)],
]


@pytest.mark.parametrize("at", range(1, len(SAID) + 1))
def test_a_room_goes_on_from_every_entry_as_if_nothing_had_happened(tmp_path: Path, at: int) -> None:
    """With checkpoints as early and as often as can be, and with none but at the opening."""
    rooms = []
    for name, died, often in (("undisturbed", False, False), ("rarely", True, False), ("often", True, True)):
        rig = Rig(tmp_path / name)
        for number, ups in enumerate(SAID, 1):
            rig.say(*ups)
            rig.clock.now += 6.0
            rig.engine.turn()
            if died and number == at:
                if often:
                    rig.engine._progress.closing("r", rig.engine._sessions["r"])
                killed(rig)
                rig.say(CREATE)
        rooms.append(rig.engine._sessions["r"].room)
        entries = [(entry.kind, entry.ticks) for entry in rig.store.tail("r")]
        assert len(entries) >= len(SAID)
        rig.close()
    assert not list(differences(rooms[1], rooms[0]))
    assert not list(differences(rooms[2], rooms[0]))


def entered(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The entries that are carried out again from now on."""
    numbers: list[int] = []
    real = Timeline.enter

    def enter(self: Timeline, entry: Entry) -> None:
        numbers.append(entry.seq)
        real(self, entry)

    monkeypatch.setattr(Timeline, "enter", enter)
    return numbers


def test_the_tail_behind_a_checkpoint_stays_short(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.say(CREATE, *SEATS, command("open", scene="probe"))
    for number in range(2 * progress.TAIL + 9):
        rig.say(command("probe.add", seat="seat-1", role="student", amount=1, id=1 + number))
    before = slots(rig)
    numbers = entered(rig, monkeypatch)
    killed(rig)
    assert slots(rig) == before
    assert len(numbers) == 9


def test_the_tail_behind_a_checkpoint_stays_short_in_bytes_too(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted from the checkpoint that the engine itself went on from, too."""
    monkeypatch.setattr(progress, "TAIL_BYTES", 90)
    rig.say(CREATE, *SEATS, command("open", scene="probe"))
    for number in range(20):
        rig.say(command("probe.add", seat="seat-1", role="student", amount=1, id=1 + number))
        if number == 10:
            killed(rig)
            rig.say(CREATE, turns=2)
    before = slots(rig)
    assert 3 * len(list(rig.store.tail("r"))[-1].body) < 90 < 4 * len(list(rig.store.tail("r"))[-1].body)
    numbers = entered(rig, monkeypatch)
    killed(rig)
    assert slots(rig) == before
    assert len(numbers) <= 3


def test_a_session_that_leaves_and_a_program_that_ends_leave_no_tail(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.say(CREATE, *SEATS, command("open", scene="probe"), command("probe.add", amount=3))
    before = slots(rig)
    rig.say(bus.Drop("r"))
    numbers = entered(rig, monkeypatch)
    assert slots(rig) == before
    assert numbers == []
    rig.say(command("probe.add", amount=4))
    before = slots(rig)
    rig.ours.close()
    rig.engine.run()
    killed(rig)
    assert slots(rig) == before
    assert numbers == []


def test_a_damaged_checkpoint_is_not_used_but_the_one_before(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig.say(CREATE, *SEATS, command("open", scene="probe"))
    rig.say(command("probe.add", amount=3))
    before = slots(rig)
    rig.engine._progress.closing("r", rig.engine._sessions["r"])
    rig.store._db.execute("UPDATE checkpoints SET body = zeroblob(length(body)) WHERE opening = 0")
    numbers = entered(rig, monkeypatch)
    killed(rig)
    assert slots(rig) == before
    assert numbers == [6]
    assert "the checkpoint at entry 6 is damaged" in caplog.text


def test_a_checkpoint_that_the_log_went_on_from_before_is_not_used(rig: Rig) -> None:
    """An engine that could not use it went on from an older one, and wrote what came behind that."""
    rig.say(CREATE, command("open", scene="probe", params={"steps": 9}), turns=8)
    room = rig.engine._sessions["r"].room
    rig.engine._progress.closing("r", rig.engine._sessions["r"])
    assert room.open is not None
    assert room.open.ticks >= 5
    rig.store._db.execute(
        "INSERT INTO log VALUES ('r', 3, 'command', '', 'instructor', '', NULL, ?, 2)",
        (msgspec.json.encode({"t": "show", "dark": True}),),
    )
    steps = recovery("r", rig.store, PROBES, past_watch(rig.store, "r"))
    assert steps is not None
    again = finished(steps).room.open
    assert again is not None
    assert again.ticks == 2


def finished(steps: Steps) -> Timeline:
    ends: list[Timeline] = []

    def through() -> Iterator[None]:
        ends.append((yield from steps))

    list(through())
    return ends[0]


def test_one_for_each_scene_that_was_opened_and_two_between(rig: Rig) -> None:
    rig.say(CREATE)
    for _ in range(12):
        rig.say(command("open", scene="probe"))
        rig.say(command("probe.add", amount=1))
        rig.engine._progress.closing("r", rig.engine._sessions["r"])
    rows = rig.store._db.execute("SELECT opening, count(*) FROM checkpoints GROUP BY opening ORDER BY 1").fetchall()
    assert rows == [(0, 2), (1, 8)]
