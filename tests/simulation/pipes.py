"""The socket pair between gateway and engine, its descriptors, and the poll that an engine waits in.

Bytes are split at random, what an engine sends is there for the gateway at the moment at which it was sent (the
engine's turn is carried out at once and its time counted), and a pair holds so many bytes at most.
"""

from __future__ import annotations

import asyncio
import errno
import math
import os
import select
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tests.simulation.clock import Clock


class Asleep(BaseException):
    """An engine has nothing to do until a moment (None: until something comes)."""

    def __init__(self, until: float | None) -> None:
        super().__init__(until)
        self.until = until


class Owner(Protocol):
    """The process at an end of a pipe."""

    def wake(self) -> None:
        """Something came."""

    def burn(self) -> None:
        """One more operation that a kill may come before."""


@dataclass
class Descriptors:
    """How many files the gateway's process has open, and may have."""

    limit: int = 10_000
    open: set[int] = field(default_factory=set)
    ends: dict[int, End] = field(default_factory=dict)
    _next: int = 100

    def take(self) -> int:
        """A free descriptor; raises OSError (EMFILE) when there is none."""
        if len(self.open) >= self.limit:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        self._next += 1
        self.open.add(self._next)
        return self._next

    def give_back(self, number: int) -> None:
        """It is closed."""
        self.open.discard(number)
        self.ends.pop(number, None)


class End:
    """One end of a socket pair."""

    peer: End

    def __init__(
        self, clock: Clock, loop: asyncio.AbstractEventLoop, random: Random, capacity: int, grid: float, number: int
    ) -> None:
        self.number = number
        self.owner: Owner | None = None
        """The engine that has this end; None: the gateway."""
        self.closed = False
        self.failed = False
        """Whether the other end closed with something unread in it."""
        self._clock = clock
        self._loop = loop
        self._random = random
        self._capacity = capacity
        self._grid = grid
        self._arrived: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._shut = False
        self._over = False
        """Whether it was shut down both ways."""
        self._reader: asyncio.Future[None] | None = None
        self._room: Callable[[], None] | None = None
        self._release: Callable[[], None] = lambda: None

    # --- what a socket does -----------------------------------------------------------------------

    def setblocking(self, flag: bool) -> None:
        """An engine's blocks, a gateway's does not; here it is the owner that decides."""

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """What it holds is the pair's `capacity`."""

    def fileno(self) -> int:
        """Its descriptor."""
        return self.number

    def recv(self, size: int, flags: int = 0) -> bytes:
        """A part of what lies there; raises BlockingIOError where nothing does yet."""
        if self.owner is not None:
            self.owner.burn()
        if self.closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if self._arrived and self._arrived[0][0] <= self._clock.now:
            at, data = self._arrived.popleft()
            size = min(size, self._cut(len(data)))
            if size < len(data):
                self._arrived.appendleft((at, data[size:]))
            self._held -= min(size, len(data))
            self.peer.tell_room()
            return data[:size]
        if self._arrived or not (self._over or self.peer.closed or self.peer._shut):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        if self.failed:
            self.failed = False
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        return b""

    def send(self, data: bytes | bytearray) -> int:
        """Put in as much as there is room for; raises BlockingIOError where there is none."""
        self._check_peer()
        room = self._capacity - self.peer._held
        if room <= 0:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        size = min(room, self._cut(len(data)))
        self.peer.put(bytes(data[:size]), self._clock.now)
        return size

    def sendall(self, data: bytes) -> None:
        """Put all in: an engine that waits for room takes no turn until there is some (`waits`)."""
        if self.owner is not None:
            self.owner.burn()
        self._check_peer()
        self.peer.put(data, self._clock.now)
        if self.owner is not None:
            self.owner.burn()

    def shutdown(self, how: int) -> None:
        """Nothing more is sent; both ways: nothing more is received either."""
        self._shut = True
        if how == socket.SHUT_RDWR:
            self._over = True
            self.notify()
        self.peer.notify()

    def close(self) -> None:
        """Give it back; the other end sees it."""
        if self.closed:
            return
        self.closed = True
        self.peer.failed = bool(self._arrived)
        self._arrived.clear()
        self._held = 0
        self._room = None
        self._release()
        self.peer.notify()
        self.peer.tell_room()

    def __enter__(self) -> End:
        return self

    def __exit__(self, *_: object) -> None:
        if self.owner is None:
            self.close()
        else:  # a process has it, only our number of it is given back
            self._release()

    # --- what the world does ----------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """Whether the other end holds more than there is room for."""
        return not self.peer.closed and self.peer._held > self._capacity

    @property
    def empty(self) -> bool:
        """Whether nothing lies here."""
        return not self._arrived

    def ready(self) -> bool:
        """Whether `recv` would not block."""
        if self._arrived:
            return self._arrived[0][0] <= self._clock.now
        return self.peer.closed or self.peer._shut

    def put(self, data: bytes, at: float) -> None:
        """The other end sent this at that moment."""
        self._arrived.append((at, data))
        self._held += len(data)
        self.notify()

    def lose_after(self, moment: float) -> None:
        """The sender was killed at this moment: what it would have sent later never was."""
        while self._arrived and self._arrived[-1][0] > moment:
            self._held -= len(self._arrived.pop()[1])

    def notify(self) -> None:
        """Something lies here, or will at its moment: whoever reads is woken then."""
        if self.owner is not None:
            self.owner.wake()
        elif self._reader is not None and not self._reader.done():
            at = self._arrived[0][0] if self._arrived else self._clock.now
            # On the grid of what the network brings, so that both come in one round of the loop.
            moment = max(at, math.ceil(at / self._grid - 1e-9) * self._grid)
            self._loop.call_at(moment, self._wake_reader, self._reader)

    @staticmethod
    def _wake_reader(reader: asyncio.Future[None]) -> None:
        if not reader.done():
            reader.set_result(None)

    async def readable(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait until something may lie here."""
        self._reader = loop.create_future()
        if self._arrived:
            self.notify()
        try:
            await self._reader
        finally:
            self._reader = None

    def on_room(self, callback: Callable[[], None] | None) -> None:
        """Call as soon as, and as long as, there is room at the other end."""
        self._room = callback
        self.tell_room()

    def tell_room(self) -> None:
        """Room may have come."""
        if self._room is not None and (self.peer.closed or self.peer._held < self._capacity):
            self._loop.call_soon(self._call_room)
        elif self.owner is not None:
            self.owner.wake()

    def _call_room(self) -> None:
        if self._room is not None and (self.peer.closed or self.peer._held < self._capacity):
            self._room()
            self.tell_room()

    def _check_peer(self) -> None:
        if self.closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if self.peer.closed or self._shut:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def _cut(self, size: int) -> int:
        """How many of so many bytes the kernel takes or gives at once."""
        if size < 2 or self._random.random() < 0.8:
            return size
        return self._random.randint(1, size - 1)


@dataclass
class Pairs:
    """Makes socket pairs; the gateway's end counts among its descriptors."""

    clock: Clock
    loop: asyncio.AbstractEventLoop
    random: Random
    descriptors: Descriptors
    capacity: int
    grid: float

    def socketpair(self) -> tuple[End, End]:
        """As `socket.socketpair`."""
        numbers = [self.descriptors.take()]
        try:
            numbers.append(self.descriptors.take())
        except OSError:
            self.descriptors.give_back(numbers[0])
            raise
        ends = [End(self.clock, self.loop, self.random, self.capacity, self.grid, number) for number in numbers]
        ends[0].peer, ends[1].peer = ends[1], ends[0]
        for end in ends:
            end._release = _giver(self.descriptors, end.number)
            self.descriptors.ends[end.number] = end
        return ends[0], ends[1]


def _giver(descriptors: Descriptors, number: int) -> Callable[[], None]:
    return lambda: descriptors.give_back(number)


class Sockets:
    """What `server.pipe.bus` sees as the module `socket`."""

    MSG_DONTWAIT = socket.MSG_DONTWAIT
    SHUT_WR = socket.SHUT_WR
    SHUT_RDWR = socket.SHUT_RDWR
    SOL_SOCKET = socket.SOL_SOCKET
    SO_SNDBUF = socket.SO_SNDBUF

    def __init__(self, adopted: Callable[[int], End]) -> None:
        self._adopted = adopted

    def socket(self, fileno: int) -> End:
        """The end that a process was given by its number."""
        return self._adopted(fileno)


class Poll:
    """What an engine waits in; where it would block it gives way to the world instead."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._end: End | None = None

    def register(self, end: End, events: int) -> None:
        """Wait for this one."""
        self._end = end

    def poll(self, timeout: float | None = None) -> list[tuple[int, int]]:
        """Whether something lies there; raises `Asleep` where nothing does and there is time."""
        end = self._end
        assert end is not None
        if end.ready():
            return [(end.number, select.POLLIN)]
        if timeout is not None and timeout <= 0:
            return []
        raise Asleep(None if timeout is None else self._clock.now + timeout / 1000)


class Selects:
    """What `server.pipe.bus` sees as the module `select`."""

    POLLIN = select.POLLIN

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def poll(self) -> Poll:
        """As `select.poll`."""
        return Poll(self._clock)
