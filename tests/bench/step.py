"""The instructor's step: from the command to the frame that shows it, at a thousand viewers and at the two that lead.

    .venv/bin/python -m tests.bench.step [--viewers 1000] [--pairs 7] [--seconds 6]

The instructor sends `position` every 150 ms or so (never the same, so that no timer falls in step with it); what is
timed holds the whole line: gateway, log, scene, packing, delivery. All viewers acknowledge as a browser does. A step
reached the instructor and the stage first unless a student has read it by a moment at which it surely lay at neither;
otherwise the figure is how many students had, in the worst step. The load generator looks at its sockets every half
millisecond or so, in no order that tells anything; that is how fine the figure is.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict

from tests.bench.load import quantile
from tests.bench.pairs import Row, flags, progress, report
from tests.bench.running import QUIET, Gateway, Load, gateway, loaded, recorded

GROUPS = ["students", "stage", "instructor"]
SHORTEST, LONGEST = 0.13, 0.21
"""Seconds between two steps; the engine sends a slot at most every 83 ms."""


def walked(load: Load, seconds: float, position: int, rng: random.Random) -> int:
    """Steps for so long; the position reached."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        position += 1
        load.say({"t": "position", "to": position})
        time.sleep(rng.uniform(SHORTEST, LONGEST))
    load.order("quiet", seconds=QUIET)
    return position


def measured(load: Load, seconds: float, begin: int, viewers: int, rng: random.Random) -> tuple[dict[str, float], int]:
    """One run: quantiles by role, how many students came before the two that lead, what was missed."""
    load.order("begin", groups=GROUPS)
    end = walked(load, seconds, begin, rng)
    answer = load.order("end", groups=GROUPS, raw=True)
    ages: dict[str, list[float]] = defaultdict(list)
    at: dict[str, dict[int, list[float]]] = {group: defaultdict(list) for group in GROUPS}
    for group in GROUPS:
        for record in recorded(answer, group):
            ages[group].append(1000 * (record.arrived - record.due))
            at[group][record.count].append(record.arrived if group == "students" else record.absent)
    steps = range(begin + 1, end + 1)
    leads = [max(at["stage"][step] + at["instructor"][step]) for step in steps]
    before = [sum(arrived < lead for arrived in at["students"][step]) for step, lead in zip(steps, leads, strict=True)]
    found = {f"{group} p50": quantile(sorted(ages[group]), 0.5) for group in GROUPS}
    found |= {f"{group} p99": quantile(sorted(ages[group]), 0.99) for group in GROUPS}
    found["before"] = float(max(before))
    found["seen"] = 100 * len(ages["students"]) / (len(steps) * viewers)
    found["load"] = answer["cost"]
    return found, end


def ready(load: Load, program: Gateway, viewers: int, size: int) -> None:
    """A hall with its instructor and stage."""
    program.instruct(load, {"size": size})
    load.join("stage", 1, **program.who("stage"), acks=True, needs=["opened"])
    load.join("students", viewers, **program.who(), acks=True, needs=["opened"])


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=1000, seconds=6.0)
    parser.add_argument("--size", type=int, default=2048, help="bytes of the frame that a step makes")
    chosen = parser.parse_args()
    found: list[dict[str, float]] = []
    with loaded() as (held, load):
        ready(load, gateway(held), chosen.viewers, chosen.size)
        rng, position = random.Random(3), 0
        position = walked(load, 1.0, position, rng)
        for run in range(chosen.pairs):
            figures, position = measured(load, chosen.seconds, position, chosen.viewers, rng)
            found.append(figures)
            progress(f"run {run + 1}: " + ", ".join(f"{name} {value:.1f}" for name, value in figures.items()))

    def values(name: str) -> tuple[float, ...]:
        return tuple(figures[name] for figures in found)

    told = [
        Row("load generator a message", values("load"), "us"),
        Row("steps seen by students (the latest wins)", values("seen"), "%"),
        Row("step -> frame at the students, p50", values("students p50"), "ms"),
        Row("step -> frame at the instructor, p99", values("instructor p99"), "ms"),
        Row("step -> frame at the stage, p99", values("stage p99"), "ms"),
        Row("step -> frame at the students, p99", values("students p99"), "ms", bar=150),
        Row("students before the instructor and the stage", values("before"), "", bar=0, always=True),
    ]
    return report(chosen, told, [f"{chosen.viewers} students, an instructor, a stage"])


if __name__ == "__main__":
    sys.exit(main())
