"""What the control panel is told of the hall: lags, and who has the newest position."""

from functools import partial

from server.gateway.audience import PLACE, Audience
from server.gateway.direct import frame_of
from server.gateway.lag import hall
from server.gateway.mailbox import Body
from server.gateway.places import Limits
from tests.server.gateway.test_audience import Seen


def shown(room: Audience, seq: int) -> None:
    body: Body = frame_of(b"place", seq)
    room.keep(PLACE, body, core=True)
    for outbox in room.audience("all"):
        outbox.put(PLACE, body)


def test_a_hall_counts_who_has_the_newest_position_and_how_late_they_are() -> None:
    room = Audience("lecture2", None)
    room.complete()
    phones, stage = [Seen(number) for number in range(3)], Seen(9, "stage", "stage")
    for one in (*phones, stage):
        one.viewer.outbox._clock = lambda: 100.0
        room.enter(one.viewer)
    shown(room, 4)
    assert hall(room, 100.0, Limits()).current == 0
    for one, at in zip((*phones, stage), (100.02, 100.04, 100.06, 100.03), strict=True):
        one.viewer.outbox._clock = partial(float, at)
        one.viewer.outbox.acknowledge(4)
    seen = hall(room, 100.1, Limits())
    assert (seen.phones, seen.current) == (3, 3)
    assert (seen.phone_lag, seen.slowest_lag, seen.stage_lag) == (40.0, 60.0, 30.0)
    shown(room, 5)
    phones[0].viewer.outbox.acknowledge(5)
    assert (hall(room, 100.1, Limits()).phones, hall(room, 100.1, Limits()).current) == (3, 1)
    assert hall(room, 105.06, Limits()).slowest_lag == 5020.0, "what was never answered is late itself"
    phones[1].viewer.outbox._skipped, phones[2].viewer.outbox._cut = 7, 1
    room.leave(phones[2].viewer, 1.0)
    assert (hall(room, 100.1, Limits()).skipped, hall(room, 100.1, Limits()).cut) == (7, 1)


def test_a_hall_without_phones_is_empty_and_current() -> None:
    seen = hall(Audience("lecture2", None), 1.0, Limits())
    assert (seen.phones, seen.current, seen.phone_lag, seen.slowest_lag, seen.stage_lag) == (0, 0, 0.0, 0.0, 0.0)


def test_a_phone_shows_what_it_has_painted() -> None:
    room = Audience("lecture2", None)
    room.complete()
    hidden, seen = Seen(1), Seen(2)
    for one in (hidden, seen):
        room.enter(one.viewer)
    shown(room, 4)
    hidden.viewer.outbox.acknowledge(4, drawn=0)
    seen.viewer.outbox.acknowledge(4, drawn=4)
    assert hall(room, 1.0, Limits()).current == 1
    hidden.viewer.outbox.acknowledge(4, drawn=4)
    assert hall(room, 1.0, Limits()).current == 2


def test_the_panel_learns_what_is_full() -> None:
    room = Audience("lecture2", None)
    room.enter(Seen(1, "stage", "stage", bare=True).viewer)
    room.enter(Seen(2, "stage", "stage").viewer)
    room.turned_away = 3
    told = hall(room, 1.0, Limits(viewers=7, stages=2))
    assert (told.most_phones, told.stages, told.most_stages, told.turned_away) == (7, 1, 2, 3)
    room.leave(room.stages()[0], 1.0)
    assert hall(room, 1.0, Limits()).stages == 0
