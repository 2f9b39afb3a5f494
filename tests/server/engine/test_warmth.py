"""The warm-up: scenes in turns, a step at a time, behind commands and beside jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.pipe import bus
from tests.server.probe import SCENES, Probe, Rig, command


def test_scenes_warm_up_in_turns_a_step_at_a_time_and_commands_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    took: list[str] = []

    def defect() -> Iterator[None]:
        raise ZeroDivisionError("a defect of the warm-up")

    class Slow(Probe):
        def warm(self) -> Iterator[None]:
            for step in ("1", "2", "3"):
                took.append(f"slow {step}")
                yield

    class Broken(Probe):
        def warm(self) -> Iterator[None]:
            took.append("broken")
            yield from defect()

    initial = Probe.initial
    monkeypatch.setattr(Probe, "initial", lambda *given: took.append("initial") or initial(*given))  # type: ignore[func-returns-value]
    rig = Rig(tmp_path, {"slow": Slow(), "broken": Broken(), "probe": Probe()})  # type: ignore[dict-item]
    assert took == []
    rig.engine.turn()
    assert took == ["slow 1"]
    rig.say(bus.Create("r", None), command("open", scene="probe"))
    assert took[1] == "initial", "the command came before the next step"
    for _ in range(9):
        rig.engine.turn()
    assert took == ["slow 1", "initial", "broken", "initial", "slow 2", "slow 3"]
    assert rig.engine._timeout() is None
    rig.close()


def test_a_job_goes_on_while_scenes_warm_up(tmp_path: Path) -> None:
    class Endless(Probe):
        def warm(self) -> Iterator[None]:
            while True:
                yield

    rig = Rig(tmp_path, {"endless": Endless(), **SCENES})  # type: ignore[dict-item]
    rig.say(bus.Create("r", None), command("open", scene="probe", params={"steps": 100}))
    for _ in range(12):
        rig.engine.turn()
    assert rig.engine._sessions["r"].timeline.ticks >= 5
    rig.close()
