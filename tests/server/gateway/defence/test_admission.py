"""Who is let in, and what the others are told; the sockets' side of it is in test_gateway.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.disk.keys import Keys
from server.disk.store import Registry, Session
from server.gateway.defence import admission
from server.gateway.defence.admission import NoSession, Rejected
from server.protocol.messages import Hello

KEYS = Keys(b"s" * 32)
SESSION = Session("lecture2", "Lecture 2", None, key_generation=3, created=0.0)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path) as registry:
        registry.create("lecture2", "Lecture 2")
        yield registry


@pytest.mark.parametrize("typed", ["lecture2", "LECTURE 2", "lecture-2", "ｌｅｃｔｕｒｅ２"])
def test_every_spelling_is_one_session(registry: Registry, typed: str) -> None:
    assert admission.find(registry, typed).id == "lecture2"


@pytest.mark.parametrize(
    ("typed", "suggestion", "words"),
    [
        ("lecutre2", "lecture2", "did you mean lecture2?"),
        ("lecture22", "lecture2", "did you mean lecture2?"),
        ("zebra", None, "no session is called 'zebra' here"),
        ("healthz", None, "'healthz' is reserved"),
        ("ＡＰＩ", None, "'api' is reserved"),
        ("--", None, "with letters or numbers"),
        ("", None, "with letters or numbers"),
        ("x" * 201, None, "at most 40"),
    ],
)
def test_an_unknown_session_is_never_another_one(
    registry: Registry, typed: str, suggestion: str | None, words: str
) -> None:
    with pytest.raises(NoSession, match=words) as caught:
        admission.find(registry, typed)
    assert caught.value.suggestion == suggestion


def test_a_student_keeps_the_seat_of_the_token_in_any_session() -> None:
    first = admission.admit(Hello(version=1, role="student"), SESSION, KEYS)
    assert not first.new_seat_instead
    again = admission.admit(Hello(version=1, role="student", token=first.token), SESSION, KEYS)
    assert (again.seat, again.token) == (first.seat, first.token)


@pytest.mark.parametrize("forged", ["instructor.x", "stage.x", "{seat}.", "{seat}", "{token}x", ".{token}", "é.ß"])
def test_a_forged_token_gives_a_new_seat(forged: str) -> None:
    first = admission.admit(Hello(version=1, role="student"), SESSION, KEYS)
    token = forged.format(seat=first.seat, token=first.token)
    got = admission.admit(Hello(version=1, role="student", token=token), SESSION, KEYS)
    assert got.new_seat_instead
    assert got.seat not in (first.seat, "instructor", "stage")


def test_the_instructor_needs_the_key_of_this_session_and_generation() -> None:
    for key in ("", KEYS.key("lecture2", 2), KEYS.key("lecture3", 3), KEYS.token("0" * 16)):
        with pytest.raises(Rejected, match="expected the instructor's key of lecture2") as caught:
            admission.admit(Hello(version=1, role="instructor", key=key), SESSION, KEYS)
        assert (caught.value.code, caught.value.close) == ("bad_key", 4401)
    hello = Hello(version=1, role="instructor", key=KEYS.key("lecture2", 3))
    admitted = admission.admit(hello, SESSION, KEYS)
    assert (admitted.seat, admitted.token) == ("instructor", "")
