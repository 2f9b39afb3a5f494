"""A silent process is noticed, one that slept with its listener is not, and what was announced is no silence."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from server.pipe.watchdog import PERIOD, Heartbeat, Patience, Watchdog


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Line:
    """A watchdog and its clock."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.dog = Watchdog(Patience(5.0, 30.0), self.clock)

    def answers(self) -> bool:
        """What the watchdog says now; a call, because it changes between two questions."""
        return self.dog.answers

    def pass_(self, seconds: float, looks: int = 0) -> None:
        """So much time with a look every second, or so many."""
        for _ in range(looks or round(seconds)):
            self.clock.now += seconds / (looks or round(seconds))
            self.dog.look()


def test_silence_is_noticed_and_ends_with_the_first_message() -> None:
    line = Line()
    line.pass_(4)
    assert line.dog.answers
    line.pass_(1)
    assert (line.dog.answers, line.dog.hung) == (False, False)
    line.dog.feed()
    assert line.dog.answers
    line.pass_(29)
    assert not line.dog.hung
    line.pass_(1)
    assert line.dog.hung


def test_a_listener_that_slept_itself_counts_little_of_it() -> None:
    line = Line()
    line.pass_(2)
    line.pass_(3600, looks=1)
    assert line.dog.answers
    line.pass_(30)
    assert line.dog.hung


def test_many_looks_count_as_much_as_few() -> None:
    line = Line()
    line.pass_(5, looks=500)
    assert line.dog.silence == pytest.approx(5)


def test_what_was_announced_is_no_silence_until_its_time_is_over() -> None:
    line = Line()
    line.dog.announced("the warm-up", 60)
    line.pass_(62)
    assert line.answers()
    line.pass_(4)
    assert not line.answers()
    line.dog.announced("", 0)
    assert line.answers()
    line.pass_(5)
    assert not line.answers()


def test_a_heart_beats_once_a_period_and_never_twice_for_one() -> None:
    clock, said = Clock(), list[tuple[str, float]]()
    heart = Heartbeat(lambda busy, seconds: said.append((busy, seconds)), clock)
    for _ in range(20):
        clock.now += PERIOD / 8
        heart.beat()
    assert said == [("", 0.0)] * 2
    assert heart.within(None) == pytest.approx(PERIOD / 2)
    assert heart.within(0.01) == 0.01


def test_an_announcement_is_made_before_renewed_during_and_taken_back_after_the_work() -> None:
    clock, said = Clock(), list[tuple[str, float]]()
    heart = Heartbeat(lambda busy, seconds: said.append((busy, seconds)), clock)
    heart.announce("recovery", 60)
    clock.now += 2 * PERIOD
    heart.beat()  # a piece of it is done
    assert heart.rest()
    assert not heart.rest()
    assert said == [("recovery", 60), ("recovery", 60), ("", 0.0)]


def test_what_is_done_again_is_announced_once() -> None:
    said = list[str]()
    heart = Heartbeat(lambda busy, seconds: said.append(busy), Clock())
    for _ in range(3):
        heart.announce("a drag", 60, again=False)
        heart.rest()
    assert said == ["a drag", ""]
