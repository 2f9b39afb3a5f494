"""The durable log: one SQLite file that holds the registry of sessions and everything that was accepted in them.

    DATA/gnn-live.sqlite3      WAL, synchronous=NORMAL: what was committed survives the death of any process

`Registry` is the gateway's part, `Log` the engine's; both may have the file open at once. An entry is committed before
anybody sees its effect.
"""

from __future__ import annotations

import fcntl
import logging
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, Self

import msgspec

from server.protocol import Role

log = logging.getLogger("gnn_live.store")
FILE = "gnn-live.sqlite3"
VERSION = 1
BUSY = 10.0
"""Seconds that one process waits for another's transaction."""
KEPT_CHECKPOINTS = 8

Kind = Literal["create", "command", "attend", "presence", "play"]

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


class StoreError(Exception):
    """The directory or its file cannot be used; the sentence says why and what to do."""


class Taken(Exception):
    """A session of this ID exists already."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a session's log."""

    seq: int
    """Place in the session's log, from 1."""
    kind: Kind
    seat: str = ""
    role: Role = "instructor"
    nonce: str = ""
    id: int | None = None
    body: bytes = b""
    ticks: int = 0
    """Outputs of the scene's jobs that were taken between the entry before and this one."""


_COLUMNS = Entry.__struct_fields__
"""In the order of the columns of the table `log`, whose `command` is an entry's `id`."""


class SentSlot(msgspec.Struct, frozen=True, array_like=True):
    """A frame that left: its slot and a digest of its bytes without the stamp."""

    to: str
    key: str
    digest: bytes


class SentTurn(msgspec.Struct, frozen=True):
    """The frames of one room that left in one turn, and the moment of the room that they show."""

    seq: int
    ticks: int
    slots: tuple[SentSlot, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the registry knows it."""

    id: str
    title: str
    lecture: str | None
    key_generation: int
    created: float


class Lock:
    """A lock on a data directory, held until `release` or the end of the process."""

    def __init__(self, directory: Path, name: str = "program", patience: float = 0.0) -> None:
        """Take the lock; waits so many seconds for whoever holds it.

        Raises:
            StoreError: the directory cannot be written, or somebody else holds the lock.
        """
        prepare(directory)
        self._file: IO[bytes] = (directory / f"{name}.lock").open("ab")
        deadline = time.monotonic() + patience
        while not self._taken():
            if time.monotonic() >= deadline:
                self._file.close()
                raise StoreError(
                    f"{directory} is in use by another gnn-live; stop that one or choose another --data directory"
                )
            time.sleep(0.05)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the directory back."""
        self._file.close()


def prepare(directory: Path) -> None:
    """Make the data directory if it is not there.

    Raises:
        StoreError: it is no directory, or cannot be made or written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = directory / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)  # another program may be looking at the same moment
    except OSError as error:
        raise StoreError(f"expected a data directory that can be written, got {directory}: {error}") from error


def _connect(directory: Path) -> sqlite3.Connection:
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
        if _version(connection, path) == 0:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except (sqlite3.DatabaseError, StoreError):
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
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


class _Connected:
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


class Registry(_Connected):
    """The sessions that exist; the gateway's part of the file."""

    def __init__(self, directory: Path) -> None:
        """Open the file; raises StoreError where it cannot be used."""
        super().__init__(_connect(directory))

    def create(
        self, id: str, title: str, lecture: str | None = None, created: float | None = None, key_generation: int = 1
    ) -> Session:
        """Register a session, created now unless the time (Unix seconds) is given; raises Taken or StoreError."""
        row = Session(id, title, lecture, key_generation, time.time() if created is None else created)
        try:
            self._write(
                "INSERT INTO sessions (id, title, lecture, key_generation, created) VALUES (?, ?, ?, ?, ?)",
                (row.id, row.title, row.lecture, row.key_generation, row.created),
            )
        except sqlite3.IntegrityError as error:
            raise Taken(f"a session {id!r} exists already") from error
        return row

    def find(self, canonical: str) -> Session | None:
        """The session of this canonical ID, if there is one."""
        query = "SELECT id, title, lecture, key_generation, created FROM sessions WHERE id = ?"
        row = self._db.execute(query, (canonical,)).fetchone()
        return Session(*row) if row else None

    def rotate(self, id: str) -> Session:
        """The session with another generation of its instructor's key.

        Raises:
            StoreError: it cannot be written, or there is no such session.
        """
        self._write("UPDATE sessions SET key_generation = key_generation + 1 WHERE id = ?", (id,))
        session = self.find(id)
        if session is None:
            raise StoreError(f"no session {id!r} is registered")
        return session

    def count(self) -> int:
        """How many sessions there are."""
        return int(self._db.execute("SELECT count(*) FROM sessions").fetchone()[0])

    def all(self) -> list[Session]:
        """Every session, the oldest first."""
        query = "SELECT id, title, lecture, key_generation, created FROM sessions ORDER BY created, id"
        return [Session(*row) for row in self._db.execute(query)]


class Log(_Connected):
    """What happened in the sessions; the engine's part of the file."""

    def __init__(self, directory: Path) -> None:
        """Open the file; raises StoreError where it cannot be used."""
        super().__init__(_connect(directory))

    @classmethod
    def read_only(cls, path: Path) -> Log:
        """A log that is only looked at; changes nothing beside it either.

        Raises:
            StoreError: there is no such file, or it is none of this version's.
        """
        reader = cls.__new__(cls)
        # Without a WAL nobody has the file open, and it may lie in a directory that cannot be written.
        mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=BUSY)
        except sqlite3.OperationalError as error:
            raise StoreError(f"expected a log file of gnn-live, got {path}: {error}") from error
        try:
            found = _version(connection, path)
        except (sqlite3.DatabaseError, StoreError) as error:
            connection.close()
            raise StoreError(f"expected a log file of gnn-live, got {path}: {error}") from error
        if found != VERSION:
            connection.close()
            raise StoreError(f"expected a log file of gnn-live, got {path}, which is empty")
        super(Log, reader).__init__(connection)
        return reader

    def append(self, session: str, entry: Entry) -> None:
        """Write an entry; it is committed when this returns, and not there when this raises StoreError."""
        self._write(
            "INSERT INTO log (session, seq, kind, seat, role, nonce, command, body, ticks)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (session, *(getattr(entry, field) for field in _COLUMNS)),
        )

    def _remark(self, query: str, values: tuple[object, ...]) -> None:
        """Write what recovery and replay would like to have and can do without."""
        try:
            self._write(query, values)
        except StoreError as error:
            log.error("%s", error)

    def tail(self, session: str, after: int = 0) -> Iterator[Entry]:
        """The entries behind this one, in order."""
        query = (
            "SELECT seq, kind, seat, role, nonce, command, body, ticks FROM log"
            " WHERE session = ? AND seq > ? ORDER BY seq"
        )
        for row in self._db.execute(query, (session, after)):
            yield msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), Entry)

    def sessions(self) -> list[str]:
        """Every session that has a log, in alphabetical order."""
        return [str(row[0]) for row in self._db.execute("SELECT DISTINCT session FROM log ORDER BY session")]

    def checkpoint(self, session: str, seq: int, body: bytes) -> None:
        """Keep the room as it was after this entry; the oldest checkpoints go."""
        self._remark("INSERT OR REPLACE INTO checkpoints (session, seq, body) VALUES (?, ?, ?)", (session, seq, body))
        self._remark(
            "DELETE FROM checkpoints WHERE session = ?1 AND seq NOT IN"
            " (SELECT seq FROM checkpoints WHERE session = ?1 ORDER BY seq DESC LIMIT ?2)",
            (session, KEPT_CHECKPOINTS),
        )

    def checkpoints(self, session: str) -> list[tuple[int, bytes]]:
        """The checkpoints that are kept, the latest first."""
        query = "SELECT seq, body FROM checkpoints WHERE session = ? ORDER BY seq DESC"
        return [(int(seq), bytes(body)) for seq, body in self._db.execute(query, (session,))]

    def progress(self, session: str, seq: int, ticks: int) -> None:
        """Note how many outputs the scene's jobs gave since the last entry."""
        self._remark("INSERT OR REPLACE INTO progress (session, seq, ticks) VALUES (?, ?, ?)", (session, seq, ticks))

    def progressed(self, session: str) -> tuple[int, int]:
        """(last entry, outputs since then) as noted last; (0, 0) when nothing was."""
        row = self._db.execute("SELECT seq, ticks FROM progress WHERE session = ?", (session,)).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def sent(self, session: str, turn: SentTurn) -> None:
        """Note the digests of the frames of one room that left in one turn."""
        self._remark(
            "INSERT INTO sent (session, seq, ticks, slots) VALUES (?, ?, ?, ?)",
            (session, turn.seq, turn.ticks, msgspec.msgpack.encode(turn.slots)),
        )

    def was_sent(self, session: str) -> Iterator[SentTurn]:
        """What left, in the order of the moments that it shows."""
        query = "SELECT seq, ticks, slots FROM sent WHERE session = ? ORDER BY seq, ticks, turn"
        for seq, ticks, slots in self._db.execute(query, (session,)):
            yield SentTurn(seq, ticks, msgspec.msgpack.decode(slots, type=tuple[SentSlot, ...]))

    def blame(self, session: str, digest: bytes) -> int:
        """Count a death of the engine during this piece of work; returns how many there were."""
        query = (
            "INSERT INTO deaths (session, digest, count) VALUES (?, ?, 1)"
            " ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count"
        )
        return int(self._db.execute(query, (session, digest)).fetchone()[0])

    def deaths(self) -> dict[tuple[str, bytes], int]:
        """Every piece of work during which the engine died, and how often."""
        rows = self._db.execute("SELECT session, digest, count FROM deaths")
        return {(str(session), bytes(digest)): int(count) for session, digest, count in rows}

    def generation(self) -> int:
        """Count a start of the engine, from 1."""
        query = (
            "INSERT INTO counters (name, value) VALUES ('generation', 1)"
            " ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"
        )
        return int(self._db.execute(query).fetchone()[0])
