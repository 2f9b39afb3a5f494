"""Pages and API from outside, over real HTTP."""

import asyncio
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.disk.plans import names as lectures
from server.gateway.app import BODY_LIMIT
from server.gateway.hub import Timing
from tests.server.house import House, running, small_site
from tests.server.probe import fill


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing(beat=0.05)) as house:
        yield house


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "page", "ancestors"),
    [
        ("/", "join", "'none'"),
        ("/lecture2", "student", "'self' file:"),
        ("/lecture2/stage", "stage", "'self' file:"),
        ("/lecture2/control", "control", "'none'"),
    ],
)
async def test_the_four_pages(http: httpx.AsyncClient, path: str, page: str, ancestors: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 200
    assert f"<title>{page}</title>" in answer.text
    assert "@assets@" not in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert policy.endswith(f"frame-ancestors {ancestors}")
    assert (await http.head(path)).status_code == 200


async def test_every_answer_carries_the_security_headers(http: httpx.AsyncClient) -> None:
    for path in ("/", "/healthz", "/api/sessions/nothing", "/a/b/c", "/api/scenes", "/lecture2/qr.svg"):
        answer = await http.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_modules_are_kept_for_ever_under_the_hash_of_the_tree(
    http: httpx.AsyncClient, house: House, tmp_path: Path
) -> None:
    def address(page: str) -> str:
        return page.partition('src="')[2].partition('"')[0]

    before = address((await http.get("/")).text)
    module = await http.get(before)
    assert module.headers["content-type"].startswith("text/javascript")
    assert module.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert module.headers["content-encoding"] == "gzip"
    (tmp_path / "static" / "core" / "room.js").write_text("export const room = 2;\n", "utf-8")
    after = address((await http.get("/")).text)
    assert after != before
    assert (await http.get(after)).text == "export const room = 2;\n"
    assert (await http.get(before)).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/assets/x/nothing.js", "/assets/x/join.html", "/assets/x/%2e%2e/secret", "/assets/x/..%2fsecret", "/assets/"],
)
async def test_nothing_but_the_tree_is_served(http: httpx.AsyncClient, tmp_path: Path, path: str) -> None:
    assert (tmp_path / "secret").is_file()
    assert (await http.get(path)).status_code == 404


async def test_another_spelling_goes_to_the_canonical_address(http: httpx.AsyncClient) -> None:
    answer = await http.get("/LECTURE 2/stage?embed=1")
    assert (answer.status_code, answer.headers["location"]) == (307, "/lecture2/stage?embed=1")


@pytest.mark.parametrize("tail", ["", "/stage", "/control"])
async def test_an_unknown_session_goes_to_the_join_page_which_says_so(http: httpx.AsyncClient, tail: str) -> None:
    answer = await http.get(f"/lecutre2{tail}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?unknown=lecutre2")


async def test_a_redirect_never_leaves_the_site(http: httpx.AsyncClient) -> None:
    for path in ("/%5Cevil.example", "/a%0d%0aX-Evil:%201", "/evil.example%3Fx"):
        answer = await http.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/?unknown=")
        assert "x-evil" not in answer.headers


async def test_a_missing_address_is_a_page_with_a_way_on(http: httpx.AsyncClient) -> None:
    answer = await http.get("/lecutre2/<script>/x")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>" not in answer.text
    assert 'href="/lecture2"' in answer.text
    program = await http.get("/api/nothing")
    assert program.status_code == 404
    assert program.json()["detail"]


async def test_a_session_is_made_with_its_links(http: httpx.AsyncClient, house: House) -> None:
    answer = await http.post("/api/sessions", json={"id": " Graphs 101 "})
    assert answer.status_code == 201
    made = answer.json()
    base = f"http://127.0.0.1:{house.port}/graphs101"
    stage = house.gateway.keys.stage("graphs101", 1)
    assert (made["id"], made["join_url"], made["stage_url"]) == ("graphs101", base, f"{base}/stage#{stage}")
    assert made["control_url"] == f"{base}/control#{made['key']}"
    assert house.gateway.keys.opens(made["key"], "graphs101", 1)
    found = await http.get("/api/sessions/GRAPHS-101")
    assert found.status_code == 200
    assert found.json() == {
        "id": "graphs101",
        "title": "Graphs 101",
        "lecture": None,
        "join_url": base,
        "short": base.removeprefix("http://"),
        "hall": False,
    }
    assert made["key"] not in found.text
    assert stage not in found.text


@pytest.mark.parametrize("taken", ["lecture2", "LECTURE 2"])
async def test_a_taken_id_is_refused(http: httpx.AsyncClient, taken: str) -> None:
    answer = await http.post("/api/sessions", json={"id": taken})
    assert answer.status_code == 409
    assert "lecture2" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "truncated"),
        (b"\xff", "invalid"),
        (b"[]", "object"),
        (b'{"id":7}', "$.id"),
        (b"{}", "id"),
        (b'{"id":"x","key":"y"}', "key"),
        (b'{"id":"--"}', "letters or numbers"),
        (b'{"id":"api"}', "reserved"),
        (b'{"id":"%s"}' % (b"x" * 41), "at most 40"),
        (b'{"id":"new","lecture":"../secret"}', "expected one of the lecture plans"),
        (b'{"id":"%s"}' % (b"x" * 70_000), "at most 65,536 bytes"),
    ],
)
async def test_a_session_that_cannot_be_made_is_a_sentence(http: httpx.AsyncClient, body: bytes, words: str) -> None:
    answer = await http.post("/api/sessions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == (413 if len(body) > BODY_LIMIT else 422)
    assert words in answer.json()["detail"]


async def test_a_full_disk_is_a_sentence(http: httpx.AsyncClient, house: House) -> None:
    fill(house.registry)
    for number in range(200):
        answer = await http.post("/api/sessions", json={"id": f"room{number}" + "x" * 30})
        if answer.status_code != 201:
            break
    assert answer.status_code == 503
    assert "disk is full" in answer.json()["detail"]
    assert (await http.get("/lecture2")).status_code == 200


async def test_every_lecture_plan_can_be_taken(http: httpx.AsyncClient) -> None:
    for number, plan in enumerate(lectures()):
        answer = await http.post("/api/sessions", json={"id": f"room{number}", "lecture": plan})
        assert answer.status_code == 201


async def test_a_near_miss_is_a_suggestion_never_another_room(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/sessions/lecutre2")
    assert answer.status_code == 404
    assert answer.json()["did_you_mean"] == "lecture2"
    assert "did you mean lecture2?" in answer.json()["detail"]
    for typed in ("a/b", "a%0Ab", "%0A"):
        assert (await http.get(f"/api/sessions/{typed}")).json()["did_you_mean"] is None


async def test_the_catalogue_comes_with_the_engine_and_outlives_it(http: httpx.AsyncClient, house: House) -> None:
    assert (await http.get("/healthz")).status_code == 200
    for path in ("/api/scenes", "/api/protocol", "/readyz"):
        answer = await http.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert "starting" in answer.json()["detail"]
    engine = house.engine()
    async with house.browser("stage") as stage:
        engine.ready()
        while not (await stage.until("engine"))["ready"]:
            pass
        assert (await http.get("/readyz")).status_code == 200
        await engine.die()
    assert (await http.get("/readyz")).status_code == 503
    assert (await http.get("/api/scenes")).json() == {"scenes": {}}
    assert (await http.get("/api/protocol")).status_code == 200


async def test_a_page_may_wait_for_the_scenes_instead_of_asking_again(http: httpx.AsyncClient, house: House) -> None:
    assert (await http.get("/api/scenes", params={"wait": 0.05})).status_code == 503
    waiting = asyncio.ensure_future(http.get("/api/scenes", params={"wait": 20}))
    await asyncio.sleep(0)
    house.engine().ready()
    assert (await waiting).json() == {"scenes": {}}
    assert (await http.get("/api/scenes", params={"wait": "long"})).status_code == 422


async def test_the_qr_code_is_a_drawing_of_the_join_address(http: httpx.AsyncClient) -> None:
    answer = await http.get("/Lecture 2/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawing = ElementTree.fromstring(answer.text)
    assert drawing.tag.endswith("svg")
    assert drawing.get("viewBox")
    assert "style=" not in answer.text
    assert (await http.get("/nothing/qr.svg")).status_code == 404


async def test_a_wrong_method_is_not_a_page(http: httpx.AsyncClient) -> None:
    assert (await http.post("/lecture2")).status_code == 405
    assert (await http.get("/api/sessions")).status_code in (404, 405)
