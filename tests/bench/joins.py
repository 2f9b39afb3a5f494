"""A hall that comes in by one address: nobody is refused, and the counts are exact.

    .venv/bin/python -m tests.bench.joins [--viewers 500] [--seconds 60]

Each student fetches the page and opens a socket, all from 127.0.0.1, evenly spread. At ten points the count and the
roster that the stage is shown are compared with who has come by then; at the end half of them go, and they are compared
again. How often a phone is told of the count is told beside: at most twice a second.
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request

from tests.bench.pairs import Row, flags, progress, report
from tests.bench.running import SESSION, Answer, Gateway, Load, gateway, loaded

POINTS = 10
PATIENCE = 10.0
STATE = ["opened", "place", "joined", "you"]


def settled(load: Load, kind: str, wanted: Answer) -> Answer:
    """The last frame of a kind at the stage, once it says what is wanted or will not."""
    until = time.monotonic() + PATIENCE
    while True:
        header: Answer = load.order("last", group="stage", kind=kind)["header"] or {}
        if all(header.get(name) == value for name, value in wanted.items()) or time.monotonic() > until:
            return header
        time.sleep(0.05)


def off(load: Load, joined: int, present: int) -> float:
    """By how many the shown counts, and the roster, differ from the truth."""
    counted = settled(load, "joined", {"joined": joined, "present": present})
    members: list[Answer] = settled(load, "roster", {}).get("members", [])
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and sum(member["present"] for member in members) != present:
        time.sleep(0.05)
        members = settled(load, "roster", {}).get("members", [])
    seats = {member["seat"] for member in members}
    here = sum(member["present"] for member in members)
    wrong = (
        counted.get("joined", 0) - joined,
        counted.get("present", 0) - present,
        len(seats) - joined,
        here - present,
    )
    return float(max(map(abs, wrong)))


def joined(load: Load, program: Gateway) -> tuple[float, str]:
    """One student: page and socket; 1 where either was refused, and why."""
    try:
        with urllib.request.urlopen(f"{program.address}/{SESSION}", timeout=PATIENCE) as page:
            page.read()
    except urllib.error.URLError as error:
        return 1.0, str(error)
    answer = load.order("join", group="hall", count=1, **program.who(), acks=True, needs=STATE, patience=PATIENCE)
    return float(answer["joined"] != 1), str(answer["lost"])


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=500, seconds=60.0, pairs=1)
    chosen = parser.parse_args()
    refused: list[float] = []
    wrong: list[float] = []
    told: list[float] = []
    with loaded() as (held, load):
        program = gateway(held)
        program.instruct(load, {})
        load.join("stage", 1, **program.who("stage"), acks=True, keep=True, needs=["opened"])
        load.join("phone", 1, **program.who(), acks=True, needs=STATE)
        begun = time.monotonic()
        for point in range(1, POINTS + 1):
            load.order("begin", groups=["phone"])
            since = time.monotonic()
            while len(refused) < point * chosen.viewers // POINTS:
                failed, why = joined(load, program)
                refused.append(failed)
                if failed:
                    progress(f"refused: {why}")
                time.sleep(max(0.0, begun + len(refused) * chosen.seconds / chosen.viewers - time.monotonic()))
            kinds = load.order("end", groups=["phone"])["groups"]["phone"]["kinds"]
            # The first of them may belong to what came before.
            told.append(max(0, kinds.get("joined", 0) - 1) / (time.monotonic() - since))
            here = 1 + len(refused) - round(sum(refused))
            wrong.append(off(load, here, here))
            progress(
                f"{len(refused)} came, {sum(refused):g} refused, count off by {wrong[-1]:g}, told {told[-1]:.1f}/s"
            )
        took = time.monotonic() - begun
        half = chosen.viewers // 2
        load.order("leave", group="hall", count=half)
        after = off(load, here, here - half)
        progress(f"half went, count off by {after:g}")
    rows = [
        Row("counts that a phone is told a second", tuple(told), "", bar=2, always=True),
        Row("joins refused", (sum(refused), *refused), "", bar=0, always=True),
        Row("shown counts and roster, off by", (*wrong, after), "", bar=0, always=True),
    ]
    return report(chosen, rows, [f"{chosen.viewers} joins in {took:.0f} s from one address, then half of them left"])


if __name__ == "__main__":
    sys.exit(main())
