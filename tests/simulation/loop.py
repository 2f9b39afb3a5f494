"""asyncio's own event loop over virtual time: nothing is waited for, the clock goes on to whatever is due next.

Sockets are the world's (`pipes.py`), processes too (`processes.py`); everything else (tasks, timers, their order) is
asyncio's. Callbacks that are due at one moment run in one round, as what one poll of the kernel returns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from tests.simulation.clock import Clock
from tests.simulation.pipes import End


class Deadlock(RuntimeError):
    """Nothing is due and nothing ever will be."""


class Spawner(Protocol):
    """What starts the processes of a world."""

    def spawn(self, words: tuple[str, ...], descriptors: tuple[int, ...], protocol: asyncio.SubprocessProtocol) -> Any:
        """A process from its command line; returns its transport."""
        ...


class Loop(asyncio.BaseEventLoop):
    """The loop of the gateway's process, and the scheduler of the world."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.spawner: Spawner | None = None
        self._selector = self
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Virtual seconds."""
        return self.clock.now

    def select(self, timeout: float | None) -> list[object]:
        """Let time pass until something is due."""
        if timeout is None:
            raise Deadlock("nothing is left to do in this world, and it has not ended")
        if timeout > 0:
            self.clock.now += timeout
        return []

    def _process_events(self, event_list: list[object]) -> None:
        """There are none beside timers."""

    def _write_to_self(self) -> None:
        """Nobody else is there to wake it."""

    async def sock_recv(self, sock: Any, n: int) -> bytes:
        """What lies in the pipe, at most n bytes, as soon as there is something."""
        end: End = sock
        while True:
            try:
                return end.recv(n)
            except BlockingIOError:
                await end.readable(self)

    def add_writer(self, fd: Any, callback: Callable[..., Any], *args: Any) -> None:  # type: ignore[override]
        """Call when there is room in the pipe."""
        end: End = fd
        end.on_room(lambda: callback(*args))

    def remove_writer(self, fd: Any) -> bool:
        """Do not call any more."""
        end: End = fd
        end.on_room(None)
        return True

    async def subprocess_exec(self, protocol_factory: Any, *args: Any, **kwargs: Any) -> Any:
        """Start one of the world's processes."""
        assert self.spawner is not None
        protocol = protocol_factory()
        words = tuple(map(str, args))
        transport = self.spawner.spawn(words, tuple(kwargs.get("pass_fds", ())), protocol)
        protocol.connection_made(transport)
        return transport, protocol
