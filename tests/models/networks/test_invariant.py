"""The distance-only network: invariant to rounding, and blind where distances are."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.graphs.graph import Graph, radius_graph
from models.networks.invariant import GaussianBasis, Invariant, InvariantLayer
from models.networks.zoo import build
from models.symmetry.equivariance import Kind, equivariance_error, permutation_error, random_transforms


def cloud(n: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    positions = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    return torch.randn(n, 4, generator=generator, dtype=torch.float64).to(dtype), positions.to(dtype)


@pytest.mark.parametrize("kind", ["rotation", "reflection", "translation"])
@pytest.mark.parametrize(("dtype", "bar"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_is_invariant_to_rounding(kind: Kind, dtype: torch.dtype, bar: float) -> None:
    features, positions = cloud(20, dtype)
    model = build("invariant", features=4, dtype=dtype)
    errors = equivariance_error(
        lambda x: model(features, x, radius_graph(x, 1.55)), positions, random_transforms(kind, 64, seed=2)
    )
    assert set(errors) == {"scalars"}  # no vectors: it cannot point
    assert errors["scalars"].maximum <= bar
    assert errors["scalars"].norm > 0.1


def test_sees_distances() -> None:
    features, positions = cloud(8)
    model, graph = build("invariant", features=4, dtype=torch.float64), radius_graph(positions, 10.0)
    one, two = model(features, positions, graph).scalars, model(features, 1.1 * positions, graph).scalars
    assert (one - two).norm() / one.norm() > 1e-4


def test_cannot_tell_chains_that_differ_in_the_far_end() -> None:
    # Joshi et al., the 4-chain: bonds along the chain only, the ends on one side or on both.
    middle = [[0.0, 5.0 * i, 0.0] for i in range(4)]
    one = torch.tensor([[-4.0, -3, 0], *middle, [4, 18, 0]], dtype=torch.float64)
    two = torch.tensor([[4.0, -3, 0], *middle, [4, 18, 0]], dtype=torch.float64)
    bonds = torch.tensor([[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]])
    chain = Graph(torch.cat([bonds, bonds.flip(0)], dim=1), 6)
    ones = torch.ones(6, 1, dtype=torch.float64)
    for layers in (1, 3, 6):
        model = build("invariant", layers=layers, dtype=torch.float64)
        assert torch.equal(model(ones, one, chain).scalars, model(ones, two, chain).scalars)


def test_is_its_formula_node_by_node() -> None:
    torch.manual_seed(3)
    model = Invariant(4, 8, 1).double()
    features, positions = cloud(7)
    graph = radius_graph(positions, 1.5)
    layer = model.layers[0]
    assert isinstance(layer, InvariantLayer)
    h = model.embedding(features)
    expected = []
    for i in range(7):
        received = torch.zeros(8, dtype=torch.float64)
        for j in graph.sources[graph.targets == i].tolist():
            distance = (positions[i] - positions[j]).norm()
            basis = torch.exp(-((distance - model.basis.centers) ** 2) / (2 * (5 / 15) ** 2))
            received = received + (layer.w.weight @ h[j]) * layer.phi_w(basis)
        expected.append(h[i] + layer.phi_h(received))
    ((got, x),) = model.rounds(features, positions, graph)
    torch.testing.assert_close(got, torch.stack(expected), rtol=1e-12, atol=1e-12)
    assert x is positions


def test_gradient_is_finite_where_two_nodes_coincide() -> None:
    features, positions = cloud(5)
    positions[1] = positions[0]
    model, graph = build("invariant", features=4, dtype=torch.float64), radius_graph(positions, 5.0)
    x = positions.requires_grad_()
    (gradient,) = torch.autograd.grad(model(features, x, graph).scalars.sum(), x)
    assert gradient.isfinite().all()
    assert gradient.norm() > 0


def test_commutes_with_renaming_the_nodes() -> None:
    features, positions = cloud(12)
    model = build("invariant", features=4, dtype=torch.float64)

    def scalars(h: Tensor, graph: Graph) -> Tensor:
        assert graph.positions is not None
        return model(h, graph.positions, graph).scalars

    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    assert permutation_error(scalars, features, radius_graph(positions, 1.5), order).relative < 1e-13


def test_basis_is_one_at_its_centers() -> None:
    basis = GaussianBasis(4.0, 5)
    values = basis(torch.arange(5.0))
    assert values.shape == (5, 5)
    assert torch.equal(values.diagonal(), torch.ones(5))
    torch.testing.assert_close(values[0, 1], torch.tensor(-0.5).exp())
