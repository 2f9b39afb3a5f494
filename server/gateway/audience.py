"""What the gateway holds of one session: the latest body of each slot, and who is looking. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count

from server.gateway.defence.admission import Admitted, Rejected
from server.gateway.defence.bucket import Allowance, TokenBucket
from server.gateway.mailbox import Body, Outbox, SlotKey
from server.pipe.counters import Traffic
from server.pipe.supervisor import attempt_each
from server.protocol import messages as p
from server.protocol.messages import Role

OPENED = ("all", "opened")
PLACE = ("all", "place")
RECEIPT = "receipt:"
SEAT = "seat:"
MOST_TABS = 16
"""Receipts of one seat that are kept; the room in the engine keeps as many."""


@dataclass(slots=True, eq=False)
class Viewer:
    """One open socket."""

    number: int
    role: Role
    seat: str
    nonce: str
    name: str
    outbox: Outbox
    allowance: Allowance = field(default_factory=Allowance)
    """Shared by all tabs of a student's seat."""
    bare: bool = False
    """A stage that nobody opened from the control panel."""
    live: bool = False
    """Whether it was given the snapshot; until then no slot is sent."""
    panel: int = 0
    """An instructor's panel is numbered from 1; 0 for others."""
    dismiss: Callable[[Rejected], None] = lambda _: None
    """Tell it why, and close its socket."""

    @classmethod
    def of(cls, number: int, admitted: Admitted, outbox: Outbox) -> Viewer:
        """The viewer that a browser which was let in becomes."""
        hello = admitted.hello
        return cls(
            number=number,
            role=hello.role,
            seat=admitted.seat,
            nonce=hello.nonce,
            name=hello.name,
            outbox=outbox,
            allowance=Allowance.of(hello.role),
            bare=hello.role == "stage" and not admitted.projector,
        )

    def fail(self) -> None:
        """Something went wrong with this viewer: its connection ends, and it may come back."""
        self.outbox.fail()


@dataclass(slots=True)
class KeptBody:
    """A slot's latest body; a core slot outlives the scene."""

    body: Body
    core: bool


@dataclass(slots=True, eq=False)
class Audience:
    """One session's slots and viewers."""

    session: str
    lecture: str | None
    slots: dict[str, dict[str, KeptBody]] = field(default_factory=dict)
    """By audience and key, each audience's in the order of their last change."""
    fresh: set[SlotKey] = field(default_factory=set)
    """Slots that the present engine filled; the others are its predecessor's."""
    viewers: dict[int, Viewer] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Seats that the engine believes present."""
    untold: dict[str, str] = field(default_factory=dict)
    """Seats that came since, and the names they came with."""
    created: bool = False
    """Whether the present engine was asked for this session."""
    known: bool = False
    """Whether a snapshot is complete, be it the last engine's."""
    empty_since: float | None = None
    leader: int = 0
    """The panel that gave the last command."""
    seats: dict[str, None] = field(default_factory=dict)
    """Students' seats that the session has or had, in the order in which they came."""
    newcomers: TokenBucket = field(default_factory=TokenBucket)
    """New seats that may still come."""
    turned_away: int = 0
    """Browsers that found no place here."""
    _spent: dict[str, Allowance] = field(default_factory=dict)
    """What is left to seats that have gone: coming back gives nobody a new one."""
    _past: Traffic = field(default_factory=Traffic)
    """What was delivered to viewers who have gone."""
    _by_role: dict[Role, dict[int, Viewer]] = field(
        default_factory=lambda: {"instructor": {}, "stage": {}, "student": {}}
    )
    _by_seat: dict[str, dict[int, Viewer]] = field(default_factory=dict)
    _audiences: dict[str, tuple[Outbox, ...]] = field(default_factory=dict)
    """Made when asked for, forgotten when somebody comes, is given the snapshot, or goes."""
    _live: dict[Role, tuple[Viewer, ...]] = field(default_factory=dict)
    """The same for each role."""

    def enter(self, viewer: Viewer) -> None:
        """Add a viewer, with the snapshot if it is complete."""
        seat = self._by_seat.setdefault(viewer.seat, {})
        if viewer.role == "student":
            if seat:
                viewer.allowance = next(iter(seat.values())).allowance
            else:
                viewer.allowance = self._spent.pop(viewer.seat, viewer.allowance)
            self.know(viewer.seat)
            if viewer.seat not in self.told:
                self.untold[viewer.seat] = viewer.name
        if viewer.role == "instructor":
            taken = {other.panel for other in self.panels()}
            viewer.panel = next(number for number in count(1) if number not in taken)
            self.leader = self.leader if self.leader in taken else viewer.panel
        seat[viewer.number] = viewer
        self.viewers[viewer.number] = viewer
        self._by_role[viewer.role][viewer.number] = viewer
        self._changed()
        self.empty_since = None
        if self.known:
            self._give_snapshot(viewer)

    def leave(self, viewer: Viewer, now: float) -> None:
        """Take a viewer out."""
        del self.viewers[viewer.number]
        del self._by_role[viewer.role][viewer.number]
        self._changed()
        seat = self._by_seat[viewer.seat]
        del seat[viewer.number]
        if not seat:
            del self._by_seat[viewer.seat]
            if viewer.role == "student" and not viewer.allowance.full:
                self._spent[viewer.seat] = viewer.allowance
        if viewer.panel == self.leader and viewer.panel:
            self.leader = next((other.panel for other in self.panels()), 0)
        if not self.viewers:
            self.empty_since = now
        self._past.add(viewer.outbox.traffic())

    def know(self, *seats: str) -> None:
        """These seats are the session's own from now on; how many there may be is `places.Limits.seats`."""
        self.seats.update(dict.fromkeys(seats))

    def refill(self) -> None:
        """Forget the allowance of those who have gone and may send as much as at first again."""
        for seat in [seat for seat, allowance in self._spent.items() if allowance.full]:
            del self._spent[seat]

    def keep(self, slot: SlotKey, body: Body, core: bool) -> None:
        """A slot has a new body."""
        to, key = slot
        kept = self.slots.setdefault(to, {})
        if kept.pop(key, None) is None and key.startswith(RECEIPT):
            self._forget_old_tabs(to)
        kept[key] = KeptBody(body, core)
        self.fresh.add(slot)

    def empty(self, slot: SlotKey) -> None:
        """A slot holds nothing any more."""
        if self.latest(slot) is not None:
            self._forget([slot])

    def latest(self, slot: SlotKey) -> Body | None:
        """The latest body of a slot, if there is one."""
        kept = self.slots.get(slot[0], {}).get(slot[1])
        return kept.body if kept else None

    def _forget_old_tabs(self, to: str) -> None:
        """Of a seat's tabs only the last that were receipted are kept; each tab has a slot of its own."""
        tabs = [(to, key) for key in self.slots[to] if key.startswith(RECEIPT)]
        self._forget(tabs[: max(0, len(tabs) + 1 - MOST_TABS)])

    def audience(self, to: str) -> tuple[Outbox, ...]:
        """The outboxes of those who may see a slot with this audience and have the snapshot; students last."""
        if to.startswith(SEAT):
            return tuple(viewer.outbox for viewer in self.seated(to.removeprefix(SEAT)))
        known = self._audiences.get(to)
        if known is None:
            viewers = chain.from_iterable(
                self._by_role[role].values() for role in self._by_role if to in p.AUDIENCES[role]
            )
            known = self._audiences[to] = tuple(viewer.outbox for viewer in viewers if viewer.live)
        return known

    def live(self, role: Role) -> tuple[Viewer, ...]:
        """The viewers of a role who have the snapshot."""
        known = self._live.get(role)
        if known is None:
            known = self._live[role] = tuple(viewer for viewer in self._by_role[role].values() if viewer.live)
        return known

    def seated(self, seat: str) -> tuple[Viewer, ...]:
        """The viewers of a seat who have the snapshot."""
        return tuple(viewer for viewer in self._by_seat.get(seat, {}).values() if viewer.live)

    def clear(self) -> None:
        """Forget every slot of the scene that is closing, also what was not sent of it."""
        self._forget([(to, key) for to, slots in self.slots.items() for key, kept in slots.items() if not kept.core])

    def complete(self) -> None:
        """The engine has sent all of this room: slots that only its predecessor knew go, and who waited is served."""
        self._forget([(to, key) for to, slots in self.slots.items() for key in slots if (to, key) not in self.fresh])
        self.known = True
        waiting = tuple(viewer for viewer in self.watching() if not viewer.live)
        attempt_each(waiting, self._give_snapshot, Viewer.fail)

    def renew(self) -> None:
        """Another engine is there: it was asked for nothing yet; the last one's slots stay until it has answered."""
        self.created = False
        self.fresh.clear()

    def watching(self) -> tuple[Viewer, ...]:
        """Every viewer, instructors and stages first."""
        return tuple(chain.from_iterable(viewers.values() for viewers in self._by_role.values()))

    def students(self) -> list[Viewer]:
        """Every student's socket."""
        return list(self._by_role["student"].values())

    def stages(self) -> list[Viewer]:
        """Every stage."""
        return list(self._by_role["stage"].values())

    def panels(self) -> list[Viewer]:
        """Every control panel, in the order of coming."""
        return list(self._by_role["instructor"].values())

    def traffic(self) -> Traffic:
        """What was delivered in this room."""
        total = Traffic()
        total.add(self._past)
        attempt_each(self.watching(), lambda viewer: total.add(viewer.outbox.traffic()), Viewer.fail)
        return total

    def is_here(self, seat: str) -> bool:
        """Whether a seat has an open socket."""
        return seat in self._by_seat

    @property
    def bare_stages(self) -> int:
        """Stages here that nobody opened from the control panel."""
        return sum(viewer.bare for viewer in self._by_role["stage"].values())

    def tabs(self, seat: str) -> list[Viewer]:
        """The open sockets of a seat, the oldest first."""
        return list(self._by_seat.get(seat, {}).values())

    def present(self) -> dict[str, str]:
        """Students' seats with an open socket, and the names they came with."""
        return {viewer.seat: viewer.name for viewer in self._by_role["student"].values()}

    def _forget(self, slots: list[SlotKey]) -> None:
        for to, key in slots:
            del self.slots[to][key]
            if not self.slots[to]:
                del self.slots[to]
            self.fresh.discard((to, key))
        for audience in {to for to, _ in slots}:
            gone = [slot for slot in slots if slot[0] == audience]
            attempt_each(self.audience(audience), partial(Outbox.forget, slots=gone), Outbox.fail)

    def _changed(self) -> None:
        self._audiences.clear()
        self._live.clear()

    def _give_snapshot(self, viewer: Viewer) -> None:
        viewer.live = True
        self._changed()
        audiences = (*p.AUDIENCES[viewer.role], p.seat(viewer.seat))
        seen = [((to, key), kept.body) for to in audiences for key, kept in self.slots.get(to, {}).items()]
        for slot, body in sorted(seen, key=lambda item: (item[0] != OPENED, item[1].seq)):
            viewer.outbox.put(slot, body)
