"""The outside of the program: pages, API and websocket as one FastAPI application."""

from __future__ import annotations

import asyncio
import html
import io
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

import msgspec
import segno
from fastapi import FastAPI, Request, WebSocket
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import lecture, metrics, names
from server.address import Reach
from server.admission import UnknownSession
from server.assets import Assets
from server.engines import EngineProcess
from server.gateway import Gateway
from server.store import StoreError, Taken

BODY_LIMIT = 64 * 1024
LONGEST_TITLE = 80
LONGEST_WAIT = 30.0
POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {}"
)
EMBEDDABLE = POLICY.format("* file:")
"""Student and stage pages may stand in a slide, also in one opened from a disk."""
ALONE = POLICY.format("'none'")


class NewSession(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `POST /api/sessions`."""

    id: str
    lecture: str | None = None


class Site:
    """The handlers of pages and API."""

    def __init__(self, gateway: Gateway, reach: Callable[[], Reach], assets: Assets) -> None:
        self.gateway = gateway
        self.reach = reach
        self.assets = assets

    # --- API ------------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        """Make a session; the answer holds the instructor's key, here and never again."""
        try:
            wanted = msgspec.json.decode(await _body(request), type=NewSession)
            identity = names.canonical(wanted.id)
            _check_lecture(wanted.lecture)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            return _json({"detail": str(error)}, 422)
        try:
            title = wanted.id.strip()[:LONGEST_TITLE]
            session = self.gateway.registry.create(identity, title, wanted.lecture, time.time())
        except Taken:
            return _json({"detail": f"expected a new session ID, but there is a session {identity} already"}, 409)
        except StoreError as error:
            return _json({"detail": f"the session was not made: {error}"}, 503)
        key = self.gateway.keys.key(session.id, session.key_generation)
        reach = self.reach()
        links = {
            "join_url": reach.join(session.id),
            "stage_url": reach.stage(session.id),
            "control_url": reach.control(session.id, key),
        }
        return _json({"id": session.id, "key": key, **links}, 201)

    async def session(self, typed: str) -> Response:
        """What anybody may know of a session, by anything like its ID."""
        try:
            session = self.gateway.find(typed)
        except UnknownSession as unknown:
            return _json({"detail": str(unknown), "did_you_mean": unknown.suggestion}, 404)
        reach = self.reach()
        facts = {"id": session.id, "title": session.title, "lecture": session.lecture}
        links = {"join_url": reach.join(session.id), "short": reach.short(session.id), "hall": reach.hall}
        return _json({**facts, **links})

    async def scenes(self, wait: float = 0.0) -> Response:
        """Every scene with the JSON Schema of its parameters and actions; `wait` seconds for an engine that starts."""
        catalogue = await self.gateway.catalogue_within(min(wait, LONGEST_WAIT))
        return _starting() if catalogue is None else _ready_made(catalogue.scenes)

    async def protocol(self) -> Response:
        """JSON Schema of every command and frame."""
        catalogue = self.gateway.catalogue
        return _starting() if catalogue is None else _ready_made(catalogue.protocol)

    async def healthz(self) -> Response:
        """This process answers."""
        return _json({"status": "ok"})

    async def readyz(self) -> Response:
        """The engine answers too."""
        return _json({"status": "ready"}) if self.gateway.ready else _starting()

    async def metrics(self) -> Response:
        """The numbers of gateway and engines as Prometheus reads them; they name no session and nobody."""
        text = metrics.exposition(self.gateway.counters, self.gateway.gauges())
        return Response(text, headers={"Content-Type": metrics.CONTENT_TYPE, "Cache-Control": "no-store"})

    # --- pages ----------------------------------------------------------------------------------

    async def join(self) -> Response:
        """The page where one types a session's ID."""
        return self._page("join", ALONE)

    async def student(self, request: Request, typed: str) -> Response:
        """A student's page."""
        return self._page_of(request, typed, "student", "", EMBEDDABLE)

    async def stage(self, request: Request, typed: str) -> Response:
        """The projector's page."""
        return self._page_of(request, typed, "stage", "/stage", EMBEDDABLE)

    async def control(self, request: Request, typed: str) -> Response:
        """The instructor's page."""
        return self._page_of(request, typed, "control", "/control", ALONE)

    async def qr(self, typed: str) -> Response:
        """QR code of the join address."""
        try:
            session = self.gateway.find(typed)
        except UnknownSession as unknown:
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
            return _json({"detail": str(error.detail)}, 404)
        first = path.strip("/").partition("/")[0]
        try:
            target = self.gateway.find(first).id
        except UnknownSession as unknown:
            target = unknown.suggestion or ""
        return Response(_missing_page(path, target), 404, media_type="text/html")

    def _page_of(self, request: Request, typed: str, name: str, tail: str, policy: str) -> Response:
        """A session's page under its canonical address; of an unknown session, the join page says so."""
        try:
            session = self.gateway.find(typed)
        except UnknownSession:
            return RedirectResponse(f"/?unknown={quote(typed[:80], safe='')}", 303)
        if session.id != typed:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/{quote(session.id)}{tail}{query}", 307)
        return self._page(name, policy)

    def _page(self, name: str, policy: str) -> Response:
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy}
        return Response(self.assets.page(name), media_type="text/html", headers=headers)


class SecurityHeaders:
    """Every answer says what browsers may do with it; a page's own policy wins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", ALONE)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


def create_app(
    gateway: Gateway, reach: Callable[[], Reach], engine: EngineProcess | None, assets: Assets | None = None
) -> FastAPI:
    """The application; with an engine process it keeps one alive while it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(gateway.beat())]
        if engine is not None:
            tasks.append(asyncio.create_task(engine.keep(gateway.converse)))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    app = FastAPI(title="gnn-live", lifespan=lifespan, openapi_url=None)
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(SecurityHeaders)
    site = Site(gateway, reach, assets or Assets())
    app.add_exception_handler(404, site.missing)
    app.mount("/assets", site.assets)
    _add_routes(app, site)

    @app.websocket("/ws/{typed:path}")
    async def socket(websocket: WebSocket, typed: str) -> None:
        await gateway.serve(websocket, typed)

    return app


def _add_routes(app: FastAPI, site: Site) -> None:
    app.add_api_route("/api/sessions", site.create, methods=["POST"])
    pages: dict[str, Callable[..., object]] = {
        "/api/sessions/{typed:path}": site.session,
        "/api/scenes": site.scenes,
        "/api/protocol": site.protocol,
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
            raise ValueError(f"expected a body of at most {BODY_LIMIT:,} bytes, got more")
    return body


def _check_lecture(name: str | None) -> None:
    known = lecture.names()
    if name is not None and name not in known:
        raise ValueError(f"expected one of the lecture plans {', '.join(known)}, got {name[:60]!r}")


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _ready_made(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-cache"})


def _starting() -> Response:
    answer = _json({"detail": "the engine that runs the models is starting: try again in a moment"}, 503)
    answer.headers["Retry-After"] = "2"
    return answer


def _missing_page(path: str, session: str) -> str:
    hint = f'<p>The session <a href="/{quote(session)}">{html.escape(session)}</a> is here.</p>' if session else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not here</title>'
        '<meta name="viewport" content="width=device-width"><main><h1>Not here</h1>'
        f"<p>There is nothing at {html.escape(path[:200])}.</p>{hint}"
        '<p><a href="/">Join a session</a></p></main></html>'
    )
