"""The geometric vector perceptron against the paper's equations in plain numpy, and its symmetries, kept and broken."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.graphs.graph import Graph, radius_graph
from models.networks.gvp import GVP, GVPConv, GVPLayer, GVPNetwork, VectorNorm, lengths
from models.networks.zoo import build
from models.symmetry.equivariance import (
    Kind,
    Transform,
    equivariance_error,
    permutation_error,
    random_permutation,
    random_transforms,
)

CUTOFF = 1.55
Floats = NDArray[np.float64]


def cloud(n: int = 14, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    positions = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    return torch.randn(n, 4, generator=generator, dtype=torch.float64).to(dtype), positions.to(dtype)


def lanes(n: int, nu: int, rows: int = 7) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    s = torch.randn(rows, n, generator=generator, dtype=torch.float64)
    return s, torch.randn(rows, nu, 3, generator=generator, dtype=torch.float64)


def network(**options: bool) -> GVPNetwork:
    torch.manual_seed(5)
    return GVPNetwork(4, 16, 3, 2, **options)


# --- the paper's equations, one node at a time, in numpy ------------------------------------------------------------


def array(tensor: Tensor) -> Floats:
    return np.asarray(tensor.detach().numpy(), dtype=np.float64)


def sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)


def paper(gvp: GVP, s: Floats, v: Floats, *, gate: bool, activate: bool = True) -> tuple[Floats, Floats]:
    """Algorithm 1 of arXiv:2009.01411 for one node, the gate of arXiv:2106.03843 where asked."""
    w_h, w_mu, w_m, b = (array(t) for t in (gvp.w_h.weight, gvp.w_mu.weight, gvp.w_m.weight, gvp.w_m.bias))
    v_h = np.array([sum(w_h[a, c] * v[c] for c in range(len(v))) for a in range(len(w_h))])
    v_mu = np.array([sum(w_mu[a, c] * v_h[c] for c in range(len(v_h))) for a in range(len(w_mu))])
    s_h = np.array([np.sqrt(row @ row) for row in v_h])
    s_m = w_m @ np.concatenate([s_h, s]) + b
    if not activate:
        return s_m, v_mu
    if gate:
        assert gvp.w_g is not None
        factor = sigmoid(array(gvp.w_g.weight) @ sigmoid(s_m) + array(gvp.w_g.bias))
    else:
        factor = sigmoid(np.array([np.sqrt(row @ row) for row in v_mu]))
    return np.maximum(s_m, 0), np.array([f * row for f, row in zip(factor, v_mu, strict=True)])


def paper_norm(norm: VectorNorm, s: Floats, v: Floats) -> tuple[Floats, Floats]:
    scaled = (s - s.mean()) / np.sqrt(s.var() + 1e-5) * array(norm.scalars.weight) + array(norm.scalars.bias)
    return scaled, v / np.sqrt(np.mean([row @ row for row in v]) + 1e-8)


def paper_layer(layer: GVPLayer, s: Floats, v: Floats, x: Floats, graph: Graph, gate: bool) -> tuple[Floats, Floats]:
    """Section 3.2: messages, their mean, residual and norm, feed-forward, residual and norm."""
    new_s, new_v = [], []
    for i in range(graph.nodes):
        received = []
        for j in graph.sources[graph.targets == i].tolist():
            d = float(np.sqrt((x[i] - x[j]) @ (x[i] - x[j])))
            radial = np.exp(-(((d - np.linspace(0, 5, 16)) / (5 / 15)) ** 2) / 2)
            m_s, m_v = np.concatenate([s[j], radial, s[i]]), np.concatenate([v[j], [(x[i] - x[j]) / d], v[i]])
            for number, gvp in enumerate(layer.conv.gvps):
                assert isinstance(gvp, GVP)
                m_s, m_v = paper(gvp, m_s, m_v, gate=gate, activate=number < 2)
            received.append((m_s, m_v))
        mean_s = np.mean([m for m, _ in received], axis=0) if received else np.zeros_like(s[i])
        mean_v = np.mean([m for _, m in received], axis=0) if received else np.zeros_like(v[i])
        a, b = paper_norm(layer.first, s[i] + mean_s, v[i] + mean_v)
        wide, narrow = layer.feed_forward
        assert isinstance(wide, GVP)
        assert isinstance(narrow, GVP)
        c, d_v = paper(narrow, *paper(wide, a, b, gate=gate), gate=gate, activate=False)
        a, b = paper_norm(layer.second, a + c, b + d_v)
        new_s.append(a)
        new_v.append(b)
    return np.array(new_s), np.array(new_v)


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("activate", [False, True])
@pytest.mark.parametrize(("before", "after"), [((3, 2), (5, 4)), ((2, 4), (3, 1))])
def test_a_perceptron_is_the_papers_algorithm(
    gate: bool, activate: bool, before: tuple[int, int], after: tuple[int, int]
) -> None:
    torch.manual_seed(1)
    gvp = GVP(before, after, activate=activate, vector_gate=gate).double()
    s, v = lanes(*before)
    got_s, got_v = gvp(s, v)
    for row in range(len(s)):
        want_s, want_v = paper(gvp, array(s[row]), array(v[row]), gate=gate, activate=activate)
        np.testing.assert_allclose(array(got_s[row]), want_s, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(array(got_v[row]), want_v, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("gate", [False, True])
def test_the_network_is_the_paper_written_out(gate: bool) -> None:
    model = network(vector_gate=gate).double()
    features, positions = cloud()
    positions[3] = 40.0  # a node without neighbors
    graph = radius_graph(positions, CUTOFF)
    model.basis.centers = torch.linspace(0, 5, 16, dtype=torch.float64)  # without the rounding of float32
    s = array(model.embedding(features))
    v = np.zeros((len(s), model.vectors, 3))
    with torch.no_grad():
        for (h, x), layer in zip(model.rounds(features, positions, graph), model.layers, strict=True):
            assert isinstance(layer, GVPLayer)
            s, v = paper_layer(layer, s, v, array(positions), graph, gate)
            np.testing.assert_allclose(array(h), s, rtol=1e-9, atol=1e-11)
            assert torch.equal(x, positions)
        made = model(features, positions, graph)
    assert made.vectors is not None
    for i in range(graph.nodes):
        want_s, want_v = paper(model.readout, s[i], v[i], gate=False, activate=False)
        np.testing.assert_allclose(array(made.scalars[i]), want_s, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(array(made.vectors[i]), want_v[0], rtol=1e-9, atol=1e-11)


# --- shapes ---------------------------------------------------------------------------------------------------------


def test_every_stage_has_its_documented_shape() -> None:
    gvp = GVP((3, 2), (5, 4), vector_gate=True).double()
    s, v = lanes(3, 2)
    stages = gvp.stages(s, v)
    assert stages.mixed.shape == (7, 4, 3)
    assert stages.lengths.shape == (7, 4)
    assert stages.combined.shape == (7, 4, 3)
    assert stages.total.shape == stages.scalars.shape == (7, 5)
    assert stages.gates is not None
    assert stages.gates.shape == (7, 4)
    assert stages.vectors.shape == (7, 4, 3)
    one_s, one_v = gvp(s[0], v[0])
    assert (one_s.shape, one_v.shape) == ((5,), (4, 3))
    assert lengths(v).shape == (7, 2)
    normed = VectorNorm(3).double()(s, v)
    assert (normed[0].shape, normed[1].shape) == (s.shape, v.shape)


def test_messages_come_back_as_node_lanes() -> None:
    graph = Graph(torch.tensor([[0, 1, 2], [1, 2, 1]]), 4)
    s, v = lanes(3, 2, rows=4)
    edge = lanes(5, 1, rows=3)
    got_s, got_v = GVPConv((3, 2), (5, 1)).double()(s, v, edge, graph)
    assert (got_s.shape, got_v.shape) == ((4, 3), (4, 2, 3))
    assert torch.equal(got_v[3], torch.zeros(2, 3, dtype=torch.float64))


@pytest.mark.parametrize("layers", [1, 3])
def test_the_network_keeps_the_common_shape(layers: int) -> None:
    model = GVPNetwork(4, 16, layers, 2, vectors=5)
    features, positions = cloud(dtype=torch.float32)
    graph = radius_graph(positions, CUTOFF)
    made = model(features, positions, graph)
    assert made.scalars.shape == (14, 2)
    assert made.vectors is not None
    assert made.vectors.shape == (14, 3)
    rounds = list(model.rounds(features, positions, graph))
    assert [(h.shape, x.shape) for h, x in rounds] == [((14, 16), (14, 3))] * layers


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one scalar and one vector"):
        GVP((3, 0), (3, 1))
    with pytest.raises(ValueError, match="at least one layer"):
        GVPNetwork(1, 8, 0)


# --- symmetry -------------------------------------------------------------------------------------------------------


def errors_of(model: nn.Module, kind: Kind, dtype: torch.dtype) -> dict[str, float]:
    features, positions = cloud(dtype=dtype)
    model = model.to(dtype)
    found = equivariance_error(
        lambda x: model(features, x, radius_graph(x.double(), CUTOFF)), positions, random_transforms(kind, 4, 1)
    )
    return {name: summary.maximum for name, summary in found.items()}


@pytest.mark.parametrize("kind", ["rotation", "reflection", "translation"])
@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize(("dtype", "limit"), [(torch.float32, 2e-5), (torch.float64, 5e-14)])
def test_the_network_is_equivariant_to_rounding(kind: Kind, gate: bool, dtype: torch.dtype, limit: float) -> None:
    for name, error in errors_of(network(vector_gate=gate), kind, dtype).items():
        assert error < limit, name


@pytest.mark.parametrize("kind", ["rotation", "reflection"])
def test_a_bias_on_vectors_breaks_it(kind: Kind) -> None:
    found = errors_of(network(vector_bias=True), kind, torch.float64)
    assert found["vectors"] > 0.5
    assert found["scalars"] > 1e-4


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_one_perceptron_turns_with_its_vectors_unless_they_have_a_bias(gate: bool, bias: bool) -> None:
    torch.manual_seed(2)
    gvp = GVP((3, 4), (5, 4), vector_gate=gate, vector_bias=bias).double()
    s, v = lanes(3, 4, rows=1)

    def function(rows: Tensor) -> dict[str, Tensor]:
        scalars, vectors = gvp(s[0], rows)
        return {"scalars": scalars, "vectors": vectors}

    for kind in ("rotation", "reflection"):
        found = equivariance_error(function, v[0], random_transforms(kind, 8, 0))
        for summary in found.values():
            assert (summary.mean > 0.05) if bias else (summary.maximum < 1e-14)


def test_it_is_blind_to_chirality() -> None:
    features, positions = cloud()
    features = torch.ones_like(features)
    mirror = Transform(
        torch.diag(torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)), torch.zeros(3).double(), "reflection"
    )
    model = network().double()
    graph = radius_graph(positions, CUTOFF)
    with torch.no_grad():
        left, right = model(features, positions, graph), model(features, mirror.points(positions), graph)
    torch.testing.assert_close(left.scalars, right.scalars, rtol=1e-12, atol=1e-12)


def test_the_order_of_the_nodes_does_not_matter() -> None:
    model = network().double()
    features, positions = cloud()
    order = random_permutation(14, torch.Generator().manual_seed(4))

    def function(at: Tensor, graph: Graph) -> Tensor:
        assert graph.positions is not None
        scalars: Tensor = model(at, graph.positions, graph).scalars
        return scalars

    graph = radius_graph(positions, CUTOFF)
    assert permutation_error(function, features, graph, order).relative < 1e-12


# --- the inputs that break others -----------------------------------------------------------------------------------


def test_gradients_are_finite_for_points_on_one_place() -> None:
    features, positions = cloud()
    positions[1] = positions[0]
    positions.requires_grad_()
    model = network().double()
    graph = radius_graph(positions.detach(), CUTOFF)
    energy = model(features, positions, graph).scalars.sum()
    (forces,) = torch.autograd.grad(energy, positions, create_graph=True)
    assert torch.isfinite(forces).all()
    (second,) = torch.autograd.grad(forces.square().sum(), positions)  # as training on forces takes it
    assert torch.isfinite(second).all()


def test_vectors_that_are_zero_stay_zero_with_finite_gradients() -> None:
    v = torch.zeros(2, 4, 3, dtype=torch.float64, requires_grad=True)
    s, _ = lanes(3, 4, rows=2)
    gvp = GVP((3, 4), (5, 4)).double()
    scalars, vectors = gvp(s, v)
    assert torch.equal(vectors, torch.zeros(2, 4, 3, dtype=torch.float64))
    _, normed = VectorNorm(3).double()(s, v)
    (gradient,) = torch.autograd.grad(scalars.sum() + vectors.sum() + normed.sum(), v)
    assert torch.isfinite(gradient).all()


def test_lengths_are_exact_and_flat_at_zero() -> None:
    v = torch.tensor([[3.0, 4.0, 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64, requires_grad=True)
    found = lengths(v)
    assert found.tolist() == [5.0, 0.0]
    (gradient,) = torch.autograd.grad(found.sum(), v)
    torch.testing.assert_close(gradient, torch.tensor([[0.6, 0.8, 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64))


def test_the_zoo_knows_it() -> None:
    assert isinstance(build("gvp", layers=2), GVPNetwork)
