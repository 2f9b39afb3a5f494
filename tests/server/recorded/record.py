"""Record the lecture again: `python -m tests.server.recorded.record [FILE]`, which writes over the one in git.

A scripted hour of `lecture2` is played by the real engine with the real scenes, exported as `gnn-live export` does it,
and every frame that left is written beside the log, in a table of its own, without the digests of files (a formula
that changes by a word makes no recording stale):

    frames (seq, ticks, slot_to, slot_key, body)      body: the packed frame without its stamp, deflated

One program on one machine records the same file, byte for byte. On another processor the last digits differ, which
`tests/server/test_recorded.py` allows; a pose, an order or a choice that the last digit decides must not be recorded.
Record again only when a frame is meant to be another one, and say in the commit what changed.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from server.disk.archive import export
from server.disk.store import Log, Registry
from server.engine import compute
from server.engine.discovery import scenes
from server.engine.outbox import noted
from server.engine.poison import past_watch
from server.engine.timeline import Timeline
from server.pipe import bus
from server.protocol import messages as p
from server.protocol.wire import pack
from server.room.state import Room
from server.room.view import frames, plain
from tests.server.probe import Rig, Seen

SESSION = "lecture2"
FILE = Path(__file__).with_name("lecture2.sqlite3")
SEATS = tuple(f"seat-{number}" for number in range(5))
QUARTER = [0.9238795325112867, 0.0, 0.3826834323650898, 0.0]
Line = tuple[str, Mapping[str, object]]

ROUNDS: list[Line] = [
    ("instructor", {"t": "open", "scene": "rounds", "params": {"graph": "decalin", "rounds": 3}}),
    *[("instructor", {"t": "position", "to": to}) for to in (1, 2, 3, 4, 8)],
    ("instructor", {"t": "rounds.select", "node": 2}),
    ("instructor", {"t": "rounds.shuffle"}),
    ("instructor", {"t": "rounds.shuffle", "back": True}),
    ("instructor", {"t": "deal"}),
    ("instructor", {"t": "tune", "values": {"graph": "seats", "compute": True, "features": 2, "rounds": 2}}),
    *[(seat, {"t": "rounds.answer", "round": 1, "values": [1.0, float(n)]}) for n, seat in enumerate(SEATS[:3])],
    ("instructor", {"t": "rounds.close"}),
    ("instructor", {"t": "play", "on": True}),
]
RADIUS: list[Line] = [
    ("instructor", {"t": "open", "scene": "radius"}),
    *[("instructor", {"t": "tune", "values": {"cutoff": cutoff}}) for cutoff in (0.8, 1.0, 1.7)],
    ("instructor", {"t": "radius.drag", "node": 3, "at": [0.4, -0.3, 0.0]}),
    ("instructor", {"t": "radius.turn"}),
    ("instructor", {"t": "tune", "values": {"kind": "nearest", "k": 4}}),
    ("instructor", {"t": "tune", "values": {"kind": "radius", "energy": "enveloped", "nodes": 20}}),
    ("instructor", {"t": "radius.cross"}),
    ("instructor", {"t": "tune", "values": {"points": "seats"}}),
    *[(seat, {"t": "radius.move", "at": [0.3 * n, 0.5, 0.0]}) for n, seat in enumerate(SEATS)],
]
ROTATION: list[Line] = [
    ("instructor", {"t": "open", "scene": "rotation", "params": {"model": "naive"}}),
    ("instructor", {"t": "rotation.turn", "quaternion": QUARTER}),
    ("instructor", {"t": "tune", "values": {"model": "egnn", "precision": "float64"}}),
    ("instructor", {"t": "rotation.random", "kind": "rotation"}),
    (SEATS[0], {"t": "rotation.attempt", "quaternion": QUARTER, "mirror": True}),
    (SEATS[1], {"t": "rotation.attempt", "quaternion": QUARTER, "shift": [1.0, 0.0, 0.0]}),
]
PERMUTE: list[Line] = [
    ("instructor", {"t": "open", "scene": "permute"}),
    ("instructor", {"t": "permute.shuffle"}),
    (SEATS[2], {"t": "permute.swap", "a": 0, "b": 3}),
    ("instructor", {"t": "reset"}),
    (SEATS[3], {"t": "name", "name": "Emmy"}),
    ("instructor", {"t": "show", "dark": True}),
    ("instructor", {"t": "open", "scene": None}),
]
DETAILED = {"rounds", "radius", "rotation", "permute"}
ASKED: list[Line] = [
    ("instructor", {"t": "open", "scene": "radius"}),
    (
        "instructor",
        {
            "t": "ask",
            "question": {
                "text": "How many edges?",
                "kind": "number",
                "y": {"title": "edges", "low": 0, "high": 400},
                "truth": "edges",
            },
        },
    ),
    *[(seat, {"t": "answer", "vote": -1, "given": {"number": 40.0 + 10 * n}}) for n, seat in enumerate(SEATS)],
    *[("instructor", {"t": "vote", "to": to}) for to in ("closed", "revealed", "away")],
    ("instructor", {"t": "ask", "question": {"text": "Why?", "kind": "text"}}),
    (SEATS[1], {"t": "answer", "vote": -1, "given": {"text": "A cutoff is sharp."}}),
    ("instructor", {"t": "release", "seat": SEATS[1], "on": True}),
]
"""A vote's number is the log entry that asked it: -1 stands for the one that is on."""


SECOND = {"canon": 3}
"""The position that a scene is taken to instead of its second one. The second of `canon` closes the gap between two
eigenvalues: there the principal axes are what rounding makes of them, another pose on another processor."""


def the_others() -> list[Line]:
    """Every other scene as it opens, and one more of its positions."""
    lines: list[Line] = []
    for name in scenes():
        if name not in DETAILED:
            to = SECOND.get(name, 1)
            lines += [("instructor", {"t": "open", "scene": name}), ("instructor", {"t": "position", "to": to})]
    return lines


def play(rig: Rig) -> None:
    """The lecture: five seats, one engine lost in the middle, a seat that leaves and comes back."""
    numbers: dict[str, int] = {}
    rig.say(bus.Create(SESSION, None), *(bus.Attend(SESSION, seat, "", True) for seat in SEATS))
    asked = 0
    for act in (ROUNDS, RADIUS, ROTATION, ASKED, the_others(), PERMUTE):
        for seat, given in act:
            line = {**given, "vote": asked} if "vote" in given else given
            numbers[seat] = numbers.get(seat, 0) + 1
            role: p.Role = "instructor" if seat == "instructor" else "student"
            body = msgspec.json.encode({**line, "id": numbers[seat]})
            came = [rig.say(bus.Inbound(SESSION, 1, seat, role, "tab", body)), *pass_time(rig, 3)]
            votes = [int(str(frame["vote"])) for seen in came for frame in seen.frames("question")]
            asked = votes[-1] if votes else asked
        pass_time(rig, 12)
        if act is ROUNDS:
            rig.again()
            rig.say(bus.Create(SESSION, None), bus.Presence(SESSION, SEATS[1:]))
            rig.say(bus.Attend(SESSION, SEATS[0], "", True))


def pass_time(rig: Rig, turns: int) -> list[Seen]:
    """Let jobs work and the scene play, with a third of a second between two turns; what came."""
    came = []
    for _ in range(turns):
        rig.clock.now += 0.35
        rig.engine.turn()
        came.append(rig.look())
    return came


def keep_frames(file: Path) -> int:
    """Write the frames that left into the recording; returns how many there are."""
    known, rows = scenes(), []
    with Log.read_only(file) as log:
        timeline = Timeline(Room(SESSION), known, past_watch(log, SESSION))
        turns = list(log.was_sent(SESSION))
        for entry in log.tail(SESSION):
            timeline.enter(entry)
            for turn in (turn for turn in turns if turn.seq == entry.seq):
                timeline.advance(turn.ticks)
                made = {shown.out.slot: plain(shown.out.frame) for shown in frames(None, timeline.room, known)}
                for slot in turn.slots:
                    frame = made[slot.to, slot.key]
                    packed = pack(frame)
                    assert noted(frame, packed) == slot.digest, f"{slot} at {turn.seq}, {turn.ticks} is not what left"
                    rows.append((turn.seq, turn.ticks, slot.to, slot.key, zlib.compress(packed.stamped(0), 9)))
    db = sqlite3.connect(file)
    db.execute("UPDATE sessions SET touched = created")  # the only time of a clock in the file
    db.execute("CREATE TABLE frames (seq INTEGER, ticks INTEGER, slot_to TEXT, slot_key TEXT, body BLOB)")
    db.executemany("INSERT INTO frames VALUES (?, ?, ?, ?, ?)", rows)
    db.commit()
    db.execute("VACUUM")
    db.close()
    return len(rows)


def main(file: Path) -> None:
    """Play, export, and keep the frames."""
    compute.prepare("cpu")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with Registry(data) as registry:
            registry.create(SESSION, SESSION, None, created=0.0)
        rig = Rig(data, scenes())
        play(rig)
        faults = rig.look().faults()
        rig.close()
        file.unlink(missing_ok=True)
        entries = export(data, SESSION, file)
    print(f"{file}: {entries} entries, {keep_frames(file)} frames, {file.stat().st_size:,} bytes", *faults)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
