"""Training of points: it learns, a point alone is the point among others, and it can go on elsewhere."""

import math

import pytest
import torch

from models import learning_curves
from models.learning_curves import Point, SetUp, Training, advanced

SETUP = SetUp(steps=12, batch=2, parameters=1500, layers=2, pool=8)


@pytest.fixture(autouse=True)
def few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_curves, "VALIDATION", 4)
    monkeypatch.setattr(learning_curves, "TEST", 4)


def test_it_learns_and_a_point_among_others_is_the_point_alone() -> None:
    points = [Point("stillinger-weber", 1, 4, 0), Point("lennard-jones", 1, 8, 1)]
    both, alone = Training(points, SETUP), Training(points[1:], SETUP)
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


def test_in_parts_it_comes_to_the_same() -> None:
    point = Point("stillinger-weber", 0, 4, 0)
    whole = advanced(point, SETUP, b"", 12)
    state, _, _ = advanced(point, SETUP, b"", 5)
    parts = advanced(point, SETUP, state, 7)
    assert (parts[1].last_train, parts[1].last_test, parts[2]) == (whole[1].last_train, whole[1].last_test, whole[2])
    assert parts[1].validation <= whole[1].validation


def test_points_of_two_degrees_and_too_many_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="points of one l"):
        Training([Point("lennard-jones", 0, 4, 0), Point("lennard-jones", 1, 4, 0)], SETUP)
    with pytest.raises(ValueError, match="at most 8 frames"):
        Training([Point("lennard-jones", 0, 9, 0)], SETUP)
