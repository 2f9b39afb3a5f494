"""Play a recording again: `python -m tests.server.recorded.play [FILE]` prints where it is not what the hall saw."""

from __future__ import annotations

import sqlite3
import sys
import zlib
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from server.disk.store import Log
from server.engine import compute
from server.engine.discovery import scenes
from server.engine.poison import past_watch
from server.engine.timeline import Timeline
from server.protocol.wire import pack, unpack
from server.room.state import Room
from server.room.view import frames, plain
from tests.server.likeness import differences
from tests.server.recorded.record import FILE, SESSION

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
    lines: list[str] = []
    moments = recorded(file)
    with Log.read_only(file) as log:
        timeline = Timeline(Room(SESSION), scenes(), past_watch(log, SESSION))
        for entry in log.tail(SESSION):
            timeline.enter(entry)
            for ticks in sorted(ticks for seq, ticks in moments if seq == entry.seq):
                timeline.advance(ticks)
                made = {shown.out.slot: pack(plain(shown.out.frame)) for shown in frames(None, timeline.room, scenes())}
                for slot, body in moments[entry.seq, ticks].items():
                    here = f"seq {entry.seq}, ticks {ticks}, slot {slot[1]} to {slot[0]}"
                    if slot not in made:
                        lines.append(f"{here}: expected a frame, got none")
                        continue
                    found = differences(unpack(body), unpack(made[slot].stamped(0)))
                    lines += [f"{here}: {difference}" for difference in found]
    return lines


def main(file: Path) -> int:
    """Play on this machine's processor; returns 1 where something differs."""
    compute.prepare("cpu")
    lines = not_as_recorded(file)
    print(*lines, sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE))
