"""Frames on their way out: packed once, at most twelve a second for each slot, the latest wins.

A receipt, a fault and what comes right after a scene was opened go at once. What leaves is noted with a digest, so that
a replay of the log can be compared with what the class saw.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from server.disk.store import Log, SentSlot, SentTurn
from server.pipe.bus import Change, Clear, Direct, Known, SlotFrame, TurnBatch
from server.protocol.messages import Fault, Frame, Gone, Joined, Out, Receipt, Roster, Working
from server.protocol.wire import NotPackable, Packed, pack
from server.room.view import plain

log = logging.getLogger("gnn_live.outgoing")
PERIOD = 1 / 12
"""Seconds between two frames of one slot."""
SLOW_PERIOD = 1 / 2
"""The same for what changes with everybody who comes: of a thousand who join at once, all are told a few times."""
SLOW = (Joined, Roster)

LARGEST_TURN = 8 * 2**20
"""Bytes after which a turn that goes on is sent as far as it is."""

SlotKey = tuple[str, str]
AT_ONCE = (Receipt, Fault)


@dataclass(frozen=True, slots=True)
class Offer:
    """A frame to be sent, whose doing it is, and the moment of the room that it shows."""

    out: Out
    core: bool
    seq: int
    ticks: int
    by: str = ""
    viewer: int | None = None


@dataclass(slots=True)
class _Slots:
    """One session's slots: when each may be sent again, and what waits."""

    free_at: dict[SlotKey, float] = field(default_factory=dict)
    held: dict[SlotKey, Offer] = field(default_factory=dict)


def _period(offer: Offer) -> float:
    """Seconds until the slot of this frame may be sent again."""
    return SLOW_PERIOD if isinstance(offer.out.frame, SLOW) else PERIOD


def _passing(frame: Frame) -> bool:
    """Whether no replay gives the frame: it says what no log holds, or that there is none."""
    return isinstance(frame, Fault | Gone) or (isinstance(frame, Working) and bool(frame.waits))


def noted(frame: Frame, packed: Packed | None = None) -> bytes:
    """Digest of what a frame shows, 8 bytes: without its stamp and without the digests of files (`frames.plain`).

    Raises:
        NotPackable: the frame must not leave.
    """
    shown = plain(frame)
    if packed is None or shown is not frame:
        packed = pack(shown)
    state = hashlib.blake2b(packed.header, digest_size=8)
    state.update(packed.tail)
    return state.digest()


class Bundle:
    """Gathers what leaves in one turn, so that it crosses the pipe as one message a session."""

    def __init__(self, send: Callable[[Change | TurnBatch], None]) -> None:
        self._send = send
        self._changes: dict[str, list[Change]] = {}
        self._bytes = 0

    def add(self, change: Change) -> None:
        """Take a change along, behind the others of its session."""
        self._changes.setdefault(change.session, []).append(change)
        self._bytes += len(change.body) if isinstance(change, SlotFrame | Direct) else 0
        if self._bytes > LARGEST_TURN:
            self.send()

    def send(self) -> None:
        """The turn is over."""
        changes, self._changes, self._bytes = self._changes, {}, 0
        for session, these in changes.items():
            self._send(these[0] if len(these) == 1 else TurnBatch(session, tuple(these)))


class Outgoing:
    """The slots of every session, and the numbers of the frames."""

    def __init__(
        self, send: Callable[[Change], None], generation: int, over: Callable[[], None] = lambda: None
    ) -> None:
        """Frames leave by `send`, and `over` says that the turn is over."""
        self._send = send
        self._over = over
        self._number = generation << 32
        self._sessions: dict[str, _Slots] = {}
        self._noted: dict[tuple[str, int, int], list[SentSlot]] = {}

    @classmethod
    def bundled(cls, send: Callable[[Change | TurnBatch], None], generation: int) -> Outgoing:
        """Frames leave as one message a session, at the end of each turn."""
        bundle = Bundle(send)
        return cls(bundle.add, generation, bundle.send)

    def offer(self, session: str, offer: Offer, now: float) -> None:
        """Send a frame, or hold it until its slot may be sent again."""
        slots = self._sessions.setdefault(session, _Slots())
        slot = offer.out.slot
        if isinstance(offer.out.frame, AT_ONCE):
            self._leave(session, offer)
        elif slot in slots.held or now < slots.free_at.get(slot, now):
            slots.held[slot] = offer
        else:
            slots.free_at[slot] = now + _period(offer)
            self._leave(session, offer)

    def flush(self, now: float) -> None:
        """The turn is over: send what was held and is due."""
        for session, slots in self._sessions.items():
            due = [slot for slot in slots.held if now >= slots.free_at[slot]]
            for slot in due:
                offer = slots.held.pop(slot)
                slots.free_at[slot] = now + _period(offer)
                self._leave(session, offer)
        self._over()

    def due(self) -> float | None:
        """When the next held frame is due."""
        times = (slots.free_at[slot] for slots in self._sessions.values() for slot in slots.held)
        return min(times, default=None)

    def clear(self, session: str) -> None:
        """A scene was opened: its predecessor's frames are forgotten, and all slots may be sent at once."""
        held = self._sessions.get(session, _Slots()).held
        self._sessions[session] = _Slots()
        for offer in held.values():
            if offer.core:
                self._leave(session, offer)
        self._send(Clear(session))

    def known(self, session: str, seats: tuple[str, ...]) -> None:
        """All of the session was sent: its snapshot is complete, these seats are its own."""
        self._send(Known(session, seats))

    def forget(self, session: str) -> None:
        """The session was dropped."""
        self._sessions.pop(session, None)

    def fault(self, session: str, viewer: int | None, fault: Fault) -> None:
        """Tell one viewer why its command was not carried out; nobody when it has no author."""
        if viewer is not None:
            self._send(Direct(session, viewer, pack(fault).stamped(self._next())))

    def note(self, store: Log) -> None:
        """Write down what left since the last call."""
        for (session, seq, ticks), slots in self._noted.items():
            store.sent(session, SentTurn(seq, ticks, tuple(slots)))
        self._noted.clear()

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _leave(self, session: str, offer: Offer) -> None:
        to, key = offer.out.slot
        try:
            packed = pack(offer.out.frame)
        except NotPackable as error:
            log.error("%s: a frame was not sent: %s", session, error)
            self.fault(session, offer.viewer, Fault(code="failed", detail=f"a frame was not sent: {error}"))
            return
        number = self._next()
        gone = isinstance(offer.out.frame, Gone)
        own = "" if offer.core else offer.out.key  # of core slots a browser keeps the newest of each tag
        self._send(SlotFrame(session, to, key, packed.stamped(number, offer.by, own), offer.core, number, gone))
        if not _passing(offer.out.frame):
            sent = SentSlot(to, key, noted(offer.out.frame, packed))
            self._noted.setdefault((session, offer.seq, offer.ticks), []).append(sent)
