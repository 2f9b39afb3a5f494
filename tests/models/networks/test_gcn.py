"""The GCN against its matrix equation and against PyTorch Geometric, and on the karate club."""

from __future__ import annotations

import warnings

import networkx as nx
import pytest
import torch

from models.graphs.graph import Graph
from models.networks.gcn import GCN, GCNLayer


@pytest.fixture
def karate() -> Graph:
    pairs = torch.tensor(list(nx.karate_club_graph().edges()))
    return Graph(torch.cat([pairs, pairs.flip(1)]).T.contiguous(), 34)


def seeded(*widths: int, activation: str = "relu") -> GCN:
    torch.manual_seed(0)
    return GCN(*widths, activation=activation)  # type: ignore[arg-type]  # one of the table's names


def layers_of(model: GCN) -> list[GCNLayer]:
    return [layer for layer in model.layers if isinstance(layer, GCNLayer)]


def test_equals_the_matrix_equation(karate: Graph) -> None:
    model = seeded(3, 5, 2).double()
    h = torch.randn(34, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    a = karate.adjacency() + torch.eye(34, dtype=torch.float64)
    d = torch.diag(a.sum(dim=1).rsqrt())
    first, second = layers_of(model)
    expected = torch.relu(d @ a @ d @ h @ first.linear.weight.T + first.bias)
    expected = d @ a @ d @ expected @ second.linear.weight.T + second.bias
    torch.testing.assert_close(model(h, karate), expected, rtol=1e-12, atol=1e-12)


def test_agrees_with_gcn_conv(karate: Graph) -> None:
    with warnings.catch_warnings():  # importing PyG runs torch.jit.script, which announces that it is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        from torch_geometric.nn import GCNConv
    model = seeded(4, 3)
    conv = GCNConv(4, 3)
    h = torch.randn(34, 4, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        conv.lin.weight.copy_(layers_of(model)[0].linear.weight)
        torch.testing.assert_close(model(h, karate), conv(h, karate.edges), rtol=1e-5, atol=1e-5)


def test_rounds_yield_each_layer_and_end_with_the_output(karate: Graph) -> None:
    model = seeded(34, 4, 4, 2, activation="tanh")
    states = list(model.rounds(torch.eye(34), karate))
    assert [tuple(state.shape) for state in states] == [(34, 4), (34, 4), (34, 2)]
    assert torch.equal(states[-1], model(torch.eye(34), karate))
    assert states[0].abs().max() <= 1  # tanh follows every layer but the last


def test_an_isolated_node_hears_itself_only() -> None:
    model = seeded(3, 2)
    alone = Graph(torch.zeros(2, 0, dtype=torch.int64), 1)
    h = torch.tensor([[1.0, -2.0, 0.5]])
    torch.testing.assert_close(model(h, alone), layers_of(model)[0].linear(h))


def test_two_labels_find_the_factions_of_the_karate_club(karate: Graph) -> None:
    model = seeded(34, 4, 4, 2, activation="tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        optimizer.zero_grad()
        scores = model(torch.eye(34), karate)
        torch.autograd.backward(torch.nn.functional.cross_entropy(scores[[0, 33]], torch.tensor([0, 1])))
        optimizer.step()
    clubs = nx.karate_club_graph().nodes(data="club")
    truth = torch.tensor([0 if club == "Mr. Hi" else 1 for _, club in clubs])
    assert int((model(torch.eye(34), karate).argmax(dim=1) == truth).sum()) >= 33


def test_dropout_acts_in_training_only(karate: Graph) -> None:
    torch.manual_seed(0)
    model = GCN(34, 4, 2, dropout=0.5)
    torch.manual_seed(1)
    assert not torch.equal(model(torch.eye(34), karate), model(torch.eye(34), karate))
    model.eval()
    assert torch.equal(model(torch.eye(34), karate), model(torch.eye(34), karate))


def test_refuses_a_network_without_layers() -> None:
    with pytest.raises(ValueError, match="at least two widths"):
        GCN(34)
