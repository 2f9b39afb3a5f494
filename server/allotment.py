"""How much of the log each student's seat has used: bounded, so that one phone never fills the disk.

    used(seat) = sum over its entries of (bytes of the body + ENTRY)

It is counted in memory and noted in the database every `NOTE` bytes, so a restart forgets no more than that. Instructors
have no bound: they hold the session's key.
"""

from __future__ import annotations

from server.protocol import Fault
from server.store import Entry, Log

ENTRY = 256
"""Bytes of an entry beside its body: its row, and the digests of the frames that followed."""
MOST = 32 * 2**20
"""Bytes of one seat: some two hours of dragging without a break, many thousand answers."""
RESERVE = 2**20
"""Bytes beyond them for the numbers of what is refused then; after that nothing of the seat is logged any more."""
NOTE = 64 * 1024
"""Bytes of a seat between two notes."""


class Allotment:
    """What the students' seats of one session have used."""

    def __init__(self, session: str, store: Log) -> None:
        self._session = session
        self._store = store
        self._used = store.used(session)
        self._noted = dict(self._used)

    def refusal(self, entry: Entry) -> Fault | None:
        """Why a student's command is not carried out: its seat has used what it may."""
        if not _counts(entry) or self._used.get(entry.seat, 0) + _size(entry) <= MOST:
            return None
        told = f"expected at most {MOST:,} bytes of one seat in the log, got more: nothing of this seat is kept any more"
        return Fault(code="full", detail=told)

    def exhausted(self, entry: Entry) -> bool:
        """Whether not even the number of a refused command, or who came and went, is logged any more."""
        return _counts(entry) and self._used.get(entry.seat, 0) >= MOST + RESERVE

    def spend(self, entry: Entry) -> None:
        """Count an entry that was logged."""
        if not _counts(entry):
            return
        used = self._used[entry.seat] = self._used.get(entry.seat, 0) + _size(entry)
        if used - self._noted.get(entry.seat, 0) >= NOTE:
            self._note(entry.seat)

    def note(self) -> None:
        """Note all that was counted since the last time."""
        for seat, used in self._used.items():
            if used != self._noted.get(seat, 0):
                self._note(seat)

    def _note(self, seat: str) -> None:
        self._noted[seat] = self._used[seat]
        self._store.note_used(self._session, seat, self._used[seat])


def _counts(entry: Entry) -> bool:
    return entry.kind == "attend" or (entry.kind == "command" and entry.role == "student")


def _size(entry: Entry) -> int:
    return len(entry.body) + ENTRY
