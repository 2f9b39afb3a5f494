"""The outbox: the latest of each slot, credit by acknowledgements, and no more than that waits for a slow browser."""

from collections.abc import Callable

import pytest

from server.gateway.direct import frame_of
from server.gateway.mailbox import (
    FIRST_CREDIT,
    LEAST_CREDIT,
    MOST_CREDIT,
    MOST_DIRECT,
    STALL,
    Body,
    Outbox,
)
from server.pipe.counters import Traffic
from tests.server.rawsocket import payload_of


class Wire:
    """A socket's transport whose kernel takes everything while it is open, and nothing while it is not."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.joins = False
        self.open = True
        self.left = 0
        self.aborted = False
        self.waiting: Callable[[], int] = lambda: self.left
        self.write: Callable[[bytes], None] = self.take
        self.room: Callable[[bool], None] = lambda there_is: None
        self.end: Callable[[], None] = lambda: None
        self.ends_after: int | None = None
        """Frames after which nobody is there any more."""

    def take(self, frame: bytes) -> None:
        assert self.left == 0, "written to while something waits"
        if len(self.sent) == self.ends_after:
            self.end()
            return
        self.sent.append(payload_of(frame))
        if not self.open:
            self.left = len(frame)
            self.room(False)

    def on_room(self, told: Callable[[bool], None]) -> None:
        self.room = told

    def on_end(self, told: Callable[[], None]) -> None:
        self.end = told

    def drain(self) -> None:
        self.open, self.left = True, 0
        self.room(True)

    def abort(self) -> None:
        self.aborted = True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(wire: Wire, clock: Clock) -> Outbox:
    return Outbox(wire, clock)


def body(text: str, seq: int = 0, size: int = 0) -> Body:
    return frame_of(text.encode().ljust(size), seq)


def stripped(wire: Wire) -> list[str]:
    return [payload.decode().strip() for payload in wire.sent]


def test_who_keeps_up_gets_everything_at_once(outbox: Outbox, wire: Wire) -> None:
    for number in range(3):
        outbox.put(("all", "cursor"), body(f"cursor {number}", number + 1))
    assert stripped(wire) == ["cursor 0", "cursor 1", "cursor 2"]
    assert (outbox.traffic().delivered, outbox.traffic().skipped) == (3, 0)
    assert outbox.traffic().sent == 3 * (len("cursor 0") + 2)


def test_a_slow_browser_gets_the_latest_of_each_slot(outbox: Outbox, wire: Wire) -> None:
    wire.open = False
    for number in range(100):
        outbox.put(("all", "cursor"), body(f"cursor {number}", 2 * number + 1))
        outbox.put(("all", "place"), body(f"place {number}", 2 * number + 2))
    assert outbox.waiting() == 2
    wire.drain()
    assert stripped(wire) == ["cursor 0", "cursor 99", "place 99"]
    assert outbox.traffic().skipped == 98 + 99


def test_direct_messages_go_first_and_in_order(outbox: Outbox, wire: Wire) -> None:
    wire.open = False
    outbox.direct(body("welcome"))
    outbox.put(("all", "opened"), body("opened", 1))
    outbox.direct(body("fault"))
    wire.drain()
    assert stripped(wire) == ["welcome", "fault", "opened"]


def test_a_wire_that_drains_while_it_is_written_to_gets_each_body_once() -> None:
    """As one under TLS does."""
    wire = Wire()

    def write(frame: bytes) -> None:
        wire.sent.append(payload_of(frame))
        wire.room(False)
        wire.room(True)

    wire.write = write
    wire.left = 1
    outbox = Outbox(wire)
    for number in range(3):
        outbox.direct(body(f"direct {number}"))
        outbox.put(("all", f"slot {number}"), body(f"slot {number}", number + 1))
    wire.drain()
    outbox.put(("all", "more"), body("more", 9))
    expected = ["direct 0", "direct 1", "direct 2", "slot 0", "slot 1", "slot 2", "more"]
    assert stripped(wire) == expected
    assert (outbox.traffic().delivered, outbox.waiting()) == (len(expected), 0)


def test_slots_of_two_audiences_do_not_replace_each_other(outbox: Outbox, wire: Wire) -> None:
    wire.open = False
    outbox.direct(body("welcome"))
    outbox.put(("all", "you"), body("a", 1))
    outbox.put(("seat:x", "you"), body("b", 2))
    assert outbox.waiting() == 2


def test_a_forgotten_slot_is_not_sent(outbox: Outbox, wire: Wire) -> None:
    wire.open = False
    outbox.direct(body("welcome"))
    outbox.put(("all", "rounds.trace"), body("old scene", 1))
    outbox.put(("all", "place"), body("place", 2))
    outbox.forget([("all", "rounds.trace"), ("all", "never filled")])
    wire.drain()
    assert stripped(wire) == ["welcome", "place"]


def test_a_flood_of_faults_is_bounded_and_costs_no_slot(outbox: Outbox, wire: Wire) -> None:
    wire.open = False
    outbox.direct(body("welcome"))
    outbox.put(("all", "place"), body("place", 1))
    for number in range(10 * MOST_DIRECT):
        outbox.direct(body(f"fault {number}"))
    assert outbox.waiting() == MOST_DIRECT + 1
    wire.drain()
    assert stripped(wire)[-1] == "place"


# --- credit -----------------------------------------------------------------------------------

LARGE = 20_000


def stream(outbox: Outbox, first: int, count: int) -> None:
    for seq in range(first, first + count):
        outbox.put(("all", "trace"), body(f"{seq}", seq, LARGE))


def test_who_never_acknowledges_is_judged_by_the_buffer_alone(outbox: Outbox, wire: Wire) -> None:
    stream(outbox, 1, 50)
    assert len(wire.sent) == 50


def test_all_that_left_before_the_first_answer_can_be_answered_for(outbox: Outbox, wire: Wire) -> None:
    """Were the last of it without a mark, its credit would never come back, and beats alone would follow."""
    for seq in range(1, 61):
        outbox.put(("all", f"slot {seq}"), body("x", seq, LARGE))
    outbox.acknowledge(8)
    outbox.acknowledge(60)
    sent = len(wire.sent)
    outbox.put(("all", "next"), body("next", 61))
    assert len(wire.sent) == sent + 1


def test_what_is_on_the_way_is_bounded_and_then_the_latest_follows(outbox: Outbox, wire: Wire, clock: Clock) -> None:
    stream(outbox, 1, 1)
    clock.now += 1.0
    outbox.acknowledge(1)
    stream(outbox, 2, 50)
    on_the_way = FIRST_CREDIT // (LARGE + 4)
    assert stripped(wire) == [str(seq) for seq in range(1, 2 + on_the_way)]
    outbox.acknowledge(1 + on_the_way)
    assert stripped(wire)[-1] == "51"
    assert outbox.waiting() == 0


def test_one_frame_may_leave_however_large_it_is(outbox: Outbox, wire: Wire) -> None:
    stream(outbox, 1, 1)
    outbox.acknowledge(1)
    outbox.put(("all", "trace"), body("giant", 2, 4 * MOST_CREDIT))
    outbox.put(("all", "trace"), body("next", 3, 10))
    assert stripped(wire) == ["1", "giant"]
    outbox.acknowledge(2)
    assert stripped(wire) == ["1", "giant", "next"]


def test_a_heartbeat_needs_no_credit(outbox: Outbox, wire: Wire) -> None:
    stream(outbox, 1, 1)
    outbox.acknowledge(1)
    stream(outbox, 2, 50)
    outbox.put(("", "beat"), body("beat"))
    assert stripped(wire)[-1] == "beat"


def test_a_heartbeat_is_for_who_heard_nothing_else(outbox: Outbox, wire: Wire) -> None:
    for expected in (["beat"], ["beat", "beat"]):
        outbox.beat(("", "beat"), body("beat"))
        assert stripped(wire) == expected
    outbox.put(("all", "place"), body("place", 1))
    outbox.beat(("", "beat"), body("beat"))
    assert stripped(wire) == ["beat", "beat", "place"]
    outbox.beat(("", "beat"), body("beat"))
    assert stripped(wire) == ["beat", "beat", "place", "beat"]


def test_nothing_is_written_after_the_farewell(outbox: Outbox, wire: Wire) -> None:
    wire.open = False
    outbox.put(("all", "place"), body("place", 1))
    outbox.put(("all", "place"), body("place again", 2))
    outbox.close()
    wire.drain()
    outbox.direct(body("fault"))
    outbox.put(("all", "place"), body("place at last", 3))
    assert stripped(wire) == ["place"]


@pytest.mark.parametrize("ends_after", range(1, 6))
def test_a_write_may_find_that_nobody_is_there_and_nothing_is_kept(outbox: Outbox, wire: Wire, ends_after: int) -> None:
    wire.open = False
    outbox.put(("all", "first"), body("first", 1))
    for number in range(2):
        outbox.direct(body(f"direct {number}"))
        outbox.put(("all", f"slot {number}"), body(f"slot {number}", 2 + number))
    wire.ends_after = ends_after
    wire.drain()
    outbox.direct(body("direct"))
    outbox.put(("all", "more"), body("more", 9))
    assert outbox.waiting() == 0
    assert len(wire.sent) == ends_after


def test_a_viewer_that_failed_is_cut_and_gets_nothing_more(outbox: Outbox, wire: Wire) -> None:
    outbox.fail()
    outbox.put(("all", "place"), body("place", 1))
    assert (wire.aborted, wire.sent, outbox.waiting()) == (True, [], 0)


def test_credit_becomes_half_a_second_of_a_slow_browsers_pace(outbox: Outbox, wire: Wire, clock: Clock) -> None:
    """Over a link of 100 kB/s no frame is shown older than a second, and about 50 kB are on their way."""
    ages: list[float] = []
    left: list[float] = []
    link_free_at, arrivals = clock.now, 0
    for seq in range(1, 401):
        clock.now += 0.05
        outbox.put(("all", "trace"), body(f"{seq}", seq, LARGE))
        while arrivals < len(wire.sent):
            left += [clock.now] * (len(wire.sent) - len(left))
            arrival = max(link_free_at, left[arrivals]) + LARGE / 100_000
            if arrival > clock.now:
                break
            link_free_at = arrival
            ages.append(arrival - left[arrivals])
            outbox.acknowledge(int(stripped(wire)[arrivals]))
            arrivals += 1
    assert len(ages) > 90, "the link is not left idle"
    assert max(ages) <= 1.0
    assert LEAST_CREDIT <= outbox._credit <= 60_000


def test_a_fast_browser_is_given_more_and_never_less_than_the_least(outbox: Outbox, clock: Clock) -> None:
    seq = 1
    for _ in range(20):
        count = max(1, outbox._credit // (LARGE + 4))
        stream(outbox, seq, count + 1)
        clock.now += 0.02
        seq += count + 1
        outbox.acknowledge(seq)
    assert outbox._credit == MOST_CREDIT
    for _ in range(40):
        stream(outbox, seq, 60)
        clock.now += 60.0
        seq += 60
        outbox.acknowledge(seq)
    assert outbox._credit == LEAST_CREDIT


def test_the_lag_is_the_way_there_and_back_without_the_browsers_own_wait(outbox: Outbox, clock: Clock) -> None:
    assert outbox.lag is None
    outbox.put(("all", "place"), body("place", 7))
    clock.now += 0.4
    outbox.acknowledge(7, waited=0.25)
    assert outbox.lag == pytest.approx(0.15)
    assert outbox.acknowledged == 7
    assert outbox.lateness(clock.now + 9.0) == pytest.approx(0.15)
    outbox.put(("all", "place"), body("place", 8))
    assert outbox.lateness(clock.now + 0.9) == pytest.approx(0.15)
    assert outbox.lateness(clock.now + 5.0) == pytest.approx(5.0)


@pytest.mark.parametrize("seq", [-(2**70), -1, 0, 2**70])
def test_what_was_never_sent_may_be_acknowledged_without_harm(outbox: Outbox, wire: Wire, seq: int) -> None:
    outbox.acknowledge(seq)
    stream(outbox, 1, 2)
    outbox.acknowledge(seq)
    outbox.acknowledge(seq)
    outbox.acknowledge(2)
    stream(outbox, 3, 1)
    assert stripped(wire) == ["1", "2", "3"]


def test_a_buffer_that_drains_nothing_for_seconds_is_stalled(outbox: Outbox, wire: Wire, clock: Clock) -> None:
    assert not outbox.stalled(clock.now)
    wire.open = False
    outbox.direct(body("welcome", size=1000))
    assert not outbox.stalled(clock.now + STALL - 0.1)
    wire.left -= 1
    assert not outbox.stalled(clock.now + STALL)
    wire.left += 6  # a ping that is written by somebody else is no progress
    assert not outbox.stalled(clock.now + 2 * STALL - 0.1)
    assert outbox.stalled(clock.now + 2 * STALL)
    outbox.cut()
    assert (wire.aborted, outbox.traffic().cut) == (True, 1)


def test_a_slow_browser_that_takes_frame_after_frame_is_not_stalled(outbox: Outbox, wire: Wire, clock: Clock) -> None:
    """Whenever one looks, as many bytes of some frame wait; they are not the same."""
    for second in range(20):
        wire.drain()
        wire.open = False
        outbox.put(("all", "trace"), body(f"{second}", second + 1, LARGE))
        wire.left = 12_776
        assert not outbox.stalled(clock.now + second)


def test_traffic_adds_up() -> None:
    total = Traffic(1, 10, 2, 0)
    total.add(Traffic(3, 30, 1, 1))
    assert total == Traffic(4, 40, 3, 1)


# --- where no transport is exposed ------------------------------------------------------------
