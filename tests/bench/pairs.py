"""Candidates that take turns, the figures of each pair, and whether a bar is met, missed or open.

A figure stands with the interval that holds its median with at least 95 % (order statistics: of seven values the least
and the largest). A bar is `met` when the whole interval is on its good side, `missed` when the whole interval is on the
other, `open` in between and with fewer than seven values. Where the bar says "never" or "all", the interval runs from
the least value to the largest, however many there are.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

LEAST_PAIRS = 7
Sense = Literal["<=", ">="]
C = TypeVar("C")
M = TypeVar("M")


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The median, and the order statistics that enclose it with at least 95 % where there are enough values."""
    ordered, n = sorted(values), len(values)
    rank, outside = 0, 2 * 0.5**n
    while rank + 1 < n // 2 and outside + 2 * math.comb(n, rank + 1) * 0.5**n <= 0.05:
        rank += 1
        outside += 2 * math.comb(n, rank) * 0.5**n
    return statistics.median(ordered), ordered[rank], ordered[n - 1 - rank]


@dataclass(frozen=True)
class Row:
    """One figure of a bench with all its values, and its bar if it has one."""

    what: str
    values: tuple[float, ...]
    unit: str = ""
    sense: Sense = "<="
    bar: float | None = None
    always: bool = False
    """The bar speaks of every single run."""

    @property
    def found(self) -> tuple[float, float, float]:
        """Median, low and high."""
        median, low, high = interval(self.values)
        return (median, min(self.values), max(self.values)) if self.always else (median, low, high)

    @property
    def verdict(self) -> str:
        """What is to be said of the bar; nothing where there is none."""
        if self.bar is None:
            return ""
        _, low, high = self.found
        if self.sense == ">=":
            low, high = -high, -low
        bar = self.bar if self.sense == "<=" else -self.bar
        if len(self.values) < LEAST_PAIRS:
            return f"open ({len(self.values)} of {LEAST_PAIRS} pairs)"
        return "met" if high <= bar else "missed" if low > bar else "open"

    @property
    def told(self) -> str:
        """The figure in words."""
        median, low, high = self.found
        space = "" if self.unit in ("x", "%", "") else " "
        return f"{number(median)} [{number(low)}, {number(high)}]{space}{self.unit}"

    @property
    def asked(self) -> str:
        """The bar in words."""
        space = "" if self.unit in ("x", "%", "") else " "
        return "" if self.bar is None else f"{self.sense} {number(self.bar)}{space}{self.unit}"


def number(value: float) -> str:
    """Three figures."""
    if not math.isfinite(value):
        return "never"
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratios(ours: Iterable[float], theirs: Iterable[float]) -> tuple[float, ...]:
    """Pair by pair."""
    return tuple(a / b for a, b in zip(ours, theirs, strict=True))


def in_turns(
    candidates: dict[str, C], pairs: int, measure: Callable[[str, C], M], say: Callable[[int, str, M], None]
) -> dict[str, list[M]]:
    """Every candidate once a pair, in an order that turns round; a first, shorter round to warm up is the caller's."""
    found: dict[str, list[M]] = {name: [] for name in candidates}
    for turn in range(pairs):
        for name in list(candidates)[:: 1 if turn % 2 == 0 else -1]:
            found[name].append(measure(name, candidates[name]))
            say(turn + 1, name, found[name][-1])
    return found


def flags(what: str | None, *, viewers: int, seconds: float, pairs: int = LEAST_PAIRS) -> argparse.ArgumentParser:
    """The flags that every bench has; their defaults are the issue's figures."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=viewers, help="sockets (default %(default)s)")
    parser.add_argument("--pairs", type=int, default=pairs, help="rounds of turns (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=seconds, help="of each turn (default %(default)s)")
    parser.add_argument("--rows", type=Path, help="write the figures here too, as JSON")
    return parser


def report(chosen: argparse.Namespace, rows: Sequence[Row], notes: Sequence[str] = ()) -> int:
    """Print the figures last, bars and verdicts beside them; the status says whether a bar is missed."""
    print(machine())
    for note in notes:
        print(f"  {note}")
    wide = max(len(row.what) for row in rows)
    for row in rows:
        print(f"{row.what:{wide}}  {row.told:32} {row.asked:12} {row.verdict}".rstrip())
    if chosen.rows is not None:
        chosen.rows.write_text(json.dumps({"rows": [asdict(row) for row in rows], "notes": list(notes)}))
    return int(any(row.verdict == "missed" for row in rows))


def machine() -> str:
    """What the figures were taken on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    system = f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {system}, load {load}; medians with their 95 % interval"


def progress(text: str) -> None:
    """A line of a single turn, beside the figures."""
    print(f"  {text}", file=sys.stderr, flush=True)
