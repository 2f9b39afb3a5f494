"""The wire where a server exposes no transport: a task a viewer that sends one body after the other.

Slower than writing to the transport (`server/gateway/direct.py:Direct`), and otherwise the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


def payload_of(frame: bytes) -> bytes:
    """The message in an unmasked RFC 6455 frame."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


class Posted:
    """The wire to one browser where the server exposes no transport: a task that sends one body after the other."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], abort: Callable[[], None]) -> None:
        self._send = send
        self._abort = abort
        self._frame = b""
        self._filled = asyncio.Event()
        self._told: Callable[[bool], None] | None = None
        self._ended: Callable[[], None] = lambda: None
        self.joins = False
        self.waiting: Callable[[], int] = lambda: len(self._frame)
        self.write: Callable[[bytes], None] = self._post

    def _post(self, frame: bytes) -> None:
        self._frame = frame
        self._filled.set()
        if self._told is not None:
            self._told(False)

    def on_room(self, told: Callable[[bool], None]) -> None:
        """Tell when a frame is being sent, and when it was."""
        self._told = told

    def on_end(self, told: Callable[[], None]) -> None:
        """Tell when nothing is sent any more."""
        self._ended = told

    def abort(self) -> None:
        """Cut the connection."""
        self._abort()

    async def run(self) -> None:
        """Send what comes until cancelled; ends with the error of the socket."""
        try:
            while True:
                await self._filled.wait()
                self._filled.clear()
                if self._frame:
                    await self._send(payload_of(self._frame))
                    self._frame = b""
                    if self._told is not None:
                        self._told(True)
        finally:
            self._ended()
