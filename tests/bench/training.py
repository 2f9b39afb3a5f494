"""A training job beside a class: what it does to the frames of 200 viewers, and they to it.

    .venv/bin/python -m tests.bench.training [--viewers 200] [--pairs 7] [--seconds 8]

One engine, two sessions. The class's sends 20 frames a second, in two slots that take turns, since a slot leaves at
most twelve times a second. The other trains an equivariant network (two layers, width 32; forward, backward and Adam,
one torch thread, in the process beside the engine; every step is an output). In each pair the stream alone, the
training alone and both. A frame's age counts from its making (what training does to packing and delivery), and once
more from when it was due (what it does to the engine's loop too). The bar, 1.3 times the p99 without the job or 10 ms
more, is told as the share of what it allows.
"""

from __future__ import annotations

import sys
import time
from typing import Literal

from tests.bench.pairs import Row, flags, in_turns, progress, ratios, report
from tests.bench.running import QUIET, Answer, Load, gateway, loaded

TRAINER = "trainer"
Case = Literal["stream", "training", "both"]
WARM = 20
BEGUN = 0.5
"""Seconds until the job is surely at work, and after which its steps are counted."""


def steps(load: Load) -> tuple[int, float]:
    """How many steps were trained, and when the last of them was done."""
    header: Answer = load.order("last", group=TRAINER, kind="bench.steps")["header"]
    return int(header["steps"]), float(header["made"])


def warmed(load: Load) -> None:
    """Until the first steps are done: they load what torch needs."""
    load.say({"t": "bench.run", "on": True}, TRAINER)
    while steps(load)[0] < WARM:
        time.sleep(0.1)
    load.say({"t": "bench.run", "on": False}, TRAINER)


def measured(load: Load, case: Case, seconds: float) -> dict[str, float]:
    """One turn: ages of the stream's frames, steps of the job a second."""
    if case != "stream":
        load.say({"t": "bench.run", "on": True}, TRAINER)
        time.sleep(BEGUN)
    load.order("begin", groups=["hall"])
    begun = steps(load)
    if case != "training":
        load.say({"t": "bench.run", "on": True})
    time.sleep(seconds)
    ended = steps(load)
    if case != "training":
        load.say({"t": "bench.run", "on": False})
        load.order("quiet", seconds=QUIET)
    answer = load.order("end", groups=["hall"])
    if case != "stream":
        load.say({"t": "bench.run", "on": False}, TRAINER)
    found = answer["groups"]["hall"]
    figures = {f"{kind} {name}": found[kind][name] for kind in ("due", "made") for name in ("p50", "p99")}
    figures |= {"delivered": found["delivered"], "load": answer["cost"], "steps": 0.0}
    if case != "stream":
        figures["steps"] = (ended[0] - begun[0]) / (ended[1] - begun[1])
    return figures


def allowed(both: tuple[float, ...], alone: tuple[float, ...]) -> tuple[float, ...]:
    """p99 with the job as a share of what it may be: 1.3 times, or 10 ms more, whatever is more."""
    return tuple(100 * b / max(1.3 * a, a + 10) for b, a in zip(both, alone, strict=True))


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=200, seconds=8.0)
    parser.add_argument("--nodes", type=int, default=384, help="of the network's graph: the length of a step")
    chosen = parser.parse_args()

    def say(pair: int, name: str, found: dict[str, float]) -> None:
        progress(f"pair {pair}: {name}: " + ", ".join(f"{key} {value:.1f}" for key, value in found.items()))

    with loaded() as (held, load):
        program = gateway(held)
        program.instruct(load, {"size": 2048, "rate": 10, "slots": 2})
        program.instruct(load, {"work": "train", "nodes": chosen.nodes}, TRAINER, "training")
        load.join("hall", chosen.viewers, **program.who(), acks=True, needs=["opened"])
        warmed(load)
        cases: dict[str, Case] = {"stream": "stream", "training": "training", "both": "both"}
        found = in_turns(cases, chosen.pairs, lambda _, case: measured(load, case, chosen.seconds), say)

    def values(case: Case, name: str) -> tuple[float, ...]:
        return tuple(figures[name] for figures in found[case])

    told = [Row("load generator a message", values("both", "load"), "us")]
    told.append(Row("a step of the job alone", tuple(1000 / rate for rate in values("training", "steps")), "ms"))
    for kind, words in (("made", "since made"), ("due", "since due")):
        for name in ("p50", "p99"):
            told.append(Row(f"age {words}, {name}, no job", values("stream", f"{kind} {name}"), "ms"))
            told.append(Row(f"age {words}, {name}, with the job", values("both", f"{kind} {name}"), "ms"))
    for kind, words in (("made", "since made"), ("due", "since due")):
        shares = allowed(values("both", f"{kind} p99"), values("stream", f"{kind} p99"))
        told.append(Row(f"p99 {words} with the job, of what is allowed", shares, "%", bar=100))
    speed = tuple(100 * ratio for ratio in ratios(values("both", "steps"), values("training", "steps")))
    told.append(Row("the job's speed beside the class, of that alone", speed, "%", ">=", 80))
    return report(chosen, told, [f"{chosen.viewers} viewers, 20 frames a second of 2,048 bytes, {chosen.nodes} nodes"])


if __name__ == "__main__":
    sys.exit(main())
