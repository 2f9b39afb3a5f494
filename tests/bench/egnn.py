"""One EGNN layer of models/networks/egnn.py against the same layer written edge by edge, and egnn-pytorch if installed.

    .venv/bin/python -m tests.bench.egnn [--pairs 9] [--nodes 100,1000] [--device cpu]

Width 64, about 16 neighbors, float32, no gradients, one thread. `edge-wise` puts h_i, h_j and the squared length of
every edge in one row and multiplies it by the first matrix of phi_e, as equation 3 is written; ours multiplies by the
parts of that matrix, node by node, and adds. Same weights, checked to agree. They take turns inside one process; the
figure is CPU time, on a GPU the time until the device is done. Bar: ours takes no longer.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import importlib.util
import sys
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from models.graphs.graph import Graph, on, radius_graph
from models.networks.egnn import EGNNLayer
from tests.bench.pairs import Row, flags, report
from tests.bench.stopwatch import compared

WIDTH, CUTOFF = 64, 1.6


class EdgeWise(EGNNLayer):
    """The layer with equation 3 as it is written."""

    def edge_model(self, h: Tensor, difference: Tensor, graph: Graph) -> Tensor:
        """(n, hidden), (e, 3) -> (e, hidden)."""
        squared = difference.square().sum(dim=-1, keepdim=True)
        (first,) = self.phi_e.hidden
        hidden = F.silu(first(torch.cat([h[graph.targets], h[graph.sources], squared], dim=-1)))
        return F.silu(self.phi_e.last(hidden))


def candidates(nodes: int, device: str) -> dict[str, Callable[[], Tensor]]:
    """The same layer both ways, checked to agree, and egnn-pytorch's where there is one."""
    torch.manual_seed(nodes)
    x = nodes ** (1 / 3) * torch.rand(nodes, 3)
    graph, h, x = on(radius_graph(x, CUTOFF), device), torch.randn(nodes, WIDTH).to(device), x.to(device)
    ours, plain = EGNNLayer(WIDTH).to(device), EdgeWise(WIDTH).to(device)
    plain.load_state_dict(ours.state_dict())
    for one, other in zip(ours(h, x, graph), plain(h, x, graph), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
    ways: dict[str, Callable[[], Tensor]] = {
        "ours": lambda: ours(h, x, graph)[0],
        "edge-wise": lambda: plain(h, x, graph)[0],
    }
    if importlib.util.find_spec("egnn_pytorch"):
        from egnn_pytorch import EGNN_Sparse

        theirs, both = EGNN_Sparse(feats_dim=WIDTH, m_dim=WIDTH).to(device), torch.cat([x, h], dim=1)
        ways["egnn-pytorch"] = lambda: theirs(both, graph.edges)
    return ways


def main() -> int:
    """Times and ratios for every size."""
    parser = flags(__doc__, viewers=0, seconds=0.3, pairs=9)
    parser.add_argument("--nodes", default="100,1000", help="numbers of points, with commas")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[Row] = []
    with torch.no_grad():
        for nodes in map(int, chosen.nodes.split(",")):
            ways = candidates(nodes, chosen.device)
            against: dict[str, tuple[str, float | None]] = {"ours": ("edge-wise", 1.0)}
            if "egnn-pytorch" in ways:
                against["egnn-pytorch"] = ("ours", None)
            timing = {"pairs": chosen.pairs, "seconds": chosen.seconds, "device": chosen.device}
            rows += compared(f"n = {nodes}", ways, against, **timing)
    notes = [f"width {WIDTH}, cutoff {CUTOFF} at one point in a unit of volume, {chosen.device}, float32"]
    if not importlib.util.find_spec("egnn_pytorch"):
        notes.append("egnn-pytorch is not installed: not compared")
    return report(chosen, rows, notes)


if __name__ == "__main__":
    sys.exit(main())
