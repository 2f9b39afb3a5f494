"""A file of every older format comes up to date with what it holds, after a copy of it was kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from server.disk.migration import SCHEMA, STEPS, VERSION
from server.disk.store import FILE, Entry, Log, Registry, SentSlot, SentTurn, StoreError

FIRST = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, lecture TEXT, key_generation INTEGER NOT NULL, created REAL NOT NULL
);
CREATE TABLE log (
    session TEXT, seq INTEGER, kind TEXT NOT NULL, seat TEXT NOT NULL, role TEXT NOT NULL, nonce TEXT NOT NULL,
    command INTEGER, body BLOB NOT NULL, ticks INTEGER NOT NULL, PRIMARY KEY (session, seq)
) WITHOUT ROWID;
CREATE TABLE checkpoints (session TEXT, seq INTEGER, body BLOB NOT NULL, PRIMARY KEY (session, seq));
CREATE TABLE progress (session TEXT PRIMARY KEY, seq INTEGER NOT NULL, ticks INTEGER NOT NULL);
CREATE TABLE sent (
    turn INTEGER PRIMARY KEY, session TEXT NOT NULL, seq INTEGER NOT NULL, ticks INTEGER NOT NULL, slots BLOB NOT NULL
);
CREATE INDEX sent_of ON sent (session, seq, ticks);
CREATE TABLE deaths (session TEXT, digest BLOB, count INTEGER NOT NULL, PRIMARY KEY (session, digest));
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
"""The schema of format 1, as it was."""
SECOND = (
    FIRST.replace("created REAL NOT NULL", "created REAL NOT NULL,\n    touched REAL NOT NULL DEFAULT 0")
    + """
CREATE TABLE retired (id TEXT PRIMARY KEY, key_generation INTEGER NOT NULL);
CREATE TABLE notices (session TEXT NOT NULL, text TEXT NOT NULL);
"""
)
"""The schema of format 2: that of gnn-live 0.4."""
SCHEMAS = {1: FIRST, 2: SECOND}
SLOT = SentSlot("all", "place", b"12345678")


def made(path: Path, version: int) -> None:
    """A file of an older format with something in every table."""
    db = sqlite3.connect(path)
    db.executescript(SCHEMAS[version])
    db.execute(
        "INSERT INTO sessions (id, title, lecture, key_generation, created) VALUES ('r', 'Räume', 'lecture2', 3, 5.0)"
    )
    db.execute("INSERT INTO log VALUES ('r', 1, 'create', '', 'instructor', '', NULL, x'7b7d', 0)")
    db.execute("INSERT INTO log VALUES ('r', 2, 'command', 's', 'student', 'n', 4, x'00ff', 17)")
    db.execute("INSERT INTO checkpoints VALUES ('r', 1, x'01')")
    db.execute("INSERT INTO progress VALUES ('r', 2, 20)")
    db.execute("INSERT INTO sent VALUES (1, 'r', 2, 5, ?)", (msgspec.msgpack.encode((SLOT,)),))
    db.execute("INSERT INTO deaths VALUES ('r', x'64', 2)")
    db.execute("INSERT INTO counters VALUES ('generation', 7)")
    if version > 1:
        db.execute("UPDATE sessions SET touched = unixepoch()")
    db.execute(f"PRAGMA user_version = {version}")
    db.commit()
    db.close()


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table with its columns, every index with its table, as SQLite describes them."""
    db = sqlite3.connect(path)
    names = [str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema WHERE sql NOT NULL ORDER BY name")]
    found = {name: db.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in names}
    db.close()
    return found


def holds_everything(log: Log) -> None:
    assert list(log.tail("r")) == [
        Entry(seq=1, kind="create", body=b"{}"),
        Entry(seq=2, kind="command", seat="s", role="student", nonce="n", id=4, body=b"\x00\xff", ticks=17),
    ]
    assert list(log.checkpoints("r")) == [(1, b"\x01")]
    assert log.progressed("r") == (2, 20)
    assert list(log.was_sent("r")) == [SentTurn(2, 5, (SLOT,))]
    assert log.deaths() == {("r", b"d"): 2}
    assert log.used("r") == {"s": 2 + 256}


def test_there_is_a_step_from_every_format_and_a_test_of_it() -> None:
    assert set(STEPS) == set(SCHEMAS) == set(range(1, VERSION))


@pytest.mark.parametrize("version", SCHEMAS)
def test_an_older_file_comes_up_to_date_and_is_kept_as_it_was(tmp_path: Path, version: int) -> None:
    (tmp_path / "fresh").mkdir()
    Log(tmp_path / "fresh").close()
    made(tmp_path / FILE, version)
    before = list(sqlite3.connect(tmp_path / FILE).iterdump())
    with Registry(tmp_path) as registry, Log(tmp_path) as log:
        session = registry.find("r")
        assert session is not None
        assert (session.title, session.key_generation, session.created) == ("Räume", 3, 5.0)
        holds_everything(log)
        assert log.generation() == 8
        assert registry._db.execute("SELECT touched > 1e9 FROM sessions").fetchall() == [(1,)]
    assert shape(tmp_path / FILE) == shape(tmp_path / "fresh" / FILE)
    (kept,) = tmp_path.glob("*.backup-*")
    assert kept.name == f"{FILE}.format-{version}.backup-1"
    assert list(sqlite3.connect(kept).iterdump()) == before


@pytest.mark.parametrize("version", SCHEMAS)
def test_an_older_file_can_be_looked_at_and_stays_as_it_is(tmp_path: Path, version: int) -> None:
    made(tmp_path / "log", version)
    before = (tmp_path / "log").read_bytes()
    with Log.read_only(tmp_path / "log") as log:
        holds_everything(log)
    assert (tmp_path / "log").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_without_a_copy_nothing_changes(tmp_path: Path) -> None:
    made(tmp_path / FILE, 1)
    (tmp_path / f"{FILE}.format-1.backup-1.part").mkdir()
    with pytest.raises(StoreError, match=r"expected room for a copy of .* nothing was changed"):
        Log(tmp_path)
    assert sqlite3.connect(tmp_path / FILE).execute("PRAGMA user_version").fetchall() == [(1,)]
    (tmp_path / f"{FILE}.format-1.backup-1.part").rmdir()
    with Log(tmp_path) as log:
        holds_everything(log)


def test_newer_format_is_refused_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StoreError, match="newer gnn-live"):
        Log(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    db.close()
    with pytest.raises(StoreError, match="another program's"):
        Registry(tmp_path)


def test_the_present_schema_is_what_a_fresh_file_has(tmp_path: Path) -> None:
    Log(tmp_path).close()
    db = sqlite3.connect(tmp_path / "other")
    db.executescript(SCHEMA)
    db.close()
    assert shape(tmp_path / FILE) == shape(tmp_path / "other")
