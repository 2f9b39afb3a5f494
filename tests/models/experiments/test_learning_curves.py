"""Training of points: it learns, a point alone is the point among others, on any device."""

import math

import pytest
import torch

from models.experiments import learning_curves
from models.experiments.learning_curves import CurveTraining, Point, SetUp
from models.potentials.clusters import frames

SETUP = SetUp(steps=12, batch=2, parameters=1500, layers=2, pool=8)


@pytest.fixture(autouse=True)
def few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_curves, "VALIDATION", 4)
    monkeypatch.setattr(learning_curves, "TEST", 4)


def test_it_learns_and_a_point_among_others_is_the_point_alone() -> None:
    points = [Point("stillinger-weber", 1, 4, 0), Point("lennard-jones", 1, 8, 1)]
    both, alone = CurveTraining(points, SETUP), CurveTraining(points[1:], SETUP)
    losses = []
    while not both.done:
        losses.append(both.step())
        torch.testing.assert_close(alone.step(), losses[-1][1:], rtol=1e-3, atol=1e-5)
    assert torch.stack(losses[-3:]).mean() < torch.stack(losses[:3]).mean()
    found = both.measure()
    assert all(math.isfinite(point.test) and point.steps == 12 for point in found)
    before = found[0].validation
    assert both.measure()[0].validation == before


def test_the_rate_goes_up_and_down_to_nothing() -> None:
    setup = SetUp(steps=100)
    rates = [setup.rate_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(setup.rate / 2)
    assert max(rates) == pytest.approx(setup.rate)
    assert rates[-1] < setup.rate * 1e-2


def learned(device: str, steps: int) -> Point:
    """One point of l = 2 after so many steps there."""
    training = CurveTraining([Point("stillinger-weber", 2, 4, 0)], SETUP, device)
    for _ in range(steps):
        training.step()
    return training.measure()[0]


def test_every_tensor_says_where_it_is() -> None:
    frames.cache_clear()
    with torch.device("meta"):  # what is made without saying where has no numbers, and what meets it ends in an error
        there = learned("cpu", 2)
    assert math.isfinite(there.last_test)
    assert there.last_test == pytest.approx(learned("cpu", 2).last_test, rel=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_on_a_gpu_it_is_the_same_point() -> None:
    assert learned("cuda", 5).last_test == pytest.approx(learned("cpu", 5).last_test, rel=1e-2)


def test_points_of_two_degrees_and_too_many_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="points of one l"):
        CurveTraining([Point("lennard-jones", 0, 4, 0), Point("lennard-jones", 1, 4, 0)], SETUP)
    with pytest.raises(ValueError, match="at most 8 frames"):
        CurveTraining([Point("lennard-jones", 0, 9, 0)], SETUP)
