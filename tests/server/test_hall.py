"""What the control panel is told of the hall: lags, and who has the newest position."""

from server.delivery import Body
from server.hall import hall
from server.rooms import PLACE, Room
from server.transport import frame_of
from tests.server.test_rooms import Seen


def shown(room: Room, seq: int) -> None:
    body: Body = frame_of(b"place", seq)
    room.keep(PLACE, body, core=True)
    for outbox in room.audience("all"):
        outbox.put(PLACE, body)


def test_a_hall_counts_who_has_the_newest_position_and_how_late_they_are() -> None:
    room = Room("lecture2", None)
    room.complete()
    phones, stage = [Seen(number) for number in range(3)], Seen(9, "stage", "stage")
    for one in (*phones, stage):
        one.viewer.outbox._clock = lambda: 100.0
        room.enter(one.viewer)
    shown(room, 4)
    assert hall(room, 100.0).current == 0
    for one, at in zip((*phones, stage), (100.02, 100.04, 100.06, 100.03), strict=True):
        one.viewer.outbox._clock = lambda at=at: at
        one.viewer.outbox.acknowledge(4)
    seen = hall(room, 100.1)
    assert (seen.phones, seen.current) == (3, 3)
    assert (seen.phone_lag, seen.slowest_lag, seen.stage_lag) == (40.0, 60.0, 30.0)
    shown(room, 5)
    phones[0].viewer.outbox.acknowledge(5)
    assert (hall(room, 100.1).phones, hall(room, 100.1).current) == (3, 1)
    assert hall(room, 105.06).slowest_lag == 5020.0, "what was never answered is late itself"
    phones[1].viewer.outbox._skipped, phones[2].viewer.outbox._cut = 7, 1
    room.leave(phones[2].viewer, 1.0)
    assert (hall(room, 100.1).skipped, hall(room, 100.1).cut) == (7, 1)


def test_a_hall_without_phones_is_empty_and_current() -> None:
    seen = hall(Room("lecture2", None), 1.0)
    assert (seen.phones, seen.current, seen.phone_lag, seen.slowest_lag, seen.stage_lag) == (0, 0, 0.0, 0.0, 0.0)
