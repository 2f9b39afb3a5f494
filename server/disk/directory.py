"""The data directory: made, checked, and locked by the one program that uses it."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from typing import IO

FILE = "gnn-live.sqlite3"
"""The database in it."""


class StoreError(Exception):
    """The directory or its file cannot be used; the sentence says why and what to do."""


class InUse(StoreError):
    """Another program works on the directory."""


class Lock:
    """A lock on a data directory, held until `release` or the end of the process."""

    def __init__(self, directory: Path, name: str = "program", patience: float = 0.0) -> None:
        """Take the lock; waits so many seconds for whoever holds it.

        Raises:
            InUse: somebody else holds the lock.
            StoreError: the directory cannot be written.
        """
        prepare(directory)
        self._file: IO[bytes] = (directory / f"{name}.lock").open("ab")
        deadline = time.monotonic() + patience
        while not self._taken():
            if time.monotonic() >= deadline:
                self._file.close()
                raise InUse(
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


def vacant(path: Path, word: str) -> Path:
    """The first name `PATH.WORD-N` beside a file that nothing has yet."""
    number = 1
    while path.with_name(f"{path.name}.{word}-{number}").exists():
        number += 1
    return path.with_name(f"{path.name}.{word}-{number}")
