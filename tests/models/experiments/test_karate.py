"""The karate club: 33 of 34 from two labels in nearly every seed, and the best line found by an independent search."""

import networkx as nx
import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from torch import Tensor

from models.experiments.karate import (
    APART,
    LABELLED,
    MEMBERS,
    across,
    best_line,
    club,
    factions,
    node_training,
    untrained,
    widths,
)


def test_the_club_is_zacharys() -> None:
    assert (club().nodes, club().edges.shape) == (34, (2, 156))
    named = nx.karate_club_graph().nodes(data="club")
    assert [("Mr. Hi", "Officer")[side] for side in factions().tolist()] == [name for _, name in named]
    assert factions()[list(LABELLED)].tolist() == [0, 1]


def test_from_two_labels_33_of_34_are_right_in_19_of_20_seeds() -> None:
    first, *_, last = node_training("gcn", 3, range(20), 300)
    assert (first.step, last.step) == (0, 300)
    assert last.scores.shape == (20, MEMBERS, 2)
    accuracy = last.right.sum(dim=1)
    assert int((accuracy >= 33).sum()) >= 19
    assert float(last.loss.max()) < 0.01 < float(first.loss.min())


def test_a_seed_learns_in_a_batch_what_it_learns_alone() -> None:
    *_, together = node_training("gcn", 3, range(5), 40)
    *_, alone = node_training("gcn", 3, (4,), 40)
    torch.testing.assert_close(together.scores[4], alone.scores[0], atol=1e-4, rtol=1e-4)


def test_the_loss_asks_about_the_two_labeled_members_alone() -> None:
    first = next(node_training("algorithm 4", 2, (3,), 1))
    scores = first.scores[0].double()
    log = scores - scores.exp().sum(dim=1, keepdim=True).log()
    assert float(first.loss) == pytest.approx(-float(log[0, 0] + log[33, 1]) / 2, rel=1e-5)


def test_a_training_whose_loss_is_not_finite_ends() -> None:
    steps = list(node_training("algorithm 4", 1, (0,), 20, rate=3e37))
    assert len(steps) < 21
    assert not bool(steps[-1].loss.isfinite().all())
    assert all(bool(step.loss.isfinite().all()) for step in steps[:-1])


def test_random_weights_already_part_the_factions_in_most_seeds_and_never_without_edges() -> None:
    def right(links: Tensor | None) -> list[int]:
        return [best_line(points, factions()).right for points in untrained("gcn", 3, range(20), links)]

    with_edges, without = right(None), right(torch.zeros(MEMBERS, MEMBERS))
    assert sum(count >= APART for count in with_edges) > 10
    assert max(without) < APART
    assert np.median(with_edges) > np.median(without) + 5


def parted(points: Tensor, classes: Tensor) -> bool:
    """Whether a line with every point strictly on its side exists, by linear programming."""
    sign = 1 - 2 * classes.double()
    rows = sign[:, None] * torch.cat((points.double(), torch.ones(len(points), 1, dtype=torch.float64)), dim=1)
    found = linprog(np.zeros(3), A_ub=-rows.numpy(), b_ub=-np.ones(len(points)), bounds=[(None, None)] * 3)
    return bool(found.status == 0)


@pytest.mark.parametrize("seed", range(12))
def test_a_line_with_all_points_right_exists_where_linear_programming_finds_one(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    classes = torch.arange(9) % 2
    points = torch.randn(9, 2, generator=generator) + classes[:, None] * 0.35 * seed
    assert (best_line(points, classes).right == 9) is parted(points, classes)


@pytest.mark.parametrize("seed", range(6))
def test_no_line_in_many_directions_is_better_and_the_one_given_is_as_good_as_said(seed: int) -> None:
    generator = torch.Generator().manual_seed(100 + seed)
    points = torch.randn(12, 2, generator=generator, dtype=torch.float64)
    classes = torch.randint(0, 2, (12,), generator=generator)
    found = best_line(points, classes)

    def right(normal: Tensor, offset: float) -> int:
        above = (points @ normal > offset).long()
        agreed = int((above == classes).sum())
        return max(agreed, 12 - agreed)

    assert right(torch.tensor(found.normal, dtype=torch.float64), found.offset) == found.right
    best = 0
    for angle in torch.linspace(0, torch.pi, 721, dtype=torch.float64):
        normal = torch.stack((angle.cos(), angle.sin()))
        along = (points @ normal).sort().values
        best = max(best, *[right(normal, float(c)) for c in (along[1:] + along[:-1]) / 2])
    assert found.right >= best
    assert found.right - best <= 1  # a direction between two of 721 is at most one point better


def test_points_on_one_place_are_not_parted() -> None:
    assert best_line(torch.zeros(4, 2), torch.tensor([0, 1, 0, 0])).right == 3


def test_friends_across_are_counted() -> None:
    assert across(8) == (5, 3)
    assert across(16) == (2, 0)


def test_widths_name_the_network() -> None:
    assert widths(3) == (34, 4, 4, 2)
    assert widths(1) == (34, 2)
    with pytest.raises(ValueError, match="at least 1, got 0"):
        widths(0)


def test_a_training_keeps_to_its_device() -> None:
    with torch.device("meta"):  # a tensor that is made without saying where ends in an error
        first, last = node_training("gcn", 3, (0, 1), 1, device="cpu")
        scores = untrained("gcn", 3, (0,), device="cpu")
    assert (last.scores.device.type, scores.device.type) == ("cpu", "cpu")
    assert not torch.equal(first.scores, last.scores)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_learns_what_the_cpu_learns() -> None:
    *_, here = node_training("gcn", 3, (0, 1), 20)
    *_, there = node_training("gcn", 3, (0, 1), 20, device="cuda")
    torch.testing.assert_close(there.scores, here.scores, atol=1e-3, rtol=1e-3)
