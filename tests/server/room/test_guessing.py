"""Guesses of a class: what was said first is counted, what was said last is answered."""

from server.room.guessing import Guesses, first, guess, told, total, void

NOBODY: Guesses[int] = {}
ANSWERS = (0, 1, 2)


def test_the_first_guess_of_a_seat_is_counted_and_the_last_one_told() -> None:
    once = guess(guess(NOBODY, "a", 1), "b", 0)
    again = guess(once, "a", 2)
    assert (total(again), first(again, ANSWERS)) == (2, (1, 1, 0))
    assert list(told(once, again)) == [("a", 2)]
    assert list(told({}, again)) == [("a", 2), ("b", 0)]
    assert first(once, ANSWERS) == (1, 1, 0), "guesses are values: an older one is not touched"


def test_an_answer_that_is_false_in_itself_counts_as_a_first_guess() -> None:
    assert first(guess(guess(NOBODY, "a", 0), "a", 2), ANSWERS) == (1, 0, 0)


def test_a_guess_after_the_answer_is_answered_and_not_counted() -> None:
    late = guess(NOBODY, "a", 1, counts=False)
    assert (total(late), first(late, ANSWERS), list(told({}, late))) == (0, (0, 0, 0), [("a", 1)])
    assert first(guess(guess(NOBODY, "a", 1), "a", 2, counts=False), ANSWERS) == (0, 1, 0)


def test_another_question_voids_the_guesses_and_tells_every_seat() -> None:
    before = guess(NOBODY, "a", 1)
    after = void(before)
    assert (total(after), first(after, ANSWERS)) == (0, (0, 0, 0))
    assert list(told(before, after)) == [("a", None)]
    assert first(guess(after, "a", 2), ANSWERS) == (0, 0, 1)
