"""`gnn-live replay LOG [SESSION]`: does the log, carried out again, give the frames that the class saw?

Every room is built entry by entry with its jobs' outputs; at each moment at which frames left, all frames are made anew
and their digests compared with those that were noted.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from server.disk.store import FILE, Entry, Log, SentTurn, StoreError
from server.engine import compute
from server.engine.discovery import scenes
from server.engine.jobs.workers import Workers
from server.engine.outbox import SlotKey, noted
from server.engine.poison import past_watch
from server.engine.timeline import Timeline, attempted
from server.protocol.messages import Fault
from server.protocol.wire import NotPackable
from server.room import jobs
from server.room.state import Room, Scenes
from server.room.view import beside_scene, frames


@dataclass(frozen=True, slots=True)
class Difference:
    """A frame that was sent and is not what the log gives."""

    seq: int
    ticks: int
    slot: SlotKey


@dataclass(slots=True)
class Report:
    """What the comparison of one session found."""

    entries: int = 0
    compared: int = 0
    lost: int = 0
    """Frames of job outputs that an engine took with it when it died; the log goes on from before them."""
    differences: list[Difference] = field(default_factory=list)


def main(path: Path, wanted: str | None = None) -> int:
    """Compare one session of a log file (or data directory), or all; exit status 1 when something differs."""
    try:
        store = Log.read_only(path / FILE if path.is_dir() else path)
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with store:
        known = store.sessions()
        if wanted is not None and wanted not in known:
            sys.stderr.write(f"expected one of the sessions {', '.join(known)} in {path}, got {wanted!r}\n")
            return 2
        compute.prepare("auto")
        workers = Workers()  # as the engine does, with as many threads
        jobs.use(workers)
        with closing(workers):
            return _told(store, known if wanted is None else [wanted], scenes())


def _told(store: Log, names: list[str], known: Scenes) -> int:
    status = 0
    for name in names:
        report = compare(store, name, known)
        counts = f"{report.entries} entries, {report.compared} frames"
        lost = f", {report.lost} lost with an engine" if report.lost else ""
        sys.stdout.write(f"{name}: {'differs' if report.differences else 'same'} ({counts}{lost})\n")
        for found in report.differences:
            to, key = found.slot
            sys.stdout.write(f"  seq {found.seq}, ticks {found.ticks}, slot {key} to {to}\n")
        status = 1 if report.differences else status
    return status


def compare(store: Log, name: str, known: Scenes) -> Report:
    """Carry one session's log out and compare the frames at every moment at which some left."""
    report = Report()
    turns: dict[int, list[SentTurn]] = defaultdict(list)
    for turn in store.was_sent(name):
        turns[turn.seq].append(turn)
    timeline = Timeline(Room(name), known, past_watch(store, name))
    for entry, following in _with_next(store.tail(name)):
        timeline.enter(entry)
        report.entries += 1
        made: dict[SlotKey, bytes] = {}
        at: int | None = None
        for turn in turns[entry.seq]:
            if following is not None and turn.ticks > following.ticks:
                report.lost += len(turn.slots)
                continue
            timeline.advance(turn.ticks)
            if at != turn.ticks:
                made, at = _digests(timeline.room, known), turn.ticks
            _compare_turn(turn, made, report)
    return report


def _with_next(entries: Iterator[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
    """Each entry with the one behind it."""
    listed: list[Entry | None] = [*entries, None]
    for entry, following in pairwise(listed):
        if entry is not None:
            yield entry, following


def _compare_turn(turn: SentTurn, made: dict[SlotKey, bytes], report: Report) -> None:
    for sent in turn.slots:
        slot = (sent.to, sent.key)
        report.compared += 1
        if made.get(slot) != sent.digest:
            report.differences.append(Difference(turn.seq, turn.ticks, slot))


def _digests(room: Room, known: Scenes) -> dict[SlotKey, bytes]:
    """Digest of every frame of a room that may leave."""
    shown = attempted(lambda: frames(None, room, known), f"the frames of {room.id}")
    if isinstance(shown, Fault):
        shown = frames(None, beside_scene(None, room), known)
    digests: dict[SlotKey, bytes] = {}
    for item in shown:
        try:
            digests[item.out.slot] = noted(item.out.frame)
        except NotPackable:
            continue
    return digests
