"""What the gateway serves of scenes: each under its digest for ever, an earlier one leads to the present."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.gateway.hub import Timing
from server.pipe.bus import Catalogue, Part
from tests.server.house import House, running, small_site

ENTRY = b'{"title":"One","formulas":{"a b, c":{"words":"w","width":1,"height":1}}}'
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g/>" * 100 + b"</svg>"
FOREVER = "public, max-age=31536000, immutable"


def told(digest: str, entry: bytes = ENTRY) -> Catalogue:
    part = Part("one", digest, entry, {"a b, c": DRAWING})
    index = b'{"scenes":{"one":{"title":"One","summary":"S","digest":"%s"}}}' % digest.encode()
    return Catalogue(b'{"scenes":{}}' * 50, b"{}", "cpu", 2, index=index, parts=(part,))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing(beat=0.05)) as house:
        yield house


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as client:
        yield client


async def ready(house: House, catalogue: Catalogue) -> None:
    house.engine().say(catalogue)
    async with asyncio.timeout(10):
        while house.gateway.catalogue != catalogue:
            await asyncio.sleep(0.005)


async def test_a_scene_is_kept_for_ever_under_its_digest(house: House, http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/scenes/one/d1")).status_code == 503
    await ready(house, told("d1"))
    entry = await http.get("/api/scenes/one/d1")
    assert (entry.content, entry.headers["cache-control"]) == (ENTRY, FOREVER)
    formula = await http.get("/api/scenes/one/d1/a%20b%2C%20c.svg")
    assert (formula.content, formula.headers["cache-control"]) == (DRAWING, FOREVER)
    assert formula.headers["content-type"] == "image/svg+xml"
    assert formula.headers["content-encoding"] == "gzip"


async def test_an_earlier_digest_leads_to_the_present_one(house: House, http: httpx.AsyncClient) -> None:
    await ready(house, told("d1"))
    assert (await http.get("/api/scenes/one/d1")).status_code == 200
    await ready(house, told("d2", ENTRY.replace(b"One", b"Two")))
    for tail in ("", "/a%20b%2C%20c.svg"):
        answer = await http.get(f"/api/scenes/one/d1{tail}")
        assert (answer.status_code, answer.headers["location"]) == (307, f"/api/scenes/one/d2{tail}")
        assert answer.headers["cache-control"] == "no-cache"
    followed = await http.get("/api/scenes/one/d1", follow_redirects=True)
    assert followed.json()["title"] == "Two"


async def test_what_is_not_there_is_a_sentence(house: House, http: httpx.AsyncClient) -> None:
    await ready(house, told("d1"))
    for path, words in (("other/d1", "'other'"), ("one/d1/none.svg", "'none'"), ("other/d1/none.svg", "'other'")):
        answer = await http.get(f"/api/scenes/{path}")
        assert answer.status_code == 404
        assert words in answer.json()["detail"]


async def test_what_is_asked_for_each_time_is_answered_by_still_the_same(house: House, http: httpx.AsyncClient) -> None:
    await ready(house, told("d1"))
    for path in ("/api/scenes", "/api/scenes/index", "/api/protocol", "/api/openapi.json", "/", "/lecture2"):
        first = await http.get(path)
        assert (first.status_code, first.headers["cache-control"]) == (200, "no-cache")
        again = await http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert (await http.get("/api/scenes/index")).json()["scenes"]["one"]["digest"] == "d1"


async def test_the_list_of_scenes_waits_for_an_engine(house: House, http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/scenes/index", params={"wait": 0.05})).status_code == 503
    waiting = asyncio.ensure_future(http.get("/api/scenes/index", params={"wait": 20}))
    await asyncio.sleep(0)
    house.engine().say(told("d1"))
    assert (await waiting).status_code == 200
