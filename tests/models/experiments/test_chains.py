"""The k-chains: the same to every node's neighborhood, and told apart exactly from the theoretical depth on."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import pytest
import torch

from models.experiments.chains import BOND, COMPARED, depth, k_chain, separating, separation

SEEDS = range(5)  # those of the stage


@pytest.mark.parametrize("k", [1, 2, 5, 8])
def test_both_chains_have_the_same_bonds_and_the_same_angles(k: int) -> None:
    s, c = k_chain(k, "S"), k_chain(k, "C")
    for graph in (s, c):
        assert graph.positions is not None
        assert graph.positions.shape == (k + 2, 3)
        assert graph.edges.shape == (2, 2 * (k + 1))
        torch.testing.assert_close(graph.lengths(), torch.full((2 * (k + 1),), BOND, dtype=torch.float64))
    assert s.edge_set() == c.edge_set()
    if k > 1:  # angles between neighboring bonds; with one middle node the only angle tells
        cosines = []
        for graph in (s, c):
            assert graph.positions is not None
            bonds = graph.positions.diff(dim=0)
            cosines.append((bonds[1:] * bonds[:-1]).sum(dim=1))
        torch.testing.assert_close(*cosines)


def test_the_ends_lie_on_opposite_sides_or_on_the_same() -> None:
    s, c = k_chain(4, "S").positions, k_chain(4, "C").positions
    assert s is not None
    assert c is not None
    assert float(s[0, 0] * s[-1, 0]) < 0 < float(c[0, 0] * c[-1, 0])
    far = [float((x[0] - x[-1]).norm()) for x in (s, c)]
    assert far[0] > far[1]  # so they are no mirror images and no turned copies


@pytest.mark.parametrize(("model", "k"), [("egnn", 4), ("egnn", 5), ("egnn", 6), ("gvp", 4), ("gvp", 5), ("gvp", 6)])
def test_the_signal_begins_exactly_at_the_theoretical_depth(model: str, k: int) -> None:
    begins = depth(model, k)
    assert begins is not None
    before = [separation(model, k, layers, seed) for layers in range(1, begins) for seed in SEEDS]
    at = [separation(model, k, begins, seed) for seed in SEEDS]
    assert max(before) < 1e-12
    assert min(at) > max(1e-10, 10 * max(before))


@pytest.mark.parametrize(("k", "seeds"), [(2, SEEDS), (4, (0, 1))])
def test_linear_messages_need_one_end_to_come_to_the_other(k: int, seeds: Sequence[int]) -> None:
    before = [separation("tensor", k, layers, seed) for layers in range(1, k + 1) for seed in seeds]
    at = [separation("tensor", k, k + 1, seed) for seed in seeds]
    assert depth("tensor", k) == k + 1
    assert max(before) < 1e-7
    assert min(at) > max(1e-7, 10 * max(before))


@pytest.mark.parametrize("k", [4, 6])
def test_distances_alone_never_tell(k: int) -> None:
    assert depth("invariant", k) is None
    assert max(separation("invariant", k, layers, seed) for layers in (1, k + 2) for seed in range(3)) < 1e-12


def test_depths_are_those_of_the_argument() -> None:
    assert [depth("gvp", k) for k in (2, 3, 4, 12)] == [2, 2, 3, 7]
    assert [depth("egnn", k) for k in (2, 3, 4, 12)] == [2, 3, 3, 7]
    assert [depth("tensor", k) for k in (2, 3, 4)] == [3, 4, 5]
    assert set(COMPARED) == {"invariant", "egnn", "gvp", "tensor"}


def test_a_seed_fixes_the_number_and_another_gives_another() -> None:
    for model, layers in (("gvp", 3), ("tensor", 5)):
        again = [separation(model, 4, layers, 1) for _ in range(2)]
        assert again[0] == again[1] != separation(model, 4, layers, 2)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one middle node"):
        k_chain(0, "S")
    with pytest.raises(ValueError, match="shape S or C"):
        k_chain(3, "Z")  # type: ignore[arg-type]  # the name of neither
    with pytest.raises(ValueError, match="Expected a model of"):
        depth("naive", 4)
    with pytest.raises(ValueError, match="at least one layer"):
        separation("tensor", 4, 0, 0)


def _ended(steps: Generator[None, None, float]) -> float:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return float(end.value)


@pytest.mark.parametrize("model", COMPARED)
def test_one_that_gives_way_is_not_disturbed_by_another(model: str) -> None:
    """Two rooms measure at once; one of them wants more layers."""
    one = separating(model, 4, 3, 0)
    for _ in range(4):
        next(one)
    others = [separation(model, 4, 3, 1), separation(model, 4, 6, 2)]
    assert _ended(one) == separation(model, 4, 3, 0)
    assert others == [separation(model, 4, 3, 1), separation(model, 4, 6, 2)]
