"""Time until the tensor network names every turned Tetris shape, against the same network written in e3nn alone.

    .venv/bin/python -m tests.bench.tetris [--pairs 7] [--seeds 1]

Both do the same mathematics with the same initial weights and the same Adam: on one side
`models/experiments/classification.py`; on the other e3nn's tensor products, linear maps, radial networks and
activations in one function, without our classes. A turn is a whole training on the eight upright
shapes, tested every five steps on 80 turned ones, until all are named.
They are checked first to agree in their loss step by step. The figure is CPU time on one thread. Bar: 1.1 times.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import sys
import time
from collections.abc import Callable

import torch
from e3nn import o3
from e3nn.math import soft_one_hot_linspace
from torch import Tensor, nn
from torch.nn import functional as F

from models.experiments import classification as c
from models.graphs.shapes import TETRIS, labels
from models.networks.tensor_net import TensorLayer, TensorNetwork
from tests.bench.pairs import Row, flags, in_turns, progress, ratios, report

BAR, EVERY, MOST = 1.1, 5, 400
Logits = Callable[[Tensor], Tensor]


def alone(model: c.Classifier) -> Logits:
    """The logits by e3nn's own modules, which carry the model's weights: (b, 4, 3) -> (b, 8)."""
    network = model.network
    assert isinstance(network, TensorNetwork)
    layers = [layer for layer in network.layers if isinstance(layer, TensorLayer)]
    ours = [(layer.own, layer.convolution, layer.gate, layer.convolution.product) for layer in layers]

    def logits(shapes: Tensor) -> Tensor:
        x = (shapes - shapes.mean(dim=1, keepdim=True)).reshape(-1, 3)
        apart = (x.view(-1, 4, 1, 3) - x.view(-1, 1, 4, 3)).norm(dim=-1)
        of, source, target = ((apart < TETRIS.kind.bond) & (apart > 0)).nonzero(as_tuple=True)
        source, target = source + 4 * of, target + 4 * of
        u = x[target] - x[source]
        y = o3.spherical_harmonics(network.irreps_harmonics, u, normalize=True, normalization="component")
        radial = soft_one_hot_linspace(
            u.norm(dim=1), 0.0, network.cutoff, network.basis, basis="smooth_finite", cutoff=True
        )
        radial = radial * network.basis**0.5
        f = network.embedding(torch.ones(len(x), 1))
        for own, convolution, gate, product in ours:
            messages = product(f[source], y, convolution.h(radial))
            gathered = messages.new_zeros(len(x), messages.shape[1]).index_add(0, target, messages)
            raw = own(f) + convolution.mix(gathered / convolution.neighbors**0.5)
            even, gates, odd, gated = torch.split(raw, gate.parts, dim=-1)
            f = torch.cat([gate.even(even), gate.odd(odd), gate.opened(gates)[:, gate.gate_of] * gated], dim=-1)
        out = network.readout(f).view(-1, 4, network.irreps_out.dim).sum(dim=1)
        first, last = out[:, :1], out[:, -1:]
        return torch.cat([first + last, first - last, out[:, 1 : TETRIS.kind.classes - 1]], dim=1)

    return logits


def ways(seed: int) -> dict[str, tuple[nn.Module, Logits]]:
    """Both candidates with the same fresh weights."""
    ours, theirs = c.classifier("tensor", seed), c.classifier("tensor", seed)
    return {"ours": (ours, ours), "e3nn alone": (theirs, alone(theirs))}


def train(module: nn.Module, logits: Logits, seed: int) -> tuple[int, float, list[float]]:
    """Until every turned shape is named: steps, CPU seconds and the losses."""
    shapes, probe = TETRIS.upright.float(), c.probe(seed)
    right, answers = labels(shapes), labels(probe)
    optimizer = torch.optim.Adam(module.parameters(), lr=c.CONTESTANTS["tensor"].rate)
    began, losses = time.process_time(), []
    for step in range(1, MOST + 1):
        loss = F.cross_entropy(logits(shapes), right)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
        if step % EVERY == 0:
            with torch.no_grad():
                if bool((logits(probe).argmax(dim=1) == answers).all()):
                    return step, time.process_time() - began, losses
    raise SystemExit(f"not every turned shape was named within {MOST} steps (seed {seed})")


def main() -> int:
    """Time to 100 % of both and their ratio."""
    parser = flags(__doc__, viewers=0, seconds=0.0)
    parser.add_argument("--seeds", type=int, default=1, help="trainings a turn, one a seed")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    steps = {}
    for seed in range(chosen.seeds):
        once = {name: train(*way, seed) for name, way in ways(seed).items()}
        a, b = (torch.tensor(losses) for _, _, losses in once.values())
        torch.testing.assert_close(a[:10], b[:10], rtol=1e-3, atol=1e-4)
        steps[seed] = once["ours"][0]

    def turn(name: str, _: str) -> float:
        return sum(train(*ways(seed)[name], seed)[1] for seed in range(chosen.seeds))

    names = {"ours": "ours", "e3nn alone": "e3nn alone"}
    found = in_turns(
        names, chosen.pairs, turn, lambda pair, name, taken: progress(f"pair {pair}, {name}: {taken:.2f} s")
    )
    rows = [Row(f"time to 100 %: {name}", tuple(values), "s") for name, values in found.items()]
    shared = ratios(found["ours"], found["e3nn alone"])
    rows.append(Row("time to 100 %: ours / e3nn alone", shared, "x", "<=", BAR))
    return report(chosen, rows, [f"steps to 100 % by seed: {steps}; eight shapes, l <= 1, 3 layers, float32"])


if __name__ == "__main__":
    sys.exit(main())
