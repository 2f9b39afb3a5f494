"""Networks trained as one are the networks apart; forces turn with the atoms; parameters are matched."""

import pytest
import torch

from models.cartesian_nets import CartesianNets, channels_for, mixed, traceless

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
