"""How much of the log each student's seat has used: bounded, so that neither one phone nor many fill the disk.

    used(seat) = sum over its entries of (bytes of the body + ENTRY)
    a command is carried out  <=>  used(seat) <= MOST  and  (used(all seats) <= TOGETHER  or  used(seat) <= FREE)

So who comes with many seats takes nobody's answers away, and a session's log is at most TOGETHER + RESERVES and FREE a
seat, of which there are so many at most (`server/gateway/places.py`).
It is counted in memory and noted in the database every `NOTE` bytes, so a restart forgets no more than that.
Instructors have no bound: they hold the session's key.
"""

from __future__ import annotations

from server.disk.store import Entry, Log
from server.protocol.messages import Fault

ENTRY = 256
"""Bytes of an entry beside its body: its row, and the digests of the frames that followed."""
MOST = 32 * 2**20
"""Bytes of one seat: some two hours of dragging without a break, many thousand answers."""
RESERVE = 2**20
"""Bytes beyond them for the numbers of what is refused then; after that nothing of the seat is logged any more."""
TOGETHER = 2**30
"""Bytes of all seats of a session: some days of dragging, by whomever."""
RESERVES = 2**28
"""Bytes beyond them for the numbers of what is refused then."""
FREE = 2**17
"""Bytes that each seat has whatever the others used: some four hundred answers."""
NOTE = 64 * 1024
"""Bytes of a seat between two notes."""


class Allotment:
    """What the students' seats of an engine's sessions have used."""

    def __init__(self, store: Log) -> None:
        self._store = store
        self._sessions: dict[str, dict[str, int]] = {}
        """By session and seat, as counted; a session is read when it is first asked for."""
        self._noted: dict[str, dict[str, int]] = {}
        self._totals: dict[str, int] = {}
        """By session, of all its seats."""

    def refusal(self, session: str, entry: Entry) -> Fault | None:
        """Why a student's command is not carried out: its seat has used what it may, or all of them have."""
        if not _counts(entry):
            return None
        used, size = self._used(session).get(entry.seat, 0), _size(entry)
        if used + size > MOST:
            return _full(f"{MOST:,} bytes of one seat in the log")
        if used + size > FREE and self._totals[session] + size > TOGETHER:
            return _full(f"{TOGETHER:,} bytes of all students of {session} in the log, or {FREE:,} of this seat")
        return None

    def exhausted(self, session: str, entry: Entry) -> bool:
        """Whether not even the number of a refused command, or who came and went, is logged any more."""
        if not _counts(entry):
            return False
        used = self._used(session).get(entry.seat, 0)
        return used >= MOST + RESERVE or (used >= FREE and self._totals[session] >= TOGETHER + RESERVES)

    def spend(self, session: str, entry: Entry) -> None:
        """Count an entry that was logged."""
        if not _counts(entry):
            return
        used = self._used(session)
        used[entry.seat] = used.get(entry.seat, 0) + _size(entry)
        self._totals[session] += _size(entry)
        if used[entry.seat] - self._noted[session].get(entry.seat, 0) >= NOTE:
            self._note(session, entry.seat)

    def note(self, session: str) -> None:
        """Note what a session's seats have used since the last time."""
        for seat, used in self._sessions.get(session, {}).items():
            if used != self._noted[session].get(seat, 0):
                self._note(session, seat)

    def forget(self, session: str) -> None:
        """The session is dropped from memory."""
        self.note(session)
        self._sessions.pop(session, None)
        self._noted.pop(session, None)
        self._totals.pop(session, None)

    def _used(self, session: str) -> dict[str, int]:
        if session not in self._sessions:
            self._sessions[session] = self._store.used(session)
            self._noted[session] = dict(self._sessions[session])
            self._totals[session] = sum(self._sessions[session].values())
        return self._sessions[session]

    def _note(self, session: str, seat: str) -> None:
        used = self._noted[session][seat] = self._sessions[session][seat]
        self._store.note_used(session, seat, used)


def _full(most: str) -> Fault:
    return Fault(code="full", detail=f"expected at most {most}, got more: nothing more of it is carried out")


def _counts(entry: Entry) -> bool:
    return entry.kind == "attend" or (entry.kind == "command" and entry.role == "student")


def _size(entry: Entry) -> int:
    return len(entry.body) + ENTRY
