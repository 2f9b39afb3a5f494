"""Sockets on one side, the engine's pipe on the other: checks who may come in, relays commands, delivers frames.

The gateway reads only the envelope of a command, `t` and `id`; what it means and who may send it is the engine's
business. It never blocks on a browser (each has its outbox) nor on the engine (its pipe refuses when it is full).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections import Counter
from dataclasses import dataclass

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from server import admission
from server import protocol as p
from server.admission import Admitted, Rejected
from server.bus import (
    Attend,
    Catalogue,
    Clear,
    Create,
    Direct,
    Down,
    Drop,
    GatewayPipe,
    Inbound,
    Known,
    PipeClosed,
    Presence,
    Slot,
    Up,
)
from server.counters import Counters, Gauges
from server.delivery import Outbox
from server.keys import Keys
from server.protocol import FaultCode
from server.rooms import Room, Viewer
from server.store import Registry, Session
from server.wire import pack

MESSAGE_LIMIT = 64 * 1024
CLOSE_POLICY = 1008
CLOSE_TOO_LARGE = 1009
ENGINE_SLOT = ("", "engine")
BEAT_SLOT = ("", "beat")

log = logging.getLogger("gnn_live.gateway")


@dataclass(frozen=True, slots=True)
class Timing:
    """The gateway's own waits, in seconds."""

    hello: float = 5.0
    """A socket that has not said hello by then is closed."""
    beat: float = 2.0
    idle: float = 600.0
    """A room that nobody looks at for so long is forgotten in memory."""


class _Envelope(msgspec.Struct):
    t: str
    id: object = None


class Gateway:
    """All rooms of this process, their viewers, and the engine that plays them."""

    def __init__(self, registry: Registry, keys: Keys, timing: Timing = Timing()) -> None:
        self.registry = registry
        self.keys = keys
        self.catalogue: Catalogue | None = None
        self._catalogued = asyncio.Event()
        """The last engine's; kept while the engine is away."""
        self._timing = timing
        self._rooms: dict[str, Room] = {}
        self._pipe: GatewayPipe | None = None
        self._ready = False
        self._numbers = itertools.count(1)
        self.counters = Counters()

    @property
    def ready(self) -> bool:
        """Whether an engine is there and has sent its catalogue."""
        return self._ready

    async def catalogue_within(self, seconds: float) -> Catalogue | None:
        """What the scenes are, waiting this long for an engine that is still starting."""
        if self.catalogue is None and seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._catalogued.wait(), seconds)
        return self.catalogue

    def find(self, typed: str) -> Session:
        """The session of an ID as somebody typed it.

        Raises:
            UnknownSession: there is none; it knows the one that was probably meant.
        """
        return admission.find(self.registry, typed)

    async def drain(self) -> None:
        """Before the sockets close: tell every browser that the program stops on purpose."""
        self.counters.drains += 1
        frame = pack(p.Closing(detail="the server restarts")).stamped(0)
        for room in self._rooms.values():
            for viewer in room.watching():
                viewer.outbox.direct(frame)
        await asyncio.sleep(0)

    def gauges(self) -> Gauges:
        """Who is here at this moment, for `/metrics`."""
        viewers = Counter(viewer.role for room in self._rooms.values() for viewer in room.viewers.values())
        return Gauges(viewers, len(self._rooms), int(self._ready))

    # --- the engine's side ----------------------------------------------------------------------

    async def converse(self, pipe: GatewayPipe) -> None:
        """Take what an engine sends until its pipe ends."""
        self._pipe = pipe
        try:
            while True:
                self._take(await pipe.receive())
        except PipeClosed:
            log.warning("the engine's pipe has ended")
        finally:
            self._pipe, self._ready = None, False
            self._put_everywhere(ENGINE_SLOT, self._engine_frame())

    async def beat(self) -> None:
        """Every two seconds: a heartbeat to every viewer, departures to the engine, empty rooms forgotten."""
        beat = pack(p.Beat()).stamped(0)
        while True:
            await asyncio.sleep(self._timing.beat)
            self._put_everywhere(BEAT_SLOT, beat)
            for room in list(self._rooms.values()):
                self._tell(room, departures=True)
                if room.empty_since is not None and time.monotonic() - room.empty_since > self._timing.idle:
                    self._send(Drop(session=room.session))
                    del self._rooms[room.session]

    def _take(self, down: Down) -> None:
        if isinstance(down, Catalogue):
            self._begin(down)
            return
        room = self._rooms.get(down.session)
        if room is None:
            return
        match down:
            case Slot(to=to, key=key, body=body, core=core):
                room.keep((to, key), body, core)
            case Clear():
                room.clear()
            case Known():
                room.complete()
            case Direct(viewer=number, body=body):
                viewer = room.viewers.get(number)
                if viewer is not None:
                    viewer.outbox.direct(body)

    def _begin(self, catalogue: Catalogue) -> None:
        """An engine is ready: it learns of every room, and every browser of it."""
        self.catalogue, self._ready = catalogue, True
        self._catalogued.set()
        for room in self._rooms.values():
            room.renew()
            self._tell(room)
        self._put_everywhere(ENGINE_SLOT, self._engine_frame())

    def _send(self, up: Up) -> bool:
        return self._ready and self._pipe is not None and self._pipe.send(up)

    def _tell(self, room: Room, departures: bool = False) -> bool:
        """Bring the engine up to date on who is here; what its pipe refuses is told again at the next beat.

        Departures wait for the beat, so that a reloaded page is not seen to leave.
        """
        here = room.present()
        if not room.created:
            create = Create(session=room.session, lecture=room.lecture)
            room.created = self._send(create) and self._send(Presence(room.session, tuple(sorted(here))))
            if not room.created:
                return False
            # The last engine may have died before it noted who came: each is told again, which changes nothing twice.
            room.told.clear()
        for seat, name in here.items():
            if seat not in room.told and self._send(self._attend(room, seat, name, present=True)):
                room.told.add(seat)
        for seat in sorted(room.told - here.keys()) if departures else ():
            if self._send(self._attend(room, seat, "", present=False)):
                room.told.discard(seat)
        return True

    @staticmethod
    def _attend(room: Room, seat: str, name: str, present: bool) -> Attend:
        return Attend(session=room.session, seat=seat, name=name, present=present)

    def _engine_frame(self) -> bytes:
        generation = self.catalogue.generation if self.catalogue else 0
        device = self.catalogue.device if self.catalogue else ""
        return pack(p.Engine(ready=self._ready, generation=generation, device=device)).stamped(0)

    def _put_everywhere(self, slot: tuple[str, str], body: bytes) -> None:
        for room in self._rooms.values():
            for viewer in room.watching():
                viewer.outbox.put(slot, body)

    # --- the browsers' side ---------------------------------------------------------------------

    async def serve(self, socket: WebSocket, typed: str) -> None:
        """One socket from its opening to its end."""
        await socket.accept()
        try:
            try:
                admitted, session = await self._greeted(socket, typed)
                await self._stay(socket, admitted, session)
            except Rejected as rejected:
                await socket.send_bytes(_fault(rejected.code, rejected.detail))
                await socket.close(rejected.close)
        except WebSocketDisconnect:
            log.debug("a browser went away")

    async def _greeted(self, socket: WebSocket, typed: str) -> tuple[Admitted, Session]:
        try:
            text = await asyncio.wait_for(_receive(socket), self._timing.hello)
        except TimeoutError as error:
            told = f"expected hello within {self._timing.hello:g} seconds, got nothing"
            raise Rejected("malformed", told, CLOSE_POLICY) from error
        if text is not None and len(text) > MESSAGE_LIMIT:
            raise _too_large(len(text))
        hello = admission.greeting(text)
        try:
            session = self.find(typed)
        except admission.UnknownSession as unknown:
            raise Rejected("unknown_session", str(unknown), p.CLOSE_UNKNOWN_SESSION) from unknown
        return admission.admit(hello, session, self.keys), session

    async def _stay(self, socket: WebSocket, admitted: Admitted, session: Session) -> None:
        outbox = Outbox(socket.send_bytes)
        viewer, room = self._enter(admitted, session, outbox)
        sender = asyncio.create_task(outbox.run())
        try:
            while True:
                self._relay(viewer, room, await _receive(socket))
        finally:
            room.leave(viewer, time.monotonic())
            sender.cancel()
            await asyncio.wait([sender])
            if not sender.cancelled() and not isinstance(sender.exception(), WebSocketDisconnect):
                sender.result()

    def _enter(self, admitted: Admitted, session: Session, outbox: Outbox) -> tuple[Viewer, Room]:
        room = self._rooms.get(session.id)
        if room is None:
            room = self._rooms[session.id] = Room(session.id, session.lecture)
        hello = admitted.hello
        viewer = Viewer(next(self._numbers), hello.role, admitted.seat, hello.nonce, hello.name, outbox)
        welcome = p.Welcome(seat=admitted.seat, token=admitted.token, session=session.id, role=hello.role)
        outbox.direct(pack(welcome).stamped(0))
        if admitted.new_seat_instead:
            told = "expected a seat token that was signed here, got another: this browser has a new seat"
            outbox.direct(_fault("bad_token", told))
        room.enter(viewer)
        outbox.put(ENGINE_SLOT, self._engine_frame())
        self._tell(room)
        return viewer, room

    def _relay(self, viewer: Viewer, room: Room, text: str | None) -> None:
        """Check one message's size, rate and envelope, and pass it on.

        Raises:
            Rejected: it is larger than a message may be.
        """
        if text is None:
            viewer.outbox.direct(_fault("malformed", "expected JSON text, got a binary message"))
            return
        body = text.encode()
        if len(body) > MESSAGE_LIMIT:
            raise _too_large(len(body))
        allowed = viewer.rate.allows()
        try:
            envelope = msgspec.json.decode(body, type=_Envelope)
        except p.UNREADABLE as error:
            viewer.outbox.direct(_fault("malformed", f'expected a JSON object with a type "t": {error}'))
            return
        if envelope.t == "ack":
            return
        refusal = self._refusal(viewer, room, envelope, body, allowed)
        if refusal is not None:
            viewer.outbox.direct(_fault(*refusal, re=_number(envelope.id)))

    def _refusal(
        self, viewer: Viewer, room: Room, envelope: _Envelope, body: bytes, allowed: bool
    ) -> tuple[FaultCode, str] | None:
        """Why a message was not passed on; None when it was."""
        if not allowed:
            return "too_fast", "expected at most 30 messages a second, got more: this one was not carried out"
        if envelope.t == "hello":
            return "refused", "expected hello once, as the first message, got it again"
        inbound = Inbound(
            session=room.session,
            viewer=viewer.number,
            seat=viewer.seat,
            role=viewer.role,
            nonce=viewer.nonce,
            body=body,
        )
        if self._tell(room) and self._send(inbound):
            return None
        return "not_ready", "the engine that runs the models is starting or busy: try again in a moment"


async def _receive(socket: WebSocket) -> str | None:
    """The next message's text, or None when it was binary."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text: str | None = message.get("text")
    return text


def _fault(code: FaultCode, detail: str, re: int | None = None) -> bytes:
    return pack(p.Fault(code=code, detail=detail, re=re)).stamped(0)


def _number(id: object) -> int | None:
    """A command's number as a fault may name it; bool and what no browser can count to are none."""
    return id if type(id) is int and 0 < id <= p.LARGEST_ID else None


def _too_large(size: int) -> Rejected:
    told = f"expected a message of at most {MESSAGE_LIMIT:,} bytes, got {size:,}"
    return Rejected("too_large", told, CLOSE_TOO_LARGE)
