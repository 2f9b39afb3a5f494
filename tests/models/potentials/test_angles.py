"""Stillinger-Weber in NumPy: the energies of the torch one, and the forces of its autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.potentials.angles import REACH, stillinger_weber
from models.potentials.force_field import forces
from models.potentials.pair import Floats, ball
from models.potentials.reference import stillinger_weber as reference


@pytest.mark.parametrize("n", [2, 3, 4, 13, 20])
@pytest.mark.parametrize(("dtype", "close"), [(np.float64, 1e-12), (np.float32, 1e-4)])
def test_energies_and_forces_are_those_of_autograd(n: int, dtype: type[np.float64 | np.float32], close: float) -> None:
    x: Floats = (ball(n) + 0.1 * np.random.default_rng(n).standard_normal((n, 3))).astype(dtype)
    each, f = stillinger_weber(x)
    asked, g = forces(reference, torch.tensor(x, dtype=torch.float64))
    assert (each.dtype, f.dtype) == (np.dtype(dtype), np.dtype(dtype))
    np.testing.assert_allclose(each, asked.numpy(), rtol=close, atol=close * float(asked.abs().max()))
    np.testing.assert_allclose(f, g.numpy(), rtol=close, atol=close * float(g.abs().max()))


def test_it_ends_at_its_reach_without_a_warning() -> None:
    for length in (np.nextafter(REACH, 0), REACH, 2.5):
        x = np.array([[0.0, 0.0, 0.0], [length, 0.0, 0.0], [0.0, 1.2, 0.0]])
        with np.errstate(all="raise", under="ignore"):
            each, f = stillinger_weber(x)
        assert np.isfinite(each).all()
        np.testing.assert_allclose(f[1], 0, atol=1e-12)
