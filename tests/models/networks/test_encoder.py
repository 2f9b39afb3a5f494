"""Networks in one batch: each is the network it would be alone, and each layer is the paper's."""

import pytest
import torch

from models.graphs.clouds import named_graph
from models.networks.encoder import Encoder, Kind, symmetric
from models.networks.gcn import GCN, GCNLayer
from models.networks.message_passing import Update, propagate

KARATE = named_graph("karate")
A = KARATE.adjacency().float()


def test_gcn_is_the_one_of_kipf_and_welling() -> None:
    encoder = Encoder("gcn", (34, 4, 4, 2), (3, 5))
    for place in range(2):
        one = GCN(34, 4, 4, 2, activation="tanh").eval()
        with torch.no_grad():
            for layer, weight in zip(one.layers, encoder.weights, strict=True):
                assert isinstance(layer, GCNLayer)
                layer.linear.weight.copy_(weight[place, 0].T)
        torch.testing.assert_close(encoder(torch.eye(34), A)[place], one(torch.eye(34), KARATE), atol=1e-6, rtol=1e-5)


def test_algorithm_4_is_the_one_of_message_passing() -> None:
    encoder = Encoder("algorithm 4", (5, 5), (7,))
    features = torch.randn(34, 5, generator=torch.Generator().manual_seed(0))
    w_self, w_neigh = encoder.weights[0][0].detach()
    update = Update(w_self.T, w_neigh.T, torch.zeros(5), "sum", "identity")
    torch.testing.assert_close(encoder(features, A)[0], propagate(KARATE, features, update, 1), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", ["gcn", "algorithm 4"])
def test_a_seed_in_a_batch_is_the_seed_alone(kind: Kind) -> None:
    together = Encoder(kind, (34, 4, 2), range(4))
    assert together(torch.eye(34), A).shape == (4, 34, 2)
    alone = Encoder(kind, (34, 4, 2), (2,))
    torch.testing.assert_close(together(torch.eye(34), A)[2], alone(torch.eye(34), A)[0])
    assert [tuple(w.shape[2:]) for w in together.weights] == [(34, 4), (4, 2)]
    assert not torch.equal(together.weights[0][0], together.weights[0][1])


def test_weights_are_within_glorots_bound_and_fill_it() -> None:
    weight = Encoder("gcn", (34, 4), (0, 1, 2)).weights[0]
    bound = (6 / 38) ** 0.5
    assert 0.95 * bound < float(weight.detach().abs().max()) <= bound * (1 + 1e-6)  # float32


@pytest.mark.parametrize("kind", ["gcn", "algorithm 4"])
def test_new_ids_renumber_the_scores_and_change_nothing_else(kind: Kind) -> None:
    encoder = Encoder(kind, (3, 4, 2), (1,)).double()
    features = torch.randn(34, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    order = torch.randperm(34, generator=torch.Generator().manual_seed(2))
    moved = encoder(features[order], A.double()[order][:, order])
    torch.testing.assert_close(moved[0], encoder(features, A.double())[0, order], atol=1e-12, rtol=1e-12)


def test_the_symmetric_matrix_has_the_largest_eigenvalue_1() -> None:
    assert float(torch.linalg.eigvalsh(symmetric(A.double()))[-1]) == pytest.approx(1, abs=1e-12)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="two widths"):
        Encoder("gcn", (34,), (0,))
    with pytest.raises(ValueError, match="at least one seed"):
        Encoder("gcn", (34, 2), ())
    with pytest.raises(ValueError, match="gcn or algorithm 4"):
        Encoder("transformer", (34, 2), (0,))  # type: ignore[arg-type]  # what is refused


@pytest.mark.parametrize("kind", ["gcn", "algorithm 4"])
def test_what_is_computed_lies_where_its_inputs_lie(kind: Kind) -> None:
    encoder = Encoder(kind, (34, 4, 2), (0, 1))
    features = torch.eye(34)
    with torch.device("meta"):  # a tensor that is made without saying where ends in an error
        loss = encoder(features, A).square().mean()
        torch.autograd.backward(loss)
    assert loss.device.type == "cpu"
    assert all(weight.grad is not None and bool(weight.grad.isfinite().all()) for weight in encoder.weights)
