from __future__ import annotations

import numpy as np
import pytest
import torch

from models.graphs.graph import radius_graph
from models.networks.radial import morse, pair_energy, polynomial_envelope

CUTOFF = 1.5


def test_the_envelope_at_power_six_is_the_published_polynomial() -> None:
    x = torch.linspace(0, 0.999, 50, dtype=torch.float64)
    torch.testing.assert_close(polynomial_envelope(x * CUTOFF, CUTOFF), 1 - 28 * x**6 + 48 * x**7 - 21 * x**8)


@pytest.mark.parametrize("power", [2, 5, 6, 9])
def test_the_envelope_and_two_derivatives_vanish_at_the_cutoff(power: int) -> None:
    r = torch.tensor(CUTOFF * (1 - 1e-9), dtype=torch.float64, requires_grad=True)
    value = polynomial_envelope(r, CUTOFF, power)
    (slope,) = torch.autograd.grad(value, r, create_graph=True)
    (curvature,) = torch.autograd.grad(slope, r)
    assert abs(value.item()) < 1e-12
    assert abs(slope.item()) < 1e-10
    assert abs(curvature.item()) < 1e-5


def test_the_envelope_is_one_at_zero_falls_and_is_exactly_zero_beyond() -> None:
    u = polynomial_envelope(torch.linspace(0, 2 * CUTOFF, 401, dtype=torch.float64), CUTOFF)
    assert u[0] == 1
    assert (u[1:] <= u[:-1] + 1e-13).all()
    assert (u[200:] == 0).all()


def test_morse_has_its_minimum_at_rest_and_is_finite_at_zero() -> None:
    r = torch.tensor([0.0, 0.99, 1.0, 1.01, 30.0], dtype=torch.float64)
    energy = morse(r)
    assert energy[2] == -1
    assert energy[1] > -1 < energy[3]
    assert torch.isfinite(energy).all()
    assert abs(energy[4]) < 1e-20


def energy(x: float, smooth: bool) -> float:
    """Two fixed points and one at x, drawn off to the right until it loses its only neighbor, at the origin."""
    positions = torch.tensor([[0.0, 0.0], [-1.0, 0.0], [x, 0.0]], dtype=torch.float64)
    return pair_energy(positions, radius_graph(positions, CUTOFF), CUTOFF, smooth).item()


def test_a_crossing_jumps_by_phi_with_a_hard_cutoff_and_not_at_all_with_the_envelope() -> None:
    inside, outside = np.nextafter(CUTOFF, 0), np.nextafter(CUTOFF, 9)
    phi = abs(morse(torch.tensor(CUTOFF, dtype=torch.float64)).item())
    assert phi > 0.1
    assert abs(energy(outside, smooth=False) - energy(inside, smooth=False)) == pytest.approx(phi, rel=1e-12)
    assert abs(energy(outside, smooth=True) - energy(inside, smooth=True)) < 1e-12


def test_each_pair_counts_once() -> None:
    positions = torch.tensor([[0.0, 0.0], [1.1, 0.0]], dtype=torch.float64)
    graph = radius_graph(positions, CUTOFF)
    assert pair_energy(positions, graph, CUTOFF, False).item() == pytest.approx(morse(torch.tensor(1.1)).item())


def test_a_point_and_its_image_are_a_pair() -> None:
    positions = torch.zeros(1, 1, dtype=torch.float64)
    graph = radius_graph(positions, CUTOFF, cell=torch.tensor([1.2]))
    assert pair_energy(positions, graph, CUTOFF, False).item() == pytest.approx(morse(torch.tensor(1.2)).item())


def test_forces_are_finite_where_two_points_meet_and_sum_to_zero() -> None:
    positions = torch.tensor([[0.0, 0, 0], [0, 0, 0], [1.2, 0.3, 0]], dtype=torch.float64, requires_grad=True)
    graph = radius_graph(positions, CUTOFF)
    (gradient,) = torch.autograd.grad(pair_energy(positions, graph, CUTOFF, True), positions)
    assert torch.isfinite(gradient).all()
    assert gradient[2].abs().max() > 0.1
    torch.testing.assert_close(gradient.sum(dim=0), torch.zeros(3, dtype=torch.float64))


def test_bad_input_is_refused_with_a_sentence() -> None:
    positions = torch.zeros(2, 3, dtype=torch.float64)
    with pytest.raises(ValueError, match="Expected a positive, finite cutoff, got -1"):
        polynomial_envelope(torch.ones(1), -1.0)
    with pytest.raises(ValueError, match=r"at least 1, got 0"):
        polynomial_envelope(torch.ones(1), 1.0, 0)
    with pytest.raises(ValueError, match=r"shape \(2, dim\), got \(1, 3\)"):
        pair_energy(positions[:1], radius_graph(positions, 1.0), 1.0, True)
