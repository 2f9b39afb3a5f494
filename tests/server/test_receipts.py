"""What is remembered of numbered commands: enough for every tab in use, and no more."""

from __future__ import annotations

from dataclasses import replace

from server.protocol.messages import Receipt
from server.room import rules
from server.room.checkpoint import checkpoint, restore
from server.room.rules import TABS, receipt_of, receipted, standing
from server.room.state import Origin, Room, Savepoint
from server.room.view import frames
from tests.server.rooms import SCENES


def used(room: Room, *tabs: tuple[str, int], seat: str = "s") -> Room:
    """The room after these tabs of a seat sent the commands with these numbers."""
    for nonce, number in tabs:
        room = receipted(room, Origin(0, seat, "student", nonce, number))
    return room


def test_each_seat_keeps_its_latest_tabs_by_their_last_use() -> None:
    room = used(Room("r"), ("first", 1), ("second", 1), *((f"tab{n}", 1) for n in range(TABS - 2)))
    assert len(room.receipts["s"]) == TABS
    room = used(room, ("first", 2), ("new", 1))
    assert list(room.receipts["s"])[-2:] == ["first", "new"]
    assert len(room.receipts["s"]) == TABS
    assert (receipt_of(room, "s", "first"), receipt_of(room, "s", "second")) == (2, 0)


def test_one_seats_tabs_push_out_nobody_elses() -> None:
    room = used(Room("r"), ("mine", 7), seat="other")
    room = used(room, *((f"tab{n}", 1) for n in range(10 * TABS)))
    assert receipt_of(room, "other", "mine") == 7
    assert len(room.receipts["s"]) == TABS


def test_a_tab_in_use_is_never_forgotten() -> None:
    room = Room("r")
    for number in range(1, 200):
        assert standing(room, Origin(0, "s", "student", "open", number)) == "new"
        room = used(room, ("open", number), (f"reloaded {number}", 1))
        assert standing(room, Origin(0, "s", "student", "open", number)) == "duplicate"


def test_a_checkpoint_forgets_the_same_tabs_next() -> None:
    room = used(Room("r", sequence=1), *((f"tab{n % 20}", 1 + n // 20) for n in range(50)))
    room = used(room, ("theirs", 3), seat="other")
    back = restore(checkpoint(Savepoint(room)), None, SCENES).savepoint.room
    assert [(seat, list(tabs.items())) for seat, tabs in back.receipts.items()] == [
        (seat, list(tabs.items())) for seat, tabs in room.receipts.items()
    ]
    assert used(back, ("new", 1)).receipts == used(room, ("new", 1)).receipts


def test_receipts_sent_are_those_that_changed() -> None:
    before = used(Room("r"), ("a", 1), ("b", 1))
    after = used(before, ("a", 2), *((f"tab{n}", 1) for n in range(TABS)))
    again = rules.receipted(after, Origin(0, "other", "student", "c", 1))

    def told(old: Room | None, new: Room) -> list[tuple[str, str, int]]:
        shown = (item.out for item in frames(old, new, SCENES))
        return [(out.to, out.frame.nonce, out.frame.upto) for out in shown if isinstance(out.frame, Receipt)]

    assert told(after, again) == [("seat:other", "c", 1)]
    assert ("seat:s", "a", 1) in told(None, before)
    assert {nonce for _, nonce, _ in told(before, after)} == {f"tab{n}" for n in range(TABS)}
    assert told(after, replace(after, sequence=9)) == []
