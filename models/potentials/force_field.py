"""Energies of atoms and their forces, and networks that learn the potentials of `models/potentials/reference.py`.

    E = sum_i E_i(x),     F_i = - dE / dx_i                                        `forces`, by autograd

E_i is a scalar of atom i, made from distances and angles within a cutoff that ends smoothly; so E does not change when
the cluster is moved, turned or mirrored, its gradient turns along, and forces and torques sum to zero. A force that is
read off a network directly has none of that but the turning: its Jacobian need not be symmetric, and then no energy
exists of which it is the gradient (`asymmetry`). Reduced units throughout. Positions are (.., n, 3): a batch.

Importing this is light; a tensor network brings e3nn, which takes seconds, when it is built (`learned`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import torch
from torch import Tensor, nn

from models.graphs.graph import Graph
from models.networks.geometric import GeometricModel
from models.networks.invariant import Invariant
from models.potentials.pair import CUTOFF

Energies = Callable[[Tensor], Tensor]
"""(.., n, 3) -> E_i (.., n)."""
Network = Literal["tensor", "invariant"]


# --- forces --------------------------------------------------------------------------------------------------------


def forces(energies: Energies, positions: Tensor, *, create_graph: bool = False) -> tuple[Tensor, Tensor]:
    """E_i (.., n) and F = - dE/dx (.., n, 3) by autograd; create_graph: to be differentiated again, in training."""
    x = positions.detach().requires_grad_()
    with torch.enable_grad():
        each = energies(x)
        (gradient,) = torch.autograd.grad(each.sum(), x, create_graph=create_graph)
    return (each if create_graph else each.detach()), -gradient


def net_force(f: Tensor) -> float:
    """|sum_i F_i| / sum_i |F_i|: 0 to rounding where the energy does not notice a translation. (n, 3)."""
    return float(f.sum(0).norm() / f.norm(dim=1).sum().clamp_min(1e-300))


def net_torque(positions: Tensor, f: Tensor) -> float:
    """|sum_i x_i x F_i| / sum_i |x_i| |F_i| about the center: 0 to rounding where E does not notice a rotation."""
    arm = positions - positions.mean(0)
    scale = (arm.norm(dim=1) * f.norm(dim=1)).sum().clamp_min(1e-300)
    return float(torch.linalg.cross(arm, f).sum(0).norm() / scale)


def jacobian(field: Callable[[Tensor], Tensor], positions: Tensor, rows: int = 13, first: int = 0) -> Iterator[Tensor]:
    """J = dF/dx of a force field by autograd, `rows` rows at a time from `first` on: yields (rows, 3 n).

    field: (b, n, 3) -> (b, n, 3), each cluster by itself. Row k comes from a copy of the cluster of its own, so that
    one backward pass gives many rows.
    """
    size = positions.numel()
    for start in range(first, size, rows):
        wanted = torch.arange(start, min(start + rows, size), device=positions.device)
        copies = positions.detach().expand(len(wanted), *positions.shape).clone().requires_grad_()
        f = field(copies).reshape(len(wanted), size)
        chosen = f.gather(1, wanted[:, None]).sum()
        (row,) = torch.autograd.grad(chosen, copies)
        yield row.reshape(len(wanted), size).detach()


def asymmetry(j: Tensor) -> float:
    """lambda = ||J - J^T||_F / (2 ||J||_F): 0 where the force is a gradient. Bigi et al. 2025, arXiv 2412.11569."""
    return float((j - j.T).norm() / (2 * j.norm()).clamp_min(1e-300))


# --- learned potentials --------------------------------------------------------------------------------------------


def neighbors(positions: Tensor, cutoff: float) -> Graph:
    """The clusters of a batch (b, n, 3) as one graph of b n nodes; edges within a cluster and the cutoff."""
    b, n, _ = positions.shape
    with torch.no_grad():
        difference = positions[:, :, None] - positions[:, None]
        near = (difference.square().sum(-1) < cutoff * cutoff) & ~torch.eye(
            n, dtype=torch.bool, device=positions.device
        )
        which, targets, sources = near.nonzero().unbind(1)
    return Graph(torch.stack([sources, targets]) + which * n, b * n)


class LearnedPotential(nn.Module):
    """E_i = scale * s_i + shift from a network's scalar at each atom; and its vector, as a force read off directly.

    network: one input feature, one scalar out. cutoff: of edges and messages. scale, shift: set from the data, so that
    the network's own outputs are of the size of 1; forces have the same scale.
    """

    def __init__(self, network: GeometricModel, cutoff: float = CUTOFF) -> None:
        super().__init__()
        self.network, self.cutoff = network, cutoff
        self.scale: Tensor
        self.shift: Tensor
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("shift", torch.zeros(()))

    def forward(self, positions: Tensor) -> tuple[Tensor, Tensor | None]:
        """(b, n, 3) -> E_i (b, n) and direct forces (b, n, 3), None where the network has no vectors."""
        b, n, _ = positions.shape
        graph = neighbors(positions, self.cutoff)
        out = self.network(positions.new_ones(b * n, 1), positions.reshape(b * n, 3), graph)
        energies = self.scale * out.scalars[:, 0].reshape(b, n) + self.shift
        return energies, None if out.vectors is None else self.scale * out.vectors.reshape(b, n, 3)

    def energies(self, positions: Tensor) -> Tensor:
        """E_i: (b, n, 3) -> (b, n)."""
        each: Tensor = self(positions)[0]
        return each

    def direct(self, positions: Tensor) -> Tensor:
        """Forces that nothing forces to be a gradient: (b, n, 3) -> (b, n, 3). Raises ValueError without vectors."""
        f: Tensor | None = self(positions)[1]
        if f is None:
            raise ValueError("Expected a network with vector outputs, got one without.")
        return f

    def gradient(self, positions: Tensor) -> Tensor:
        """- dE/dx, to be differentiated again: (b, n, 3) -> (b, n, 3)."""
        with torch.enable_grad():
            x = positions if positions.requires_grad else positions.detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.energies(x).sum(), x, create_graph=True)
        return -slope


def learned(network: Network, seed: int = 0, *, hidden: int = 8, layers: int = 2, degree: int = 1) -> LearnedPotential:
    """A network with random weights, on distances alone or on spherical tensors up to the degree; float32.

    Both end by the polynomial envelope at `CUTOFF` and pass through SiLU, so that forces are continuous.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if network == "invariant":
            made: GeometricModel = Invariant(1, hidden, layers, extent=CUTOFF, basis=12, cutoff=CUTOFF)
        else:
            from models.networks.enveloped import EnvelopedTensor

            made = EnvelopedTensor(
                1, hidden, layers, lmax=degree, tensors=max(1, hidden // 2), cutoff=CUTOFF, neighbors=10.0, basis=8
            )
        return LearnedPotential(made)


def loss(model: LearnedPotential, positions: Tensor, energy: Tensor, f: Tensor) -> tuple[Tensor, Tensor]:
    """MSE(F) + MSE(E / n), in the model's scale, and of the direct force where there is one; and the MAE of F.

    positions, f: (b, n, 3), energy: (b). The direct head shares the network and is trained beside, on forces alone.
    """
    x = positions.detach().requires_grad_()
    each, direct = model(x)
    (slope,) = torch.autograd.grad(each.sum(), x, create_graph=True)
    n = positions.shape[1]
    total = ((-slope - f) / model.scale).square().mean()
    total = total + ((each.sum(1) - energy) / (n * model.scale)).square().mean()
    if direct is not None:
        total = total + ((direct - f) / model.scale).square().mean()
    return total, (-slope - f).detach().abs().mean()
