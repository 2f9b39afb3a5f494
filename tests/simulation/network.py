"""A TCP connection as the world has it: the server's transport as uvloop's behaves, kernel buffers, and ways to end.

    browser --latency, split at random--> protocol.data_received        transport.write --kernel, latency--> browser

What arrives does so on a grid of moments, so that several things happen in one round of the loop, as they do where a
round takes time. Writing to a transport whose end was told raises RuntimeError, as uvloop's does.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, Protocol

KERNEL = 64 * 1024
"""Bytes that wait in the kernels of both ends for a browser that does not read."""
Buffer = bytes | bytearray | memoryview


class Peer(Protocol):
    """The browser at the other end."""

    def connected(self) -> None:
        """The server has accepted."""

    def received(self, data: bytes) -> None:
        """Bytes came."""

    def ended(self) -> None:
        """The connection is over."""


class Connection:
    """One connection, from the browser's first packet to the end that both ends know."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, random: Random, latency: float, grid: float, peer: Peer
    ) -> None:
        self.loop = loop
        self.latency = latency
        self.peer: Peer | None = peer
        """None: the browser has closed its socket."""
        self.cut = False
        """The network carries nothing any more, and nobody is told."""
        self.frozen = False
        """The browser reads nothing."""
        self.pace = math.inf
        """Bytes a second that it takes."""
        self.transport: Transport | None = None
        self._random = random
        self._grid = grid
        self._down: list[bytes] = []
        self._down_size = 0
        self._over = False
        """The server has closed: after what is on its way the browser sees the end."""
        self._delivery: asyncio.TimerHandle | None = None
        self._last_up = 0.0
        self._rising: deque[Callable[[Transport], None]] = deque()

    def moment(self, delay: float) -> float:
        """The moment on the grid so many seconds from now, or the next one."""
        return math.ceil((self.loop.time() + delay) / self._grid - 1e-9) * self._grid

    # --- the browser's end ------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send to the server."""
        self._up(lambda transport: transport.arrived(data))

    def close(self) -> None:
        """Close the socket: an end that the server reads, or a reset where something was left unread."""
        self.peer = None
        if self._down_size:
            self._up(Transport.reset)
        else:
            self._up(Transport.finished)

    def half_close(self) -> None:
        """Send an end and go on reading."""
        self._up(Transport.finished)

    def reset(self) -> None:
        """Close with a reset."""
        self.peer = None
        self._up(Transport.reset)

    def vanish(self) -> None:
        """Be gone without a word."""
        self.peer = None
        self.cut = True

    def thaw(self) -> None:
        """Read again."""
        self.frozen = False
        self._deliver_soon()

    def _up(self, act: Callable[[Transport], None]) -> None:
        if self.cut:
            return
        self._last_up = max(self._last_up, self.moment(self.latency))
        self._rising.append(act)
        self.loop.call_at(self._last_up, self._arrive)

    def _arrive(self) -> None:
        act = self._rising.popleft()  # timers of one moment are not in order, what is sent is
        if self.transport is not None:
            act(self.transport)

    # --- the server's kernel ----------------------------------------------------------------------

    def accept(self, data: bytes) -> int:
        """Take what there is room for on its way to the browser."""
        size = min(len(data), KERNEL - self._down_size)
        if size > 0:
            self._down.append(data[:size])
            self._down_size += size
            self._deliver_soon()
        return max(0, size)

    def over(self) -> None:
        """The server closed its socket."""
        self._over = True
        self._deliver_soon()

    def _deliver_soon(self) -> None:
        if self._delivery is None and not (self.cut or self.frozen) and (self._down or self._over):
            delay = self.latency + self._down_size / self.pace
            self._delivery = self.loop.call_at(self.moment(delay), self._deliver)

    def _deliver(self) -> None:
        self._delivery = None
        if self.cut or self.frozen:
            return
        data, self._down, self._down_size = b"".join(self._down), [], 0
        if self.peer is None:
            if data and self.transport is not None:
                self._up(Transport.reset)  # its kernel answers for a socket that is not there
        elif data:
            self.peer.received(data)
        if self.transport is not None:
            self.transport.drained()
        if self._over and not self._down and self.peer is not None:
            self.peer.ended()
        self._deliver_soon() if self._down else None

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way to the browser."""
        return not self._down

    def pieces(self, data: bytes) -> Iterable[bytes]:
        """The same bytes, cut somewhere."""
        if len(data) < 2 or self._random.random() < 0.9:
            return (data,)
        at = self._random.randint(1, len(data) - 1)
        return data[:at], data[at:]


class Transport(asyncio.Transport):
    """The server's end, as uvloop's TCP transport behaves."""

    def __init__(
        self, connection: Connection, protocol: asyncio.Protocol, number: int, closed: Callable[[int], None]
    ) -> None:
        super().__init__(extra={"peername": ("10.0.0.1", number), "sockname": ("10.0.0.2", 8000), "sslcontext": None})
        self._connection = connection
        self._protocol = protocol
        self._number = number
        self._told_closed = closed
        self._loop = connection.loop
        self._high, self._low = 64 * 1024, 16 * 1024
        self._buffer = bytearray()
        self._unread: list[bytes] = []
        self._eof = False
        self._reading = True
        self._closing = False
        self._lost = 0
        self._closed = False
        self._paused = False
        self._gone = False
        """The kernel knows that the other end has reset."""
        connection.transport = self
        protocol.connection_made(self)

    # --- what the server calls --------------------------------------------------------------------

    def write(self, data: Buffer) -> None:
        """Send; raises RuntimeError once the end was told."""
        if self._closed:
            raise RuntimeError(
                "unable to perform operation on <TCPTransport closed=True reading=False>; the handler is closed"
            )
        if not data:
            return
        if self._lost:
            self._lost += 1
            return
        if self._gone:
            self._force_close(BrokenPipeError())
            return
        taken = 0 if self._buffer else self._connection.accept(bytes(data))
        self._buffer += bytes(data[taken:])
        if len(self._buffer) > self._high and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send them all."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """It can."""
        return True

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken."""
        return len(self._buffer)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """(low, high)"""
        return self._low, self._high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """When the protocol is told to pause."""
        self._high = 64 * 1024 if high is None else high
        self._low = self._high // 4 if low is None else low

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._closing

    def is_reading(self) -> bool:
        """Whether data is told as it comes."""
        return self._reading and not self._closing

    def pause_reading(self) -> None:
        """Tell no data until `resume_reading`."""
        self._reading = False

    def resume_reading(self) -> None:
        """Tell data again."""
        if not self._reading and not self._closing:
            self._reading = True
            self._loop.call_soon(self._read)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another protocol takes over."""
        assert isinstance(protocol, asyncio.Protocol)
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who is told."""
        return self._protocol

    def close(self) -> None:
        """Send what waits, then end."""
        if self._closing or self._closed:
            return
        self._closing = True
        if not self._buffer:
            self._lost += 1
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        """End now."""
        self._force_close(None)

    # --- what the network brings ------------------------------------------------------------------

    def arrived(self, data: bytes) -> None:
        """Bytes of the browser."""
        if self._closing or self._closed or self._gone:
            return
        self._unread.append(data)
        self._read()

    def finished(self) -> None:
        """The browser sends nothing more."""
        if not (self._closing or self._closed or self._gone):
            self._eof = True
            self._read()

    def reset(self) -> None:
        """The connection is gone."""
        if not self._closed and not self._gone:
            self._gone = True
            self._force_close(ConnectionResetError())

    def drained(self) -> None:
        """The kernel has room again."""
        if self._closed or self._lost:
            return
        if self._buffer:
            del self._buffer[: self._connection.accept(bytes(self._buffer))]
        if self._paused and len(self._buffer) <= self._low:
            self._paused = False
            self._protocol.resume_writing()
        if self._closing and not self._buffer and not self._lost:
            self._lost += 1
            self._loop.call_soon(self._lose, None)

    @property
    def closed(self) -> bool:
        """Whether its descriptor is given back."""
        return self._closed

    @property
    def unread(self) -> bool:
        """Whether the server has still to read what came; it reads slowly from who sends too much."""
        return bool(self._unread) and not self._closed

    def _read(self) -> None:
        while self._unread and self._reading and not self._closing:
            for piece in self._connection.pieces(self._unread.pop(0)):
                if self.is_reading():
                    self._protocol.data_received(piece)
                elif not self.is_closing():
                    self._unread.insert(0, piece)
        if self._eof and self._reading and not self._unread and not self._closing and not self._protocol.eof_received():
            self.close()

    def _force_close(self, error: Exception | None) -> None:
        if self._lost or self._closed:
            return
        self._closing = True
        self._buffer.clear()
        self._lost += 1
        self._loop.call_soon(self._lose, error)

    def _lose(self, error: Exception | None) -> None:
        if self._closed:
            return
        try:
            self._protocol.connection_lost(error)
        finally:
            self._closed = True
            self._told_closed(self._number)
            self._connection.over()
