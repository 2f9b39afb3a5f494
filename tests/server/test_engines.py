"""How long the program waits before it starts another engine; the processes themselves are in test_main.py."""

from server.engines import LONGEST_PAUSE, _pause


def test_pauses_grow_to_the_longest_and_never_overflow() -> None:
    assert [_pause(deaths) for deaths in (0, 1, 2, 3, 6, 7)] == [0.0, 0.25, 0.5, 1.0, 8.0, LONGEST_PAUSE]
    assert _pause(100_000) == LONGEST_PAUSE
