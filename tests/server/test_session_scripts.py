"""Random scripts against a room, half of them hostile: what holds whatever anybody sends."""

import json
from dataclasses import dataclass, replace

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol import messages as p
from server.protocol.faults import Refused
from server.protocol.vocabulary import CORE_COMMANDS
from server.protocol.wire import pack
from server.room import rules
from server.room.checkpoint import checkpoint
from server.room.state import Origin, Room, Savepoint
from server.room.view import frames, is_new_scene
from tests.server.rooms import LECTURE, SCENES, TallyState

Slots = dict[tuple[str, str], bytes]
Event = tuple[str, object, object]
NUMBERS = st.one_of(st.integers(-3, 14), st.sampled_from([2**53, 2**63, -(2**70), 10**400]), st.floats(-9, 9))
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=12), st.sampled_from(["\u202e", "x" * 300, "tally"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)
TAGS = st.sampled_from(
    [
        *(str(command.__struct_config__.tag) for command in (*CORE_COMMANDS, *p.GATEWAY_COMMANDS)),
        *("tally.add", "tally.put", "tally.worked", "rounds.answer", "", "no such"),
    ]
)
NAMES = "vote given question seat to on scene params values name amount at id dark role key".split()
NAMES = "vote given question seat to on scene params values name amount at id dark role key".split()
FIELDS = st.sampled_from(NAMES)
HOSTILE = st.builds(lambda tag, fields: {"t": tag, **fields}, TAGS, st.dictionaries(FIELDS, ANYTHING, max_size=3))
CHOICE = {"text": "odd?", "options": ["odd", "even"], "truth": "parity"}
WORDS = {"text": "why?", "kind": "text"}
VOTES = st.integers(1, 12)
LIKELY = st.one_of(
    st.builds(lambda a: {"t": "tally.add", "amount": a}, st.integers(-3, 5)),
    st.builds(lambda a: {"t": "tally.put", "at": a}, st.floats(-9, 9)),
    st.builds(lambda name: {"t": "name", "name": name}, st.text(min_size=1, max_size=30)),
    st.builds(lambda to: {"t": "position", "to": to}, st.integers(0, 12)),
    st.builds(lambda v: {"t": "tune", "values": {"limit": v}}, st.integers(0, 12)),
    st.builds(lambda v: {"t": "open", "scene": "tally", "params": {"seats": v, "limit": 9}}, st.booleans()),
    st.builds(lambda v: {"t": "show", "dark": v}, st.booleans()),
    st.builds(lambda v: {"t": "play", "on": v}, st.booleans()),
    st.builds(lambda to: {"t": "vote", "to": to}, st.sampled_from(["open", "closed", "revealed", "away"])),
    st.builds(lambda c: {"t": "answer", "vote": c[0], "given": {"choice": c[1]}}, st.tuples(VOTES, st.integers(0, 3))),
    st.builds(lambda v, text: {"t": "answer", "vote": v, "given": {"text": text}}, VOTES, st.text(max_size=12)),
    st.builds(lambda who: {"t": "release", "seat": who, "on": True}, st.sampled_from(["s0", "s1"])),
    st.sampled_from([{"t": "ask"}, {"t": "ask", "question": CHOICE}, {"t": "ask", "question": WORDS}]),
    st.sampled_from([{"t": "reset"}, {"t": "deal"}, {"t": "step", "to": 0}, {"t": "step", "to": 1}]),
)
SENDERS = st.sampled_from(["i", "stage", "s0", "s1", "s2", "s3"])
SCRIPT = st.lists(
    st.one_of(
        st.tuples(st.just("command"), SENDERS, LIKELY),
        st.tuples(st.just("command"), SENDERS, HOSTILE),
        st.tuples(st.just("attend"), st.sampled_from(["s0", "s1", "s2", "s3", "s9"]), st.booleans()),
        st.tuples(st.just("presence"), st.sets(st.sampled_from(["s0", "s1", "s2", "nobody"])), st.none()),
        st.tuples(st.just("play"), st.none(), st.none()),
    ),
    max_size=25,
)


@dataclass
class Told:
    """What one event did: the room after it, or the refusal."""

    room: Room
    refused: Refused | None = None


def role_of(who: str) -> p.Role:
    if who == "stage":
        return "stage"
    return "instructor" if who == "i" else "student"


def happen(room: Room, event: Event) -> Told:
    """One event as the engine lets it happen; anything but `Refused` is a defect."""
    kind, who, what = event
    number = room.sequence + 1
    if kind == "attend":
        assert isinstance(who, str)
        return Told(rules.attend(room, number, who, "", bool(what), SCENES))
    if kind == "presence":
        assert isinstance(who, set)
        return Told(rules.presence(room, number, tuple(sorted(who)), SCENES))
    if kind == "play":
        return Told(rules.play_on(room, number, SCENES))
    assert isinstance(who, str)
    try:
        command = rules.decode(_body(what), role_of(who), room, SCENES)
        return Told(rules.handle(room, Origin(number, who, role_of(who)), command, SCENES))
    except Refused as refused:
        return Told(room, refused)


def _body(command: object) -> bytes:
    """JSON as a hostile program writes it: any number, however long."""
    return json.dumps(command).encode()


def begun() -> Room:
    room = Room("lecture2", LECTURE)
    for number in range(3):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", True, SCENES)
    return happen(room, ("command", "i", {"t": "open", "scene": "tally"})).room


def slots(room: Room) -> Slots:
    return {shown.out.slot: pack(shown.out.frame).stamped(0) for shown in frames(None, room, SCENES)}


def marks(room: Room) -> dict[str, float]:
    if room.open is None:
        return {}
    assert isinstance(room.open.state, TallyState)
    return dict(room.open.state.marks)


def answers(room: Room, but: str) -> object:
    """The vote without one seat's answer."""
    vote = room.vote
    if vote is None:
        return None
    return msgspec.structs.replace(vote, answers={who: given for who, given in vote.answers.items() if who != but})


@settings(max_examples=80, deadline=None)
@given(SCRIPT)
def test_a_refused_command_changes_nothing_and_says_why(script: list[Event]) -> None:
    room = begun()
    for event in script:
        before, saved = slots(room), checkpoint(Savepoint(room))
        told = happen(room, event)
        if told.refused is not None:
            assert len(told.refused.detail) > 15
            assert told.room is room
            assert list(frames(room, told.room, SCENES)) == []
        # The old room is a value: whatever happened, it is as it was.
        assert (slots(room), checkpoint(Savepoint(room))) == (before, saved)
        room = told.room


@settings(max_examples=80, deadline=None)
@given(SCRIPT)
def test_a_snapshot_is_the_sum_of_its_deltas_whatever_happens(script: list[Event]) -> None:
    room = begun()
    browser = slots(room)
    for event in script:
        after = happen(room, event).room
        if is_new_scene(room, after):
            browser = {slot: body for slot, body in browser.items() if not slot[1].startswith("tally.")}
        browser.update({s.out.slot: pack(s.out.frame).stamped(0) for s in frames(room, after, SCENES)})
        room = after
        assert browser == slots(room)


@settings(max_examples=80, deadline=None)
@given(SCRIPT)
def test_the_same_script_gives_the_same_room(script: list[Event]) -> None:
    ends = []
    for _ in range(2):
        room = begun()
        for event in script:
            room = happen(room, event).room
        ends.append((slots(room), checkpoint(Savepoint(room))))
    assert ends[0] == ends[1]


@settings(max_examples=80, deadline=None)
@given(SCRIPT)
def test_each_thing_has_one_writer(script: list[Event]) -> None:
    """Every change takes the next number; a student changes the own mark and name, and steers nothing."""
    room = begun()
    for event in script:
        after = happen(room, event).room
        assert after is room or after.sequence == room.sequence + 1
        if event[0] == "command" and after is not room:
            author = str(event[1])
            assert role_of(author) != "stage"
            if role_of(author) == "student":
                alike = replace(after, members=room.members, sequence=room.sequence, open=room.open, vote=room.vote)
                assert alike == room
                assert answers(after, but=author) == answers(room, but=author)
                others = {i: m for i, m in after.members.items() if i != author}
                assert others == {i: m for i, m in room.members.items() if i != author}
                assert {i: at for i, at in marks(after).items() if i != author} == {
                    i: at for i, at in marks(room).items() if i != author
                }
        room = after
    names = [member.name for member in room.members.values()]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 24 for name in names)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))))
def test_bytes_of_any_kind_are_a_command_or_a_refusal(body: bytes) -> None:
    room = begun()
    for who in ("i", "s0", "stage"):
        try:
            command = rules.decode(body, role_of(who), room, SCENES)
        except Refused as refused:
            assert refused.code in ("malformed", "unknown_command", "forbidden", "invalid", "wrong_scene")  # noqa: PT017
        else:
            assert isinstance(command, p.Command)
            assert msgspec.json.encode(command)
