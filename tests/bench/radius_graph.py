"""Cost of `models.graphs.graph.radius_graph` against the least one can do: a k-d tree's pairs, as an edge index.

    python tests/bench/radius_graph.py

Both run in turns, so that whatever else the machine does meets both alike. Times are this process's CPU time. The last
lines are the ratios ours / plain: the median over the pairs of turns, and the interval from the second smallest to the
second largest of them (for 9 turns it covers the median with 96 %).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from scipy.spatial import cKDTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from models.graphs.graph import radius_graph

CUTOFF = 1.5
TURNS = 9
SIZES = {100: 200, 1_000: 20, 10_000: 2}
"""Points, and calls in each turn."""


def plain(positions: np.ndarray) -> torch.Tensor:
    """Both directions of every pair, unsorted and unchecked. (n, 3) -> (2, e)"""
    pairs = torch.from_numpy(cKDTree(positions).query_pairs(CUTOFF, output_type="ndarray"))
    return torch.cat((pairs, pairs.flip(1))).T.contiguous()


def ours(positions: np.ndarray) -> torch.Tensor:
    """What the scenes call."""
    return radius_graph(positions, CUTOFF).edges


def seconds(build: Callable[[np.ndarray], torch.Tensor], positions: np.ndarray, calls: int) -> float:
    """CPU time of one call."""
    start = time.process_time()
    for _ in range(calls):
        build(positions)
    return (time.process_time() - start) / calls


def main() -> None:
    """Measure each size and print its medians, then the ratios."""
    torch.set_num_threads(1)
    summary = []
    for n, calls in SIZES.items():
        positions = np.random.default_rng(0).uniform(0, n ** (1 / 3), (n, 3))
        if plain(positions).shape != ours(positions).shape:
            raise SystemExit(f"The two disagree at {n} points: {plain(positions).shape}, {ours(positions).shape}.")
        pairs = [(seconds(ours, positions, calls), seconds(plain, positions, calls)) for _ in range(TURNS)]
        mine, least = np.median(pairs, axis=0) * 1e3
        ratios = sorted(a / b for a, b in pairs)
        print(f"{n:6d} points, {ours(positions).shape[1]:7d} edges: ours {mine:8.3f} ms, plain {least:8.3f} ms")
        summary.append(f"{n:6d} points: ratio {np.median(ratios):.2f} [{ratios[1]:.2f}, {ratios[-2]:.2f}]")
    print(*summary, sep="\n")


if __name__ == "__main__":
    main()
