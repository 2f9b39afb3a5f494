"""Guesses of a class: what was said first is counted, what was said last is answered."""

from server.protocol.messages import Frame, seat
from server.room.guessing import Guessed, Guesses, first, guess, total, void
from server.room.slots import PerSeat, changes

NOBODY: Guesses[int] = {}
ANSWERS = (0, 1, 2)


class Last(Frame, frozen=True, kw_only=True, tag="guessing.last"):
    """What a seat's last guess is answered with."""

    guess: int | None


def _last(_guesses: Guesses[int], guessed: Guessed[int]) -> Last:
    return Last(guess=guessed.last)


def answered(old: Guesses[int], new: Guesses[int]) -> list[tuple[str, Frame]]:
    """Whom a slot per seat, as the scenes declare it, answers between two states."""
    slots: tuple[PerSeat[Guesses[int]], ...] = (PerSeat.each(_last, lambda guesses: guesses),)
    return [(out.to, out.frame) for out in changes(slots, old, new)]


def test_the_first_guess_of_a_seat_is_counted_and_the_last_one_answered() -> None:
    once = guess(guess(NOBODY, "a", 1), "b", 0)
    again = guess(once, "a", 2)
    assert (total(again), first(again, ANSWERS)) == (2, (1, 1, 0))
    assert answered(once, again) == [(seat("a"), Last(guess=2))]
    assert answered({}, again) == [(seat("a"), Last(guess=2)), (seat("b"), Last(guess=0))]
    assert first(once, ANSWERS) == (1, 1, 0), "guesses are values: an older one is not touched"


def test_an_answer_that_is_false_in_itself_counts_as_a_first_guess() -> None:
    assert first(guess(guess(NOBODY, "a", 0), "a", 2), ANSWERS) == (1, 0, 0)


def test_a_guess_after_the_answer_is_answered_and_not_counted() -> None:
    late = guess(NOBODY, "a", 1, counts=False)
    assert (total(late), first(late, ANSWERS)) == (0, (0, 0, 0))
    assert answered({}, late) == [(seat("a"), Last(guess=1))]
    assert first(guess(guess(NOBODY, "a", 1), "a", 2, counts=False), ANSWERS) == (0, 1, 0)


def test_another_question_voids_the_guesses_and_every_seat_sees_it() -> None:
    before = guess(NOBODY, "a", 1)
    after = void(before)
    assert (total(after), first(after, ANSWERS)) == (0, (0, 0, 0))
    assert answered(before, after) == [(seat("a"), Last(guess=None))]
    assert first(guess(after, "a", 2), ANSWERS) == (0, 0, 1)
