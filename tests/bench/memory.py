"""Memory: how much the gateway's process grows for each viewer.

    .venv/bin/python -m tests.bench.memory [--viewers 1000] [--pairs 7] [--seconds 5]

A fresh program for each run, warm by twenty viewers; then the viewers join and are sent 2 KB ten times a second, which
they acknowledge. Resident pages of the gateway's process, not the kernel's socket buffers.
"""

from __future__ import annotations

import sys
import tempfile
import time

from tests.bench.pairs import Row, flags, progress, report
from tests.bench.running import Gateway, Load, loaded, resident

WARM = 20


def grown(load: Load, run: int, viewers: int, seconds: float) -> tuple[float, float]:
    """Kilobytes a viewer, and megabytes of the process with them all."""
    with tempfile.TemporaryDirectory() as data:
        program = Gateway(data)
        try:
            teacher, first, hall = f"instructor {run}", f"first {run}", f"hall {run}"
            program.instruct(load, {"size": 2048}, teacher)
            load.join(first, WARM, **program.who(), acks=True, needs=["opened"])
            load.say({"t": "bench.run", "on": True}, teacher)
            time.sleep(seconds)
            before = resident(program.pid)
            load.join(hall, viewers, **program.who(), acks=True, needs=["opened"])
            time.sleep(seconds)
            after = resident(program.pid)
            for group, count in ((hall, viewers), (first, WARM), (teacher, 1)):
                load.order("leave", group=group, count=count)
        finally:
            program.close()
    return (after - before) / 1024 / viewers, after / 2**20


def main() -> int:
    """Run it and print the figures."""
    chosen = flags(__doc__, viewers=1000, seconds=5.0).parse_args()
    each: list[float] = []
    whole: list[float] = []
    with loaded() as (_, load):
        for run in range(chosen.pairs):
            kilobytes, megabytes = grown(load, run, chosen.viewers, chosen.seconds)
            each.append(kilobytes)
            whole.append(megabytes)
            progress(f"run {run + 1}: {kilobytes:.1f} KB a viewer, {megabytes:.0f} MB in all")
    told = [Row("the gateway with its viewers", tuple(whole), "MB"), Row("memory a viewer", tuple(each), "KB", bar=45)]
    return report(chosen, told, [f"{chosen.viewers} viewers"])


if __name__ == "__main__":
    sys.exit(main())
