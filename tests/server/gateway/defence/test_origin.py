"""Whose pages may talk to the program, and under which names it may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.gateway.defence.origin import Origins
from server.settings.hosts import named, origin

ALONE = Origins(alone=True, host="127.0.0.1")
HALL = Origins(host="0.0.0.0")
PROXIED = Origins(public="https://gnn.example.org", embed=("https://slides.example.org",))


@pytest.mark.parametrize(
    ("rules", "speaks", "called"),
    [
        (ALONE, [], "127.0.0.1:8000"),
        (ALONE, ["http://127.0.0.1:8000"], "127.0.0.1:8000"),
        (ALONE, ["http://localhost:8000"], "LOCALHOST:8000"),
        (ALONE, ["http://[::1]:8000"], "[::1]:8000"),
        (ALONE, ["http://gnn.localhost:8000"], "gnn.localhost:8000"),
        (HALL, ["http://192.168.1.5:8000"], "192.168.1.5:8000"),
        (HALL, ["http://laptop.local:8000"], "laptop.local:8000"),
        (HALL, ["http://laptop.local"], "laptop.local"),
        (HALL, ["http://laptop.local"], "laptop.local:80"),
        (HALL, ["https://gnn.example.org"], "gnn.example.org"),  # a proxy ended TLS and left the name
        (HALL, ["https://gnn.example.org"], "gnn.example.org:443"),
        (PROXIED, ["https://gnn.example.org"], "127.0.0.1:8000"),  # a proxy that does not pass the name on
        (PROXIED, ["https://slides.example.org"], "gnn.example.org"),
    ],
)
def test_our_own_pages_and_programs_may_speak(rules: Origins, speaks: list[str], called: str) -> None:
    assert rules.refusal(speaks, [called]) is None


@pytest.mark.parametrize(
    ("rules", "speaks", "called"),
    [
        (ALONE, ["http://evil.example"], "127.0.0.1:8000"),
        (ALONE, ["http://127.0.0.1:9000"], "127.0.0.1:8000"),
        (ALONE, ["http://127.0.0.1"], "127.0.0.1:8000"),
        (ALONE, ["null"], "127.0.0.1:8000"),
        (ALONE, ["file://"], "127.0.0.1:8000"),
        (ALONE, [""], "127.0.0.1:8000"),
        (ALONE, ["http://127.0.0.1:8000", "http://evil.example"], "127.0.0.1:8000"),
        (ALONE, ["http://127.0.0.1:8000.evil.example"], "127.0.0.1:8000"),
        (ALONE, ["http://127.0.0.1:8000@evil.example"], "127.0.0.1:8000"),
        (ALONE, ["http://evil.example/127.0.0.1:8000"], "127.0.0.1:8000"),
        (HALL, ["http://gnn.example.org"], "gnn.example.org:443"),
        (PROXIED, ["http://gnn.example.org"], "127.0.0.1:8000"),
        (PROXIED, ["https://gnn.example.org.evil.example"], "127.0.0.1:8000"),
        (PROXIED, ["https://evil.example"], "gnn.example.org"),
        (PROXIED, ["null"], "gnn.example.org"),
    ],
)
def test_a_page_from_elsewhere_is_told_what_was_expected(rules: Origins, speaks: list[str], called: str) -> None:
    told = rules.refusal(speaks, [called])
    assert told is not None
    assert told.startswith("expected a page of this server")


@pytest.mark.parametrize("called", ["evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_a_name_that_was_pointed_here_is_refused_while_only_this_computer_can_connect(called: str) -> None:
    told = ALONE.refusal([f"http://{called}"], [called])
    assert told is not None
    assert "expected to be called by a name of this computer" in told
    assert ALONE.refusal([], [called]) == told
    assert HALL.refusal([f"http://{called}"], [called]) is None


@pytest.mark.parametrize("hosts", [[], ["a", "b"], [""], ["a b"], ["a/b"], ["user@a"], ["a:port"], ["a;b"], ["ä"]])
def test_a_host_is_one_name_and_perhaps_a_port(hosts: list[str]) -> None:
    told = HALL.refusal([], hosts)
    assert told is not None
    assert told.startswith("expected one Host header")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://slides.example.org", "https://slides.example.org"),
        (" HTTPS://Slides.Example.org/ ", "https://slides.example.org"),
        ("https://slides.example.org:443", "https://slides.example.org"),
        ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
        ("http://[::1]:80", "http://[::1]"),
        ("slides.example.org", None),
        ("https://a.example/deck", None),
        ("https://*.example.org", None),
        ("https://a.example; script-src *", None),
        ("null", None),
        ("*", None),
        ("", None),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(typed: str, meant: str | None) -> None:
    assert origin(typed) == meant


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_header_is_answered_and_only_known_pages_pass(speaks: str, called: str) -> None:
    for rules in (ALONE, HALL, PROXIED):
        assert rules.refusal([speaks], [called]) is not None
        assert named(called) is None or set(called.lower()) & set(" ;'\"\r\n,/\\@") <= {" "}
