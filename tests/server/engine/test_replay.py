"""Replay: the log alone gives the frames that were sent, and a difference is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from server.disk.store import FILE, Log, SentSlot
from server.engine import replay
from server.pipe import bus
from tests.server.probe import SCENES, Rig, command


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def lecture(rig: Rig) -> None:
    """A room with seats, a job, drags, refusals, failures, playing, and one lost engine."""
    rig.say(bus.Create("r", None), *(bus.Attend("r", f"s{i}", "", True) for i in range(3)))
    rig.say(command("deal"), command("open", scene="probe", params={"steps": 30, "pause": 0.5}))
    for number in range(1, 20):
        rig.clock.now += 0.3
        rig.say(command("probe.move", seat="s1", node=number % 3, x=float(number)), turns=2)
    rig.say(command("probe.add", id=1), command("probe.add", id=2, amount=-1), command("probe.misbehave", how="raise"))
    rig.say(command("probe.misbehave", how="nan"), command("play", on=True))
    for _ in range(9):
        rig.clock.now += 1
        rig.engine.turn()
    rig.again()
    rig.say(bus.Create("r", None), bus.Presence("r", ("s0",)), command("reset"), command("tune", values={"gain": 2.0}))
    for _ in range(30):
        rig.clock.now += 0.5
        rig.engine.turn()
    rig.look()


def test_log_gives_the_frames_that_were_sent(rig: Rig) -> None:
    lecture(rig)
    with Log.read_only(rig.data / FILE) as log:
        report = replay.compare(log, "r", SCENES)
    assert report.differences == []
    assert report.compared > 60
    assert report.entries == len(list(rig.store.tail("r")))


def test_changed_log_differs_at_its_place(rig: Rig) -> None:
    lecture(rig)
    changed = next(e for e in rig.store.tail("r") if b"probe.move" in e.body and e.seq > 8)
    body = msgspec.json.encode({"t": "probe.move", "node": 0, "x": -1.0})
    with sqlite3.connect(rig.data / FILE) as db:
        db.execute("UPDATE log SET body = ? WHERE seq = ?", (body, changed.seq))
    db.close()
    with Log.read_only(rig.data / FILE) as log:
        report = replay.compare(log, "r", SCENES)
    assert report.differences
    assert min(d.seq for d in report.differences) == changed.seq
    assert {d.slot for d in report.differences} == {("all", "probe.values")}


def test_command_tells_same_and_then_where_it_differs(
    rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "scenes", lambda: SCENES)
    rig.say(bus.Create("r", None), command("open", scene="probe"))
    assert replay.main(rig.data) == 0
    assert capsys.readouterr().out.startswith("r: same (2 entries")
    wrong = msgspec.msgpack.encode((SentSlot("all", "place", b"8 bytes!"),))
    with sqlite3.connect(rig.data / FILE) as db:
        db.execute("INSERT INTO sent (session, seq, ticks, slots) VALUES ('r', 2, 0, ?)", (wrong,))
    db.close()
    assert replay.main(rig.data / FILE, "r") == 1
    assert "seq 2, ticks 0, slot place to all" in capsys.readouterr().out


def test_command_names_what_it_expected(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.say(bus.Create("r", None))
    assert replay.main(rig.data, "other") == 2
    assert "expected one of the sessions r" in capsys.readouterr().err
    assert replay.main(rig.data / "nothing") == 2
    assert "expected a log file" in capsys.readouterr().err
