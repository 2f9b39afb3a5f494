"""What is kept of a running session, so that the next engine goes on from near where this one was."""

from __future__ import annotations

import time
from collections.abc import Callable

from server.checkpoint import checkpoint
from server.live import Live
from server.store import Log

PERIOD = 2.0
"""Seconds of a job between two notes of how far it came."""


class Progress:
    """The checkpoints of an engine's sessions, and how far their jobs came."""

    def __init__(self, store: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock

    def opened(self, name: str, live: Live) -> None:
        """Keep the room as it is now that another scene is open."""
        self._store.checkpoint(name, live.room.sequence, checkpoint(live.room))

    def worked(self, name: str, live: Live) -> None:
        """After a step of the session's job: note how far it came, at its end and from time to time."""
        if live.timeline.job is None or self._clock() >= live.noted_at + PERIOD:
            self.note(name, live)

    def note(self, name: str, live: Live) -> None:
        """Note how far the session's job came."""
        live.noted_at = self._clock()
        if live.timeline.ticks and live.noted != live.moment:
            live.noted = live.moment
            self._store.progress(name, *live.moment)
