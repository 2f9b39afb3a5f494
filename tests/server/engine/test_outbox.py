"""Frames on their way out: when each leaves, in what order, and what is noted of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from server.disk.store import Log
from server.engine.outbox import PERIOD, SLOW_PERIOD, Offer, Outgoing, noted
from server.pipe.bus import Change, Clear, Direct, SlotFrame
from server.protocol import messages as p
from server.protocol.messages import Display, Frame, Gone, Joined, Out, Receipt
from server.protocol.wire import pack, unpack
from tests.server.probe import Values, plain

Left = list[Change]


@pytest.fixture
def left() -> Left:
    return []


@pytest.fixture
def outgoing(left: Left) -> Outgoing:
    return Outgoing(left.append, generation=2)


def joined(count: int, seq: int = 1, core: bool = True) -> Offer:
    return Offer(Out(Joined(joined=count, present=0, dealt=0)), core, seq, ticks=0)


def counts(left: Left) -> list[object]:
    return [unpack(down.body)["joined"] for down in left if isinstance(down, SlotFrame) and down.key == "joined"]


@pytest.mark.parametrize(
    ("make", "period"),
    [
        (lambda count: Joined(joined=count, present=0, dealt=0), SLOW_PERIOD),
        (lambda count: Display(qr=count == 3), PERIOD),
    ],
)
def test_the_first_leaves_at_once_and_the_latest_of_the_rest_when_it_is_due(
    outgoing: Outgoing, left: Left, make: Callable[[int], Frame], period: float
) -> None:
    frames = [make(count) for count in (1, 2, 3)]
    for frame in frames:
        outgoing.offer("r", Offer(Out(frame), True, 1, 0), now=100.0)
    assert len(left) == 1
    assert outgoing.due() == 100.0 + period
    outgoing.flush(100.0 + period / 2)
    assert len(left) == 1
    outgoing.flush(100.0 + period)
    assert outgoing.due() is None
    (first, last) = (plain(unpack(down.body)) for down in left if isinstance(down, SlotFrame))
    assert (first, last) == tuple(plain(unpack(pack(frame).stamped(0))) for frame in (frames[0], frames[2]))


def test_a_storm_of_joins_is_told_twice_a_second(outgoing: Outgoing, left: Left) -> None:
    for count in range(1000):
        outgoing.offer("r", joined(count), now=100.0 + count / 1000)
        outgoing.flush(100.0 + count / 1000)
    assert len(counts(left)) == 2


def test_the_number_on_the_frame_goes_along_for_acknowledgements(outgoing: Outgoing, left: Left) -> None:
    outgoing.offer("r", joined(1), now=100.0)
    (down,) = left
    assert isinstance(down, SlotFrame)
    assert down.seq == unpack(down.body)["seq"]


def test_a_browser_is_told_the_name_of_a_slot_that_is_one_of_several(outgoing: Outgoing, left: Left) -> None:
    outgoing.offer("r", Offer(Out(Receipt(nonce="n", upto=1), p.seat("s"), "receipt:n"), True, 1, 0), now=100.0)
    for key in ("", "rounds.count"):
        outgoing.offer("r", Offer(Out(Joined(joined=9, present=0, dealt=0), key=key), False, 1, 0), now=100.0)
    assert [unpack(down.body).get("slot") for down in left if isinstance(down, SlotFrame)] == [
        None,
        None,
        "rounds.count",
    ]


def test_a_slot_that_is_emptied_is_told_by_name_and_noted_nowhere(
    outgoing: Outgoing, left: Left, tmp_path: Path
) -> None:
    for frame in (Joined(joined=9, present=0, dealt=0), Gone()):
        outgoing.offer("r", Offer(Out(frame, p.seat("s"), "rounds.mine"), False, 1, 0), now=100.0)
    assert len(left) == 1, "as often as any frame of the slot"
    outgoing.flush(200.0)
    last = left[-1]
    assert isinstance(last, SlotFrame)
    assert (last.to, last.key, last.gone) == (p.seat("s"), "rounds.mine", True)
    shown = unpack(last.body)
    assert (shown["t"], shown["slot"]) == ("gone", "rounds.mine")
    with Log(tmp_path / "log.sqlite3") as store:
        outgoing.note(store)
        assert [slot.key for turn in store.was_sent("r") for slot in turn.slots] == ["rounds.mine"], "the first alone"


def test_sessions_do_not_hold_up_each_other(outgoing: Outgoing, left: Left) -> None:
    outgoing.offer("r", joined(1), now=100.0)
    outgoing.offer("s", joined(2), now=100.0)
    assert counts(left) == [1, 2]


def test_a_receipt_never_waits(outgoing: Outgoing, left: Left) -> None:
    for upto in (1, 2):
        outgoing.offer("r", Offer(Out(Receipt(nonce="n", upto=upto), p.seat("s")), True, 1, 0), now=100.0)
    assert [unpack(down.body)["upto"] for down in left if isinstance(down, SlotFrame)] == [1, 2]


def test_clearing_sends_what_is_core_and_forgets_the_scene(outgoing: Outgoing, left: Left) -> None:
    scene = Offer(Out(Joined(joined=9, present=0, dealt=0), key="rounds.count"), False, 1, 0)
    for offer in (joined(1), joined(2), scene, scene):
        outgoing.offer("r", offer, now=100.0)
    left.clear()
    outgoing.clear("r")
    assert [type(down) for down in left] == [SlotFrame, Clear]
    assert counts(left) == [2]
    outgoing.offer("r", joined(3), now=100.0)
    assert counts(left) == [2, 3]
    outgoing.flush(200.0)
    assert counts(left) == [2, 3]


def test_frames_are_numbered_upwards_within_the_generation(outgoing: Outgoing, left: Left) -> None:
    for count in range(3):
        outgoing.offer(f"r{count}", joined(count), now=100.0)
    numbers = [unpack(down.body)["seq"] for down in left if isinstance(down, SlotFrame)]
    assert numbers == [2 * 2**32 + n for n in (1, 2, 3)]


def test_what_is_not_finite_stays_here_and_only_its_author_is_told(outgoing: Outgoing, left: Left) -> None:
    frame = Values(values=np.array([np.nan]), count=1, learned=0)
    outgoing.offer("r", Offer(Out(frame), False, 1, 0, viewer=7), now=100.0)
    (told,) = left
    assert isinstance(told, Direct)
    assert (told.viewer, unpack(told.body)["code"]) == (7, "failed")


def test_each_moment_is_noted_once_with_the_slots_that_left(outgoing: Outgoing, tmp_path: Path) -> None:
    with Log(tmp_path) as log:
        outgoing.offer("r", joined(1, seq=4), now=100.0)
        outgoing.offer("r", Offer(Out(Receipt(nonce="n", upto=1), p.seat("s")), True, 4, 0), now=100.0)
        outgoing.note(log)
        outgoing.note(log)
        (turn,) = log.was_sent("r")
        assert (turn.seq, [slot.key for slot in turn.slots]) == (4, ["joined", "receipt"])


def test_what_is_noted_is_what_is_shown_and_not_where_files_lie() -> None:
    """A formula that changes by a word makes no log and no recording differ; what 0.4.0 noted is still the same."""
    before = p.Opened(scene="rounds", title="Rounds", version=3)
    header = b'{"t":"opened","scene":"rounds","title":"Rounds","version":3,"params":{},"step":null}'
    assert pack(before).header == header
    for digest in ("one", "other"):
        opened = replace(before, digest=digest)
        assert b'"digest":"%s"' % digest.encode() in pack(opened).header
        assert noted(opened) == noted(opened, pack(opened)) == noted(before)
        ahead = p.Prefetch(scene="rounds", digest=digest)
        assert noted(ahead) == noted(p.Prefetch(scene="rounds"))
    assert noted(before) != noted(replace(before, title="Others"))
