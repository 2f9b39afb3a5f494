"""Session IDs: one room under every spelling, no room under a reserved one, a suggestion for a typo."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol.names import LONGEST, RESERVED, BadName, canonical, near_miss


@pytest.mark.parametrize(
    "typed", ["lecture2", "Lecture 2", "LECTURE-2", "  lecture_2\t", "ｌｅｃｔｕｒｅ２", "lecture²", "Lec\u200bture.2"]
)
def test_every_spelling_is_one_room(typed: str) -> None:
    assert canonical(typed) == "lecture2"


def test_letters_of_other_scripts_stay() -> None:
    assert canonical("Straße Ä") == "strasseä"
    assert canonical("Лекция 2") == "лекция2"
    assert canonical("e\u0301cole") == canonical("École") == "école"


@pytest.mark.parametrize("typed", ["", "  ", "---", "/", "\u0301", "🙂"])
def test_nothing_readable_is_refused(typed: str) -> None:
    with pytest.raises(BadName, match="letters or numbers"):
        canonical(typed)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_ids_are_refused_under_every_spelling(name: str) -> None:
    with pytest.raises(BadName, match="reserved"):
        canonical(f" {name.upper()}! ")


def test_length_is_bounded() -> None:
    assert canonical("a" * LONGEST) == "a" * LONGEST
    with pytest.raises(BadName, match="at most 40"):
        canonical("a" * (LONGEST + 1))
    with pytest.raises(BadName, match="at most 40"):
        canonical("-" * 100_000)


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_canonical_of_canonical_is_itself(typed: str) -> None:
    try:
        name = canonical(typed)
    except BadName:
        return
    assert canonical(name) == name


@pytest.mark.parametrize("typed", ["lectur2", "lecutre2", "Lecture 3", "lecture"])
def test_a_typo_gets_a_suggestion(typed: str) -> None:
    assert near_miss(typed, ["graphs", "lecture2"]) == "lecture2"


@pytest.mark.parametrize("typed", ["zebra", "", "api", "l"])
def test_something_else_gets_none(typed: str) -> None:
    assert near_miss(typed, ["graphs", "lecture2"]) is None
