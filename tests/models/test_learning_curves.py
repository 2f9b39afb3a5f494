"""Training of points: it learns, a point alone is the point among others, and it can go on elsewhere."""

import math

import pytest
import torch

from models import learning_curves
from models.clusters import frames
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


def test_every_tensor_says_where_it_is() -> None:
    point = Point("stillinger-weber", 2, 4, 0)
    frames.cache_clear()
    with torch.device("meta"):  # what is made without saying where has no numbers, and what meets it ends in an error
        state, found, loss = advanced(point, SETUP, b"", 1, "cpu")
        _, after, _ = advanced(point, SETUP, state, 1, "cpu")
    assert all(math.isfinite(value) for value in (loss, found.last_test, after.last_test))
    assert found.last_test == pytest.approx(advanced(point, SETUP, b"", 1)[1].last_test, rel=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_on_a_gpu_it_is_the_same_point_and_goes_on_from_bytes() -> None:
    point = Point("stillinger-weber", 2, 4, 0)
    state, there, _ = advanced(point, SETUP, b"", 5, "cuda")
    _, here, _ = advanced(point, SETUP, b"", 5)
    assert there.last_test == pytest.approx(here.last_test, rel=1e-2)
    for device in ("cuda", "cpu"):
        assert math.isfinite(advanced(point, SETUP, state, 1, device)[1].last_test)


def test_points_of_two_degrees_and_too_many_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="points of one l"):
        Training([Point("lennard-jones", 0, 4, 0), Point("lennard-jones", 1, 4, 0)], SETUP)
    with pytest.raises(ValueError, match="at most 8 frames"):
        Training([Point("lennard-jones", 0, 9, 0)], SETUP)
