"""The connection: how long a lock is waited for, and what a failure says."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.disk import database
from server.disk.database import BUSY, HURRIED
from server.disk.store import FILE, Entry, Log, Registry, StoreError
from server.pipe import bus
from tests.server.probe import Clock, Rig, command

ROOT = Path(__file__).parents[3]
NOBODY = 65_534


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Another program is in the middle of a transaction."""
    other = sqlite3.connect(data / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def patience(log: Log) -> float:
    """How long the next statement waits."""
    log._ready()
    return float(log._db.execute("PRAGMA busy_timeout").fetchone()[0]) / 1000


def test_a_lock_is_waited_for_once_and_then_not_for_a_while(tmp_path: Path) -> None:
    clock = Clock()
    with Log(tmp_path, clock) as log:
        assert patience(log) == BUSY
        with held(tmp_path):
            for _ in range(3):
                with pytest.raises(StoreError, match="cannot be written: database is locked; another program holds it"):
                    log.append("r", Entry(seq=1, kind="create"))
                assert patience(log) == 0.0
        log.append("r", Entry(seq=1, kind="create"))
        clock.now += HURRIED
        assert patience(log) == BUSY


def test_who_loses_the_least_to_a_stranger_is_everybody(tmp_path: Path) -> None:
    assert BUSY / (BUSY + HURRIED) < 1 / 8


def test_a_locked_database_is_told_and_keeps_the_loop_and_the_rooms(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.say(bus.Create("r", None), command("open", scene="probe"))
    rig.clock.now += 1
    with held(tmp_path):
        seen = rig.say(*(command("probe.add", id=1) for _ in range(30)))
        assert {str(fault["detail"]) for fault in seen.faults()} == {
            f"expected to write the log first, but {FILE} cannot be written: database is locked; "
            "another program holds it, close that one; nothing was done"
        }
        seen = rig.say(bus.Attend("r", "s", "Ada", True))
        assert "another program holds it" in str(seen.slots()["instructor", "warning"]["detail"])
    rig.clock.now += 1
    assert rig.say(command("probe.add", id=1)).slots()["all", "probe.values"]["count"] == 1
    rig.close()


def test_an_engine_starts_while_the_database_is_locked(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.say(bus.Create("r", None), command("open", scene="probe"), command("probe.add"))
    with held(tmp_path):
        rig.again()
        assert rig.generation == 2
        assert rig.say(bus.Create("r", None), turns=2).slots()["all", "probe.values"]["count"] == 1
    rig.close()


def test_a_lock_at_the_first_start_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OPENING", 0.0)
    with held(tmp_path), pytest.raises(StoreError, match="cannot be opened: database is locked; another program"):
        Log(tmp_path)


def test_readers_do_not_wait_for_a_lock(tmp_path: Path) -> None:
    with Registry(tmp_path) as registry:
        made = registry.create("r", "R")
        with held(tmp_path):
            assert registry.find("r") == made
            with pytest.raises(StoreError, match="another program holds it"):
                registry.create("s", "S")


def test_a_session_that_cannot_be_begun_is_told_and_begins_with_the_next_command(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    with held(tmp_path):
        slots = rig.say(bus.Create("r", None)).slots()
        assert "another program holds it" in str(slots["instructor", "warning"]["detail"])
    rig.say(command("open", scene="probe"), command("probe.add"))
    assert [(entry.seq, entry.kind) for entry in rig.store.tail("r")] == [(1, "create"), (2, "command"), (3, "command")]
    rig.again()
    assert rig.say(bus.Create("r", None), turns=2).slots()["all", "probe.values"]["count"] == 1
    rig.close()


NO_RIGHTS = f"os.geteuid() == 0 and (os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY}))"
"""Root's rights are given up by a process of its own."""
NO_ROOM = "signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
"""No file may grow beyond a page: a disk without room for the journal."""


def said_at_the_start(data: Path, under: str) -> str:
    """What a program says that looks under these conditions whether it can keep anything."""
    code = (
        "import os, resource, signal, sys; from pathlib import Path\n"
        "from server.disk.database import StoreError, check_writable\n"
        f"{under}\n"
        "try: check_writable(Path(sys.argv[1]))\n"
        "except StoreError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(data)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_a_read_only_directory_and_a_read_only_file_are_sentences(tmp_path: Path) -> None:
    data = tmp_path / "data"
    Log(data).close()
    for folder in (*tmp_path.parents[:3], tmp_path):
        if os.geteuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
    data.chmod(0o555)
    assert "expected a data directory that can be written" in said_at_the_start(data, NO_RIGHTS)
    data.chmod(0o777)
    (data / FILE).chmod(0o444)
    said = said_at_the_start(data, NO_RIGHTS)
    assert f"{FILE} cannot be written: attempt to write a readonly database" in said
    assert "make the file and its directory writable" in said


def test_a_disk_without_room_is_a_sentence(tmp_path: Path) -> None:
    Log(tmp_path).close()
    assert said_at_the_start(tmp_path, "None") == ""
    said = said_at_the_start(tmp_path, NO_ROOM)
    assert f"{FILE} cannot be" in said
    assert "the disk is full or failing" in said
