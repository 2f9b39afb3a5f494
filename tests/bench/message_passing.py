"""One update of Algorithm 4: the sparse fast path, PyTorch Geometric's GraphConv, and the literal trace.

    .venv/bin/python -m tests.bench.message_passing [--pairs 9] [--nodes 100,1000,10000,100000] [--device cpu]

Each node hears 16 others, width 32, float32, no gradients, one thread. A single fast update builds its CSR matrix too;
sixteen share one. The candidates take turns inside one process, so that what else the machine does falls on all of
them; the figure is CPU time, on a GPU the time until the device is done. Bar: the fast path takes no longer than
PyTorch Geometric's GraphConv.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import sys
import warnings
from collections.abc import Callable

import torch
from torch import Tensor

from models.graphs.graph import Graph, on
from models.networks.message_passing import Update, propagate, random_update, rounds, trace
from tests.bench.pairs import Row, flags, report
from tests.bench.stopwatch import compared

DEGREE, WIDTH = 16, 32


def candidates(nodes: int, device: str) -> dict[str, Callable[[], Tensor]]:
    """The same update three ways, checked to agree before anything is timed. The CSR matrix is part of the first."""
    generator = torch.Generator().manual_seed(nodes)
    targets = torch.arange(nodes).repeat_interleave(DEGREE)
    steps = torch.stack([torch.randperm(nodes - 1, generator=generator)[:DEGREE] + 1 for _ in range(nodes)])
    sources = ((torch.arange(nodes)[:, None] + steps) % nodes).sort(dim=1).values.flatten()  # sorted, as between points
    graph, drawn = on(Graph(torch.stack([sources, targets]), nodes), device), random_update(WIDTH, seed=0)
    update = Update(drawn.w_self.to(device), drawn.w_neigh.to(device), drawn.bias.to(device))
    features = torch.randn(nodes, WIDTH, generator=generator).to(device)

    with warnings.catch_warnings():  # importing PyG runs torch.jit.script, which announces that it is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        from torch_geometric.nn import GraphConv
    conv = GraphConv(WIDTH, WIDTH).to(device)
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


def main() -> int:
    """Times and ratios for every size."""
    parser = flags(__doc__, viewers=0, seconds=0.05, pairs=9)
    parser.add_argument("--nodes", default="100,1000,10000,100000", help="numbers of nodes, with commas")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[Row] = []
    against: dict[str, tuple[str, float | None]] = {
        "fast path": ("GraphConv", 1.0),
        "trace": ("fast path", None),
        "fast path, 16 updates": ("GraphConv, 16 updates", 1.0),
    }
    with torch.no_grad():
        for nodes in map(int, chosen.nodes.split(",")):
            ways = candidates(nodes, chosen.device)
            timing = {"pairs": chosen.pairs, "seconds": chosen.seconds, "device": chosen.device}
            rows += compared(f"n = {nodes}", ways, against, **timing)
    return report(chosen, rows, [f"degree {DEGREE}, width {WIDTH}, {chosen.device}, float32"])


if __name__ == "__main__":
    sys.exit(main())
