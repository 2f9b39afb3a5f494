"""Commands from the pipe: decoded against the room of their turn, drags collapsed, everything else in order."""

from collections import deque

from server.engine.decoding import Decoded, intake, read
from server.pipe.bus import Attend, Inbound, Up
from server.protocol.messages import Fault
from server.room.state import Room
from tests.server.rooms import SCENES, full, send


def put(at: float, seat: str = "s0", number: int | None = None) -> Inbound:
    id = "" if number is None else f',"id":{number}'
    return Inbound("lecture2", 1, seat, "student", "tab", f'{{"t":"tally.put","at":{at}{id}}}'.encode())


def taken(room: Room, *ups: Up) -> list[Up]:
    """What is carried out of these, as it came."""
    taken = intake(deque(ups), lambda: room, SCENES, deque())
    return [item.inbound if isinstance(item, Decoded) else item for item in taken]


def counting() -> Room:
    return send(full(), {"t": "open", "scene": "tally"})


def test_the_latest_drag_of_each_seat_is_enough() -> None:
    assert taken(counting(), put(1), put(2, "s1"), put(3), put(4, "s1")) == [put(3), put(4, "s1")]


def test_nothing_collapses_across_another_message_or_with_a_number() -> None:
    came = Attend("lecture2", "s9", "", True)
    add = Inbound("lecture2", 1, "s0", "student", "tab", b'{"t":"tally.add","amount":1}')
    for between in (came, add, put(9, number=1)):
        assert taken(counting(), put(1), between, put(2)) == [put(1), between, put(2)]


def test_a_drag_that_is_refused_replaces_none_that_is_not() -> None:
    bad = Inbound("lecture2", 1, "s0", "student", "tab", b'{"t":"tally.put","at":1e9}')
    assert taken(counting(), put(1), bad, put(2)) == [put(1), bad, put(2)]


def test_each_is_read_against_the_room_as_it_is_by_then() -> None:
    rooms = [full()]
    items = intake(deque([put(1), put(2)]), lambda: rooms[-1], SCENES, deque())
    first = next(items)
    assert isinstance(first, Decoded)
    assert isinstance(first.command, Fault)
    rooms.append(counting())
    second = next(items)
    assert isinstance(second, Decoded)
    assert not isinstance(second.command, Fault)


def test_a_number_is_known_also_where_the_rest_is_refused() -> None:
    def number(body: bytes) -> int | None:
        return read(Inbound("lecture2", 1, "s0", "student", "tab", body), full(), SCENES).id

    assert number(b'{"t":"no such","id":7}') == 7
    assert number(b'{"id":7}') == 7
    for body in (b"{", b"\xff", b"[" * 100_000, b'{"id":0}', b'{"id":true}', b'{"id":9007199254740992}'):
        assert number(body) is None
