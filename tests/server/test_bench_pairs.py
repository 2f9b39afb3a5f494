"""What the benches say of their bars."""

from __future__ import annotations

import pytest

from tests.bench.pairs import Row, Sense, in_turns, interval, ratios


def test_of_seven_values_the_interval_is_all_of_them_and_of_fifteen_the_middle_nine() -> None:
    assert interval([3, 1, 2, 7, 5, 4, 6]) == (4, 1, 7)
    assert interval(list(range(1, 16))) == (8, 4, 12)


@pytest.mark.parametrize(
    ("sense", "bar", "verdict"),
    [
        ("<=", 7.0, "met"),
        ("<=", 6.9, "open"),
        ("<=", 1.0, "open"),
        ("<=", 0.9, "missed"),
        (">=", 1.0, "met"),
        (">=", 1.1, "open"),
        (">=", 7.0, "open"),
        (">=", 7.1, "missed"),
    ],
)
def test_a_bar_is_missed_only_when_the_whole_interval_is_on_the_wrong_side(
    sense: Sense, bar: float, verdict: str
) -> None:
    assert Row("figure", tuple(map(float, range(1, 8))), "x", sense, bar).verdict == verdict


def test_fewer_than_seven_pairs_leave_a_bar_open() -> None:
    assert Row("figure", (1.0,) * 6, "x", "<=", 2.0).verdict == "open (6 of 7 pairs)"


def test_a_bar_for_every_run_looks_at_the_worst() -> None:
    values = (*(1.0,) * 20, 9.0)
    assert Row("figure", values, "s", "<=", 3.0).verdict == "met"
    assert Row("figure", values, "s", "<=", 3.0, always=True).verdict == "open"
    assert Row("figure", (float("inf"),) * 7, "s", "<=", 3.0, always=True).told == "never [never, never] s"


def test_candidates_take_turns_in_an_order_that_turns_round() -> None:
    order: list[str] = []

    def measure(name: str, factor: float) -> float:
        order.append(name)
        return factor * len(order)

    found = in_turns({"a": 1.0, "b": 10.0}, 3, measure, lambda *_: None)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert ratios(found["b"], found["a"]) == (20.0, 30 / 4, 60 / 5)
