"""Sockets that have not said hello yet: bounded in time and in number, so that silence takes no place from anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Unfinished:
    """The deadlines of silent sockets, the oldest first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._deadlines: dict[asyncio.Timeout, None] = {}

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """The time in which a socket says hello; where more are silent than may be, that of the oldest is over.

        Raises:
            TimeoutError: it said nothing.
        """
        async with asyncio.timeout(seconds) as deadline:
            self._deadlines[deadline] = None
            if len(self._deadlines) > self._most:
                oldest = next(iter(self._deadlines))
                del self._deadlines[oldest]
                oldest.reschedule(asyncio.get_running_loop().time())
            try:
                yield
            finally:
                self._deadlines.pop(deadline, None)
