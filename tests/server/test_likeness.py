"""The comparison itself: rounding passes, everything else is named by its place."""

from __future__ import annotations

import numpy as np
import pytest

from tests.server.likeness import differences

FRAME: dict[str, object] = {
    "t": "x",
    "count": 3,
    "label": "update 2 of 5",
    "error": 0.25,
    "text": "X 0.005029208844 -1.5e-03 turned",
    "rows": [{"node": 1, "sent": [0.5, 1.5]}],
    "edges": np.array([[0, 1], [1, 2]], np.int32),
    "features": np.array([[1.0, 2.0]], np.float32),
}


def test_rounding_is_no_difference() -> None:
    rounded = {
        **FRAME,
        "error": 0.25 + 1e-7,
        "text": "X 0.005029208851 -1.5e-03 turned",
        "features": np.array([[1.000001, 2.0]], np.float32),
    }
    assert list(differences(FRAME, rounded)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"count": 4}, "count: expected 3, got 4"),
        ({"count": 3.0}, "count: expected 3, got 3.0"),
        ({"count": True}, "count: expected 3, got True"),
        ({"label": "update 3 of 5"}, "label: expected 'update 2 of 5', got 'update 3 of 5'"),
        ({"text": "X 0.006029208844 -1.5e-03 turned"}, "text: expected 0.005029208844, got 0.006029208844"),
        ({"text": "X 0.005029208844 -1.5e-03 moved"}, "text: expected 'X 0.005029208844 -1.5e-03 turned', got 'X"),
        ({"text": "X 0.005029208844 -1.5e-03 2.5 turned"}, "text: expected 'X 0.005029208844 -1.5e-03 turned', got"),
        ({"error": 0.26}, "error: expected 0.25, got 0.26"),
        ({"rows": [{"node": 2, "sent": [0.5, 1.5]}]}, "rows[0].node: expected 1, got 2"),
        ({"rows": [{"node": 1, "sent": [0.5, 1.6]}]}, "rows[0].sent[1]: expected 1.5, got 1.6"),
        ({"edges": np.array([[0, 1], [1, 3]], np.int32)}, "edges[1, 1]: expected 2, got 3"),
        ({"features": np.array([[1.0, 2.5]], np.float32)}, "features[0, 1]: expected 2.0, got 2.5"),
        ({"features": np.array([[1.0, 2.0]])}, "features: expected float32[1, 2], got float64[1, 2]"),
    ],
)
def test_what_differs_is_named(change: dict[str, object], told: str) -> None:
    (found,) = differences(FRAME, {**FRAME, **change})
    assert found.startswith(told)


def test_a_field_that_came_or_went_is_a_difference() -> None:
    assert list(differences({"a": 1}, {"a": 1, "b": 2}))
    assert list(differences([1, 2], [1]))
