"""How `040/` was made: run with a checkout of gnn-live 0.4.0 as the working directory, `python make.py TARGET`.

A data directory as an engine of 0.4.0 left it when it was killed: its database, its secret, its note of what it did.
Beside it `expected.msgpack`: of each session what 0.4.0 itself, replaying its log, shows of its room.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path.cwd()))

from server.disk import keys
from server.disk.store import FILE, Log, Registry
from server.engine import compute
from server.engine.discovery import scenes
from server.engine.poison import past_watch
from server.engine.timeline import Timeline
from server.pipe import bus
from server.protocol.wire import pack
from server.room.state import Room
from server.room.view import frames
from tests.server.probe import Rig

SEATS = [f"seat-{number}" for number in range(4)]
Line = tuple[str, dict[str, object]]
STEERING = "instructor"
PLANNED: list[Line] = [
    (STEERING, {"t": "step", "to": 0}),
    (STEERING, {"t": "ask", "question": {"text": "Two or three?", "options": ["two", "three"], "right": "three"}}),
    *[(seat, {"t": "answer", "vote": -1, "given": {"choice": n % 2}}) for n, seat in enumerate(SEATS)],
    (STEERING, {"t": "vote", "to": "closed"}),
    (STEERING, {"t": "vote", "to": "revealed"}),
    ("seat-1", {"t": "name", "name": "Noether"}),
    (STEERING, {"t": "step", "to": 1}),
    (STEERING, {"t": "show", "dark": True}),
    (STEERING, {"t": "step", "to": 2}),
    *[(seat, {"t": "answer", "vote": -1, "given": {"choice": n % 2}}) for n, seat in enumerate(SEATS[:3])],
    (STEERING, {"t": "vote", "to": "closed"}),
    (STEERING, {"t": "vote", "to": "revealed"}),
    (STEERING, {"t": "position", "to": 1}),
    (STEERING, {"t": "position", "to": 2}),
]
DEALT: list[Line] = [
    (STEERING, {"t": "open", "scene": "rounds", "params": {"graph": "seats", "compute": True, "features": 2}}),
    *[(seat, {"t": "rounds.answer", "round": 1, "values": [1.0, float(n)]}) for n, seat in enumerate(SEATS[:2])],
]
TRAINED: list[Line] = [
    (STEERING, {"t": "open", "scene": "potential", "params": {"potential": "lj", "steps": 200}}),
    (STEERING, {"t": "position", "to": 4}),
]
OUTPUTS = 6
"""Of the training, behind its last entry."""


def play(rig: Rig, session: str, lines: list[Line]) -> None:
    """Send these, each with the next number of its tab."""
    numbers: dict[str, int] = {}
    for seat, command in lines:
        numbers[seat] = numbers.get(seat, 0) + 1
        body = {**command, "id": numbers[seat]}
        if body.get("vote") == -1:
            body["vote"] = rig.engine._sessions[session].room.vote.number  # type: ignore[union-attr]
        role = "instructor" if seat == STEERING else "student"
        inbound = bus.Inbound(session, 7, seat, role, "tab", msgspec.json.encode(body))  # type: ignore[arg-type]
        faults = rig.say(inbound).faults()
        assert not faults, (session, command, faults)


def points_step() -> int:
    from server.engine.lectures import load

    lecture = load("lecture2", scenes())
    return next(number for number, step in enumerate(lecture.steps) if step.scene is None and step.points)


def main(target: Path) -> None:
    compute.prepare("cpu", threads=1)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "040"
        data.mkdir()
        with Registry(data) as registry:
            for name, title in (("lecture2", "Lecture 2"), ("klasse", "Klasse"), ("training", "Training")):
                registry.create(name, title, "lecture2" if name == "lecture2" else None, created=1.7e9)
            registry.create("points", "Points", "lecture2", created=1.7e9)
        rig = Rig(data, scenes())
        for name, lecture, lines in (
            ("lecture2", "lecture2", PLANNED),
            ("klasse", None, DEALT),
            (
                "points",
                "lecture2",
                [(STEERING, {"t": "step", "to": 1}), (STEERING, {"t": "step", "to": points_step()})],
            ),
            ("training", None, TRAINED),
        ):
            rig.say(bus.Create(name, lecture), *(bus.Attend(name, seat, "", True) for seat in SEATS))
            play(rig, name, lines)
        live = rig.engine._sessions["training"]
        while live.timeline.ticks < OUTPUTS:
            rig.clock.now += 1.0
            rig.engine.turn()
            rig.look()
        getattr(rig.engine, "_note_progress")("training", live)  # noqa: B009  # of 0.4.0, whose code runs here
        shutil.copytree(data, Path(folder) / "killed")
        rig.close()
        killed = Path(folder) / "killed"
        keys.load(killed)
        with closing(sqlite3.connect(killed / FILE)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        expected = {}
        with Log.read_only(killed / FILE) as log:
            for name in log.sessions():
                timeline = Timeline(Room(name), scenes(), past_watch(log, name))
                for entry in log.tail(name):
                    timeline.enter(entry)
                sequence, ticks = log.progressed(name)
                if sequence == timeline.room.sequence:
                    timeline.advance(ticks)
                shown = frames(None, timeline.room, scenes())
                expected[name] = (timeline.ticks, [(*s.out.slot, pack(s.out.frame).stamped(0)) for s in shown])
        for path in killed.iterdir():
            if path.name.endswith(("-wal", "-shm", ".lock")):
                path.unlink()
        shutil.rmtree(target / "040", ignore_errors=True)
        shutil.copytree(killed, target / "040")
        (target / "expected.msgpack").write_bytes(msgspec.msgpack.encode(expected))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
