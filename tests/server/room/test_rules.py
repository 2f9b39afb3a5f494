"""The room: authority, exactly once, and no command that fails changes anything."""

from dataclasses import fields, replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol import messages as p
from server.protocol.ballot import Answer
from server.protocol.faults import Refused
from server.protocol.vocabulary import CORE_COMMANDS
from server.protocol.wire import pack
from server.room import rules
from server.room.checkpoint import checkpoint, restore
from server.room.plan import LectureStep
from server.room.state import Origin, Room, Savepoint
from server.room.view import frames, is_new_scene
from tests.server.rooms import LECTURE, SCENES, TallyState, full, send


def state(room: Room) -> TallyState:
    assert room.open is not None
    assert isinstance(room.open.state, TallyState)
    return room.open.state


def opened(students: int = 4, **params: object) -> Room:
    return send(full(students), {"t": "open", "scene": "tally", "params": params})


def slots(room: Room) -> dict[tuple[str, str], bytes]:
    return {shown.out.slot: pack(shown.out.frame).stamped(0) for shown in frames(None, room, SCENES)}


# --- what may be sent by whom -------------------------------------------------------------------


def test_every_command_says_who_may_send_it() -> None:
    for command in (*CORE_COMMANDS, *p.GATEWAY_COMMANDS):
        assert command.who <= p.EVERYONE
    assert [c for c in CORE_COMMANDS if c.who != p.INSTRUCTOR] == [p.Rename, Answer]


@pytest.mark.parametrize("role", ["student", "stage"])
@pytest.mark.parametrize(
    "command",
    [c for c in CORE_COMMANDS if c.who == p.INSTRUCTOR],
    ids=lambda c: str(c.__struct_config__.tag),
)
def test_only_the_instructor_steers(command: type[p.Command], role: p.Role) -> None:
    body = msgspec.json.encode({"t": command.__struct_config__.tag})
    with pytest.raises(Refused, match=f"came from a {role}") as caught:
        rules.decode(body, role, full(), SCENES)
    assert caught.value.code == "forbidden"


def test_an_action_of_a_job_can_be_sent_by_nobody() -> None:
    room = opened()
    for role in ("student", "stage", "instructor"):
        with pytest.raises(Refused, match="expected from nobody"):
            rules.decode(b'{"t":"tally.worked","to":9}', role, room, SCENES)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", "malformed", "expected a JSON object"),
        (b"[1]", "malformed", "expected a JSON object"),
        (b'{"no":"type"}', "malformed", "`t`"),
        (b'{"t": 3}', "malformed", "Expected `str`"),
        (b'\xff\xfe{"t"', "malformed", "expected"),
        (b'{"t":"open","deep":' + b"[" * 30_000 + b"]" * 30_000 + b"}", "malformed", "recursion"),
        (b'{"t":"open","scene":null,"id":9007199254740992}', "invalid", r"<= 9007199254740991 - at `\$.id`"),
        (b'{"t":"launch"}', "unknown_command", "launch"),
        (b'{"t":"ack","seq":1}', "forbidden", "ack"),
        (b'{"t":"step"}', "invalid", "missing required field `to`"),
        (b'{"t":"step","to":"two"}', "invalid", r"Expected `int`, got `str` - at `\$.to`"),
        (b'{"t":"step","to":-1}', "invalid", ">= 0"),
        (b'{"t":"step","to":1,"extra":1}', "invalid", "extra"),
        (b'{"t":"tally.break","nan":1}', "invalid", "Expected `bool`"),
    ],
)
def test_bad_input_names_what_was_expected(body: bytes, code: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        rules.decode(body, "instructor", opened(), SCENES)
    assert caught.value.code == code


def test_an_action_of_a_scene_that_is_not_open_is_refused() -> None:
    with pytest.raises(Refused, match="while tally is open, but the lobby is") as caught:
        rules.decode(b'{"t":"tally.add","amount":1}', "student", full(), SCENES)
    assert caught.value.code == "wrong_scene"


@pytest.mark.parametrize("number", ["1e999", "NaN", "-1e999"])
def test_numbers_that_are_not_finite_are_refused(number: str) -> None:
    body = f'{{"t":"tally.put","at":{number}}}'.encode()
    with pytest.raises(Refused):
        rules.decode(body, "student", opened(), SCENES)


# --- exactly once -------------------------------------------------------------------------------


def test_a_numbered_command_is_new_then_a_duplicate_and_a_gap_is_not_taken() -> None:
    room = opened()
    again = Origin(9, "s1", "student", "tab", 1)
    assert rules.standing(room, again) == "new"
    room = send(room, {"t": "tally.add", "amount": 2, "id": 1}, role="student", who="s1")
    assert rules.standing(room, again) == "duplicate"
    assert rules.standing(room, Origin(9, "s1", "student", "tab", 3)) == "gap"
    assert rules.standing(room, Origin(9, "s1", "student", "other tab", 1)) == "new"
    assert rules.standing(room, Origin(9, "s2", "student", "tab", 1)) == "new"


def test_a_refused_numbered_command_is_done_with() -> None:
    room = opened()
    origin = Origin(9, "s1", "student", "tab", 1)
    after = rules.receipted(room, origin)
    assert rules.standing(after, origin) == "duplicate"
    assert state(after) is state(room)


def test_the_receipt_goes_to_the_tab_that_sent() -> None:
    before = opened()
    after = send(before, {"t": "tally.add", "amount": 2, "id": 1}, role="student", who="s1")
    receipts = [s.out for s in frames(before, after, SCENES) if isinstance(s.out.frame, p.Receipt)]
    assert [(out.to, out.frame) for out in receipts] == [("seat:s1", p.Receipt(nonce="tab", upto=1))]


# --- the lecture --------------------------------------------------------------------------------


def test_a_step_opens_its_scene_with_its_parameters() -> None:
    room = send(full(), {"t": "step", "to": 0})
    assert room.step == 0
    assert state(room).params.limit == 5
    room = send(room, {"t": "step", "to": 1})
    assert room.open is None
    assert frames(None, room, SCENES)[0].out.frame == p.Opened(scene=None, title="Discuss", version=0, step=1)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"t": "step", "to": 2}, "expected a step from 0 to 1, got 2"),
        ({"t": "position", "to": 11}, "expected a position from 0 to 10, got 11"),
        ({"t": "open", "scene": "talley"}, "expected one of tally, got 'talley'"),
        ({"t": "open", "scene": "tally", "params": {"limit": 0}}, r"parameters: Expected `int` >= 1 - at `\$.limit`"),
        ({"t": "tune", "values": {"limit": 1001}}, "<= 1000"),
        ({"t": "tune", "values": {"volume": 1}}, "volume"),
    ],
)
def test_an_impossible_wish_is_refused_and_the_room_unchanged(command: dict[str, object], words: str) -> None:
    room = opened()
    with pytest.raises(Refused, match=words):
        send(room, command)


@pytest.mark.parametrize("command", [{"t": "position", "to": 0}, {"t": "tune", "values": {}}, {"t": "reset"}])
def test_the_lobby_has_nothing_to_step_tune_or_reset(command: dict[str, object]) -> None:
    with pytest.raises(Refused, match="the lobby is open"):
        send(full(), command)


def test_tuning_keeps_what_is_not_named() -> None:
    room = send(opened(limit=7), {"t": "tune", "values": {"working": True}})
    assert room.open is not None
    assert (state(room).params.limit, state(room).params.working) == (7, True)
    assert room.open.params == state(room).params


def test_play_walks_to_the_last_position_and_stops() -> None:
    room = send(opened(limit=3), {"t": "play", "on": True})
    for expected in (1, 2, 3):
        assert room.playing
        room = rules.play_on(room, room.sequence + 1, SCENES)
        assert state(room).total == expected
    assert not room.playing
    again = send(room, {"t": "play", "on": True})
    assert (again.playing, state(again).total) == (True, 0)


# --- the class ----------------------------------------------------------------------------------


def test_the_class_is_dealt_in_join_order_and_frozen() -> None:
    room = rules.attend(full(4), 9, "s1", "", False, SCENES)
    room = send(room, {"t": "deal"})
    assert room.dealt == ("s0", "s2", "s3")
    late = rules.attend(room, 11, "s9", "", True, SCENES)
    assert late.dealt == room.dealt
    you = [s.out.frame for s in frames(room, late, SCENES) if isinstance(s.out.frame, p.You)]
    assert [(y.seat, y.node) for y in you if isinstance(y, p.You)] == [("s9", None)]


def test_a_class_that_has_left_is_dealt_again() -> None:
    room = send(full(3), {"t": "deal"})
    for number in range(3):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", False, SCENES)
    for number in range(3, 6):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", True, SCENES)
    assert send(room, {"t": "open", "scene": "tally", "params": {"seats": True}}).dealt == ("s3", "s4", "s5")
    room = rules.attend(room, room.sequence + 1, "s1", "", True, SCENES)
    assert send(room, {"t": "open", "scene": "tally", "params": {"seats": True}}).dealt == ("s0", "s1", "s2")


def test_a_class_whose_phones_sleep_keeps_its_nodes() -> None:
    room = send(full(3), {"t": "open", "scene": "tally", "params": {"seats": True}})
    for number in range(3):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", False, SCENES)
    assert send(room, {"t": "reset"}).dealt == ("s0", "s1", "s2")


def test_two_students_are_no_class() -> None:
    with pytest.raises(Refused, match="needs at least 3 students, 2 are here") as caught:
        send(full(2), {"t": "open", "scene": "tally", "params": {"seats": True}})
    assert caught.value.code == "too_few"


def test_of_a_very_large_class_the_first_are_dealt_and_the_rest_watch() -> None:
    room = send(full(rules.MOST_DEALT + 5), {"t": "open", "scene": "tally", "params": {"seats": True}})
    assert room.dealt == tuple(f"s{number}" for number in range(rules.MOST_DEALT))


def test_a_reload_gives_the_same_seat_and_name() -> None:
    room = full(3)
    gone = rules.attend(room, 8, "s1", "", False, SCENES)
    back = rules.attend(gone, 9, "s1", "Somebody", True, SCENES)
    assert back.members == room.members


def test_a_name_that_is_taken_is_refused() -> None:
    room = send(full(), {"t": "name", "name": " Ada  L. "}, role="student", who="s0")
    assert room.members["s0"].name == "Ada L."
    with pytest.raises(Refused, match=r"called Ada L\. already"):
        send(room, {"t": "name", "name": "Ada L."}, role="student", who="s1")


# --- rooms are values ---------------------------------------------------------------------------


def test_a_defect_in_a_scene_leaves_the_room() -> None:
    room = opened()
    before = slots(room)
    with pytest.raises(ZeroDivisionError):
        send(room, {"t": "tally.break"})
    assert slots(room) == before


def test_opening_a_scene_again_is_a_new_scene() -> None:
    room = opened()
    assert not is_new_scene(room, send(room, {"t": "tune", "values": {"limit": 3}}))
    assert is_new_scene(room, send(room, {"t": "reset"}))
    assert is_new_scene(None, room)


COMMANDS = st.one_of(
    st.builds(lambda s, a: (s, {"t": "tally.add", "amount": a}), st.integers(0, 3), st.integers(-3, 5)),
    st.builds(lambda s, a: (s, {"t": "tally.put", "at": a}), st.integers(0, 3), st.floats(-9, 9)),
    st.builds(lambda t: (None, {"t": "position", "to": t}), st.integers(0, 12)),
    st.builds(lambda v: (None, {"t": "tune", "values": {"limit": v}}), st.integers(0, 12)),
    st.builds(lambda v: (None, {"t": "show", "dark": v}), st.booleans()),
    st.sampled_from(
        [(None, {"t": "reset"}), (None, {"t": "deal"}), (None, {"t": "step", "to": 0}), (None, {"t": "step", "to": 1})]
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(COMMANDS, max_size=25))
def test_a_snapshot_is_the_sum_of_its_deltas(script: list[tuple[int | None, dict[str, object]]]) -> None:
    room = full()
    browser = slots(room)
    for who, command in script:
        try:
            after = send(
                room, command, role="instructor" if who is None else "student", who="i" if who is None else f"s{who}"
            )
        except Refused:
            continue
        if is_new_scene(room, after):
            browser = {slot: body for slot, body in browser.items() if not slot[1].startswith("tally.")}
        browser.update({s.out.slot: pack(s.out.frame).stamped(0) for s in frames(room, after, SCENES)})
        room = after
        assert browser == slots(room)


@settings(max_examples=40, deadline=None)
@given(st.lists(COMMANDS, max_size=15))
def test_a_checkpoint_and_the_tail_give_the_same_room(script: list[tuple[int | None, dict[str, object]]]) -> None:
    room = opened()
    again = restore(checkpoint(Savepoint(room)), room.lecture, SCENES).savepoint.room
    for who, command in script:
        role: p.Role = "instructor" if who is None else "student"
        name = "i" if who is None else f"s{who}"
        try:
            room = send(room, command, role=role, who=name)
        except Refused:
            continue
        again = send(again, command, role=role, who=name, number=room.sequence)
    assert slots(again) == slots(room)
    names = [f.name for f in fields(Room) if f.name != "open"]
    assert [getattr(again, n) for n in names] == [getattr(room, n) for n in names]


def test_randomness_comes_from_the_session_and_its_log_alone() -> None:
    first, second = opened(), opened()
    np.testing.assert_array_equal(state(first).draw, state(second).draw)
    assert not np.array_equal(state(first).draw, state(send(first, {"t": "reset"})).draw)


def test_a_session_without_a_plan_has_no_steps() -> None:
    with pytest.raises(Refused, match="expected a session with a lecture plan to step through, but this one has none"):
        send(Room("r"), {"t": "step", "to": 0})


def test_a_step_without_a_scene_shows_its_points_until_something_is_opened() -> None:
    steps = (LectureStep("Outline", None, b"{}", "", points=("first", "then")), *LECTURE.steps)
    room = send(replace(full(), lecture=replace(LECTURE, steps=steps)), {"t": "step", "to": 0})

    def slide(of: Room) -> p.Slide:
        (found,) = (s.out.frame for s in frames(None, of, SCENES) if isinstance(s.out.frame, p.Slide))
        return found

    assert slide(room) == p.Slide(title="Outline", points=("first", "then"))
    commands: tuple[dict[str, object], ...] = (
        {"t": "open", "scene": None},
        {"t": "open", "scene": "tally"},
        {"t": "step", "to": 1},
    )
    for command in commands:
        assert slide(send(room, command)) == p.Slide(title="", points=())
