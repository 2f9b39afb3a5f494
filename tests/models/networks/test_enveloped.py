"""The enveloped tensor network: what its messages are made of ends at the cutoff, value and slope."""

from __future__ import annotations

import torch
from e3nn.math import soft_one_hot_linspace

from models.networks.enveloped import EnvelopedTensor
from models.networks.radial import polynomial_envelope


def test_radial_functions_are_bumps_under_the_envelope_and_end_with_zero_slope() -> None:
    network = EnvelopedTensor(1, 4, 1, lmax=1, tensors=1, cutoff=1.85, basis=8)
    r = torch.tensor([0.9, 1.3, 1.8, 1.85, 2.4], dtype=torch.float64, requires_grad=True)
    found = network.radial(r)
    assert found.shape == (5, 8)
    bumps = soft_one_hot_linspace(r, 0.0, 1.85, 8, basis="gaussian", cutoff=False) * 8**0.5
    torch.testing.assert_close(found, bumps * polynomial_envelope(r, 1.85)[:, None])
    (slope,) = torch.autograd.grad(found.sum(), r)
    assert float(found[3:].detach().abs().max()) == 0.0
    assert float(slope[3:].abs().max()) == 0.0
    assert float(found[:2].detach().abs().max()) > 0.1
