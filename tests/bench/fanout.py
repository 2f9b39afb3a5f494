"""Fan-out: what the delivery of one frame to one viewer costs, beside six other ways of sending it.

    .venv/bin/python -m tests.bench.fanout [--viewers 1000] [--pairs 7] [--seconds 5] [--size 2048]

The release before (`before.py`) stands beside today's tree, whose cost a delivery must not be above its.

Every server stands with its viewers from the start; in its turn it sends 10 frames a second to all, the others are
silent (gnn-live's keep their heartbeat of a message in two seconds a viewer). CPU is that of the server's process while
it sends, through to the last delivery; of gnn-live that is the gateway, and once more with its engine, which makes and
packs each frame. Deliveries are counted at the viewers, and only the marked frames. `send_json` and one of
python-socketio's send 2 KB of JSON text instead of 2 KB of bytes, which is a fifth of the numbers.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.before import before
from tests.bench.pairs import Row, flags, in_turns, progress, ratios, report
from tests.bench.running import QUIET, ROOT, Answer, Comparator, Gateway, Load, cpu, gateway, loaded

COMPARATORS: dict[str, tuple[str, ...]] = {
    "raw asyncio": ("raw",),
    "websockets.broadcast": ("broadcast",),
    "FastAPI send_bytes": ("fastapi_sends", "bytes"),
    "FastAPI send_json": ("fastapi_sends", "json"),
    "python-socketio, bytes": ("socketio_room", "bytes"),
    "python-socketio, JSON": ("socketio_room", "json"),
}
SLOW = ("FastAPI send_json", "python-socketio, bytes", "python-socketio, JSON")
WITHOUT, WITH = "gnn-live without acks", "gnn-live with acks"
OLD = {WITHOUT: "0.4.0 without acks", WITH: "0.4.0 with acks"}
RATE = 10.0
WARM = 1.0


@dataclass(frozen=True)
class Turn:
    """Of one candidate in one pair: microseconds a delivery, and the deliveries' ages in milliseconds."""

    cost: float
    with_engine: float
    p50: float
    p99: float
    delivered: int
    load: float


@dataclass(frozen=True)
class Candidate:
    """A server, its viewers' group, and whether it is the program."""

    server: Comparator | Gateway
    group: str

    def go(self, load: Load, on: bool) -> None:
        """Start sending, or stop."""
        if isinstance(self.server, Gateway):
            load.say({"t": "bench.run", "on": on}, f"{self.group} instructor")
        else:
            self.server.tell("go" if on else "stop")


def candidates(held: ExitStack, load: Load, viewers: int, size: int, old: Path, others: bool) -> dict[str, Candidate]:
    """All servers with their viewers."""
    found: dict[str, Candidate] = {}
    for way in (WITHOUT, WITH):
        for name, root in ((way, ROOT), (OLD[way], old)):
            program = gateway(held, root)
            program.instruct(load, {"size": size, "rate": RATE}, f"{name} instructor")
            load.join(name, viewers, **program.who(), acks=way == WITH, needs=["opened"])
            found[name] = Candidate(program, name)
    for name, words in COMPARATORS.items() if others else ():
        other = Comparator(*words, "--size", str(size), "--rate", str(RATE))
        held.callback(other.close)
        load.join(name, viewers, **other.who())
        found[name] = Candidate(other, name)
    return found


def measured(load: Load, candidate: Candidate, seconds: float) -> Turn:
    """One turn."""
    server, group = candidate.server, candidate.group
    processes = [server.pid, server.engine] if isinstance(server, Gateway) else [server.pid]
    load.order("begin", groups=[group])
    before = [cpu(pid) for pid in processes]
    candidate.go(load, on=True)
    time.sleep(seconds)
    candidate.go(load, on=False)
    load.order("quiet", seconds=QUIET)
    used = [1e6 * (cpu(pid) - begun) for pid, begun in zip(processes, before, strict=True)]
    answer = load.order("end", groups=[group])
    found: Answer = answer["groups"][group]
    delivered, due = found["delivered"], found["due"]
    if found["lost"][0] or not delivered:
        raise RuntimeError(f"expected every viewer of {group} to stay, got {found['lost']}, {delivered} deliveries")
    return Turn(used[0] / delivered, sum(used) / delivered, due["p50"], due["p99"], delivered, answer["cost"])


def rows(found: dict[str, list[Turn]]) -> list[Row]:
    """Costs, ages, and last the ratios with their bars."""
    costs = {name: tuple(turn.cost for turn in turns) for name, turns in found.items()}
    whole = {name: tuple(turn.with_engine for turn in found[name]) for name in (WITHOUT, WITH)}
    told = [Row(f"{name}: CPU a delivery", values, "us") for name, values in costs.items()]
    told += [Row(f"{name}, engine too: CPU a delivery", values, "us") for name, values in whole.items()]
    for name, turns in found.items():
        told += [Row(f"{name}: age at the viewer, p50", tuple(turn.p50 for turn in turns), "ms")]
        told += [Row(f"{name}: age at the viewer, p99", tuple(turn.p99 for turn in turns), "ms")]
    told += [
        Row(f"{name}: load generator a message", tuple(t.load for t in found[name]), "us") for name in (WITHOUT, WITH)
    ]
    told += [Row(f"{way} / {name}", ratios(costs[way], costs[name]), "x", bar=1.05) for way, name in OLD.items()]
    if "raw asyncio" not in costs:
        return told
    raw = costs["raw asyncio"]
    for name in ("websockets.broadcast", "FastAPI send_bytes"):
        told.append(Row(f"{name} / {WITHOUT}", ratios(costs[name], costs[WITHOUT]), "x"))
    told += [Row(f"{name}, engine too / raw asyncio", ratios(whole[name], raw), "x") for name in (WITHOUT, WITH)]
    told.append(Row(f"{WITHOUT} / raw asyncio", ratios(costs[WITHOUT], raw), "x", bar=1.25))
    told.append(Row(f"{WITH} / raw asyncio", ratios(costs[WITH], raw), "x", bar=2.0))
    for ours, bar in ((WITHOUT, 8.0), (WITH, 5.0)):
        told += [Row(f"{name} / {ours}", ratios(costs[name], costs[ours]), "x", ">=", bar) for name in SLOW]
    return told


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=1000, seconds=5.0)
    parser.add_argument("--size", type=int, default=2048, help="bytes a frame")
    parser.add_argument("--alone", action="store_true", help="beside the release before, without the other servers")
    chosen = parser.parse_args()

    def measure(name: str, candidate: Candidate) -> Turn:
        return measured(load, candidate, chosen.seconds)

    def say(turn: int, name: str, found: Turn) -> None:
        progress(f"pair {turn}: {name}: {found.cost:.1f} us, p99 {found.p99:.1f} ms, {found.delivered} deliveries")

    with before() as old, loaded() as (held, load):
        known = candidates(held, load, chosen.viewers, chosen.size, old, not chosen.alone)
        for candidate in known.values():
            measured(load, candidate, WARM)
        found = in_turns(known, chosen.pairs, measure, say)
    return report(chosen, rows(found), [f"{chosen.viewers} viewers, {chosen.size} bytes, {RATE:g} frames a second"])


if __name__ == "__main__":
    sys.exit(main())
