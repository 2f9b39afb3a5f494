"""Networks trained as one are the networks apart; forces turn with the atoms; parameters are matched."""

import pytest
import torch
from e3nn import o3
from e3nn.math import soft_one_hot_linspace
from torch import Tensor, nn
from torch.func import functional_call, grad, stack_module_state, vmap

from models.potentials.cartesian_nets import CartesianNets, channels_for, mixed, traceless

X = torch.randn(2, 3, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
DEGREES = pytest.mark.parametrize("lmax", [0, 1, 2])


@DEGREES
def test_energies_are_invariant_and_forces_turn(lmax: int) -> None:
    nets = CartesianNets([0, 1], lmax, 6).double()
    turn, _ = torch.linalg.qr(torch.randn(3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)))
    assert nets(X).shape == (2, 3)
    torch.testing.assert_close(nets(X @ turn), nets(X), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(nets.forces(X @ turn), nets.forces(X) @ turn, rtol=1e-8, atol=1e-8)
    order = torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(nets.forces(X[:, :, order]), nets.forces(X)[:, :, order], rtol=1e-8, atol=1e-8)


@DEGREES
def test_a_model_is_the_same_alone_and_among_others(lmax: int) -> None:
    both, alone = CartesianNets([0, 1], lmax, 4).double(), CartesianNets([1], lmax, 4).double()
    torch.testing.assert_close(both(X)[1:], alone(X[1:]), rtol=1e-9, atol=1e-12)


def test_nothing_passes_the_cutoff() -> None:
    nets = CartesianNets([0], 2, 4).double()
    pair = torch.tensor([[[[0.0, 0, 0], [2.0001, 0, 0]]]], dtype=torch.float64)
    assert nets.forces(pair).abs().max() == 0


def test_parameters_are_matched_within_a_tenth() -> None:
    sizes = [CartesianNets([0], lmax, channels_for(lmax, 10_000)).size for lmax in (0, 1, 2)]
    assert max(sizes) < 1.1 * min(sizes)
    with pytest.raises(ValueError, match="lmax 0, 1 or 2"):
        CartesianNets([0], 3, 4)


def test_mixing_and_the_traceless_part() -> None:
    h, w = torch.randn(2, 3, 4, 5), torch.randn(2, 5, 6)
    torch.testing.assert_close(mixed(h, w), torch.einsum("mabc,mcd->mabd", h, w))
    t = traceless(torch.randn(2, 3, 3, 4))
    torch.testing.assert_close(t, t.transpose(1, 2))
    assert torch.einsum("mxxc->mc", t).abs().max() < 1e-6


class Products(nn.Module):
    """An energy of e3nn's harmonics and tensor product: (n, 3) -> ()."""

    def __init__(self) -> None:
        super().__init__()
        self.product = o3.FullyConnectedTensorProduct("4x0e + 4x1o", "0e + 1o", "4x0e + 4x1o")
        self.h = nn.Parameter(torch.randn(16))

    def forward(self, x: Tensor) -> Tensor:
        u = x[:, None] - x
        y = o3.spherical_harmonics("0e + 1o", u, normalize=False)
        messages: Tensor = self.product(self.h.expand(*u.shape[:-1], -1), y)
        return (messages * torch.exp(-u.square().sum(-1, keepdim=True))).sum(1).square().sum()


def test_vmap_with_forces_goes_through_e3nn_but_for_one_radial_basis() -> None:
    nets = [Products() for _ in range(2)]
    parameters, buffers = stack_module_state(nets)
    x = X[0, :2].float()

    def energy(parameters: dict[str, Tensor], buffers: dict[str, Tensor], x: Tensor) -> Tensor:
        found: Tensor = functional_call(nets[0], (parameters, buffers), (x,))
        return found

    def size_of_forces(parameters: dict[str, Tensor], buffers: dict[str, Tensor], x: Tensor) -> Tensor:
        found: Tensor = grad(energy, argnums=2)(parameters, buffers, x)
        return found.square().sum()

    stacked = vmap(grad(energy, argnums=2))(parameters, buffers, x)
    apart = torch.stack([grad(net)(one) for net, one in zip(nets, x, strict=True)])
    torch.testing.assert_close(stacked, apart, rtol=1e-4, atol=1e-5)
    slopes = vmap(grad(size_of_forces))(parameters, buffers, x)
    assert slopes["product.weight"].abs().max() > 0
    with pytest.raises(RuntimeError, match="setup_context"):
        vmap(lambda r: soft_one_hot_linspace(r, 0.0, 2.0, 8, basis="smooth_finite", cutoff=True))(torch.ones(2, 1))
