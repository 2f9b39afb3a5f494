"""The database's file as the world has it: real SQLite on a real file, that may be full or slow, and kills in between.

Every write of an engine is a moment before and after which it may be killed; what it had written is there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tests.simulation.clock import Clock

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")


@dataclass
class Disk:
    """What happens to who writes."""

    clock: Clock
    full: bool = False
    slow: float = 0.0
    """Seconds that a write takes."""
    write: float = 0.0
    """The same on a good day, of computing."""
    burn: Callable[[], None] = lambda: None
    """One more operation of whoever runs, who may be killed before it."""
    owner: Callable[[], object] = lambda: None
    """Who runs: its connections end with it."""
    connections: list[tuple[object, sqlite3.Connection]] = field(default_factory=list)

    def before(self) -> None:
        """A statement that writes is about to be carried out."""
        self.burn()
        if self.slow:
            self.clock.wait(self.slow)
        self.clock.charge(self.write)
        if self.full:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            error.sqlite_errorname = "SQLITE_FULL"
            raise error

    def forget(self, owner: object) -> None:
        """A process is gone, its connections with it."""
        for of, connection in self.connections:
            if of is owner:
                connection.close()
        self.connections = [pair for pair in self.connections if pair[0] is not owner]

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While this lasts, whoever opens a database gets this disk's."""
        real, Connection.disk = sqlite3.connect, self

        def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = real(*args, **{**kwargs, "factory": Connection})
            connection.create_function("unixepoch", 0, lambda: int(self.clock.now + self.clock.jumped))
            self.connections.append((self.owner(), connection))
            return connection

        setattr(sqlite3, "connect", connect)  # noqa: B010  (mypy knows its overloads)
        try:
            yield
        finally:
            setattr(sqlite3, "connect", real)  # noqa: B010
            Connection.disk = None


class Connection(sqlite3.Connection):
    """A connection of the world."""

    disk: ClassVar[Disk | None] = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Carry one statement out."""
        disk = Connection.disk
        if disk is None or not sql.lstrip()[:6].upper().startswith(WRITES):
            return super().execute(sql, parameters)
        disk.before()
        cursor = super().execute(sql, parameters)
        disk.burn()
        return cursor
