"""Ring or chain: the graphs are what they say, the pool is invariant, and Algorithm 4 learns what GCN hardly sees."""

import pytest
import torch

from models.experiments.rings import SEEN, UNSEEN, Classifier, Collection, Pool, ring_training, rings_and_chains


def test_a_ring_has_an_edge_more_than_its_chain_and_no_end() -> None:
    graphs = rings_and_chains((3, 5))
    degree = graphs.adjacency.sum(dim=1)
    assert (graphs.member @ degree).tolist() == [4, 6, 8, 10]  # twice the edges
    assert (graphs.member @ (degree == 1).float()).tolist() == [2, 0, 2, 0]
    assert graphs.member.sum(dim=1).tolist() == [3, 3, 5, 5]
    assert graphs.ring.tolist() == [0, 1, 0, 1]
    assert torch.equal(graphs.adjacency, graphs.adjacency.T)
    with pytest.raises(ValueError, match="at least 3"):
        rings_and_chains((2,))


@pytest.mark.parametrize("pool", ["sum", "mean"])
def test_the_scores_of_a_graph_do_not_depend_on_its_ids_or_its_company(pool: Pool) -> None:
    classifier = Classifier("algorithm 4", 2, (0, 1), pool).double()
    graphs = rings_and_chains((4, 6))
    whole = Collection(graphs.adjacency.double(), graphs.member.double(), graphs.ring)
    scores = classifier(whole)
    assert scores.shape == (2, 4, 2)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(0))
    moved = Collection(whole.adjacency[order][:, order], whole.member[:, order], graphs.ring)
    torch.testing.assert_close(classifier(moved), scores, atol=1e-12, rtol=1e-12)
    alone = rings_and_chains((6,))
    one = Collection(alone.adjacency.double(), alone.member.double(), alone.ring)
    torch.testing.assert_close(classifier(one), scores[:, 2:], atol=1e-12, rtol=1e-12)


def test_algorithm_4_learns_and_gcn_of_three_layers_stays_near_chance() -> None:
    found = {}
    for kind in ("algorithm 4", "gcn"):
        *_, last = ring_training(kind, 3, range(6), "mean", 150)
        assert last.seen.shape == (6, 2 * len(SEEN))
        assert last.unseen.shape == (6, 2 * len(UNSEEN))
        found[kind] = (float(last.seen.float().mean()), float(last.unseen.float().mean()))
    assert found["algorithm 4"][0] == 1
    assert found["algorithm 4"][1] > 0.8
    assert found["gcn"][0] < 0.75


def test_what_cannot_be_built_is_refused_and_a_loss_that_is_not_finite_ends_it() -> None:
    with pytest.raises(ValueError, match="sum or mean"):
        Classifier("gcn", 1, (0,), "max")  # type: ignore[arg-type]  # what is refused
    steps = list(ring_training("gcn", 1, (0,), "sum", 10, rate=3e37))
    assert len(steps) < 11
    assert not bool(steps[-1].loss.isfinite().all())


def test_a_training_keeps_to_its_device() -> None:
    with torch.device("meta"):  # a tensor that is made without saying where ends in an error
        first, last = ring_training("algorithm 4", 2, (0, 1), "mean", 1, device="cpu")
    assert (last.seen.device.type, last.unseen.device.type) == ("cpu", "cpu")
    assert not torch.equal(first.loss, last.loss)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_learns_what_the_cpu_learns() -> None:
    *_, here = ring_training("algorithm 4", 2, (0,), "mean", 20)
    *_, there = ring_training("algorithm 4", 2, (0,), "mean", 20, device="cuda")
    torch.testing.assert_close(there.loss, here.loss, atol=1e-3, rtol=1e-3)
