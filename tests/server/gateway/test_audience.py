"""The gateway's room: who gets which slot, when, and what is forgotten."""

import itertools
from collections.abc import Callable

from server.gateway.audience import OPENED, Audience, Viewer
from server.gateway.direct import frame_of
from server.gateway.mailbox import Outbox
from server.protocol.messages import Role
from tests.server.rawsocket import payload_of


class Wire:
    """A socket that takes everything."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.joins = False
        self.waiting: Callable[[], int] = lambda: 0
        self.write: Callable[[bytes], None] = lambda frame: self.sent.append(payload_of(frame))

    def on_room(self, told: Callable[[bool], None]) -> None:
        """It is never full."""

    def on_end(self, told: Callable[[], None]) -> None:
        """It never ends."""

    def abort(self) -> None:
        raise AssertionError("nobody is cut here")


class Seen:
    """A viewer and its wire."""

    def __init__(self, number: int, role: Role = "student", seat: str = "", name: str = "", bare: bool = False) -> None:
        self.wire = Wire()
        self.viewer = Viewer(number, role, seat or f"s{number}", "tab", name, Outbox(self.wire), bare=bare)

    def news(self) -> list[bytes]:
        """What was sent since the last call."""
        news, self.wire.sent = self.wire.sent, []
        return news


numbers = itertools.count(1)


def kept(made: Audience, to: str, key: str, text: bytes, core: bool = True) -> None:
    body = frame_of(text, next(numbers))
    made.keep((to, key), body, core)
    for outbox in made.audience(to):
        outbox.put((to, key), body)


def room() -> Audience:
    """A complete room with a core slot, a scene's, and one student's own."""
    made = Audience("lecture2", None)
    kept(made, "all", "place", b"place")
    kept(made, "all", "rounds.trace", b"trace", core=False)
    kept(made, "seat:s1", "you", b"you")
    kept(made, *OPENED, b"opened")
    made.complete()
    return made


def test_a_newcomer_gets_what_it_may_see_the_opened_scene_first() -> None:
    made, one, other = room(), Seen(1), Seen(2)
    made.enter(one.viewer)
    made.enter(other.viewer)
    assert one.news() == [b"opened", b"place", b"trace", b"you"]
    assert other.news() == [b"opened", b"place", b"trace"]


def test_a_snapshot_is_in_the_order_of_the_last_changes() -> None:
    made, late = room(), Seen(1)
    kept(made, "all", "place", b"place again")
    made.enter(late.viewer)
    assert late.news() == [b"opened", b"trace", b"you", b"place again"]


def test_who_comes_before_the_room_is_known_gets_it_whole_and_once() -> None:
    made, early = Audience("lecture2", None), Seen(1)
    made.enter(early.viewer)
    made.keep(OPENED, frame_of(b"opened"), core=True)
    assert early.news() == []
    made.complete()
    assert early.news() == [b"opened"]
    made.complete()
    assert early.news() == []


def test_a_closing_scene_is_forgotten() -> None:
    made = room()
    made.clear()
    late = Seen(2)
    made.enter(late.viewer)
    assert late.news() == [b"opened", b"place"]


def test_slots_of_the_last_engine_stay_until_the_next_has_told_all() -> None:
    made = room()
    made.renew()
    between = Seen(2)
    made.enter(between.viewer)
    assert between.news() == [b"opened", b"place", b"trace"]
    kept(made, *OPENED, b"opened again")
    made.complete()
    assert between.news() == [b"opened again"]
    assert made.slots.keys() == {OPENED[0]}
    assert made.slots[OPENED[0]].keys() == {OPENED[1]}


def test_instructor_and_stage_are_served_before_the_students() -> None:
    made = Audience("lecture2", None)
    roles: tuple[Role, ...] = ("student", "stage", "student", "instructor")
    seen = [Seen(number, role) for number, role in enumerate(roles)]
    for one in seen[:3]:
        made.enter(one.viewer)
    assert made.audience("all") == (), "nobody was given the snapshot yet"
    made.complete()
    made.enter(seen[3].viewer)
    assert [one.number for one in made.watching()] == [3, 1, 0, 2]

    def numbers(to: str) -> list[int]:
        boxes = made.audience(to)
        return [next(one.viewer.number for one in seen if one.viewer.outbox is box) for box in boxes]

    assert numbers("all") == [3, 1, 0, 2]
    assert numbers("stage") == [3, 1]
    assert numbers("students") == [0, 2]
    assert numbers("instructor") == [3]
    assert numbers("seat:s2") == [2]
    assert numbers("seat:nobody") == []
    made.leave(seen[0].viewer, 1.0)
    assert numbers("all") == [3, 1, 2]


def test_two_tabs_are_one_student_and_a_room_is_empty_after_the_last_viewer() -> None:
    made = Audience("lecture2", None)
    first, second, stage = Seen(1, seat="ada", name="Ada"), Seen(2, seat="ada"), Seen(3, "stage", "stage")
    for one in (first, second, stage):
        made.enter(one.viewer)
    assert second.viewer.allowance is first.viewer.allowance, "a seat has one, however many tabs it opens"
    made.complete()
    assert len(made.audience("seat:ada")) == 2
    made.leave(first.viewer, 5.0)
    assert set(made.present()) == {"ada"}
    assert made.is_here("ada")
    made.leave(second.viewer, 6.0)
    assert (made.present(), made.is_here("ada"), made.empty_since) == ({}, False, None)
    made.leave(stage.viewer, 7.0)
    assert made.empty_since == 7.0
    made.enter(first.viewer)
    assert made.empty_since is None


def test_panels_are_numbered_and_the_first_leads_until_it_goes() -> None:
    made = Audience("lecture2", None)
    first, second, third = (Seen(number, "instructor", "instructor") for number in (5, 6, 7))
    made.enter(first.viewer)
    made.enter(second.viewer)
    assert [one.panel for one in made.panels()] == [1, 2]
    assert made.leader == 1
    made.leave(first.viewer, 1.0)
    assert made.leader == 2
    made.enter(third.viewer)
    assert third.viewer.panel == 1, "the number that is free again"
    assert made.leader == 2
    made.leave(second.viewer, 2.0)
    made.leave(third.viewer, 3.0)
    assert made.leader == 0


def test_coming_back_gives_nobody_a_new_allowance() -> None:
    made = Audience("lecture2", None)
    first, again, other = Seen(1, seat="ada"), Seen(2, seat="ada"), Seen(3, seat="bob")
    made.enter(first.viewer)
    first.viewer.allowance.bytes.empty()
    made.leave(first.viewer, 1.0)
    made.refill()
    made.enter(again.viewer)
    assert again.viewer.allowance is first.viewer.allowance
    made.enter(other.viewer)
    assert other.viewer.allowance.full
    made.leave(again.viewer, 1.0)
    again.viewer.allowance.bytes.since -= 3600
    made.refill()
    made.enter(again.viewer)
    assert again.viewer.allowance.full, "by now it is as good as new, and was forgotten"


def test_receipts_of_a_seats_old_tabs_are_forgotten() -> None:
    made = room()
    for tab in range(40):
        kept(made, "seat:s1", f"receipt:{tab}", b"%d" % tab)
        kept(made, "seat:s1", "receipt:0", b"again")
    kept(made, "seat:s2", "receipt:0", b"another's")
    tabs = [key for key in made.slots["seat:s1"] if key.startswith("receipt:")]
    assert len(tabs) == 16
    assert {"receipt:0", "receipt:39"} <= set(tabs)
    assert made.latest(("seat:s1", "you")) is not None
    assert made.latest(("seat:s2", "receipt:0")) is not None
    assert made.latest(("seat:s2", "receipt:1")) is None


def test_traffic_counts_who_is_here_and_who_has_gone() -> None:
    made, one, other = room(), Seen(1), Seen(2)
    made.enter(one.viewer)
    made.enter(other.viewer)
    before = made.traffic()
    assert before.delivered == 4 + 3
    made.leave(one.viewer, 1.0)
    assert made.traffic() == before
    kept(made, "all", "place", b"place again")
    assert (made.traffic().delivered, made.traffic().sent) == (
        before.delivered + 1,
        before.sent + 2 + len(b"place again"),
    )
