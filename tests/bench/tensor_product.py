"""The tensor-product convolution of models/networks/tensor_net.py against e3nn alone, forward and backward to forces.

    .venv/bin/python -m tests.bench.tensor_product [--pairs 9] [--nodes 100] [--device cpu]

Both do the same mathematics with the same weights in float32: spherical harmonics of the edges, the path weights of a
radial network, e3nn's tensor product ("uvu"), the sum over neighbors and a linear map, then the gradient with respect
to the positions. `e3nn alone` is written down in one function without our classes. The two take turns inside one
process, checked to agree first; the figure is CPU time, on a GPU the time until the device is done. Bar: 1.1 times.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import math
import sys
from collections.abc import Callable

import torch
from e3nn import o3
from e3nn.math import soft_one_hot_linspace
from torch import Tensor

from models.graphs.graph import edge_vectors, on, radius_graph
from models.networks.tensor_net import TensorConvolution
from tests.bench.pairs import Row, flags, report
from tests.bench.stopwatch import compared

CHANNELS, CUTOFF, BASIS, BAR = 32, 1.9, 10, 1.1


def candidates(nodes: int, lmax: int, device: str) -> dict[str, Callable[[], Tensor]]:
    """Forces by our convolution and by e3nn alone, checked to agree."""
    torch.manual_seed(nodes + lmax)
    harmonics = o3.Irreps.spherical_harmonics(lmax)
    irreps = o3.Irreps([(CHANNELS, ir) for _, ir in harmonics])
    side = nodes ** (1 / 3)
    positions = side * torch.rand(nodes, 3)  # one point in a unit of volume
    graph = on(radius_graph(positions, CUTOFF), device)
    z = graph.edges.shape[1] / nodes
    ours = TensorConvolution(irreps, harmonics, irreps, neighbors=z, basis=BASIS, hidden=CHANNELS).to(device)
    f, positions = torch.randn(nodes, irreps.dim).to(device), positions.to(device)
    product, h, mix = ours.product, ours.h, ours.mix  # e3nn's own modules, with the same weights

    def forces(convolution: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Tensor:
        x = positions.clone().requires_grad_()
        u = edge_vectors(x, graph)
        y = o3.spherical_harmonics(harmonics, u, normalize=True, normalization="component")
        radial = soft_one_hot_linspace(u.norm(dim=1), 0.0, CUTOFF, BASIS, basis="smooth_finite", cutoff=True)
        energy = convolution(y, radial * BASIS**0.5, f).square().sum()
        slope: Tensor
        (slope,) = torch.autograd.grad(energy, x)
        return slope

    def alone(y: Tensor, radial: Tensor, f: Tensor) -> Tensor:
        source, target = graph.edges
        messages = product(f[source], y, h(radial))
        out: Tensor = mix(messages.new_zeros(nodes, messages.shape[1]).index_add(0, target, messages) / math.sqrt(z))
        return out

    ways = {
        "ours": lambda: forces(lambda y, radial, f: ours(f, y, radial, graph)),
        "e3nn alone": lambda: forces(alone),
    }
    torch.testing.assert_close(ways["ours"](), ways["e3nn alone"](), rtol=1e-4, atol=1e-4)
    return ways


def main() -> int:
    """Times and ratios for every lmax."""
    parser = flags(__doc__, viewers=0, seconds=0.3, pairs=9)
    parser.add_argument("--nodes", type=int, default=100, help="points, each with about 20 neighbors")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[Row] = []
    for lmax in (1, 2, 3):
        ways = candidates(chosen.nodes, lmax, chosen.device)
        against = {"ours": ("e3nn alone", BAR)}
        rows += compared(
            f"lmax {lmax}", ways, against, pairs=chosen.pairs, seconds=chosen.seconds, device=chosen.device
        )
    return report(chosen, rows, [f"{chosen.nodes} points, {CHANNELS} channels of each l, {chosen.device}, float32"])


if __name__ == "__main__":
    sys.exit(main())
