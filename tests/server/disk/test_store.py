"""The durable log: what is written is there again, and a file that cannot be used is told in a sentence."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from server.disk.store import FILE, Entry, Lock, Log, Registry, SentSlot, SentTurn, StoreError, Taken
from tests.server.probe import fill


def test_sessions_are_found_by_their_canonical_id(tmp_path: Path) -> None:
    with Registry(tmp_path) as registry:
        made = registry.create("lecture2", "Lecture 2", "lecture2", created=5.0)
        with pytest.raises(Taken):
            registry.create("lecture2", "lecture 2")
        registry.create("other", "Other", created=4.0)
    with Registry(tmp_path) as registry:
        assert registry.find("lecture2") == made
        assert registry.find("nothing") is None
        assert [session.id for session in registry.all()] == ["other", "lecture2"]
        assert registry.count() == 2


def test_entries_come_back_as_they_were_in_order(tmp_path: Path) -> None:
    entries = [
        Entry(seq=1, kind="create", body=b"{}"),
        Entry(seq=2, kind="attend", seat="s", body=b"\x00\xff"),
        Entry(seq=3, kind="command", seat="s", role="student", nonce="n", id=4, body=b"x", ticks=17),
    ]
    with Log(tmp_path) as log, Log(tmp_path) as reader:
        for entry in entries:
            log.append("r", entry)
            assert list(reader.tail("r"))[-1] == entry
        log.append("other", entries[0])
        assert list(reader.tail("r")) == entries
        assert list(reader.tail("r", 2)) == entries[2:]
        assert reader.sessions() == ["other", "r"]


def test_place_in_the_log_is_given_once(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        log.append("r", Entry(seq=1, kind="create"))
        with pytest.raises(sqlite3.IntegrityError):
            log.append("r", Entry(seq=1, kind="play"))


def test_entries_survive_a_killed_writer(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from server.disk.store import Entry, Log\n"
        "log = Log(Path(sys.argv[1]))\n"
        "for n in range(1, 51): log.append('r', Entry(seq=n, kind='play'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert died.returncode == -signal.SIGKILL
    with Log(tmp_path) as log:
        assert [entry.seq for entry in log.tail("r")] == list(range(1, 51))


def test_latest_checkpoints_are_kept(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        assert list(log.checkpoints("r")) == []
        log.checkpoint("other", 99, b"other")
        for seq in range(1, 21):
            log.checkpoint("r", seq, b"%d" % seq)
        assert list(log.checkpoints("r")) == [(seq, b"%d" % seq) for seq in range(20, 12, -1)]
        assert list(log.checkpoints("other")) == [(99, b"other")]


def test_progress_generations_and_deaths_count(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        assert log.progressed("r") == (0, 0)
        log.progress("r", 3, 10)
        log.progress("r", 3, 20)
        assert log.progressed("r") == (3, 20)
        assert [log.generation() for _ in range(3)] == [1, 2, 3]
        for _ in range(2):
            log.blame("r", b"d")
        assert log.deaths() == {("r", b"d"): 2}


def test_what_was_sent_comes_in_the_order_of_its_moments(tmp_path: Path) -> None:
    slot = SentSlot("all", "place", b"12345678")
    with Log(tmp_path) as log:
        for seq, ticks in ((2, 5), (1, 0), (2, 1)):
            log.sent("r", SentTurn(seq, ticks, (slot,)))
        assert [(t.seq, t.ticks, t.slots) for t in log.was_sent("r")] == [
            (1, 0, (slot,)),
            (2, 1, (slot,)),
            (2, 5, (slot,)),
        ]


def test_a_full_disk_is_a_sentence_and_what_can_be_done_without_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Registry(tmp_path) as registry, Log(tmp_path) as log:
        log.append("r", Entry(seq=1, kind="create"))
        for part in (registry, log):
            fill(part)
        large = "x" * 100_000
        with pytest.raises(StoreError, match="cannot be written: database or disk is full"):
            log.append("r", Entry(seq=2, kind="command", body=large.encode()))
        with pytest.raises(StoreError, match="disk is full"):
            registry.create("another", large)
        log.checkpoint("r", 1, large.encode())
        log.sent("r", SentTurn(1, 0, (SentSlot("all", large, b"12345678"),)))
        assert [entry.seq for entry in log.tail("r")] == [1]
        assert (registry.find("another"), list(log.checkpoints("r")), list(log.was_sent("r"))) == (None, [], [])
    assert caplog.text.count("disk is full") == 2


def test_what_an_engine_counts_at_its_start_is_no_condition_for_it(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        assert log.generation() == 1
        log._db.execute("PRAGMA query_only = ON")
        assert log.generation() == 2
        log.blame("r", b"d")
        assert log.deaths() == {}


def test_a_registry_that_cannot_be_read_any_more_knows_what_it_read(tmp_path: Path) -> None:
    with Registry(tmp_path) as registry:
        made = registry.create("lecture2", "Lecture 2")
        registry.damage = StoreError("damaged")
        assert registry.find("lecture2") == made
        assert registry.all() == [made]
        assert registry.find("other") is None
        with pytest.raises(StoreError, match="damaged"):
            registry.create("other", "Other")


def test_an_entry_that_was_owed_comes_first(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        log.owe("r", Entry(seq=1, kind="create"))
        log.append("r", Entry(seq=2, kind="play"))
        log.append("r", Entry(seq=3, kind="play"))
        assert [entry.seq for entry in log.tail("r")] == [1, 2, 3]


def test_nothing_is_appended_to_a_log_that_was_not_read_to_its_end(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        log.append("r", Entry(seq=1, kind="create"))
        log._db.execute("UPDATE log SET kind = 'no such kind'")
        with pytest.raises(StoreError, match=r"entry 1 of r in .* cannot be read"):
            list(log.tail("r"))
        log.refuse("r", StoreError("not read"))
        with pytest.raises(StoreError, match="not read"):
            log.append("r", Entry(seq=2, kind="play"))
        log.append("s", Entry(seq=1, kind="create"))


def test_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match="expected a data directory that can be written"):
        Log(tmp_path / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_directory_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="expected a data directory that can be written"):
        Log(tmp_path)


def test_directory_is_locked_by_one_program(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    with pytest.raises(StoreError, match="in use by another gnn-live"):
        Lock(tmp_path)
    Lock(tmp_path, "engine").release()
    lock.release()
    Lock(tmp_path).release()


def test_read_only_log_changes_nothing(tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        log.append("r", Entry(seq=1, kind="create"))
        with Log.read_only(tmp_path / FILE) as beside:
            assert [entry.seq for entry in beside.tail("r")] == [1]
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    with Log.read_only(tmp_path / FILE) as reader:
        assert [entry.seq for entry in reader.tail("r")] == [1]
        with pytest.raises(StoreError, match="cannot be written: attempt to write a readonly database"):
            reader.append("r", Entry(seq=2, kind="play"))
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but long enough to be read as one" * 9])
def test_read_only_log_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "log").write_bytes(content)
    with pytest.raises(StoreError, match="expected a log file of gnn-live"):
        Log.read_only(tmp_path / "log")
