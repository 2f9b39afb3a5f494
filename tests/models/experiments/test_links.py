"""Link prediction: what is hidden is hidden, and the AUC is Mann and Whitney's count over all pairs."""

import pytest
import torch
from scipy.stats import mannwhitneyu

from models.experiments.karate import club
from models.experiments.links import auc, hide, link_training, logits


def counted(positive: torch.Tensor, negative: torch.Tensor) -> float:
    """Every pair compared, ties one half."""
    wins = [1.0 if p > m else 0.5 if p == m else 0.0 for p in positive.tolist() for m in negative.tolist()]
    return sum(wins) / len(wins)


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_the_share_of_pairs_in_order_and_mann_and_whitneys_statistic(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    positive = torch.randint(0, 6, (8,), generator=generator).float() + 1  # with ties
    negative = torch.randint(0, 6, (23,), generator=generator).float()
    assert auc(positive, negative) == pytest.approx(counted(positive, negative), abs=1e-12)
    statistic = float(mannwhitneyu(positive.numpy(), negative.numpy()).statistic)
    assert auc(positive, negative) == pytest.approx(statistic / (8 * 23), abs=1e-12)


def test_the_area_is_1_for_all_above_and_one_half_for_all_equal() -> None:
    assert auc(torch.tensor([3.0, 2.0]), torch.tensor([1.0])) == 1
    assert auc(torch.tensor([1.0]), torch.tensor([3.0, 2.0])) == 0
    assert auc(torch.ones(3), torch.ones(4)) == 0.5


def test_a_tenth_is_hidden_and_nobody_hears_through_it() -> None:
    hiding = hide(club(), 3)
    full = club().adjacency()
    assert hiding.hidden.shape == (2, 8)
    assert hiding.absent.shape == (2, 48)
    assert hiding.known.shape == (2, 561 - 56)
    u, v = hiding.hidden
    assert full[u, v].tolist() == [1.0] * 8
    assert float(hiding.shown[u, v].sum() + hiding.shown[v, u].sum()) == 0
    assert float(full.sum() - hiding.shown.sum()) == 16
    assert float(full[hiding.absent[0], hiding.absent[1]].sum()) == 0
    assert torch.equal(hiding.linked, full[hiding.known[0], hiding.known[1]].float())
    every = torch.cat((hiding.hidden, hiding.absent, hiding.known), dim=1)
    assert len({(a, b) for a, b in every.T.tolist() if a < b}) == 561


def test_the_same_seed_hides_the_same_and_another_hides_others() -> None:
    assert torch.equal(hide(club(), 1).hidden, hide(club(), 1).hidden)
    assert not torch.equal(hide(club(), 1).hidden, hide(club(), 2).hidden)
    with pytest.raises(ValueError, match="holds out some"):
        hide(club(), 1, share=0)


def test_training_ranks_hidden_edges_above_absent_pairs() -> None:
    before, after = [], []
    for seed in range(4):
        hiding = hide(club(), seed)
        first, *_, last = link_training("gcn", 2, seed, hiding, 80)
        assert last.embedding.shape == (34, 2)
        assert last.loss < first.loss
        scores = [logits(last.embedding, pairs) for pairs in (hiding.hidden, hiding.absent)]
        assert last.auc == pytest.approx(counted(*scores), abs=1e-12)
        before.append(first.auc)
        after.append(last.auc)
    assert sum(after) / 4 > 0.65
    assert sum(after) > sum(before)


def test_a_pair_is_scored_by_the_product_of_its_ends() -> None:
    embedding = torch.tensor([[1.0, 2.0], [3.0, -1.0], [0.0, 4.0]])
    assert logits(embedding, torch.tensor([[0, 1], [1, 2]])).tolist() == [1.0, -4.0]


def test_a_loss_that_is_not_finite_ends_the_training() -> None:
    steps = list(link_training("gcn", 1, 0, hide(club(), 0), 10, rate=1e30))
    assert len(steps) < 11
    assert steps[-1].loss != steps[-1].loss or steps[-1].loss == float("inf")
    with pytest.raises(ValueError, match="at least 1"):
        next(link_training("gcn", 0, 0, hide(club(), 0), 1))


def test_a_training_keeps_to_its_device() -> None:
    hiding = hide(club(), 0)
    with torch.device("meta"):  # a tensor that is made without saying where ends in an error
        first, last = link_training("algorithm 4", 2, 0, hiding, 1, device="cpu")
    assert last.embedding.device.type == "cpu"
    assert not torch.equal(first.embedding, last.embedding)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_learns_what_the_cpu_learns() -> None:
    hiding = hide(club(), 0)
    *_, here = link_training("gcn", 2, 0, hiding, 20)
    *_, there = link_training("gcn", 2, 0, hiding, 20, device="cuda")
    torch.testing.assert_close(there.embedding, here.embedding, atol=1e-3, rtol=1e-3)
