"""Who is taken for gone: only whoever is silent, and that within one bound, counted from their last bytes."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import cast

import msgspec
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from server.cli.program import PING as BOUND
from server.cli.program import _uvicorn
from server.gateway.defence import descriptors
from server.gateway.defence.limits import Census
from server.gateway.direct import LOOK, DirectProtocol
from server.gateway.hub import Timing
from server.protocol.messages import VERSION
from server.protocol.wire import unpack
from server.settings.config import Settings
from tests.server.house import running, small_site
from tests.server.rawsocket import BINARY, PING, PONG, TEXT, frame, opened, request
from tests.server.test_leaves import Flow
from tests.simulation.clock import Clock
from tests.simulation.loop import Loop
from tests.simulation.network import Connection, Transport

LARGE = b'{"t":"x","pad":"' + b"x" * 5000 + b'"}'
"""More than a student may say at once."""
FLOOD = 1000
"""Messages of a flood: 5 MB, of which the server reads 256 KB at a time."""
LATENCY = 0.01
Send = Callable[[dict[str, object]], Awaitable[None]]


# --- a flood, on the real server ------------------------------------------------------------------


async def test_who_floods_is_refused_with_a_sentence_and_stays_and_the_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers to the server's pings wait behind the flood for many times as long as an answer may take."""
    monkeypatch.setattr("server.cli.program.PING", 0.4)
    monkeypatch.setattr("server.gateway.socket.REST", 0.1)
    hello = msgspec.json.encode({"t": "hello", "version": VERSION, "role": "student"})
    async with (
        running(tmp_path, small_site(tmp_path / "static"), Timing(beat=0.02)) as house,
        opened(house.port, "/ws/lecture2") as flooder,
        house.browser() as stays,
        house.browser("instructor") as panel,
    ):
        engine = house.engine()
        engine.ready()
        engine.open_lobby()
        await stays.until("opened")
        await flooder.send(frame(TEXT, hello))
        flooder.writer.write(frame(TEXT, LARGE) * FLOOD)
        flooder.writer.write(frame(BINARY, b"the end"))
        flow, pings, codes = Flow(engine), 0, set[object]()

        async def comes() -> dict[str, object]:
            """The next frame, with every ping before it answered, which goes behind all that was sent."""
            nonlocal pings
            while (got := await flooder.next()).opcode == PING:
                pings += 1
                flooder.writer.write(frame(PONG, got.payload))
            assert got.opcode == BINARY, got
            return unpack(got.payload)

        for number in itertools.count():
            told = await comes()
            if told["t"] == "fault":
                assert str(told["detail"]).startswith("expected ")
                codes.add(told["code"])
            if told.get("code") == "malformed":
                break
            if number % 20 == 0:
                flow.go_on()
                await flow.reached(stays)
                await flow.reached(panel)
        assert codes - {"too_fast"} == {"too_large", "malformed"}
        assert pings == 1  # the one whose answer is behind all of it
        flow.go_on()
        while (await comes()).get("detail") != str(flow.number):
            pass
        await flow.reached(stays)


# --- the bound, in virtual time -------------------------------------------------------------------


class Phone:
    """Talks, and answers pings or does not, until it is gone without a word."""

    def __init__(self, answers: bool) -> None:
        self.loop = Loop(Clock())
        self._answers = answers
        self._seen = b""
        self._connection = Connection(self.loop, Random(0), LATENCY, LATENCY, self)
        self.sent_at = self.loop.time()
        self.let_go_at: float | None = None

    def live(self, gaps: Sequence[float], held_up: float = 0.0) -> None:
        """Connect, say something after each gap, and vanish; the server computes for so long in between."""
        with contextlib.closing(self.loop):
            self.loop.run_until_complete(self._lived(gaps, held_up))

    async def _lived(self, gaps: Sequence[float], held_up: float) -> None:
        config = _uvicorn(cast("FastAPI", listens), Settings(), Census(descriptors.now()))
        config.load()
        ended = asyncio.Event()
        protocol = DirectProtocol(config, ServerState(), {}, self.loop)
        Transport(self._connection, protocol, 1, lambda _: ended.set())
        self._connection.send(request(8000, "/"))
        for gap in gaps:
            self.loop.call_later(gap / 2, self.loop.clock.charge, held_up)
            await asyncio.sleep(gap)
            assert not ended.is_set(), f"cut {self.loop.time() - self.sent_at:g} s after it said something"
            self._send(TEXT, b"here")
        self._connection.vanish()
        await ended.wait()
        self.let_go_at = self.loop.time()

    def _send(self, opcode: int, payload: bytes) -> None:
        self.sent_at = self.loop.time()
        self._connection.send(frame(opcode, payload))

    def connected(self) -> None:
        """The server has accepted."""

    def received(self, data: bytes) -> None:
        """Bytes of the server: the answer to the handshake, then pings."""
        if self._answers and data[0] & 15 == PING:
            self._send(PONG, data[2 : 2 + data[1]])

    def ended(self) -> None:
        """The server has closed."""


async def listens(scope: object, receive: Callable[[], Awaitable[dict[str, object]]], send: Send) -> None:
    """An application that takes all that comes."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, round(10 * BOUND) - 2), max_size=12), st.booleans())
def test_who_says_anything_stays_and_who_vanishes_is_let_go_within_one_bound(gaps: list[int], answers: bool) -> None:
    phone = Phone(answers)
    phone.live([gap / 10 for gap in gaps])
    assert phone.let_go_at is not None
    assert phone.let_go_at - phone.sent_at <= 2 * BOUND + LOOK + 4 * LATENCY


def test_while_the_program_itself_is_held_up_nobody_who_talks_is_cut() -> None:
    Phone(answers=False).live([5.0] * 6, held_up=60.0)
