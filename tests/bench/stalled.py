"""One in twenty stops reading: what the others get, what the gateway's memory does, and when the dead are cut.

    .venv/bin/python -m tests.bench.stalled [--viewers 500] [--pairs 7] [--seconds 20] [--watch 60]

20 KB ten times a second, so that a buffer fills within seconds. In each pair the same 95 % are counted once with the
rest reading and once with it stalled; a stalled viewer reads nothing, answers no ping and acknowledges nothing, its
receive buffer is 64 KB as a phone's. Half of the stalled acknowledged before as a browser does (the gateway then sends
them no more than their credit, and the ping finds them), half never did (their buffer fills, and drains nothing). Last,
one stretch of `--watch` seconds with fresh stalled ones: the gateway's resident memory each second against the first
second, and the sockets that it still holds, which tells when it cut each of them.
"""

from __future__ import annotations

import math
import sys
import time

from tests.bench.pairs import Row, flags, progress, ratios, report
from tests.bench.running import QUIET, Answer, Gateway, Load, gateway, loaded, open_sockets, resident

SIZE = 20_480
SHARE = 0.05
PHONE = 64 * 1024
SILENT, ACKING = "stalled, never acked", "stalled, acked before"
SETTLED = 1.0


def with_victims(load: Load, program: Gateway, victims: int, stall: bool) -> dict[str, int]:
    """Let those in that may stall, and stall them."""
    counts = {SILENT: victims // 2, ACKING: victims - victims // 2}
    for group, count in counts.items():
        how = {"acks": group == ACKING, "receive_buffer": PHONE, "needs": ["opened"]}
        load.join(group, count, **program.who(), **how)
    time.sleep(SETTLED)
    for group, count in counts.items() if stall else ():
        load.order("stall", group=group, count=count)
    return counts


def without(load: Load, counts: dict[str, int]) -> None:
    """They go."""
    for group, count in counts.items():
        load.order("leave", group=group, count=count)
    time.sleep(SETTLED)


def turn(load: Load, program: Gateway, victims: int, seconds: float, stall: bool) -> Answer:
    """What the others get while a stream of that length begins and ends; who stalls got some frames before it."""
    load.say({"t": "bench.run", "on": True})
    counts = with_victims(load, program, victims, stall)
    load.say({"t": "bench.run", "on": False})
    load.order("quiet", seconds=QUIET)
    load.order("begin", groups=["others"])
    load.say({"t": "bench.run", "on": True})
    time.sleep(seconds)
    load.say({"t": "bench.run", "on": False})
    load.order("quiet", seconds=QUIET)
    answer = load.order("end", groups=["others"])
    without(load, counts)
    found: Answer = answer["groups"]["others"]
    if found["lost"][0]:
        raise RuntimeError(f"expected every healthy viewer to stay, got {found['lost']}")
    return found | {"load": answer["cost"]}


def watched(load: Load, program: Gateway, victims: int, seconds: float) -> tuple[list[float], list[float]]:
    """Megabytes against the beginning, second by second, and seconds after which each stalled viewer was cut."""
    load.say({"t": "bench.run", "on": True})
    counts = with_victims(load, program, victims, stall=True)
    begun, before, held = time.monotonic(), resident(program.pid), open_sockets(program.pid)
    drift: list[float] = []
    cut: list[float] = []
    while (now := time.monotonic() - begun) < seconds:
        drift.append((resident(program.pid) - before) / 2**20)
        gone = min(victims, held - open_sockets(program.pid))
        cut += [now] * (gone - len(cut))
        time.sleep(1.0)
    load.say({"t": "bench.run", "on": False})
    without(load, counts)
    return drift, cut + [math.inf] * (victims - len(cut))


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=500, seconds=20.0)
    parser.add_argument("--watch", type=float, default=60.0, help="seconds of the last stretch (default 60)")
    chosen = parser.parse_args()
    victims = max(2, round(SHARE * chosen.viewers))
    turns: dict[bool, list[Answer]] = {False: [], True: []}
    with loaded() as (held, load):
        program = gateway(held)
        program.instruct(load, {"size": SIZE})
        load.join("others", chosen.viewers - victims, **program.who(), acks=True, needs=["opened"])
        for pair in range(chosen.pairs):
            for stall in (False, True) if pair % 2 == 0 else (True, False):
                found = turn(load, program, victims, chosen.seconds, stall)
                turns[stall].append(found)
                age = found["due"]["p99"]
                progress(
                    f"pair {pair + 1}, {'' if stall else 'nobody '}stalled: {found['delivered']}, p99 {age:.1f} ms"
                )
        drift, cut = watched(load, program, victims, chosen.watch)

    def of(stall: bool, name: str) -> tuple[float, ...]:
        return tuple(found["due"][name] for found in turns[stall])

    got = {stall: [float(found["delivered"]) for found in turns[stall]] for stall in turns}
    share = tuple(100 * ratio for ratio in ratios(got[True], got[False]))
    told = [
        Row("load generator a message", tuple(found["load"] for found in turns[True]), "us"),
        Row("nobody stalled: age at the others, p99", of(False, "p99"), "ms"),
        Row("5 % stalled: age at the others, p99", of(True, "p99"), "ms"),
        Row("the others get, of what they get without", share, "%", ">=", 99),
        Row("the gateway's memory, up or down", tuple(map(abs, drift)), "MB", bar=5, always=True),
        Row("a stalled viewer is cut after", tuple(cut), "s", bar=chosen.watch, always=True),
    ]
    return report(
        chosen, told, [f"{chosen.viewers} viewers of which {victims} stall, {SIZE} bytes, 10 frames a second"]
    )


if __name__ == "__main__":
    sys.exit(main())
