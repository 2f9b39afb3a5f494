"""Who may make a session and who may open a websocket: the rules, and a running program that follows them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import websockets
from starlette.datastructures import Headers

from server.cli.program import guard
from server.disk.keys import Keys
from server.gateway.defence.admin import Guard
from server.gateway.defence.origin import Origins
from server.gateway.hub import Timing
from server.settings.config import Settings
from tests.server.house import House, running, small_site

KEYS = Keys(b"s" * 32)
TOKEN = KEYS.admin()
JSON = {"content-type": "application/json"}


def headers(**more: str) -> Headers:
    return Headers(
        {"host": "127.0.0.1:8000", **JSON, **{name.replace("_", "-"): value for name, value in more.items()}}
    )


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        (Settings(), ""),
        (Settings(host="::1"), ""),
        (Settings(host="localhost", open=True), ""),
        (Settings(host="0.0.0.0"), TOKEN),
        (Settings(host="192.168.1.5"), TOKEN),
        (Settings(public_url="https://gnn.example.org"), TOKEN),  # a proxy on this computer lets everybody in
        (Settings(host="0.0.0.0", admin_token="a token of my own"), "a token of my own"),
        (Settings(host="0.0.0.0", open=True), ""),
        (Settings(host="0.0.0.0", open=True, admin_token="a token of my own"), ""),
        (Settings(admin_token="a token of my own"), ""),
    ],
)
def test_a_token_is_needed_where_others_can_connect(settings: Settings, needed: str) -> None:
    assert guard(settings, KEYS).admin == needed


def test_the_derived_token_has_at_least_128_bits_and_is_no_key() -> None:
    assert len(TOKEN) * 6 >= 128
    assert Keys(b"t" * 32).admin() != TOKEN
    assert TOKEN not in (KEYS.key("admin", 1), KEYS.token("admin"))


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic YTpi", TOKEN, f"Token {TOKEN}"])
def test_without_a_token_the_sentence_says_where_it_is(given: str) -> None:
    denied = Guard(admin=TOKEN).creation(headers(authorization=given))
    assert denied is not None
    assert (denied.status, denied.headers["WWW-Authenticate"]) == (401, 'Bearer realm="gnn-live"')
    assert "the terminal printed it" in denied.detail


@pytest.mark.parametrize("given", [f"{TOKEN}x", TOKEN[:-1], TOKEN.lower(), "é", "\ud800", KEYS.key("lecture2", 1)])
def test_another_token_is_refused_and_not_repeated(given: str) -> None:
    denied = Guard(admin=TOKEN).creation(headers(authorization=f"Bearer {given}".encode(errors="replace").decode()))
    assert denied is not None
    assert (denied.status, 'error="invalid_token"' in denied.headers["WWW-Authenticate"]) == (401, True)
    assert TOKEN not in denied.detail


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_opens(scheme: str) -> None:
    assert Guard(admin=TOKEN).creation(headers(authorization=f"{scheme} {TOKEN}")) is None


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a/json"]
)
def test_what_a_form_elsewhere_can_post_is_not_taken(kind: str) -> None:
    denied = Guard().creation(headers(content_type=kind))
    assert denied is not None
    assert denied.status == 415


def test_the_type_may_name_its_encoding() -> None:
    assert Guard().creation(headers(content_type="Application/JSON; charset=utf-8")) is None


def test_a_page_elsewhere_opens_nothing_even_with_the_token() -> None:
    foreign = headers(origin="http://evil.example", authorization=f"Bearer {TOKEN}")
    for denied in (Guard(admin=TOKEN).creation(foreign), Guard(admin=TOKEN).socket(foreign)):
        assert denied is not None
        assert denied.status == 403


# --- a running program --------------------------------------------------------------------------


@asynccontextmanager
async def house(tmp_path: Path, rules: Guard) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    async with (
        running(tmp_path, small_site(tmp_path / "static"), Timing(beat=0.05), guard=rules) as running_house,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{running_house.port}", trust_env=False) as http,
    ):
        yield running_house, http


async def test_a_session_beyond_this_computer_needs_the_token(tmp_path: Path) -> None:
    async with house(tmp_path, Guard(admin=TOKEN)) as (_, http):
        answer = await http.post("/api/sessions", json={"id": "new"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["detail"].startswith("expected the admin token")
        wrong = await http.post("/api/sessions", json={"id": "new"}, headers={"Authorization": "Bearer nonsense"})
        assert wrong.status_code == 401
        assert (await http.get("/api/sessions/new")).status_code == 404
        right = await http.post("/api/sessions", json={"id": "new"}, headers={"Authorization": f"Bearer {TOKEN}"})
        assert right.status_code == 201


async def test_a_page_elsewhere_makes_no_session_and_opens_no_socket(tmp_path: Path) -> None:
    rules = Guard(Origins(alone=True, host="127.0.0.1", embed=("https://slides.example.org",)))
    async with house(tmp_path, rules) as (running_house, http):
        for forged in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example:8000"}):
            answer = await http.post("/api/sessions", json={"id": "new"}, headers=forged)
            assert answer.status_code == 403
            assert answer.json()["detail"].startswith("expected")
        assert (await http.get("/api/sessions/new")).status_code == 404
        address = f"ws://127.0.0.1:{running_house.port}/ws/lecture2"
        for strange in ("http://evil.example", "null", f"http://127.0.0.1:{running_house.port + 1}"):
            with pytest.raises(websockets.InvalidStatus) as caught:
                await websockets.connect(address, origin=websockets.Origin(strange), proxy=None)
            refusal = caught.value.response
            assert refusal.status_code == 403
            assert b"expected a page of this server" in refusal.body
            assert refusal.headers["X-Content-Type-Options"] == "nosniff"
        for known in (f"http://127.0.0.1:{running_house.port}", "https://slides.example.org", None):
            named = None if known is None else websockets.Origin(known)
            async with websockets.connect(address, origin=named, proxy=None):
                pass


async def test_there_are_as_many_sessions_as_there_may_be(tmp_path: Path) -> None:
    async with house(tmp_path, Guard(most_sessions=3)) as (_, http):
        made = [(await http.post("/api/sessions", json={"id": f"room{number}"})).status_code for number in range(3)]
        assert made == [201, 201, 503]
        told = (await http.post("/api/sessions", json={"id": "room9"})).json()["detail"]
        assert told == "expected at most 3 sessions here, and there are as many: see --max-sessions"
        assert (await http.post("/api/sessions", json={"id": "room1"})).status_code == 409
        assert (await http.get("/room1")).status_code == 200


async def test_a_title_is_cleaned_and_its_sender_told(tmp_path: Path) -> None:
    async with house(tmp_path, Guard()) as (_, http):
        plain = (await http.post("/api/sessions", json={"id": "Graphs 101"})).json()
        assert "notice" not in plain
        made = (await http.post("/api/sessions", json={"id": "Lec\u202eture\u3164 9"})).json()
        assert made["id"] == "lecture9"
        assert made["notice"].startswith("expected a title without characters that cannot be read")
        assert (await http.get("/api/sessions/lecture9")).json()["title"] == "Lec ture 9"
