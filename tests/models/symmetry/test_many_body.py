"""Many-body invariants: the table of pairs, by brute force and by scipy's own alignment."""

from itertools import permutations
from typing import get_args

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from models.symmetry import many_body
from models.symmetry.twins import PairName, pair

SAME, DIFFERENT, NONE = "same", "different", "none"
TABLE: dict[str, tuple[str, str, str, str, str, str]] = {
    "two_body": (SAME, DIFFERENT, NONE, NONE, NONE, NONE),
    "three_body": (SAME, SAME, DIFFERENT, DIFFERENT, DIFFERENT, DIFFERENT),
    "non_chiral": (SAME, SAME, SAME, DIFFERENT, SAME, DIFFERENT),
    "chiral": (SAME, SAME, SAME, SAME, SAME, DIFFERENT),
    "public_non_chiral": (SAME,) * 6,
    "public_chiral": (SAME,) * 6,
}
"""Orders 2, 3, 4, 5, and 4 and 5 with signs; none: there are too few neighbors for one body."""
RMSD = {"non_chiral": 0.69, "chiral": 0.71}
LEVELS = [(2, False), (3, False), (4, False), (5, False), (4, True), (5, True)]
NAMES = get_args(PairName)
EVERY = pytest.mark.parametrize("name", NAMES)


def matched(a: np.ndarray, b: np.ndarray, order: int, signed: bool) -> bool:
    """Whether the multisets are one, by greedy pairing; exact where equality is transitive."""
    left = list(many_body.invariants(b, order, signed=signed))
    for numbers in many_body.invariants(a, order, signed=signed)[:, 0]:
        hit = next((k for k, ways in enumerate(left) if (np.abs(ways - numbers).max(1) < 1e-9).any()), None)
        if hit is None:
            return False
        left.pop(hit)
    return not left


def least_rmsd(a: np.ndarray, b: np.ndarray) -> float:
    """Over every order of the neighbors, by scipy; its rotations are proper."""
    least = min(float(Rotation.align_vectors(a, b[list(p)])[1]) for p in permutations(range(len(b))))
    return least / float(np.sqrt(len(a)))


@EVERY
def test_the_table_of_orders(name: PairName) -> None:
    twins = pair(name)
    for (order, signed), expected in zip(LEVELS, TABLE[name], strict=True):
        found = many_body.compare(twins.a, twins.b, order, signed=signed)
        if expected == NONE:
            assert len(many_body.bodies(len(twins.a), order)) == 0
            continue
        assert found.same == (expected == SAME), (order, signed, found)
        assert found.difference < 1e-12 if found.same else found.difference > 0.5
        assert found.same == matched(twins.a, twins.b, order, signed)


@pytest.mark.filterwarnings("ignore:Optimal rotation is not uniquely:UserWarning")
@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("non_chiral")])
def test_the_least_rmsd_is_scipys(name: PairName) -> None:
    twins = pair(name)
    assert many_body.align(twins.a, twins.b).rmsd == pytest.approx(least_rmsd(twins.a, twins.b), abs=1e-7)


@EVERY
def test_only_the_public_pairs_are_one_cloud_turned(name: PairName) -> None:
    twins = pair(name)
    assert many_body.same_up_to_rotation(twins.a, twins.b) == name.startswith("public")
    assert many_body.same_up_to_rotation(twins.a, twins.b, improper=True) == (
        name == "chiral" or name.startswith("public")
    )


@pytest.mark.parametrize("name", RMSD)
def test_the_repaired_pairs_are_as_far_apart_as_measured(name: PairName) -> None:
    twins = pair(name)
    assert many_body.align(twins.a, twins.b).rmsd == pytest.approx(RMSD[name], abs=0.005)


@pytest.mark.parametrize("name", ["public_non_chiral", "public_chiral"])
def test_the_rotation_that_undoes_a_public_pair_is_proper_and_does(name: PairName) -> None:
    twins = pair(name)
    found = many_body.align(twins.a, twins.b)
    assert np.linalg.det(found.matrix) == pytest.approx(1)
    np.testing.assert_allclose(found.matrix @ found.matrix.T, np.eye(3), atol=1e-14)
    np.testing.assert_allclose(twins.b[list(found.order)] @ found.matrix.T, twins.a, atol=1e-13)
    np.testing.assert_allclose(found.placed, twins.a, atol=1e-13)


def test_the_ring_of_a_public_pair_has_a_mirror_line_and_the_repaired_one_has_none() -> None:
    gaps = {
        name: np.unique(np.round(many_body.reading(pair(name).a[:3], 3), 9)) for name in ("public_chiral", "chiral")
    }
    assert [len(gaps["public_chiral"]), len(gaps["chiral"])] == [2, 3]


@EVERY
@pytest.mark.parametrize(("order", "signed"), LEVELS)
def test_a_rotation_and_another_order_change_no_fingerprint(name: PairName, order: int, signed: bool) -> None:
    a = pair(name).a
    rng = np.random.default_rng(order)
    turned = rng.permutation(a) @ Rotation.random(rng=rng).as_matrix().T
    assert many_body.compare(a, turned, order, signed=signed).difference < 1e-12 * 50  # volumes of order 20
    one, other = (np.sort(many_body.reading(x, order, signed=signed)) for x in (a, turned))
    np.testing.assert_allclose(one, other, atol=1e-11)


def test_a_mirror_is_seen_with_signs_alone() -> None:
    a = np.random.default_rng(1).normal(size=(5, 3))
    mirrored = a * [-1, 1, 1]
    assert not many_body.same_up_to_rotation(a, mirrored)
    assert many_body.same_up_to_rotation(a, mirrored, improper=True)
    for order, signed in LEVELS:
        assert many_body.compare(a, mirrored, order, signed=signed).same == (not signed)
    np.testing.assert_allclose(
        np.sort(many_body.reading(a, 5, signed=True)), np.sort(-many_body.reading(mirrored, 5, signed=True)), atol=1e-12
    )


def test_the_difference_is_the_least_over_all_pairings() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 4, 3))
    one, other = many_body.invariants(a, 3)[:, 0], many_body.invariants(b, 3)
    best = min(
        max(np.abs(other[q] - one[k]).max(1).min() for k, q in enumerate(p)) for p in permutations(range(len(one)))
    )
    assert many_body.compare(a, b, 3).difference == pytest.approx(best, abs=1e-14)


def test_the_order_that_separates() -> None:
    found = {name: many_body.separating_order(pair(name).a, pair(name).b) for name in NAMES}
    assert found == {
        "two_body": (3, False),
        "three_body": (4, False),
        "non_chiral": (5, False),
        "chiral": (5, True),
        "public_non_chiral": None,
        "public_chiral": None,
    }


@pytest.mark.parametrize(
    ("order", "count", "ways", "lengths"), [(2, 6, 1, 1), (3, 15, 2, 3), (4, 20, 6, 6), (5, 15, 24, 10)]
)
def test_shapes(order: int, count: int, ways: int, lengths: int) -> None:
    points = np.random.default_rng(0).normal(size=(6, 3))
    assert many_body.bodies(6, order).shape == (count, order - 1)
    assert many_body.invariants(points, order).shape == (count, ways, lengths)
    assert many_body.reading(points, order).shape == (count,)


def test_what_is_not_a_pair_of_neighborhoods_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        many_body.reading(np.zeros((2, 2)), 2)
    with pytest.raises(ValueError, match="order"):
        many_body.bodies(3, 6)
    with pytest.raises(ValueError, match="one size"):
        many_body.align(np.eye(3), np.eye(3)[:2])
    with pytest.raises(ValueError, match="Expected a pair"):
        pair("four")
    assert many_body.compare(np.eye(3), np.eye(3)[:2], 2).difference == float("inf")
