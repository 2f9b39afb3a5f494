"""A gateway behind a real server on a free port, with a real pipe whose engine's end the test holds."""

import asyncio
import contextlib
import html
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import msgspec
import uvicorn
import websockets
from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection

from server.cli.program import _uvicorn
from server.disk.keys import load
from server.disk.store import Registry
from server.gateway.app import create_app
from server.gateway.defence import descriptors
from server.gateway.defence.admin import Guard
from server.gateway.defence.limits import Census
from server.gateway.hub import Gateway, Limits, Timing
from server.gateway.pages.assets import Assets
from server.pipe.bus import (
    Attend,
    Catalogue,
    Create,
    Down,
    Drop,
    EnginePipe,
    GatewayPipe,
    Inbound,
    Known,
    Presence,
    SlotFrame,
    Up,
)
from server.pipe.watchdog import Patience
from server.protocol.messages import VERSION, Opened, Role
from server.protocol.wire import pack, unpack
from server.settings.address import Reach
from server.settings.config import Settings

PATIENCE = 60.0
ROOMY = Limits()
ENDLESS = Patience(3600.0, 7200.0, 3600.0)
U = TypeVar("U", Create, Inbound, Attend, Presence, Drop)
Frame = dict[str, object]


@dataclass
class Browser:
    """A websocket client that keeps every frame it got."""

    socket: ClientConnection
    seen: list[Frame] = field(default_factory=list)

    async def next(self) -> Frame:
        async with asyncio.timeout(PATIENCE):
            data = await self.socket.recv()
        assert isinstance(data, bytes), "frames are binary"
        self.seen.append(unpack(data))
        return self.seen[-1]

    async def until(self, tag: str) -> Frame:
        """The next frame of this tag; heartbeats and others in between are kept in `seen`."""
        while True:
            frame = await self.next()
            if frame["t"] == tag:
                return frame

    def heartbeat_after(self, tag: str) -> bool:
        """Whether everything that went out with a frame of this tag has arrived: two heartbeats came after it."""
        tags = [frame["t"] for frame in self.seen]
        return tag in tags and tags[tags.index(tag) :].count("beat") >= 2

    async def say(self, message: object) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def closed(self) -> int:
        """The close code, once everything before it was read."""
        while True:
            try:
                await self.next()
            except websockets.ConnectionClosed as error:
                received = error.rcvd
                break
        assert received is not None, "the server closes with a code"
        return received.code


class HeldEngine:
    """The engine's end of a pipe in the hands of a test."""

    def __init__(self, gateway: Gateway, generation: int) -> None:
        ours, theirs = socket.socketpair()
        self.pipe = EnginePipe(theirs.detach())
        self.other_end = GatewayPipe(ours)
        self.conversation = asyncio.create_task(gateway.converse(self.other_end))
        self.generation = generation
        self.heard: list[Up] = []

    def ready(self) -> None:
        self.say(Catalogue(scenes=b'{"scenes":{}}', protocol=b"{}", device="cpu", generation=self.generation))

    def say(self, *messages: Down) -> None:
        for message in messages:
            self.pipe.send(message)

    def slot(
        self, key: str, body: bytes, to: str = "all", core: bool = False, session: str = "lecture2", seq: int = 0
    ) -> None:
        self.say(SlotFrame(session=session, to=to, key=key, body=body, core=core, seq=seq))

    def open_lobby(self, session: str = "lecture2") -> None:
        self.slot("opened", opened(None, 0), core=True, session=session)
        self.say(Known(session=session))

    async def hear(self, kind: type[U]) -> U:
        """The next message of this kind; what comes before it is kept in `heard`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for index, message in enumerate(self.heard):
                    if isinstance(message, kind):
                        del self.heard[: index + 1]
                        return message
                while not self.pipe.wait(0):
                    await asyncio.sleep(0.002)
                self.heard += self.pipe.receive()

    async def die(self) -> None:
        self.pipe.close()
        await asyncio.wait_for(self.conversation, PATIENCE)
        self.other_end.close()


@dataclass
class House:
    """The parts of one running gateway."""

    gateway: Gateway
    registry: Registry
    port: int
    app: FastAPI
    server: uvicorn.Server
    engines: list[HeldEngine] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.gateway.keys.key("lecture2", 1)

    def connections(self) -> int:
        """How many connections are open, whatever they carry."""
        return len(self.server.server_state.connections)

    def engine(self) -> HeldEngine:
        """Another engine's pipe; it is not ready yet."""
        self.engines.append(HeldEngine(self.gateway, len(self.engines) + 1))
        return self.engines[-1]

    @asynccontextmanager
    async def socket(self, session: str = "lecture2") -> AsyncIterator[Browser]:
        url = f"ws://127.0.0.1:{self.port}/ws/{session}"
        async with websockets.connect(url, compression=None, proxy=None, max_queue=None) as connection:
            yield Browser(connection)

    @asynccontextmanager
    async def browser(self, role: Role = "student", session: str = "lecture2", **more: str) -> AsyncIterator[Browser]:
        """A browser that was welcomed."""
        async with self.socket(session) as browser:
            key = {"key": self.key} if role == "instructor" else {}
            await browser.say({"t": "hello", "version": VERSION, "role": role, **key, **more})
            assert (await browser.next())["t"] == "welcome"
            yield browser


def opened(scene: str | None, version: int) -> bytes:
    return pack(Opened(scene=scene, title="Scene", version=version)).stamped(version + 1)


@asynccontextmanager
async def running(
    data: Path,
    static: Path,
    timing: Timing,
    *,
    limits: Limits = ROOMY,
    guard: Guard | None = None,
    echo: bool = False,
    census: Census | None = None,
) -> AsyncIterator[House]:
    """A gateway with session lecture2, served by uvicorn as the program does; no engine yet."""
    with Registry(data) as registry, socket.create_server(("127.0.0.1", 0)) as listener:
        registry.create("lecture2", "Lecture 2", "lecture2")
        port = int(listener.getsockname()[1])
        base = f"http://127.0.0.1:{port}"
        if timing.engine == Timing().engine:  # the engines that tests hold do not beat
            timing = replace(timing, engine=ENDLESS)
        gateway = Gateway(registry, load(data), timing, limits)
        reach = Reach(base, base, hall=False)
        app = create_app(gateway, lambda: reach, assets=Assets(static, patience=0), guard=guard)
        if echo:  # before the route of the sessions
            app.router.routes.insert(0, WebSocketRoute("/ws/echo", _echo))
        config = _uvicorn(app, Settings(), census or Census(descriptors.now()))
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        house = House(gateway, registry, port, app, server)
        try:
            async with asyncio.timeout(PATIENCE):
                while not server.started:
                    await asyncio.sleep(0.005)
            yield house
        finally:
            server.should_exit = True
            await asyncio.wait_for(task, PATIENCE)
            for engine in house.engines:
                await engine.die()


def small_site(folder: Path) -> Path:
    """A tree of pages as small as it can be."""
    (folder / "core").mkdir(parents=True)
    for name in ("join", "student", "stage", "control"):
        text = f'<!doctype html><title>{name}</title><script type="module" src="@assets@/core/room.js"></script>'
        (folder / f"{name}.html").write_text(text, "utf-8")
    (folder / "core" / "room.js").write_text("export const room = 1;\n" * 100, "utf-8")
    return folder


def listed_views(page: str) -> dict[str, dict[str, list[str]]]:
    """Of every scene and face the files of its view, as the text of a page lists them."""
    found = re.search(r"<meta name=\"views\" content='([^']*)'>", page)
    assert found is not None, "the page mounts scenes"
    return msgspec.json.decode(html.unescape(found[1]), type=dict[str, dict[str, list[str]]])


async def _echo(websocket: WebSocket) -> None:
    """Every message comes back: for tests of the layer below."""
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await websocket.send({**message, "type": "websocket.send"})
