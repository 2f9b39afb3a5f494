"""A connection to the database file: opened, waited for within bounds, and every failure a sentence.

What can happen outside (a full disk, a lock, a damaged page) is a `StoreError`; what cannot is a defect and stays one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from server.disk.directory import FILE, StoreError, prepare
from server.disk.migration import VERSION, bring_up_to_date, version_of

OPENING = 5.0
"""Seconds that opening the file waits for another's transaction: nobody is served yet."""
BUSY = 0.25
"""Seconds that a running program waits for one: the engine is a plain loop and the gateway a single thread, so
everybody waits. Our own transactions are one statement and end within milliseconds; who holds longer is a stranger."""
HURRIED = 2.0
"""Seconds after a wait in vain in which no lock is waited for: at most an eighth of the time is lost to a stranger."""
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_ADVICE = {
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_IOERR: "the disk is full or failing",
    sqlite3.SQLITE_READONLY: "make the file and its directory writable",
    sqlite3.SQLITE_CANTOPEN: "make the file and its directory writable",
    sqlite3.SQLITE_BUSY: "another program holds it, close that one",
    sqlite3.SQLITE_LOCKED: "another program holds it, close that one",
}
Row = tuple[Any, ...]


class DamagedError(StoreError):
    """The file is no database any more, or a page of it cannot be read."""


def connect(directory: Path) -> sqlite3.Connection:
    """Open the file, make it if it is not there, bring an older one up to date.

    Raises:
        DamagedError: it cannot be read any more; whoever starts the program has it set aside (`server/disk/damage.py`).
        StoreError: it cannot be used as it is.
    """
    prepare(directory)
    return opened(directory / FILE)


def opened(path: Path) -> sqlite3.Connection:
    """The database in this file, as `connect` opens that of a directory."""
    try:
        address = path.absolute().as_uri()  # an address, so that ATTACH takes addresses too
        connection = sqlite3.connect(address, uri=True, timeout=OPENING, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise told(error, path, "opened") from error
    try:
        version_of(connection, path)  # before anything is written, even the journal's mode
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        bring_up_to_date(connection, path)
    except StoreError:
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        raise told(error, path, "opened") from error
    return connection


def check_writable(directory: Path) -> None:
    """Write something that changes nothing, so that a program which could keep nothing says so at its start.

    Raises:
        StoreError: the disk is full, the file read-only, or another program holds it.
    """
    connection = connect(directory)
    try:
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except sqlite3.OperationalError as error:
        raise told(error, directory / FILE, "written") from error
    finally:
        connection.close()


def told(error: sqlite3.Error, path: Path, done: str) -> StoreError:
    """What cannot be done with the file, and what helps, as one sentence."""
    code = error.sqlite_errorcode & 0xFF
    if code in DAMAGED:
        return DamagedError(
            f"{path} is damaged ({error}) and nothing more is kept: stop gnn-live and start it again, "
            "it then sets the file aside and goes on with what can be read of it"
        )
    advice = f"; {_ADVICE[code]}" if code in _ADVICE else ""
    return StoreError(f"{path} cannot be {done}: {error}{advice}")


def _from_outside(error: sqlite3.Error) -> bool:
    """Whether it is the file's or the disk's failure, and not that of a statement."""
    return type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)


class Connected:
    """A connection to the file, closed by `close` or at the end of a `with`."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], float] = time.monotonic) -> None:
        self.damage: StoreError | None = None
        """Why the file is not touched any more."""
        self._db = connection
        self._clock = clock
        self._hurried_until = 0.0
        self._waits = -1.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def _write(self, query: str, values: tuple[object, ...] = ()) -> list[Row]:
        """Carry out one statement, whole and committed, or not at all; returns what it returns.

        Raises:
            StoreError: the disk is full, the file damaged, or another program has locked it.
        """
        self._ready()
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not _from_outside(error):
                raise
            raise self._failed(error, "written") from error

    def _read(self, query: str, values: tuple[object, ...] = ()) -> Iterator[Row]:
        """Rows one by one; raises StoreError where they end too early."""
        self._ready()
        try:
            yield from self._db.execute(query, values)
        except sqlite3.DatabaseError as error:
            if not _from_outside(error):
                raise
            raise self._failed(error, "read") from error

    def _ready(self) -> None:
        """Set how long a lock is waited for now; a damaged file is left alone."""
        if self.damage is not None:
            raise self.damage
        waits = 0.0 if self._clock() < self._hurried_until else BUSY
        if waits != self._waits:
            self._waits = waits
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * waits)}")

    def _failed(self, error: sqlite3.Error, done: str) -> StoreError:
        failure = told(error, Path(FILE), done)
        if isinstance(failure, DamagedError):
            self.damage = failure
        elif error.sqlite_errorcode & 0xFF in _LOCKED:
            self._hurried_until = self._clock() + HURRIED
        return failure
