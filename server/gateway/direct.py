"""The way past uvicorn's queue: the one file that knows its websocket protocol from inside.

    out: one RFC 6455 frame, built once, written to the transport of every viewer
    in:  a short text, as acknowledgements and answers are, unmasked here and told at once: no parser, no queue, no task

`DirectProtocol` is uvicorn's own protocol with both ways opened; no socket is served by a server that runs another one.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio.transports import BaseTransport
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server.gateway.mailbox import Body

EXTENSION = "gnn_live.direct"
UNSENT = 32 * 1024
"""Bytes that the kernel may hold unsent for one socket: what waits there cannot be replaced by something newer."""
_BINARY = 0x82
"""FIN and opcode 2: every frame is one whole binary message; a server does not mask."""
_TEXT = 0x81
_MASKED = 0x80
_SHORT_HEAD = 6
"""Bytes before a short text of a client: two of head, four of mask."""
LINGER = 3.0
"""Seconds that a socket which is closed has for what still waits in its buffer; then it is cut."""
LOOK = 0.1
"""Seconds for a last look at a silent socket: if the program itself was held up, what the browser sent lies unread."""


def frame_of(payload: bytes, seq: int = 0) -> Body:
    """One binary message as RFC 6455 (section 5.2) frames it."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", _BINARY, size)
    elif size < 2**16:
        head = struct.pack("!BBH", _BINARY, 126, size)
    else:
        head = struct.pack("!BBQ", _BINARY, 127, size)
    return Body(head + payload, seq)


def _nobody() -> None:
    """Who is told of an end while nobody asks."""


def hold_little_back(listener: socket.socket) -> None:
    """Sockets accepted here take no more than `UNSENT` bytes ahead of the network, where the platform can do that."""
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, UNSENT)


class EndedTransport(asyncio.Transport):
    """A transport whose every call is safe after its end: uvloop's raises where asyncio's does nothing.

    A phone vanishes at any moment, also between two frames that leave in one turn: the first write finds the reset, and
    the second is already one to a closed transport. Only here is that known; whoever writes need not ask.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._cut: asyncio.TimerHandle | None = None
        self.ended: Callable[[], None] = _nobody
        """Called when a write finds the transport closed."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send these bytes, if the connection is still there."""
        try:
            self._transport.write(data)
        except RuntimeError:
            self._after_end()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Send all of these in one system call, if the connection is still there."""
        try:
            self._transport.writelines(list_of_data)
        except RuntimeError:
            self._after_end()

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken; none wait where nobody is."""
        try:
            return self._transport.get_write_buffer_size()
        except RuntimeError:
            self._after_end()
            return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """From how many waiting bytes on the protocol is told to pause, and until when."""
        try:
            self._transport.set_write_buffer_limits(high, low)
        except RuntimeError:
            self._after_end()

    def is_reading(self) -> bool:
        """Whether what comes is read."""
        return not self._transport.is_closing() and self._transport.is_reading()

    def pause_reading(self) -> None:
        """Leave what comes where it is."""
        try:
            self._transport.pause_reading()
        except RuntimeError:
            self._after_end()

    def resume_reading(self) -> None:
        """Read what comes again."""
        try:
            self._transport.resume_reading()
        except RuntimeError:
            self._after_end()

    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Close once all was sent, or after `LINGER` seconds: who takes nothing would hold the socket for minutes."""
        self._transport.close()
        if self._cut is None and self.get_write_buffer_size():
            self._cut = asyncio.get_running_loop().call_later(LINGER, self.abort)

    def abort(self) -> None:
        """Cut the connection without waiting for what cannot be sent."""
        try:
            self._transport.abort()
        except RuntimeError:
            self._after_end()

    def forget(self) -> None:
        """The connection has ended: nothing more is to be done."""
        self.ended = _nobody
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None

    def get_extra_info(self, name: str, default: object = None) -> object:
        """What the transport knows of its socket; None where it is gone."""
        return self._transport.get_extra_info(name, default)

    def _after_end(self) -> None:
        """A call failed: because the connection has ended, or else by a defect."""
        if not self._transport.is_closing():
            raise
        self.ended()


class DirectProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websocket protocol that hands its transport to the application, and short texts without its parser."""

    hear: Callable[[bytes], None] | None = None
    room: Callable[[bool], None] | None = None
    line: EndedTransport
    """The transport as everybody here uses it."""
    _received_at = 0.0
    """When something came last, on the loop's clock."""
    _looked = False
    """Whether the socket was looked at once more since its time was over."""
    _whole = True
    """Whether the parser stands between two messages; once it does not, it reads all that comes."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Take the transport, behind what makes each call on it safe."""
        self.line = EndedTransport(cast("asyncio.Transport", transport))
        super().connection_made(self.line)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that nothing can be sent any more, and hold nobody."""
        ended, self.hear, self.room = self.line.ended, None, None
        self.line.forget()
        super().connection_lost(exc)
        ended()

    def handle_connect(self, event: Request) -> None:
        """Offer the way past the queue to the application that is about to start."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions = cast("dict[str, dict[str, object]]", self.scope["extensions"])
            extensions[EXTENSION] = {"protocol": self}

    def pause_writing(self) -> None:
        """Something has to wait in the transport's buffer."""
        super().pause_writing()
        if self.room is not None:
            self.room(False)

    def resume_writing(self) -> None:
        """The transport's buffer is empty again."""
        super().resume_writing()
        if self.room is not None:
            self.room(True)

    def keepalive_timeout(self) -> None:
        """No pong in time. Only silence ends a connection: a pong may wait behind much else, which is read slowly.

        Silence counts from the last bytes that came, whatever they were, so that who vanishes after some is let go as
        soon as who vanishes after a pong.
        """
        assert self.ping_timeout is not None
        left = self._received_at + self.ping_timeout - self.loop.time()
        if left <= 0 and not self._looked:
            self._looked, left = True, LOOK
        if left > 0 and not self.close_sent:
            self.pong_timer = self.loop.call_later(left, self.keepalive_timeout)
        else:
            super().keepalive_timeout()

    def data_received(self, data: bytes) -> None:
        """Short whole texts (acknowledgements, answers) are told at once; what remains is the parser's."""
        self._received_at, self._looked = self.loop.time(), False
        if self._whole and self.handshake_initiated:
            at = self._told(data)
            if at == len(data):
                return
            data = data[at:]
            self._whole = ends_between_messages(data)
        super().data_received(data)

    def _told(self, data: bytes) -> int:
        """Tell the short whole texts that the data begins with; returns where the first other thing begins."""
        at = 0
        while self.hear is not None and not self.close_sent and self.queue.empty():
            text = short_text(data, at)
            if text is None or not is_utf8(text):  # the parser closes with 1007
                break
            at += _SHORT_HEAD + len(text)
            self.hear(text)
        return at

    def send_receive_event_to_app(self) -> None:
        """A whole message: text goes to who listens, unless something before it still lies in the queue."""
        if self.hear is None or self.curr_msg_data_type != "text" or self.close_sent or not self.queue.empty():
            super().send_receive_event_to_app()
            return
        text = b"".join(self.frames)
        if not is_utf8(text):
            super().send_receive_event_to_app()  # closes with 1007
            return
        self.frames = []
        self.hear(text)


def is_utf8(text: bytes) -> bool:
    """Whether these bytes are text at all."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def short_text(data: bytes, at: int) -> bytes | None:
    """The unmasked text of a whole masked frame of at most 125 bytes that begins here; None for anything else."""
    if len(data) < at + _SHORT_HEAD or data[at] != _TEXT or not _MASKED <= data[at + 1] < _MASKED + 126:
        return None
    size, begin = data[at + 1] - _MASKED, at + _SHORT_HEAD
    if len(data) < begin + size:
        return None
    mask = data[at + 2 : begin] * (size // 4 + 1)
    return (int.from_bytes(data[begin : begin + size]) ^ int.from_bytes(mask[:size])).to_bytes(size)


def ends_between_messages(data: bytes) -> bool:
    """Whether a client's data holds whole unfragmented frames and nothing else."""
    at = 0
    while len(data) >= at + _SHORT_HEAD:
        final, size = data[at] & 0x80 and data[at] & 0x0F, data[at + 1] & 0x7F
        head = {126: 8, 127: 14}.get(size, _SHORT_HEAD)
        if not final:
            return False
        if head > _SHORT_HEAD:
            size = int.from_bytes(data[at + 2 : at + head - 4])
        at += head + size
    return at == len(data)


class DirectWire:
    """The wire to one browser that writes to its transport."""

    def __init__(self, protocol: DirectProtocol) -> None:
        self._protocol = protocol
        self._line = protocol.line
        # Every write goes to the kernel at once, and whatever it leaves here is told, as is its end. Not 0: under TLS
        # an empty buffer is as full as that, and every second write would stop the next one.
        self._line.set_write_buffer_limits(high=1)
        self.joins = True
        self.waiting: Callable[[], int] = self._line.get_write_buffer_size
        self.write: Callable[[bytes], None] = self._line.write

    def on_room(self, told: Callable[[bool], None]) -> None:
        """Tell when something has to wait, and when nothing does any more."""
        self._protocol.room = told

    def on_end(self, told: Callable[[], None]) -> None:
        """Tell when the connection has ended, now if it has."""
        if self._line.is_closing():
            told()
        else:
            self._line.ended = told

    def on_text(self, told: Callable[[bytes], None]) -> None:
        """From now on every text is told at once, in order."""
        self._protocol.hear = told

    def rest(self, seconds: float) -> None:
        """Read nothing from this browser for so long; what it sends waits at its own end."""
        if self._line.is_reading():
            self._line.pause_reading()
            asyncio.get_running_loop().call_later(seconds, self._read_on)

    def _read_on(self) -> None:
        if not self._line.is_closing():
            self._line.resume_reading()

    def abort(self) -> None:
        """Cut the connection without waiting for what cannot be sent."""
        self._line.abort()


def direct(scope: Mapping[str, object]) -> DirectWire:
    """The direct wire of a websocket's scope; handed over once (`withdraw`).

    Raises:
        RuntimeError: the server under the program runs another protocol, which offers none.
    """
    offered = withdraw(scope)
    protocol = offered.get("protocol") if isinstance(offered, dict) else None
    if not isinstance(protocol, DirectProtocol):
        raise RuntimeError(f"expected uvicorn with ws=DirectProtocol under the program, got {type(protocol).__name__}")
    return DirectWire(protocol)


def withdraw(scope: Mapping[str, object]) -> object:
    """Take the offer out of a scope: its protocol holds the scope, and both would wait for the garbage collector."""
    extensions = scope.get("extensions")
    return extensions.pop(EXTENSION, None) if isinstance(extensions, dict) else None
