"""A session from its log: the latest checkpoint that can be used, the tail behind it, the running job's outputs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from itertools import islice

import msgspec

from server.disk.store import Entry, Log, StoreError
from server.engine.fingerprint import fingerprint
from server.engine.poison import Watch, digest_of, digest_of_checkpoint
from server.engine.preparation import prepared
from server.engine.timeline import Started, Timeline, attempted, lecture_of
from server.protocol.faults import UNREADABLE
from server.protocol.messages import Fault
from server.room.checkpoint import Saved, restore
from server.room.plan import Lecture
from server.room.scene import Pending
from server.room.state import Room, Scenes

log = logging.getLogger("gnn_live.recovery")
PAGE = 256
"""Entries that are read at a time."""
CATCHING_UP = 0.5
"""Seconds for the outputs that the last engine's job gave behind the last entry: then the room is shown, and the job
goes on from there. What another process computes is not waited for."""

Steps = Generator[None, None, Timeline]
"""A recovery: gives way after each piece of work, an entry or an output of a job, and returns the session."""


def begin(session: str, lecture: str | None, store: Log, scenes: Scenes, watch: Watch) -> Timeline:
    """A session that nobody has opened before; the instructor is told where the log cannot be written."""
    entry = Entry(seq=1, kind="create", body=msgspec.json.encode(Started(lecture)))
    timeline = Timeline(Room(session), scenes, watch)
    timeline.enter(entry)
    try:
        store.append(session, entry)
    except StoreError as error:
        store.owe(session, entry)
        _warn(timeline, f"expected a log that can be written, but {error}")
    _greet(timeline, session, store)
    return timeline


def recovery(
    session: str,
    store: Log,
    scenes: Scenes,
    watch: Watch,
    *,
    clock: Callable[[], float] = time.monotonic,
    kept: bool = True,
) -> Steps | None:
    """The steps to a session as its log has it; None when there is no log of it.

    Where the log cannot be read to its end, it is the session as far as it goes; nothing can be done in it, and the
    instructor is told why. Without `kept` no job goes on from where it was kept.
    """
    try:
        first = next(store.tail(session), None)
    except StoreError as error:
        return _broken(Timeline(Room(session), scenes, watch), session, store, error)
    return None if first is None else _recovered(_Past(session, store, scenes, watch, kept), first, clock)


def _recovered(past: _Past, first: Entry, clock: Callable[[], float]) -> Steps:
    session, store = past.session, past.store
    timeline: Timeline | None = None
    try:
        timeline = past.start(first)
        yield None
        yield from _played(past, timeline)
        yield from _caught_up(timeline, session, store, clock)
        if timeline.astray:
            log.error("%s: its job cannot go on from where it was kept; it begins again", session)
            return (yield from _recovered(replace(past, kept=False), first, clock))
    except StoreError as error:
        return (yield from _broken(timeline or Timeline(Room(session), past.scenes, past.watch), session, store, error))
    _greet(timeline, session, store)
    return timeline


def _broken(timeline: Timeline, session: str, store: Log, error: StoreError) -> Steps:
    """The session as far as its log can be read."""
    yield from ()
    store.refuse(session, error)
    log.error("%s was read up to entry %d: %s", session, timeline.room.sequence, error)
    _warn(timeline, f"expected to read the whole log, but {error}; the room is shown as it was before")
    _greet(timeline, session, store)
    return timeline


def _played(past: _Past, timeline: Timeline) -> Generator[None, None, None]:
    """Carry out what stands in the log behind the timeline's room."""
    while True:
        page, unreadable = _page(past.session, past.store, timeline.room.sequence)
        for entry in page:
            while timeline.ticks < entry.ticks and timeline.job is not None:
                timeline.step()
                yield None
            yield from prepared(timeline.room, entry, past.scenes, past.watch)
            timeline.enter(entry)
            yield None
        if unreadable is not None:
            raise unreadable
        if len(page) < PAGE:
            return


def _page(session: str, store: Log, after: int) -> tuple[list[Entry], StoreError | None]:
    """The next entries, and why there are no more of them if they cannot be read."""
    page: list[Entry] = []
    try:
        page.extend(islice(store.tail(session, after), PAGE))
    except StoreError as error:
        return page, error
    return page, None


def _caught_up(timeline: Timeline, session: str, store: Log, clock: Callable[[], float]) -> Generator[None, None, None]:
    """Take the outputs that were noted behind the last entry, as far as they come at once."""
    sequence, ticks = store.progressed(session)
    worked = 0.0
    while sequence == timeline.room.sequence and timeline.ticks < ticks and timeline.job is not None:
        began = clock()
        if isinstance(timeline.step(), Pending):
            return
        worked += clock() - began
        if worked > CATCHING_UP:
            return
        yield None


def _greet(timeline: Timeline, session: str, store: Log) -> None:
    """The session is in use; what its instructor has to be told of the file is told."""
    store.touch(session)
    for text in store.notices(session):
        _warn(timeline, text)


def _warn(timeline: Timeline, text: str) -> None:
    timeline.warnings.append(Fault(code="failed", detail=text))


@dataclass(frozen=True, slots=True)
class _Past:
    """What is left of a session, and what of it may be used."""

    session: str
    store: Log
    scenes: Scenes
    watch: Watch
    kept: bool

    def start(self, first: Entry) -> Timeline:
        """The timeline from the latest checkpoint that this program can use, or from before the first entry."""
        try:
            lecture = lecture_of(msgspec.json.decode(first.body, type=Started).lecture, self.scenes)
        except UNREADABLE as error:
            raise StoreError(f"the first entry of {self.session} cannot be read: {error}") from error
        for sequence, body in self.store.checkpoints(self.session):
            saved = self._usable(sequence, body, lecture)
            if saved is not None:
                timeline = Timeline(saved.savepoint, self.scenes, self.watch)
                timeline.culprit = saved.culprit
                log.info("%s goes on from its checkpoint at entry %d", self.session, sequence)
                return timeline
        return Timeline(Room(self.session), self.scenes, self.watch)

    def _usable(self, sequence: int, body: bytes, lecture: Lecture | None) -> Saved | None:
        """What a checkpoint gives, unless it cannot be read, holds what was deadly, or does not fit to the log."""
        entry, following = self._entries(sequence)
        own = digest_of_checkpoint(sequence)
        if entry is None or self.watch.deadly(digest_of(entry)) or self.watch.deadly(own):
            return None
        with self.watch.noted(own):
            saved = attempted(lambda: restore(body, lecture, self.scenes), f"a checkpoint of {self.session}")
        if not isinstance(saved, Saved):
            return None
        point = saved.savepoint
        if following is not None and following.ticks < point.ticks:
            return None  # an engine that could not use it went on from before it
        if point.kept is not None and not (self.kept and self._is_of_this_program(saved)):
            return None
        culprit = saved.culprit or digest_of(entry)
        opener, _ = self._entries(point.room.open.version) if point.room.open else (None, None)
        if self.watch.deadly(culprit) or (opener is not None and self.watch.deadly(digest_of(opener))):
            return None
        return msgspec.structs.replace(saved, culprit=culprit)

    def _is_of_this_program(self, saved: Saved) -> bool:
        scene = saved.savepoint.room.open
        return scene is not None and saved.program == fingerprint(self.scenes[scene.name])

    def _entries(self, sequence: int) -> tuple[Entry | None, Entry | None]:
        """The entry of this number, and the one behind it."""
        found = list(islice(self.store.tail(self.session, sequence - 1), 2))
        if not found or found[0].seq != sequence:
            return None, None
        return found[0], found[1] if len(found) > 1 else None
