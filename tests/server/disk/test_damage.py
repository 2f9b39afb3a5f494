"""A damaged database: set aside as it is, read as far as it goes, and told to the instructor."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from server.disk.damage import repair
from server.disk.store import FILE, Entry, Log, Registry
from server.pipe import bus
from tests.server.probe import Rig, command

PAGE = 4096
NOTES = b"this is no database, but somebody's notes "


def written(data: Path, entries: int = 400) -> None:
    """Two sessions, one with entries over many pages."""
    with Registry(data) as registry, Log(data) as log:
        registry.create("r", "R", "lecture2", key_generation=5)
        registry.create("s", "S")
        for seq in range(1, entries + 1):
            first = Entry(seq=seq, kind="create", body=b'{"lecture":null}')
            log.append("r", first if seq == 1 else Entry(seq=seq, kind="play", body=b"x" * 500))
        log.append("s", Entry(seq=1, kind="create"))
        log.generation()


def leaf(data: Path, table: str, number: int) -> int:
    """Which page of the file is the n-th leaf of a table (or index)."""
    query = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
    with Log(data) as log:
        try:
            pages = [int(row[0]) for row in log._db.execute(query, (table,))]
        except sqlite3.OperationalError as error:
            pytest.skip(f"this SQLite has no dbstat: {error}")
    return pages[number]


def spoil(data: Path, page: int) -> bytes:
    """Overwrite one page of the file; returns the file as it is then."""
    with (data / FILE).open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)
    return (data / FILE).read_bytes()


def test_a_sound_file_is_left_alone(tmp_path: Path) -> None:
    assert repair(tmp_path) == ""
    written(tmp_path, 5)
    before = (tmp_path / FILE).read_bytes()
    assert repair(tmp_path) == ""
    assert (tmp_path / FILE).read_bytes() == before
    assert not list(tmp_path.glob("*corrupt*"))


def test_a_file_that_is_no_database_is_set_aside_and_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in (1, 2):
        (tmp_path / FILE).write_bytes(NOTES * number)
        assert f"is kept as {FILE}.corrupt-{number}" in repair(tmp_path, always=("lecture2",))
        assert (tmp_path / f"{FILE}.corrupt-{number}").read_bytes() == NOTES * number
        assert f"{FILE}.corrupt-{number}" in caplog.text
        with Log(tmp_path) as log:
            log.append("r", Entry(seq=1, kind="create"))
            (told,) = log.notices("lecture2")
            assert "0 sessions with 0 entries" in told
            assert log.notices("lecture2") == [], "each notice is given once"


def test_what_can_be_read_goes_on(tmp_path: Path) -> None:
    written(tmp_path)
    damaged = spoil(tmp_path, leaf(tmp_path, "log", 20))
    assert "2 sessions" in repair(tmp_path)
    assert (tmp_path / f"{FILE}.corrupt-1").read_bytes() == damaged
    assert repair(tmp_path) == "", "the new file is sound"
    with Registry(tmp_path) as registry, Log(tmp_path) as log:
        assert [(session.id, session.key_generation) for session in registry.all()] == [("r", 5), ("s", 1)]
        seqs = [entry.seq for entry in log.tail("r")]
        assert seqs == list(range(1, len(seqs) + 1))
        assert 50 < len(seqs) < 400
        assert [entry.seq for entry in log.tail("s")] == [1]
        assert log.generation() == 2
        assert len(log.notices("r")) == len(log.notices("s")) == 1


def test_what_a_seat_has_used_of_the_log_is_counted_again(tmp_path: Path) -> None:
    with Registry(tmp_path) as registry, Log(tmp_path) as log:
        registry.create("r", "R")
        log.append("r", Entry(seq=1, kind="create"))
        for seq in range(2, 200):
            log.append("r", Entry(seq=seq, kind="command", seat="a", role="student", body=b"x" * 500))
        log.note_used("r", "a", 198 * 756)
    spoil(tmp_path, leaf(tmp_path, "log", 20))
    assert "1 sessions" in repair(tmp_path)
    with Log(tmp_path) as log:
        left = sum(1 for entry in log.tail("r") if entry.seat == "a")
        assert 50 < left < 198
        assert log.used("r") == {"a": 756 * left}


def test_what_a_dead_program_had_not_merged_is_read_and_kept_too(tmp_path: Path) -> None:
    written(tmp_path)
    page = leaf(tmp_path, "log", 20)
    code = (
        "import os, signal, sys; from pathlib import Path; from server.disk.store import Entry, Log\n"
        "log = Log(Path(sys.argv[1]))\n"
        "[log.append('s', Entry(seq=n, kind='play')) for n in range(2, 31)]; os.kill(os.getpid(), signal.SIGKILL)"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=root, check=False)
    wal = (tmp_path / f"{FILE}-wal").read_bytes()
    damaged = spoil(tmp_path, page)
    repair(tmp_path)
    assert (tmp_path / f"{FILE}.corrupt-1").read_bytes() == damaged
    assert (tmp_path / f"{FILE}.corrupt-1-wal").read_bytes() == wal
    assert not list(tmp_path.glob("*.part*"))
    with Log(tmp_path) as log:
        assert len(list(log.tail("s"))) == 30


def test_a_page_that_turns_out_damaged_in_a_lecture_is_a_sentence(tmp_path: Path) -> None:
    written(tmp_path)
    spoil(tmp_path, leaf(tmp_path, "log", 20))
    rig = Rig(tmp_path)
    for _ in range(2):
        slots = rig.say(bus.Create("r", None), turns=2).slots()
        assert "is damaged" in str(slots["instructor", "warning"]["detail"])
        assert slots["all", "opened"]["scene"] is None
        rig.clock.now += 1
        (fault,) = rig.say(command("open", scene="probe", id=1)).faults()
        assert "stop gnn-live and start it again" in str(fault["detail"])
        assert rig.say(bus.Attend("r", "s", "Ada", True)).slots()["instructor", "warning"]["code"] == "failed"
        rig.again()
    rig.close()


def test_a_file_that_was_destroyed_under_the_engine_is_a_sentence(tmp_path: Path) -> None:
    written(tmp_path, 5)
    (tmp_path / FILE).write_bytes(NOTES * 200)
    rig = Rig(tmp_path)
    slots = rig.say(bus.Create("r", None), turns=2).slots()
    assert "is damaged" in str(slots["instructor", "warning"]["detail"])
    assert "is damaged" in str(rig.say(command("show", qr=True)).faults()[0]["detail"])
    rig.close()
    assert (tmp_path / FILE).read_bytes() == NOTES * 200


def test_the_program_that_starts_next_tells_the_instructor_and_goes_on(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    with Registry(tmp_path) as registry:
        registry.create("r", "R")
    rig.say(bus.Create("r", None), command("open", scene="probe"), command("probe.add", amount=4))
    rig.close()
    spoil(tmp_path, leaf(tmp_path, "sent_of", 0))
    assert "1 sessions with 3 entries" in repair(tmp_path)
    rig = Rig(tmp_path)
    slots = rig.say(bus.Create("r", None), turns=2).slots()
    assert slots["all", "probe.values"]["count"] == 4
    assert f"kept as {FILE}.corrupt-1" in str(slots["instructor", "warning"]["detail"])
    rig.clock.now += 1
    assert rig.say(command("probe.add", id=1)).slots()["all", "probe.values"]["count"] == 5
    rig.close()
