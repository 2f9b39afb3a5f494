"""A session from its log: the latest checkpoint that can be used, the tail behind it, the running job's outputs."""

from __future__ import annotations

import logging

import msgspec

from server.attempt import Watch, digest_of
from server.checkpoint import restore
from server.faults import UNREADABLE
from server.lecture import Lecture
from server.protocol import Fault
from server.room import Room, Scenes
from server.store import Entry, Log, StoreError
from server.timeline import Started, Timeline, attempted, plan

log = logging.getLogger("gnn_live.recovery")


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


def recovered(session: str, store: Log, scenes: Scenes, watch: Watch) -> Timeline | None:
    """A session as its log has it; None when there is no log of it.

    Where the log cannot be read to its end, it is the session as far as it goes; nothing can be done in it, and the
    instructor is told why.
    """
    timeline: Timeline | None = None
    try:
        first = next(store.tail(session), None)
        if first is None:
            return None
        room, culprit = _start(session, first, store, scenes, watch)
        timeline = Timeline(room, scenes, watch)
        timeline.culprit = culprit
        for entry in store.tail(session, timeline.room.sequence):
            timeline.enter(entry)
        sequence, ticks = store.progressed(session)
        if sequence == timeline.room.sequence:
            timeline.advance(ticks)
    except StoreError as error:
        timeline = timeline or Timeline(Room(session), scenes, watch)
        store.refuse(session, error)
        log.error("%s was read up to entry %d: %s", session, timeline.room.sequence, error)
        _warn(timeline, f"expected to read the whole log, but {error}; the room is shown as it was before")
    _greet(timeline, session, store)
    return timeline


def _greet(timeline: Timeline, session: str, store: Log) -> None:
    """The session is in use; what its instructor has to be told of the file is told."""
    store.touch(session)
    for text in store.notices(session):
        _warn(timeline, text)


def _warn(timeline: Timeline, text: str) -> None:
    timeline.warnings.append(Fault(code="failed", detail=text))


def _start(session: str, first: Entry, store: Log, scenes: Scenes, watch: Watch) -> tuple[Room, bytes]:
    """The room of the latest checkpoint that this program can use, or the empty room before the first entry.

    With it comes the digest of the command that opened its scene.
    """
    try:
        lecture = plan(msgspec.json.decode(first.body, type=Started).lecture, scenes)
    except UNREADABLE as error:
        raise StoreError(f"the first entry of {session} cannot be read: {error}") from error
    for sequence, body in store.checkpoints(session):
        digest = digest_of(next(store.tail(session, sequence - 1)))
        if watch.deadly(digest):
            continue
        with watch.noted(digest):
            room = _restored(session, body, lecture, scenes)
        if room is not None:
            return room, digest
    return Room(session), b""


def _restored(session: str, body: bytes, lecture: Lecture | None, scenes: Scenes) -> Room | None:
    room = attempted(lambda: restore(body, lecture, scenes), f"a checkpoint of {session}")
    return room if isinstance(room, Room) else None
