"""A run layer by layer: the two lines of the proof at every layer, the explosion by sums, and each neighbor's pull."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from models.experiments.trajectory import Layers, decades, layer_errors, pulls_on, spread, trajectory
from models.graphs.graph import Graph, radius_graph
from models.networks.egnn import EGNN, PAPER_GAIN, VISIBLE_GAIN, EGNNLayer
from models.networks.zoo import build
from models.symmetry.equivariance import Kind, Transform, random_transforms

DEPTH = 6


def cloud(n: int = 16) -> Tensor:
    return torch.randn(n, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def complete(n: int) -> Graph:
    return Graph((~torch.eye(n, dtype=torch.bool)).nonzero().T.flip(0).contiguous(), n)


def both(name: str, transform: Transform) -> tuple[Layers, Layers]:
    model = build(name, layers=DEPTH, dtype=torch.float64)
    x, ones = cloud(), torch.ones(16, 1, dtype=torch.float64)
    graph = radius_graph(x, 1.6)
    return trajectory(model, ones, x, graph), trajectory(model, ones, transform.points(x), graph)


def squared(points: Tensor) -> Tensor:
    return (points[:, None] - points[None]).square().sum(dim=-1)


@pytest.mark.parametrize("kind", ["rotation", "reflection", "translation"])
def test_both_lines_of_the_proof_hold_after_every_layer(kind: Kind) -> None:
    """|(R x_u + b) - (R x_v + b)|^2 = |x_u - x_v|^2, hence h' is the same; hence x' becomes R x' + b."""
    (transform,) = random_transforms(kind, 1, seed=3)
    plain, turned = both("egnn", transform)
    assert len(plain) == DEPTH
    for layer, error in enumerate(layer_errors(plain, turned, transform)):
        torch.testing.assert_close(squared(turned.points[layer]), squared(plain.points[layer]), atol=1e-10, rtol=1e-10)
        torch.testing.assert_close(turned.points[layer], transform.points(plain.points[layer]), atol=1e-10, rtol=0)
        assert error.features < 1e-12
        assert error.points is None if layer == 0 else (error.points is not None and error.points < 1e-12)


def test_the_naive_model_parts_at_once_and_the_clipped_one_through_its_points() -> None:
    (transform,) = random_transforms("rotation", 1, seed=3)
    naive = layer_errors(*both("naive", transform), transform)
    assert min(error.features for error in naive) > 1e-2
    assert all(error.points is not None and error.points > 1e-2 for error in naive[1:])
    broken = layer_errors(*both("broken", transform), transform)
    assert broken[1].features < 1e-12  # the first messages were made of points that still turned
    assert broken[1].points is not None
    assert broken[1].points > 1e-2
    assert broken[2].features > 1e-5


def test_a_run_is_the_models_own() -> None:
    x, ones = cloud(), torch.ones(16, 1, dtype=torch.float64)
    graph = radius_graph(x, 1.6)
    for name in ("egnn", "naive"):
        model = build(name, layers=DEPTH, dtype=torch.float64)
        with torch.no_grad():
            made = model(ones, x, graph)
        assert made.vectors is not None
        last = trajectory(model, ones, x, graph).points[-1]
        torch.testing.assert_close(last - x, made.vectors, atol=1e-12, rtol=0)


def explode(nodes: int, aggregation: str, gain: float, seed: int) -> list[float]:
    torch.manual_seed(seed)
    model = EGNN(1, 32, 8, aggregation=aggregation, gain=gain)  # type: ignore[arg-type]  # one of the two names
    x = torch.randn(nodes, 3, generator=torch.Generator().manual_seed(seed))
    run = trajectory(model, torch.ones(nodes, 1), x, complete(nodes))
    return [spread(points) for points in run.points]


@pytest.mark.parametrize("seed", range(2))
def test_sums_over_a_hundred_explode_and_means_with_the_papers_gain_do_not(seed: int) -> None:
    """float32, fully connected, untrained: beyond 1e15 after four layers, not a number after eight."""
    sums = explode(100, "sum", 1.0, seed)
    assert not sums[4] < 1e15
    assert math.isnan(sums[8])
    assert max(explode(100, "mean", PAPER_GAIN, seed)) < 1.5
    assert max(explode(5, "sum", 1.0, seed)) < 5


def test_the_spread_is_numpys_and_keeps_what_is_no_number() -> None:
    x = cloud() * 3 + 5
    by_column = x.numpy() - x.numpy().mean(axis=0)
    assert spread(x) == pytest.approx(np.sqrt(np.mean(by_column**2)))
    assert math.isnan(spread(torch.full((3, 3), math.inf)))
    assert spread(1e30 * x.float()) == pytest.approx(1e30 * spread(x), rel=1e-5)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("aggregation", ["mean", "sum"])
def test_the_pulls_on_a_node_add_up_to_its_step(aggregation: str, normalize: bool) -> None:
    torch.manual_seed(2)
    layer = EGNNLayer(8, aggregation=aggregation, normalize=normalize, gain=VISIBLE_GAIN).double()  # type: ignore[arg-type]
    x, h = cloud(), torch.randn(16, 8, dtype=torch.float64)
    graph = radius_graph(x, 2.5)
    with torch.no_grad():
        _, moved = layer(h, x, graph)
    degrees = torch.bincount(graph.targets, minlength=16)
    for node in degrees.topk(2).indices.tolist():
        heard, pulls = pulls_on(layer, h, x, graph, node)
        assert heard.tolist() == graph.sources[graph.targets == node].tolist()
        assert pulls.shape == (len(heard), 3)
        torch.testing.assert_close(pulls.sum(dim=0), moved[node])
        across = torch.linalg.cross(pulls, x[node] - x[heard])  # along the edge, never across it
        assert float(across.abs().max()) < 1e-12


def test_decades_are_counted_to_the_last_number() -> None:
    assert decades([1.0, 10.0, 1e22, math.nan]) == pytest.approx(22)
    assert decades([math.nan]) is None


def test_runs_of_two_depths_are_not_compared() -> None:
    (transform,) = random_transforms("identity", 1, seed=0)
    run = both("egnn", transform)[0]
    with pytest.raises(ValueError, match="Expected two runs of 6 layers, got one of 5"):
        layer_errors(run, Layers(run.features[:-1], run.points[:-1], run.moved[:-1]), transform)
