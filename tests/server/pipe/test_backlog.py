"""What waits for the engine is shared fairly: bounded by session and class, written in turns, each seat in order."""

from __future__ import annotations

from server.pipe.backlog import LIMITS, QUANTUM, Backlog, Class


def fill(backlog: Backlog, session: str, kind: Class, size: int = 1000) -> int:
    """Bytes of a session that were taken until one was refused."""
    taken = 0
    while not backlog.put(session, kind, b"x" * size):
        taken += size
    return taken


def test_one_session_holds_half_and_the_next_ones_less_but_never_nothing() -> None:
    backlog, limit = Backlog(), LIMITS["student"]
    shares = [fill(backlog, f"room{number}", "student") for number in range(6)]
    for number, share in enumerate(shares):
        assert abs(share - limit / 2 ** (number + 1)) < 2000
    assert backlog.size <= limit


def test_no_class_takes_what_another_is_given() -> None:
    backlog = Backlog()
    kinds: tuple[Class, ...] = ("student", "instructor", "own")
    for kind in kinds:
        assert fill(backlog, "flood", kind) > LIMITS[kind] / 2 - 2000
        assert not backlog.put("other", kind, b"x" * 1000)
    assert backlog.size <= sum(LIMITS.values())


def test_a_refusal_says_what_was_expected_and_what_came() -> None:
    backlog = Backlog()
    fill(backlog, "lecture2", "student", 2**20)
    assert backlog.put("lecture2", "student", b"x" * 2**20) == (
        "expected at most 4,194,304 bytes of lecture2's students' commands to wait for the engine, "
        "got 1,048,576 more while 4,194,304 wait: send it again in a moment"
    )


def test_sessions_are_written_in_turns_whatever_they_hold() -> None:
    backlog = Backlog()
    for session, count in (("a", 100), ("b", 3)):
        for _ in range(count):
            backlog.put(session, "student", session.encode() * 1000)
    written = bytes(backlog.take(3 * QUANTUM))
    assert written.count(b"b") == 3000
    assert written.count(b"a") <= 3 * QUANTUM


def test_a_message_of_many_quanta_is_written_when_it_has_saved_enough() -> None:
    backlog = Backlog()
    backlog.put("large", "student", b"L" * (5 * QUANTUM))
    for _ in range(100):
        backlog.put("small", "student", b"s" * QUANTUM)
    written = bytes(backlog.take(50 * QUANTUM))
    assert written.count(b"L") == 5 * QUANTUM
    assert written.index(b"L") == 4 * QUANTUM


def test_within_a_session_the_instructor_goes_first_and_each_keeps_its_order() -> None:
    backlog = Backlog()
    messages: list[tuple[Class, bytes]] = [
        ("student", b"s1"),
        ("own", b"o1"),
        ("student", b"s2"),
        ("instructor", b"i1"),
        ("student", b"s3"),
        ("instructor", b"i2"),
    ]
    for kind, framed in messages:
        backlog.put("r", kind, framed)
    assert bytes(backlog.take(100)) == b"o1i1i2s1s2s3"
    assert not backlog
    assert backlog.size == 0


def test_what_is_written_makes_room_again() -> None:
    backlog = Backlog()
    fill(backlog, "r", "student")
    while backlog:
        backlog.take(10_000)
    assert fill(backlog, "r", "student") > LIMITS["student"] / 2 - 2000
    backlog.clear()
    assert (bool(backlog), backlog.size) == (False, 0)
