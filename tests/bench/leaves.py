"""Phones leave while frames flow: thousands of leaves of each kind, and what those who stay notice of it.

    .venv/bin/python -m tests.bench.leaves [--viewers 50] [--leaves 2000] [--pairs 7]

An engine sends 12 frames a second of 2 KB to everybody, and phones come in crowds; in every other turn they leave in
one way, a crowd in the same moment, in the others all stay until the turn is over. The ways: by a reset, by FIN with
unread frames, by FIN after reading, by half a close, by a close frame, and by falling silent, which the program notices
by its stall watch. What is compared is the age of a frame at a viewer who was there from the start, pair by pair. At
the end of each kind the same engine is there, and the gateway holds as many viewers and sockets as before; memory is
told over all.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import time
import urllib.request
from dataclasses import dataclass

from tests.bench.pairs import Row, flags, in_turns, progress, ratios, report
from tests.bench.running import QUIET, SESSION, Gateway, Load, answered, gateway, loaded, open_sockets, resident
from tests.server.leaver import LEAVES, Leaver

WITHOUT = "without leaves"
SILENT = "silence"
KINDS = (*LEAVES, SILENT)
HALL = "hall"
RATE, SIZE = 12.0, 2048
CROWD = {False: 20, True: 200}
"""Phones that leave at once; more where it takes seconds until they are noticed."""
PATIENCE = 60.0


@dataclass(frozen=True)
class Turn:
    """Ages of frames at who stayed, in milliseconds."""

    p50: float
    p99: float
    left: int


def students(program: Gateway) -> int:
    """Students' sockets, as the gateway counts them."""
    with urllib.request.urlopen(f"{program.address}/metrics", timeout=30) as reply:
        found = re.search(r'^gnn_live_viewers\{role="student"\} (\S+)$', reply.read().decode(), re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


async def settled(program: Gateway, stay: int) -> None:
    """Wait until the gateway holds no student but those who stay."""
    until = time.monotonic() + PATIENCE
    while (held := await asyncio.to_thread(students, program)) > stay:
        if time.monotonic() > until:
            raise RuntimeError(f"expected {stay} students, the gateway holds {held}")
        await asyncio.sleep(0.1)


async def crowds(program: Gateway, kind: str, count: int, stay: int, tokens: dict[int, str]) -> list[Leaver]:
    """The same phones come again, see frames, and vanish together, until so many came; those who stay are returned."""
    there: list[Leaver] = []
    for begun in range(0, count, CROWD[kind == SILENT]):
        many = min(count - begun, CROWD[kind == SILENT])
        came = (
            Leaver.came(program.port, SESSION, kind == SILENT, program.version, tokens.get(number, ""))
            for number in range(begun, begun + many)
        )
        phones = await asyncio.gather(*came)
        tokens.update(enumerate([phone.token for phone in phones], begun))
        await asyncio.sleep(1 / RATE)
        if kind == WITHOUT:
            there += phones
            for phone in there:
                phone.read_all()
            continue
        for phone in phones:
            LEAVES.get(kind, Leaver.silence)(phone)
        if kind in (SILENT, "half_close"):  # the program has to end these
            await settled(program, stay)
        for phone in phones:
            phone.sock.close()
    return there


def measured(load: Load, program: Gateway, kind: str, chosen: argparse.Namespace, tokens: dict[int, str]) -> Turn:
    """Frames to who stays, while phones come and leave in this way, or come and stay."""
    count = -(-chosen.leaves // chosen.pairs)
    load.order("begin", groups=[HALL])
    load.say({"t": "bench.run", "on": True})
    there = asyncio.run(crowds(program, kind, count, chosen.viewers, tokens))
    load.say({"t": "bench.run", "on": False})
    load.order("quiet", seconds=QUIET)
    found = load.order("end", groups=[HALL])["groups"][HALL]
    for phone in there:
        phone.goodbye()
    asyncio.run(settled(program, chosen.viewers))
    if found["lost"][0]:
        raise RuntimeError(f"expected who stays to stay, lost {found['lost']}")
    return Turn(found["due"]["p50"], found["due"]["p99"], 0 if kind == WITHOUT else count)


def checked(program: Gateway, engine: int, sockets: int) -> int:
    """Sockets that are left over, where the same engine is still there and ready."""
    answered(f"{program.address}/readyz")
    os.kill(engine, 0)
    until = time.monotonic() + PATIENCE / 4
    while (over := open_sockets(program.pid) - sockets) > 0 and time.monotonic() < until:
        time.sleep(0.2)
    return over


def say(pair: int, name: str, turn: Turn) -> None:
    """A line of progress."""
    progress(f"pair {pair}: {name}: p50 {turn.p50:.1f} ms, p99 {turn.p99:.1f} ms, {turn.left} left")


def rows(load: Load, program: Gateway, chosen: argparse.Namespace) -> list[Row]:
    """Each kind in turn with as long a time without leaves."""
    told: list[Row] = []
    sockets, tokens = open_sockets(program.pid), dict[int, str]()
    for kind in chosen.kinds:
        found = in_turns(
            {WITHOUT: WITHOUT, kind: kind},
            chosen.pairs,
            lambda _, how: measured(load, program, how, chosen, tokens),
            say,
        )
        ours, theirs = found[kind], found[WITHOUT]
        told += [
            Row(f"{kind}: phones that left", (float(sum(turn.left for turn in ours)),)),
            Row(f"{kind}: p50 of a frame with / without", ratios([t.p50 for t in ours], [t.p50 for t in theirs]), "x"),
            Row(f"{kind}: p99 of a frame with / without", ratios([t.p99 for t in ours], [t.p99 for t in theirs]), "x"),
            Row(f"{kind}: sockets left over", (float(checked(program, program.engine, sockets)),), bar=0, always=True),
        ]
    return told


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=50, seconds=0.0)
    parser.add_argument("--leaves", type=int, default=2000, help="of each kind (default %(default)s)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="ways to leave (default: all)")
    chosen = parser.parse_args()
    with loaded() as (held, load):
        program = gateway(held)
        program.instruct(load, {"size": SIZE, "rate": RATE})
        load.join(HALL, chosen.viewers, **program.who(), acks=True, needs=["opened"])
        asyncio.run(crowds(program, "reset", CROWD[False], chosen.viewers, {}))
        before = resident(program.pid)
        told = rows(load, program, chosen)
        grown = (resident(program.pid) - before) / 2**20
    return report(chosen, [*told, Row("gateway's memory, grown by", (grown,), "MiB")], [f"{chosen.viewers} stay"])


if __name__ == "__main__":
    sys.exit(main())
