"""One phone on a bad link: how old the frames are that it shows, and whether its last one is the latest.

    .venv/bin/python -m tests.bench.slow_phone [--viewers 20] [--pairs 7] [--seconds 12]

30 KB ten times a second need 300 KB/s; the phone reads 100 KB/s, with the system's own receive buffer (megabytes may
hide there) and a browser's acknowledgements. The other viewers read what comes. In each run the phone is new, the
stream runs for a while and stops; then the phone must come to the frame that was the last. The age is that at which a
frame has wholly arrived; how old the picture is when the next replaces it is told beside, without a bar.
"""

from __future__ import annotations

import itertools
import sys
import time

from tests.bench.pairs import Row, flags, progress, report
from tests.bench.running import Gateway, Load, gateway, loaded, recorded

SIZE, RATE = 30_720, 10.0
LINK = SIZE * RATE / 3
QUIET = 3.0
"""Seconds without a frame after which the phone will show nothing newer."""
GROUPS = ["phone", "others"]


def measured(load: Load, program: Gateway, seconds: float) -> dict[str, float]:
    """One run."""
    load.join("phone", 1, **program.who(), acks=True, rate=LINK, needs=["opened", "bench.one", "bench.stood"])
    load.order("begin", groups=GROUPS)
    load.say({"t": "bench.run", "on": True})
    time.sleep(seconds)
    load.say({"t": "bench.run", "on": False})
    load.order("quiet", seconds=QUIET)
    answer = load.order("end", groups=GROUPS, raw=True)
    load.order("leave", group="phone", count=1)
    shown, others = recorded(answer, "phone"), recorded(answer, "others")
    lost = answer["groups"]["phone"]["lost"]
    if lost[0]:
        progress(f"the phone was cut {shown[-1].arrived - shown[0].arrived:.1f} s after its first frame: {lost}")
    ages = [record.arrived - record.made for record in shown]
    replaced = [after.arrived - before.made for before, after in itertools.pairwise(shown)]
    counts = [record.count for record in shown]
    return {
        "frames a second": len(shown) / (shown[-1].arrived - shown[0].arrived),
        "age p50": 1000 * sorted(ages)[len(ages) // 2],
        "age max": 1000 * max(ages),
        "replaced at": 1000 * max(replaced),
        "behind": float(max(record.count for record in others) - counts[-1]),
        "cut": float(lost[0]),
        "out of order": float(counts != sorted(counts)),
    }


def main() -> int:
    """Run it and print the figures."""
    chosen = flags(__doc__, viewers=20, seconds=12.0).parse_args()
    found: list[dict[str, float]] = []
    with loaded() as (held, load):
        program = gateway(held)
        program.instruct(load, {"size": SIZE, "rate": RATE})
        load.join("others", chosen.viewers, **program.who(), acks=True, needs=["opened"])
        for run in range(chosen.pairs):
            found.append(measured(load, program, chosen.seconds))
            progress(f"run {run + 1}: " + ", ".join(f"{name} {value:.1f}" for name, value in found[-1].items()))

    def values(name: str) -> tuple[float, ...]:
        return tuple(figures[name] for figures in found)

    told = [
        Row("frames that the phone shows a second", values("frames a second"), ""),
        Row("age of the frames it shows, p50", values("age p50"), "ms"),
        Row("oldest picture when the next replaces it", values("replaced at"), "ms"),
        Row("the phone is cut, for it is slow", values("cut"), "", bar=0, always=True),
        Row("frames shown out of order (runs)", values("out of order"), "", bar=0, always=True),
        Row("oldest frame it shows", values("age max"), "ms", bar=1000, always=True),
        Row("its last frame, behind the latest", values("behind"), "frames", bar=0, always=True),
    ]
    return report(chosen, told, [f"{SIZE} bytes, {RATE:g} frames a second, the phone reads {LINK / 1000:.0f} KB/s"])


if __name__ == "__main__":
    sys.exit(main())
