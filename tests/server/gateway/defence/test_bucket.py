"""Token buckets: a burst at once, a steady rate in the long run; a seat has one of messages and one of bytes."""

import pytest

from server.gateway.defence.bucket import BURST, BYTES, RATE, Allowance, TokenBucket
from server.protocol.messages import LARGEST, LARGEST_OF_ALL


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    now = [100.0]
    bucket = TokenBucket(clock=lambda: now[0])
    assert sum(bucket.allows() for _ in range(200)) == BURST
    full = [bucket.full]
    now[0] += 1.0
    assert sum(bucket.allows() for _ in range(200)) == RATE
    now[0] += 3600.0
    full.append(bucket.full)
    assert full == [False, True]
    assert sum(bucket.allows() for _ in range(200)) == BURST


def test_what_is_not_allowed_costs_nothing_and_emptying_costs_all() -> None:
    bucket = TokenBucket(1.0, 10.0, clock=lambda: 5.0)
    assert not bucket.allows(11)
    assert bucket.allows(10)
    assert not bucket.allows(1)
    other = TokenBucket(1.0, 10.0, clock=lambda: 5.0)
    other.empty()
    assert not other.allows(1)


def test_bytes_count_beside_messages() -> None:
    now = [0.0]
    clock = lambda: now[0]  # noqa: E731
    allowance = Allowance(TokenBucket(clock=clock), TokenBucket(*BYTES["student"], clock=clock))
    taken = 0
    while (used_up := allowance.refuses(LARGEST)) is None:
        taken += 1
    assert (used_up, taken) == ("bytes", BYTES["student"][1] // LARGEST)
    now[0] += 3600
    assert allowance.full
    assert [allowance.refuses(10) for _ in range(100)].count("messages") == 100 - BURST


@pytest.mark.parametrize(("role", "size"), [("student", LARGEST), ("instructor", LARGEST_OF_ALL)])
def test_the_largest_message_finds_room(role: str, size: int) -> None:
    assert role in BYTES
    assert Allowance.of("student" if role == "student" else "instructor").refuses(size) is None
