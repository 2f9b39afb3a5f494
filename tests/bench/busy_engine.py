"""Commands to a third session while two others train on the same engine: until the frame that shows them.

    .venv/bin/python -m tests.bench.busy_engine [--viewers 20] [--pairs 7] [--seconds 15]

The two jobs take turns in the process beside the engine, with steps of about 30 ms (the figure is printed), each of
which is an output; a command is logged, applied, packed and delivered. Commands come 130 to 210 ms apart, at random,
so that they meet the outputs anywhere.
"""

from __future__ import annotations

import random
import sys
import time

from tests.bench.pairs import Row, flags, progress, report
from tests.bench.running import Answer, Load, gateway, loaded
from tests.bench.step import walked

TRAINERS = ("first trainer", "second trainer")
GROUPS = ["hall"]


def trained(load: Load) -> list[tuple[int, float]]:
    """Steps of both jobs, and when the last was done."""
    headers: list[Answer] = [load.order("last", group=name, kind="bench.steps")["header"] for name in TRAINERS]
    return [(int(header["steps"]), float(header["made"])) for header in headers]


def measured(load: Load, seconds: float, position: int, rng: random.Random) -> tuple[dict[str, float], int]:
    """One run: from a command to its frame, in milliseconds, and the length of the jobs' steps."""
    begun = trained(load)
    load.order("begin", groups=GROUPS)
    position = walked(load, seconds, position, rng)
    answer = load.order("end", groups=GROUPS)
    ended = trained(load)
    rates = [(now[0] - then[0]) / (now[1] - then[1]) for then, now in zip(begun, ended, strict=True)]
    found = answer["groups"]["hall"]["due"]
    return {"p50": found["p50"], "p99": found["p99"], "step": 1000 / sum(rates), "load": answer["cost"]}, position


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=20, seconds=15.0)
    parser.add_argument("--nodes", type=int, default=512, help="of the network's graph: the length of a step")
    chosen = parser.parse_args()
    found: list[dict[str, float]] = []
    with loaded() as (held, load):
        program = gateway(held)
        for name in TRAINERS:
            program.instruct(load, {"work": "train", "nodes": chosen.nodes}, name, name.partition(" ")[0])
            load.say({"t": "bench.run", "on": True}, name)
        program.instruct(load, {"size": 2048})
        load.join("hall", chosen.viewers, **program.who(), acks=True, needs=["opened"])
        time.sleep(1.0)
        rng = random.Random(3)
        position = walked(load, 1.0, 0, rng)
        for run in range(chosen.pairs):
            figures, position = measured(load, chosen.seconds, position, rng)
            found.append(figures)
            progress(f"run {run + 1}: " + ", ".join(f"{name} {value:.1f}" for name, value in figures.items()))

    def values(name: str) -> tuple[float, ...]:
        return tuple(figures[name] for figures in found)

    told = [
        Row("load generator a message", values("load"), "us"),
        Row("a step of either job", values("step"), "ms"),
        Row("command -> frame, p50", values("p50"), "ms", bar=60),
        Row("command -> frame, p99", values("p99"), "ms", bar=150),
    ]
    return report(chosen, told, [f"two sessions train ({chosen.nodes} nodes), {chosen.viewers} viewers of the third"])


if __name__ == "__main__":
    sys.exit(main())
