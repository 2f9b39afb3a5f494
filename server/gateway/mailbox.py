"""What one viewer has still to be sent: direct messages in order, then the latest body of each slot.

    put(slot, body) -> written at once while the viewer keeps up; else kept, the latest of each slot, until it does

A viewer keeps up while nothing written before is left in its socket's buffer and while what it has not acknowledged
is less than half a second of what it acknowledges: kernel buffers hide seconds of stale frames, an acknowledgement does
not. A viewer that never acknowledges is judged by its buffer alone. Nobody holds up anybody else, and nothing is
queued: what was skipped is replaced by what is newer.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from server.pipe.counters import Traffic

SlotKey = tuple[str, str]
"""(audience, key)"""
MOST_DIRECT = 64
"""A viewer that makes faults faster than it reads them loses the oldest of them, never a slot."""
HORIZON = 0.5
"""Seconds of a viewer's own pace that may be on their way to it."""
FIRST_CREDIT = 64 * 1024
LEAST_CREDIT = 16 * 1024
MOST_CREDIT = 512 * 1024
"""Bytes on their way: at first, at least, at most; one frame may always leave when nothing is on its way."""
MARKS, FIRST_MARKS = 64, 16
"""Frames on their way that are remembered one by one, others count in the sum; fewer before the first acknowledgement,
for who never acknowledges needs none."""
LARGEST_BATCH = 32 * 1024
"""Bytes of several frames that leave in one write: no more than the kernel may hold unsent."""
UNANSWERED = 1.0
"""Seconds after which a frame that is not acknowledged counts as lag itself."""
STALL = 3.0
"""Seconds after which a buffer that drains nothing is given up."""


@dataclass(frozen=True, slots=True)
class Body:
    """A packed frame as every socket writes it: an RFC 6455 frame."""

    frame: bytes
    seq: int = 0
    """Its number, by which browsers acknowledge it; 0 for what is not acknowledged (heartbeats, faults)."""


class Batch:
    """Bodies that leave together, in this order: joined once for everybody who is sent the same ones."""

    __slots__ = ("frame", "items", "newest", "seq")

    def __init__(self, items: Sequence[tuple[SlotKey, Body]], frame: bytes | None = None) -> None:
        self.items = tuple(items)
        self.frame = b"".join([body.frame for _, body in self.items]) if frame is None else frame
        self.seq = next((body.seq for _, body in self.items if body.seq), 0)
        """The number of the first: who acknowledges it has the others too, for all came in one write."""
        self.newest = max((body.seq for _, body in self.items), default=0)

    def __add__(self, other: Batch) -> Batch:
        """These, and then those."""
        return Batch((*self.items, *other.items), self.frame + other.frame)


def batches(items: Iterable[tuple[SlotKey, Body]], most: int = LARGEST_BATCH) -> list[Batch]:
    """As few batches as hold these bodies in order, none over so many bytes but where it is a single body."""
    made: list[Batch] = []
    waiting: list[tuple[SlotKey, Body]] = []
    size = 0
    for slot, body in items:
        if waiting and size + len(body.frame) > most:
            made.append(Batch(waiting))
            waiting, size = [], 0
        waiting.append((slot, body))
        size += len(body.frame)
    return [*made, Batch(waiting)] if waiting else made


class Wire(Protocol):
    """What carries frames to one browser."""

    joins: bool
    """Whether several frames may be written at once, one behind the other."""
    waiting: Callable[[], int]
    """Bytes that were written and that the kernel has not taken yet."""
    write: Callable[[bytes], None]
    """Send an RFC 6455 frame; called only while nothing is waiting."""

    def on_room(self, told: Callable[[bool], None]) -> None:
        """Tell False as soon as something has to wait, True as soon as nothing does any more."""

    def on_end(self, told: Callable[[], None]) -> None:
        """Tell as soon as nothing can be sent any more, now if that is so."""

    def abort(self) -> None:
        """Cut the connection."""


Mark = tuple[int, int, float, int]
"""A frame on its way: its number, all bytes up to it, when it left, and how many bytes were acknowledged then."""


class Outbox:
    """A latest-wins mailbox before one wire."""

    __slots__ = (
        "_acked",
        "_acks",
        "_blocked",
        "_clock",
        "_credit",
        "_cut",
        "_delivered",
        "_direct",
        "_ended",
        "_flushing",
        "_idle",
        "_limited",
        "_marks",
        "_newest",
        "_sent",
        "_skipped",
        "_slots",
        "_taken",
        "_taken_at",
        "_wire",
        "_write",
        "_written",
        "acknowledged",
        "drawn",
        "lag",
    )

    def __init__(self, wire: Wire, clock: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._write = wire.write
        self._blocked = wire.waiting() > 0
        self._clock = clock
        self._direct: deque[Body] = deque(maxlen=MOST_DIRECT)
        self._slots: dict[SlotKey, Body] = {}
        self._marks: deque[Mark] = deque(maxlen=MARKS)
        self._sent = 0
        self._acked = 0
        self._acks = False
        self._credit = FIRST_CREDIT
        self._limited = False
        """Whether something had to wait since the last acknowledgement, for credit or for the socket's buffer."""
        self._flushing = False
        self._ended = False
        self._idle = True
        self._delivered = self._written = self._skipped = self._cut = 0
        self._taken = 0
        self._taken_at = clock()
        self._newest = 0
        self.acknowledged = 0
        """The highest number that this viewer has acknowledged."""
        self.drawn = 0
        """The highest number that it has painted; where it does not say, what it acknowledged."""
        self.lag: float | None = None
        """Seconds from the sending of the last acknowledged frame to its arrival, and back."""
        wire.on_room(self._room)
        wire.on_end(self.close)

    def direct(self, body: Body) -> None:
        """A message that is not the state of a slot; it goes first."""
        if self._ended:
            return
        self._direct.append(body)
        self.flush()

    def put(self, slot: SlotKey, body: Body) -> None:
        """A slot's newest body, in place of one that was not sent yet."""
        if self._ended or (
            not (body.seq and (self._slots or self._direct)) and self._left(body.frame, body.seq, body.seq)
        ):
            return
        # Put behind the others, so that what waited longest leaves first.
        if self._slots.pop(slot, None) is not None:
            self._skipped += 1
        self._slots[slot] = body

    def take(self, batch: Batch) -> None:
        """Several slots' newest bodies: in one write where the viewer can take them all, else one by one."""
        if len(batch.items) == 1 or not self._takes_whole(batch):
            for slot, body in batch.items:
                self.put(slot, body)
            return
        self._left(batch.frame, batch.seq, batch.newest, len(batch.items))

    def _takes_whole(self, batch: Batch) -> bool:
        if self._ended or self._blocked or self._slots or self._direct or not self._wire.joins:
            return False
        return not self._acks or self._sent - self._acked + len(batch.frame) <= self._credit

    def beat(self, slot: SlotKey, body: Body) -> None:
        """A sign of life, where nothing else was one since the last time."""
        if self._idle:
            self.put(slot, body)
        self._idle = True

    def forget(self, slots: Iterable[SlotKey]) -> None:
        """Do not send what is waiting for these slots."""
        for slot in slots:
            self._slots.pop(slot, None)

    def waiting(self) -> int:
        """How many bodies wait to be sent."""
        return len(self._direct) + len(self._slots)

    def flush(self) -> None:
        """Send what waits, as far as the viewer can take it."""
        if self._flushing:  # a wire may tell that it is drained while it is written to, as one under TLS does
            return
        self._flushing = True
        try:
            self._empty()
        finally:
            self._flushing = False

    def _empty(self) -> None:
        while self._direct:
            body = self._direct[0]
            if (
                not self._left(body.frame, body.seq, body.seq) or self._ended
            ):  # writing may find that nobody is there any more
                return
            self._direct.popleft()
        while self._slots:
            slot, body = next(iter(self._slots.items()))
            if not self._left(body.frame, body.seq, body.seq) or self._ended:
                return
            del self._slots[slot]

    def acknowledge(self, seq: int, waited: float = 0.0, drawn: int | None = None) -> float | None:
        """The viewer has this frame, and all that left before it; it waited so many seconds before it said so.

        `drawn` is the newest that it has painted; one that does not say paints what it has.

        Returns:
            The lag, if the acknowledgement tells one.
        """
        self._acks = True
        self.acknowledged = max(self.acknowledged, min(seq, self._newest))
        self.drawn = max(self.drawn, min(seq if drawn is None else drawn, self._newest))
        last = self._arrived(seq)
        if last is None:
            return None
        _, total, left, acked = last
        now = self._clock()
        self.lag = max(0.0, now - left - waited)
        # While this frame was on its way, all this arrived: that is the pace, whenever the answers came.
        self._learn(total - acked, now - left - waited)
        self._acked = total
        if self._slots or self._direct:
            self.flush()
        return self.lag

    def lateness(self, now: float) -> float:
        """The lag, or the age of the oldest frame without an answer where that is more than a second."""
        lag = self.lag or 0.0
        if self._acks and self._marks:
            age = now - self._marks[0][2]
            return age if age > max(lag, UNANSWERED) else lag
        return lag

    def stalled(self, now: float) -> bool:
        """Whether the kernel has taken nothing of what waits for `STALL` seconds; to be asked about once a second."""
        waiting = self._wire.waiting()
        taken = self._written - waiting  # pings that are written elsewhere only make it look like less
        if waiting == 0 or taken > self._taken:
            self._taken, self._taken_at = taken, now
        return now - self._taken_at >= STALL

    def cut(self) -> None:
        """Give this viewer up; a live one comes back and is given the snapshot."""
        self._cut = 1
        self._wire.abort()

    def fail(self) -> None:
        """Something went wrong with this viewer: it gets nothing more, and its connection ends."""
        self.close()
        self._wire.abort()

    def close(self) -> None:
        """Nothing more is sent: the farewell was said, or nobody is there."""
        self._ended = True
        self._slots.clear()
        self._direct.clear()
        self._write = _nowhere

    def traffic(self) -> Traffic:
        """What was delivered to this viewer."""
        return Traffic(self._delivered, self._written, self._skipped, self._cut)

    def _room(self, there_is: bool) -> None:
        self._blocked = not there_is
        if there_is:
            self.flush()

    def _left(self, frame: bytes, seq: int, newest: int, bodies: int = 1) -> bool:
        """Write one or more bodies, numbered from `seq` to `newest`, if the viewer can take them now."""
        if self._blocked:
            self._limited = True
            return False
        size = len(frame)
        if seq:
            on_the_way = self._sent - self._acked
            if self._acks and on_the_way and on_the_way + size > self._credit:
                self._limited = True
                return False
            self._sent += size
            self._newest = max(self._newest, newest)
            mark = (seq, self._sent, self._clock(), self._acked)
            if self._acks or len(self._marks) < FIRST_MARKS:
                self._marks.append(mark)
            else:  # the last one answers for all that follow it, or their credit would never come back
                self._marks[-1] = mark
        self._delivered += bodies
        self._written += size
        self._idle = False
        self._write(frame)
        return True

    def _arrived(self, seq: int) -> Mark | None:
        """The last mark that is not newer than this frame; marks up to it are forgotten."""
        marks = self._marks
        at = next((i for i in reversed(range(len(marks))) if marks[i][0] <= seq), None)
        if at is None:
            return None
        for _ in range(at):
            marks.popleft()
        return marks.popleft()

    def _learn(self, arrived: int, span: float) -> None:
        """How much may be on its way from now on: a pace is the viewer's own only where something held it up."""
        paced = round(HORIZON * arrived / max(span, 1e-3))
        wanted = (self._credit + paced) // 2 if self._limited else max(self._credit, paced)
        self._credit = min(max(wanted, LEAST_CREDIT), MOST_CREDIT)
        self._limited = False


def _nowhere(_: bytes) -> None:
    """Where frames go after a farewell."""
