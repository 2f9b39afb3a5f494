"""The first open, positions, votes and tunes of every scene, from the first second: the longest turn.

    .venv/bin/python -m tests.bench.first_open [--pairs 7] [--scenes karate,canon]

Today's tree and 0.4.0 take turns, each started afresh, warming up and with --cold. As soon as `/readyz` says so an
instructor opens every scene, asks, closes and reveals every question that the scene answers, tunes every parameter to
each of its choices and ends, and walks through the positions; in another session of the same engine a second
instructor sends a command every 50 ms. What is printed: the CPU that the engine's longest turn took, in which scene it
was, how long the second instructor waited at worst, and the seconds until ready. CPU is the thread's own
(`time.thread_time`), which other work of the machine does not change; the seconds are the wall's.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from types import ModuleType

import msgspec
from websockets.sync.client import ClientConnection, connect

HERE = Path(__file__).resolve()
TURNS = "GNN_LIVE_BENCH_TURNS"
PERIOD = 0.05
PATIENCE = 60.0
NOTED = 0.005
"""Seconds of CPU; shorter turns are not written down."""


# --- in the program that is measured: run by its path, so that it is the checkout in PYTHONPATH that is imported -----


def imported(*names: str) -> ModuleType:
    """A module by the first of its names that is there: 0.4.0 had all of its server's modules in one package."""
    for name in names[:-1]:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if not name.startswith(f"{missing.name}"):
                raise
    return importlib.import_module(names[-1])


def serve(data: str, cold: bool) -> None:
    """The program on a free port, with an engine that times its turns."""
    program = imported("server.cli.program", "server.program")
    config = imported("server.settings.config", "server.config")
    settings = config.Settings(port=0, data=Path(data), device="cpu", cold=cold)
    program.serve(settings, say=lambda text: print(text, flush=True), program=(str(HERE), "engine"))


def engine(words: list[str]) -> int:
    """The engine of the program; every turn's CPU goes into a file."""
    from server import __main__

    loop = imported("server.engine.loop", "server.engine")
    plain = getattr(loop, "EngineLoop", None) or loop.Engine
    turn: Callable[[object], None] = plain.turn
    out = open(os.environ[TURNS], "a", buffering=1)  # noqa: SIM115  # it is open as long as the engine lives

    def timed(self: object) -> None:
        began = time.thread_time()
        turn(self)
        spent = time.thread_time() - began
        if spent >= NOTED:
            out.write(f"{time.monotonic()} {spent}\n")

    plain.turn = timed  # it is what is measured
    sys.argv = ["gnn-live", "engine", *words]
    status: int = __main__.main()
    return status


# --- the client ------------------------------------------------------------------------------------------------------


def head(raw: str | bytes) -> dict[str, object]:
    """A frame's header."""
    if isinstance(raw, str):
        return dict(json.loads(raw))
    return dict(json.loads(raw[4 : 4 + int.from_bytes(raw[:4], "little")]))


class Instructor:
    """Sends numbered commands and waits for each to be done with."""

    def __init__(self, port: int, session: str, key: str, version: int) -> None:
        self._held = ExitStack()
        opened = connect(f"ws://127.0.0.1:{port}/ws/{session}", max_size=2**26, compression=None)
        self.socket: ClientConnection = self._held.enter_context(opened)
        self.number = 0
        self.latest: dict[str, dict[str, object]] = {}
        hello = {"t": "hello", "version": version, "role": "instructor", "key": key, "nonce": "bench"}
        self.socket.send(json.dumps(hello))
        while "opened" not in self.latest:
            self._receive(PATIENCE)

    def close(self) -> None:
        """Leave."""
        self._held.close()

    def say(self, tag: str, **fields: object) -> dict[str, object] | None:
        """A command, waited for; the fault where it was refused."""
        self.number += 1
        self.socket.send(json.dumps({"t": tag, "id": self.number, **fields}))
        until = time.monotonic() + PATIENCE
        while True:
            frame = self._receive(until - time.monotonic())
            if frame["t"] == "fault" and frame.get("re") == self.number:
                return frame
            if frame["t"] == "receipt" and frame["upto"] == self.number:
                return None

    def _receive(self, patience: float) -> dict[str, object]:
        frame = head(self.socket.recv(max(0.01, patience)))
        self.latest[str(frame["t"])] = frame
        if frame.get("seq"):
            self.socket.send(json.dumps({"t": "ack", "seq": frame["seq"]}))
        return frame


@dataclass
class Run:
    """What one start of the program showed."""

    ready: float
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    waited: list[tuple[float, float]] = field(default_factory=list)
    """When the other instructor sent, and how long it took."""
    turns: list[tuple[float, float]] = field(default_factory=list)
    refused: int = 0

    @property
    def longest(self) -> tuple[float, str]:
        """Milliseconds of CPU of the longest turn, and the scene in whose time it fell."""
        ended, spent = max(self.turns, key=lambda one: one[1], default=(0.0, 0.0))
        where = next((name for name, (began, end) in self.spans.items() if began <= ended <= end + 0.2), "between")
        return 1000 * spent, where

    @property
    def worst(self) -> float:
        """Milliseconds that the other instructor waited at worst."""
        return 1000 * max((took for _, took in self.waited), default=0.0)


@dataclass(frozen=True)
class Known:
    """What there is to touch in a scene."""

    truths: dict[str, str]
    positions: int
    tunes: tuple[tuple[str, object], ...]
    """Each choice of each parameter, and both ends of each number."""


def walk(instructor: Instructor, scene: str, known: Known) -> int:
    """A scene opened, every question, every first tune, every position; how many commands were refused."""
    refused = [instructor.say("open", scene=scene)]
    for truth, kind in known.truths.items():
        refused.append(instructor.say("ask", question=question(truth, kind)))
        refused += [instructor.say("vote", to=to) for to in ("closed", "revealed", "away")]
    for name, value in known.tunes:
        refused.append(instructor.say("tune", values={name: value}))
        refused.append(instructor.say("open", scene=scene))
    for to in range(1, known.positions):
        refused.append(instructor.say("position", to=to))
    return sum(fault is not None for fault in refused)


def question(truth: str, kind: str) -> dict[str, object]:
    """One of this kind; whether its options are those of the scene matters for the reveal alone."""
    axis = {"title": "value", "low": 0.0, "high": 1000.0}
    asked: dict[str, object] = {"text": "What will come?", "kind": kind, "truth": truth}
    if kind == "choice":
        asked["options"] = ["one", "another"]
    if kind in ("number", "line"):
        asked["y"] = axis
    if kind == "line":
        asked["x"] = axis
    return asked


def touchable(wanted: list[str]) -> dict[str, Known]:
    """Every scene that is wanted."""
    from server.engine.discovery import scenes
    from server.room.scene import Context

    found = {}
    for name, scene in scenes().items():
        if not wanted or name in wanted:
            state = scene.initial(scene.params(), Context("", 1))
            found[name] = Known(dict(scene.truths), scene.positions(state)[1], tunes(scene.params))
    return found


def tunes(params: type[msgspec.Struct]) -> tuple[tuple[str, object], ...]:
    """Each choice of each parameter, and both ends of each number."""
    told = msgspec.json.schema(params)
    fields: dict[str, dict[str, list[object]]] = told["$defs"][params.__name__]["properties"]
    found: list[tuple[str, object]] = []
    for name, schema in fields.items():
        ends = [schema[end] for end in ("minimum", "maximum") if end in schema]
        found += [(name, value) for value in [*schema.get("enum", []), *ends]]
    return tuple(found)


def run(root: Path, cold: bool, wanted: list[str]) -> Run:
    """Start the program of a checkout, and touch everything."""
    known = touchable(wanted)
    with tempfile.TemporaryDirectory() as folder:
        turns = Path(folder) / "turns"
        turns.touch()
        environment = {**os.environ, "PYTHONPATH": str(root), TURNS: str(turns), "OMP_WAIT_POLICY": "PASSIVE"}
        words = [sys.executable, str(HERE), "serve", f"{folder}/data", *(["--cold"] if cold else [])]
        began = time.monotonic()
        process = subprocess.Popen(words, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            banner = ""
            while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/lecture2/control#(\S+)", banner)):
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError(f"expected the program to serve, but it ended: {process.wait()}")
                banner += line
            port, key = int(found[1]), found[2]
            until_ready(port)
            made = Run(time.monotonic() - began)
            touch(made, port, key, known)
            made.turns = [(float(at), float(cpu)) for at, cpu in map(str.split, turns.read_text().splitlines())]
            return made
        finally:
            process.terminate()
            process.wait(30)


def touch(made: Run, port: int, key: str, known: dict[str, Known]) -> None:
    """Both instructors at once."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/protocol") as reply:
        version = int(json.loads(reply.read())["version"])
    body = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/sessions", b'{"id": "beside"}', {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(body) as reply:
        other = Instructor(port, "beside", json.loads(reply.read())["key"], version)
    over = Event()

    def ask() -> None:
        dark = False
        while not over.wait(PERIOD):
            dark, sent = not dark, time.monotonic()
            other.say("show", dark=dark)
            made.waited.append((sent, time.monotonic() - sent))

    thread = Thread(target=ask)
    thread.start()
    try:
        instructor = Instructor(port, "lecture2", key, version)
        for name, each in known.items():
            began = time.monotonic()
            made.refused += walk(instructor, name, each)
            made.spans[name] = began, time.monotonic()
        instructor.close()
    finally:
        over.set()
        thread.join()
        other.close()


def until_ready(port: int) -> None:
    """Wait for the engine."""
    until = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("expected an engine within two minutes")


def main() -> int:
    """Compare, and print; the status says whether a bar is missed."""
    from tests.bench.before import before
    from tests.bench.pairs import Row, flags, report
    from tests.bench.running import ROOT

    parser = flags(__doc__, viewers=2, seconds=0.0)
    parser.add_argument("--scenes", default="", help="names with commas between; default: all")
    options = parser.parse_args()
    wanted = [name for name in options.scenes.split(",") if name]
    found: dict[tuple[str, bool], list[Run]] = {}
    with before() as old:
        for pair in range(options.pairs):
            trees = [("before", old), ("now", ROOT)]
            for name, root in trees if pair % 2 else reversed(trees):
                for cold in (False, True):
                    made = run(root, cold, wanted)
                    found.setdefault((name, cold), []).append(made)
                    cpu, where = made.longest
                    text = f"{name}{', --cold' if cold else ''}: ready in {made.ready:.2f} s, longest turn {cpu:.0f} ms"
                    print(f"{text} in {where}, the other waited {made.worst:.0f} ms", flush=True)
    rows = []
    for cold in (False, True):
        start = "--cold" if cold else "warming up"
        for name in ("before", "now"):
            runs = found[name, cold]
            bar = 100.0 if name == "now" else None
            longest = tuple(one.longest[0] for one in runs)
            rows.append(Row(f"longest turn, {start}, {name}", longest, "ms", bar=bar, always=True))
            rows.append(Row(f"worst wait beside, {start}, {name}", tuple(one.worst for one in runs), "ms"))
        pairs = zip(found["now", cold], found["before", cold], strict=True)
        rows.append(Row(f"ready, {start}, now / before", tuple(a.ready / b.ready for a, b in pairs), "x", bar=1.2))
    return report(options, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], "--cold" in sys.argv)
    elif sys.argv[1:2] == ["engine"]:
        sys.exit(engine(sys.argv[2:]))
    else:
        sys.exit(main())
