"""The EGNNs that are broken on purpose: rotations and reflections give them away, translations do not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.graphs.graph import Graph, radius_graph
from models.networks.broken import BIAS, CAP, BiasedEGNN, BrokenEGNN, CappedEGNN, first_found
from models.networks.egnn import EGNN
from models.networks.zoo import build
from models.symmetry.equivariance import ErrorSummary, Kind, equivariance_error, random_transforms


def cloud(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(20, 4, generator=generator).to(dtype), torch.randn(20, 3, generator=generator).to(dtype)


NAMES = ("broken", "biased", "capped")


def errors(name: str, kind: Kind, dtype: torch.dtype, seed: int) -> dict[str, ErrorSummary]:
    features, positions = cloud(dtype)
    model = build(name, seed=seed, features=4, dtype=dtype)
    return equivariance_error(
        lambda x: model(features, x, radius_graph(x, 1.55)), positions, random_transforms(kind, 64, seed=seed)
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["rotation", "reflection"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_turning_the_room_breaks_it(name: str, kind: Kind, dtype: torch.dtype, seed: int) -> None:
    assert errors(name, kind, dtype, seed)["vectors"].mean >= 1e-2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("dtype", "bar"), [(torch.float32, 1e-4), (torch.float64, 1e-11)])
def test_moving_the_room_does_not(name: str, dtype: torch.dtype, bar: float) -> None:
    assert errors(name, "translation", dtype, seed=0)["vectors"].maximum <= bar


def test_a_bias_on_vectors_leaves_the_scalars_alone() -> None:
    """It moves all points by the same, and scalars are made of differences."""
    assert errors("biased", "rotation", torch.float64, seed=0)["scalars"].maximum <= 1e-12


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


def test_the_bias_is_all_that_differs() -> None:
    features, positions = cloud(torch.float64)
    graph = radius_graph(positions, 1.55)
    sound, biased = (build(name, seed=3, features=4, layers=2, dtype=torch.float64) for name in ("egnn", "biased"))
    assert isinstance(biased, BiasedEGNN)
    one, other = sound(features, positions, graph), biased(features, positions, graph)
    assert one.vectors is not None
    assert other.vectors is not None
    torch.testing.assert_close(other.vectors - one.vectors, 2 * torch.tensor(BIAS).double().expand(20, 3))
    torch.testing.assert_close(other.scalars, one.scalars)
    assert sum(p.numel() for p in biased.parameters()) == sum(p.numel() for p in sound.parameters()) + 2 * 3


def test_the_first_found_are_the_first_along_the_axes_and_at_most_the_cap() -> None:
    _, positions = cloud(torch.float64)
    graph = radius_graph(positions, 1.55)
    heard = first_found(positions, graph, 3)
    place = positions @ torch.tensor([1, 1 / 16, 1 / 256], dtype=torch.float64)
    for node in range(20):
        mine = graph.targets == node
        assert sorted(place[graph.sources[mine & heard]].tolist()) == sorted(place[graph.sources[mine]].tolist())[:3]
    assert bool((torch.bincount(graph.targets) > 3).any())
    kept = {(int(j), int(i)) for j, i in graph.edges.T[heard]}
    assert any((i, j) not in kept for j, i in kept)  # no longer symmetric, as with a library's cap


def test_under_the_cap_it_is_the_sound_network() -> None:
    features, positions = cloud(torch.float64)
    chain = Graph(torch.tensor([[0, 1, 2, 1], [1, 0, 1, 2]]), 20)
    assert int(torch.bincount(chain.targets).max()) == CAP
    sound, capped = (build(name, seed=3, features=4, dtype=torch.float64) for name in ("egnn", "capped"))
    assert isinstance(capped, CappedEGNN)
    assert torch.equal(capped(features, positions, chain).scalars, sound(features, positions, chain).scalars)
