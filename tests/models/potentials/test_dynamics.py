"""Dynamics: conservation with and without the envelope, ensembles, and what leaves for ASE."""

from __future__ import annotations

import io
from itertools import islice

import numpy as np
import pytest
from ase import Atoms
from ase.io import read

from models.potentials import dynamics as d
from models.potentials.pair import Floats, PairPotential, ball

LJ = PairPotential("lj", "smooth")


@pytest.fixture(scope="module")
def rest() -> Floats:
    return d.relaxed(PairPotential(), ball(13), steps=3000)


def totals(force: d.Force, x: Floats, v: Floats, step: float, count: int) -> Floats:
    return np.array([moment.total for moment in islice(d.velocity_verlet(force, x, v, step), count)])


def test_the_relaxed_icosahedron_is_the_known_minimum(rest: Floats) -> None:
    # -44.326801: Hoare and Pal 1971; the Cambridge Cluster Database.
    assert float(PairPotential()(rest)[0].sum()) == pytest.approx(-44.326801, abs=1e-5)


def test_the_envelope_keeps_the_energy_a_hundred_times_better_than_a_hard_cutoff(rest: Floats) -> None:
    v = d.thermal(rest, 0.28, 0)
    hard, smooth = (
        d.spread(totals(PairPotential("lj", ending), rest, v, 0.005, 1500)) for ending in ("hard", "smooth")
    )
    assert hard >= 100 * smooth


def test_the_error_of_verlet_falls_with_the_square_of_the_step(rest: Floats) -> None:
    v = d.thermal(rest, 0.1, 1)
    coarse = d.spread(totals(LJ, rest, v, 0.01, 400))
    fine = d.spread(totals(LJ, rest, v, 0.005, 800))
    assert 3 < coarse / fine < 5


def test_verlet_goes_back_where_it_came_from(rest: Floats) -> None:
    *_, last = islice(d.velocity_verlet(LJ, rest, d.thermal(rest, 0.2, 2), 0.005), 101)
    *_, back = islice(d.velocity_verlet(LJ, last.positions, -last.velocities, 0.005), 101)
    np.testing.assert_allclose(back.positions, rest, atol=1e-9)


def test_the_precision_is_that_of_the_start(rest: Floats) -> None:
    x = rest.astype(np.float32)
    moment = next(islice(d.velocity_verlet(LJ, x, d.thermal(rest, 0.2, 0).astype(np.float32), 0.005), 3, None))
    assert {each.dtype for each in (moment.positions, moment.velocities, moment.forces)} == {np.dtype(np.float32)}


def test_thermal_velocities_have_the_temperature_and_no_motion_of_the_whole(rest: Floats) -> None:
    v = d.thermal(rest + 3, 0.28, 4)
    moment = d.Moment(rest + 3, v, np.zeros(13), np.zeros((13, 3)))
    assert moment.temperature == pytest.approx(0.28)
    np.testing.assert_allclose(v.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.cross(rest, v).sum(axis=0), 0, atol=1e-12)


def moving(x: Floats, v: Floats) -> d.Moment:
    return d.Moment(x, v, np.zeros(len(x)), np.zeros_like(x))


DIRECTION = np.array([2.0, 1.0, -2.0]) / 3


@pytest.mark.parametrize("seed", range(4))
def test_a_pair_swings_along_its_line_with_half_the_temperature(seed: int) -> None:
    """One degree of freedom: v = +- s u each, and 2 K = 2 s^2 = T."""
    x = np.outer([0.0, 1.2], DIRECTION) + 3
    v = d.thermal(x, 0.28, seed)
    assert d.degrees_of_freedom(x) == 1
    np.testing.assert_allclose(np.cross(v, DIRECTION), 0, atol=1e-12)
    np.testing.assert_allclose(np.abs(v @ DIRECTION), np.sqrt(0.28 / 2), rtol=1e-12)
    np.testing.assert_allclose(v.sum(axis=0), 0, atol=1e-12)
    assert moving(x, v).temperature == pytest.approx(0.28, rel=1e-12)


@pytest.mark.parametrize("steps", [[0.0, 1.0, 2.0], [0.0, 1.16, 2.3, 4.0]])
def test_a_linear_molecule_has_3n_minus_5(steps: list[float]) -> None:
    x = np.outer(steps, DIRECTION) + 3
    freedoms = 3 * len(x) - 5
    assert d.degrees_of_freedom(x) == freedoms
    v = d.thermal(x, 0.4, 1)
    assert np.sum(v * v) == pytest.approx(0.4 * freedoms, rel=1e-12)  # 2 K = f T
    assert moving(x, v).temperature == pytest.approx(0.4, rel=1e-12)
    np.testing.assert_allclose(v.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.cross(x - x.mean(axis=0), v).sum(axis=0), 0, atol=1e-12)
    assert np.linalg.norm(np.cross(v, DIRECTION)) > 0.01  # it bends


def test_velocities_of_a_line_are_drawn_from_all_its_motions() -> None:
    """<v v^T> of 2000 draws is T times the projector on what neither moves nor turns the whole, up to its mean size."""
    x = np.outer([0.0, 1.0, 3.0], DIRECTION)
    arm = x - x.mean(axis=0)
    across = [np.array([1.0, 0.0, 1.0]) / np.sqrt(2), np.array([1.0, -4.0, -1.0]) / np.sqrt(18)]
    kept = [np.tile(axis, (3, 1)).ravel() for axis in np.eye(3)] + [
        np.outer(arm @ DIRECTION, c).ravel() for c in across
    ]
    q, _ = np.linalg.qr(np.array(kept).T)
    drawn = np.array([d.thermal(x, 1.0, seed).ravel() for seed in range(2000)])
    np.testing.assert_allclose(drawn @ q, 0, atol=1e-12)
    covariance = drawn.T @ drawn / len(drawn)
    np.testing.assert_allclose(covariance, np.eye(9) - q @ q.T, atol=0.1)


def test_degrees_of_freedom_do_not_change_with_the_place_or_the_dtype() -> None:
    for n, bent, expected in ((2, 0.0, 1), (3, 0.0, 4), (3, 0.1, 3), (5, 0.0, 10), (5, 0.1, 9)):
        x = np.outer(np.arange(n), DIRECTION) + 3
        x[0] += bent * np.array([1.0, 0.0, 1.0])
        for dtype in (np.float64, np.float32):
            assert d.degrees_of_freedom(x.astype(dtype)) == expected
    assert d.degrees_of_freedom(ball(13)) == 33


def test_without_a_motion_of_its_own_there_is_no_temperature() -> None:
    for x, came in ((np.ones((1, 3)), "got one atom"), (np.ones((3, 3)), "got 3 atoms in one place")):
        assert d.degrees_of_freedom(x) == 0
        with pytest.raises(ValueError, match=came):
            d.thermal(x, 0.2, 0)
        with pytest.raises(ValueError, match=came):
            _ = moving(x, np.zeros_like(x)).temperature


def test_a_temperature_below_zero_is_refused_and_zero_is_rest(rest: Floats) -> None:
    for cold in (-0.1, float("nan")):
        with pytest.raises(ValueError, match="Expected a temperature of 0 or more, got"):
            d.thermal(rest, cold, 0)
    np.testing.assert_array_equal(d.thermal(rest, 0.0, 0), 0)


def test_langevin_holds_the_temperature_of_a_harmonic_well() -> None:
    def well(x: Floats) -> tuple[Floats, Floats]:
        return np.sum(x * x, axis=1) / 2, -x

    start = np.zeros((200, 3))
    run = islice(d.langevin(well, start, start, 0.1, 0.5, 1.0, 0), 200, 600)
    moments = [(np.mean(m.positions**2), np.mean(m.velocities**2)) for m in run]
    found = np.mean(moments, axis=0)  # <x^2> = <v^2> = T
    np.testing.assert_allclose(found, 0.5, rtol=0.05)
    again = next(islice(d.langevin(well, start, start, 0.1, 0.5, 1.0, 0), 300, None))
    same = next(islice(d.langevin(well, start, start, 0.1, 0.5, 1.0, 0), 300, None))
    np.testing.assert_array_equal(again.positions, same.positions)


def test_ase_reads_the_positions_that_leave(rest: Floats) -> None:
    each, f = LJ(rest)
    atoms = read(io.StringIO(d.extended_xyz(rest, each, f)), format="extxyz")
    assert isinstance(atoms, Atoms)
    np.testing.assert_allclose(atoms.positions, rest, atol=1e-11)
    np.testing.assert_allclose(np.asarray(atoms.get_forces()), f, atol=1e-11)
    assert atoms.get_potential_energy() == pytest.approx(float(each.sum()))
    assert atoms.info["units"] == "reduced"
    assert not atoms.pbc.any()
