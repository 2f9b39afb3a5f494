"""A damaged database at the start of the program: kept aside, never overwritten, and read as far as it can be.

    gnn-live.sqlite3 -> gnn-live.sqlite3.corrupt-1          what can be read of it begins the new gnn-live.sqlite3

Only the program that holds the directory's lock does this, before anybody has the file open.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from server.disk.database import DAMAGED, OPENING, opened, told
from server.disk.directory import FILE, vacant
from server.disk.migration import COUNT, VERSION

log = logging.getLogger("gnn_live.damage")
_SESSIONS = ("id", "title", "lecture", "key_generation", "created")
_LOG = ("session", "seq", "kind", "seat", "role", "nonce", "command", "body", "ticks")
_SMALL = {"counters": ("name", "value"), "retired": ("id", "key_generation"), "deaths": ("session", "digest", "count")}


def repair(directory: Path, always: Iterable[str] = ()) -> str:
    """Set a damaged file aside and begin a new one with what can be read; returns what happened, "" for nothing.

    The instructors of the sessions that were read, and of those in `always`, are told when they open theirs.

    Raises:
        StoreError: the directory cannot be written.
    """
    path = directory / FILE
    why = _damage(path) if path.exists() else ""
    if not why:
        return ""
    aside = vacant(path, "corrupt")
    part = path.with_name(f"{FILE}.part")
    part.unlink(missing_ok=True)
    what = _salvaged(path, part, f"{FILE} was damaged ({why}) and is kept as {aside.name}", set(always))
    for suffix in ("-wal", "-shm", ""):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + suffix))
    part.rename(path)
    log.error("%s", what)
    return what


def _looked_at(path: Path) -> sqlite3.Connection:
    """The file as it lies there; not even what a dead program left beside it is written into it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=OPENING, isolation_level=None)


def _damage(path: Path) -> str:
    """What is wrong with the file itself; "" where it is sound, or cannot be looked at for another reason."""
    connection = _looked_at(path)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error) if error.sqlite_errorcode & 0xFF in DAMAGED else ""
    finally:
        connection.close()
    return "" if found == "ok" else " ".join(str(found).split())


def _salvaged(path: Path, part: Path, began: str, always: set[str]) -> str:
    """Copy what can be read of the file into a new one; returns the whole sentence.

    Raises:
        StoreError: the new one cannot be written; the damaged one lies where it lay.
    """
    old, new = _looked_at(path), opened(part)
    try:
        new.execute("BEGIN IMMEDIATE")
        names = [str(row[0]) for row in _copied(old, new, "sessions", _SESSIONS)] if _is_ours(old) else []
        new.execute("UPDATE sessions SET touched = unixepoch()")
        entries = sum(_copied_log(old, new, name) for name in names)
        new.execute(COUNT)
        for table, columns in _SMALL.items() if names else ():
            _copied(old, new, table, columns)
        what = f"{began}; what could be read of it goes on: {len(names)} sessions with {entries} entries"
        for name in sorted({*names, *always}):
            new.execute("INSERT INTO notices (session, text) VALUES (?, ?)", (name, what))
        new.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise told(error, part, "written") from error
    finally:
        old.close()
        new.close()
    return what


def _is_ours(old: sqlite3.Connection) -> bool:
    try:
        return 1 <= int(old.execute("PRAGMA user_version").fetchone()[0]) <= VERSION
    except sqlite3.DatabaseError:
        return False


def _readable(
    old: sqlite3.Connection, table: str, columns: str, where: str, values: tuple[str, ...]
) -> Iterator[tuple[object, ...]]:
    """A table's rows until one cannot be read."""
    try:
        yield from old.execute(f"SELECT {columns} FROM {table} {where}", values)
    except sqlite3.DatabaseError as error:
        log.warning("%s could not be read to its end: %s", table, error)


def _copied(
    old: sqlite3.Connection,
    new: sqlite3.Connection,
    table: str,
    columns: tuple[str, ...],
    where: str = "",
    *values: str,
) -> list[tuple[object, ...]]:
    """Copy a table's rows as far as they can be read; returns them."""
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    rows = list(_readable(old, table, names, where, values))
    new.executemany(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", rows)
    return rows


def _copied_log(old: sqlite3.Connection, new: sqlite3.Connection, session: str) -> int:
    """Copy a session's entries as far as none is missing, for each depends on those before it."""
    _copied(old, new, "log", _LOG, "WHERE session = ? ORDER BY seq", session)
    gap = "SELECT min(seq) FROM log AS a WHERE session = ?1 AND seq > 1 AND NOT EXISTS"
    first = new.execute(f"{gap} (SELECT 1 FROM log AS b WHERE b.session = ?1 AND b.seq = a.seq - 1)", (session,))
    missing = first.fetchone()[0]
    if missing is not None:
        new.execute("DELETE FROM log WHERE session = ? AND seq >= ?", (session, missing))
    return int(new.execute("SELECT count(*) FROM log WHERE session = ?", (session,)).fetchone()[0])
