"""One session's flood does not keep the engine from the others: turns end, sessions take turns, jobs go on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from server.engine import inbox
from server.engine.inbox import MOST
from server.pipe import bus
from server.protocol.wire import unpack
from tests.server.probe import Rig, command, framed, plain


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def add(session: str, role: str = "instructor", number: int | None = None) -> bus.Inbound:
    fields = {} if number is None else {"id": number}
    body = msgspec.json.encode({"t": "probe.add", **fields})
    return bus.Inbound(session, 7, "", "instructor", "n", body)


def open_both(rig: Rig) -> None:
    opened = command("open", scene="probe", params={"size": 1})
    other = bus.Inbound("s", 7, "", "instructor", "n", opened.body)
    rig.say(bus.Create("r", None), bus.Create("s", None), opened, other)
    rig.look()


def receipts(rig: Rig, *ups: bus.Up) -> dict[str, int]:
    """How far each session's numbers are receipted after one turn."""
    seen = rig.say(*ups)
    found: dict[str, int] = {}
    for down in seen.downs:
        if isinstance(down, bus.SlotFrame) and down.key.startswith("receipt:"):
            found[down.session] = int(str(plain(unpack(down.body))["upto"]))
    return found


def test_a_flood_in_one_session_delays_the_others_by_one_turn_at_most(rig: Rig) -> None:
    open_both(rig)
    flood = [add("r", number=number) for number in range(1, 10 * MOST + 1)]
    assert receipts(rig, *flood, add("s", number=1)) == {"r": MOST, "s": 1}
    assert receipts(rig, add("s", number=2)) == {"r": 2 * MOST, "s": 2}
    for turn in range(3, 11):
        assert receipts(rig)["r"] == turn * MOST, "nothing is lost, and all in order"
    assert not rig.engine._inbox


def test_a_turn_that_is_over_goes_on_with_the_next_session(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    open_both(rig)
    monkeypatch.setattr(inbox, "TURN", 0.0)
    rig.engine.turn()
    both = [add(name, number=number) for number in (1, 2, 3) for name in ("r", "s")]
    assert [receipts(rig, *both), *(receipts(rig) for _ in range(5))] == [
        {"r": 1},
        {"s": 1},
        {"r": 2},
        {"s": 2},
        {"r": 3},
        {"s": 3},
    ]


def test_nothing_more_is_read_while_much_waits(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "ENOUGH", 10)
    open_both(rig)
    rig.say(*(add("r", number=number) for number in range(1, 200)))
    before = rig.engine._inbox.size
    assert before > 10
    rig.ours.sendall(framed(add("r", number=200)))
    rig.engine.turn()
    assert rig.engine._inbox.size == before - MOST
    for _ in range(4):
        rig.engine.turn()
    assert rig.engine._sessions["r"].room.receipts[""]["n"] == 200


def test_a_run_of_drags_is_collapsed_as_a_whole_and_carried_out_in_parts(rig: Rig) -> None:
    open_both(rig)
    drags = [
        bus.Inbound("r", 7, f"seat{seat}", "student", "n", msgspec.json.encode({"t": "probe.move", "node": 0, "x": x}))
        for x in (0.0, 1.0)
        for seat in range(2 * MOST)
    ]
    rig.say(*drags, turns=3)
    state = rig.engine._sessions["r"].room.open
    assert state is not None
    assert len(state.state.moves) == 2 * MOST  # type: ignore[attr-defined]


def test_a_job_goes_on_under_a_flood(rig: Rig) -> None:
    open_both(rig)
    rig.say(command("open", scene="probe", params={"size": 1, "steps": 1000}))
    steps = []
    number = 0
    for _ in range(10):
        rig.clock.now += inbox.STARVED
        flood = [add("s", number=number + more) for more in range(1, 2 * MOST + 1)]
        number += 2 * MOST
        rig.say(*flood)
        assert rig.engine._inbox
        room = rig.engine._sessions["r"].room
        assert room.open is not None
        steps.append(room.open.ticks)
    assert steps[-1] > steps[0] + 5


def test_what_was_said_before_the_gateway_went_is_carried_out(rig: Rig) -> None:
    open_both(rig)
    rig.ours.sendall(b"".join(framed(add("r", number=number)) for number in range(1, 3 * MOST)))
    rig.ours.shutdown(socket.SHUT_WR)
    for _ in range(3):
        rig.engine.turn()
    assert rig.engine._sessions["r"].room.receipts[""]["n"] == 3 * MOST - 1
    with pytest.raises(bus.PipeClosed):
        rig.engine.turn()
