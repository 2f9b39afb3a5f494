"""Nicknames: the same for the same seat, unique in a room, and typed names are cleaned."""

import pytest

from server.protocol.faults import Refused
from server.protocol.nicknames import ADJECTIVES, ANIMALS, cleaned, nickname, remark


def test_the_same_seat_gets_the_same_name() -> None:
    assert nickname("a1", ()) == nickname("a1", ())


def test_a_thousand_seats_get_a_thousand_names_none_too_long() -> None:
    taken: set[str] = set()
    for number in range(1000):
        taken.add(nickname(f"seat-{number}", taken))
    assert len(taken) == 1000
    assert max(map(len, taken)) <= 24


def test_when_every_name_is_taken_a_guest_is_numbered() -> None:
    everything = {f"{adjective} {animal}" for adjective in ADJECTIVES for animal in ANIMALS}
    assert nickname("late", everything) == f"Guest {len(everything) + 1}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Ada   Lovelace ", "Ada Lovelace"), ("Zoe\u0308", "Zoë"), ("a\u202eb", "a b"), ("x\n\ty", "x y")],
)
def test_a_typed_name_is_cleaned(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u202e", "\u3164\u2800", "\u0301\u0302"])
def test_a_name_without_readable_characters_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="expected a name of"):
        cleaned(typed)


def test_who_typed_a_name_is_told_what_was_changed() -> None:
    assert remark("Ada Lovelace") is None
    assert remark("  Zoe\u0308 ") is None
    assert remark("") is None
    assert remark("a\u202eb") == "expected a name without characters that cannot be read, got some: it was cut to 'a b'"
    assert remark("x" * 25) == f"expected a name without more than 24 characters, got some: it was cut to {'x' * 24!r}"
    assert remark("\u3164") == "expected a name without characters that cannot be read, got some: nothing is left of it"


def test_a_long_name_keeps_its_first_characters() -> None:
    assert cleaned("x" * 200) == "x" * 24
