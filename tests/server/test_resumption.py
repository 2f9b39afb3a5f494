"""After the death of its engine a job goes on from where it was kept, and ends with the numbers of one undisturbed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.engine import progress, recovery
from server.pipe import bus
from server.room.scene import JobSteps
from server.room.state import Room
from tests.server import test_savepoints as walking
from tests.server.bitwise import differences
from tests.server.probe import Rig, command

CREATE = bus.Create("r", None)
OPEN = command("open", scene="tally", params={"working": True, "limit": 100})


@pytest.fixture
def rigs(tmp_path: Path) -> Iterator[list[Rig]]:
    made = [Rig(tmp_path / name, walking.SCENES) for name in ("undisturbed", "killed")]
    walking.BEGUN.clear()
    yield made
    for rig in made:
        rig.close()


def worked(rig: Rig, outputs: int) -> Room:
    """Let the engine turn, a second a turn, until its job gave so many outputs or is over."""
    live = rig.engine._sessions["r"]
    while live.timeline.ticks < outputs and live.timeline.job is not None:
        rig.clock.now += 1.0
        rig.engine.turn()
        rig.look()
        live = rig.engine._sessions.get("r", live)
    return live.room


def to_its_end(rig: Rig) -> Room:
    for _ in range(120):
        rig.clock.now += 1.0
        rig.engine.turn()
        rig.look()
    return rig.engine._sessions["r"].room


@pytest.mark.parametrize("outputs", [1, 4, 11, 17])
def test_a_job_goes_on_from_where_it_was_kept(rigs: list[Rig], outputs: int) -> None:
    for rig in rigs:
        rig.say(CREATE, OPEN)
    last = to_its_end(rigs[0])
    killed = rigs[1]
    worked(killed, outputs)
    walking.BEGUN.clear()
    killed.again()
    killed.say(CREATE)
    again = to_its_end(killed)
    assert [kept is not None for kept in walking.BEGUN] == [outputs > 3]
    assert not list(differences(again, last))


def test_no_more_than_a_few_seconds_of_a_job_are_lost(rigs: list[Rig]) -> None:
    rig = rigs[0]
    rig.say(CREATE, OPEN)
    for outputs in range(3, 20):
        worked(rig, outputs)
        at = rig.clock.now
        saved_at = rig.engine._sessions["r"].saved_at
        assert at - saved_at <= progress.PERIOD + 3 * 3.0, "three outputs between two places, three turns an output"


@pytest.mark.parametrize("shown", [False, True])
def test_a_place_that_cannot_be_read_means_from_the_beginning(
    rigs: list[Rig], shown: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the state as it was then, too: not of the state after the outputs that were given."""
    for rig in rigs:
        rig.say(CREATE, OPEN)
    last = to_its_end(rigs[0])
    killed = rigs[1]
    worked(killed, 11)
    real = walking._walk

    def reading(kept: bytes | None) -> JobSteps:
        if kept is not None:
            raise ValueError("no place that I know")
        yield from real(kept)

    monkeypatch.setattr(walking, "_walk", reading)
    if shown:  # its job is not asked before the room is shown, as where it runs in another process
        monkeypatch.setattr(recovery, "_caught_up", lambda *_: iter(()))
    killed.again()
    killed.say(CREATE)
    again = to_its_end(killed)
    assert "its job cannot go on from where it was kept" in caplog.text
    assert not list(differences(again, last))


def test_a_place_of_another_program_is_not_handed_to_this_one(rigs: list[Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    for rig in rigs:
        rig.say(CREATE, OPEN)
    last = to_its_end(rigs[0])
    killed = rigs[1]
    worked(killed, 11)
    walking.BEGUN.clear()
    monkeypatch.setattr(recovery, "fingerprint", lambda _: "another")
    killed.again()
    killed.say(CREATE)
    again = to_its_end(killed)
    assert walking.BEGUN == [None]
    assert not list(differences(again, last))
