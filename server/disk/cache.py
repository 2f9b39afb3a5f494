"""Files of bytes by key under one folder: written in one piece, checked when read, bounded in all; the oldest go.

A cache: whoever finds nothing makes it again, so that a full disk or a damaged file costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path

log = logging.getLogger("gnn_live.cache")
DIGEST = 16
MOST = 256 * 2**20
"""Bytes of all files together."""


class FileCache:
    """A `server.room.datasets.Cache` in a folder, which several processes may use at once."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self._most = folder, most
        self._refused = False
        """Whether the disk refused the last one, which was told of."""

    def get(self, key: str) -> bytes | None:
        """What was put under a key, bit for bit; None where it is absent or damaged."""
        path = self._folder / key
        try:
            whole = path.read_bytes()
        except OSError:
            return None
        body = whole[DIGEST:]
        if _digest(key, body) != whole[:DIGEST]:
            log.warning("expected %s as it was written, but the file is damaged; it is made again", path.name)
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used last goes last
        return body

    def put(self, key: str, body: bytes) -> None:
        """Keep it in one piece; nothing is kept that is larger than all may be, or where the disk refuses."""
        if DIGEST + len(body) > self._most:
            return
        part = self._folder / f"{key}.{os.getpid()}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.write_bytes(_digest(key, body) + body)
            part.replace(self._folder / key)
        except OSError as error:
            if not self._refused:
                told = "expected to keep training data in %s, but %s; they are made again"
                log.warning(told, self._folder.name, error)
            self._refused = True
            with contextlib.suppress(OSError):
                part.unlink()
        else:
            self._refused = False
        self._shrink()

    def drop(self, key: str) -> None:
        """Take it away, where it is."""
        with contextlib.suppress(OSError):
            (self._folder / key).unlink()

    def _shrink(self) -> None:
        """Take away the oldest until the rest is small enough; others may do so at the same time."""
        files: list[tuple[float, int, Path]] = []
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                with contextlib.suppress(OSError):
                    about = path.stat()
                    files.append((about.st_mtime, about.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._most:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size


def _digest(key: str, body: bytes) -> bytes:
    """Of the key as well: a file under another name is not what was asked for."""
    return hashlib.blake2b(key.encode() + b"\0" + body, digest_size=DIGEST).digest()
