"""Shares of the engine's time: equal whatever a step takes, also for a session that comes later or was idle."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.engine.jobs.shares import Turns
from server.pipe import bus
from server.room.scene import JobSteps
from tests.server.probe import Clock, Learned, Probe, ProbeParams, Rig, command


def shares(turns: Turns[str], costs: dict[str, float], until: float) -> dict[str, float]:
    """Seconds that each had, when all want all they can get."""
    had = dict.fromkeys(costs, 0.0)
    while sum(had.values()) < until:
        name = turns.next(costs)
        assert name is not None
        turns.took(name, costs[name])
        had[name] += costs[name]
    return had


def test_steps_of_any_length_get_equal_shares() -> None:
    had = shares(Turns(), {"long": 0.1, "short": 0.005, "middle": 0.03}, until=30.0)
    assert max(had.values()) - min(had.values()) <= 0.1


def test_steps_that_take_no_time_take_turns() -> None:
    turns, order = Turns[str](), list[str]()
    for _ in range(9):
        name = turns.next("abc")
        assert name is not None
        order.append(name)
        turns.took(name, 0.0)
    assert order == list("abcabcabc")


@pytest.mark.parametrize("forgotten", [False, True])
def test_who_comes_later_makes_up_for_nothing(forgotten: bool) -> None:
    turns = Turns[str]()
    turns.took("late", 0.01)
    if forgotten:
        turns.forget("late")
    shares(turns, {"early": 0.01}, until=60.0)
    had = shares(turns, {"early": 0.01, "late": 0.01}, until=10.0)
    assert abs(had["early"] - had["late"]) <= 0.02


def test_nobody_waits_for_nobody() -> None:
    assert Turns().next([]) is None


def test_two_rooms_that_train_at_once_get_equal_time(tmp_path: Path) -> None:
    class Costly(Probe):
        """Its steps take the seconds that elsewhere are a pause."""

        clock: Clock

        def _learn(self, params: ProbeParams, begun: int) -> JobSteps:
            for step in range(begun + 1, params.steps + 1):
                self.clock.now += params.pause
                yield Learned(step=step)

    scene = Costly()
    rig = Rig(tmp_path, {"costly": scene})  # type: ignore[dict-item]
    scene.clock = rig.clock
    costs = {"r": 0.08, "s": 0.01}
    for name, cost in costs.items():
        asked = command("open", scene="costly", params={"steps": 10_000, "pause": cost}).body
        rig.say(bus.Create(name, None), bus.Inbound(name, 1, "", "instructor", "", asked))
    for _ in range(900):
        rig.engine.turn()
    had = {name: costs[name] * live.timeline.ticks for name, live in rig.engine._sessions.items()}
    assert min(had.values()) > 5.0
    assert abs(had["r"] - had["s"]) <= 0.1
    rig.close()
