"""The reference potentials against ASE, against loops over the papers' pairs and triples, and device and dtype kept."""

from __future__ import annotations

import itertools
import math
from functools import partial

import numpy as np
import pytest
import torch
from ase import Atoms
from ase.calculators.lj import LennardJones
from ase.calculators.morse import MorsePotential
from torch import Tensor

from models.potentials.angles import REACH
from models.potentials.force_field import Energies, forces
from models.potentials.pair import CUTOFF, STEEPNESS, ball
from models.potentials.reference import lennard_jones, morse, pairs, stillinger_weber

FAR = 1e3
ALL: dict[str, Energies] = {
    "lj": lennard_jones,
    "lj smooth": partial(lennard_jones, ending="smooth", cutoff=2.0),
    "lj hard": partial(lennard_jones, ending="hard"),
    "morse smooth": partial(morse, ending="smooth"),
    "stillinger-weber": stillinger_weber,
}


@pytest.fixture(params=list(ALL))
def energies(request: pytest.FixtureRequest) -> Energies:
    return ALL[request.param]


def scattered(n: int, seed: int = 0, noise: float = 0.06) -> Tensor:
    return torch.tensor(ball(n) + noise * np.random.default_rng(seed).standard_normal((n, 3)))


@pytest.mark.parametrize(
    ("energy", "calculator"),
    [
        (lennard_jones, LennardJones(sigma=1.0, epsilon=1.0, rc=FAR)),
        (morse, MorsePotential(epsilon=1.0, r0=1.0, rho0=STEEPNESS, rcut1=FAR, rcut2=FAR + 1)),
    ],
)
def test_lennard_jones_and_morse_are_those_of_ase(energy: Energies, calculator: object) -> None:
    x = scattered(13)
    atoms = Atoms("X13", positions=x.numpy(), calculator=calculator)
    each, f = forces(energy, x)
    assert each.shape == (13,)
    assert float(each.sum()) == pytest.approx(atoms.get_potential_energy(), rel=1e-9)
    np.testing.assert_allclose(f.numpy(), atoms.get_forces(), rtol=1e-9, atol=1e-9)


def test_a_hard_cutoff_is_that_of_ase_which_shifts_each_pair_to_end_at_zero() -> None:
    x = scattered(13)
    atoms = Atoms("X13", positions=x.numpy(), calculator=LennardJones(rc=CUTOFF))
    each, f = forces(ALL["lj hard"], x)
    np.testing.assert_allclose(f.numpy(), atoms.get_forces(), rtol=1e-9, atol=1e-9)
    within = int((torch.pdist(x) < CUTOFF).sum())
    shift = 4 * (CUTOFF**-12 - CUTOFF**-6) * within
    assert float(each.sum()) == pytest.approx(atoms.get_potential_energy() + shift, rel=1e-9)


def envelope(x: float) -> float:
    return 1 - 28 * x**6 + 48 * x**7 - 21 * x**8 if x < 1 else 0.0


def silicon(r: float) -> float:
    return 7.049556277 * (0.6022245584 / r**4 - 1) * math.exp(1 / (r - 1.8)) if r < 1.8 else 0.0


def looped(x: np.ndarray, name: str) -> float:
    """The formulas as they are printed."""
    two = {
        "lj": lambda r: 4 * (r**-12 - r**-6),
        "lj smooth": lambda r: 4 * (r**-12 - r**-6) * envelope(r / 2.0),
        "lj hard": lambda r: 4 * (r**-12 - r**-6) * (r < CUTOFF),
        "morse smooth": lambda r: (math.exp(-12 * (r - 1)) - 2 * math.exp(-6 * (r - 1))) * envelope(r / CUTOFF),
        "stillinger-weber": silicon,
    }[name]
    n, r = len(x), np.linalg.norm(x[:, None] - x, axis=-1)
    total: float = sum(two(float(r[i, j])) for i, j in itertools.combinations(range(n), 2))
    if name == "stillinger-weber":
        for i in range(n):
            for j, k in itertools.combinations([m for m in range(n) if m != i and r[i, m] < 1.8], 2):
                cosine = (x[j] - x[i]) @ (x[k] - x[i]) / (r[i, j] * r[i, k])
                total += 21.0 * (cosine + 1 / 3) ** 2 * math.exp(1.2 / (r[i, j] - 1.8) + 1.2 / (r[i, k] - 1.8))
    return total


@pytest.mark.parametrize("name", list(ALL))
def test_each_energy_of_a_batch_is_the_sum_of_the_papers_pairs_and_triples(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    batch = 0.9 * torch.randn(3, 5, 3, dtype=torch.float64, generator=generator)
    each = ALL[name](batch)
    assert each.shape == (3, 5)
    for found, x in zip(each, batch, strict=True):
        assert float(found.sum()) == pytest.approx(looped(x.numpy(), name), rel=1e-12)
    x = scattered(8, noise=0.1)
    assert float(ALL[name](x).sum()) == pytest.approx(looped(x.numpy(), name), rel=1e-12)


def test_a_pair_of_stillinger_weber_has_the_depth_1_of_the_papers_units() -> None:
    pair = torch.tensor([[0.0, 0.0, 0.0], [2 ** (1 / 6), 0.0, 0.0]], dtype=torch.float64)
    each, f = forces(stillinger_weber, pair)
    assert float(each.sum()) == pytest.approx(-1, abs=1e-6)
    assert float(f.abs().max()) < 1e-6
    ends = torch.tensor([[0.0, 0.0, 0.0], [REACH, 0.0, 0.0]], dtype=torch.float64)
    assert float(forces(stillinger_weber, ends)[1].abs().max()) == 0.0


def test_the_angles_of_stillinger_weber_are_the_middle_atoms() -> None:
    x = torch.tensor([[0.0, 0.0, 0.0], [1.2, 0.0, 0.0], [0.0, 1.2, 0.0]], dtype=torch.float64)  # 1.7 between the ends
    each = stillinger_weber(x)
    g = [math.exp(1.2 / (r - 1.8)) for r in (1.2, 1.2 * 2**0.5)]
    angle = 21 * (1 / 3) ** 2 * g[0] * g[0]
    assert float(each[0]) == pytest.approx(silicon(1.2) + angle, rel=1e-12)


def test_pairs_are_lengths_and_unit_vectors_and_an_atom_is_far_from_itself() -> None:
    x = torch.tensor([[0.0, 0.0, 0.0], [0.0, 3.0, 4.0]], dtype=torch.float64)
    r, u = pairs(x)
    assert r.tolist() == [[1e3, 5.0], [5.0, 1e3]]
    assert u[0, 1].tolist() == [0.0, 0.6, 0.8]
    assert torch.equal(u[1, 0], -u[0, 1])
    assert not u[0, 0].any()


def test_precision_and_device_are_those_of_the_positions(energies: Energies) -> None:
    x = scattered(6)
    each, f = forces(energies, x.float())
    assert each.dtype == f.dtype == torch.float32
    torch.testing.assert_close(each.double(), energies(x), rtol=1e-4, atol=1e-4)
    with torch.device("meta"):  # a tensor that is made without saying where ends in an error
        again, g = forces(energies, x)
    assert (again.device.type, g.device.type) == ("cpu", "cpu")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_gives_what_the_cpu_gives(energies: Energies) -> None:
    x = scattered(13)
    each, f = forces(energies, x)
    there, g = forces(energies, x.to("cuda"))
    torch.testing.assert_close(there.cpu(), each, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(g.cpu(), f, rtol=1e-9, atol=1e-9)
