"""The durable log: one SQLite file that holds the registry of sessions and everything that was accepted in them.

    DATA/gnn-live.sqlite3      WAL, synchronous=NORMAL: what was committed survives the death of any process

`Registry` is the gateway's part, `Log` the engine's; both may have the file open at once. An entry is committed before
anybody sees its effect.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from server.disk.database import BUSY, Connected, DamagedError, Row, connect
from server.disk.directory import FILE, Lock, StoreError
from server.disk.migration import VERSION, change, version_of
from server.protocol.messages import Role

__all__ = [
    "FILE",
    "Entry",
    "EntryKind",
    "Lock",
    "Log",
    "Registry",
    "SentSlot",
    "SentTurn",
    "Session",
    "StoreError",
    "Taken",
]
"""With what goes wrong and where the file lies, so that who keeps something needs this room alone."""

log = logging.getLogger("gnn_live.store")
KEPT_OPENINGS, KEPT_BETWEEN = 8, 2
"""Checkpoints of a session: of the moments at which a scene was opened, and of those in between."""
_SESSION = "id, title, lecture, key_generation, created"

EntryKind = Literal["create", "command", "attend", "presence", "play"]


class Taken(Exception):
    """A session of this ID exists already."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a session's log."""

    seq: int
    """Place in the session's log, from 1."""
    kind: EntryKind
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


class Registry(Connected):
    """The sessions that exist; the gateway's part of the file."""

    def __init__(self, directory: Path) -> None:
        """Open the file; raises StoreError where it cannot be used."""
        super().__init__(connect(directory))
        self._known: dict[str, Session] = {}
        """Those read last: a hall goes on when the file cannot be read any more."""
        self.all()

    def create(
        self,
        id: str,
        title: str,
        lecture: str | None = None,
        created: float | None = None,
        key_generation: int | None = None,
    ) -> Session:
        """Register a session, created now unless the time (Unix seconds) is given; raises Taken or StoreError.

        The keys of a session of the same ID that expired do not open it.
        """
        at = time.time() if created is None else created
        query = (
            f"INSERT INTO sessions ({_SESSION}, touched) VALUES (?1, ?2, ?3,"
            " coalesce(?4, (SELECT key_generation + 1 FROM retired WHERE id = ?1), 1), ?5, ?5)"
            f" RETURNING {_SESSION}"
        )
        try:
            (row,) = self._write(query, (id, title, lecture, key_generation, at))
        except sqlite3.IntegrityError as error:
            raise Taken(f"a session {id!r} exists already") from error
        return self._remembered(row)

    def find(self, canonical: str) -> Session | None:
        """The session of this canonical ID, if there is one."""
        try:
            rows = list(self._read(f"SELECT {_SESSION} FROM sessions WHERE id = ?", (canonical,)))
        except StoreError as error:
            log.error("%s", error)
            return self._known.get(canonical)
        return self._remembered(rows[0]) if rows else None

    def rotate(self, id: str) -> Session:
        """The session with another generation of its instructor's key.

        Raises:
            StoreError: it cannot be written, or there is no such session.
        """
        query = f"UPDATE sessions SET key_generation = key_generation + 1 WHERE id = ? RETURNING {_SESSION}"
        rows = list(self._write(query, (id,)))
        if not rows:
            raise StoreError(f"no session {id!r} is registered")
        return self._remembered(rows[0])

    def count(self) -> int:
        """How many sessions there are."""
        return len(self.all())

    def all(self) -> list[Session]:
        """Every session, the oldest first."""
        try:
            rows = list(self._read(f"SELECT {_SESSION} FROM sessions ORDER BY created, id"))
        except StoreError as error:
            log.error("%s", error)
            return list(self._known.values())
        return [self._remembered(row) for row in rows]

    def _remembered(self, row: Row) -> Session:
        session = Session(*row)
        self._known[session.id] = session
        return session


class Log(Connected):
    """What happened in the sessions; the engine's part of the file."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Open the file; one that is damaged is left alone, and whoever writes to it is told.

        Raises:
            StoreError: the directory or the file cannot be used.
        """
        self._owed: dict[str, Entry] = {}
        self._refused: dict[str, StoreError] = {}
        try:
            super().__init__(connect(directory), clock)
        except DamagedError as error:
            super().__init__(_empty(), clock)
            self.damage = error

    @classmethod
    def read_only(cls, path: Path) -> Log:
        """A log that is only looked at; changes nothing beside it either. One of an older format is read in memory.

        Raises:
            StoreError: there is no such file, or it is not one of gnn-live's.
        """
        reader = cls.__new__(cls)
        # Without a WAL nobody has the file open, and it may lie in a directory that cannot be written.
        mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=BUSY)
        except sqlite3.OperationalError as error:
            raise StoreError(f"expected a log file of gnn-live, got {path}: {error}") from error
        try:
            found = version_of(connection, path)
            if 0 < found < VERSION:
                connection = _changed(connection, found)
        except (sqlite3.DatabaseError, StoreError) as error:
            connection.close()
            raise StoreError(f"expected a log file of gnn-live, got {path}: {error}") from error
        if found == 0:
            connection.close()
            raise StoreError(f"expected a log file of gnn-live, got {path}, which is empty")
        reader._owed, reader._refused = {}, {}
        super(Log, reader).__init__(connection)
        return reader

    def append(self, session: str, entry: Entry) -> None:
        """Write an entry; it is committed when this returns, and not there when this raises StoreError."""
        if session in self._refused:
            raise self._refused[session]
        if session in self._owed:
            self._insert(session, self._owed[session])
            del self._owed[session]
        self._insert(session, entry)

    def owe(self, session: str, entry: Entry) -> None:
        """Write an entry before the session's next one, as it could not be written now."""
        self._owed[session] = entry

    def refuse(self, session: str, why: StoreError) -> None:
        """Let nothing be appended to a session whose log could not be read to its end."""
        self._refused[session] = why

    def _insert(self, session: str, entry: Entry) -> None:
        self._write(
            "INSERT INTO log (session, seq, kind, seat, role, nonce, command, body, ticks)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (session, *(getattr(entry, field) for field in _COLUMNS)),
        )

    def _remark(self, query: str, values: tuple[object, ...]) -> None:
        """Write what recovery and replay would like to have and can do without."""
        if self.damage is not None:
            return  # said once, and again to whoever wants to write an entry
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
        for row in self._read(query, (session, after)):
            try:
                yield msgspec.convert(dict(zip(_COLUMNS, row, strict=True)), Entry)
            except msgspec.ValidationError as error:
                raise StoreError(f"entry {row[0]} of {session} in {FILE} cannot be read: {error}") from error

    def rows(self, query: str, values: tuple[object, ...] = ()) -> Iterator[Row]:
        """Rows of the file as they lie there, for who copies them; raises StoreError where they cannot be read."""
        return self._read(query, values)

    def sessions(self) -> list[str]:
        """Every session that has a log, in alphabetical order."""
        return [str(row[0]) for row in self._read("SELECT DISTINCT session FROM log ORDER BY session")]

    def checkpoint(self, session: str, seq: int, body: bytes, ticks: int = 0, opening: bool = True) -> None:
        """Keep the room as it was so many outputs after this entry; the oldest checkpoints go."""
        self._remark(
            "INSERT OR REPLACE INTO checkpoints (session, seq, ticks, opening, digest, body) VALUES (?, ?, ?, ?, ?, ?)",
            (session, seq, ticks, opening, _digest(body), body),
        )
        self._remark(
            "DELETE FROM checkpoints WHERE session = ?1 AND opening = ?2 AND (seq, ticks) NOT IN (SELECT seq, ticks"
            " FROM checkpoints WHERE session = ?1 AND opening = ?2 ORDER BY seq DESC, ticks DESC LIMIT ?3)",
            (session, opening, KEPT_OPENINGS if opening else KEPT_BETWEEN),
        )
        self.touch(session)

    def touch(self, session: str) -> None:
        """Note that the session is in use, so that it does not expire."""
        self._remark("UPDATE sessions SET touched = unixepoch() WHERE id = ?", (session,))

    def notices(self, session: str) -> list[str]:
        """What the instructor of this session has to be told; each is given once."""
        try:
            rows = self._write("DELETE FROM notices WHERE session = ? RETURNING text", (session,))
        except StoreError as error:
            log.error("%s", error)
            return []
        return [str(row[0]) for row in rows]

    def checkpoints(self, session: str) -> Iterator[tuple[int, bytes]]:
        """(entry, bytes) of the checkpoints that are kept and undamaged, the latest first."""
        query = "SELECT seq, digest, body FROM checkpoints WHERE session = ? ORDER BY seq DESC, ticks DESC"
        for seq, digest, body in self._read(query, (session,)):
            if digest in (b"", _digest(body)):  # those of format 2 have none
                yield int(seq), bytes(body)
            else:
                log.error("%s: the checkpoint at entry %d is damaged; another one is used", session, seq)

    def progress(self, session: str, seq: int, ticks: int) -> None:
        """Note how many outputs the scene's jobs gave since the last entry."""
        self._remark("INSERT OR REPLACE INTO progress (session, seq, ticks) VALUES (?, ?, ?)", (session, seq, ticks))

    def progressed(self, session: str) -> tuple[int, int]:
        """(last entry, outputs since then) as noted last; (0, 0) when nothing was."""
        rows = list(self._read("SELECT seq, ticks FROM progress WHERE session = ?", (session,)))
        return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)

    def used(self, session: str) -> dict[str, int]:
        """Bytes of the log that each student's seat has used, as noted last."""
        try:
            rows = list(self._read("SELECT seat, bytes FROM usage WHERE session = ?", (session,)))
        except StoreError as error:
            log.error("%s", error)
            return {}
        return {str(seat): int(used) for seat, used in rows}

    def note_used(self, session: str, seat: str, used: int) -> None:
        """Note how many bytes of the log a seat has used."""
        self._remark("INSERT OR REPLACE INTO usage (session, seat, bytes) VALUES (?, ?, ?)", (session, seat, used))

    def sent(self, session: str, turn: SentTurn) -> None:
        """Note the digests of the frames of one room that left in one turn."""
        self._remark(
            "INSERT INTO sent (session, seq, ticks, slots) VALUES (?, ?, ?, ?)",
            (session, turn.seq, turn.ticks, msgspec.msgpack.encode(turn.slots)),
        )

    def was_sent(self, session: str) -> Iterator[SentTurn]:
        """What left, in the order of the moments that it shows."""
        query = "SELECT seq, ticks, slots FROM sent WHERE session = ? ORDER BY seq, ticks, turn"
        for seq, ticks, slots in self._read(query, (session,)):
            yield SentTurn(seq, ticks, msgspec.msgpack.decode(slots, type=tuple[SentSlot, ...]))

    def blame(self, session: str, digest: bytes) -> None:
        """Count a death of the engine during this piece of work."""
        query = (
            "INSERT INTO deaths (session, digest, count) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
        )
        self._remark(query, (session, digest))

    def deaths(self) -> dict[tuple[str, bytes], int]:
        """Every piece of work during which the engine died, and how often."""
        try:
            rows = list(self._read("SELECT session, digest, count FROM deaths"))
        except StoreError as error:
            log.error("%s", error)
            return {}
        return {(str(session), bytes(digest)): int(count) for session, digest, count in rows}

    def generation(self) -> int:
        """Count a start of the engine, from 1; a start that cannot be written counts as the one after the last."""
        query = (
            "INSERT INTO counters (name, value) VALUES ('generation', 1)"
            " ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"
        )
        try:
            return int(self._write(query)[0][0])
        except StoreError as error:
            log.error("%s", error)
        rows = [] if self.damage else list(self._read("SELECT value FROM counters WHERE name = 'generation'"))
        return int(rows[0][0]) + 1 if rows else 1


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()


def _empty() -> sqlite3.Connection:
    """A database in memory that has nothing in it."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    change(connection, 0)
    return connection


def _changed(old: sqlite3.Connection, found: int) -> sqlite3.Connection:
    """A database of an older format as one of the present, in memory; the old one is closed."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    old.backup(memory)
    old.close()
    change(memory, found)
    return memory
