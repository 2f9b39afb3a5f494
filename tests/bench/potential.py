"""Training steps of a learned potential against the same model of e3nn alone; dynamics against ASE's.

    .venv/bin/python -m tests.bench.potential [--pairs 9] [--device cpu]

`training`: the network of the scene, one Adam step on energies and forces of four clusters of 13 atoms, against a model
with the same irreps, paths and number of weights that is put together from e3nn's modules alone (its own Gate, no class
of ours); bar: 1.1 times. `dynamics`: a velocity Verlet step of LJ13 without a cutoff, ours against ASE's VelocityVerlet
with its LennardJones calculator, both in float64; aim: a fifth. The candidates take turns inside one process.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import sys
from collections.abc import Callable
from itertools import islice

import numpy as np
import torch
from ase import Atoms
from ase.calculators.lj import LennardJones
from ase.md.verlet import VelocityVerlet
from e3nn import o3
from e3nn.math import soft_one_hot_linspace
from e3nn.nn import FullyConnectedNet, Gate
from torch import Tensor, nn
from torch.nn import functional as F

from models.networks.enveloped import EnvelopedTensor
from models.networks.radial import polynomial_envelope
from models.networks.tensor_net import TensorLayer
from models.potentials import dynamics, force_field
from models.potentials.pair import CUTOFF, PairPotential, ball
from tests.bench.pairs import Row, flags, report
from tests.bench.stopwatch import compared

BAR, AIM = 1.1, 0.2
BATCH, ATOMS, BURST = 4, 13, 50


class Layer(nn.Module):
    """One equivariant layer of e3nn's modules, with the paths of one of ours."""

    def __init__(self, like: TensorLayer) -> None:
        super().__init__()
        conv = like.convolution
        irreps = like.irreps_out
        scalars = o3.Irreps([each for each in irreps if each.ir.l == 0])
        gated = o3.Irreps([each for each in irreps if each.ir.l > 0])
        gates = o3.Irreps(f"{gated.num_irreps}x0e")
        acts = [F.silu if each.ir.p == 1 else torch.tanh for each in scalars]
        self.gate = Gate(scalars, acts, gates, [torch.sigmoid], gated)
        self.own = o3.Linear(conv.irreps_in, self.gate.irreps_in)
        self.product = o3.TensorProduct(
            conv.irreps_in, conv.irreps_harmonics, conv.between, list(conv.instructions), shared_weights=False
        )
        self.mix = o3.Linear(conv.between.simplify(), self.gate.irreps_in)
        self.h = FullyConnectedNet([8, 8, self.product.weight_numel], F.silu)
        self.neighbors = conv.neighbors

    def forward(self, f: Tensor, y: Tensor, radial: Tensor, source: Tensor, target: Tensor) -> Tensor:
        messages = self.product(f[source], y, self.h(radial))
        total = messages.new_zeros(len(f), messages.shape[1]).index_add(0, target, messages)
        out: Tensor = self.gate(self.own(f) + self.mix(total / self.neighbors**0.5))
        return out


class Alone(nn.Module):
    """The scene's network, put together from e3nn alone."""

    def __init__(self, like: EnvelopedTensor) -> None:
        super().__init__()
        self.irreps = like.irreps_harmonics
        self.embedding = nn.Linear(1, like.hidden)
        layers = [each for each in like.layers if isinstance(each, TensorLayer)]
        self.layers = nn.ModuleList(Layer(each) for each in layers)
        self.readout = o3.Linear(layers[-1].irreps_out, like.irreps_out)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        b, n, _ = x.shape
        graph = force_field.neighbors(x, CUTOFF)
        source, target = graph.edges
        flat = x.reshape(-1, 3)
        u = flat[target] - flat[source]
        r = u.norm(dim=1)
        y = o3.spherical_harmonics(self.irreps, u, normalize=True, normalization="component")
        radial = soft_one_hot_linspace(r, 0.0, CUTOFF, 8, basis="gaussian", cutoff=False)
        radial = radial * 8**0.5 * polynomial_envelope(r, CUTOFF)[:, None]
        f = self.embedding(x.new_ones(b * n, 1))
        for layer in self.layers:
            f = layer(f, y, radial, source, target)
        out = self.readout(f)
        return out[:, 0].reshape(b, n), out[:, 1:4].reshape(b, n, 3)


def trained(model: nn.Module, device: str) -> Callable[[], None]:
    """One step of Adam on random clusters, the loss of the scene."""
    model = model.to(device)
    adam = torch.optim.Adam(model.parameters(), lr=1e-4)
    noise = np.random.default_rng(0).standard_normal((BATCH, ATOMS, 3))
    start = torch.tensor(ball(ATOMS) + 0.05 * noise).float().to(device)
    energy, f = start.new_zeros(BATCH), torch.zeros_like(start)

    def step() -> None:
        x = start.clone().requires_grad_()
        each, direct = model(x)
        (slope,) = torch.autograd.grad(each.sum(), x, create_graph=True)
        value = (-slope - f).square().mean() + ((each.sum(1) - energy) / ATOMS).square().mean()
        value = value + (direct - f).square().mean()
        adam.zero_grad()
        value.backward()
        adam.step()

    return step


def dynamical() -> dict[str, Callable[[], object]]:
    """BURST steps of LJ13 by us and by ASE, checked to end at one place."""
    x = dynamics.relaxed(PairPotential(), ball(ATOMS), steps=2000)
    v = dynamics.thermal(x, 0.2, 0)

    def ours() -> np.ndarray:
        *_, last = islice(dynamics.velocity_verlet(PairPotential(), x, v, 0.005), BURST + 1)
        return last.positions

    def theirs() -> np.ndarray:
        atoms = Atoms(f"X{ATOMS}", positions=x, masses=np.ones(ATOMS), calculator=LennardJones(rc=100.0))
        atoms.set_velocities(v)
        VelocityVerlet(atoms, timestep=0.005).run(BURST)
        return np.asarray(atoms.positions)

    np.testing.assert_allclose(ours(), theirs(), atol=1e-9)
    return {"ours": ours, "ASE": theirs}


def main() -> int:
    """Times and ratios of both."""
    parser = flags(__doc__, viewers=0, seconds=0.5, pairs=9)
    parser.add_argument("--device", default="cpu", help="of the training: cpu or cuda")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    learned = force_field.learned("tensor")
    assert isinstance(learned.network, EnvelopedTensor)
    alone = Alone(learned.network)
    sizes = [sum(each.numel() for each in model.parameters()) for model in (learned, alone)]
    assert sizes[0] == sizes[1], f"expected as many weights, got {sizes}"
    ways = {"ours": trained(learned, chosen.device), "e3nn alone": trained(alone, chosen.device)}
    timing = {"pairs": chosen.pairs, "seconds": chosen.seconds}
    rows: list[Row] = compared("training step", ways, {"ours": ("e3nn alone", BAR)}, device=chosen.device, **timing)
    rows += compared(f"{BURST} steps of LJ13", dynamical(), {"ours": ("ASE", AIM)}, device="cpu", **timing)
    return report(chosen, rows, [f"{BATCH} clusters of {ATOMS} atoms, {sizes[0]} weights, {chosen.device}, float32"])


if __name__ == "__main__":
    sys.exit(main())
