"""Interatomic potentials, given and learned: forces against differences, and what symmetry and a cutoff ask."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from models.potentials import force_field as p
from models.potentials import reference as reference
from models.potentials.angles import REACH
from models.potentials.pair import CUTOFF, PairPotential, ball
from models.symmetry.equivariance import random_rotation


def scattered(n: int, seed: int = 0, noise: float = 0.06) -> Tensor:
    return torch.tensor(ball(n) + noise * np.random.default_rng(seed).standard_normal((n, 3)))


def network(kind: p.Network) -> p.LearnedPotential:
    return p.learned(kind, 3).double()


def single(model: p.LearnedPotential) -> p.Energies:
    model.requires_grad_(False)  # so that an energy is a plain number where positions are
    return lambda x: model.energies(x[None])[0]


FIELDS: dict[str, p.Energies] = {
    "lj": reference.lennard_jones,
    "lj smooth": partial(reference.lennard_jones, ending="smooth"),
    "morse smooth": partial(reference.morse, ending="smooth"),
    "stillinger-weber": reference.stillinger_weber,
    "invariant": single(network("invariant")),
    "tensor": single(network("tensor")),
}


@pytest.fixture(params=list(FIELDS))
def energies(request: pytest.FixtureRequest) -> p.Energies:
    return FIELDS[request.param]


def test_forces_are_minus_the_slope_of_the_energy(energies: p.Energies) -> None:
    x = scattered(8)
    _, f = p.forces(energies, x)
    h = 5e-4
    found = torch.empty_like(f)
    for i, k in itertools.product(range(8), range(3)):
        step = torch.zeros_like(x)
        step[i, k] = h
        # Five points: what is left is rounding, also where the repulsion is steep.
        e = [float(energies(x + s * step).sum().detach()) for s in (-2, -1, 1, 2)]
        found[i, k] = -(e[0] - 8 * e[1] + 8 * e[2] - e[3]) / (12 * h)
    assert float((found - f).norm() / f.norm()) <= 1e-6


def test_forces_and_torques_sum_to_zero_and_turn_with_the_cluster(energies: p.Energies) -> None:
    x = scattered(13)
    each, f = p.forces(energies, x)
    assert p.net_force(f) <= 1e-12
    assert p.net_torque(x, f) <= 1e-12
    turn = random_rotation(torch.Generator().manual_seed(5))
    turned, g = p.forces(energies, x @ turn.T + 2)
    torch.testing.assert_close(turned, each, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(g, f @ turn.T, rtol=1e-9, atol=1e-9 * float(f.abs().max()))


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "lj"])
def test_there_is_no_force_at_and_beyond_the_cutoff(name: str) -> None:
    end = REACH if name == "stillinger-weber" else CUTOFF
    for distance in (end, end + 1e-9, 3 * end):
        pair = torch.tensor([[0.0, 0.0, 0.0], [distance, 0.0, 0.0]], dtype=torch.float64)
        assert float(p.forces(FIELDS[name], pair)[1].abs().max()) == 0.0
    pair[1, 0] = end - 1e-3
    assert float(p.forces(FIELDS[name], pair)[1].abs().max()) < 1e-2


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "lj"])
def test_two_far_copies_have_twice_the_energy(name: str) -> None:
    x = scattered(8)
    one = FIELDS[name](x).sum()
    both = FIELDS[name](torch.cat([x, x + torch.tensor([64.0, 0, 0], dtype=torch.float64)])).sum()
    assert float(both) == pytest.approx(2 * float(one), rel=1e-12)


def test_the_asymmetry_is_zero_for_a_gradient_and_not_for_a_force_read_off() -> None:
    model, x = network("tensor"), scattered(5)
    j = torch.cat(list(p.jacobian(model.gradient, x, rows=4)))
    assert j.shape == (15, 15)
    assert p.asymmetry(j) <= 1e-12
    k = torch.cat(list(p.jacobian(model.direct, x)))
    assert p.asymmetry(k) > 1e-3
    h, column = 1e-5, torch.zeros_like(x)
    column[1, 2] = h
    slope = (model.direct((x + column)[None]) - model.direct((x - column)[None])).flatten() / (2 * h)
    torch.testing.assert_close(k[:, 5], slope, rtol=1e-5, atol=1e-8)
    assert p.asymmetry(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])) == 1.0


def test_a_batch_is_each_cluster_by_itself() -> None:
    model = network("tensor")
    batch = torch.stack([scattered(6, seed) for seed in range(3)])
    each, direct = model(batch)
    assert direct is not None
    assert (each.shape, direct.shape) == ((3, 6), (3, 6, 3))
    torch.testing.assert_close(each[1], model.energies(batch[1:2])[0], rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match="vector outputs"):
        network("invariant").direct(batch)


@pytest.mark.parametrize("kind", ["invariant", "tensor"])
def test_a_few_steps_bring_the_force_error_down(kind: p.Network) -> None:
    truth = PairPotential("lj", "smooth")
    x = torch.stack([scattered(7, seed, 0.04) for seed in range(8)])
    labels = [truth(each.numpy()) for each in x]
    energy = torch.tensor([float(e.sum()) for e, _ in labels]).float()
    f = torch.tensor(np.stack([g for _, g in labels])).float()
    model = p.learned(kind, 1)
    model.scale.copy_(f.std())
    model.shift.copy_(energy.mean() / 7)
    adam = torch.optim.Adam(model.parameters(), lr=1e-2)
    errors = []
    for _ in range(40):
        value, mae = p.loss(model, x.float(), energy, f)
        adam.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
        adam.step()
        errors.append(float(mae))
    assert errors[-1] < 0.5 * errors[0]


@pytest.mark.parametrize("kind", ["invariant", "tensor"])
def test_what_is_computed_lies_where_the_positions_lie(kind: p.Network) -> None:
    model, x = p.learned(kind, 1), torch.stack([scattered(5, seed).float() for seed in range(2)])
    with torch.device("meta"):  # a tensor that is made without saying where ends in an error
        value, mae = p.loss(model, x, x.new_zeros(2), torch.zeros_like(x))
        torch.autograd.backward(value)
        each, f = p.forces(model.energies, x)
        rows = list(p.jacobian(model.gradient, x[0], rows=8))
    assert {found.device.type for found in (value, mae, each, f, *rows)} == {"cpu"}
    grads = [weight.grad for weight in model.parameters() if weight.grad is not None]
    assert all(bool(grad.isfinite().all()) for grad in grads)
    assert any(bool(grad.any()) for grad in grads)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("kind", ["invariant", "tensor"])
def test_a_gpu_gives_what_the_cpu_gives(kind: p.Network) -> None:
    model, x = network(kind), torch.stack([scattered(5, seed) for seed in range(2)])
    value, _ = p.loss(model, x, x.new_zeros(2), torch.zeros_like(x))
    there = x.to("cuda")
    again, _ = p.loss(model.to("cuda"), there, there.new_zeros(2), torch.zeros_like(there))
    torch.testing.assert_close(again.cpu(), value, rtol=1e-10, atol=1e-10)
