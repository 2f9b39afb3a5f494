"""A document as it leaves: packed once, and answered by "still the same" to whoever has it."""

import gzip

import pytest
from starlette.datastructures import Headers

from server.gateway.pages.representation import ASK, Representation

LONG = Representation(b"a long text " * 50, "text/plain")


def test_it_is_packed_for_who_takes_that() -> None:
    packed = LONG.answer(Headers({"accept-encoding": "gzip, br"}), ASK)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(packed.body)) == LONG.body
    plain = LONG.answer(Headers({}), ASK)
    assert "content-encoding" not in plain.headers
    assert plain.body == LONG.body
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


def test_what_is_short_is_not_packed() -> None:
    assert (
        "content-encoding"
        not in Representation(b"x", "text/plain").answer(Headers({"accept-encoding": "gzip"}), ASK).headers
    )


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        ('W/"{}"', True),
        ('"{}"', True),
        ('"other", W/"{}"', True),
        ("*", True),
        ('"other"', False),
        ("", False),
        ("{}", False),
    ],
)
def test_who_has_it_is_told_so(condition: str, same: bool) -> None:
    answer = LONG.answer(Headers({"if-none-match": condition.format(LONG.digest)}), ASK, {"X-More": "1"})
    assert (answer.status_code == 304, answer.body == b"") == (same, same)
    assert answer.headers["etag"] == f'W/"{LONG.digest}"'
    assert answer.headers["x-more"] == "1"
