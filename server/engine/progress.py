"""What is kept of a running session, so that the next engine goes on from near where this one was.

A checkpoint is written when a scene was opened, every `PERIOD` of a running job, every `TAIL` entries or `TAIL_BYTES`
of them, and when the session or the program ends; never so often that it costs more than 1 / `RARELY` of the time. It
is of the timeline's savepoint: the moment itself, or where the job that runs was last kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from server.disk.store import Log
from server.engine.fingerprint import fingerprint
from server.engine.playing import Live
from server.room.checkpoint import checkpoint
from server.room.state import Room, Savepoint, Scenes
from server.room.view import is_new_scene

log = logging.getLogger("gnn_live.progress")
PERIOD = 2.0
"""Seconds of a job between two notes of how far it came, and between two checkpoints."""
TAIL = 64
"""Entries behind a checkpoint: carried out again they take about as long as a start of torch at most."""
TAIL_BYTES = 2**18
"""Bytes of the entries behind a checkpoint: strokes and texts take longer to carry out than a press of a button."""
RARELY = 50
LARGEST = 16 * 2**20
"""Bytes of a checkpoint: a larger one would hold up every room for longer than what it saves."""


class Checkpoints:
    """The checkpoints of an engine's sessions, and how far their jobs came."""

    def __init__(self, store: Log, scenes: Scenes, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._scenes = scenes
        self._clock = clock

    def worked(self, name: str, live: Live) -> None:
        """After a step of the session's job: note how far it came, at its end and from time to time."""
        if live.timeline.job is None or self._clock() >= live.noted_at + PERIOD:
            self._note(name, live)

    def shown(self, name: str, live: Live) -> None:
        """After its frames left, which nothing died of: keep the room, if there is a reason to."""
        at, saved = live.timeline.savepoint, live.saved
        if at is saved or live.room is not live.framed:
            return
        opening = at.kept is None and is_new_scene(saved.room if saved else None, at.room)
        if opening or self._is_due(live, at):
            self._save(name, live, at, opening)

    def _is_due(self, live: Live, at: Savepoint) -> bool:
        saved, passed = live.saved or Savepoint(Room("")), self._clock() - live.saved_at
        if passed < RARELY * live.saving:
            return False
        long = at.room.sequence - saved.room.sequence >= TAIL or at.size - saved.size >= TAIL_BYTES
        return long or (live.timeline.job is not None and passed >= PERIOD)

    def closing(self, name: str, live: Live) -> None:
        """The session leaves this engine."""
        self._note(name, live)
        if live.timeline.savepoint is not live.saved and live.room is live.framed:
            self._save(name, live, live.timeline.savepoint, opening=False)

    def _note(self, name: str, live: Live) -> None:
        live.noted_at = self._clock()
        if live.timeline.ticks and live.noted != live.moment:
            live.noted = live.moment
            self._store.progress(name, *live.moment)

    def _save(self, name: str, live: Live, at: Savepoint, opening: bool) -> None:
        """Write a checkpoint; what cannot be one is named in the log, and recovery takes the one before it."""
        live.saved, live.saved_at = at, self._clock()
        scene = at.room.open
        try:
            program = fingerprint(self._scenes[scene.name]) if scene is not None and at.kept is not None else ""
            body = checkpoint(at, live.timeline.culprit, program)
        except TypeError as error:
            log.error("%s has no checkpoint of the scene %s: %s", name, scene.name if scene else "", error)
            return
        if len(body) > LARGEST:
            told = "%s has no checkpoint at entry %d: expected at most %d bytes, got %d"
            log.error(told, name, at.room.sequence, LARGEST, len(body))
        else:
            self._store.checkpoint(name, at.room.sequence, body, at.ticks, opening)
        live.saving = self._clock() - live.saved_at
