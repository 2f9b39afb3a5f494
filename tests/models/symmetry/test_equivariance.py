"""The symmetry check itself: fair transforms, right numbers on functions whose error is known, failure on bad ones."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from torch import Tensor

from models.graphs.graph import Graph, radius_graph
from models.symmetry.equivariance import (
    ACTIONS,
    Kind,
    OutputType,
    Sample,
    Transform,
    equivariance_error,
    permutation_error,
    random_permutation,
    random_rotation,
    random_transform,
    random_transforms,
    relative_error,
    samples,
    summarize,
    zone,
)
from models.symmetry.prediction import Prediction


@pytest.fixture
def positions() -> Tensor:
    return torch.randn(10, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


# --- the transforms ------------------------------------------------------------------------------------------------


def test_rotations_are_rotations() -> None:
    generator = torch.Generator().manual_seed(0)
    for _ in range(100):
        r = random_rotation(generator)
        torch.testing.assert_close(r @ r.T, torch.eye(3, dtype=torch.float64), rtol=0, atol=1e-14)
        assert math.isclose(float(torch.linalg.det(r)), 1, abs_tol=1e-13)


def test_rotations_follow_the_haar_measure() -> None:
    generator = torch.Generator().manual_seed(1)
    count = 8000
    r = torch.stack([random_rotation(generator) for _ in range(count)])  # (count, 3, 3)
    traces = r.diagonal(dim1=1, dim2=2).sum(dim=1)
    angles = torch.rad2deg(torch.arccos(((traces - 1) / 2).clamp(-1, 1)))
    # Five standard errors; three uniform Euler angles would give E[(tr R)^2] = 1.25 and Var(R_zz) = 1/2.
    assert abs(float(traces.mean())) < 5 / count**0.5
    assert abs(float(traces.square().mean()) - 1) < 5 * 2**0.5 / count**0.5
    assert abs(float(angles.mean()) - 126.5) < 5 * 37 / count**0.5
    assert abs(float(r[:, 2, 2].var()) - 1 / 3) < 5 * 0.3 / count**0.5


@pytest.mark.parametrize(
    ("kind", "determinant", "moves"),
    [("identity", 1, False), ("rotation", 1, False), ("reflection", -1, False), ("translation", 1, True)],
)
def test_each_kind_does_one_thing(kind: Kind, determinant: float, moves: bool) -> None:
    for transform in random_transforms(kind, 20, seed=2):
        assert transform.kind == kind
        assert transform.determinant == determinant
        assert transform.matrix.dtype == transform.shift.dtype == torch.float64
        assert bool(transform.shift.any()) == moves
        turned = not torch.equal(transform.matrix, torch.eye(3, dtype=torch.float64))
        assert turned == (kind in ("rotation", "reflection"))


def test_transforms_are_reproducible_and_leave_the_global_state_alone() -> None:
    before = torch.get_rng_state()
    one, two = random_transforms("rotation", 3, seed=5), random_transforms("rotation", 3, seed=5)
    assert all(torch.equal(a.matrix, b.matrix) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one[0].matrix, one[1].matrix)
    assert torch.equal(before, torch.get_rng_state())


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected a transform of .*'shear'"):
        random_transform("shear", torch.Generator())  # type: ignore[arg-type]  # the wrong name is the point


def test_points_move_and_vectors_do_not() -> None:
    quarter = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]], dtype=torch.float64)
    transform = Transform(quarter, torch.tensor([10.0, 20, 30], dtype=torch.float64), "rotation")
    x = torch.tensor([[1.0, 2, 3]])
    assert transform.points(x).tolist() == [[8, 21, 33]]
    assert transform.vectors(x).tolist() == [[-2, 1, 3]]
    assert transform.points(x).dtype == torch.float32


def test_a_cross_product_is_a_pseudovector_and_a_triple_product_a_pseudoscalar(positions: Tensor) -> None:
    a, b, c = positions[:3]
    for kind in ("rotation", "reflection"):
        g = random_transforms(kind, 1, seed=0)[0]
        turned = torch.linalg.cross(g.vectors(a), g.vectors(b))
        torch.testing.assert_close(turned, g.pseudovectors(torch.linalg.cross(a, b)))
        torch.testing.assert_close(turned @ g.vectors(c), g.pseudoscalars(torch.linalg.cross(a, b) @ c))


def test_a_float32_point_is_transformed_in_float64() -> None:
    g = random_transforms("rotation", 1, seed=0)[0]
    x = torch.randn(100, 3, generator=torch.Generator().manual_seed(3))
    assert torch.equal(g.points(x), g.points(x.double()).float())


# --- the check on functions whose answer is known ------------------------------------------------------------------


def center(x: Tensor) -> dict[str, Tensor]:
    return {"point": x.mean(dim=0), "vector": x - x.mean(dim=0), "scalar": (x - x.mean(dim=0)).norm(dim=1)}


CENTER: dict[str, OutputType] = {"point": "point", "vector": "vector", "scalar": "scalar"}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_sound_functions_pass(kind: Kind, positions: Tensor) -> None:
    errors = equivariance_error(center, positions, random_transforms(kind, 32, seed=0), CENTER)
    assert set(errors) == set(CENTER)
    for summary in errors.values():
        assert len(summary.samples) == 32
        assert summary.maximum < 1e-12
        assert summary.norm > 0.1


@pytest.mark.parametrize(
    ("claimed", "kind", "function"),
    [
        ("scalar", "rotation", lambda x: x[:, 0]),  # a component is no scalar
        ("scalar", "translation", lambda x: x.norm(dim=1)),  # a distance from the origin of the room
        ("vector", "rotation", lambda x: torch.relu(x - x.mean(dim=0))),  # component by component
        ("vector", "rotation", lambda x: x - x.mean(dim=0) + torch.ones(3)),  # a bias
        ("vector", "translation", lambda x: x.mean(dim=0)),  # a point said to be a vector
        ("point", "translation", lambda x: x - x.mean(dim=0)),  # a vector said to be a point
        ("vector", "reflection", lambda x: torch.linalg.cross(x - x[0], x - x[1])),  # a pseudovector
        ("scalar", "reflection", lambda x: torch.linalg.det(x[:3] - x[3])),  # a pseudoscalar
        ("vector", "rotation", lambda x: (x - x.mean(dim=0)) @ random_rotation(torch.Generator().manual_seed(9)).T),
    ],
)
def test_unsound_functions_fail(claimed: OutputType, kind: Kind, function: object, positions: Tensor) -> None:
    assert callable(function)
    errors = equivariance_error(
        lambda x: {"output": function(x)}, positions, random_transforms(kind, 32, seed=0), {"output": claimed}
    )
    assert zone(errors["output"].mean, torch.float64) == "broken"


def test_the_transposed_rotation_is_caught(positions: Tensor) -> None:
    inverse = {"vector": lambda g, v: v @ g.matrix}
    errors = equivariance_error(lambda x: {"vector": x}, positions, random_transforms("rotation", 16, seed=0), inverse)
    assert errors["vector"].mean > 0.1


def test_a_graph_that_turns_with_the_room_is_caught(positions: Tensor) -> None:
    def box_graph_degrees(x: Tensor) -> dict[str, Tensor]:  # neighbors within a box along the axes, not a ball
        near = ((x[:, None] - x[None]).abs() < 0.9).all(dim=-1)
        return {"degrees": near.sum(dim=1).double()}

    def ball_degrees(x: Tensor) -> dict[str, Tensor]:
        return {"degrees": radius_graph(x, 1.2).degrees().double()}

    transforms = random_transforms("rotation", 32, seed=0)
    assert equivariance_error(box_graph_degrees, positions, transforms, {"degrees": "scalar"})["degrees"].maximum > 0.01
    assert equivariance_error(ball_degrees, positions, transforms, {"degrees": "scalar"})["degrees"].maximum == 0


def test_the_number_is_the_definition(positions: Tensor) -> None:
    shift = random_transforms("translation", 1, seed=0)
    errors = equivariance_error(lambda x: {"v": x}, positions, shift, {"v": "vector"})["v"]
    # f(x + b) - f(x) = b on each of ten rows
    expected = 10**0.5 * float(shift[0].shift.norm()) / float(positions.norm())
    assert math.isclose(errors.maximum, expected, rel_tol=1e-12)
    assert errors.mean == errors.maximum == errors.samples[0]


def test_mean_and_maximum_are_of_the_samples(positions: Tensor) -> None:
    transforms = random_transforms("rotation", 16, seed=0)
    tried = list(samples(lambda x: {"s": x[:, 0]}, positions, transforms, {"s": "scalar"}))
    summary = equivariance_error(lambda x: {"s": x[:, 0]}, positions, transforms, {"s": "scalar"})["s"]
    assert [sample.transform for sample in tried] == transforms
    assert summary.samples == tuple(sample.errors["s"] for sample in tried)
    assert summary.maximum == max(summary.samples)
    assert math.isclose(summary.mean, sum(summary.samples) / 16)


def test_samples_come_one_at_a_time(positions: Tensor) -> None:
    calls = []

    def counted(x: Tensor) -> dict[str, Tensor]:
        calls.append(x)
        return {"s": x.norm(dim=1)}

    stream = samples(counted, positions, random_transforms("rotation", 1000, seed=0), {"s": "scalar"})
    assert not calls
    next(stream)
    assert len(calls) == 2  # f(x), once for all, and f(g x)


def test_the_model_computes_in_its_own_dtype_and_the_check_in_float64(positions: Tensor) -> None:
    seen = set()

    def lengths(x: Tensor) -> dict[str, Tensor]:
        seen.add(x.dtype)
        return {"s": (x[1:] - x[0]).norm(dim=1)}

    transforms = random_transforms("rotation", 16, seed=0)
    coarse = equivariance_error(lengths, positions.float(), transforms, {"s": "scalar"})["s"].maximum
    fine = equivariance_error(lengths, positions, transforms, {"s": "scalar"})["s"].maximum
    assert seen == {torch.float32, torch.float64}
    assert 1e-9 < coarse < 1e-5
    assert fine < 1e-14


def test_predictions_are_checked_by_default_and_missing_vectors_are_skipped(positions: Tensor) -> None:
    transforms = random_transforms("rotation", 4, seed=0)
    scalars = positions.norm(dim=1, keepdim=True)
    assert set(equivariance_error(lambda x: Prediction(scalars), positions, transforms)) == {"scalars"}
    assert set(equivariance_error(lambda x: Prediction(scalars, x), positions, transforms)) == {"scalars", "vectors"}


def test_nan_is_not_hidden(positions: Tensor) -> None:
    tried = [
        Sample(transform, {"s": error}, {"s": 1.0})
        for transform, error in zip(random_transforms("rotation", 3, seed=0), [0.1, math.nan, 0.2], strict=True)
    ]
    summary = summarize(tried)["s"]
    assert math.isnan(summary.maximum)
    assert math.isnan(summary.mean)
    assert zone(summary.maximum, torch.float64) == "broken"


def test_nothing_to_check_is_an_error(positions: Tensor) -> None:
    transforms = random_transforms("rotation", 1, seed=0)
    with pytest.raises(ValueError, match=r"Expected outputs named \('energy',\), got \('s',\)"):
        equivariance_error(lambda x: {"s": x}, positions, transforms, {"energy": "scalar"})
    with pytest.raises(ValueError, match="at least one transform"):
        equivariance_error(lambda x: {"s": x}, positions, [], {"s": "scalar"})


def test_an_output_that_changes_its_shape_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"Expected an output of shape \(3,\), got \(2,\)"):
        relative_error(torch.zeros(2), torch.zeros(3))


def test_an_output_of_zero_has_a_finite_error() -> None:
    assert relative_error(torch.zeros(3), torch.zeros(3)) == 0
    assert math.isclose(relative_error(torch.ones(1), torch.zeros(1), eps=0.5), 2)


def test_every_output_type_has_its_action() -> None:
    assert set(ACTIONS) == set(get_args(OutputType))


# --- permutations and zones ----------------------------------------------------------------------------------------


def test_permutation_error_on_sound_and_unsound_functions(positions: Tensor) -> None:
    graph = radius_graph(positions, 1.2)
    features = torch.randn(10, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    order = random_permutation(10, torch.Generator().manual_seed(2))
    assert not torch.equal(order, torch.arange(10))

    def convolve(h: Tensor, g: Graph) -> Tensor:
        return g.adjacency() @ h

    assert permutation_error(convolve, features, graph, order).relative < 1e-14
    assert (
        permutation_error(lambda h, g: convolve(h, g).sum(dim=0), features, graph, order, invariant=True).relative
        < 1e-14
    )
    # the adjacency of the old names, the cumulative sum and the first node all read the order of the nodes
    assert permutation_error(lambda h, g: graph.adjacency() @ h, features, graph, order).relative > 0.1
    assert permutation_error(lambda h, g: h.cumsum(dim=0), features, graph, order).relative > 0.1
    first = permutation_error(lambda h, g: h[0], features, graph, order, invariant=True)
    assert math.isclose(first.absolute, float((features[order[0]] - features[0]).norm()))
    assert math.isclose(first.relative, first.absolute / float(features[0].norm()), rel_tol=1e-9)


@pytest.mark.parametrize(
    ("error", "dtype", "expected"),
    [
        (0.0, torch.float32, "rounding"),
        (1e-5, torch.float32, "rounding"),
        (1.1e-5, torch.float32, "approximate"),
        (1e-5, torch.float64, "approximate"),
        (1e-12, torch.float64, "rounding"),
        (9.9e-3, torch.float64, "approximate"),
        (1e-2, torch.float64, "broken"),
        (math.nan, torch.float32, "broken"),
        (math.inf, torch.float32, "broken"),
    ],
)
def test_zones(error: float, dtype: torch.dtype, expected: str) -> None:
    assert zone(error, dtype) == expected


def test_zones_know_two_dtypes() -> None:
    with pytest.raises(ValueError, match=r"torch.float32 or torch.float64, got torch.float16"):
        zone(0.0, torch.float16)


def test_a_check_that_rests_leaves_gradients_on() -> None:
    resting = samples(lambda x: {"scalars": x.sum(dim=0)}, torch.ones(2, 3), random_transforms("rotation", 2, 0))
    next(resting)
    assert torch.is_grad_enabled()
