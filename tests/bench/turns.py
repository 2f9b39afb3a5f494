"""A lecture's own steps: what the gateway spends on a viewer of them, beside the release before.

    .venv/bin/python -m tests.bench.turns [--viewers 200] [--pairs 7] [--steps 20]

Both programs run as the README starts them, with the lecture plan `lecture2`; an instructor goes through its steps, one
in `--seconds`, and the viewers acknowledge as each release's own browser does. CPU is that of the gateway's process,
acknowledgements taken in, from the first step until the last acknowledgement; beside it what the same viewers cost in
as long a time in which nothing happens (heartbeats, the watch), and the difference, which is what the steps cost.
Frames and acknowledgements are counted at the viewers.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.before import before
from tests.bench.pairs import Row, flags, in_turns, progress, ratios, report
from tests.bench.running import ROOT, Answer, Load, Process, answered, cpu, loaded, spoken
from tests.bench.viewer import ACK_BATCH, ACK_DELAY

NOW, OLD = "today", "0.4.0"
BAR = 0.5
SESSION = "lecture2"


class Program(Process):
    """The whole program with its lecture, as a person starts it."""

    def __init__(self, data: str, root: Path = ROOT) -> None:
        super().__init__("server", "--port", "0", "--data", data, "--device", "cpu", "--cold", root=root)
        for line in iter(self.line, ""):
            control = re.search(r"http://[^/]+:(\d+)/\S*/control#(\S+)", line)
            if control:
                self.port, self.key = int(control[1]), control[2]
            if "Ctrl-C" in line:
                break
        answered(f"http://127.0.0.1:{self.port}/readyz")
        self.version = spoken(f"http://127.0.0.1:{self.port}/api/protocol")

    def who(self, role: str = "student", key: str = "") -> Answer:
        """How the load generator joins the lecture."""
        hello = {"t": "hello", "version": self.version, "role": role, "key": key}
        return {"port": self.port, "path": f"/ws/{SESSION}", "dialect": "gnn", "hello": hello}


@dataclass(frozen=True)
class Candidate:
    """A program, and the name of its viewers' group."""

    program: Program
    group: str


@dataclass(frozen=True)
class Turn:
    """One walk through the steps: microseconds a viewer and step, and what a viewer got and said."""

    whole: float
    idle: float
    frames: float
    acks: float

    @property
    def steps(self) -> float:
        """What the steps alone cost."""
        return self.whole - self.idle


def candidate(held: ExitStack, load: Load, name: str, viewers: int, root: Path) -> Candidate:
    """A program with an instructor, a stage and a hall of phones."""
    program = Program(held.enter_context(tempfile.TemporaryDirectory()), root)
    held.callback(program.close)
    how = {"acks": True, "ack_batch": 0.0 if name == OLD else ACK_BATCH}
    load.join(f"{name} instructor", 1, **program.who("instructor", program.key), keep=True, needs=["opened"], **how)
    load.join(f"{name} stage", 1, **program.who("stage"), needs=["opened"], **how)
    load.join(name, viewers, **program.who(), needs=["opened"], **how)
    return Candidate(program, name)


def gone(load: Load, one: Candidate, step: int, seconds: float) -> None:
    """Go to a step, wait until it is there (an engine may be slow), and stay a while."""
    load.say({"t": "step", "to": step}, f"{one.group} instructor")
    load.until(f"{one.group} instructor", "place", step=step)
    time.sleep(seconds)


def walked(load: Load, one: Candidate, viewers: int, steps: int, seconds: float) -> Turn:
    """Go through the steps from the second on; then as long without anything."""
    gone(load, one, 0, seconds + 2 * ACK_DELAY)
    began, begun = time.monotonic(), cpu(one.program.pid)
    time.sleep(steps * seconds)
    quiet = (cpu(one.program.pid) - begun) / (time.monotonic() - began)
    load.order("begin", groups=[one.group])
    began, begun = time.monotonic(), cpu(one.program.pid)
    for step in range(1, steps + 1):
        gone(load, one, step, seconds)
    time.sleep(2 * ACK_DELAY)
    used, took = cpu(one.program.pid) - begun, time.monotonic() - began
    found: Answer = load.order("end", groups=[one.group])["groups"][one.group]
    if found["lost"][0]:
        raise RuntimeError(f"expected every viewer to stay, lost {found['lost']}")
    each = 1e6 / (viewers * steps)
    frames = sum(count for kind, count in found["kinds"].items() if kind != "beat")
    return Turn(used * each, quiet * took * each, frames / (viewers * steps), found["acked"] / (viewers * steps))


def rows(found: dict[str, list[Turn]]) -> list[Row]:
    """Costs and counts of both, and last the ratios."""
    told: list[Row] = []
    for name, turns in found.items():
        told += [
            Row(f"{name}: CPU of a step a viewer", tuple(turn.steps for turn in turns), "us"),
            Row(f"{name}: CPU a viewer and step, idle included", tuple(turn.whole for turn in turns), "us"),
            Row(f"{name}: frames a viewer and step", tuple(turn.frames for turn in turns)),
            Row(f"{name}: acknowledgements a viewer and step", tuple(turn.acks for turn in turns)),
        ]
    now, old = found[NOW], found[OLD]
    whole = ratios([turn.whole for turn in now], [turn.whole for turn in old])
    alone = ratios([turn.steps for turn in now], [turn.steps for turn in old])
    return [
        *told,
        Row(f"{NOW} / {OLD}, idle included", whole, "x"),
        Row(f"{NOW} / {OLD}, of the steps", alone, "x", bar=BAR),
    ]


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=200, seconds=0.8)
    parser.add_argument("--steps", type=int, default=20, help="steps of the plan (default %(default)s)")
    chosen = parser.parse_args()

    def measure(_: str, one: Candidate) -> Turn:
        return walked(load, one, chosen.viewers, chosen.steps, chosen.seconds)

    def say(pair: int, name: str, turn: Turn) -> None:
        progress(
            f"pair {pair}: {name}: {turn.steps:.0f} us of {turn.whole:.0f}, {turn.frames:.1f} frames, {turn.acks:.2f}"
        )

    with before() as old, loaded() as (held, load):
        known = {name: candidate(held, load, name, chosen.viewers, root) for name, root in ((OLD, old), (NOW, ROOT))}
        for one in known.values():
            walked(load, one, chosen.viewers, chosen.steps, chosen.seconds)  # every scene was opened once
        found = in_turns(known, chosen.pairs, measure, say)
    notes = [
        f"{chosen.viewers} phones, one stage, one panel; {chosen.steps} steps of {SESSION}, {chosen.seconds:g} s each"
    ]
    return report(chosen, rows(found), notes)


if __name__ == "__main__":
    sys.exit(main())
