"""Export and expiry: one session in a file of its own, and nothing deleted that was not exported."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.disk import archive
from server.disk.store import FILE, Log, Registry, StoreError
from server.engine.replay import compare
from server.pipe import bus
from tests.server.probe import SCENES, Rig, command

OLD, NOW = 1_000.0, 2_000.0


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def played(rig: Rig, *sessions: str) -> None:
    """Sessions in which something happened, last used long ago."""
    for name in sessions:
        with Registry(rig.data) as registry:
            registry.create(name, name.title(), created=OLD, key_generation=3)
        rig.say(bus.Create(name, None), bus.Attend(name, "s", "Ada", True))
        opening = command("open", scene="probe", params={"steps": 3}).body
        rig.say(bus.Inbound(name, 1, "", "instructor", "n", opening), turns=6)
    with sqlite3.connect(rig.data / FILE) as db:
        db.execute("UPDATE sessions SET touched = ?", (OLD,))
    db.close()


def sessions(data: Path) -> list[str]:
    with Registry(data) as registry:
        return [session.id for session in registry.all()]


def test_export_is_one_file_with_that_session_alone_and_plays_again(rig: Rig, tmp_path: Path) -> None:
    played(rig, "r", "other")
    file = tmp_path / "lecture.sqlite3"
    assert archive.export(rig.data, "r", file) == len(list(rig.store.tail("r")))
    assert {path.name for path in tmp_path.glob("lecture*")} == {"lecture.sqlite3"}
    with Log.read_only(file) as log:
        assert log.sessions() == ["r"]
        assert list(log.tail("r")) == list(rig.store.tail("r"))
        assert list(log.checkpoints("r")) == list(rig.store.checkpoints("r"))
        assert log.progressed("r") == rig.store.progressed("r")
        report = compare(log, "r", SCENES)
    assert report.differences == []
    assert report.compared > 5
    assert b"other" not in file.read_bytes()


def test_export_overwrites_nothing(rig: Rig, tmp_path: Path) -> None:
    played(rig, "r")
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(StoreError, match="expected the name of a new file"):
        archive.export(rig.data, "r", tmp_path / "notes")
    assert (tmp_path / "notes").read_text() == "mine"
    with pytest.raises(StoreError, match="expected a file that can be written"):
        archive.export(rig.data, "r", tmp_path / "nowhere" / "file")


def test_what_was_not_used_for_long_goes_and_its_export_stays(rig: Rig) -> None:
    played(rig, "r", "fresh")
    rig.store.touch("fresh")
    entries = list(rig.store.tail("r"))
    assert archive.expire(rig.data, NOW) == ["r"]
    assert sessions(rig.data) == ["fresh"]
    assert rig.store.sessions() == ["fresh"]
    assert list(rig.store.checkpoints("r")) == []
    with Log.read_only(rig.data / archive.FOLDER / "r-1.sqlite3") as log:
        assert list(log.tail("r")) == entries
    assert archive.expire(rig.data, NOW) == []


def test_keys_of_an_expired_session_open_no_later_one_of_its_id(rig: Rig) -> None:
    played(rig, "r")
    archive.expire(rig.data, NOW)
    with Registry(rig.data) as registry:
        assert registry.create("r", "Again").key_generation == 4
        assert registry.create("never", "New").key_generation == 1


def test_a_session_that_is_always_there_loses_its_log_and_keeps_its_keys(rig: Rig) -> None:
    played(rig, "r")
    with Registry(rig.data) as registry:
        before = registry.find("r")
        assert archive.expire(rig.data, NOW, always=("r",)) == ["r"]
        assert registry.find("r") == before
    assert rig.store.sessions() == []
    assert archive.expire(rig.data, NOW, always=("r",)) == [], "an empty log is not exported again and again"


def test_nothing_is_deleted_whose_export_cannot_be_written(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    played(rig, "r")
    (rig.data / archive.FOLDER).write_text("a file where the folder should be")
    entries = list(rig.store.tail("r"))
    assert archive.expire(rig.data, NOW) == []
    assert list(rig.store.tail("r")) == entries
    assert sessions(rig.data) == ["r"]
    assert "r has expired and stays" in caplog.text


def test_a_session_that_is_opened_is_in_use(rig: Rig) -> None:
    played(rig, "r")
    rig.again()
    rig.say(bus.Create("r", None))
    assert archive.expire(rig.data, NOW) == []


def idle_sessions(data: Path, idle: int, used: int, newest: float) -> None:
    """So many sessions used last at OLD, and others at `newest`."""
    with Registry(data) as registry:
        for number in range(idle + used):
            registry.create(f"s{number}", "S", created=OLD)
    with sqlite3.connect(data / FILE) as db:
        db.execute("UPDATE sessions SET touched = ? WHERE CAST(substr(id, 2) AS INTEGER) >= ?", (newest, idle))
    db.close()


DAYS = archive.DAY


@pytest.mark.parametrize(
    ("idle", "used", "now", "words"),
    [
        (4, 1, 100 * DAYS, ""),  # few
        (5, 45, 100 * DAYS, ""),  # a tenth
        (6, 44, 100 * DAYS, "expected at most a tenth of 50 sessions to expire at once, got 6"),
        (5, 0, 100 * DAYS, "expected a session that was used in the last 7 days, got none in 100 by this clock"),
        (1, 10, 108 * DAYS, "expected a session that was used in the last 7 days, got none in 8 by this clock"),
        (0, 3, 108 * DAYS, ""),  # nothing would go
    ],
)
def test_a_clock_that_is_ahead_takes_nothing(tmp_path: Path, idle: int, used: int, now: float, words: str) -> None:
    idle_sessions(tmp_path, idle, used, newest=100 * DAYS)
    found = archive.doubt(tmp_path, before=50 * DAYS, now=now)
    assert found.startswith(words)
    assert bool(found) == bool(words)
    assert not words or "--expire" in found
