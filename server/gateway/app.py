"""The outside of the program: pages, API and websocket as one FastAPI application."""

from __future__ import annotations

import html
import io
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import quote

import msgspec
import segno
from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response

from server.disk import plans
from server.disk.store import StoreError, Taken
from server.gateway import metrics
from server.gateway.api import bodies, openapi
from server.gateway.api.bodies import denied as _denied
from server.gateway.api.bodies import problem as _problem
from server.gateway.api.bodies import starting as _starting
from server.gateway.api.bodies import written as _json
from server.gateway.defence.admin import Guard
from server.gateway.defence.admission import NoSession
from server.gateway.defence.headers import CLOSED, Policies, SecurityHeaders, ancestors, content
from server.gateway.engines import EngineProcess
from server.gateway.hub import Gateway
from server.gateway.pages.assets import Assets
from server.gateway.pages.representation import ASK, Representation
from server.gateway.pages.scenefiles import SceneSite
from server.gateway.socket import Visit
from server.protocol import names, text
from server.protocol.faults import UNREADABLE
from server.settings.address import Reach

BODY_LIMIT = 64 * 1024
LONGEST_TITLE = 80


class TooLarge(Exception):
    """A body of more bytes than any of ours has."""


class Site:
    """The handlers of pages and API."""

    def __init__(self, gateway: Gateway, reach: Callable[[], Reach], assets: Assets, guard: Guard) -> None:
        self.gateway = gateway
        self.reach = reach
        self.assets = assets
        self.guard = guard
        self._described = Representation(msgspec.json.encode(openapi.document()), "application/json")

    # --- API ------------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        """Make a session; the answer holds the instructor's key, here and never again."""
        denied = self.guard.creation(request.headers)
        if denied is not None:
            return _denied(denied)
        try:
            wanted = msgspec.json.decode(await _body(request), type=bodies.NewSession)
            identity = names.canonical(wanted.id)
            _check_lecture(wanted.lecture)
        except TooLarge as error:
            return _problem(413, str(error))
        except (*UNREADABLE, ValueError) as error:
            return _problem(422, str(error))
        return self._made(identity, text.tidied(wanted.id, LONGEST_TITLE), wanted.lecture)

    def _made(self, identity: str, title: text.Tidied, plan: str | None) -> Response:
        """Register a session and answer with its links."""
        registry, most = self.gateway.registry, self.guard.most_sessions
        try:
            if registry.find(identity) is None and registry.count() >= most:
                return _problem(
                    503, f"expected at most {most} sessions here, and there are as many: see --max-sessions"
                )
            session = registry.create(identity, title.text, plan, time.time())
        except Taken:
            return _problem(409, f"expected a new session ID, but there is a session {identity} already")
        except StoreError as error:
            return _problem(503, f"the session was not made: {error}")
        which = session.id, session.key_generation
        key, stage = self.gateway.keys.key(*which), self.gateway.keys.stage(*which)
        reach = self.reach()
        made = bodies.MadeSession(
            id=session.id,
            key=key,
            join_url=reach.join(session.id),
            stage_url=reach.stage(session.id, stage),
            control_url=reach.control(session.id, key),
            notice=title.remark("a title"),
        )
        return _json(made, 201)

    async def session(self, typed: str) -> Response:
        """What anybody may know of a session, by anything like its ID."""
        try:
            session = self.gateway.find(typed)
        except NoSession as unknown:
            return _json(bodies.UnknownSession(str(unknown), unknown.suggestion), 404)
        reach = self.reach()
        found = bodies.FoundSession(
            id=session.id,
            title=session.title,
            lecture=session.lecture,
            join_url=reach.join(session.id),
            short=reach.short(session.id),
            hall=reach.hall,
        )
        return _json(found)

    async def description(self, request: Request) -> Response:
        """This API as an OpenAPI document."""
        return self._described.answer(request.headers, ASK)

    async def healthz(self) -> Response:
        """This process answers."""
        return _json(bodies.Status("ok"))

    async def readyz(self) -> Response:
        """The engine answers too."""
        return _json(bodies.Status("ready")) if self.gateway.ready else _starting(self.gateway.why)

    async def metrics(self) -> Response:
        """The numbers of gateway and engines as Prometheus reads them; they name no session and nobody."""
        text = metrics.exposition(self.gateway.counters, self.gateway.gauges())
        return Response(text, headers={"Content-Type": metrics.CONTENT_TYPE, "Cache-Control": "no-store"})

    # --- pages ----------------------------------------------------------------------------------

    async def join(self, request: Request) -> Response:
        """The page where one types a session's ID."""
        return self._page(request, "join", CLOSED)

    async def student(self, request: Request, typed: str) -> Response:
        """A student's page."""
        return self._page_of(request, typed, "student", "", self._frames)

    async def stage(self, request: Request, typed: str) -> Response:
        """The projector's page."""
        return self._page_of(request, typed, "stage", "/stage", self._frames)

    async def control(self, request: Request, typed: str) -> Response:
        """The instructor's page."""
        return self._page_of(request, typed, "control", "/control", CLOSED)

    async def qr(self, typed: str) -> Response:
        """QR code of the join address."""
        try:
            session = self.gateway.find(typed)
        except NoSession as unknown:
            raise HTTPException(404, str(unknown)) from unknown
        drawing = io.BytesIO()
        code = segno.make(self.reach().join(session.id), error="m", micro=False)
        code.save(drawing, kind="svg", xmldecl=False, omitsize=True, border=4, light="white", title="Join")
        return Response(drawing.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-cache"})

    async def favicon(self) -> Response:
        """Browsers ask for it by themselves; the pages name their own icon."""
        return Response(status_code=204, headers={"Cache-Control": "max-age=86400"})

    async def missing(self, request: Request, error: Exception) -> Response:
        """The answer to an address where nothing is: JSON for programs, a page for people."""
        assert isinstance(error, HTTPException)
        path = request.url.path
        if path.startswith(("/api/", "/assets/")) or request.method not in ("GET", "HEAD"):
            return _problem(404, str(error.detail))
        first = path.strip("/").partition("/")[0]
        try:
            target = self.gateway.find(first).id
        except NoSession as unknown:
            target = unknown.suggestion or ""
        return Response(_missing_page(path, target), 404, media_type="text/html")

    @property
    def _frames(self) -> str:
        """Student and stage pages may stand in a slide."""
        return ancestors(self.guard.origins.embed)

    def _page_of(self, request: Request, typed: str, name: str, tail: str, frames: str) -> Response:
        """A session's page under its canonical address; of an unknown session, the join page says so."""
        try:
            session = self.gateway.find(typed)
        except NoSession:
            return RedirectResponse(f"/?unknown={quote(typed[:80], safe='')}", 303)
        if session.id != typed:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/{quote(session.id)}{tail}{query}", 307)
        return self._page(request, name, frames)

    def _page(self, request: Request, name: str, frames: str) -> Response:
        policy = content(Policies.of(request.scope).host, frames)
        page = self.assets.page(name, source="source" in request.query_params)
        return page.answer(request.headers, ASK, {"Content-Security-Policy": policy})


class Typed(Convertor[str]):
    """A session's ID in an address, as somebody typed it: anything, a line break too, which `path` does not match."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("typed", Typed())


def create_app(
    gateway: Gateway,
    reach: Callable[[], Reach],
    engines: Sequence[EngineProcess] = (),
    assets: Assets | None = None,
    *,
    guard: Guard | None = None,
) -> FastAPI:
    """The application; it keeps its engine processes alive while it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        supervisor = gateway.supervisor
        supervisor.supervise("the heartbeat", gateway.beat)
        supervisor.supervise("the watch over viewers", gateway.watch)
        supervisor.supervise("the watch over engines", gateway.look_after)
        for engine in engines:
            supervisor.supervise(f"the keeper of engine {engine.number}", partial(engine.keep, gateway.converse))
        yield
        await supervisor.stop()

    app = FastAPI(title="gnn-live", lifespan=lifespan, openapi_url=None)
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(SecurityHeaders)
    rules = guard or Guard()
    site = Site(gateway, reach, assets or Assets(), rules)
    app.add_exception_handler(404, site.missing)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _defect)
    app.mount("/assets", site.assets)
    _add_routes(app, site)

    @app.websocket("/ws/{typed:typed}")
    async def socket(websocket: WebSocket, typed: str) -> None:
        denied = rules.socket(websocket.headers)
        if denied is None:
            await Visit(gateway, websocket).run(typed)
        else:
            await websocket.send_denial_response(_denied(denied))

    return app


def _add_routes(app: FastAPI, site: Site) -> None:
    scenes = SceneSite(site.gateway)
    app.add_api_route("/api/sessions", site.create, methods=["POST"])
    pages: dict[str, Callable[..., object]] = {
        "/api/sessions/{typed:typed}": site.session,
        "/api/scenes": scenes.scenes,
        "/api/scenes/index": scenes.index,
        "/api/scenes/{name}/{digest}": scenes.entry,
        "/api/scenes/{name}/{digest}/{formula}.svg": scenes.formula,
        "/api/protocol": scenes.protocol,
        "/api/openapi.json": site.description,
        "/healthz": site.healthz,
        "/readyz": site.readyz,
        "/metrics": site.metrics,
        "/favicon.ico": site.favicon,
        "/": site.join,
        "/{typed}": site.student,
        "/{typed}/stage": site.stage,
        "/{typed}/control": site.control,
        "/{typed}/qr.svg": site.qr,
    }
    for path, handler in pages.items():
        app.add_api_route(path, handler, methods=["GET", "HEAD"])


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise TooLarge(f"expected a body of at most {BODY_LIMIT:,} bytes, got more")
    return body


def _check_lecture(name: str | None) -> None:
    known = plans.names()
    if name is not None and name not in known:
        raise ValueError(f"expected one of the lecture plans {', '.join(known)}, got {name[:60]!r}")


async def _invalid(_: Request, error: Exception) -> Response:
    """A query that FastAPI could not take: its list of errors as one sentence."""
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
    return _problem(422, told)


async def _defect(request: Request, _: Exception) -> Response:
    """A defect of the program; its traceback is in the log alone. No middleware sees this answer."""
    answer = _problem(500, "the program has a defect here: its log says which")
    Policies.of(request.scope).add(answer.headers)
    return answer


def _missing_page(path: str, session: str) -> str:
    hint = f'<p>The session <a href="/{quote(session)}">{html.escape(session)}</a> is here.</p>' if session else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not here</title>'
        '<meta name="viewport" content="width=device-width"><main><h1>Not here</h1>'
        f"<p>There is nothing at {html.escape(path[:200])}.</p>{hint}"
        '<p><a href="/">Join a session</a></p></main></html>'
    )
