"""The program's end: browsers are told first, and nothing that happens then keeps it from ending."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from server.cli import program
from tests.server.program import PATIENCE, started


@asynccontextmanager
async def ending(drain: Callable[[], Awaitable[None]], events: list[str]) -> AsyncIterator[asyncio.Task[None]]:
    """A server that has started and was asked to stop; `events` says when it closed."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        events.append("closed")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(Starlette(lifespan=lifespan), log_config=None)
        server = program._Server(config, lambda: events.append("started"), drain)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(PATIENCE):
            while not server.started:
                await asyncio.sleep(0.005)
            server.should_exit = True
            yield task


async def test_it_drains_before_it_closes() -> None:
    events: list[str] = []

    async def drain() -> None:
        events.append("drained")

    async with ending(drain, events) as task:
        await task
    assert events == ["started", "drained", "closed"]


async def test_a_drain_that_hangs_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[str] = []
    monkeypatch.setattr(program, "LONGEST_DRAIN", 0.01)

    async def drain() -> None:
        await asyncio.Event().wait()

    async with ending(drain, events) as task:
        await task
    assert events == ["started", "closed"]
    assert "the program stops before all was drained" in caplog.messages


async def test_a_drain_that_fails_is_told_after_the_sockets_are_closed() -> None:
    events: list[str] = []

    async def drain() -> None:
        raise LookupError("a defect")

    async with ending(drain, events) as task:
        with pytest.raises(LookupError, match="a defect"):
            await task
    assert events == ["started", "closed"]


async def test_browsers_are_told_that_the_server_restarts(tmp_path: Path) -> None:
    async with started(tmp_path) as running, running.browser("stage") as stage, running.browser("student") as student:
        for browser in (stage, student):
            await browser.until("welcome")
        running.process.send_signal(signal.SIGTERM)
        for browser in (stage, student):
            assert (await browser.until("closing"))["detail"]
            assert await browser.closed() == 1012
        assert await asyncio.wait_for(running.process.wait(), PATIENCE) in (0, -signal.SIGTERM)


async def test_where_machines_read_it_the_announcement_holds_no_key(tmp_path: Path) -> None:
    async with started(tmp_path, "--log-format", "json", until=b"}\n") as running:
        told = json.loads(running.printed)
        key = await running.key()
        assert told["join"].endswith("/lecture2")
        assert told["stage"].endswith("/lecture2/stage")
        assert told["control"] == "printed by: gnn-live link lecture2"
        assert len(key) == 24
        assert key not in running.printed
