"""The EGNN with a ReLU on its vectors: rotations and reflections give it away, translations do not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.broken import BrokenEGNN
from models.egnn import EGNN
from models.graph import radius_graph
from models.symmetry import ErrorSummary, Kind, equivariance_error, random_transforms
from models.zoo import build


def cloud(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(20, 4, generator=generator).to(dtype), torch.randn(20, 3, generator=generator).to(dtype)


def errors(kind: Kind, dtype: torch.dtype, seed: int) -> dict[str, ErrorSummary]:
    features, positions = cloud(dtype)
    model = build("broken", seed=seed, features=4, dtype=dtype)
    return equivariance_error(
        lambda x: model(features, x, radius_graph(x, 1.55)), positions, random_transforms(kind, 64, seed=seed)
    )


@pytest.mark.parametrize("kind", ["rotation", "reflection"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_turning_the_room_breaks_it(kind: Kind, dtype: torch.dtype, seed: int) -> None:
    assert errors(kind, dtype, seed)["vectors"].mean >= 1e-2


@pytest.mark.parametrize(("dtype", "bar"), [(torch.float32, 1e-4), (torch.float64, 1e-11)])
def test_moving_the_room_does_not(dtype: torch.dtype, bar: float) -> None:
    assert errors("translation", dtype, seed=0)["vectors"].maximum <= bar


def test_differs_from_the_sound_network_in_the_relu_alone() -> None:
    features, positions = cloud(torch.float64)
    graph = radius_graph(positions, 1.55)
    sound, broken = (build(name, seed=3, features=4, layers=1, dtype=torch.float64) for name in ("egnn", "broken"))
    assert isinstance(sound, EGNN)
    assert isinstance(broken, BrokenEGNN)
    straight, clipped = sound(features, positions, graph).vectors, broken(features, positions, graph).vectors
    assert straight is not None
    assert clipped is not None
    assert torch.equal(clipped, torch.relu(straight))
    assert bool((straight < 0).any())
