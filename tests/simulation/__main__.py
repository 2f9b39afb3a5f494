"""`python -m tests.simulation`: let worlds happen, say what they held, and of one that goes wrong its shortest script.

--seeds 10000            that many worlds, from 0 on          --first N     from this seed on
--jobs 2                 processes                             --kinds a,b   only these faults
--seed N [--trace]       one world, its script and, if wanted, all that happened in it
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from statistics import median
from time import perf_counter

from tests.simulation.script import KINDS, LEAVES, Kind, Script, draw
from tests.simulation.shrink import shortest
from tests.simulation.world import run

HUNDRED = 100
CHUNK = 20


@dataclass
class Held:
    """What some worlds held."""

    commands: list[int] = field(default_factory=list)
    viewers: list[int] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    events: dict[int, Counter[str]] = field(default_factory=dict)
    """By hundred seeds."""
    wrong: list[tuple[int, list[str]]] = field(default_factory=list)
    slowest: float = 0.0
    frames: int = 0

    def add(self, other: Held) -> None:
        """What others held as well."""
        self.commands += other.commands
        self.viewers += other.viewers
        self.faults += other.faults
        self.wrong += other.wrong
        self.frames += other.frames
        self.slowest = max(self.slowest, other.slowest)
        for hundred, events in other.events.items():
            self.events.setdefault(hundred, Counter()).update(events)

    def text(self) -> str:
        """The same in sentences."""
        lines = [
            f"{len(self.commands)} worlds, {len(self.wrong)} of them wrong; {self.frames:,} frames seen",
            f"a world: median {median(self.commands):.0f} commands (least {min(self.commands)}), "
            f"{median(self.viewers):.0f} viewers (least {min(self.viewers)}), "
            f"{median(self.faults):.0f} faults (least {min(self.faults)})",
            f"the longest turn of an engine computed {self.slowest * 1000:.0f} ms",
        ]
        total: Counter[str] = sum(self.events.values(), Counter())
        for kind in sorted(total):
            least = min(events[kind] for events in self.events.values())
            lines.append(f"  {kind:18} {total[kind]:7}   at least {least} in every {HUNDRED} seeds")
        return "\n".join(lines)


def held(seeds: Sequence[int], kinds: tuple[Kind, ...]) -> Held:
    """Let the worlds of these seeds happen."""
    all_of_them = Held()
    for seed in seeds:
        report = run(draw(seed, kinds))
        all_of_them.commands.append(report.commands)
        all_of_them.viewers.append(report.viewers)
        all_of_them.faults.append(sum(report.events.values()))
        all_of_them.events.setdefault(seed // HUNDRED, Counter()).update(report.events)
        all_of_them.slowest = max(all_of_them.slowest, report.slowest)
        all_of_them.frames += report.frames
        if report.violations:
            all_of_them.wrong.append((seed, report.violations))
    return all_of_them


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 where a world went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--trace", action="store_true")
    flags = parser.parse_args(arguments)
    kinds = tuple(kind for kind in KINDS if kind in flags.kinds.split(","))
    if flags.seed is not None:
        return _one(draw(flags.seed, kinds), flags.trace)
    began = perf_counter()
    seeds = iter(range(flags.first, flags.first + flags.seeds))
    chunks = list(iter(lambda: list(islice(seeds, CHUNK)), []))
    total = Held()
    with ProcessPoolExecutor(flags.jobs) as pool:
        for part in pool.map(held, chunks, [kinds] * len(chunks)):
            total.add(part)
            for seed, violations in part.wrong:
                print(f"seed {seed}: {violations[0]}", flush=True)
    print(total.text())
    print(f"{perf_counter() - began:.0f} s in {flags.jobs} processes")
    if total.wrong:
        print(f"\nthe first that went wrong, as short as it gets (--seed {total.wrong[0][0]} --trace shows all of it):")
        _one(draw(total.wrong[0][0], kinds), trace=False)
    return int(bool(total.wrong))


def _one(script: Script, trace: bool) -> int:
    """One world: its script (the shortest, where it goes wrong) and what must not be."""
    report = run(script, verbose=trace)
    for line in report.lines:
        print(line)
    if not report.violations:
        print(f"{script}\nall is well; trace {report.trace}")
        return 0
    what = report.violations[0].partition(": ")[2][:24]
    short = shortest(script, lambda s: any(v.partition(": ")[2].startswith(what) for v in run(s).violations))
    print(short)
    print("\n".join(run(short).violations))
    return 1


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of strings come in the same order in every process
        os.environ.update(PYTHONHASHSEED="0", OMP_WAIT_POLICY="PASSIVE", OMP_NUM_THREADS="1")
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    sys.exit(main())


__all__ = ["HUNDRED", "LEAVES", "Held", "held", "main"]
