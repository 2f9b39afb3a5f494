"""What is left of text that somebody typed: every script and emoji whole, nothing that misleads or towers."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol.text import MOST_MARKS, legible, tidied


@pytest.mark.parametrize(
    "typed",
    [
        "Ada Lovelace",
        "Zoë",
        "Nguyễn Thị",
        "Владимир",
        "שָׁלוֹם",
        "محمد",
        "می\u200cخواهم",  # Persian: the joiner keeps two letters apart
        "क्\u200dष",  # Devanagari: the joiner keeps the half form
        "ประเทศไทย",
        "王小明",
        "김민준",
        "👩\u200d🔬 Marie",
        "🏳️\u200d🌈",
        "👍🏽",
        "❤️ GNN",
        "1️⃣ first",
        "O'Brien-Smith, Jr. #2",
    ],
)
def test_what_people_are_called_stays(typed: str) -> None:
    known = unicodedata.normalize("NFC", typed)
    assert (tidied(known, 40).text, tidied(known, 40).faults) == (known, ())


@pytest.mark.parametrize(
    ("typed", "kept", "fault"),
    [
        ("a\x00b\x1b[31m", "a b [31m", "cannot be read"),
        ("Ada\u202egnp.exe", "Ada gnp.exe", "cannot be read"),
        ("\u2066Ada\u2069", "Ada", "cannot be read"),
        ("A\u200dda", "A da", "cannot be read"),
        ("A\u200bd\ufeffa", "A d a", "cannot be read"),
        ("two\nlines", "two lines", "cannot be read"),
        ("\u3164", "", "cannot be read"),
        ("\u2800\u115f\u1160\uffa0", "", "cannot be read"),
        ("A\u034fda", "Ada", "cannot be read"),
        ("A\ufe0fda", "Ada", "cannot be read"),
        ("\U0001f3f4\U000e0067\U000e0062", "\U0001f3f4", "cannot be read"),
        ("\ue000\U0010ffff", "", "cannot be read"),
        ("\ud800", "", "cannot be read"),
        ("Z\u0338" + "\u0335\u0336\u0337" * 9 + "oe", "Z\u0335\u0336\u0337oe", "more than 3 marks"),
        ("\u0301Ada", "Ada", "more than 3 marks"),
        ("x" * 41, "x" * 40, "more than 40 characters"),
    ],
)
def test_what_misleads_goes_and_is_named(typed: str, kept: str, fault: str) -> None:
    tidy = tidied(typed, 40)
    remark = tidy.remark("a name")
    assert remark is not None
    assert fault in remark
    assert len([c for c in tidy.text if unicodedata.category(c) in ("Mn", "Me")]) <= MOST_MARKS
    if "\u0338" not in typed:
        assert tidy.text == kept


def test_a_long_text_is_cut_between_letters() -> None:
    family = "👨\u200d👩\u200d👧"
    assert tidied("x" * 8 + family, 10).text == "x" * 8
    assert tidied("x" * 9 + "e\u0323\u0302\u0301", 10).text == "x" * 9
    assert tidied("x" * 9 + "👍🏽", 10).text == "x" * 9
    assert tidied("👍🏽", 1).text == ""


def test_a_word_of_an_address_is_legible() -> None:
    assert legible("a\u0335\u0336\u0337\u0338\u0339\u033ab") == "a\u0335\u0336\u0337b"
    assert legible("\u3164\u1160") == ""


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=60), st.integers(1, 30))
def test_any_text_is_one_short_line_and_tidying_again_changes_nothing(typed: str, longest: int) -> None:
    once = tidied(typed, longest)
    assert len(once.text) <= longest
    assert once.text == " ".join(once.text.split())
    assert all(unicodedata.category(c) not in ("Cc", "Co", "Cs", "Cn", "Zl", "Zp") for c in once.text)
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u200b\ufeff") & set(once.text)
    assert tidied(once.text, longest).text == once.text
