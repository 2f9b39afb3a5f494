"""Many networks of equal shape as one: energies of small clusters from scalars, vectors and tensors of degree l <= 2.

    m_i  = 1/sqrt(z) sum_j R_p(r_ij) (h_j (x) Y_p(u_ij))_p          each path p: degrees l1 x l2 -> l3, all up to lmax
    h_i' = gate( W h_i + W' m_i ),    E = sum_i readout(s_i),    F = -dE/dx

A vector is 3 numbers and a tensor a symmetric, traceless 3x3 matrix, so that the products of irreps are dot products
and matrix products and nothing is looked up. Every weight has the model as its first axis, and every product is one
batched matrix product over the models: as many train as fit, at the cost of about one.

The same networks of e3nn's modules can be stacked too: `torch.func.vmap` over `torch.func.grad` goes through e3nn 0.6
on torch 2.13, eager and scripted (spherical harmonics, TensorProduct, Linear, Gate), forces within 5e-7 of one model
after the other, and through the gradient of a loss of forces. One function stops it, the radial basis `smooth_finite`
of `soft_one_hot_linspace`, an autograd.Function without `setup_context`. Cost decides instead. Milliseconds of CPU for
a loss of forces and its gradient, batch 8, equal layers and channels, 4 models at l = 0, 1, 2 (e3nn's have up to a
third more weights; two cores that were busy, so the ratios count):

    e3nn, one after the other   54    213    485        scripted, its faster mode at l = 0 and 1
    e3nn under vmap             27    109    327
    these                       17     40     80

Messages and gates as Batzner et al., arXiv:2101.03164, parity-even paths alone; lmax = 0 keeps the scalars, with the
same edges, layers and radial functions.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.networks.radial import polynomial_envelope
from models.potentials.clusters import CUTOFF, pairs

PATHS = {0: 1, 1: 4, 2: 11}
"""How many paths l1 x l2 -> l3 there are up to a degree; see `Layer.messages`."""
BASIS, RADIAL, READOUT, NEIGHBORS = 8, 16, 16, 4.3
Features = list[Tensor]
"""Degrees 0 to lmax: (m, b, n, c), (m, b, n, 3, c), (m, b, n, 3, 3, c)."""


def mixed(h: Tensor, weight: Tensor) -> Tensor:
    """Channels by a matrix, each model by its own: (m, ..., c), (m, c, d) -> (m, ..., d)."""
    return torch.bmm(h.flatten(1, -2), weight).reshape(*h.shape[:-1], weight.shape[-1])


def traceless(t: Tensor) -> Tensor:
    """The symmetric, traceless part, degree 2: (..., 3, 3, c) -> (..., 3, 3, c)."""
    symmetric = (t + t.transpose(-3, -2)) / 2
    trace = symmetric.diagonal(dim1=-3, dim2=-2).sum(-1)  # (..., c)
    return symmetric - torch.eye(3, dtype=t.dtype, device=t.device).unsqueeze(-1) * trace[..., None, None, :] / 3


class Layer(nn.Module):
    """h_i' = gate(W h_i + W' m_i) of all models; channels: the same number in each degree."""

    def __init__(self, models: int, lmax: int, channels: int, generator: torch.Generator) -> None:
        super().__init__()
        self.lmax, self.channels = lmax, channels

        def weight(rows: int, columns: int, gain: float = 1.0) -> nn.Parameter:
            values = torch.randn(models, rows, columns, generator=generator, device=generator.device)
            return nn.Parameter(values * gain / math.sqrt(rows))

        self.radial = weight(BASIS, RADIAL)
        self.paths = weight(RADIAL, PATHS[lmax] * channels, 1.6)
        wide = (1 + lmax) * channels  # the scalars and a gate for each channel above them
        self.own = nn.ParameterList([weight(channels, wide if degree == 0 else channels) for degree in range(lmax + 1)])
        self.sent = nn.ParameterList(
            [weight(channels, wide if degree == 0 else channels) for degree in range(lmax + 1)]
        )

    def messages(self, h: Features, u: Tensor, radial: Tensor) -> Features:
        """Sums over the neighbors j of every path. u: (m, b, i, j, 3), radial: (m, b, i, j, basis)."""
        r = mixed(F.silu(mixed(radial, self.radial)), self.paths) / math.sqrt(NEIGHBORS)
        p = torch.split(r, self.channels, dim=-1)  # (m, b, i, j, c) each
        s = h[0].unsqueeze(2)  # (m, b, 1, j, c)
        if self.lmax == 0:
            return [(p[0] * s).sum(3)]
        v = h[1]
        along = torch.einsum("mbijx,mbjxc->mbijc", u, v)
        scalars = (p[0] * s + p[1] * along).sum(3)
        vectors = _outer(p[2] * s, u) + torch.einsum("mbijc,mbjxc->mbixc", p[3], v)
        if self.lmax == 1:
            return [scalars, vectors]
        t = h[2]
        turned = torch.einsum("mbijx,mbjxyc->mbijyc", u, t)  # t u
        scalars = scalars + (p[4] * torch.einsum("mbijy,mbijyc->mbijc", u, turned)).sum(3)
        vectors = vectors + _outer(p[5] * along, u) + (p[6].unsqueeze(4) * turned).sum(3)
        # u (x) (s u + v + t u) in one product, made symmetric and traceless once, after the sum
        other = (
            u.unsqueeze(-1) * (p[7] * s).unsqueeze(4) + p[8].unsqueeze(4) * v.unsqueeze(2) + p[9].unsqueeze(4) * turned
        )
        tensors = torch.einsum("mbijx,mbijyc->mbixyc", u, other)
        tensors = traceless(tensors) + torch.einsum("mbijc,mbjxyc->mbixyc", p[10], t)
        return [scalars, vectors, tensors]

    def forward(self, h: Features, u: Tensor, radial: Tensor) -> Features:
        """Features of the atoms before -> after."""
        sums = self.messages(h, u, radial)
        own, sent = list(self.own), list(self.sent)
        z = [mixed(a, one) + mixed(b, two) for a, b, one, two in zip(h, sums, own, sent, strict=True)]
        scalars, *gates = torch.split(z[0], self.channels, dim=-1)
        opened = [torch.sigmoid(gate) for gate in gates]
        after = [F.silu(scalars)]
        if self.lmax > 0:
            after.append(z[1] * opened[0].unsqueeze(-2))
        if self.lmax > 1:
            after.append(z[2] * opened[1][..., None, None, :])
        return after


def _outer(weights: Tensor, u: Tensor) -> Tensor:
    """sum_j w_ij u_ij: (m, b, i, j, c), (m, b, i, j, 3) -> (m, b, i, 3, c)."""
    return u.transpose(-1, -2) @ weights


class CartesianNets(nn.Module):
    """`models` networks with the same shape and weights of their own: (m, b, n, 3) -> energies (m, b).

    seeds: of the weights, one a model; a model's weights do not depend on which others stand beside it. They are drawn
    on the CPU, the same numbers everywhere; `.to(device)` moves them.
    Raises ValueError for an lmax that is not 0, 1 or 2.
    """

    def __init__(self, seeds: list[int], lmax: int, channels: int, layers: int = 3) -> None:
        super().__init__()
        if lmax not in PATHS:
            raise ValueError(f"Expected lmax 0, 1 or 2, got {lmax}.")
        self.lmax, self.channels = lmax, channels
        made = [self._made(seed, layers) for seed in seeds]
        self.layers = nn.ModuleList([Layer(len(seeds), lmax, channels, torch.Generator()) for _ in range(layers)])
        self.first = nn.Parameter(torch.ones(len(seeds), channels, device="cpu"))
        self.inner = nn.Parameter(torch.empty(len(seeds), channels, READOUT, device="cpu"))
        self.outer = nn.Parameter(torch.empty(len(seeds), READOUT, 1, device="cpu"))
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(torch.cat([one[name] for one in made]))

    def _made(self, seed: int, layers: int) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(seed)
        made: dict[str, Tensor] = {}
        for k in range(layers):
            layer = Layer(1, self.lmax, self.channels, generator)
            made |= {f"layers.{k}.{name}": parameter.data for name, parameter in layer.named_parameters()}
        place = generator.device
        made["first"] = torch.ones(1, self.channels, device=place)
        inner = torch.randn(1, self.channels, READOUT, generator=generator, device=place)
        made["inner"] = inner / math.sqrt(self.channels)
        made["outer"] = torch.randn(1, READOUT, 1, generator=generator, device=place) / READOUT
        return made

    @property
    def size(self) -> int:
        """Numbers that one model learns."""
        return sum(parameter[0].numel() for parameter in self.parameters())

    def forward(self, positions: Tensor) -> Tensor:
        """(m, b, n, 3) -> (m, b)."""
        r, u = pairs(positions)
        envelope = polynomial_envelope(r, CUTOFF).unsqueeze(-1)
        waves = torch.arange(1, BASIS + 1, dtype=r.dtype, device=r.device) * (math.pi / CUTOFF)
        radial = torch.sin(waves * r.unsqueeze(-1)) / r.unsqueeze(-1) * envelope * 2.0
        m, b, n, _ = positions.shape
        h = [self.first[:, None, None].expand(m, b, n, self.channels)]
        h += [positions.new_zeros(m, b, n, *(3,) * degree, self.channels) for degree in range(1, self.lmax + 1)]
        for layer in self.layers:
            h = layer(h, u, radial)
        return mixed(F.silu(mixed(h[0], self.inner)), self.outer).sum((2, 3))

    def forces(self, positions: Tensor, *, learning: bool = False) -> Tensor:
        """-dE/dx, (m, b, n, 3) -> (m, b, n, 3); `learning` keeps the graph, so that a loss of forces has a gradient."""
        x = positions.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self(x).sum(), x, create_graph=learning)
        return -gradient


@lru_cache(maxsize=16)
def channels_for(lmax: int, size: int, layers: int = 3) -> int:
    """The number of channels with which a network of this degree comes closest to so many parameters."""
    two, three, four = (CartesianNets([0], lmax, c, layers).size for c in (2, 3, 4))

    def counted(c: int) -> int:  # a matrix has c c numbers at most, so three sizes tell all
        return two + (c - 2) * (three - two) + (c - 2) * (c - 3) // 2 * (four - 2 * three + two)

    return min(range(2, 97), key=lambda c: abs(counted(c) - size))
