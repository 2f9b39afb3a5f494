"""From a command to its packed frames, for every scene as it opens: what the engine does, without sockets.

    python -m tests.bench.scenes [--device cpu|cuda] [--passes 5] [SCENE ...]

Each pass opens the scene afresh, walks through all its positions and back to the first, and sends every action that a
person may send, with values drawn from its limits. Wall time, one torch thread; a refused command counts as well. The
bar is a median of 60 ms; a job's own steps are not counted here (the engine's metrics say how long they take).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
import numpy as np

from server.engine import compute
from server.engine.discovery import scenes
from server.protocol.faults import Refused
from server.protocol.messages import Role
from server.protocol.wire import pack
from server.room import rules
from server.room.state import Origin, Room, Scenes
from server.room.view import frames
from tests.server.sampling import sample

BAR = 60.0
STUDENTS = 5
Command = tuple[str, str, dict[str, object]]


def class_of(known: Scenes) -> Room:
    """A room with some students in it."""
    room = Room("bench")
    for number in range(STUDENTS):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", True, known)
    return room


def commands(name: str, known: Scenes, room: Room, rng: np.random.Generator) -> list[Command]:
    """(kind, who, command): every position there and back, every action that a person may send."""
    assert room.open is not None
    _, count = known[name].positions(room.open.state)
    walk = [*range(1, count), *range(count - 2, -1, -1)]
    listed: list[Command] = [("position", "i", {"t": "position", "to": to}) for to in walk]
    for action in known[name].actions:
        if action.who:
            who = "s0" if "student" in action.who else "i"
            tag = str(action.__struct_config__.tag)
            listed += [(tag, who, {"t": tag, **sample(action, rng)}) for _ in range(3)]
    return listed


def timed(room: Room, who: str, command: dict[str, object], known: Scenes) -> tuple[Room, float]:
    """The room after a command, and milliseconds until its frames are packed."""
    role: Role = "student" if who.startswith("s") else "instructor"
    body = msgspec.json.encode(command)
    began = time.perf_counter()
    try:
        decoded = rules.decode(body, role, room, known)
        after = rules.handle(room, Origin(room.sequence + 1, who, role), decoded, known)
    except Refused:
        after = room
    for shown in frames(room, after, known):
        pack(shown.out.frame)
    return after, 1e3 * (time.perf_counter() - began)


def measured(name: str, known: Scenes, passes: int) -> dict[str, list[float]]:
    """Milliseconds of each kind of command."""
    found: dict[str, list[float]] = defaultdict(list)
    rng = np.random.default_rng(0)
    room = class_of(known)
    timed(room, "i", {"t": "open", "scene": name}, known)  # the engine warms each scene up before the lecture
    for _ in range(passes):
        room, spent = timed(class_of(known), "i", {"t": "open", "scene": name}, known)
        found["open"].append(spent)
        for kind, who, command in commands(name, known, room, rng):
            room, spent = timed(room, who, command, known)
            found[kind].append(spent)
    return found


def main() -> None:
    """Print a row a scene: the median over all commands, its slowest kind, and whether the bar holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SCENE")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--passes", type=int, default=5)
    asked = parser.parse_args()
    compute.prepare(asked.device)
    known = scenes()
    print(f"{'scene':12s} {'median':>8s} {'p95':>8s} {'open':>8s}   slowest kind (median)      bar {BAR:g} ms")
    for name in asked.names or known:
        found = measured(name, known, asked.passes)
        every = np.array([spent for kind in found.values() for spent in kind])
        slowest = max(found, key=lambda kind: float(np.median(found[kind])))
        verdict = "met" if np.median(every) <= BAR else "missed"
        print(
            f"{name:12s} {np.median(every):8.1f} {np.percentile(every, 95):8.1f} {np.median(found['open']):8.1f}"
            f"   {slowest} {np.median(found[slowest]):.1f}   {verdict}",
            flush=True,
        )


if __name__ == "__main__":
    main()
