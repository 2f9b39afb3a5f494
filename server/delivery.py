"""What one viewer has still to be sent: direct messages in order, then the latest body of each slot.

This is the seam of the fast path: the gateway only puts and forgets; how bytes reach the socket is decided here.
A slow browser holds up its own outbox alone, and there waits at most one body a slot.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Slot = tuple[str, str]
"""(audience, key)"""
MOST_DIRECT = 64
"""A viewer that makes faults faster than it reads them loses the oldest of them, never a slot."""


class Outbox:
    """A latest-wins mailbox and the loop that empties it into one socket."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        self._send = send
        self._direct: deque[bytes] = deque(maxlen=MOST_DIRECT)
        self._slots: dict[Slot, bytes] = {}
        self._filled = asyncio.Event()

    def direct(self, body: bytes) -> None:
        """A message that is not the state of a slot; it goes first."""
        self._direct.append(body)
        self._filled.set()

    def put(self, slot: Slot, body: bytes) -> None:
        """A slot's newest body, in place of one that was not sent yet."""
        self._slots[slot] = body
        self._filled.set()

    def forget(self, slot: Slot) -> None:
        """Do not send what is waiting for this slot."""
        self._slots.pop(slot, None)

    def waiting(self) -> int:
        """How many bodies wait to be sent."""
        return len(self._direct) + len(self._slots)

    async def run(self) -> None:
        """Send what comes until cancelled; ends with the error of the socket."""
        while True:
            await self._filled.wait()
            while (body := self._next()) is not None:
                await self._send(body)
            self._filled.clear()

    def _next(self) -> bytes | None:
        if self._direct:
            return self._direct.popleft()
        if self._slots:
            return self._slots.pop(next(iter(self._slots)))
        return None
