"""One socket from its opening to its end: hello, the viewer it becomes, what it says, and why it is closed.

Only the envelope of a message is read here, `t` and `id`; the body goes on to the engine as it came.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from server.disk.store import Session
from server.gateway.audience import Audience, Viewer
from server.gateway.defence import admission
from server.gateway.defence.admission import Admitted, Rejected
from server.gateway.defence.bucket import TokenBucket
from server.gateway.direct import DirectWire, direct, frame_of, withdraw
from server.gateway.hub import Gateway
from server.protocol import messages as p
from server.protocol.faults import CLOSE_POLICY, CLOSE_TOO_LARGE, CLOSE_UNKNOWN_SESSION, UNREADABLE, FaultCode, Refusal
from server.protocol.wire import pack

HELLO_LIMIT = 4 * 1024
PATIENCE = 2.0
"""Seconds for a socket that is closed to take the reason."""
REST = 0.5
"""Seconds that nothing is read from a browser which said more than it may."""
TOO_FAST = {
    "messages": "expected at most 30 messages a second, got more: this one was not carried out",
    "bytes": "expected fewer bytes a second, got more: this message was not carried out",
}
DESCRIBED: frozenset[FaultCode] = frozenset({"full", "too_large", "too_fast", "not_ready", "bad_key", "bad_token"})
"""Refusals whose sentences are the program's own words and numbers."""

log = logging.getLogger("gnn_live.visit")


class _Envelope(msgspec.Struct):
    t: str
    id: object = None
    seq: object = None
    after: object = None
    drawn: object = None


class Visit:
    """A socket, and the viewer it has become."""

    def __init__(self, gateway: Gateway, socket: WebSocket) -> None:
        self._gateway = gateway
        self._socket = socket
        self._wire: DirectWire | None = None
        self._viewer: Viewer | None = None
        self._acks = TokenBucket()
        self._facts: dict[str, str] = {}
        """Of which session and role this is, as far as it is known: for the log."""
        self._farewell: asyncio.Task[None] | None = None

    async def run(self, typed: str) -> None:
        """Serve the socket until it ends."""
        await self._socket.accept()
        try:
            try:
                admitted, session = await self._greeted(typed)
                await self._stay(admitted, session)
            except Rejected as rejected:
                self._note("browser turned away", rejected.code, rejected.detail)
                await self._close(rejected)
        except WebSocketDisconnect:
            log.debug("a browser went away")
        finally:
            withdraw(self._socket.scope)
        if self._farewell is not None:
            await self._farewell

    async def _greeted(self, typed: str) -> tuple[Admitted, Session]:
        try:
            async with self._gateway.unfinished.within(self._gateway.timing.hello):
                text = await self._receive()
        except TimeoutError as error:
            told = f"expected hello within {self._gateway.timing.hello:g} seconds, got nothing"
            raise Rejected("malformed", told, CLOSE_POLICY) from error
        if text is not None and len(text) > HELLO_LIMIT:
            told = f"expected a hello of at most {HELLO_LIMIT:,} characters, got {len(text):,}"
            raise Rejected("too_large", told, CLOSE_TOO_LARGE)
        hello = admission.greeting(text)
        try:
            session = self._gateway.find(typed)
        except admission.NoSession as unknown:
            raise Rejected("unknown_session", str(unknown), CLOSE_UNKNOWN_SESSION) from unknown
        self._facts = {"session": session.id, "role": hello.role}
        return admission.admit(hello, session, self._gateway.keys), session

    async def _stay(self, admitted: Admitted, session: Session) -> None:
        self._wire = direct(self._socket.scope)
        viewer, room = self._gateway.enter(admitted, session, self._wire)
        await self._hear_out(viewer, room, admitted, self._wire)

    async def _hear_out(self, viewer: Viewer, room: Audience, admitted: Admitted, wire: DirectWire) -> None:
        """Take what the browser says until it goes."""
        try:
            self._viewer = viewer
            viewer.dismiss = self._dismiss
            if admitted.new_seat_instead:
                told = "expected a seat token that was signed here, got another: this browser has a new seat"
                self._tell(viewer, "bad_token", told)
            wire.on_text(lambda body: self._listen(viewer, room, body))
            while True:
                text = await self._receive()
                self._listen(viewer, room, None if text is None else text.encode())
        finally:
            self._gateway.leave(viewer, room)
            # Nobody who still knows this viewer holds the visit, or the other way round.
            viewer.dismiss, self._viewer = _nobody, None

    def _listen(self, viewer: Viewer, room: Audience, body: bytes | None) -> None:
        """One message; one that is larger than a message may be is the last."""
        if self._farewell is not None:
            return
        if body is None:
            self._tell(viewer, "malformed", "expected JSON text, got a binary message")
            return
        try:
            envelope = msgspec.json.decode(body, type=_Envelope)
        except UNREADABLE as error:
            envelope, wrong = _Envelope(""), f'expected a JSON object with a type "t": {error}'
        else:
            wrong = ""
        size, most = len(body), self._gateway.largest(viewer.role, envelope.t)
        if envelope.t == "ack" and size <= most:
            self._acknowledged(viewer, envelope)
            return
        used_up = viewer.allowance.refuses(min(size, most))
        if used_up is not None or size > most:
            self._rest(viewer)
        number = _number(envelope.id)
        refusal: Refusal | None
        if used_up is not None:
            refusal = "too_fast", TOO_FAST[used_up]
        elif size > most:
            refusal = self._oversized(
                viewer, room, number, f"expected a message of at most {most:,} bytes, got {size:,}"
            )
        elif wrong:
            refusal, number = ("malformed", wrong), None
        else:
            refusal = self._refusal(viewer, room, envelope.t, body)
        if refusal is not None:
            self._tell(viewer, *refusal, re=number)

    def _rest(self, viewer: Viewer) -> None:
        """Nothing is read for a moment from who sends too much, and nothing large is taken soon after."""
        viewer.allowance.bytes.empty(but=p.LARGEST)
        if self._wire is not None:
            self._wire.rest(REST)

    def _oversized(self, viewer: Viewer, room: Audience, number: int | None, told: str) -> Refusal | None:
        """Why a large message is refused; None where the engine says so, which has to count its number first."""
        refusal: Refusal = "too_large", told
        if number is None:
            return refusal
        self._note("message refused", *refusal)
        return self._gateway.relay(viewer, room, b"", (number, refusal))

    def _acknowledged(self, viewer: Viewer, envelope: _Envelope) -> None:
        seq, after = envelope.seq, envelope.after
        if type(seq) is not int:
            self._tell(viewer, "invalid", "ack: expected a whole number `seq`")
        elif self._acks.allows():
            waited = min(max(after, 0), 1000) / 1000 if type(after) is int else 0.0
            drawn = envelope.drawn if type(envelope.drawn) is int else None
            lag = viewer.outbox.acknowledge(seq, waited, drawn)
            if lag is not None:
                self._gateway.counters.lag[viewer.role].add(lag)

    def _refusal(self, viewer: Viewer, room: Audience, tag: str, body: bytes) -> Refusal | None:
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
            self._note("browser sent away", rejected.code, rejected.detail)
            if self._viewer is not None:
                self._viewer.outbox.close()
            self._farewell = self._gateway.supervisor.once("a farewell", partial(self._close, rejected))

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
        self._note("message refused", code, detail)
        viewer.outbox.direct(frame_of(pack(p.Fault(code=code, detail=detail, re=re)).stamped(0)))

    def _note(self, message: str, code: FaultCode, detail: str) -> None:
        """One line in the log; only a sentence that repeats nothing of what came goes into it."""
        own = detail if code in DESCRIBED else ""
        self._gateway.refusals.note(message, detail=own, code=code, **self._facts)


def _number(id: object) -> int | None:
    """A command's number as a fault may name it; bool and what no browser can count to are none."""
    return id if type(id) is int and 0 < id <= p.LARGEST_ID else None


def _nobody(_: Rejected) -> None:
    """Whom a viewer that has left is told to leave."""
