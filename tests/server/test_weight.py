"""What a page weighs, in bytes that the same files always have: later changes keep these bars.

`python -m tests.bench.weight` counts the same in a real browser. Here it is counted at the server: every answer's body
as it is encoded, and its headers, of the files that a page names and that the views' lists name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.engine import catalogue
from server.engine.discovery import scenes
from server.gateway.hub import Timing
from server.gateway.pages.assets import STATIC
from server.pipe.bus import Catalogue
from tests.server.house import House, listed_views, running

JOIN = 35_000
FIRST = 100_000
FORMULAS = 10_000
"""What a stage fetches beside its files: the entry of the scene, and the formulas of its first position."""
REQUESTS = {"student": 40, "stage": 45}
"""The icon counts; a stage's entry and formulas, two or three requests more, do not."""
RELOAD = 5_000
STATUS = len("HTTP/1.1 200 OK\r\n") + len("\r\n")
PAGES = {"student": "/lecture2", "stage": "/lecture2/stage", "control": "/lecture2/control"}
NAMES = sorted({path.name.removesuffix(".js") for path in (STATIC / "scenes").glob("*.js")})


class Scales:
    """Weighs what lies at an address, each once."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._known: dict[str, int] = {}

    async def weigh(self, path: str, **headers: str) -> int:
        """Bytes of an answer as it is on the line."""
        if path not in self._known or headers:
            answer = await self._http.head(path, headers=headers)
            assert answer.status_code == (304 if headers else 200), path
            length = int(answer.headers.get("content-length", 0))
            self._known[path] = STATUS + length + sum(len(a) + len(b) + 4 for a, b in answer.headers.raw)
        return self._known[path]

    async def total(self, paths: list[str]) -> int:
        """All of them together."""
        return sum([await self.weigh(path) for path in paths])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, STATIC, Timing(beat=0.05)) as house:
        yield house


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    base = f"http://127.0.0.1:{house.port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False, headers={"Accept-Encoding": "gzip"}) as client:
        yield client


async def named(http: httpx.AsyncClient, path: str) -> list[str]:
    """The page and all that it names."""
    text = (await http.get(path)).text
    return [path, *re.findall(r'(?:href|src)="(/assets/[^"]+)"', text)]


async def test_the_join_page_is_light(http: httpx.AsyncClient) -> None:
    assert await Scales(http).total(await named(http, "/")) <= JOIN


@pytest.mark.parametrize("face", ["student", "stage"])
async def test_the_first_view_of_every_scene_is_light(http: httpx.AsyncClient, face: str) -> None:
    """A stage has more files than a phone, and its formulas besides; there is one in a hall, and hundreds of phones."""
    scales = Scales(http)
    page = [*await named(http, PAGES[face]), "/api/sessions/lecture2"]
    tree = page[1].rpartition("/assets/")[2].partition("/")[0]
    views = listed_views((await http.get(PAGES[face])).text)
    assert sorted(views) == NAMES
    for name in NAMES:
        files = [*page, *(f"/assets/{tree}/{path}" for path in views[name][face])]
        assert await scales.total(files) <= FIRST - (FORMULAS if face == "stage" else 0), name
        assert len(files) <= REQUESTS[face], name


@pytest.mark.parametrize("face", sorted(PAGES))
async def test_a_reload_is_two_answers_that_say_nothing_new(http: httpx.AsyncClient, face: str) -> None:
    tag = (await http.get(PAGES[face])).headers["etag"]
    again = await Scales(http).weigh(PAGES[face], **{"If-None-Match": tag})
    assert again + await Scales(http).weigh("/api/sessions/lecture2") <= RELOAD
    for path in (await named(http, PAGES[face]))[1:]:
        assert "immutable" in (await http.head(path)).headers["cache-control"]


async def test_no_scene_tells_a_page_more_than_it_shows(house: House, http: httpx.AsyncClient) -> None:
    """The list of scenes, an entry and a formula, each by itself."""
    known = scenes()
    parts = catalogue.parts(known)
    told = Catalogue(b"{}", b"{}", "cpu", 2, index=catalogue.index_body(known), parts=parts)
    await asyncio.to_thread(house.engine().say, told)  # an engine's end of the pipe blocks until all is taken
    assert (await http.get("/api/scenes/index", params={"wait": 20})).status_code == 200
    scales = Scales(http)
    assert await scales.weigh("/api/scenes/index") <= 4_000
    for part in parts:
        assert await scales.weigh(f"/api/scenes/{part.name}/{part.digest}") <= 4_000, part.name
        for formula in part.formulas:
            assert await scales.weigh(f"/api/scenes/{part.name}/{part.digest}/{formula}.svg") <= 10_000, formula
