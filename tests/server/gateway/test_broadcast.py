"""A turn in one write: whatever way it takes, a viewer ends with what slot by slot would have given it.

The room is real, the outboxes are real; a wire counts its writes and takes what a script of a test lets it take.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.gateway.audience import Audience, Viewer
from server.gateway.broadcast import deliver, deliver_turn
from server.gateway.direct import frame_of
from server.gateway.mailbox import LARGEST_BATCH, Outbox, batches
from server.pipe.bus import Change, Clear, Direct, Known, SlotFrame
from server.protocol.messages import AUDIENCES, Role

ROLES: tuple[Role, ...] = ("instructor", "stage", "student")
SEATS = ("ada", "emmy", "stage", "instructor")
KEYS = ("opened", "place", "trace", "cursor", "own")


def split(data: bytes) -> list[bytes]:
    """The payloads of unmasked frames that stand one behind the other."""
    payloads, at = [], 0
    while at < len(data):
        head = {126: 4, 127: 10}.get(data[at + 1], 2)
        size = data[at + 1] if head == 2 else int.from_bytes(data[at + 2 : at + head])
        payloads.append(data[at + head : at + head + size])
        at += head + size
    return payloads


def slot_of(payload: bytes) -> str:
    return payload.partition(b"|")[0].decode()


class Wire:
    """A transport whose kernel takes everything while it is open, and the rest of one write while it is not."""

    def __init__(self, joins: bool = True) -> None:
        self.joins = joins
        self.writes: list[list[bytes]] = []
        self.open = True
        self.left = 0
        self.waiting: Callable[[], int] = lambda: self.left
        self.write: Callable[[bytes], None] = self.take
        self.room: Callable[[bool], None] = lambda there_is: None

    def take(self, frame: bytes) -> None:
        assert self.left == 0, "written to while something waits"
        self.writes.append(split(frame))
        if not self.open:
            self.left = len(frame)
            self.room(False)

    def on_room(self, told: Callable[[bool], None]) -> None:
        self.room = told

    def on_end(self, told: Callable[[], None]) -> None:
        """It never ends."""

    def shut(self) -> None:
        self.open = False

    def drain(self) -> None:
        self.open, self.left = True, 0
        self.room(True)

    def abort(self) -> None:
        raise AssertionError("nobody is cut here")

    @property
    def sent(self) -> list[bytes]:
        return [payload for write in self.writes for payload in write]


class Hall:
    """A room with viewers of every role; the scripts of both ways are the same."""

    def __init__(self, joins: bool = True) -> None:
        self.room = Audience("r", None)
        self.room.complete()
        self.wires: dict[str, Wire] = {}
        self.viewers: dict[str, Viewer] = {}
        self.joins = joins
        for number, (name, role) in enumerate(zip(SEATS, ("student", "student", "stage", "instructor"), strict=True)):
            self.enter(number, name, role)  # type: ignore[arg-type]

    def enter(self, number: int, name: str, role: Role) -> None:
        self.wires[name] = Wire(self.joins)
        self.viewers[name] = Viewer(number, role, name, "tab", "", Outbox(self.wires[name], lambda: 100.0))
        self.room.enter(self.viewers[name])

    def latest(self, name: str) -> dict[bytes, bytes]:
        """What this browser shows: the latest frame of each slot, of the scene that is open."""
        shown: dict[bytes, bytes] = {}
        for payload in self.wires[name].sent:
            slot, _, rest = payload.partition(b"|")
            core, scene, *_ = rest.split(b"|")
            if slot.endswith(b"/opened"):
                shown = {s: p for s, p in shown.items() if p.split(b"|")[1] == b"core" or scene in p.split(b"|")[2:3]}
            shown[slot] = payload
            assert core in (b"core", b"scene")
        return shown


@dataclass
class Numbers:
    """Numbers frames as the engine does, and knows which scene is open."""

    seq: int = 0
    scene: int = 0


def change(numbers: Numbers, to: str, key: str, size: int) -> SlotFrame:
    numbers.seq += 1
    core = key in ("opened", "place")
    text = f"{to}/{key}|{'core' if core else 'scene'}|{numbers.scene}|{numbers.seq}|"
    return SlotFrame("r", to, key, text.encode().ljust(size, b"."), core, numbers.seq)


audiences = st.sampled_from(["all", "students", "stage", "instructor", *(f"seat:{seat}" for seat in SEATS)])
sizes = st.sampled_from([0, 0, 0, 200, 5_000, 20_000, 40_000])
slots = st.tuples(audiences, st.sampled_from(KEYS[1:]), sizes)
turns = st.tuples(st.booleans(), st.lists(slots, min_size=1, max_size=8), st.booleans())
happenings = st.one_of(
    turns.map(lambda turn: ("turn", turn)),
    st.sampled_from(SEATS).map(lambda name: ("shut", name)),
    st.sampled_from(SEATS).map(lambda name: ("drain", name)),
    st.sampled_from(SEATS).map(lambda name: ("ack", name)),
)


def changes(numbers: Numbers, turn: tuple[bool, list[tuple[str, str, int]], bool]) -> list[Change]:
    """A turn as the engine sends it: what is core and late, then the clearing and the scene that opens, its slots."""
    opens, these, known = turn
    made: list[Change] = []
    if opens:
        made.append(change(numbers, "all", "place", 0))
        made.append(change(numbers, "seat:ada", "trace", 0))  # of the scene that closes
        numbers.scene += 1
        made += [Clear("r"), change(numbers, "all", "opened", 0)]
    made += [change(numbers, *one) for one in these]
    return [*made, Known("r")] if known else made


async def one_by_one(room: Audience, made: list[Change]) -> None:
    """The way of a message a slot."""
    for one in made:
        if isinstance(one, SlotFrame):
            await deliver(room, one)
        else:
            await deliver_turn(room, [one])


def play(script: list[tuple[str, object]], hall: Hall, together: bool) -> None:
    numbers = Numbers()

    async def run() -> None:
        for kind, what in script:
            if kind == "turn":
                made = changes(numbers, what)  # type: ignore[arg-type]
                await (deliver_turn(hall.room, made) if together else one_by_one(hall.room, made))
            else:
                name = str(what)
                wire = hall.wires[name]
                if kind == "ack":
                    hall.viewers[name].outbox.acknowledge(numbers.seq)
                else:
                    (wire.shut if kind == "shut" else wire.drain)()
        for name, wire in hall.wires.items():
            while hall.viewers[name].outbox.waiting():
                wire.drain()
                hall.viewers[name].outbox.acknowledge(numbers.seq)

    asyncio.run(run())


@settings(deadline=None, max_examples=150)
@given(st.lists(happenings, min_size=1, max_size=14), st.booleans())
def test_a_viewer_ends_with_what_slot_by_slot_gives(script: list[tuple[str, object]], joins: bool) -> None:
    batched, single = Hall(joins), Hall(joins)
    play(script, batched, together=True)
    play(script, single, together=False)
    assert batched.room.slots.keys() == single.room.slots.keys()
    for to, kept in single.room.slots.items():
        assert {key: one.body.frame for key, one in kept.items()} == {
            key: one.body.frame for key, one in batched.room.slots[to].items()
        }
    for name in SEATS:
        assert batched.latest(name) == single.latest(name)
        assert len(set(batched.wires[name].sent)) == len(batched.wires[name].sent), "nothing comes twice"
        scene = 0
        for payload in batched.wires[name].sent:
            core, of = payload.split(b"|")[1:3]
            if payload.startswith(b"all/opened"):
                assert int(of) > scene
                scene = int(of)
            assert core == b"core" or int(of) == scene, "a scene's frames follow its opening and none its end"
        seen = {*AUDIENCES[batched.viewers[name].role], f"seat:{name}"}
        assert {payload.partition(b"/")[0].decode() for payload in batched.wires[name].sent} <= seen


def turn(*made: tuple[str, str, int]) -> list[Change]:
    numbers = Numbers()
    return [change(numbers, *one) for one in made]


async def test_a_turn_is_one_write_a_viewer_with_its_own_frames_first() -> None:
    hall = Hall()
    made = turn(("all", "place", 0), ("students", "cursor", 0), ("stage", "trace", 0), ("seat:ada", "own", 0))
    await deliver_turn(hall.room, made)
    keys = {
        name: [[p.partition(b"|")[0].decode() for p in w] for w in wire.writes] for name, wire in hall.wires.items()
    }
    assert keys == {
        "ada": [["seat:ada/own", "all/place", "students/cursor"]],
        "emmy": [["all/place", "students/cursor"]],
        "stage": [["all/place", "stage/trace"]],
        "instructor": [["all/place", "stage/trace"]],
    }


async def test_a_scene_that_opens_comes_before_a_seats_own_frames() -> None:
    hall = Hall()
    numbers = Numbers()
    own = change(numbers, "seat:ada", "own", 0)
    await deliver_turn(hall.room, [Clear("r"), own, change(numbers, "all", "opened", 0)])
    assert [p.partition(b"|")[0] for p in hall.wires["ada"].sent] == [b"all/opened", b"seat:ada/own"]


async def test_one_batch_is_one_mark_and_needs_credit_for_all_of_it() -> None:
    hall = Hall()
    outbox, wire = hall.viewers["ada"].outbox, hall.wires["ada"]
    await deliver_turn(hall.room, turn(("all", "place", 9_000), ("all", "cursor", 9_000)))
    assert [mark[0] for mark in outbox._marks] == [1]
    outbox.acknowledge(1)
    assert (outbox._acked, outbox.acknowledged) == (outbox._sent, 1)
    outbox._credit = 16 * 1024
    await deliver_turn(hall.room, turn(("all", "place", 9_000), ("all", "cursor", 9_000)))
    assert [len(write) for write in wire.writes] == [2, 1], "no credit for both: one by one, and the second waits"
    assert outbox.waiting() == 1


async def test_a_viewer_with_a_backlog_gets_each_slot_at_its_place() -> None:
    hall = Hall()
    wire = hall.wires["emmy"]
    wire.shut()
    for _ in range(2):
        await deliver_turn(hall.room, turn(("all", "place", 0), ("all", "cursor", 0)))
    assert [len(write) for write in wire.writes] == [2]
    wire.drain()
    assert [len(write) for write in wire.writes] == [2, 1, 1]


async def test_all_is_in_the_snapshot_before_anybody_else_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.gateway.broadcast.CHUNK", 1)
    hall = Hall()
    delivery = asyncio.ensure_future(deliver_turn(hall.room, turn(("all", "place", 0), ("all", "cursor", 0))))
    await asyncio.sleep(0)
    assert not delivery.done()
    hall.enter(9, "late", "student")
    await delivery
    assert [p.partition(b"|")[0] for p in hall.wires["late"].sent] == [b"all/place", b"all/cursor"]


async def test_who_waited_for_the_snapshot_gets_each_frame_once() -> None:
    hall = Hall()
    hall.room.known = False
    hall.enter(9, "late", "student")
    numbers = Numbers()
    made: list[Change] = [change(numbers, "all", "place", 0), Known("r"), change(numbers, "all", "cursor", 0)]
    await deliver_turn(hall.room, made)
    for name in ("late", "ada"):
        assert [p.partition(b"|")[0] for p in hall.wires[name].sent] == [b"all/place", b"all/cursor"]


async def test_a_direct_frame_in_a_turn_goes_to_its_viewer_alone() -> None:
    hall = Hall()
    await deliver_turn(hall.room, [Direct("r", 1, b"fault"), Direct("r", 77, b"nobody"), *turn(("all", "place", 0))])
    assert [name for name, wire in hall.wires.items() if b"fault" in wire.sent] == ["emmy"]


def test_a_batch_holds_no_more_than_it_may_but_where_one_body_is_larger() -> None:
    bodies = [(("all", str(n)), frame_of(bytes(size), n)) for n, size in enumerate((10_000, 20_000, 9_000, 50_000, 5))]
    made = batches(bodies)
    assert [len(batch.items) for batch in made] == [2, 1, 1, 1]
    assert all(len(batch.frame) <= LARGEST_BATCH or len(batch.items) == 1 for batch in made)
    assert b"".join(batch.frame for batch in made) == b"".join(body.frame for _, body in bodies)


@pytest.mark.parametrize("whole", [False, True], ids=["alone", "in a turn"])
def test_a_slot_that_is_emptied_is_told_and_kept_for_nobody_who_comes_later(whole: bool) -> None:
    """Also where its last frame still waited for a slow browser: that one is sent no more."""
    hall, mine = Hall(), ("seat:ada", "own")
    last = SlotFrame("r", *mine, b"seat:ada/own|scene|1", False, 1)
    gone = SlotFrame("r", *mine, b"seat:ada/own|scene|gone", False, 2, gone=True)

    async def both() -> None:
        hall.wires["ada"].shut()
        filler = SlotFrame("r", "all", "place", b"all/place|core", True, 0)
        for change in (filler, last):
            await deliver(hall.room, change)
        await (deliver_turn(hall.room, [gone, filler]) if whole else deliver(hall.room, gone))

    asyncio.run(both())
    hall.wires["ada"].drain()
    seen = [payload for payload in hall.wires["ada"].sent if payload.startswith(b"seat:ada/own")]
    assert seen == [b"seat:ada/own|scene|gone"]
    assert hall.room.latest(mine) is None
    hall.enter(9, "ada", "student")
    assert not [payload for payload in hall.wires["ada"].sent if payload.startswith(b"seat:ada/own")]
