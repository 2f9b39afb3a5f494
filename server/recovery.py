"""A session from its log: the latest checkpoint that can be used, the tail behind it, the running job's outputs."""

from __future__ import annotations

import msgspec

from server.attempt import Watch, digest_of
from server.checkpoint import restore
from server.lecture import Lecture
from server.session import Room, Scenes
from server.store import Entry, Log
from server.timeline import Started, Timeline, attempted, plan


def begin(session: str, lecture: str | None, store: Log, scenes: Scenes, watch: Watch) -> Timeline:
    """A session that nobody has opened before; raises StoreError where the log cannot be written."""
    entry = Entry(seq=1, kind="create", body=msgspec.json.encode(Started(lecture)))
    store.append(session, entry)
    timeline = Timeline(Room(session), scenes, watch)
    timeline.enter(entry)
    return timeline


def recovered(session: str, store: Log, scenes: Scenes, watch: Watch) -> Timeline | None:
    """A session as its log has it; None when there is no log of it."""
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
    return timeline


def _start(session: str, first: Entry, store: Log, scenes: Scenes, watch: Watch) -> tuple[Room, bytes]:
    """The room of the latest checkpoint that this program can use, or the empty room before the first entry.

    With it comes the digest of the command that opened its scene.
    """
    lecture = plan(msgspec.json.decode(first.body, type=Started).lecture, scenes)
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
