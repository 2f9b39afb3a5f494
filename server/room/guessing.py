"""What a class guesses in a scene, by seat: what each said first is counted, what it said last is answered.

A scene keeps `Guesses` in its state, sends each seat what it makes of the last guess, and counts the first ones. Where
the question changes, the seats stay, so that each is told that its guess is void.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Guess = TypeVar("Guess")


@dataclass(frozen=True, slots=True)
class Guessed(Generic[Guess]):
    """What a seat said first, and last; None where the question has changed since."""

    first: Guess | None = None
    last: Guess | None = None


Guesses = Mapping[str, Guessed[Guess]]


def guess(guesses: Guesses[Guess], seat: str, answer: Guess, *, counts: bool = True) -> Guesses[Guess]:
    """One more guess of a seat; one that comes after the answer is answered, but does not count as a first."""
    known = guesses.get(seat, Guessed())
    first = answer if known.first is None and counts else known.first
    return {**guesses, seat: Guessed(first, answer)}


def void(guesses: Guesses[Guess]) -> Guesses[Guess]:
    """Another question: the seats that guessed, without their guesses."""
    return {seat: Guessed() for seat in guesses}


def first(guesses: Guesses[Guess], answers: Sequence[Guess]) -> tuple[int, ...]:
    """How many seats said each of these answers first."""
    said = [guessed.first for guessed in guesses.values()]
    return tuple(said.count(answer) for answer in answers)


def total(guesses: Guesses[Guess]) -> int:
    """How many seats have guessed."""
    return sum(guessed.first is not None for guessed in guesses.values())
