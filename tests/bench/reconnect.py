"""A hall that comes back at once: until every viewer has the full state again.

    .venv/bin/python -m tests.bench.reconnect [--viewers 1000 --many 3000] [--pairs 7]

All sockets are closed and all are opened again in the same moment, with the seats' tokens and none of the jitter that a
browser would wait. The state is full with `opened`, `place`, `joined`, `you` and the scene's frame of 20 KB.
"""

from __future__ import annotations

import sys
import time

from tests.bench.load import quantile
from tests.bench.pairs import Row, flags, progress, report
from tests.bench.running import cpu, gateway, loaded

STATE = ["opened", "place", "joined", "you", "bench.one"]
SIZE = 20_480
PATIENCE = 60.0
REST = 3.0
"""Seconds between two storms: the gateway tells the engine of departures with its heartbeat."""


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=1000, seconds=REST)
    parser.add_argument("--many", type=int, default=3000, help="sockets of the larger hall (default 3000)")
    chosen = parser.parse_args()
    bars = {chosen.viewers: 3.0, chosen.many: 10.0}
    told: list[Row] = []
    with loaded() as (held, load):
        program = gateway(held)
        program.instruct(load, {"size": SIZE})
        # One frame, so that the snapshot holds one.
        load.say({"t": "bench.run", "on": True})
        time.sleep(0.5)
        load.say({"t": "bench.run", "on": False})
        joined = 0
        for viewers, bar in bars.items():
            load.join("hall", viewers - joined, **program.who(), acks=True, needs=STATE, patience=PATIENCE)
            joined = viewers
            last: list[float] = []
            half: list[float] = []
            missing: list[float] = []
            used: list[float] = []
            for run in range(chosen.pairs):
                time.sleep(chosen.seconds)
                before = cpu(program.pid)
                answer = load.order("storm", group="hall", patience=PATIENCE)
                used.append(1000 * (cpu(program.pid) - before) / viewers)
                half.append(quantile(answer["times"], 0.5))
                missing.append(float(viewers - answer["joined"]))
                last.append(PATIENCE if missing[-1] else answer["seconds"])
                progress(
                    f"{viewers} viewers, run {run + 1}: last {last[-1]:.2f} s, {missing[-1]:g} missing {answer['lost']}"
                )
            told += [
                Row(f"{viewers} at once: CPU of the gateway a viewer", tuple(used), "ms"),
                Row(f"{viewers} at once: half have the full state", tuple(half), "s"),
                Row(
                    f"{viewers} at once: without the full state after {PATIENCE:g} s",
                    tuple(missing),
                    "",
                    bar=0,
                    always=True,
                ),
                Row(f"{viewers} at once: all have the full state", tuple(last), "s", bar=bar),
            ]
    return report(chosen, told, [f"a snapshot of {SIZE} bytes and the room's own frames"])


if __name__ == "__main__":
    sys.exit(main())
