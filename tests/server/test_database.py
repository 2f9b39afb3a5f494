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

from server import bus
from server.database import BUSY, HURRIED
from server.store import FILE, Entry, Log, Registry, StoreError
from tests.server.probe import Clock, Rig, command

ROOT = Path(__file__).parents[2]
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
    assert rig.say(bus.Create("r", None)).slots()["all", "probe.values"]["count"] == 1
    rig.close()


def opened_by_nobody(data: Path) -> str:
    """What a program without rights over these files says; root's rights are given up in a process of its own."""
    code = (
        "import os, sys; from pathlib import Path; from server.store import Log, StoreError\n"
        f"if os.geteuid() == 0: os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "try: Log(Path(sys.argv[1]))\n"
        "except StoreError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(data)], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_read_only_directory_and_a_read_only_file_are_sentences(tmp_path: Path) -> None:
    data = tmp_path / "data"
    Log(data).close()
    for folder in (*tmp_path.parents[:2], tmp_path):
        if os.geteuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
    data.chmod(0o555)
    assert "expected a data directory that can be written" in opened_by_nobody(data)
    data.chmod(0o777)
    (data / FILE).chmod(0o444)
    said = opened_by_nobody(data)
    assert f"{FILE} cannot be opened: attempt to write a readonly database" in said
    assert "make the file and its directory writable" in said
