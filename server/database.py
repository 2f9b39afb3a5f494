"""The database file itself: opened, made, versioned, and set aside where it cannot be read any more."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import Self

from server.directory import FILE, StoreError, prepare

log = logging.getLogger("gnn_live.database")
VERSION = 1
BUSY = 10.0
"""Seconds that one process waits for another's transaction."""

_SCHEMA = """
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


def connect(directory: Path) -> sqlite3.Connection:
    """Open the file, make it if it is not there, set aside one that is no database."""
    prepare(directory)
    path = directory / FILE
    try:
        return _opened(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise StoreError(f"{path} cannot be opened: {error}") from error
    _set_aside(path)
    return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        if version_of(connection, path) == 0:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except (sqlite3.DatabaseError, StoreError):
        connection.close()
        raise
    return connection


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The file's version: 0 for an empty one."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    if found > VERSION:
        raise StoreError(
            f"{path} was written by a newer gnn-live (format {found}, this one reads {VERSION}); use that one"
        )
    if found < VERSION and tables:
        raise StoreError(f"expected a file of gnn-live (format {VERSION}), but {path} is another program's database")
    return found


def _set_aside(path: Path) -> None:
    """Rename the file and its companions to the first `.corrupt-N` that is free."""
    number = 1
    while path.with_name(f"{path.name}.corrupt-{number}").exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(f"{path.name}.corrupt-{number}{suffix}"))
    log.error("%s cannot be read any more: kept as %s.corrupt-%d, a new one begins", path, path.name, number)


class Connected:
    """A connection to the file, closed by `close` or at the end of a `with`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def _write(self, query: str, values: tuple[object, ...]) -> None:
        """Carry out one statement, whole and committed, or not at all.

        Raises:
            StoreError: the disk is full, or another program has locked the file for long.
        """
        try:
            self._db.execute(query, values)
        except sqlite3.OperationalError as error:
            raise StoreError(f"{FILE} cannot be written: {error}") from error
