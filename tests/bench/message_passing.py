"""One update of Algorithm 4: the sparse fast path, PyTorch Geometric's GraphConv, and the literal trace.

    python tests/bench/message_passing.py [pairs]

Each node hears 16 others, width 32, float32, no gradients, one thread. A single fast update builds its CSR matrix too;
sixteen share one. The candidates take turns inside one process, so that what else the machine does falls on all of
them; the figure is CPU time. The ratios printed last are medians over the turns with the interval that holds the
median with at least 95 % (order statistics of the paired ratios).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import math
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from torch import Tensor

from models.graph import Graph
from models.message_passing import propagate, random_update, rounds, trace

DEGREE, WIDTH, LEAST_PAIRS = 16, 32, 7
BATCH_SECONDS = 0.05  # a batch is repeated until the clock resolves it


def candidates(nodes: int) -> dict[str, Callable[[], Tensor]]:
    """The same update three ways, checked to agree before anything is timed. The CSR matrix is part of the first."""
    generator = torch.Generator().manual_seed(nodes)
    targets = torch.arange(nodes).repeat_interleave(DEGREE)
    steps = torch.stack([torch.randperm(nodes - 1, generator=generator)[:DEGREE] + 1 for _ in range(nodes)])
    sources = ((torch.arange(nodes)[:, None] + steps) % nodes).sort(dim=1).values.flatten()  # sorted, as between points
    graph, update = Graph(torch.stack([sources, targets]), nodes), random_update(WIDTH, seed=0)
    features = torch.randn(nodes, WIDTH, generator=generator)

    with warnings.catch_warnings():  # importing PyG runs torch.jit.script, which announces that it is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        from torch_geometric.nn import GraphConv
    conv = GraphConv(WIDTH, WIDTH)
    with torch.no_grad():
        conv.lin_rel.weight.copy_(update.w_neigh)
        conv.lin_rel.bias.copy_(update.bias)
        conv.lin_root.weight.copy_(update.w_self)

    def sixteen_updates() -> Tensor:
        *_, last = rounds(graph, features, update, 16)
        return last

    def sixteen_convolutions() -> Tensor:
        h = features
        for _ in range(16):
            h = torch.relu(conv(h, graph.edges))
        return h

    ways: dict[str, Callable[[], Tensor]] = {
        "fast path": lambda: propagate(graph, features, update, 1),
        "GraphConv": lambda: torch.relu(conv(features, graph.edges)),
        "trace": lambda: trace(graph, features, update, 1).features[-1],
        "fast path, 16 updates": sixteen_updates,
        "GraphConv, 16 updates": sixteen_convolutions,
    }
    for name, way in list(ways.items())[1:3]:
        torch.testing.assert_close(way(), ways["fast path"](), rtol=1e-4, atol=1e-4, msg=f"{name} disagrees")
    return ways


def cpu_milliseconds(way: Callable[[], Tensor], repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        way()
    return 1e3 * (time.process_time() - start) / repeats


def median_interval(values: list[float]) -> tuple[float, float, float]:
    """The median, and the order statistics that enclose it with at least 95 % probability where there are enough."""
    ordered, n = sorted(values), len(values)
    rank, outside = 0, 2 * 0.5**n
    while rank + 1 < n // 2 and outside + 2 * math.comb(n, rank + 1) * 0.5**n <= 0.05:
        rank += 1
        outside += 2 * math.comb(n, rank) * 0.5**n
    return statistics.median(ordered), ordered[rank], ordered[n - 1 - rank]


def main() -> None:
    """Print the medians of every size, then the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="?", type=int, default=15, help=f"rounds of turns, at least {LEAST_PAIRS}")
    pairs = parser.parse_args().pairs
    if pairs < LEAST_PAIRS:
        parser.error(f"expected at least {LEAST_PAIRS} pairs, got {pairs}")
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, degree {DEGREE}, width {WIDTH}, {pairs} rounds of turns, CPU ms (median)")
    ratios = []
    with torch.no_grad():
        for nodes in (100, 1_000, 10_000):
            ways = candidates(nodes)
            repeats = {n: max(1, int(1e3 * BATCH_SECONDS / max(cpu_milliseconds(w, 3), 1e-2))) for n, w in ways.items()}
            times: dict[str, list[float]] = {name: [] for name in ways}
            for turn in range(pairs):
                order = list(ways)[:: 1 if turn % 2 == 0 else -1]
                for name in order:
                    times[name].append(cpu_milliseconds(ways[name], repeats[name]))
            medians = ", ".join(f"{name} {statistics.median(values):.3f}" for name, values in times.items())
            print(f"n = {nodes}: {medians}")
            for other, one in (
                ("GraphConv", "fast path"),
                ("trace", "fast path"),
                ("GraphConv, 16 updates", "fast path, 16 updates"),
            ):
                paired = [a / b for a, b in zip(times[other], times[one], strict=True)]
                ratios.append((nodes, other, one, *median_interval(paired)))
    for nodes, other, one, median, low, high in ratios:
        print(f"n = {nodes}: {other} / {one} = {median:.2f} [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
