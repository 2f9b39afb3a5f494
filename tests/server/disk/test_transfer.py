"""A session that comes back from an export: whole, played on, never over another; nonsense is a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.disk import archive, transfer
from server.disk.directory import InUse, Lock
from server.disk.store import FILE, Log, Registry, StoreError
from server.engine.replay import compare
from server.pipe import bus
from tests.server.probe import SCENES, Rig, command
from tests.server.program import run


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "here")
    with Registry(rig.data) as registry:
        registry.create("r", "Lecture R", key_generation=3)
        registry.create("other", "Other")
    for name in ("r", "other"):
        rig.say(bus.Create(name, None), bus.Attend(name, "s", "Ada", True))
        opening = command("open", scene="probe", params={"steps": 3}).body
        rig.say(bus.Inbound(name, 1, "", "instructor", "n", opening), turns=6)
    yield rig
    rig.close()


@pytest.fixture
def file(rig: Rig, tmp_path: Path) -> Path:
    file = tmp_path / "r.sqlite3"
    archive.export(rig.data, "r", file)
    return file


def test_a_session_comes_back_whole_and_plays_on(rig: Rig, file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    session, entries = transfer.bring(there, file)
    assert (session.id, session.title, session.key_generation) == ("r", "Lecture R", 4)
    with Log(there) as log:
        assert entries == len(list(log.tail("r")))
        assert list(log.tail("r")) == list(rig.store.tail("r"))
        assert list(log.checkpoints("r")) == list(rig.store.checkpoints("r"))
        assert log.progressed("r") == rig.store.progressed("r")
        report = compare(log, "r", SCENES)
        assert (report.differences, report.compared > 5) == ([], True)
    second = Rig(there)
    second.say(bus.Create("r", None), turns=3)
    room = second.engine._sessions["r"].room
    second.close()
    assert room.open is not None
    assert [member.name for member in room.members.values()] == ["Ada"]


def test_an_expired_session_comes_back_where_it_was(rig: Rig, file: Path) -> None:
    rig.close()
    with sqlite3.connect(rig.data / FILE) as db:
        db.execute("UPDATE sessions SET touched = 0")
    db.close()
    assert archive.expire(rig.data, 1.0) == ["other", "r"]
    session, _ = transfer.bring(rig.data, file)
    assert session.key_generation == 4
    with Registry(rig.data) as registry:
        assert [session.id for session in registry.all()] == ["r"]


def test_frames_of_other_sessions_keep_their_numbers(rig: Rig, file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    archive.export(rig.data, "other", tmp_path / "other.sqlite3")
    transfer.bring(there, tmp_path / "other.sqlite3")
    transfer.bring(there, file)
    with Log(there) as log:
        for name in ("r", "other"):
            assert list(log.was_sent(name)) == list(rig.store.was_sent(name))


def test_nothing_is_written_over_another_session(rig: Rig, file: Path) -> None:
    before = list(rig.store.tail("r"))
    with pytest.raises(StoreError, match="but there is a session r already"):
        transfer.bring(rig.data, file)
    assert list(rig.store.tail("r")) == before


def test_a_session_in_which_nothing_happened_is_filled_unless_a_program_has_it(file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    with Registry(there) as registry:
        registry.create("r", "fresh", key_generation=7)
    with pytest.raises(StoreError, match="one uses this directory: stop it, and import again"):
        transfer.bring(there, file, beside_program=True)
    session, _ = transfer.bring(there, file)
    assert (session.title, session.key_generation) == ("Lecture R", 8)


def test_a_new_session_comes_in_beside_a_program(file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    lock = Lock(there)
    with pytest.raises(InUse):
        Lock(there)
    transfer.bring(there, file, beside_program=True)
    lock.release()


def test_of_a_whole_directory_one_session_is_named(rig: Rig, tmp_path: Path) -> None:
    there = tmp_path / "there"
    with pytest.raises(StoreError, match=r"expected one session, got .* with 2: name one of other, r"):
        transfer.bring(there, rig.data)
    with pytest.raises(StoreError, match="expected one of the sessions other, r of"):
        transfer.bring(there, rig.data, "s")
    session, _ = transfer.bring(there, rig.data, "Other")
    assert session.id == "other"


def damaged(file: Path, *statements: str) -> Path:
    with sqlite3.connect(file) as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    return file


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["DELETE FROM log WHERE seq = 2"], "expected entry 2 of r in .*, got entry 3"),
        (["DELETE FROM log"], "in which nothing happened"),
        (["UPDATE log SET role = 'guest'"], "cannot be read"),
        (["UPDATE log SET body = 7, kind = 'x'"], "cannot be read"),
        (["UPDATE log SET session = 'R !'"], "expected a session ID such as r in"),
        (["UPDATE log SET session = 'api'"], "reserved for the program itself"),
        (["DROP TABLE sent", "CREATE VIEW sent AS SELECT * FROM log"], "got none called sent"),
        (["PRAGMA user_version = 99"], "newer gnn-live"),
    ],
)
def test_nonsense_is_a_sentence_and_nothing_is_written(
    file: Path, tmp_path: Path, statements: list[str], words: str
) -> None:
    there = tmp_path / "there"
    with pytest.raises(StoreError, match=words):
        transfer.bring(there, damaged(file, *statements))
    if there.exists():
        with Registry(there) as registry:
            assert registry.all() == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, None])
def test_what_is_no_log_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match="expected a log file of gnn-live, got"):
        transfer.bring(tmp_path / "there", path)


def test_the_command_says_what_it_did(file: Path, tmp_path: Path) -> None:
    there = str(tmp_path / "there")
    done = run("import", str(file), "--data", there)
    assert (done.returncode, done.stdout.partition("\n")[0]) == (0, f"r: 3 entries from {file}")
    assert "/r/control#" in done.stdout
    again = run("import", str(file), "--data", there)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "gnn-live: expected a session that is not here yet, but there is a session r already\n"
