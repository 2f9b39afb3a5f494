"""What the gateway holds of one session: the latest body of each slot, and who is looking. No I/O."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from server import protocol as p
from server.delivery import Outbox, Slot
from server.protocol import Role

OPENED = "opened"
RATE = 30.0
BURST = 60.0


@dataclass(slots=True)
class Rate:
    """A token bucket: `RATE` messages a second in the long run, `BURST` at once."""

    clock: Callable[[], float] = time.monotonic
    credit: float = BURST
    since: float = field(init=False)

    def __post_init__(self) -> None:
        self.since = self.clock()

    def allows(self) -> bool:
        """Whether one more message is allowed now."""
        now = self.clock()
        self.credit = min(BURST, self.credit + (now - self.since) * RATE)
        self.since = now
        if self.credit < 1:
            return False
        self.credit -= 1
        return True


@dataclass(slots=True, eq=False)
class Viewer:
    """One open socket."""

    number: int
    role: Role
    seat: str
    nonce: str
    name: str
    outbox: Outbox
    rate: Rate = field(default_factory=Rate)
    live: bool = False
    """Whether it was given the snapshot; until then no slot is sent."""

    def may_see(self, to: str) -> bool:
        """Whether a slot with this audience is for this viewer."""
        return to in p.AUDIENCES[self.role] or to == p.seat(self.seat)


@dataclass(slots=True)
class Kept:
    """A slot's latest body; a core slot outlives the scene."""

    body: bytes
    core: bool


@dataclass(slots=True, eq=False)
class Room:
    """One session's slots and viewers."""

    session: str
    lecture: str | None
    slots: dict[Slot, Kept] = field(default_factory=dict)
    fresh: set[Slot] = field(default_factory=set)
    """Slots that the present engine filled; the others are its predecessor's."""
    viewers: dict[int, Viewer] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Seats that the engine believes present."""
    created: bool = False
    """Whether the present engine was asked for this session."""
    known: bool = False
    """Whether a snapshot is complete, be it the last engine's."""
    empty_since: float | None = None

    def enter(self, viewer: Viewer) -> None:
        """Add a viewer, with the snapshot if it is complete."""
        self.viewers[viewer.number] = viewer
        self.empty_since = None
        if self.known:
            self._give_snapshot(viewer)

    def leave(self, viewer: Viewer, now: float) -> None:
        """Take a viewer out."""
        del self.viewers[viewer.number]
        if not self.viewers:
            self.empty_since = now

    def keep(self, slot: Slot, body: bytes, core: bool) -> None:
        """A slot has a new body: keep it and put it into the outbox of everybody who may see it."""
        self.slots[slot] = Kept(body, core)
        self.fresh.add(slot)
        for viewer in self.watching():
            if viewer.live and viewer.may_see(slot[0]):
                viewer.outbox.put(slot, body)

    def clear(self) -> None:
        """Forget every slot of the scene that is closing, also what was not sent of it."""
        self._forget([slot for slot, kept in self.slots.items() if not kept.core])

    def complete(self) -> None:
        """The engine has sent all of this room: slots that only its predecessor knew go, and who waited is served."""
        self._forget([slot for slot in self.slots if slot not in self.fresh])
        self.known = True
        for viewer in self.watching():
            if not viewer.live:
                self._give_snapshot(viewer)

    def renew(self) -> None:
        """Another engine is there: it was asked for nothing yet; the last one's slots stay until it has answered."""
        self.created = False
        self.fresh.clear()

    def watching(self) -> Iterator[Viewer]:
        """Every viewer, instructors and stages first."""
        yield from (viewer for viewer in self.viewers.values() if viewer.role != "student")
        yield from (viewer for viewer in self.viewers.values() if viewer.role == "student")

    def present(self) -> dict[str, str]:
        """Students' seats with an open socket, and the names they came with."""
        return {viewer.seat: viewer.name for viewer in self.viewers.values() if viewer.role == "student"}

    def _forget(self, slots: list[Slot]) -> None:
        for slot in slots:
            del self.slots[slot]
            self.fresh.discard(slot)
            for viewer in self.viewers.values():
                viewer.outbox.forget(slot)

    def _give_snapshot(self, viewer: Viewer) -> None:
        viewer.live = True
        seen = [(slot, kept.body) for slot, kept in self.slots.items() if viewer.may_see(slot[0])]
        for slot, body in sorted(seen, key=lambda item: item[0][1] != OPENED):
            viewer.outbox.put(slot, body)
