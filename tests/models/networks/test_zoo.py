"""Every registered model: shapes, reproducible weights, float32 and float64, bad names."""

from __future__ import annotations

import pytest
import torch

from models.graphs.graph import on, radius_graph
from models.networks.zoo import MODELS, build


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_model_keeps_the_common_shape(name: str, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(9, 2, generator=generator).to(dtype)
    positions = torch.randn(9, 3, generator=generator).to(dtype)
    model, graph = build(name, features=2, hidden=16, layers=2, outputs=3, dtype=dtype), radius_graph(positions, 2.0)
    prediction = model(features, positions, graph)
    assert prediction.scalars.shape == (9, 3)
    assert prediction.scalars.dtype == dtype
    assert prediction.vectors is None or (prediction.vectors.shape == (9, 3) and prediction.vectors.dtype == dtype)
    assert len(list(model.rounds(features, positions, graph))) == 2


@pytest.mark.parametrize("name", MODELS)
def test_a_seed_fixes_the_weights_in_both_precisions(name: str) -> None:
    one, again, double = build(name, seed=4), build(name, seed=4), build(name, seed=4, dtype=torch.float64)
    other = build(name, seed=5)
    for a, b, c in zip(one.parameters(), again.parameters(), double.parameters(), strict=True):
        assert torch.equal(a, b)
        assert torch.equal(a.double(), c)
    assert any(not torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_the_global_random_state_is_left_alone() -> None:
    before = torch.get_rng_state()
    build("egnn", seed=9)
    assert torch.equal(before, torch.get_rng_state())


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"Expected a model of .*'egnn'.*got 'transformer'"):
        build("transformer")


@pytest.mark.parametrize("name", list(MODELS))
def test_a_model_makes_nothing_beside_its_device(name: str) -> None:
    """On the device `meta`, which computes shapes alone and refuses any tensor that was left on the CPU."""
    positions = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    graph = on(radius_graph(positions, 2.0), "meta")
    made = build(name, features=2).to("meta")(torch.ones(6, 2, device="meta"), positions.to("meta"), graph)
    assert made.scalars.device.type == "meta"
    assert made.scalars.shape == (6, 1)
    assert made.vectors is None or (made.vectors.device.type, made.vectors.shape) == ("meta", (6, 3))


def test_a_tensor_left_on_the_cpu_is_noticed() -> None:
    positions = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    with pytest.raises(RuntimeError, match="device"):
        build("egnn", features=2).to("meta")(torch.ones(6, 2), positions.to("meta"), radius_graph(positions, 2.0))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("name", list(MODELS))
def test_a_gpu_gives_what_the_cpu_gives(name: str) -> None:
    positions = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    graph, features = radius_graph(positions, 2.0), torch.ones(20, 2, dtype=torch.float64)
    model = build(name, features=2, dtype=torch.float64)
    expected = model(features, positions, graph)
    got = model.to("cuda")(features.to("cuda"), positions.to("cuda"), on(graph, "cuda"))
    torch.testing.assert_close(got.scalars.cpu(), expected.scalars, rtol=1e-10, atol=1e-10)
    if expected.vectors is not None and got.vectors is not None:
        torch.testing.assert_close(got.vectors.cpu(), expected.vectors, rtol=1e-10, atol=1e-10)
