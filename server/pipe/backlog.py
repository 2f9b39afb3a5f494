"""What waits for the engine: a queue for each session, bounded so that none fills it, written in fair turns.

    a command is taken  <=>  waiting(its session) + size <= limit - waiting(all)

The limit is that of its class: what the gateway says itself, instructors and students each have one of their own. A
session alone may hold half of it, two may hold a third each, so there is always room for one more. Sources: Choudhury
and Hahne 1998, IEEE/ACM Trans. Networking 6(2), dynamic thresholds; Shreedhar and Varghese 1995, SIGCOMM, deficit round
robin. Within a session the gateway's own messages and the instructor's go first; each seat's own keep their order.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Class = Literal["own", "instructor", "student"]
LIMITS: dict[Class, int] = {"own": 4 * 2**20, "instructor": 4 * 2**20, "student": 8 * 2**20}
"""Bytes of each class that may wait."""
WHOSE: dict[Class, str] = {"own": "notices", "instructor": "instructor's commands", "student": "students' commands"}
QUANTUM = 4096
"""Bytes that a session may write in one turn, once it is its turn."""


@dataclass(slots=True)
class _Pool:
    """The bytes of one class that wait."""

    limit: int
    total: int = 0
    by_session: dict[str, int] = field(default_factory=dict)

    def room(self, session: str) -> int:
        """Bytes that this session may add now."""
        return self.limit - self.total - self.by_session.get(session, 0)

    def add(self, session: str, size: int) -> None:
        self.total += size
        held = self.by_session.pop(session, 0) + size
        if held:
            self.by_session[session] = held


@dataclass(slots=True)
class _Queue:
    """One session's messages: those that go first, and the students'."""

    first: deque[tuple[Class, bytes]] = field(default_factory=deque)
    students: deque[tuple[Class, bytes]] = field(default_factory=deque)
    credit: int = 0

    def next(self) -> deque[tuple[Class, bytes]] | None:
        """The lane whose message is the next one; None when nothing waits."""
        return self.first or self.students or None


class Backlog:
    """Everything that was said to the engine and is not written yet."""

    def __init__(self) -> None:
        self._pools = {kind: _Pool(limit) for kind, limit in LIMITS.items()}
        self._queues: dict[str, _Queue] = {}
        """By session, the one whose turn it is in front."""

    def __bool__(self) -> bool:
        return bool(self._queues)

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return sum(pool.total for pool in self._pools.values())

    def put(self, session: str, kind: Class, framed: bytes) -> str:
        """Add a message; returns the sentence that says why it was not taken, or ""."""
        pool = self._pools[kind]
        if len(framed) > pool.room(session):
            held = pool.by_session.get(session, 0)
            return (
                f"expected at most {held + pool.room(session):,} bytes of {session}'s {WHOSE[kind]} to wait for the "
                f"engine, got {len(framed):,} more while {held:,} wait: send it again in a moment"
            )
        pool.add(session, len(framed))
        queue = self._queues.setdefault(session, _Queue())
        (queue.students if kind == "student" else queue.first).append((kind, framed))
        return ""

    def take(self, most: int) -> bytearray:
        """About so many bytes of whole messages, the sessions in turns."""
        taken = bytearray()
        while self._queues and len(taken) < most:
            session = next(iter(self._queues))
            queue = self._queues.pop(session)
            self._serve(session, queue, taken)
            if queue.next():
                self._queues[session] = queue
        return taken

    def _serve(self, session: str, queue: _Queue, taken: bytearray) -> None:
        queue.credit += QUANTUM
        while (lane := queue.next()) and len(lane[0][1]) <= queue.credit:
            kind, framed = lane.popleft()
            queue.credit -= len(framed)
            self._pools[kind].add(session, -len(framed))
            taken += framed

    def clear(self) -> None:
        """Forget everything."""
        self._queues.clear()
        for pool in self._pools.values():
            pool.total = 0
            pool.by_session.clear()
