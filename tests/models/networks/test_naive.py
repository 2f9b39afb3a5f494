"""The model on raw coordinates: it fails rotations, reflections and translations, and not permutations."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.graphs.graph import Graph, radius_graph
from models.networks.zoo import build
from models.symmetry.equivariance import Kind, equivariance_error, permutation_error, random_transforms, zone


def cloud(dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(20, 4, generator=generator).to(dtype), torch.randn(20, 3, generator=generator).to(dtype)


@pytest.mark.parametrize("kind", ["rotation", "reflection", "translation"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_fails_every_symmetry_of_space_in_every_precision(kind: Kind, dtype: torch.dtype, seed: int) -> None:
    features, positions = cloud(dtype)
    model = build("naive", seed=seed, features=4, dtype=dtype)
    errors = equivariance_error(
        lambda x: model(features, x, radius_graph(x, 1.55)), positions, random_transforms(kind, 64, seed=seed)
    )
    for output in ("scalars", "vectors"):
        assert errors[output].mean >= 1e-2
        assert zone(errors[output].mean, dtype) == "broken"


def test_repeats_itself_where_nothing_moves() -> None:
    features, positions = cloud()
    model = build("naive", features=4, dtype=torch.float64)
    errors = equivariance_error(
        lambda x: model(features, x, radius_graph(x, 1.55)), positions, random_transforms("identity", 2, seed=0)
    )
    assert errors["scalars"].maximum == errors["vectors"].maximum == 0


def test_commutes_with_renaming_the_nodes() -> None:
    features, positions = cloud()
    model = build("naive", features=4, dtype=torch.float64)

    def scalars(h: Tensor, graph: Graph) -> Tensor:
        assert graph.positions is not None
        return model(h, graph.positions, graph).scalars

    order = torch.randperm(20, generator=torch.Generator().manual_seed(0))
    assert permutation_error(scalars, features, radius_graph(positions, 1.55), order).relative < 1e-13


def test_shapes() -> None:
    features, positions = cloud()
    model = build("naive", features=4, hidden=8, layers=2, outputs=5, dtype=torch.float64)
    graph = radius_graph(positions, 1.55)
    prediction = model(features, positions, graph)
    assert prediction.scalars.shape == (20, 5)
    assert prediction.vectors is not None
    assert prediction.vectors.shape == (20, 3)
    assert [tuple(h.shape) for h, _ in model.rounds(features, positions, graph)] == [(20, 8), (20, 8)]
