"""The scenes that learn beside a class: what each does to the frames of 200 viewers.

    .venv/bin/python -m tests.bench.learning [--viewers 200] [--pairs 7] [--seconds 6] [--only karate,potential]

One engine, two sessions. The class's sends 20 frames a second; in the other one scene after the other is opened where
it learns, each anew, beside the stream alone. A frame's age counts from its making, and once more from when it was due;
the bar, 1.3 times the p99 without the job or 10 ms more, is told as the share of what it allows. How much CPU the
processes beside the engine took is told too, for a job that is over early would disturb nobody.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.pairs import Row, flags, in_turns, progress, report
from tests.bench.running import QUIET, Answer, Gateway, Load, cpu, gateway, loaded
from tests.bench.training import allowed

ROOM = "learners"
ALONE = "nothing"
BEGUN = 1.0
"""Seconds until a job is surely at work."""


@dataclass(frozen=True)
class Lesson:
    """A scene, its parameters, and what is said until it learns."""

    scene: str
    params: Answer = field(default_factory=dict)
    then: tuple[Answer, ...] = ()


LESSONS = {
    "karate": Lesson("karate", {"depth": 8, "steps": 600}, ({"t": "position", "to": 3},)),
    "classify": Lesson("classify", {"steps": 600}, ({"t": "position", "to": 1},)),
    "potential": Lesson("potential", {"steps": 600}, ({"t": "position", "to": 4},)),
    "dynamics": Lesson("potential", {"steps": 20, "atoms": 32}, ({"t": "position", "to": 5},)),
    "shifts": Lesson("shifts", {"lmax": 2, "size": 512}, ({"t": "position", "to": 5}, {"t": "shifts.train"})),
}


def worked(program: Gateway) -> float:
    """Seconds of CPU that the processes beside the engine used so far."""
    children = Path(f"/proc/{program.engine}/task/{program.engine}/children").read_text().split()
    return sum(cpu(int(child)) for child in children)


def measured(program: Gateway, load: Load, lesson: Lesson | None, seconds: float) -> dict[str, float]:
    """One turn: ages of the stream's frames, and how much of one core the processes beside the engine used."""
    held = math.nan
    if lesson is not None:
        load.say({"t": "open", "scene": lesson.scene, "params": lesson.params}, ROOM)
        load.until(ROOM, "opened", scene=lesson.scene)
        for command in lesson.then:
            load.say(command, ROOM)
    time.sleep(BEGUN)
    load.order("begin", groups=["hall"])
    before, began = worked(program), time.monotonic()
    load.say({"t": "bench.run", "on": True})
    time.sleep(seconds)
    after, ended = worked(program), time.monotonic()
    load.say({"t": "bench.run", "on": False})
    load.order("quiet", seconds=QUIET)
    found = load.order("end", groups=["hall"])["groups"]["hall"]
    if lesson is not None and load.order("last", group=ROOM, kind="working")["header"]["running"]:
        said = load.say({"t": "work", "to": "pause"}, ROOM)
        held = 1000 * (load.until(ROOM, "working", running=False)["arrived"] - said)
    figures = {f"{kind} {name}": found[kind][name] for kind in ("due", "made") for name in ("p50", "p99")}
    return {**figures, "busy": 100 * (after - before) / (ended - began), "held": held}


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=200, seconds=6.0)
    parser.add_argument("--only", default=",".join(LESSONS), help="lessons, with commas between")
    chosen = parser.parse_args()
    cases: dict[str, Lesson | None] = {ALONE: None, **{name: LESSONS[name] for name in chosen.only.split(",")}}

    def say(pair: int, name: str, found: dict[str, float]) -> None:
        progress(f"pair {pair}: {name}: " + ", ".join(f"{key} {value:.1f}" for key, value in found.items()))

    with loaded() as (held, load):
        program = gateway(held)
        program.instruct(load, {"size": 2048, "rate": 10, "slots": 2})
        program.instruct(load, {}, ROOM, ROOM)
        load.join("hall", chosen.viewers, **program.who(), acks=True, needs=["opened"])
        for lesson in cases.values():  # once unmeasured, for e3nn takes seconds to load
            measured(program, load, lesson, 1.0)
        found = in_turns(cases, chosen.pairs, lambda _, lesson: measured(program, load, lesson, chosen.seconds), say)

    def values(case: str, name: str) -> tuple[float, ...]:
        return tuple(figures[name] for figures in found[case])

    told = [Row(f"age since {kind}, p99, no job", values(ALONE, f"{kind} p99"), "ms") for kind in ("made", "due")]
    for case in list(cases)[1:]:
        told.append(Row(f"{case}: one core in the processes beside", values(case, "busy"), "%"))
        for kind in ("made", "due"):
            told.append(Row(f"{case}: age since {kind}, p99", values(case, f"{kind} p99"), "ms"))
            shares = allowed(values(case, f"{kind} p99"), values(ALONE, f"{kind} p99"))
            told.append(Row(f"{case}: p99 since {kind}, of what is allowed", shares, "%", bar=100))
        waits = tuple(value for value in values(case, "held") if not math.isnan(value))  # a job may be over by then
        if waits:
            told.append(Row(f"{case}: from Hold to its frame", waits, "ms", bar=100, always=True))
    return report(chosen, told, [f"{chosen.viewers} viewers, 20 frames a second of 2,048 bytes"])


if __name__ == "__main__":
    sys.exit(main())
