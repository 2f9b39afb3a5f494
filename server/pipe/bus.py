"""Gateway <-> engine: the messages between the two processes, and the pipe that carries them on one machine.

    gateway --Up--> engine --Down--> gateway        each message: u32 length (little-endian) | msgpack

The engine's end blocks (the engine is a plain loop); the gateway's end never does.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import struct

import msgspec

from server.pipe.backlog import Backlog, Class
from server.pipe.counters import EngineStats
from server.protocol.faults import Refusal
from server.protocol.messages import Role

LARGEST = 64 * 2**20
"""A longer message is a defect: the two ends do not agree on where a message starts."""
TURN = 2**20
"""Bytes that the engine takes from the pipe in one turn."""
PART = 2**16
"""Bytes that the gateway takes or writes at once: small enough for memory that is at hand, not mapped for each frame.

What it has written to the engine keeps its order, so the kernel holds little more than that; the rest waits in turns.
"""
_LENGTH = struct.Struct("<I")


class PipeClosed(Exception):
    """The process at the other end is gone."""


class Message(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """What one process tells the other."""


class Create(Message, frozen=True, array_like=True, tag="Create"):
    """The engine recovers this session from its log, or starts it."""

    session: str
    lecture: str | None


class Inbound(Message, frozen=True, array_like=True, tag="Inbound"):
    """A command with who sent it; `body` is its JSON text as it came.

    Of one that the gateway refuses for its size the engine learns the number alone, and that it is done with.
    """

    session: str
    viewer: int
    seat: str
    role: Role
    nonce: str
    body: bytes
    id: int | None = None
    """Its number, where the gateway refuses it."""
    refusal: Refusal | None = None
    """Why: a fault's code and sentence; the body is empty then."""


class Attend(Message, frozen=True, array_like=True, tag="Attend"):
    """A student's seat got its first viewer, or lost its last."""

    session: str
    seat: str
    name: str
    present: bool


class Presence(Message, frozen=True, array_like=True, tag="Presence"):
    """The students' seats that are connected now; follows `Create` in a new engine generation."""

    session: str
    seats: tuple[str, ...]


class Drop(Message, frozen=True, array_like=True, tag="Drop"):
    """Nobody has touched the session for long: forget it in memory."""

    session: str


Up = Create | Inbound | Attend | Presence | Drop


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What a page may fetch of one scene: its entry as JSON, and its formulas as SVG, under a digest of both."""

    name: str
    digest: str
    entry: bytes
    formulas: dict[str, bytes]


class Catalogue(Message, frozen=True, array_like=True, tag="Catalogue"):
    """The first message of an engine, which is ready by it: the bodies of the API's documents."""

    scenes: bytes
    protocol: bytes
    device: str
    generation: int
    machine: str = ""
    speed: float = 0.0
    """The device's name, and its operations a second."""
    index: bytes = b"{}"
    parts: tuple[Part, ...] = ()
    largest: dict[str, int] = {}
    """Bytes of one command, by type, where a scene's needs more than `LARGEST`."""


class SlotFrame(Message, frozen=True, array_like=True, tag="Slot"):
    """A slot's newest frame, ready to write, kept in the snapshot."""

    session: str
    to: str
    key: str
    body: bytes
    core: bool
    seq: int = 0
    """The number stamped on the frame; 0: browsers need not acknowledge it."""
    gone: bool = False
    """Whether the frame says that the slot is empty: it is sent, and kept in no snapshot."""


class Clear(Message, frozen=True, array_like=True, tag="Clear"):
    """A scene was opened: forget every slot that is not core."""

    session: str


class Known(Message, frozen=True, array_like=True, tag="Known"):
    """The session is recovered; its snapshot is complete now, and these seats are its own."""

    session: str
    seats: tuple[str, ...] = ()


class Direct(Message, frozen=True, array_like=True, tag="Direct"):
    """A frame to one viewer, kept nowhere."""

    session: str
    viewer: int
    body: bytes


Change = SlotFrame | Clear | Known | Direct


class TurnBatch(Message, frozen=True, array_like=True, tag="Turn"):
    """What one turn of the engine brings to a session, in order: two changes or more."""

    session: str
    changes: tuple[Change, ...]


class Stats(Message, frozen=True, array_like=True, tag="Stats"):
    """What the engine counted since it started; every two seconds."""

    numbers: EngineStats


class Alive(Message, frozen=True, array_like=True, tag="Alive"):
    """The engine's loop goes on; or it begins something that may take so many seconds."""

    busy: str = ""
    seconds: float = 0.0


Down = Catalogue | Change | TurnBatch | Stats | Alive

_encoder = msgspec.msgpack.Encoder()
_up: msgspec.msgpack.Decoder[Up] = msgspec.msgpack.Decoder(Up)
_down: msgspec.msgpack.Decoder[Down] = msgspec.msgpack.Decoder(Down)


def _framed(message: Message) -> bytes:
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def _length(prefix: bytes | bytearray, at: int = 0) -> int:
    """The length that the prefix at this offset announces."""
    length = int(_LENGTH.unpack_from(prefix, at)[0])
    if length > LARGEST:
        raise ValueError(f"expected a message of at most {LARGEST} bytes on the pipe, got {length}")
    return length


class EnginePipe:
    """The engine's end of the socket pair, blocking."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.setblocking(True)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._waiting = bytearray()
        self._ended = False

    def wait(self, timeout: float | None) -> bool:
        """Whether something lies there within so many seconds (None: as long as it takes)."""
        return self._ended or bool(self._poll.poll(None if timeout is None else max(0.0, timeout) * 1000))

    def receive(self) -> list[Up]:
        """All whole messages that lie there, without waiting.

        Raises:
            PipeClosed: the gateway is gone and everything it said was received.
        """
        self._fill()
        messages: list[Up] = []
        at = 0
        while len(self._waiting) - at >= _LENGTH.size:
            end = at + _LENGTH.size + _length(self._waiting, at)
            if len(self._waiting) < end:
                break
            messages.append(_up.decode(bytes(self._waiting[at + _LENGTH.size : end])))
            at = end
        del self._waiting[:at]
        if self._ended and not messages:
            raise PipeClosed("the gateway is gone")
        return messages

    def _fill(self) -> None:
        taken = 0
        while taken < TURN and not self._ended:
            try:
                data = self._socket.recv(TURN, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            self._ended = not data
            self._waiting += data
            taken += len(data)

    def send(self, message: Down) -> None:
        """Send a message, waiting for room in the pipe.

        Raises:
            PipeClosed: the gateway is gone.
        """
        try:
            self._socket.sendall(_framed(message))
        except (BrokenPipeError, ConnectionResetError) as error:
            raise PipeClosed("the gateway is gone") from error

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()


class GatewayPipe:
    """The gateway's end of the socket pair; `send` never blocks and what waits is bounded."""

    def __init__(self, end: socket.socket) -> None:
        """The pipe over one end of a `socket.socketpair()`; the socket belongs to the pipe from now on."""
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PART)
        self._socket = end
        self._arrived = bytearray()
        self._backlog = Backlog()
        self._leaving = bytearray()
        """What is written now."""
        self._closed = False
        self._finished = False
        self.served = False
        """Whether the engine has sent its catalogue."""
        self.abandoned = False
        """Whether the engine was given up: it is to be killed, not waited for."""
        self.refusal = ""
        """Why the last message was not taken."""

    async def receive(self) -> Down:
        """The next message.

        Raises:
            PipeClosed: the engine is gone.
        """
        while True:
            if len(self._arrived) >= _LENGTH.size:
                end = _LENGTH.size + _length(self._arrived)
                if len(self._arrived) >= end:
                    message = _down.decode(bytes(self._arrived[_LENGTH.size : end]))
                    del self._arrived[:end]
                    self.served = self.served or isinstance(message, Catalogue)
                    return message
            await self._more()

    async def _more(self) -> None:
        if self._closed:
            raise PipeClosed("the pipe to the engine was closed")
        try:
            data = await asyncio.get_running_loop().sock_recv(self._socket, PART)
        except OSError as error:
            raise PipeClosed("the engine is gone") from error
        if not data:
            raise PipeClosed("the engine is gone")
        self._arrived += data

    def send(self, message: Up) -> bool:
        """Send a message without waiting; False, with a `refusal`, when the engine is gone or too much waits for it."""
        if self._closed or self._finished:
            self.refusal = "expected an engine that takes commands, but it is gone: send it again in a moment"
            return False
        idle = not (self._leaving or self._backlog)
        self.refusal = self._backlog.put(message.session, _class_of(message), _framed(message))
        if self.refusal:
            return False
        if idle:  # what is said in one turn of the loop leaves together
            asyncio.get_running_loop().call_soon(self._begin)
        return True

    @property
    def waiting(self) -> int:
        """Bytes that wait for the engine here."""
        return len(self._leaving) + self._backlog.size

    def _begin(self) -> None:
        if self._closed or self._leaving:
            return
        self._write()
        if self._leaving:
            asyncio.get_running_loop().add_writer(self._socket, self._resume)
        else:
            self._end_after_finish()

    def _write(self) -> None:
        """Write until the kernel takes no more, or nothing is left."""
        try:
            while self._leaving or self._backlog:
                self._leaving = self._leaving or self._backlog.take(PART)
                del self._leaving[: self._socket.send(self._leaving)]
        except BlockingIOError:
            return
        except OSError:  # the engine is gone
            self._leaving.clear()
            self._backlog.clear()
            self._closed = True

    def _resume(self) -> None:
        """There is room in the pipe again."""
        self._write()
        if not self._leaving:
            asyncio.get_running_loop().remove_writer(self._socket)
            self._end_after_finish()

    def finish(self) -> None:
        """Say nothing more: the engine hears what was said, ends, and what it still says can be received."""
        self._finished = True
        self._end_after_finish()

    def abandon(self) -> None:
        """Give up an engine that does not answer: whoever receives from it learns that it is gone."""
        self.abandoned = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _end_after_finish(self) -> None:
        if self._finished and not (self._leaving or self._backlog or self._closed):
            with contextlib.suppress(OSError):  # the engine is gone already
                self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close this end; the engine exits when it notices."""
        if self._leaving:
            asyncio.get_running_loop().remove_writer(self._socket)
        self._leaving.clear()
        self._backlog.clear()
        self._closed = True
        self._socket.close()


def _class_of(message: Up) -> Class:
    if not isinstance(message, Inbound):
        return "own"
    return "instructor" if message.role == "instructor" else "student"
