"""Rooms and their viewers on one side, the engines' pipes on the other: relays commands, delivers frames.

It never blocks on a browser (each has its outbox) nor on an engine (its pipe refuses when it is full). What one socket
says is read in `server/gateway/socket.py`; what a command means and who may send it is the engine's business.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial

from server.disk.keys import Keys
from server.disk.store import Registry, Session, StoreError
from server.gateway.audience import Audience, Viewer
from server.gateway.broadcast import deliver, deliver_turn
from server.gateway.defence import admission
from server.gateway.defence.admission import Admitted, Rejected
from server.gateway.defence.bucket import TokenBucket
from server.gateway.defence.unfinished import Unfinished
from server.gateway.direct import frame_of
from server.gateway.engine_link import Uplink, place_of
from server.gateway.lag import hall
from server.gateway.mailbox import Body, Outbox, Wire
from server.gateway.places import Limits as Limits
from server.gateway.places import claim
from server.pipe.bus import Alive, Catalogue, Down, Drop, GatewayPipe, Inbound, PipeClosed, SlotFrame, Stats, TurnBatch
from server.pipe.counters import Counters, Gauges, Traffic
from server.pipe.refusals import Refusals
from server.pipe.supervisor import Supervisor, attempt_each
from server.pipe.watchdog import PATIENCE, PERIOD, Patience
from server.protocol import messages as p
from server.protocol import nicknames
from server.protocol.faults import CLOSE_BAD_KEY, Refusal
from server.protocol.messages import Frame, Role
from server.protocol.panels import ControlPanel, Panels
from server.protocol.wire import pack

ENGINE_SLOT = ("", "engine")
BEAT_SLOT = ("", "beat")
PANELS_SLOT = ("", "panels")
HALL_SLOT = ("", "hall")
CLOSING_SLOT = ("", "closing")
ROOMY = Limits()
RESTARTING = "the server restarts: what you sent is kept and sent again as soon as it is back"

log = logging.getLogger("gnn_live.gateway")


@dataclass(frozen=True, slots=True)
class Timing:
    """The gateway's own waits, in seconds."""

    hello: float = 5.0
    """A socket that has not said hello by then is closed."""
    beat: float = 2.0
    watch: float = 1.0
    """Between two looks at who takes nothing any more."""
    idle: float = 600.0
    """A room that nobody looks at for so long is forgotten in memory."""
    drain: float = 3.0
    """For the engines to finish what they took when the program stops."""
    look: float = PERIOD
    """Between two looks at the engines' silence."""
    engine: Patience = PATIENCE
    """With an engine that is silent."""


@dataclass(slots=True)
class _Whole:
    """What several engines tell together: the first catalogue that came, and that it came."""

    catalogue: Catalogue | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)


class Gateway:
    """All rooms of this process, their viewers, and the engines that play them."""

    def __init__(
        self,
        registry: Registry,
        keys: Keys,
        timing: Timing = Timing(),
        limits: Limits = ROOMY,
        engines: int = 1,
    ) -> None:
        self.registry = registry
        self.keys = keys
        self.timing = timing
        self.limits = limits
        self.counters = Counters()
        self.refusals = Refusals(log)
        self.unfinished = Unfinished(limits.unfinished)
        self.supervisor = Supervisor()
        """Of every task here; the application stops it at its end."""
        self.draining = False
        """Whether the program is about to stop: nothing new is relayed."""
        self._whole = _Whole()
        self._rooms: dict[str, Audience] = {}
        self._uplinks = [Uplink(timing.engine) for _ in range(engines)]
        self._past = Traffic()
        """What was delivered in rooms that are forgotten."""
        self._numbers = itertools.count(1)

    @property
    def ready(self) -> bool:
        """Whether every engine is there and has sent its catalogue."""
        return all(uplink.ready for uplink in self._uplinks)

    @property
    def why(self) -> str:
        """Why an engine is not ready, in a sentence; "" where all are."""
        return next((uplink.why for uplink in self._uplinks if not uplink.ready), "")

    @property
    def catalogue(self) -> Catalogue | None:
        """What the engine last told of its scenes; kept while the engine is away."""
        return self._whole.catalogue

    @property
    def rooms(self) -> list[Audience]:
        """Every room in memory."""
        return list(self._rooms.values())

    def traffic(self) -> Traffic:
        """What was delivered since the start."""
        total = Traffic()
        for part in (self._past, *(room.traffic() for room in self._rooms.values())):
            total.add(part)
        return total

    def gauges(self) -> Gauges:
        """Who is here at this moment, for `/metrics`."""
        viewers = Counter(viewer.role for room in self._rooms.values() for viewer in room.watching())
        ready = sum(uplink.ready for uplink in self._uplinks)
        hangs = sum(uplink.hangs for uplink in self._uplinks)
        return Gauges(self.traffic(), viewers, len(self._rooms), ready, hangs)

    async def catalogue_within(self, seconds: float) -> Catalogue | None:
        """What the scenes are, waiting this long for an engine that is still starting."""
        if self.catalogue is None and seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._whole.came.wait(), seconds)
        return self.catalogue

    def find(self, typed: str) -> Session:
        """The session of an ID as somebody typed it.

        Raises:
            UnknownSession: there is none; it knows the one that was probably meant.
        """
        return admission.find(self.registry, typed)

    # --- the engines' side ----------------------------------------------------------------------

    async def converse(self, pipe: GatewayPipe, number: int = 0) -> bool:
        """Take what an engine sends until its pipe ends; returns whether another engine is wanted."""
        uplink = self._uplinks[number]
        uplink.connect(pipe)
        if self.draining:
            pipe.finish()
        try:
            while True:
                await self._take(await pipe.receive(), uplink)
        except PipeClosed:
            level = logging.INFO if self.draining else logging.WARNING
            log.log(level, "the engine's pipe has ended", extra={"engine": number})
        finally:
            uplink.disconnect()
            self._tell_of_engine(uplink)
        return not self.draining

    async def _take(self, down: Down, uplink: Uplink) -> None:
        if uplink.feed():
            log.warning("the engine answers again", extra={"engine": self._uplinks.index(uplink)})
            self._tell_of_engine(uplink)
        if isinstance(down, Alive):
            uplink.announced(down.busy, down.seconds)
            return
        if isinstance(down, Catalogue):
            self._begin(down, uplink)
            return
        if isinstance(down, Stats):
            self.counters.engines[self._uplinks.index(uplink)] = down.numbers
            return
        room = self._rooms.get(down.session)
        if room is None:
            return
        match down:
            case TurnBatch(changes=changes):
                await deliver_turn(room, changes)
            case SlotFrame():
                await deliver(room, down)
            case _:
                await deliver_turn(room, (down,))

    def _begin(self, catalogue: Catalogue, uplink: Uplink) -> None:
        """An engine is ready: it learns of every room of its own, and every browser there of it."""
        self._whole.catalogue = catalogue
        self._whole.came.set()
        self.counters.engine_restarts += uplink.begun
        uplink.begin(catalogue)
        for room in self._rooms.values():
            if self._uplink(room) is uplink:
                room.renew()
                uplink.tell(room)
        self._tell_of_engine(uplink)

    def _uplink(self, room: Audience) -> Uplink:
        return self._uplinks[place_of(room.session, len(self._uplinks))]

    def _tell_of_engine(self, uplink: Uplink) -> None:
        body = _body(uplink.frame())
        for room in self._rooms.values():
            if self._uplink(room) is uplink:
                _tell(room.watching(), ENGINE_SLOT, body)

    # --- what time brings -----------------------------------------------------------------------

    async def beat(self) -> None:
        """Every two seconds: a heartbeat to who heard nothing else, departures to the engine, empty rooms forgotten."""
        beat = _body(p.Beat())
        while True:
            await asyncio.sleep(self.timing.beat)
            for room in self.rooms:
                attempt_each(room.watching(), lambda viewer: viewer.outbox.beat(BEAT_SLOT, beat), Viewer.fail)
                self._uplink(room).tell(room, departures=True)
                room.refill()
                if room.empty_since is not None and time.monotonic() - room.empty_since > self.timing.idle:
                    self._forget(room)

    async def watch(self) -> None:
        """Every second: who takes nothing any more is cut, and the control panels learn how the hall is served."""
        while True:
            await asyncio.sleep(self.timing.watch)
            now = time.monotonic()
            for room in self.rooms:
                attempt_each(room.watching(), partial(_cut_stalled, room.session, now), Viewer.fail)
                if room.panels():
                    _tell(room.panels(), HALL_SLOT, _body(hall(room, now, self.limits)))

    async def look_after(self) -> None:
        """Every second: an engine that does not answer is told to browsers, and in the end given up."""
        while True:
            await asyncio.sleep(self.timing.look)
            for uplink in self._uplinks:
                if uplink.look():
                    self._tell_of_engine(uplink)

    def _forget(self, room: Audience) -> None:
        self._uplink(room).send(Drop(session=room.session))
        del self._rooms[room.session]
        self._past.add(room.traffic())

    async def drain(self) -> None:
        """Before the program stops: browsers are told, engines finish what they took and send their last frames."""
        self.draining = True
        self.counters.drains += 1
        closing = _body(p.Closing(detail=RESTARTING))
        for room in self.rooms:
            _tell(room.watching(), CLOSING_SLOT, closing)
        for uplink in self._uplinks:
            if uplink.pipe is not None:
                uplink.pipe.finish()
        deadline = time.monotonic() + self.timing.drain
        while any(uplink.ready for uplink in self._uplinks) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)

    # --- the browsers' side ---------------------------------------------------------------------

    def enter(self, admitted: Admitted, session: Session, wire: Wire) -> tuple[Viewer, Audience]:
        """A browser that was let in: it is welcomed and given the snapshot.

        Raises:
            Rejected: the session is full of what it is.
        """
        room = self._rooms.get(session.id)
        if room is None:
            newcomers = TokenBucket(*self.limits.newcomers)
            room = Audience(session.id, session.lecture, empty_since=time.monotonic(), newcomers=newcomers)
            self._rooms[session.id] = room
        claim(room, admitted, self.limits, sum(len(one.viewers) for one in self._rooms.values()))
        hello, outbox = admitted.hello, Outbox(wire)
        viewer = Viewer.of(next(self._numbers), admitted, outbox)
        with ExitStack() as undo:
            undo.callback(self.leave, viewer, room)
            outbox.direct(_body(admission.welcome(admitted, session, self.keys)))
            cleaned = nicknames.remark(hello.name) if hello.role == "student" else None
            if cleaned:
                outbox.direct(_body(p.Fault(code="invalid", detail=cleaned)))
            room.enter(viewer)
            uplink = self._uplink(room)
            outbox.put(ENGINE_SLOT, _body(uplink.frame()))
            uplink.tell(room)
            if viewer.panel:
                self._tell_panels(room)
            self.counters.viewers[viewer.role] += 1
            undo.pop_all()
        log.info("viewer came", extra={"session": room.session, "role": viewer.role})
        return viewer, room

    def leave(self, viewer: Viewer, room: Audience) -> None:
        """A socket that has ended."""
        if viewer.number not in room.viewers:
            return
        room.leave(viewer, time.monotonic())
        if viewer.panel:
            self._tell_panels(room)
        log.info("viewer went", extra={"session": room.session, "role": viewer.role})

    def largest(self, role: Role, tag: str) -> int:
        """Bytes of one command of this type from this role; while no engine said so, what any may have."""
        if role == "instructor" or self.catalogue is None:
            return p.LARGEST_OF_ALL
        return min(self.catalogue.largest.get(tag, p.LARGEST), p.LARGEST_OF_ALL)

    def relay(
        self, viewer: Viewer, room: Audience, body: bytes, spent: tuple[int, Refusal] | None = None
    ) -> Refusal | None:
        """Pass a command on to the room's engine (of a refused one its number); says why not where that fails."""
        if self.draining:
            return "not_ready", RESTARTING
        inbound = Inbound(
            session=room.session,
            viewer=viewer.number,
            seat=viewer.seat,
            role=viewer.role,
            nonce=viewer.nonce,
            body=body,
            id=spent[0] if spent else None,
            refusal=spent[1] if spent else None,
        )
        uplink = self._uplink(room)
        if not (uplink.tell(room) and uplink.send(inbound)):
            return "not_ready", uplink.refusal
        self.counters.relayed += 1
        if viewer.panel and viewer.panel != room.leader:
            room.leader = viewer.panel
            self._tell_panels(room)
        return None

    def rotate(self, viewer: Viewer, room: Audience) -> Refusal | None:
        """A new instructor's key: told to the panel that asked, the others are closed; says why not otherwise."""
        if viewer.role != "instructor":
            return "forbidden", f"rotate: expected from instructor, came from a {viewer.role}"
        try:
            session = self.registry.rotate(room.session)
        except StoreError as error:
            return "failed", f"the key was not changed: {error}"
        known = session.id, session.key_generation
        viewer.outbox.direct(_body(p.Key(key=self.keys.key(*known), stage=self.keys.stage(*known))))
        told = "expected the instructor's new key, got the one before: it was changed on another control panel"
        others = [other for other in room.panels() if other is not viewer]
        attempt_each(others, lambda other: other.dismiss(Rejected("bad_key", told, CLOSE_BAD_KEY)), Viewer.fail)
        return None

    @staticmethod
    def _tell_panels(room: Audience) -> None:
        panels = tuple(ControlPanel(number=v.panel, leads=v.panel == room.leader) for v in room.panels())
        for viewer in room.panels():
            _tell([viewer], PANELS_SLOT, _body(Panels(you=viewer.panel, panels=panels)))


def _body(frame: Frame) -> Body:
    """A frame of the gateway's own; browsers need not acknowledge it."""
    return frame_of(pack(frame).stamped(0))


def _tell(viewers: Iterable[Viewer], slot: tuple[str, str], body: Body) -> None:
    """Put a body into the outbox of each; one that fails fails alone."""
    attempt_each(viewers, lambda viewer: viewer.outbox.put(slot, body), Viewer.fail)


def _cut_stalled(session: str, now: float, viewer: Viewer) -> None:
    """Give a viewer up whose socket takes nothing any more."""
    if viewer.outbox.stalled(now):
        log.info("a viewer took nothing for seconds and is cut", extra={"session": session, "role": viewer.role})
        viewer.outbox.cut()
