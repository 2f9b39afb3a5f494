"""Canonicalization, frame averaging, weighted frames and augmentation: where each is exact, and how each fails."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from models.graphs.ellipsoid import ellipsoid
from models.graphs.graph import Graph, radius_graph
from models.graphs.tetris import CUTOFF, NAMES, tetris
from models.networks.canonical import Augmented, Averaged, Canonical, FrameAveraged, WeightedFrames, stacked
from models.networks.geometric import GeometricModel
from models.networks.zoo import build
from models.symmetry.equivariance import Kind, equivariance_error, random_transforms, relative_error
from models.symmetry.frames import (
    canonical_frame,
    centered,
)

ROUNDING = 1e-12
EXACT = ("chiral 1", "chiral 2", "L", "T", "zigzag")


def naive() -> GeometricModel:
    return build("naive", hidden=8, layers=2, dtype=torch.float64)


def ones(n: int) -> Tensor:
    return torch.ones(n, 1, dtype=torch.float64)


def wrapped(name: str) -> Averaged:
    made: dict[str, Averaged] = {
        "canonical": Canonical(naive()),
        "canonical, mirrors": Canonical(naive(), reflections=True),
        "frames": FrameAveraged(naive()),
        "frames, mirrors": FrameAveraged(naive(), reflections=True),
        "weighted": WeightedFrames(naive()),
        "augmented": Augmented(naive(), 16),
    }
    return made[name]


def worst(model: GeometricModel, points: Tensor, kind: Kind, cutoff: float = 1.6) -> dict[str, float]:
    graph = radius_graph(points, cutoff)
    found = equivariance_error(lambda x: model(ones(len(x)), x, graph), points, random_transforms(kind, 6, seed=2))
    return {name: summary.maximum for name, summary in found.items()}


# --- the parts -----------------------------------------------------------------------------------------------------


def test_a_stack_is_the_graph_beside_itself() -> None:
    graph = Graph(torch.tensor([[0, 1], [1, 2]]), 3)
    both = stacked(graph, 2)
    assert both.nodes == 6
    assert sorted(map(tuple, both.edges.T.tolist())) == [(0, 1), (1, 2), (3, 4), (4, 5)]
    assert both.edges.shape == (2, 4)


def test_one_frame_is_the_model_in_that_pose() -> None:
    """Against the definition F(x) = g f(g^-1 (x - c)), written out."""
    model, points = naive(), ellipsoid(0.3)
    graph, frame = radius_graph(points, 1.6), canonical_frame(points)
    with torch.no_grad():
        direct = model(ones(12), centered(points) @ frame, graph)
        got = Canonical(model)(ones(12), points, graph)
        *_, (h, x) = Canonical(model).rounds(ones(12), points, graph)
        *_, (h_direct, _) = model.rounds(ones(12), centered(points) @ frame, graph)
    torch.testing.assert_close(got.scalars, direct.scalars)
    assert direct.vectors is not None
    assert got.vectors is not None
    torch.testing.assert_close(got.vectors, direct.vectors @ frame.T)
    torch.testing.assert_close(h, h_direct)
    torch.testing.assert_close(x, points)  # a naive model moves no point: turned there and back again


# --- where they are exact ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["canonical", "canonical, mirrors", "frames", "frames, mirrors", "weighted"])
@pytest.mark.parametrize("kind", ["rotation", "translation"])
def test_on_a_simple_spectrum_all_frames_are_exact(name: str, kind: Kind) -> None:
    for error in worst(wrapped(name), ellipsoid(0.3), kind).values():
        assert error < ROUNDING


def test_only_the_frames_with_mirrors_are_blind_to_a_mirror() -> None:
    for name, blind in {
        "canonical": False, "canonical, mirrors": True, "frames": False, "frames, mirrors": True, "weighted": False
    }.items():  # fmt: skip
        assert (worst(wrapped(name), ellipsoid(0.3), "reflection")["scalars"] < ROUNDING) == blind, name


@pytest.mark.parametrize("shape", NAMES)
def test_frame_averaging_on_tetris_is_exact_where_the_spectrum_is_simple(shape: str) -> None:
    errors = worst(wrapped("frames"), tetris(shape), "rotation", CUTOFF)
    assert (max(errors.values()) < ROUNDING) == (shape in EXACT or shape == "line")
    # On a line the frame is arbitrary too, but only about the line, where no point is: the pose is not.


@pytest.mark.parametrize("shape", NAMES)
def test_weighted_frames_are_exact_on_every_shape(shape: str) -> None:
    assert max(worst(wrapped("weighted"), tetris(shape), "rotation", CUTOFF).values()) < ROUNDING


def test_one_canonical_pose_does_not_settle_the_signs_of_a_shape_with_a_twofold_axis() -> None:
    broken = [s for s in NAMES if max(worst(wrapped("canonical"), tetris(s), "rotation", CUTOFF).values()) > 1e-2]
    assert {"square", "corner"} < set(broken)
    assert {"chiral 1", "chiral 2"} & set(broken)  # simple spectra, and still


# --- how they fail -------------------------------------------------------------------------------------------------


def outputs(model: GeometricModel, points: Tensor) -> Tensor:
    graph = radius_graph(ellipsoid(0.0), 1.6)
    with torch.no_grad():
        return model(ones(12), points, graph).scalars


def jump(model: GeometricModel, half: float) -> float:
    return relative_error(outputs(model, ellipsoid(-half)), outputs(model, ellipsoid(half)))


def test_an_input_that_moves_by_two_millionths_jumps_in_its_canonical_pose() -> None:
    before, after = ellipsoid(1e-6), ellipsoid(-1e-6)
    assert float((before - after).abs().max()) == pytest.approx(1.9e-6, rel=0.05)
    moved = torch.linalg.vector_norm(before @ canonical_frame(before) - after @ canonical_frame(after), dim=1)
    assert float(moved.max()) == pytest.approx(3.9, rel=0.01)  # a point of the pose
    assert jump(wrapped("canonical"), 1e-6) > 0.1


def test_plain_frame_averaging_jumps_too_and_weighted_frames_do_not() -> None:
    """A continuous output changes in proportion to its input; a jump stays."""
    assert jump(wrapped("frames"), 1e-6) > 1e-3
    assert jump(wrapped("frames"), 1e-9) == pytest.approx(jump(wrapped("frames"), 1e-6), rel=1e-2)
    wide, narrow = jump(wrapped("weighted"), 1e-4), jump(wrapped("weighted"), 1e-6)
    assert 0 < narrow < 1e-5
    assert wide / narrow == pytest.approx(100, rel=0.05)


def test_weighted_frames_are_continuous_where_all_points_fall_on_a_line() -> None:
    """Where the pairs span nothing: the limit is the value there, for scalars and vectors, however it is come to."""
    line, model = tetris("line"), wrapped("weighted")
    graph = radius_graph(line, CUTOFF)
    noise = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    with torch.no_grad():
        there = model(ones(4), line, graph)
        for each in noise:
            near = model(ones(4), line + 1e-6 * each, graph)
            assert relative_error(near.scalars, there.scalars) < 1e-4
            assert near.vectors is not None
            assert there.vectors is not None
            assert relative_error(near.vectors, there.vectors) < 1e-4


def test_more_copies_come_closer_to_the_haar_average() -> None:
    points, rotations = ellipsoid(0.3), Rotation.random(4000, random_state=1).as_matrix()
    graph = radius_graph(points, 1.6)
    posed = torch.from_numpy(np.einsum("ni,kji->knj", points.numpy(), rotations)).reshape(-1, 3)
    with torch.no_grad():
        many = naive()(ones(48_000), posed, stacked(graph, 4000)).scalars.reshape(4000, 12).mean(dim=0)
        errors = [
            relative_error(Augmented(naive(), k, seed=2)(ones(12), points, graph).scalars[:, 0], many)
            for k in (4, 1024)
        ]
    assert errors[1] < 0.15 * max(errors[0], 0.3)


def test_what_cannot_be_done_is_refused_in_words() -> None:
    box = torch.full((3,), 3.0, dtype=torch.float64)
    periodic = radius_graph(ellipsoid(0.1), 1.0, cell=box)
    for attempt, words in (
        (lambda: Augmented(naive(), 0), "at least one copy"),
        (lambda: stacked(periodic, 2), "without a periodic cell"),
    ):
        with pytest.raises(ValueError, match=words):
            attempt()
