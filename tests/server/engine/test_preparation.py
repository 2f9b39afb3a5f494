"""A vote whose answer takes long to compute: its session waits for it, in order, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from server.engine import inbox
from server.engine.poison import digest_of_truth
from server.engine.recoveries import SLICE
from server.pipe import bus
from server.protocol.ballot import Truth
from server.room.computation import Computation
from server.room.scene import Wait
from tests.server.probe import Probe, Rig, State, command

QUESTION = {"text": "How many?", "kind": "number", "y": {"title": "n", "low": 0, "high": 9}, "truth": "count"}


class Slow(Probe):
    """Computes its answer in steps, and notes them."""

    truths = {"count": "number"}  # noqa: RUF012  # a ClassVar of the scene it is made from

    def __init__(self, steps: int = 6, wait: float = 0.0, broken: bool = False) -> None:
        self.left, self.wait, self.broken = steps, wait, broken
        self.computed = False
        self.cost: Callable[[], None] = lambda: None

    def prepare(self, state: State, truth: str) -> Iterator[Wait | None]:
        if self.broken:
            raise ZeroDivisionError("a defect of the preparation")
        while self.left:
            self.left -= 1
            self.cost()
            yield Wait(self.wait) if self.wait else None

    def truth(self, state: State, name: str) -> Truth:
        self.computed = True
        return 3.0


def rig_of(folder: Path, scene: Slow) -> Rig:
    """Session `r` votes, session `other` has its own probe; the scenes' warm-up is over."""
    rig = Rig(folder, {"probe": scene})  # type: ignore[dict-item]
    rig.say(bus.Create("r", None), bus.Create("other", None), command("open", scene="probe"), turns=3)
    rig.say(in_other(command("open", scene="probe")))
    return rig


def in_other(made: bus.Inbound) -> bus.Inbound:
    return bus.Inbound("other", made.viewer, made.seat, made.role, made.nonce, made.body)


def counted(rig: Rig, session: str) -> int:
    opened = rig.engine._sessions[session].room.open
    assert opened is not None
    assert isinstance(opened.state, State)
    return opened.state.count


def phase(rig: Rig) -> object:
    room = rig.engine._sessions["r"].room
    return room.vote.phase if room.vote else None


def test_the_end_of_a_vote_waits_for_its_answer_and_other_sessions_do_not(tmp_path: Path) -> None:
    scene = Slow()
    rig = rig_of(tmp_path, scene)
    rig.say(command("ask", question=QUESTION))
    assert 0 < scene.left < 6, "it begins while the class answers"
    rig.say(command("vote", to="closed", id=1), command("vote", to="revealed", id=2), command("show", dark=True, id=3))
    rig.say(in_other(command("probe.add")))
    assert counted(rig, "other") == 1
    assert (phase(rig), scene.computed) == ("open", False)
    rig.say(turns=scene.left + 3)
    assert scene.left == 0
    assert phase(rig) == "revealed"
    receipts = rig.engine._sessions["r"].room.receipts
    assert receipts[""]["n"] == 3, "what came behind it was carried out behind it"
    rig.close()


def test_no_more_waits_for_an_answer_than_may_and_others_are_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_HELD", 10)
    scene = Slow(steps=40)
    rig = rig_of(tmp_path, scene)
    rig.say(command("ask", question=QUESTION))
    rig.say(command("vote", to="closed", id=1))
    naming = [command("name", seat="s", role="student", name=f"Ada {number}", id=number) for number in range(1, 20)]
    faults = rig.say(bus.Attend("r", "s", "", True), *naming).faults()
    assert [(fault["code"], fault["re"]) for fault in faults] == [("not_ready", number) for number in range(9, 20)]
    rig.say(in_other(command("probe.add")))
    assert counted(rig, "other") == 1
    rig.say(turns=scene.left + 3)
    receipts = rig.engine._sessions["r"].room.receipts
    assert (receipts[""]["n"], receipts["s"]["n"]) == (1, 8)
    rig.say(*naming)
    assert rig.engine._sessions["r"].room.receipts["s"]["n"] == 19
    rig.close()


def test_a_recovery_works_the_answer_out_in_the_same_steps(tmp_path: Path) -> None:
    """And where the engine died of them it is left to the command, as it was when the room was played."""
    scene = Slow(steps=30)
    rig = rig_of(tmp_path, scene)
    rig.say(command("ask", question=QUESTION), turns=40)
    rig.say(command("probe.add"), command("vote", to="closed"), command("vote", to="revealed"), turns=3)
    assert phase(rig) == "revealed"
    vote = rig.engine._sessions["r"].room.vote
    assert vote is not None
    for died, steps in ((0, 30), (2, 0)):
        rig.store._db.execute("DELETE FROM checkpoints")
        for _ in range(died):
            rig.store.blame("r", digest_of_truth(vote.number))
        rig.again()
        scene.left, scene.computed, scene.cost = 30, False, lambda: setattr(rig.clock, "now", rig.clock.now + 0.04)
        rig.say(bus.Create("r", None), turns=0)
        turns = 0
        while "r" not in rig.engine._sessions:
            began = rig.clock.now
            rig.engine.turn()
            assert rig.clock.now - began < SLICE + 0.04, "a slice ends between two of them"
            turns += 1
        assert (phase(rig), scene.computed, 30 - scene.left) == ("revealed", True, steps)
        assert turns > steps / 3
    rig.close()


def test_an_answer_that_was_worked_out_meanwhile_is_there_at_once(tmp_path: Path) -> None:
    scene = Slow()
    rig = rig_of(tmp_path, scene)
    rig.say(command("ask", question=QUESTION), turns=8)
    assert scene.left == 0
    rig.say(command("vote", to="closed"))
    assert phase(rig) == "closed"
    rig.close()


def test_an_answer_from_beside_is_looked_for_now_and_then(tmp_path: Path) -> None:
    scene = Slow(steps=2, wait=5.0)
    rig = rig_of(tmp_path, scene)
    rig.say(command("ask", question=QUESTION), turns=4)
    assert scene.left == 1
    rig.clock.now += 1.0
    rig.say()
    assert rig.engine._timeout() == pytest.approx(4.0)
    rig.clock.now += 4.0
    rig.say(turns=2)
    rig.clock.now += 5.0
    rig.say(command("vote", to="closed"), turns=3)
    assert phase(rig) == "closed"
    rig.close()


class Unbegun(Slow):
    """Its preparation fails before the first step."""

    def prepare(self, state: State, truth: str) -> Iterator[Wait | None]:
        raise ZeroDivisionError("a defect of the preparation")


@pytest.mark.parametrize("scene", [Slow(broken=True), Unbegun()])
def test_a_preparation_that_fails_holds_nobody_up(
    tmp_path: Path, scene: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    rig = rig_of(tmp_path, scene)
    rig.say(command("ask", question=QUESTION), turns=3)
    rig.say(command("vote", to="closed"))
    assert phase(rig) == "closed"
    assert caplog.text.count("preparing an answer in r failed: ZeroDivisionError") == 1, "and is not tried again"
    rig.close()


def test_a_session_that_is_dropped_while_it_waits_is_dropped_behind_what_it_waits_for(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, Slow())
    rig.say(command("ask", question=QUESTION), command("vote", to="closed", id=1), bus.Drop("r"))
    assert "r" in rig.engine._sessions
    rig.say(turns=9)
    assert "r" not in rig.engine._sessions
    rig.say(bus.Create("r", None))
    assert phase(rig) == "closed"
    rig.close()


def test_an_answer_at_which_the_engine_died_twice_is_not_prepared_again(tmp_path: Path) -> None:
    from server.engine.poison import digest_of_truth

    scene = Slow(steps=100)
    rig = rig_of(tmp_path, scene)
    rig.say(command("ask", question=QUESTION))
    number = rig.engine._sessions["r"].room.sequence
    for _ in range(2):
        rig.store.blame("r", digest_of_truth(number))
    rig.again()
    rig.say(bus.Create("r", None), turns=6)
    left = scene.left
    rig.say(command("vote", to="closed"), turns=2)
    assert scene.left == left
    assert phase(rig) == "closed"
    rig.close()


def test_a_computation_is_done_once_and_begins_again_after_an_error() -> None:
    runs: list[int] = []

    def run() -> Generator[None, None, int]:
        runs.append(1)
        yield
        if len(runs) == 1:
            raise ZeroDivisionError
        return 7

    made: Computation[int] = Computation(run)
    first, second = made.steps(), made.steps()
    assert next(first) is None
    with pytest.raises(ZeroDivisionError):
        next(second)
    assert made.result == made.result == 7
    assert list(made.steps()) == list(first) == []
    assert len(runs) == 2
