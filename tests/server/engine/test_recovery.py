"""A room after the death of its engine: the same from its log, without what killed it twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from server.disk.store import Entry
from server.engine.poison import digest_of, digest_of_job
from server.pipe import bus
from tests.server.probe import Process, Rig, Seen, command

CREATE = bus.Create("r", None)
OPEN = command("open", scene="probe")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def opened(rig: Rig, **params: object) -> Seen:
    return rig.say(CREATE, command("open", scene="probe", params=params))


# --- real processes ---------------------------------------------------------------------------


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for one in started:
        one.process.kill()
        one.close()


def started(engines: list[Process], data: Path) -> Process:
    engines.append(Process(data))
    engines[-1].until(bus.Catalogue)
    return engines[-1]


def test_killed_engine_comes_back_with_the_same_room(engines: list[Process], tmp_path: Path) -> None:
    first = started(engines, tmp_path)
    seats = [bus.Attend("r", f"seat-{i}", "", True) for i in range(3)]
    first.say(CREATE, *seats, command("open", scene="probe", params={"steps": 30}))
    first.until(("probe.values", "learned", 30))
    first.say(command("tune", values={"gain": 2.0}), command("probe.move", seat="seat-1", node=1, x=0.5))
    first.say(command("probe.add", seat="seat-2", id=1), command("position", to=2))
    first.until(("place", "position", 2))
    first.until(("receipt:n", "upto", 1))
    before = first.until(("probe.values", "count", 1)).slots()
    os.kill(first.process.pid, signal.SIGKILL)
    assert first.died() == -signal.SIGKILL
    second = started(engines, tmp_path)
    second.say(CREATE, bus.Presence("r", tuple(f"seat-{i}" for i in range(3))))
    assert second.until(bus.Known).slots() == before


def test_engine_ends_with_its_pipe_and_not_with_control_c(engines: list[Process], tmp_path: Path) -> None:
    one = started(engines, tmp_path)
    os.kill(one.process.pid, signal.SIGINT)
    one.say(CREATE)
    one.until(bus.Known)
    one.ours.close()
    assert one.process.wait(60) == 0


def test_command_that_kills_twice_is_skipped_and_reported(engines: list[Process], tmp_path: Path) -> None:
    deadly = command("probe.misbehave", how="die", id=1)
    for _ in range(2):
        one = started(engines, tmp_path)
        one.say(CREATE, OPEN, deadly)
        assert one.died() == -signal.SIGKILL
    survivor = started(engines, tmp_path)
    survivor.say(CREATE, deadly)
    survivor.until(("receipt:n", "upto", 1))
    seen = survivor.until(("warning", "code", "failed"))
    assert [(f["code"], f["re"]) for f in seen.faults()] == [("failed", 1)]
    assert seen.slots()["instructor", "warning"]["code"] == "failed"


def test_command_whose_frames_kill_is_skipped_in_the_end(engines: list[Process], tmp_path: Path) -> None:
    deadly = command("probe.misbehave", how="deadly frames", id=1)
    first = started(engines, tmp_path)
    first.say(CREATE, bus.Attend("r", "s", "Ada", True), OPEN, command("probe.add"), deadly)
    assert first.died() == -signal.SIGKILL
    second = started(engines, tmp_path)
    second.say(CREATE, bus.Presence("r", ()))
    assert second.died() == -signal.SIGKILL
    survivor = started(engines, tmp_path)
    survivor.say(CREATE)
    slots = survivor.until(("warning", "code", "failed")).slots()
    assert slots["all", "probe.values"]["count"] == 1


# --- what was blamed --------------------------------------------------------------------------


def test_job_that_killed_twice_is_not_run_again(rig: Rig) -> None:
    opened(rig, steps=5, pause=50.0)
    sequence = rig.engine._sessions["r"].room.sequence
    for _ in range(2):
        rig.store.blame("r", digest_of_job(sequence))
    rig.again()
    seen = rig.say(CREATE, turns=3)
    assert seen.slots()["all", "probe.values"]["learned"] == 0
    assert "died twice" in str(seen.slots()["instructor", "warning"]["detail"])


def test_entry_that_killed_twice_is_skipped_at_recovery_too(rig: Rig) -> None:
    opened(rig)
    added, moved = command("probe.add", amount=5), command("position", to=2)
    rig.say(added, moved)
    culprit = next(entry for entry in rig.store.tail("r") if entry.body == added.body)
    for _ in range(2):
        rig.store.blame("r", digest_of(culprit))
    rig.again()
    slots = rig.say(CREATE, turns=2).slots()
    assert slots["all", "probe.values"]["count"] == 0
    assert slots["all", "place"]["position"] == 2
    assert slots["instructor", "warning"]["code"] == "failed"


def blamed_twice(rig: Rig, entry: Entry) -> None:
    for _ in range(2):
        rig.store.blame("r", digest_of(entry))
    rig.again()


def test_position_of_playing_that_killed_twice_is_skipped_and_no_other(rig: Rig) -> None:
    opened(rig)
    rig.clock.now += 1
    rig.say(command("play", on=True))
    rig.clock.now += 1
    rig.engine.turn()
    entry = list(rig.store.tail("r"))[-1]
    assert entry.kind == "play"
    blamed_twice(rig, msgspec.structs.replace(entry, seq=entry.seq + 1))
    place = rig.say(CREATE, turns=2).slots()["all", "place"]
    assert (place["position"], place["playing"]) == (1, True)
    rig.clock.now += 1
    rig.engine.turn()
    slots = rig.look().slots()
    assert (slots["all", "place"]["position"], slots["all", "place"]["playing"]) == (1, False)
    assert "died twice" in str(slots["instructor", "warning"]["detail"])
