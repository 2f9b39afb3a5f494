"""A session that comes into the database: from a file that `gnn-live export` wrote, or from another directory's log.

Nothing is taken on trust: the file is opened read-only, only its tables are read, every entry is decoded before one is
written, and all of it is written in one transaction. A file of an older format is brought up to date in memory.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from itertools import count
from pathlib import Path

from server.disk.archive import PARTS
from server.disk.database import connect, told
from server.disk.directory import FILE, StoreError
from server.disk.store import Log, Session
from server.protocol import names
from server.protocol.text import tidied

LONGEST_TITLE = 80


def bring(
    directory: Path, file: Path, wanted: str | None = None, *, beside_program: bool = False
) -> tuple[Session, int]:
    """Write a session of a file into a data directory; returns it, and how many entries it has.

    One that is registered here and in which nothing happened yet is filled, unless a program may have it open. The keys
    of its last owner do not open it.

    Raises:
        StoreError: the file holds no such session, or one that cannot be read; or there is a session of that ID here.
    """
    path = file / FILE if file.is_dir() else file
    with Log.read_only(path) as source:
        _check_tables(source, path)
        session = _chosen(source, path, wanted)
        entries = _checked(source, path, session)
        with closing(connect(directory)) as target:
            try:
                target.execute("BEGIN IMMEDIATE")
                made = _registered(source, target, session, beside_program)
                for table in PARTS.keys() - {"sessions"}:
                    _copied(source, target, table, session)
                target.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                raise told(error, directory / FILE, "written") from error
    return made, entries


def _check_tables(source: Log, path: Path) -> None:
    """A view in place of a table would compute what it gives, without end if its author likes."""
    tables = {str(row[0]) for row in source.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    missing = sorted(PARTS.keys() - tables)
    if missing:
        raise StoreError(f"expected the tables of an export in {path}, got none called {', '.join(missing)}")


def _chosen(source: Log, path: Path, wanted: str | None) -> str:
    held = source.sessions()
    if wanted is None and len(held) == 1:
        return held[0]
    if not held:
        raise StoreError(f"expected a file with a session in it, got {path}, in which nothing happened")
    if wanted is None:
        raise StoreError(f"expected one session, got {path} with {len(held)}: name one of {', '.join(held)}")
    try:
        session = names.canonical(wanted)
    except names.BadName as error:
        raise StoreError(str(error)) from error
    if session not in held:
        raise StoreError(f"expected one of the sessions {', '.join(held)} of {path}, got {wanted!r}")
    return session


def _checked(source: Log, path: Path, session: str) -> int:
    """How many entries the session has, each of which could be read, from the first to the last."""
    try:
        canonical = names.canonical(session)
    except names.BadName as error:
        raise StoreError(f"expected the log of a session, got {path}: {error}") from error
    if canonical != session:
        raise StoreError(f"expected a session ID such as {canonical} in {path}, got {session!r}")
    entries = 0
    for seq, entry in zip(count(1), source.tail(session), strict=False):
        if entry.seq != seq or (entry.kind == "create") != (seq == 1):
            raise StoreError(f"expected entry {seq} of {session} in {path}, got entry {entry.seq} ({entry.kind})")
        entries = seq
    return entries


def _registered(source: Log, target: sqlite3.Connection, session: str, beside_program: bool) -> Session:
    """The session's row, new or of one in which nothing happened yet."""
    known = target.execute("SELECT key_generation FROM sessions WHERE id = ?", (session,)).fetchone()
    if known is not None:
        if target.execute("SELECT EXISTS (SELECT 1 FROM log WHERE session = ?)", (session,)).fetchone()[0]:
            raise StoreError(f"expected a session that is not here yet, but there is a session {session} already")
        if beside_program:
            raise StoreError(
                f"expected that no program has {session} open, but one uses this directory: stop it, and import again"
            )
    rows = list(source.rows("SELECT title, lecture, key_generation, created FROM sessions WHERE id = ?", (session,)))
    title, lecture, generation, created = rows[0] if rows else (session, None, 1, time.time())
    retired = target.execute("SELECT key_generation FROM retired WHERE id = ?", (session,)).fetchone()
    newer = 1 + max(int(generation), *(int(row[0]) for row in (known, retired) if row is not None), 0)
    made = Session(session, tidied(str(title), LONGEST_TITLE).text or session, lecture, newer, float(created))
    target.execute(
        "INSERT OR REPLACE INTO sessions (id, title, lecture, key_generation, created, touched)"
        " VALUES (?, ?, ?, ?, ?, unixepoch())",
        (made.id, made.title, made.lecture, made.key_generation, made.created),
    )
    return made


def _copied(source: Log, target: sqlite3.Connection, table: str, session: str) -> None:
    columns = [column for column in PARTS[table].split(", ") if column != "turn"]  # a number of the file it was in
    order = "turn" if table == "sent" else columns[1]
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE session = ? ORDER BY {order}"
    marks = ", ".join("?" * len(columns))
    rows = source.rows(query, (session,))
    target.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
