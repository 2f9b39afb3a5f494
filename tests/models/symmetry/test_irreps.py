"""Harmonics, Wigner matrices and the split of v w^T, against e3nn, scipy and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from e3nn import o3
from scipy.spatial.transform import Rotation
from torch import Tensor

from models.symmetry import irreps
from models.symmetry.equivariance import random_rotation

DEGREES = range(irreps.HIGHEST + 1)


def directions(count: int = 20, seed: int = 0) -> Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def rotation(seed: int) -> Tensor:
    return random_rotation(torch.Generator().manual_seed(seed))


def part(values: Tensor, degree: int) -> Tensor:
    return values[..., irreps.blocks(irreps.HIGHEST)[degree]]


# --- harmonics -----------------------------------------------------------------------------------------------------


def test_low_degrees_have_their_closed_forms() -> None:
    x, y, z = unit = torch.nn.functional.normalize(directions(), dim=1).T
    got = irreps.harmonics(directions(), 2)
    five = [x * z, x * y, (3 * y * y - 1) / math.sqrt(12), y * z, (z * z - x * x) / 2]
    torch.testing.assert_close(got[:, 0], torch.ones_like(x))
    torch.testing.assert_close(got[:, 1:4], math.sqrt(3) * unit.T)
    torch.testing.assert_close(got[:, 4:], math.sqrt(15) * torch.stack(five, dim=1))


def test_each_block_has_norm_squared_2l_plus_1_for_every_length_of_the_vector() -> None:
    norms = irreps.norms(irreps.harmonics(1e3 * directions(), irreps.HIGHEST), irreps.HIGHEST)
    assert norms.shape == (20, irreps.HIGHEST + 1)
    torch.testing.assert_close(norms**2, torch.tensor([[2.0 * k + 1 for k in DEGREES]] * 20, dtype=torch.float64))


@pytest.mark.parametrize("degree", DEGREES)
def test_the_inversion_keeps_even_degrees_and_flips_odd_ones(degree: int) -> None:
    before, after = (part(irreps.harmonics(x, irreps.HIGHEST), degree) for x in (directions(), -directions()))
    torch.testing.assert_close(after, (-1) ** degree * before)


def test_poles_are_like_every_other_direction() -> None:
    top = irreps.harmonics(torch.tensor([[0.0, 1.0, 0.0]]), irreps.HIGHEST)[0]
    for degree in DEGREES:
        expected = torch.zeros(2 * degree + 1, dtype=torch.float64)
        expected[degree] = math.sqrt(2 * degree + 1)
        torch.testing.assert_close(part(top, degree), expected)


def test_a_neighborhood_is_a_sum_whatever_the_order() -> None:
    x = directions(5)
    summed = irreps.neighborhood(x, 4)
    assert summed.shape == (25,)
    torch.testing.assert_close(summed, irreps.neighborhood(x.flip(0), 4))
    torch.testing.assert_close(summed, irreps.harmonics(x, 4).sum(0))


@pytest.mark.parametrize(("fold", "first"), [(2, 2), (3, 2), (5, 2)])
def test_a_ring_in_the_plane_is_seen_by_degree_2(fold: int, first: int) -> None:
    angle = 2 * torch.pi * torch.arange(fold, dtype=torch.float64) / fold
    ring = torch.stack([angle.sin(), torch.zeros(fold, dtype=torch.float64), angle.cos()], dim=1)
    assert irreps.first_degree(irreps.neighborhood(ring, 6), 6) == first


def test_symmetric_sets_are_first_seen_by_the_degrees_of_their_groups() -> None:
    tetrahedron = torch.tensor([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    octahedron = torch.cat([torch.eye(3), -torch.eye(3)])
    assert irreps.first_degree(irreps.neighborhood(tetrahedron, 6), 6) == 3
    assert irreps.first_degree(irreps.neighborhood(octahedron, 6), 6) == 4
    assert irreps.first_degree(irreps.neighborhood(octahedron, 3), 3) is None


def test_the_surface_of_one_direction_is_a_sum_of_legendre_polynomials_with_peak_1() -> None:
    x, u = directions(1), directions(30, seed=1)
    cosine = (torch.nn.functional.normalize(u, dim=1) @ torch.nn.functional.normalize(x, dim=1).T)[:, 0].numpy()
    expected = sum((2 * k + 1) * np.polynomial.legendre.Legendre.basis(k)(cosine) for k in range(5)) / 25
    values = irreps.neighborhood(x, 4)
    np.testing.assert_allclose(irreps.on_sphere(values, irreps.harmonics(u, 4)).numpy(), expected, atol=1e-13)
    assert float(irreps.on_sphere(values, irreps.harmonics(x, 4))[0]) == pytest.approx(1)


def test_what_has_no_direction_or_no_such_degree_is_refused() -> None:
    with pytest.raises(ValueError, match="point somewhere"):
        irreps.harmonics(torch.zeros(1, 3), 2)
    for degree in (-1, 7):
        with pytest.raises(ValueError, match="degree from 0 to 6"):
            irreps.harmonics(directions(), degree)


# --- Wigner matrices -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mirror", [1, -1])
def test_harmonics_turn_with_the_wigner_matrix(mirror: int) -> None:
    matrix = mirror * rotation(3)
    made = irreps.wigner(matrix, irreps.HIGHEST)
    assert made.shape == (49, 49)
    assert irreps.harmonics_error(directions(), matrix, made) < 1e-13
    assert irreps.harmonics_error(directions(), rotation(4), made) > 0.1  # of another rotation, it is not


def test_wigner_matrices_are_orthogonal_and_multiply_as_rotations_do() -> None:
    a, b = rotation(1), -rotation(2)
    first, second = irreps.wigner(a, 6), irreps.wigner(b, 6)
    torch.testing.assert_close(first @ first.T, torch.eye(49, dtype=torch.float64), atol=1e-13, rtol=0)
    torch.testing.assert_close(irreps.wigner(a @ b, 6), first @ second, atol=1e-13, rtol=0)


@pytest.mark.parametrize("degree", DEGREES)
def test_wigner_matrices_are_those_of_e3nn_to_its_seven_digits(degree: int) -> None:
    block = irreps.blocks(irreps.HIGHEST)[degree]
    got = irreps.wigner(-rotation(7), irreps.HIGHEST)[block, block]
    expected = o3.Irrep(degree, (-1) ** degree).D_from_matrix(-rotation(7))
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("angle", [0.0, 1e-8, math.pi / 2, math.pi])
def test_nothing_is_lost_near_the_poles_of_euler_angles(axis: str, angle: float) -> None:
    matrix = torch.from_numpy(Rotation.from_euler(axis, angle).as_matrix())
    made = irreps.wigner(matrix, 4)
    assert irreps.harmonics_error(directions(), matrix, made) < 1e-13
    torch.testing.assert_close(made[1:4, 1:4], matrix, atol=1e-14, rtol=0)


def test_only_numbers_of_one_degree_mix() -> None:
    made, sizes = irreps.wigner(rotation(5), 4), [1, 3, 5, 7, 9]
    assert irreps.off_block(made, sizes) < 1e-14
    assert irreps.block_sizes(made) == sizes
    assert irreps.mixing(made, sizes) == irreps.INSIDE
    assert irreps.mixing(torch.eye(25, dtype=torch.float64), sizes) == irreps.NOT
    assert irreps.mixing(torch.ones(25, 25), sizes) == irreps.ACROSS
    assert irreps.off_block(torch.ones(2, 2), [1, 1]) == pytest.approx(math.sqrt(0.5))


def test_a_quaternion_is_scipys_of_any_length() -> None:
    for q in ((0.36, -0.27, 0.45, 0.77), (0.0, 0.0, 0.0, 2.0), (3.0, 0.0, 0.0, 0.0)):
        np.testing.assert_allclose(irreps.rotation_of(q).numpy(), Rotation.from_quat(q).as_matrix(), atol=1e-15)


def test_what_is_no_rotation_or_no_matrix_of_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="changes lengths"):
        irreps.wigner(2 * torch.eye(3), 2)
    with pytest.raises(ValueError, match="9 rows and columns"):
        irreps.off_block(torch.eye(8), irreps.PARTS)
    with pytest.raises(ValueError, match="got zero"):
        irreps.rotation_of((0, 0, 0, 0))


# --- the product of two vectors ------------------------------------------------------------------------------------


def test_the_three_parts_are_dot_cross_and_the_traceless_rest() -> None:
    v, w = directions(2)
    made = irreps.split(v, w)
    torch.testing.assert_close(made.scalar + made.antisymmetric + made.traceless, torch.outer(v, w))
    assert made.dot == pytest.approx(float(v @ w))
    torch.testing.assert_close(made.cross, torch.linalg.cross(v, w))
    torch.testing.assert_close(made.antisymmetric, -made.antisymmetric.T)
    torch.testing.assert_close(made.traceless, made.traceless.T)
    assert float(torch.trace(made.traceless)) == pytest.approx(0, abs=1e-14)


def test_the_change_of_basis_is_that_of_e3nns_3j_symbols_and_orthogonal() -> None:
    basis = irreps.change_of_basis()
    torch.testing.assert_close(basis @ basis.T, torch.eye(9, dtype=torch.float64), atol=1e-14, rtol=0)
    for l, size in enumerate(irreps.PARTS):  # noqa: E741
        symbols = o3.wigner_3j(1, 1, l, dtype=torch.float64).reshape(9, size).T * math.sqrt(size)
        torch.testing.assert_close(basis[irreps.blocks(2)[l]], symbols, atol=1e-7, rtol=0)


def test_the_nine_numbers_begin_with_dot_and_cross() -> None:
    v, w = directions(2, seed=3)
    nine = irreps.change_of_basis() @ torch.outer(v, w).flatten()
    assert float(nine[0]) == pytest.approx(float(v @ w) / math.sqrt(3))
    torch.testing.assert_close(nine[1:4], torch.linalg.cross(v, w) / math.sqrt(2))


@pytest.mark.parametrize("mirror", [1, -1])
def test_the_nine_numbers_turn_in_three_blocks(mirror: int) -> None:
    matrix = mirror * rotation(11)
    made = irreps.product_representation(matrix)
    assert irreps.off_block(made, irreps.PARTS) < 1e-14
    assert irreps.block_sizes(made) == [1, 3, 5]
    assert irreps.off_block(torch.kron(matrix, matrix), irreps.PARTS) > 0.3  # not so without Q
    torch.testing.assert_close(made[1:4, 1:4], torch.linalg.det(matrix) * matrix)
    torch.testing.assert_close(made[4:, 4:], irreps.wigner(matrix, 2)[4:, 4:])


def test_a_cross_product_is_a_pseudovector() -> None:
    v, w = directions(2, seed=5)
    for matrix in (-torch.eye(3), torch.diag(torch.tensor([-1.0, 1, 1])), rotation(2), -rotation(2)):
        assert irreps.parity_error(v, w, matrix) < 1e-14
    assert irreps.parity_error(v, w, 2 * torch.eye(3)) > 1  # the check can fail: 4 v x w against 16 v x w
    before, after = irreps.split(v, w).cross, irreps.split(-v, -w).cross
    torch.testing.assert_close(after, before, atol=0, rtol=0)
