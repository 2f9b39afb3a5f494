"""What one viewer has still to be sent: direct messages in order, then the latest body of each slot.

    put(slot, body) -> written at once while the viewer keeps up; else kept, the latest of each slot, until it does

A viewer keeps up while nothing written before is left in its socket's buffer and while what it has not acknowledged
is less than half a second of what it acknowledges: kernel buffers hide seconds of stale frames, an acknowledgement does
not. A viewer that never acknowledges is judged by its buffer alone. Nobody holds up anybody else, and nothing is
queued: what was skipped is replaced by what is newer.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Slot = tuple[str, str]
"""(audience, key)"""
MOST_DIRECT = 64
"""A viewer that makes faults faster than it reads them loses the oldest of them, never a slot."""
HORIZON = 0.5
"""Seconds of a viewer's own pace that may be on their way to it."""
FIRST_CREDIT = 64 * 1024
LEAST_CREDIT = 16 * 1024
MOST_CREDIT = 512 * 1024
"""Bytes on their way: at first, at least, at most; one frame may always leave when nothing is on its way."""
MARKS = 64
"""Frames on their way that are remembered one by one; older ones count in the sum."""
STALL = 3.0
"""Seconds after which a buffer that drains nothing is given up."""


@dataclass(frozen=True, slots=True)
class Body:
    """A packed frame as every socket writes it: an RFC 6455 frame whose payload starts behind its head."""

    frame: bytes
    head: int
    seq: int = 0
    """Its number, by which browsers acknowledge it; 0 for what is not acknowledged (heartbeats, faults)."""

    @property
    def payload(self) -> bytes:
        """The message itself."""
        return self.frame[self.head :]


class Wire(Protocol):
    """What carries bodies to one browser."""

    waiting: Callable[[], int]
    """Bytes that were written and that the kernel has not taken yet."""

    def write(self, body: Body) -> None:
        """Send; called only while nothing is waiting."""

    def on_drained(self, told: Callable[[], None]) -> None:
        """Tell when nothing is waiting any more."""

    def abort(self) -> None:
        """Cut the connection."""


@dataclass(slots=True)
class Traffic:
    """What was delivered, by all outboxes that count here."""

    delivered: int = 0
    sent: int = 0
    """Bytes."""
    skipped: int = 0
    """Frames that were replaced by a newer one before they could leave."""
    cut: int = 0
    """Browsers that were given up."""

    def add(self, other: Traffic) -> None:
        """Count what another counted as well."""
        self.delivered += other.delivered
        self.sent += other.sent
        self.skipped += other.skipped
        self.cut += other.cut


class _Mark(NamedTuple):
    """A frame on its way: its number, all bytes up to it, and when it left."""

    seq: int
    total: int
    at: float


class Outbox:
    """A latest-wins mailbox before one wire."""

    __slots__ = (
        "_acked",
        "_acks",
        "_clock",
        "_credit",
        "_direct",
        "_limited",
        "_marks",
        "_pace_since",
        "_sent",
        "_slots",
        "_stuck",
        "_stuck_since",
        "_traffic",
        "_wire",
        "acknowledged",
        "lag",
    )

    def __init__(self, wire: Wire, traffic: Traffic, clock: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._traffic = traffic
        self._clock = clock
        self._direct: deque[Body] = deque(maxlen=MOST_DIRECT)
        self._slots: dict[Slot, Body] = {}
        self._marks: deque[_Mark] = deque(maxlen=MARKS)
        self._sent = 0
        self._acked = 0
        self._acks = False
        self._credit = FIRST_CREDIT
        self._limited = False
        """Whether something had to wait for credit since the last acknowledgement."""
        self._pace_since = 0.0
        self._stuck = 0
        self._stuck_since = 0.0
        self.acknowledged = 0
        """The highest number that this viewer has acknowledged."""
        self.lag: float | None = None
        """Seconds from the sending of the last acknowledged frame to its arrival, and back."""
        wire.on_drained(self.flush)

    def direct(self, body: Body) -> None:
        """A message that is not the state of a slot; it goes first."""
        self._direct.append(body)
        self.flush()

    def put(self, slot: Slot, body: Body) -> None:
        """A slot's newest body, in place of one that was not sent yet."""
        if self._may_leave(body) and (not body.seq or not (self._slots or self._direct)):
            self._write(body)
            return
        # Put behind the others, so that what waited longest leaves first.
        if self._slots.pop(slot, None) is not None:
            self._traffic.skipped += 1
        self._slots[slot] = body

    def forget(self, slot: Slot) -> None:
        """Do not send what is waiting for this slot."""
        self._slots.pop(slot, None)

    def waiting(self) -> int:
        """How many bodies wait to be sent."""
        return len(self._direct) + len(self._slots)

    def flush(self) -> None:
        """Send what waits, as far as the viewer can take it."""
        while self._direct and not self._wire.waiting():
            self._write(self._direct.popleft())
        while self._slots and not self._direct:
            slot = next(iter(self._slots))
            if not self._may_leave(self._slots[slot]):
                return
            self._write(self._slots.pop(slot))

    def acknowledge(self, seq: int, waited: float = 0.0) -> float | None:
        """The viewer has this frame, and all that left before it; it waited so many seconds before it said so.

        Returns:
            The lag, if the acknowledgement tells one.
        """
        self._acks = True
        last = self._arrived(seq)
        if last is None:
            return None
        now = self._clock()
        self.acknowledged = max(self.acknowledged, last.seq)
        self.lag = max(0.0, now - last.at - waited)
        self._learn(last.total - self._acked, now)
        self._acked = last.total
        self.flush()
        return self.lag

    def age(self, now: float) -> float:
        """Seconds since the oldest frame left that is not acknowledged; 0 where nothing is."""
        return now - self._marks[0].at if self._acks and self._marks else 0.0

    def stalled(self, now: float) -> bool:
        """Whether the buffer has drained nothing for `STALL` seconds; to be asked about once a second."""
        waiting = self._wire.waiting()
        if waiting == 0 or self._stuck == 0 or waiting < self._stuck:
            self._stuck_since = now
        self._stuck = waiting
        return waiting > 0 and now - self._stuck_since >= STALL

    def cut(self) -> None:
        """Give this viewer up; a live one comes back and is given the snapshot."""
        self._traffic.cut += 1
        self._wire.abort()

    def _may_leave(self, body: Body) -> bool:
        if self._wire.waiting():
            return False
        if not (self._acks and body.seq):
            return True
        on_the_way = self._sent - self._acked
        if on_the_way == 0 or on_the_way + len(body.frame) <= self._credit:
            return True
        self._limited = True
        return False

    def _write(self, body: Body) -> None:
        size = len(body.frame)
        self._traffic.delivered += 1
        self._traffic.sent += size
        if body.seq:
            now = self._clock()
            if self._sent == self._acked:
                self._pace_since = now
            self._sent += size
            self._marks.append(_Mark(body.seq, self._sent, now))
        self._wire.write(body)

    def _arrived(self, seq: int) -> _Mark | None:
        """The last mark that is not newer than this frame; marks up to it are forgotten."""
        marks = self._marks
        at = next((i for i in reversed(range(len(marks))) if marks[i].seq <= seq), None)
        if at is None:
            return None
        for _ in range(at):
            marks.popleft()
        return marks.popleft()

    def _learn(self, freed: int, now: float) -> None:
        """How much may be on its way from now on: a pace is the viewer's own only where credit held it up."""
        span = max(now - self._pace_since, 1e-3)
        paced = round(HORIZON * freed / span)
        self._pace_since = now
        wanted = (self._credit + paced) // 2 if self._limited else max(self._credit, paced)
        self._credit = min(max(wanted, LEAST_CREDIT), MOST_CREDIT)
        self._limited = False


class Posted:
    """The wire to one browser where the server exposes no transport: a task that sends one body after the other."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], abort: Callable[[], None]) -> None:
        self._send = send
        self._abort = abort
        self._body: Body | None = None
        self._filled = asyncio.Event()
        self._told: Callable[[], None] | None = None
        self.waiting: Callable[[], int] = self._waiting

    def _waiting(self) -> int:
        return len(self._body.frame) if self._body is not None else 0

    def write(self, body: Body) -> None:
        """Give a body to the task."""
        self._body = body
        self._filled.set()

    def on_drained(self, told: Callable[[], None]) -> None:
        """Tell when the body was sent."""
        self._told = told

    def abort(self) -> None:
        """Cut the connection."""
        self._abort()

    async def run(self) -> None:
        """Send what comes until cancelled; ends with the error of the socket."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            if self._body is not None:
                await self._send(self._body.payload)
                self._body = None
                if self._told is not None:
                    self._told()
