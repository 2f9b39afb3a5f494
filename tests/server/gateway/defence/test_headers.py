"""The security headers: on every answer of every route, and nothing inline in anything that is served."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute

from server.engine import catalogue
from server.engine.discovery import scenes
from server.gateway.defence import headers
from server.gateway.defence.admin import Guard
from server.gateway.defence.headers import SecurityHeaders
from server.gateway.defence.origin import Origins
from server.gateway.hub import Timing
from server.gateway.pages.assets import STATIC
from tests.server.house import House, running

EMBEDDING = Guard(Origins(embed=("https://slides.example.org",)))
FRAMED = "frame-ancestors 'self' file: https://slides.example.org"
DRAWN = {"svg", "g", "path", "rect", "symbol", "use", "title"}
"""Elements of a formula or a code; none of them runs or fetches anything."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, STATIC, Timing(beat=0.05), guard=EMBEDDING) as house:
        yield house


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as client:
        yield client


class Inline(HTMLParser):
    """Whatever of a page its policy would not run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in ("style", "base", "iframe", "object", "embed") or (tag == "script" and "src" not in given):
            self.found.append(tag)
        for name, value in attributes:
            if name == "style" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}")
            if name in ("src", "href") and "//" in (value or ""):
                self.found.append(f"{tag} {name}={value}")


def rules(header: str) -> dict[str, str]:
    return dict(rule.strip().split(" ", 1) for rule in header.split(";"))


def check(answer: httpx.Response, port: int, frames: str = "'none'") -> None:
    said = answer.headers
    found = rules(said["content-security-policy"])
    assert found == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": f"'self' ws://127.0.0.1:{port} wss://127.0.0.1:{port}",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": frames,
    }
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "no-referrer"
    assert said["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in said["permissions-policy"]
    assert "strict-transport-security" not in said


def check_part(answer: httpx.Response) -> None:
    """What is no page is shown by itself and loads nothing; its headers are few, for a page loads many of them."""
    said = answer.headers
    assert rules(said["content-security-policy"]) == {"default-src": "'none'", "frame-ancestors": "'none'"}
    assert (said["x-content-type-options"], said["referrer-policy"]) == ("nosniff", "no-referrer")
    assert sum(len(name) + len(value) + 4 for name, value in said.items()) < 500


@pytest.mark.parametrize("file", ["core/room.js", "sheets/student.css", "icon.svg"])
async def test_the_files_of_a_page_are_parts(house: House, http: httpx.AsyncClient, file: str) -> None:
    digest = (await http.get("/")).text.partition("/assets/")[2].partition("/")[0]
    answer = await http.get(f"/assets/{digest}/{file}")
    assert answer.status_code == 200
    check_part(answer)


async def test_every_route_answers_with_the_headers_and_nothing_inline(house: House, http: httpx.AsyncClient) -> None:
    """Walks over what the application itself says it serves, with every method, so that no new route is forgotten."""
    app = house.app
    assert isinstance(app, Starlette)
    seen = set()
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            continue
        assert isinstance(route, Route | Mount)
        path = re.sub(r"{[^}]*}", "lecture2", route.path)
        for method in (*(getattr(route, "methods", None) or {"GET"}), "DELETE"):
            answer = await http.request(method, path)
            assert answer.status_code < 500 or answer.status_code == 503
            if "etag" in answer.headers and not answer.headers["content-type"].startswith("text/html"):
                check_part(answer)
                continue
            framed = method in ("GET", "HEAD") and path in ("/lecture2", "/lecture2/stage")
            check(answer, house.port, FRAMED.partition(" ")[2] if framed else "'none'")
            assert Inline(answer.text).found == []
            seen.add(path)
    assert {"/", "/lecture2", "/lecture2/stage", "/lecture2/control", "/lecture2/qr.svg", "/api/sessions"} <= seen


@pytest.mark.parametrize("path", ["/a/b/c", "/lecutre2/<script>alert(1)</script>/x", "/api/nothing", "/assets/x/no.js"])
async def test_what_is_missing_has_the_headers_too(house: House, http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404
    check(answer, house.port)
    assert Inline(answer.text).found == []
    assert "<script" not in answer.text


@pytest.mark.parametrize("page", sorted(path.name for path in STATIC.rglob("*.html")))
def test_no_page_has_anything_inline_or_from_elsewhere(page: str) -> None:
    assert Inline((STATIC / page).read_text("utf-8")).found == []


def test_what_is_inline_is_found() -> None:
    for bad in (
        "<script>1</script>",
        "<style>a{}</style>",
        "<p style='color:red'>",
        "<p onclick='x()'>",
        "<a href='javascript:x()'>",
        "<script src='//cdn.example/x.js'></script>",
        "<img src='https://cdn.example/x.png'>",
    ):
        assert len(Inline(bad).found) == 1


def test_no_module_makes_markup_or_code_of_text() -> None:
    """`DOMParser` is for one thing: the formulas that the server typeset."""
    forbidden = (
        *(
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "createContextualFragment",
            "setHTMLUnsafe",
        ),
        *("srcdoc", "eval(", "new Function", "setAttribute('style'", 'setAttribute("style"', "setAttribute('on"),
        *("javascript:", "importScripts", "setTimeout('", "text/html"),
    )
    modules = sorted(STATIC.rglob("*.js"))
    assert len(modules) > 30
    texts = {path.relative_to(STATIC).as_posix(): path.read_text("utf-8") for path in modules}
    assert [(name, word) for name, text in texts.items() for word in forbidden if word in text] == []
    assert [name for name, text in texts.items() if "DOMParser" in text] == ["core/catalogue.js"]


def _drawing(svg: str) -> None:
    for element in ElementTree.fromstring(svg).iter():
        assert element.tag.rpartition("}")[2] in DRAWN
        for name, value in element.attrib.items():
            bare = name.rpartition("}")[2]
            assert bare != "style"
            assert not bare.startswith("on")
            assert bare != "href" or value.startswith("#")
            assert "url(" not in value


async def test_the_drawings_that_a_page_takes_in_only_draw(http: httpx.AsyncClient) -> None:
    known = msgspec.json.decode(catalogue.scenes_body(scenes()))["scenes"]
    formulas = [formula["svg"] for scene in known.values() for formula in scene["formulas"].values()]
    assert formulas
    for svg in (*formulas, (await http.get("/lecture2/qr.svg")).text):
        _drawing(svg)


@pytest.mark.parametrize(
    ("host", "sockets"),
    [
        ("gnn.example.org", " ws://gnn.example.org wss://gnn.example.org"),
        ("x; script-src *", ""),
        ("x 'unsafe-inline'", ""),
        ("", ""),
    ],
)
async def test_a_host_that_is_none_never_stands_in_the_policy(host: str, sockets: str) -> None:
    said = (await answered("http", host))["content-security-policy"]
    assert f"connect-src 'self'{sockets};" in said
    assert "unsafe" not in said
    assert said.count("script-src") == 1


async def test_over_tls_browsers_are_told_to_stay_there() -> None:
    assert (await answered("https", "gnn.example.org"))["strict-transport-security"] == f"max-age={headers.ONE_YEAR}"
    assert "strict-transport-security" not in await answered("http", "gnn.example.org")
    assert "cross-origin-opener-policy" in await answered("https", "gnn.example.org")
    assert "cross-origin-opener-policy" not in await answered("http", "gnn.example.org")


async def answered(scheme: str, host: str) -> Headers:
    """The headers of an answer to a request of this scheme and `Host`, which no client would send like this."""
    sent: list[Headers] = []
    scope = {"type": "http", "scheme": scheme, "method": "GET", "path": "/", "headers": [(b"host", host.encode())]}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        if message["type"] == "http.response.start":
            sent.append(Headers(raw=message["headers"]))

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    await SecurityHeaders(PlainTextResponse("fine"))(scope, receive, send)
    return sent[0]


async def test_a_defect_is_a_sentence_with_the_headers_and_no_traceback(house: House, http: httpx.AsyncClient) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("the secret of the house")

    house.app.add_api_route("/api/broken", broken, methods=["GET"])
    answer = await http.get("/api/broken")
    assert (answer.status_code, answer.json()) == (500, {"detail": "the program has a defect here: its log says which"})
    check(answer, house.port)
