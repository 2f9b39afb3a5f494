"""The gateway's room: who gets which slot, when, and what is forgotten."""

from server.delivery import Outbox
from server.protocol import Role
from server.rooms import OPENED, Room, Viewer


class Wire:
    """A socket that is never written to: what waits in its outbox is looked at."""

    async def send(self, body: bytes) -> None:
        raise AssertionError(f"nobody empties this outbox, but {body!r} was sent")


def viewer(number: int, role: Role = "student", seat: str = "", name: str = "") -> Viewer:
    return Viewer(number, role, seat or f"s{number}", "tab", name, Outbox(Wire().send))


def waiting(one: Viewer) -> list[bytes]:
    bodies = []
    while (body := one.outbox._next()) is not None:
        bodies.append(body)
    return bodies


def room() -> Room:
    """A complete room with a core slot, a scene's, and one student's own."""
    made = Room("lecture2", None)
    made.keep(("all", "place"), b"place", core=True)
    made.keep(("all", "rounds.trace"), b"trace", core=False)
    made.keep(("seat:s1", "you"), b"you", core=True)
    made.keep(("all", OPENED), b"opened", core=True)
    made.complete()
    return made


def test_a_newcomer_gets_what_it_may_see_the_opened_scene_first() -> None:
    made, one, other = room(), viewer(1), viewer(2)
    made.enter(one)
    made.enter(other)
    assert waiting(one) == [b"opened", b"place", b"trace", b"you"]
    assert waiting(other) == [b"opened", b"place", b"trace"]


def test_who_comes_before_the_room_is_known_gets_it_whole_and_once() -> None:
    made, early = Room("lecture2", None), viewer(1)
    made.enter(early)
    made.keep(("all", OPENED), b"opened", core=True)
    assert waiting(early) == []
    made.complete()
    assert waiting(early) == [b"opened"]
    made.complete()
    assert waiting(early) == []


def test_a_closing_scene_is_forgotten_also_where_it_was_not_sent_yet() -> None:
    made, slow = room(), viewer(1)
    made.enter(slow)
    made.clear()
    assert waiting(slow) == [b"opened", b"place", b"you"]
    late = viewer(2)
    made.enter(late)
    assert waiting(late) == [b"opened", b"place"]


def test_slots_of_the_last_engine_stay_until_the_next_has_told_all() -> None:
    made = room()
    made.renew()
    between = viewer(2)
    made.enter(between)
    assert waiting(between) == [b"opened", b"place", b"trace"]
    made.keep(("all", OPENED), b"opened again", core=True)
    made.complete()
    assert waiting(between) == [b"opened again"]
    assert set(made.slots) == {("all", OPENED)}


def test_instructor_and_stage_are_served_before_the_students() -> None:
    made = Room("lecture2", None)
    for number, role in enumerate(("student", "stage", "student", "instructor")):
        made.enter(viewer(number, role))  # type: ignore[arg-type]  # each is a role
    assert [one.number for one in made.watching()] == [1, 3, 0, 2]


def test_two_tabs_are_one_student_and_a_room_is_empty_after_the_last_viewer() -> None:
    made = Room("lecture2", None)
    first, second, stage = viewer(1, seat="ada", name="Ada"), viewer(2, seat="ada"), viewer(3, "stage", "stage")
    for one in (first, second, stage):
        made.enter(one)
    made.leave(first, 5.0)
    assert set(made.present()) == {"ada"}
    made.leave(second, 6.0)
    assert (made.present(), made.empty_since) == ({}, None)
    made.leave(stage, 7.0)
    assert made.empty_since == 7.0
    made.enter(first)
    assert made.empty_since is None
