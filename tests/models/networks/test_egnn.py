"""The EGNN against the paper's equations written out node by node, its symmetries, and the inputs that break others."""

from __future__ import annotations

from typing import Literal

import pytest
import torch
from torch import Tensor, nn

from models.graphs.graph import Graph, radius_graph
from models.networks.egnn import EGNN, PAPER_GAIN, EGNNLayer
from models.networks.mlp import MLP, PairMLP
from models.networks.zoo import build
from models.symmetry.equivariance import (
    Kind,
    equivariance_error,
    permutation_error,
    random_permutation,
    random_transforms,
)

CUTOFF = 1.55


def cloud(n: int = 20, seed: int = 0, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    positions = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    return torch.randn(n, 4, generator=generator, dtype=torch.float64).to(dtype), positions.to(dtype)


def seeded(
    aggregation: Literal["mean", "sum"] = "mean", gain: float = 1.0, normalize: bool = False, tanh: bool = False
) -> EGNN:
    torch.manual_seed(5)
    return EGNN(4, 16, 3, 2, aggregation=aggregation, gain=gain, normalize=normalize, tanh=tanh).double()


# --- the paper's equations, one node and one neighbor at a time ---------------------------------------------------


def silu(x: Tensor) -> Tensor:
    return x / (1 + torch.exp(-x))


def two_layers(mlp: MLP | PairMLP, x: Tensor) -> Tensor:
    (first,), last = mlp.hidden, mlp.last
    assert isinstance(first, nn.Linear)
    return last.weight @ silu(first.weight @ x + first.bias) + last.bias


def paper_layer(layer: EGNNLayer, h: Tensor, x: Tensor, graph: Graph) -> tuple[Tensor, Tensor]:
    """Equations 3 to 6 of arXiv:2102.09844 with the residual of the authors' code, as loops over nodes."""
    new_h, new_x = [], []
    for i in range(graph.nodes):
        m_i, moved = torch.zeros(h.shape[1], dtype=h.dtype), torch.zeros(3, dtype=x.dtype)
        neighbors = graph.sources[graph.targets == i].tolist()
        for j in neighbors:
            r = x[i] - x[j]
            squared = (r[0] ** 2 + r[1] ** 2 + r[2] ** 2).reshape(1)
            m_ij = silu(two_layers(layer.phi_e, torch.cat([h[i], h[j], squared])))
            strength = two_layers(layer.phi_x, m_ij)
            if layer.tanh:
                strength = torch.tanh(strength)
            moved = moved + (r / squared.sqrt() if layer.normalize else r) * strength
            m_i = m_i + m_ij
        c = 1 / len(neighbors) if neighbors and layer.aggregation == "mean" else 1.0
        new_x.append(x[i] + c * moved)
        new_h.append(h[i] + two_layers(layer.phi_h, torch.cat([h[i], m_i])))
    return torch.stack(new_h), torch.stack(new_x)


@pytest.mark.parametrize("aggregation", ["mean", "sum"])
@pytest.mark.parametrize(("normalize", "tanh"), [(False, False), (True, False), (False, True)])
def test_every_layer_is_the_paper_written_out(aggregation: Literal["mean", "sum"], normalize: bool, tanh: bool) -> None:
    model = seeded(aggregation, normalize=normalize, tanh=tanh)
    features, positions = cloud(12)
    positions[7] = 50.0  # a node without neighbors
    graph = radius_graph(positions, CUTOFF)
    h, x = model.embedding(features), positions
    with torch.no_grad():
        for (got_h, got_x), layer in zip(model.rounds(features, positions, graph), model.layers, strict=True):
            assert isinstance(layer, EGNNLayer)
            h, x = paper_layer(layer, h, x, graph)
            torch.testing.assert_close(got_h, h, rtol=1e-12, atol=1e-12)
            torch.testing.assert_close(got_x, x, rtol=1e-12, atol=1e-12)


def test_the_output_is_the_last_round() -> None:
    model = seeded()
    features, positions = cloud()
    graph = radius_graph(positions, CUTOFF)
    *_, (h, x) = model.rounds(features, positions, graph)
    prediction = model(features, positions, graph)
    assert prediction.scalars.shape == (20, 2)
    assert prediction.vectors is not None
    assert prediction.vectors.shape == (20, 3)
    assert torch.equal(prediction.scalars, model.readout(h))
    torch.testing.assert_close(positions + prediction.vectors, x)


# --- symmetry ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rotation", "reflection", "translation"])
@pytest.mark.parametrize(("dtype", "bar"), [(torch.float32, 1e-4), (torch.float64, 1e-11)])
@pytest.mark.parametrize("seed", [0, 1])
def test_is_equivariant_to_rounding(kind: Kind, dtype: torch.dtype, bar: float, seed: int) -> None:
    features, positions = cloud(seed=seed, dtype=dtype)
    model = build("egnn", seed=seed, features=4, layers=4, dtype=dtype)
    errors = equivariance_error(
        lambda x: model(features, x, radius_graph(x, CUTOFF)), positions, random_transforms(kind, 16, seed=seed)
    )
    assert errors["scalars"].maximum <= bar
    assert errors["vectors"].maximum <= bar
    assert errors["vectors"].norm > 0.1  # it moves: an output of zeros would pass any check


def test_displacement_keeps_its_digits_far_from_the_origin() -> None:
    # Multiples of 1/64 stay exact after a shift by 1024: all that could differ is the arithmetic inside the model.
    features, positions = cloud(dtype=torch.float32)
    positions = (64 * positions).round() / 64
    model, graph = build("egnn", features=4, layers=1), radius_graph(positions, CUTOFF)
    near, far = model(features, positions, graph).vectors, model(features, positions + 1024, graph).vectors
    assert near is not None
    assert far is not None
    assert torch.equal(near, far)


def test_commutes_with_renaming_the_nodes() -> None:
    features, positions = cloud()
    model = build("egnn", features=4, dtype=torch.float64)
    order = random_permutation(20, torch.Generator().manual_seed(1))

    def both(h: Tensor, graph: Graph) -> Tensor:
        assert graph.positions is not None
        prediction = model(h, graph.positions, graph)
        assert prediction.vectors is not None
        return torch.cat([prediction.scalars, prediction.vectors], dim=1)

    assert permutation_error(both, features, radius_graph(positions, CUTOFF), order).relative < 1e-13


def test_the_whole_periodic_lattice_may_move_through_its_box() -> None:
    features, positions = cloud(10)
    cell = torch.tensor([4.0, 4.0, 4.0], dtype=torch.float64)
    model = build("egnn", features=4, dtype=torch.float64)
    shifts = radius_graph(positions, CUTOFF, cell=cell).shifts
    assert shifts is not None
    assert bool(shifts.any())  # some edges do cross the boundary
    errors = equivariance_error(
        lambda x: model(features, x, radius_graph(x, CUTOFF, cell=cell)),
        positions,
        random_transforms("translation", 8, seed=0),
    )
    assert errors["vectors"].maximum < 1e-11


# --- the inputs that break others ----------------------------------------------------------------------------------


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_two_nodes_on_one_place_give_finite_numbers_and_gradients(normalize: bool, dtype: torch.dtype) -> None:
    features, positions = cloud(6, dtype=dtype)
    positions[1] = positions[0]
    graph = radius_graph(positions, 3.0)
    assert bool((graph.lengths() == 0).any())
    model = seeded(normalize=normalize).to(dtype)
    x = positions.clone().requires_grad_()
    prediction = model(features, x, graph)
    assert prediction.vectors is not None
    assert prediction.vectors.isfinite().all()
    inputs = [x, *model.layers[0].parameters()]
    gradients = torch.autograd.grad(prediction.scalars.sum() + prediction.vectors.square().sum(), inputs)
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_a_node_without_neighbors_stays_where_it_is() -> None:
    features, positions = cloud(5)
    positions[4] = 100.0
    prediction = build("egnn", features=4, dtype=torch.float64)(features, positions, radius_graph(positions, 4.0))
    assert prediction.vectors is not None
    assert torch.equal(prediction.vectors[4], torch.zeros(3, dtype=torch.float64))
    assert prediction.vectors[0].norm() > 0


def test_the_papers_gain_moves_points_a_thousand_times_less() -> None:
    features, positions = cloud()
    graph = radius_graph(positions, CUTOFF)
    one, small = (seeded(gain=gain)(features, positions, graph).vectors for gain in (1.0, PAPER_GAIN))
    assert one is not None
    assert small is not None
    assert 500 < one.norm() / small.norm() < 2000


def test_refuses_what_it_cannot_do() -> None:
    with pytest.raises(ValueError, match="mean or sum, got 'max'"):
        EGNN(4, aggregation="max")  # type: ignore[arg-type]  # the wrong name is the point
    with pytest.raises(ValueError, match="at least one layer, got 0"):
        EGNN(4, layers=0)
