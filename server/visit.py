"""One socket from its opening to its end: hello, the viewer it becomes, what it says, and why it is closed.

Only the envelope of a message is read here, `t` and `id`; the body goes on to the engine as it came.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from server import admission
from server import protocol as p
from server.admission import Admitted, Rejected
from server.faults import CLOSE_POLICY, CLOSE_TOO_LARGE, CLOSE_UNKNOWN_SESSION, UNREADABLE, FaultCode
from server.gateway import Gateway
from server.posted import Posted
from server.rooms import Rate, Room, Viewer
from server.store import Session
from server.transport import Direct, direct, frame_of
from server.wire import pack

MESSAGE_LIMIT = 64 * 1024
PATIENCE = 2.0
"""Seconds for a socket that is closed to take the reason."""
REST = 0.5
"""Seconds that nothing is read from a browser which said more than it may."""
TOO_FAST = "expected at most 30 messages a second, got more: this one was not carried out"

log = logging.getLogger("gnn_live.visit")


class _Envelope(msgspec.Struct):
    t: str
    id: object = None
    seq: object = None
    after: object = None


class Visit:
    """A socket, and the viewer it has become."""

    def __init__(self, gateway: Gateway, socket: WebSocket) -> None:
        self._gateway = gateway
        self._socket = socket
        self._wire: Direct | None = None
        self._viewer: Viewer | None = None
        self._acks = Rate()
        self._farewell: asyncio.Task[None] | None = None

    async def run(self, typed: str) -> None:
        """Serve the socket until it ends."""
        await self._socket.accept()
        try:
            try:
                admitted, session = await self._greeted(typed)
                await self._stay(admitted, session)
            except Rejected as rejected:
                await self._close(rejected)
        except WebSocketDisconnect:
            log.debug("a browser went away")
        if self._farewell is not None:
            await self._farewell

    async def _greeted(self, typed: str) -> tuple[Admitted, Session]:
        patience = self._gateway.timing.hello
        try:
            text = await asyncio.wait_for(self._receive(), patience)
        except TimeoutError as error:
            told = f"expected hello within {patience:g} seconds, got nothing"
            raise Rejected("malformed", told, CLOSE_POLICY) from error
        if text is not None and len(text) > MESSAGE_LIMIT:
            raise _too_large(len(text))
        hello = admission.greeting(text)
        try:
            session = self._gateway.find(typed)
        except admission.UnknownSession as unknown:
            raise Rejected("unknown_session", str(unknown), CLOSE_UNKNOWN_SESSION) from unknown
        return admission.admit(hello, session, self._gateway.keys), session

    async def _stay(self, admitted: Admitted, session: Session) -> None:
        self._wire = direct(self._socket.scope)
        if self._wire is not None:
            viewer, room = self._gateway.enter(admitted, session, self._wire)
            await self._hear_out(viewer, room, admitted)
            return
        posted = Posted(self._socket.send_bytes, self._abort)
        viewer, room = self._gateway.enter(admitted, session, posted)
        sender = self._gateway.supervisor.once("a sender", self._sent(posted))
        try:
            await self._hear_out(viewer, room, admitted)
        finally:
            sender.cancel()
            await asyncio.wait([sender])

    async def _sent(self, posted: Posted) -> None:
        """Send what comes until the browser is gone."""
        with contextlib.suppress(WebSocketDisconnect):
            await posted.run()

    async def _hear_out(self, viewer: Viewer, room: Room, admitted: Admitted) -> None:
        """Take what the browser says until it goes."""
        try:
            self._viewer = viewer
            viewer.dismiss = self._dismiss
            if admitted.new_seat_instead:
                told = "expected a seat token that was signed here, got another: this browser has a new seat"
                self._tell(viewer, "bad_token", told)
            if self._wire is not None:
                self._wire.on_text(lambda body: self._listen(viewer, room, body))
            while True:
                text = await self._receive()
                self._listen(viewer, room, None if text is None else text.encode())
        finally:
            self._gateway.leave(viewer, room)

    def _listen(self, viewer: Viewer, room: Room, body: bytes | None) -> None:
        """One message; one that is larger than a message may be is the last."""
        if self._farewell is not None:
            return
        if body is None:
            self._tell(viewer, "malformed", "expected JSON text, got a binary message")
            return
        if len(body) > MESSAGE_LIMIT:
            self._dismiss(_too_large(len(body)))
            return
        try:
            envelope = msgspec.json.decode(body, type=_Envelope)
        except UNREADABLE as error:
            envelope, wrong = _Envelope(""), f'expected a JSON object with a type "t": {error}'
        else:
            wrong = ""
        if envelope.t == "ack":
            self._acknowledged(viewer, envelope)
        elif not viewer.rate.allows():
            if self._wire is not None:
                self._wire.rest(REST)
            self._tell(viewer, "too_fast", TOO_FAST, re=_number(envelope.id))
        elif wrong:
            self._tell(viewer, "malformed", wrong)
        else:
            refusal = self._refusal(viewer, room, envelope.t, body)
            if refusal is not None:
                self._tell(viewer, *refusal, re=_number(envelope.id))

    def _acknowledged(self, viewer: Viewer, envelope: _Envelope) -> None:
        seq, after = envelope.seq, envelope.after
        if type(seq) is not int:
            self._tell(viewer, "invalid", "ack: expected a whole number `seq`")
        elif self._acks.allows():
            waited = min(max(after, 0), 1000) / 1000 if type(after) is int else 0.0
            lag = viewer.outbox.acknowledge(seq, waited)
            if lag is not None:
                self._gateway.counters.lag[viewer.role].add(lag)

    def _refusal(self, viewer: Viewer, room: Room, tag: str, body: bytes) -> tuple[FaultCode, str] | None:
        """Why a message was not passed on; None when it was."""
        if tag == "hello":
            return "refused", "expected hello once, as the first message, got it again"
        if tag == "rotate":
            return self._gateway.rotate(viewer, room)
        return self._gateway.relay(viewer, room, body)

    async def _receive(self) -> str | None:
        """The next message's text, or None when it was binary."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        return text

    def _dismiss(self, rejected: Rejected) -> None:
        """Say why and close, while nobody waits for it."""
        if self._farewell is None:
            if self._viewer is not None:
                self._viewer.outbox.close()
            self._farewell = self._gateway.supervisor.once("a farewell", self._close(rejected))

    async def _close(self, rejected: Rejected) -> None:
        if self._socket.application_state is not WebSocketState.CONNECTED:
            return
        body = pack(p.Fault(code=rejected.code, detail=rejected.detail)).stamped(0)
        try:
            async with asyncio.timeout(PATIENCE):
                with contextlib.suppress(WebSocketDisconnect):
                    await self._socket.send_bytes(body)
                    await self._socket.close(rejected.close)
        except TimeoutError:
            self._abort()

    def _abort(self) -> None:
        if self._wire is not None:
            self._wire.abort()

    def _tell(self, viewer: Viewer, code: FaultCode, detail: str, re: int | None = None) -> None:
        """Answer a message with a fault; what it was about stays out of the log."""
        self._gateway.counters.refused[code] += 1
        log.info("message refused", extra={"code": code, "role": viewer.role})
        viewer.outbox.direct(frame_of(pack(p.Fault(code=code, detail=detail, re=re)).stamped(0)))


def _number(id: object) -> int | None:
    """A command's number as a fault may name it; bool and what no browser can count to are none."""
    return id if type(id) is int and 0 < id <= p.LARGEST_ID else None


def _too_large(size: int) -> Rejected:
    told = f"expected a message of at most {MESSAGE_LIMIT:,} bytes, got {size:,}"
    return Rejected("too_large", told, CLOSE_TOO_LARGE)
