"""A recorded lecture, played again from its log, still shows what the hall saw: over every scene, at every moment.

`tests/server/recorded/record.py` says how it was recorded and how to record it again.
"""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import msgspec

from server.attempt import past_watch
from server.frames import frames
from server.replay import compare
from server.room import Room
from server.scene import scenes
from server.store import Log
from server.timeline import Timeline
from server.wire import pack, unpack
from tests.server.likeness import differences
from tests.server.recorded.record import FILE, SEATS, SESSION

Slot = tuple[str, str]


def recorded(file: Path) -> dict[tuple[int, int], dict[Slot, bytes]]:
    """Every frame that left, by the moment of the room that it shows."""
    found: dict[tuple[int, int], dict[Slot, bytes]] = defaultdict(dict)
    with closing(sqlite3.connect(file)) as db:
        query = "SELECT seq, ticks, slot_to, slot_key, body FROM frames ORDER BY seq, ticks"
        for seq, ticks, to, key, body in db.execute(query):
            found[seq, ticks][to, key] = zlib.decompress(body)
    return found


def not_as_recorded(file: Path) -> list[str]:
    """Where the log, played again, does not give the recorded frames."""
    told: list[str] = []
    moments = recorded(file)
    with Log.read_only(file) as log:
        timeline = Timeline(Room(SESSION), scenes(), past_watch(log, SESSION))
        for entry in log.tail(SESSION):
            timeline.enter(entry)
            for ticks in sorted(ticks for seq, ticks in moments if seq == entry.seq):
                timeline.advance(ticks)
                made = {shown.out.slot: pack(shown.out.frame) for shown in frames(None, timeline.room, scenes())}
                for slot, body in moments[entry.seq, ticks].items():
                    here = f"seq {entry.seq}, ticks {ticks}, slot {slot[1]} to {slot[0]}"
                    if slot not in made:
                        told.append(f"{here}: expected a frame, got none")
                        continue
                    found = differences(unpack(body), unpack(made[slot].stamped(0)))
                    told += [f"{here}: {difference}" for difference in found]
    return told


def test_the_recorded_lecture_plays_as_the_hall_saw_it() -> None:
    assert not_as_recorded(FILE) == []


def test_the_recording_is_a_lecture_over_every_scene_and_small_enough_for_git() -> None:
    with Log.read_only(FILE) as log:
        entries = list(log.tail(SESSION))
    shown = {slot[1].partition(".")[0] for moment in recorded(FILE).values() for slot in moment}
    assert set(scenes()) <= shown
    assert {entry.kind for entry in entries} == {"create", "command", "attend", "presence", "play"}
    assert {entry.seat for entry in entries} >= {"instructor", *SEATS}
    assert any(entry.ticks for entry in entries), "jobs gave outputs between two commands"
    assert FILE.stat().st_size < 500_000


def test_replay_carries_the_recording_out_to_its_end() -> None:
    with Log.read_only(FILE) as log:
        report = compare(log, SESSION, scenes())
        noted = sum(len(turn.slots) for turn in log.was_sent(SESSION))
    assert report.entries > 50
    assert report.compared + report.lost == noted == sum(map(len, recorded(FILE).values())) + report.lost


def test_a_lecture_that_went_otherwise_is_told_with_its_place(tmp_path: Path) -> None:
    file = Path(shutil.copy(FILE, tmp_path))
    other = msgspec.json.encode({"t": "permute.swap", "a": 0, "b": 2, "id": 3})
    with closing(sqlite3.connect(file)) as db:
        (seq,) = db.execute("SELECT seq FROM log WHERE CAST(body AS TEXT) LIKE '%permute.swap%'").fetchone()
        db.execute("UPDATE log SET body = ? WHERE seq = ?", (other, seq))
        db.commit()
    told = not_as_recorded(file)
    assert told
    assert all(line.startswith(f"seq {seq}, ticks 0, slot permute.") for line in told)
