"""What the engine is doing at this moment, in a file that outlives it: how a deadly command is told from a bad day.

    DATA/engine-K.attempt    one for each engine; fixed size, mapped into memory: noting costs a memory copy

It survives `kill -9`. Before each piece of work (a command, a job's step, the frames of a room) its session and digest
are noted, and wiped after it. What stands there at the next start was in flight at a death; after two deaths it is
skipped.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from server.disk.store import Entry, Log

DEADLY = 2
"""Deaths of the engine after which a piece of work is not tried again."""
_SIZE = 4096
_HEAD = struct.Struct("<BHH")


def file_of(engine: int) -> str:
    """Name of the file of the engine with this number."""
    return f"engine-{engine}.attempt"


def digest_of(entry: Entry) -> bytes:
    """Digest of an entry: a command's is the same when a browser sends it again, whatever its place in the log."""
    own = "" if entry.kind == "command" else str(entry.seq)
    number = own if entry.id is None else str(entry.id)
    return _digest(entry.kind, entry.seat, entry.nonce, number, entry.body)


def digest_of_warmth(scene: str) -> bytes:
    """Digest of a scene's first run, before anybody asked for it."""
    return _digest("warm", "", "", scene, b"")


def digest_of_truth(vote: int) -> bytes:
    """Digest of the steps that work out the answer to the vote of this number."""
    return _digest("truth", "", "", str(vote), b"")


def digest_of_checkpoint(sequence: int) -> bytes:
    """Digest of reading the checkpoint at this log entry."""
    return _digest("checkpoint", "", "", str(sequence), b"")


def digest_of_job(sequence: int) -> bytes:
    """Digest of the steps that the open scene's job takes behind this log entry."""
    return _digest("job", "", "", str(sequence), b"")


def _digest(kind: str, seat: str, nonce: str, number: str, body: bytes) -> bytes:
    text = "\0".join((kind, seat, nonce, number)).encode() + b"\0" + body
    return hashlib.blake2b(text, digest_size=16).digest()


class Attempts:
    """The note of the piece of work in flight, and the deaths counted so far."""

    def __init__(self, directory: Path, log: Log, engine: int = 0) -> None:
        """Read what was in flight when the last engine of this number ended, and count its death."""
        path = directory / file_of(engine)
        path.touch(mode=0o600)
        if path.stat().st_size != _SIZE:
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)
        self.last = self._read()
        """(session, digest) of the work during which the last engine died."""
        self._wipe()
        if self.last is not None:
            log.blame(*self.last)
        self._deaths = log.deaths()
        self.beat: Callable[[], object] = lambda: None
        """Shows that the engine goes on; called before each piece of work."""

    def _read(self) -> tuple[str, bytes] | None:
        busy, name_length, digest_length = _HEAD.unpack_from(self._map)
        if not busy:
            return None
        at = _HEAD.size
        name = self._map[at : at + name_length].decode(errors="replace")
        return name, self._map[at + name_length : at + name_length + digest_length]

    def _wipe(self) -> None:
        self._map[0] = 0

    @contextmanager
    def noted(self, session: str, digest: bytes) -> Iterator[None]:
        """Note this piece of work while it is done."""
        self.beat()
        name = session.encode()[:1024]
        at = _HEAD.size
        self._map[at : at + len(name) + len(digest)] = name + digest
        # The first byte makes the note count, so it is written last.
        self._map[: _HEAD.size] = _HEAD.pack(1, len(name), len(digest))
        try:
            yield
        finally:
            self._wipe()

    def deadly(self, session: str, digest: bytes) -> bool:
        """Whether the engine died of this piece of work so often that it is not tried again."""
        return self._deaths.get((session, digest), 0) >= DEADLY

    def close(self) -> None:
        """Give the file back."""
        self._map.close()


@dataclass(frozen=True, slots=True)
class Watch:
    """One session's view of the attempts: what is skipped, and the note of what is being done."""

    deadly: Callable[[bytes], bool]
    noted: Callable[[bytes], AbstractContextManager[None]]


def watch(attempts: Attempts, session: str) -> Watch:
    """The watch over a session that is played now."""
    return Watch(partial(attempts.deadly, session), partial(attempts.noted, session))


def past_watch(log: Log, session: str) -> Watch:
    """The watch over a log that is only read: skips what the engine skipped, notes nothing."""
    deaths = log.deaths()
    return Watch(lambda digest: deaths.get((session, digest), 0) >= DEADLY, lambda _: nullcontext())
