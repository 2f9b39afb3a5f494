"""Frames of small clusters: their forces are the gradient, and the numbers are those the table was made with."""

import pytest
import torch

from models.potentials.clusters import ATOMS, CUTOFF, POTENTIALS, Potential, energies, forces, frames
from models.potentials.reference import lennard_jones, stillinger_weber


@pytest.mark.parametrize("potential", POTENTIALS)
def test_the_forces_are_the_gradient_and_sum_to_nothing(potential: Potential) -> None:
    x, f = frames(potential, 4, 5)
    found = forces(x, potential)
    assert torch.equal(found, f)
    step = torch.zeros_like(x)
    step[:, 1, 2] = 1e-5
    numeric = -(energies(x + step, potential) - energies(x - step, potential)).sum(-1) / 2e-5
    torch.testing.assert_close(found[:, 1, 2], numeric, rtol=1e-6, atol=1e-7)
    assert found.sum(1).abs().max() < 1e-11


def test_the_potentials_are_the_reference_ones() -> None:
    x, _ = frames("lennard-jones", 4, 5)
    assert torch.equal(energies(x, "lennard-jones"), lennard_jones(x, "smooth", CUTOFF))
    assert torch.equal(energies(x, "stillinger-weber"), stillinger_weber(x))


@pytest.mark.parametrize(
    ("potential", "place", "force"),
    [
        ("stillinger-weber", (-0.005440651, -0.494220222, 0.260734584), (-0.08042461, 1.99692806, -0.57546565)),
        ("lennard-jones", (0.286301244, -0.403510041, -0.16950346), (5.54172774, -8.11468845, -7.48164402)),
    ],
)
def test_frames_are_finite_and_those_of_the_sweep(
    potential: Potential, place: tuple[float, ...], force: tuple[float, ...]
) -> None:
    x, f = frames(potential, 4, 5)
    assert x.shape == f.shape == (4, ATOMS, 3)
    again, _ = frames.__wrapped__(potential, 4, 5)
    assert torch.equal(x, again)
    assert f.abs().max() < 100
    # As this code gave them when models/experiments/data/shifts.json was made.
    torch.testing.assert_close(x[2, 3], torch.tensor(place, dtype=torch.float64), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(f[2, 3], torch.tensor(force, dtype=torch.float64), rtol=1e-5, atol=1e-5)
