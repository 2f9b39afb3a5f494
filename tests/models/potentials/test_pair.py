"""Pair potentials in NumPy: the energies of the torch ones, and the forces of their autograd."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import numpy as np
import pytest
import torch
from torch import Tensor

from models.potentials.force_field import forces
from models.potentials.pair import Ending, Pair, PairPotential, ball
from models.potentials.reference import lennard_jones, morse


class Closed(Protocol):
    """An energy in closed form with an ending of its own."""

    def __call__(self, positions: Tensor, ending: Ending) -> Tensor: ...


@pytest.mark.parametrize("ending", ["none", "hard", "smooth"])
@pytest.mark.parametrize(("pair", "energy"), [("lj", lennard_jones), ("morse", morse)])
def test_energies_and_forces_are_those_of_autograd(pair: Pair, energy: Closed, ending: Ending) -> None:
    x = ball(20) + 0.05 * np.random.default_rng(0).standard_normal((20, 3))
    each, f = PairPotential(pair, ending)(x)
    asked, g = forces(partial(energy, ending=ending), torch.tensor(x))
    np.testing.assert_allclose(each, asked.numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(f, g.numpy(), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("n", [4, 13, 20, 32])
def test_a_ball_has_n_atoms_about_one_spacing_apart(n: int) -> None:
    x = ball(n)
    assert x.shape == (n, 3)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
    apart = np.linalg.norm(x[:, None] - x, axis=-1)[~np.eye(n, dtype=bool)]
    assert 1.0 < apart.min() < 1.15


def test_a_cutoff_is_positive() -> None:
    with pytest.raises(ValueError, match="positive, finite cutoff"):
        PairPotential(cutoff=0.0)
