"""`kill -9` of the engine in the middle of a training: when a neighbor is answered, and when the training goes on.

    python -m tests.bench.recovery [--kills N] [--seed S] [--scenes potential,classify,…]

Of 0.4.0 and of this tree in turns, each in an engine process of its own over its pipe. Two sessions: one trains, the
other shows `rounds`. At a random moment the engine is killed; the next one gets both sessions and a command for the
neighbor at once. `answers`: seconds from the engine's being ready (its catalogue) to the neighbor's receipt. `goes on`:
from the start of the engine's process to the training's next step; beside it a bare worker's start, a process that
loads torch and gives one output. `lost`: the time that the training had taken from the step at which it goes on to
the last one that was shown.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

from tests.server.probe import Learned, framed, parsed


def imported(*names: str) -> ModuleType:
    """A module by the first of its names that is there: 0.4.0 had all of its server's modules in one package."""
    for name in names[:-1]:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if not name.startswith(f"{missing.name}"):
                raise
    return importlib.import_module(names[-1])


if TYPE_CHECKING:
    from server.pipe import bus
    from server.protocol import wire
    from server.protocol.messages import Role
    from server.room.scene import JobSteps
else:
    bus = imported("server.pipe.bus", "server.bus")
    wire = imported("server.protocol.wire", "server.wire")

PATIENCE = 120.0
Fields = dict[str, object]
TRAININGS: dict[str, tuple[list[Fields], str]] = {
    "potential": (
        [{"t": "open", "scene": "potential", "params": {"steps": 1000}}, {"t": "position", "to": 4}],
        "potential.training",
    ),
    "classify": (
        [{"t": "open", "scene": "classify", "params": {"steps": 300}}, {"t": "position", "to": 1}],
        "classify.race",
    ),
    "karate": (
        [{"t": "open", "scene": "karate", "params": {"steps": 600}}, {"t": "position", "to": 3}],
        "karate.training",
    ),
    "shifts": (
        [{"t": "open", "scene": "shifts"}, {"t": "position", "to": 4}, {"t": "shifts.train", "on": True}],
        "shifts.live",
    ),
}
"""Of each scene: how its training begins, and the slot that tells its step."""


class Engine:
    """An engine process of this working directory's program, and the gateway's end of its pipe."""

    def __init__(self, data: Path) -> None:
        self._ours, theirs = socket.socketpair()
        self.began = time.monotonic()
        with theirs:
            fd = theirs.fileno()
            words = ["-m", "server", "engine", "--fd", str(fd), "--data", str(data), "--device", "cpu", "--cold"]
            environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
            self.process = subprocess.Popen([sys.executable, *words], pass_fds=[fd], env=environment)
        self._arrived = b""

    def say(self, *ups: bus.Up) -> None:
        self._ours.sendall(b"".join(framed(up) for up in ups))

    def came(self, seconds: float) -> list[bus.Down]:
        """What comes within so many seconds, as soon as there is something."""
        self._ours.settimeout(seconds)
        try:
            data = self._ours.recv(2**20)
        except TimeoutError:
            return []
        if not data:
            raise RuntimeError(f"the engine ended: {self.process.wait()}")
        seen, self._arrived = parsed(self._arrived + data)
        return seen.downs

    def until(self, kind: type[bus.Down]) -> float:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            if any(isinstance(down, kind) for down in self.came(1.0)):
                return time.monotonic()
        raise RuntimeError(f"no {kind.__name__} within {PATIENCE} s")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._ours.close()


def up(session: str, fields: Fields) -> bus.Inbound:
    role: Role = "instructor"
    return bus.Inbound(session, 7, "lecturer", role, "tab", msgspec.json.encode(fields))


def step_of(down: bus.Down, slot: str) -> int | None:
    """The step that a frame of the training tells."""
    if not isinstance(down, bus.SlotFrame) or down.key != slot or down.session != "training":
        return None
    step = wire.unpack(down.body).get("step")
    return step if isinstance(step, int) else None


def shown(engine: Engine, slot: str, seconds: float) -> Iterator[tuple[float, int]]:
    """(when, step) of every frame of the training, for so many seconds."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        for down in engine.came(left):
            step = step_of(down, slot)
            if step is not None:
                yield time.monotonic(), step


def drive(scene: str, kills: int, seed: int, folder: Path) -> Iterator[dict[str, float]]:
    """Kill the engine so often, and measure each time."""
    commands, slot = TRAININGS[scene]
    choice = random.Random(seed)
    engine = Engine(folder)
    engine.until(bus.Catalogue)
    number = 1
    engine.say(bus.Create("training", None), bus.Create("neighbor", None))
    engine.say(up("neighbor", {"t": "open", "scene": "rounds", "id": number}))
    engine.say(*(up("training", {**fields, "id": n}) for n, fields in enumerate(commands, 1)))
    known: dict[int, float] = {}
    for at, step in shown(engine, slot, PATIENCE):
        known.setdefault(step, at)
        if step > 0 and len(known) > 2:
            break
    for _ in range(kills):
        for at, step in shown(engine, slot, choice.uniform(3.0, 9.0)):
            known.setdefault(step, at)
        last = max(known)
        engine.kill()
        engine = Engine(folder)
        ready = engine.until(bus.Catalogue)
        number += 1
        asked = up("neighbor", {"t": "show", "dark": bool(number % 2), "id": number})
        engine.say(bus.Create("training", None), bus.Create("neighbor", None), asked)
        yield _measured(engine, slot, number, ready, last, known)
    engine.kill()


def _measured(
    engine: Engine, slot: str, number: int, ready: float, last: int, known: dict[int, float]
) -> dict[str, float]:
    answered: float | None = None
    first: int | None = None
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        for down in engine.came(1.0):
            now = time.monotonic()
            if isinstance(down, bus.SlotFrame) and down.session == "neighbor" and down.key == "receipt:tab":
                answered = now if wire.unpack(down.body).get("upto") == number else answered
            step = step_of(down, slot)
            if step is None:
                continue
            if first is None:
                first = step
            elif step != first and answered is not None:
                nearest = max((s for s in known if s <= first), default=min(known))
                lost = known[last] - known[nearest]
                known.clear()
                known.update({first: now, step: now})
                return {
                    "ready": ready - engine.began,
                    "answers": answered - ready,
                    "goes on": now - engine.began,
                    "lost": lost,
                    "at": float(last),
                }
    raise RuntimeError(f"the training did not go on within {PATIENCE} s")


def nothing() -> JobSteps:
    yield Learned(step=1)


def bare() -> float:
    """Seconds from a worker's start to its first output."""
    from server.engine.jobs.workers import Workers

    began = time.monotonic()
    with closing(Workers(1)) as workers:
        for output in workers.steps(nothing, ()):
            if isinstance(output, Learned):
                break
            time.sleep(0.005)
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenes", default=",".join(TRAININGS))
    parser.add_argument("--drive", default="", help="(one scene of the program in this directory)")
    chosen = parser.parse_args()
    if chosen.drive:
        with tempfile.TemporaryDirectory() as folder:
            for found in drive(chosen.drive, chosen.kills, chosen.seed, Path(folder)):
                print(json.dumps(found), flush=True)
        return
    _compare(chosen.scenes.split(","), chosen.kills, chosen.seed)


def _compare(names: list[str], kills: int, seed: int) -> None:
    from tests.bench.before import before
    from tests.bench.pairs import Row
    from tests.bench.running import ROOT

    with before() as old:
        shutil.copy(__file__, old / "tests" / "bench" / Path(__file__).name)
        for scene in names:
            found: dict[str, list[dict[str, float]]] = {"0.4.0": [], "now": []}
            for turn in range(2):
                for name, root in (("0.4.0", old), ("now", ROOT)):
                    words = ["--drive", scene, "--kills", str((kills + 1 - turn) // 2), "--seed", str(seed + turn)]
                    run = [sys.executable, "-m", "tests.bench.recovery", *words]
                    done = subprocess.run(run, cwd=root, stdout=subprocess.PIPE, text=True, check=False)
                    found[name] += [json.loads(line) for line in done.stdout.splitlines()]
                    if done.returncode:
                        print(f"{scene} of {name} ended after {len(found[name])} kills")
            start = [bare() for _ in range(3)]
            most = 1.2 * sorted(start)[1] + 0.5
            bars = {"answers": 1.0, "goes on": most, "lost": 5.0}
            print(f"\n{scene}: a bare worker starts in {sorted(start)[1]:.1f} s")
            for what in ("ready", "answers", "goes on", "lost"):
                for name, rows in found.items():
                    bar = bars.get(what) if name == "now" else None
                    row = Row(f"{what} ({name})", tuple(row[what] for row in rows), "s", bar=bar, always=True)
                    if rows:
                        median, low, high = row.found
                        print(f"  {row.what:20} {median:6.2f} s ({low:.2f} to {high:.2f})  {row.verdict}", flush=True)


if __name__ == "__main__":
    main()
