"""The reference potentials against loops over pairs and triples, and forces against central differences."""

import itertools
import math

import pytest
import torch

from models.clusters import ATOMS, CUTOFF, GAMMA, LAMBDA, POTENTIALS, REACH, A, B, Potential, energy, forces, frames
from models.radial import polynomial_envelope

X = torch.randn(3, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 0.9


def looped(x: torch.Tensor, potential: Potential) -> float:
    """The formulas as they are printed."""
    n, total = len(x), 0.0
    r = [[float(torch.linalg.vector_norm(x[j] - x[i])) for j in range(n)] for i in range(n)]
    for i, j in itertools.combinations(range(n), 2):
        if potential == "lennard-jones":
            u = float(polynomial_envelope(torch.tensor(r[i][j], dtype=torch.float64), CUTOFF))
            total += 4 * (r[i][j] ** -12 - r[i][j] ** -6) * u
        elif r[i][j] < REACH:
            total += A * (B * r[i][j] ** -4 - 1) * math.exp(1 / (r[i][j] - REACH))
    if potential == "stillinger-weber":
        for i in range(n):
            for j, k in itertools.combinations([m for m in range(n) if m != i and r[i][m] < REACH], 2):
                cosine = float((x[j] - x[i]) @ (x[k] - x[i])) / (r[i][j] * r[i][k])
                weight = math.exp(GAMMA / (r[i][j] - REACH) + GAMMA / (r[i][k] - REACH))
                total += LAMBDA * (cosine + 1 / 3) ** 2 * weight
    return total


@pytest.mark.parametrize("potential", POTENTIALS)
def test_the_energy_is_the_sum_over_pairs_and_triples(potential: Potential) -> None:
    found = energy(X, potential)
    assert found.shape == (3,)
    torch.testing.assert_close(found, torch.tensor([looped(x, potential) for x in X], dtype=torch.float64))


@pytest.mark.parametrize("potential", POTENTIALS)
def test_the_forces_are_the_gradient_and_sum_to_nothing(potential: Potential) -> None:
    x, _ = (part[:2] for part in frames(potential, 4, 5))
    found = forces(x, potential)
    step = torch.zeros_like(x)
    step[:, 1, 2] = 1e-5
    numeric = -(energy(x + step, potential) - energy(x - step, potential)) / 2e-5
    torch.testing.assert_close(found[:, 1, 2], numeric, rtol=1e-6, atol=1e-7)
    assert found.sum(1).abs().max() < 1e-11


def test_frames_are_the_same_for_the_same_seed_and_finite() -> None:
    x, f = frames("stillinger-weber", 4, 5)
    assert x.shape == f.shape == (4, ATOMS, 3)
    again, _ = frames.__wrapped__("stillinger-weber", 4, 5)
    assert torch.equal(x, again)
    assert torch.isfinite(f).all()
    assert f.abs().max() < 100
