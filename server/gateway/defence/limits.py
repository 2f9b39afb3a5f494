"""Bounds of a request before anybody reads it: uvicorn's HTTP protocol, limited in bytes and in time.

    head     32 KB, 10 s from the connection (or from the first byte of the next request on it)
    body     10 s; a route that takes larger ones asks for more time (`allow`)
    answer   10 s in which the browser takes nothing of it

A connection that has not asked for anything whole is *unfinished*; an address may hold many of these, since a lecture
hall shares one, and beyond that the oldest goes. What is refused is answered with a sentence where that is possible.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, cast

import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.gateway.defence.descriptors import Files
from server.pipe.refusals import Refusals

HEAD = 32 * 1024
"""Bytes of request line and headers: the parser copies what it has for each piece that comes, so more is quadratic."""
PATIENCE = 10.0
"""Seconds for a head, for a body, and for a browser to take some of an answer."""
UNFINISHED = 1000
"""Connections of one address that have not asked for anything whole yet."""
PIECE = 16 * 1024
"""Bytes that are parsed at once."""
EXTENSION = "gnn_live.body"
HANDSHAKE = 10.0
"""Seconds for the handshake of TLS."""

log = logging.getLogger("gnn_live.limits")


def allow(scope: MutableMapping[str, Any], seconds: float) -> None:
    """Give the body of this request so many seconds from now on, under a server that limits them."""
    extend = scope.get("extensions", {}).get(EXTENSION)
    if extend is not None:
        extend(seconds)


class Census:
    """The connections of one server that may have to go: unfinished ones by address, and idle ones."""

    def __init__(self, files: Files, most: int = UNFINISHED, patience: float = PATIENCE) -> None:
        self.files = files
        self.most = most
        self.patience = patience
        self.refusals = Refusals(log)
        self._unfinished: dict[str, dict[LimitedProtocol, None]] = {}
        self._idle: dict[LimitedProtocol, None] = {}

    def unfinished(self, one: LimitedProtocol) -> None:
        """A connection begins a request; of an address that holds too many of these the oldest goes."""
        self._idle.pop(one, None)
        same = self._unfinished.setdefault(one.address, {})
        same[one] = None
        if len(same) > self.most:
            self.refusals.note(
                "connection ended", detail=f"expected at most {self.most:,} of one address that ask nothing"
            )
            next(iter(same)).cut()

    def busy(self, one: LimitedProtocol) -> None:
        """Its request is whole."""
        same = self._unfinished.get(one.address, {})
        same.pop(one, None)
        if not same:
            self._unfinished.pop(one.address, None)

    def idle(self, one: LimitedProtocol) -> None:
        """It is kept alive for a next request."""
        self._idle[one] = None

    def gone(self, one: LimitedProtocol) -> None:
        """It has ended, or carries a websocket now."""
        self.busy(one)
        self._idle.pop(one, None)

    def make_way(self, open_now: int) -> bool:
        """Where open files are short, end what nobody needs, the oldest first; whether one more may stay."""
        if not self.files.short(open_now):
            return True
        for one in list(self._idle):
            one.cut()
        if not self.files.exhausted(open_now):
            return True
        oldest = next((one for same in self._unfinished.values() for one in same), None)
        if oldest is not None:
            oldest.cut()
        return oldest is not None


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol within the bounds of this module."""

    census: Census
    address = ""
    _fed = 0
    """Bytes of the present head, as far as it came."""
    _phase = "head"
    _timer: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    # --- from the transport ---------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: its first request has to come."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._begin()
        if not self.census.make_way(len(self.connections)):
            told = f"expected an open file for another connection, all {self.census.files.limit:,} are used"
            self.census.refusals.note("connection refused", detail=told)
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser piece by piece, as long as the head stays within its bounds."""
        if self._phase == "idle":
            self._begin()
        view = memoryview(data)
        while view and not self.transport.is_closing() and self._phase != "websocket":
            size = PIECE if self._phase != "head" else min(PIECE, HEAD - self._fed)
            if size <= 0:
                told = f"expected a request line and headers of at most {HEAD:,} bytes together, got more"
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, told)
                return
            piece, view = view[:size], view[size:]
            if self._phase == "head":
                self._fed += len(piece)
            super().data_received(bytes(piece))

    def pause_writing(self) -> None:
        """The browser has to take some of the answer before there is more."""
        super().pause_writing()
        self._watch_answer()

    # --- from the parser ------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins, perhaps while the one before is answered."""
        if self._phase != "head":
            self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole: now the body may come, for as long as its route allows."""
        self._phase = "body"
        super().on_headers_complete()
        if self.cycle is not None and self.cycle.scope is self.scope:
            cast("dict[str, object]", self.scope)["extensions"] = {EXTENSION: self._await_body}
        self._await_body(self.census.patience)

    def on_message_complete(self) -> None:
        """The request is whole: from now on it is the server that is waited for."""
        self._disarm()
        self._phase = "answer"
        self.census.busy(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is written; a browser that takes nothing of its rest is not kept."""
        super().on_response_complete()
        if self._phase == "answer" and not self.pipeline:
            self._phase = "idle"
            self.census.idle(self)
            if self.census.files.short(len(self.connections)):
                self.transport.close()
        if not self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._watch_answer()

    def handle_websocket_upgrade(self) -> None:
        """The connection is a websocket's from now on, which has limits of its own."""
        self._forget()
        self._phase = "websocket"
        super().handle_websocket_upgrade()

    # --- deadlines ------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._phase, self._fed = "head", 0
        self.census.unfinished(self)
        told = f"expected a whole request head within {self.census.patience:g} seconds, got a part of one"
        self._arm(self.census.patience, told)

    def _await_body(self, seconds: float) -> None:
        if self._phase == "body":
            self._arm(seconds, f"expected the whole body within {seconds:g} seconds, got a part of it")

    def _arm(self, seconds: float, sentence: str) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT, sentence)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch_answer(self) -> None:
        if self._stuck is None:
            waiting = self.transport.get_write_buffer_size()
            self._stuck = self.loop.call_later(self.census.patience, self._look, waiting)

    def _look(self, before: int) -> None:
        """End a connection whose browser took nothing in the meantime."""
        self._stuck = None
        waiting = self.transport.get_write_buffer_size()
        if waiting and waiting >= before:
            told = f"expected that some of the answer is taken within {self.census.patience:g} seconds"
            self.census.refusals.note("connection ended", detail=told)
            self.cut()
        elif waiting:
            self._watch_answer()

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Say why, where no answer was begun, and end the connection."""
        if self.transport.is_closing():
            return
        if self._phase == "head" and not self._fed:
            self.cut()  # a browser that connected ahead of a need that did not come: no news to anybody
            return
        self.census.refusals.note("request refused", detail=sentence, status=str(int(status)))
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            body = sentence.encode()
            head = (
                f"HTTP/1.1 {int(status)} {status.phrase}\r\nconnection: close\r\n"
                f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        if self.cycle is not None:
            self.cycle.disconnected = True  # whoever answers it writes nothing more
        self._forget()
        self.transport.close()
        self._watch_answer()  # what it does not take now it never takes

    def cut(self) -> None:
        """End the connection without a word."""
        self._forget()
        self.transport.abort()

    def _forget(self) -> None:
        self._disarm()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
        self.census.gone(self)


def limited(census: Census) -> type[LimitedProtocol]:
    """The protocol class of one server, whose connections know of each other."""
    return cast("type[LimitedProtocol]", type("Limited", (LimitedProtocol,), {"census": census}))


class Loop(uvloop.Loop):
    """uvloop's event loop, in which a TLS handshake has a deadline: uvicorn passes none, the default is a minute."""

    async def create_server(self, *args: Any, **more: Any) -> asyncio.Server:  # noqa: ANN401  (asyncio's own)
        """A listening server, as asyncio makes it."""
        if more.get("ssl") is not None:
            more.setdefault("ssl_handshake_timeout", HANDSHAKE)
        return cast("asyncio.Server", await super().create_server(*args, **more))
