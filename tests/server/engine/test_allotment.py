"""What one seat may leave in the log: commands re-encoded, of refused ones the number, and no more than its share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.disk.store import Entry
from server.engine import allotment
from server.engine.replay import compare
from server.pipe import bus
from tests.server.probe import SCENES, Rig, command, fill

CREATE = bus.Create("r", None)
OPEN = command("open", scene="probe")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def seated(rig: Rig) -> None:
    rig.say(CREATE, bus.Attend("r", "s", "", True), OPEN)


def logged(rig: Rig) -> list[Entry]:
    """The commands of the log."""
    return [entry for entry in rig.store.tail("r") if entry.kind == "command"]


def sent(text: str, role: str = "student") -> bus.Inbound:
    assert role in ("student", "instructor")
    return bus.Inbound("r", 7, "s", "student" if role == "student" else "instructor", "n", text.encode())


def test_what_is_logged_is_the_command_and_not_what_stood_around_it(rig: Rig) -> None:
    seated(rig)
    pad = " " * 3000
    rig.say(sent(f'{{"t":"name",{pad}"name":"Ada"{pad},"id":1}}{pad}'))
    rig.say(sent(f'{{"t":"tune","values":{{"size":{pad}5}},"id":2}}', "instructor"))
    name, tune = logged(rig)[-2:]
    assert (name.id, name.body) == (1, b'{"t":"name","id":1,"name":"Ada"}')
    assert (tune.id, tune.body) == (2, b'{"t":"tune","id":2,"values":{"size":5}}')


def test_of_what_is_refused_the_number_alone_is_kept_and_the_next_one_is_carried_out(rig: Rig) -> None:
    seated(rig)
    pad = " " * 3000
    refused = (f'{{"t":"no","p":"{pad}","id":1}}', f'{{"t":"open","scene":null,{pad}"id":2}}', '{"t":"name","id":3}')
    for number, text in enumerate(refused, 1):
        seen = rig.say(sent(text))
        assert [fault["re"] for fault in seen.faults()] == [number]
        assert [frame["upto"] for frame in seen.frames("receipt:n")] == [number]
        assert (logged(rig)[-1].id, logged(rig)[-1].body) == (number, b"")
    rig.say(sent('{"t":"name","name":"Ada","id":4}'))
    assert logged(rig)[-1].body == b'{"t":"name","id":4,"name":"Ada"}'
    rig.again()
    rig.clock.now += 1
    assert rig.say(CREATE, sent('{"t":"name","name":"Ada","id":4}'), turns=2).frames("receipt:n")[-1]["upto"] == 4
    assert len(logged(rig)) == 5, "a resent number does nothing"
    assert compare(rig.store, "r", SCENES).differences == []


def test_a_number_that_the_gateway_refused_is_done_with(rig: Rig) -> None:
    seated(rig)
    why: tuple[str, str] = ("too_large", "expected at most 4,096 bytes, got 60,000")
    seen = rig.say(bus.Inbound("r", 7, "s", "student", "n", b"", id=1, refusal=("too_large", why[1])))
    (fault,) = seen.faults()
    assert (fault["code"], fault["detail"], fault["re"]) == (*why, 1)
    assert [frame["upto"] for frame in seen.frames("receipt:n")] == [1]
    assert rig.say(sent('{"t":"name","name":"Ada","id":2}')).faults() == []
    again = rig.say(bus.Inbound("r", 7, "s", "student", "n", b"", id=1, refusal=("too_large", why[1])))
    assert again.faults() == [], "it was told once"


def test_a_seat_that_has_used_its_share_is_refused_and_nobody_else_is(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allotment, "MOST", 2000)
    monkeypatch.setattr(allotment, "RESERVE", 1000)
    seated(rig)
    answers: list[str] = []
    number = 1
    for turn in range(30):
        seen = rig.say(sent(f'{{"t":"name","name":"Ada {turn}","id":{number}}}'))
        answers.append(str(seen.faults()[0]["code"]) if seen.faults() else "carried out")
        number += len(seen.frames("receipt:n"))
    assert answers[0] == "carried out"
    assert answers[-1] == "full"
    assert answers == sorted(answers), "once full, always full"
    size = sum(len(entry.body) + allotment.ENTRY for entry in rig.store.tail("r") if entry.seat == "s")
    assert 2000 < size <= 3000 + allotment.ENTRY
    before = len(list(rig.store.tail("r")))
    rig.say(bus.Attend("r", "s", "", False), bus.Attend("r", "s", "", True))
    assert len(list(rig.store.tail("r"))) == before, "not even coming and going fills the log any more"
    other = bus.Inbound("r", 8, "t", "student", "n", b'{"t":"name","name":"Emmy","id":1}')
    assert rig.say(bus.Attend("r", "t", "", True), other).faults() == []
    assert rig.say(command("open", scene="probe", id=1)).faults() == [], "an instructor has no bound"
    assert compare(rig.store, "r", SCENES).differences == []


def test_students_who_have_used_all_together_are_refused_and_whoever_used_little_and_the_instructor_are_not(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("TOGETHER", 6000), ("RESERVES", 1000), ("FREE", 1200), ("NOTE", 300)):
        monkeypatch.setattr(allotment, name, value)
    seated(rig)
    seats = ("flood-0", "flood-1", "flood-2")
    rig.say(*(bus.Attend("r", seat, "", True) for seat in seats))
    codes: list[str] = []
    numbers = dict.fromkeys(seats, 1)
    for turn in range(40):
        seat = seats[turn % 3]
        naming = f'{{"t":"name","name":"Ada {turn}","id":{numbers[seat]}}}'.encode()
        seen = rig.say(bus.Inbound("r", 8, seat, "student", "n", naming))
        numbers[seat] += len(seen.frames("receipt:n"))
        codes += [str(fault["code"]) for fault in seen.faults()] or ["carried out"]
        last = [str(fault["detail"]) for fault in seen.faults()]
    assert (codes[0], codes[-1]) == ("carried out", "full")
    assert codes == sorted(codes), "once full, always full"
    assert "at most 6,000 bytes of all students of r in the log, or 1,200 of this seat" in last[0]
    size = sum(len(entry.body) + allotment.ENTRY for entry in rig.store.tail("r") if entry.seat)
    assert 6000 < size < 7000 + allotment.ENTRY
    before = len(list(rig.store.tail("r")))
    rig.say(*(bus.Attend("r", seat, "", here) for seat in seats for here in (False, True)))
    assert len(list(rig.store.tail("r"))) == before, "not even coming and going fills the log any more"
    other = bus.Inbound("r", 9, "t", "student", "n", b'{"t":"name","name":"Emmy","id":1}')
    assert rig.say(bus.Attend("r", "t", "", True), other).faults() == [], "who used little is heard"
    assert rig.say(command("open", scene="probe", id=1)).faults() == [], "an instructor has no bound"
    rig.again()
    again = bus.Inbound("r", 8, "flood-1", "student", "m", b'{"t":"name","name":"Ada","id":1}')
    assert [fault["code"] for fault in rig.say(CREATE, again, turns=2).faults()] == ["full"], "a restart forgets little"


@pytest.mark.parametrize("gently", [True, False])
def test_a_restart_gives_nobody_a_new_share(rig: Rig, monkeypatch: pytest.MonkeyPatch, gently: bool) -> None:
    monkeypatch.setattr(allotment, "MOST", 2000)
    monkeypatch.setattr(allotment, "NOTE", 10_000 if gently else 300)
    seated(rig)
    for number in range(1, 10):
        rig.say(sent(f'{{"t":"name","name":"Ada {number}","id":{number}}}'))
    if gently:
        rig.say(bus.Drop("r"))
    rig.again()
    seen = rig.say(CREATE, sent('{"t":"name","name":"Ada 10","id":10}'), turns=2)
    assert [fault["code"] for fault in seen.faults()] == ["full"]


def test_a_disk_that_is_full_costs_no_share(rig: Rig) -> None:
    seated(rig)
    fill(rig.store)
    number, failed = 1, False
    while not failed:
        before = rig.engine._allotment._used("r")["s"]
        seen = rig.say(sent(f'{{"t":"name","name":"{"é" * 190}","id":{number}}}'))
        number += 1
        failed = any(fault["code"] == "failed" for fault in seen.faults())
    assert rig.engine._allotment._used("r")["s"] == before
