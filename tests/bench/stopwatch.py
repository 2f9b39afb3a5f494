"""How long one call takes: this process's CPU time, or on a GPU the time until the device is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import torch

from tests.bench.pairs import Row, in_turns, progress, ratios


def milliseconds(way: Callable[[], object], repeats: int, device: str) -> float:
    """Of one call, the mean over so many."""
    if device == "cpu":
        began = time.process_time()
        for _ in range(repeats):
            way()
        return 1e3 * (time.process_time() - began) / repeats
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(repeats):
        way()
    torch.cuda.synchronize()
    return 1e3 * (time.perf_counter() - began) / repeats


def compared(
    of: str,
    ways: Mapping[str, Callable[[], object]],
    against: Mapping[str, tuple[str, float | None]],
    *,
    pairs: int,
    seconds: float,
    device: str,
) -> list[Row]:
    """The ways in turns: a row of milliseconds each, then a row of ratios for each of `against`.

    against: name of a way -> (name of the other, bar or None); the ratio is way / other.
    """
    for way in ways.values():
        milliseconds(way, 2, device)
    repeats = {name: max(1, round(1e3 * seconds / milliseconds(way, 2, device))) for name, way in ways.items()}
    found = in_turns(
        {name: (name, way) for name, way in ways.items()},
        pairs,
        lambda _, named: milliseconds(named[1], repeats[named[0]], device),
        lambda turn, name, ms: progress(f"{of}, turn {turn}, {name}: {ms:.3f} ms"),
    )
    rows = [Row(f"{of}: {name}", tuple(values), "ms") for name, values in found.items()]
    for one, (other, bar) in against.items():
        shared = ratios(found[one], found[other])
        limit = () if bar is None else ("<=", bar)
        rows.append(Row(f"{of}: {one} / {other}", shared, "x", *limit))
    return rows
