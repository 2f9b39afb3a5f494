"""What one connection may ask and for how long: bounds in bytes and seconds, at the server that the program runs."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
import trustme
from starlette.requests import Request
from starlette.responses import Response

from server.gateway.defence import limits
from server.gateway.defence.descriptors import Files
from server.gateway.defence.limits import HEAD, Census, Loop
from server.gateway.hub import Timing
from tests.server.house import House, running, small_site
from tests.server.rawsocket import TEXT, Got, Raw, connected, frame, opened, request

SHORT = 0.25
LONG = 60.0
"""Seconds that no test waits for: a limit that is not the one under test."""
ROOM = Files(limit=100_000, own=0)


@pytest_asyncio.fixture
async def hurried(tmp_path: Path) -> AsyncIterator[House]:
    """A server that waits for nobody."""
    static = small_site(tmp_path / "static")
    async with running(tmp_path, static, Timing(), echo=True, census=Census(ROOM, patience=SHORT)) as house:
        yield house


@pytest_asyncio.fixture
async def patient(tmp_path: Path) -> AsyncIterator[House]:
    """A server whose limits are those of bytes and counts alone."""
    static = small_site(tmp_path / "static")
    async with running(tmp_path, static, Timing(), echo=True, census=Census(ROOM, most=5, patience=LONG)) as house:
        yield house


async def answered(raw: Raw) -> tuple[int, str]:
    """Status and body of an answer after which the connection ends."""
    status, _ = await raw.head()
    return status, (await raw.ended()).decode()


async def repeated(raw: Raw, piece: bytes, pause: float) -> None:
    """The same piece again and again."""
    for _ in range(10_000):
        await raw.send(piece)
        await asyncio.sleep(pause)


async def serves(house: House) -> None:
    """Somebody else is served."""
    async with opened(house.port) as raw:
        await raw.send(frame(TEXT, b"still here"))
        assert await raw.next() == Got(TEXT, b"still here")


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /lec",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n",
        b"GET /ws/lecture2 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
    ],
)
async def test_a_head_that_does_not_come_ends_the_connection(hurried: House, begun: bytes) -> None:
    async with connected(hurried.port) as raw:
        await raw.send(begun)
        status, words = await answered(raw)
    assert status == 408
    assert words == f"expected a whole request head within {SHORT:g} seconds, got a part of one"
    await serves(hurried)


async def test_a_connection_that_asks_nothing_ends_without_a_word(
    hurried: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Browsers connect ahead of a need that may not come."""
    async with connected(hurried.port) as raw:
        assert await raw.ended() == b""
    assert caplog.records == []
    await serves(hurried)


async def test_a_drip_of_headers_buys_no_time(hurried: House) -> None:
    async with connected(hurried.port) as raw:
        await raw.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        with pytest.raises(ConnectionError):
            await repeated(raw, b"X-A: b\r\n", SHORT / 5)


async def test_a_body_that_does_not_come_ends_the_connection(hurried: House) -> None:
    async with connected(hurried.port) as raw:
        await raw.send(
            b"POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"
        )
        status, words = await answered(raw)
    assert (status, words) == (408, f"expected the whole body within {SHORT:g} seconds, got a part of it")
    await serves(hurried)


async def test_a_route_may_give_a_body_more_time(hurried: House) -> None:
    arrived: list[bytes] = []

    @hurried.app.post("/slowly")
    async def slowly(request: Request) -> dict[str, int]:
        limits.allow(request.scope, LONG)
        arrived.append(await request.body())
        return {"bytes": len(arrived[0])}

    async with connected(hurried.port) as raw:
        await raw.send(b"POST /slowly HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nab")
        await asyncio.sleep(3 * SHORT)
        await raw.send(b"cd")
        status, _ = await raw.head()
    assert (status, arrived) == (200, [b"abcd"])


async def test_an_idle_connection_is_asked_for_its_next_head_in_time(hurried: House) -> None:
    async with connected(hurried.port) as raw:
        await raw.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        status, headers = await raw.head()
        assert (status, await raw.reader.readexactly(int(headers["content-length"]))) == (200, b'{"status":"ok"}')
        await raw.send(b"GET /hea")
        status, words = await answered(raw)
    assert (status, words[:28]) == (408, "expected a whole request hea")


async def test_a_browser_that_takes_nothing_of_an_answer_is_let_go(hurried: House) -> None:
    @hurried.app.get("/large")
    async def large() -> Response:
        return Response(b"x" * 50_000_000)

    loop = asyncio.get_running_loop()
    with socket.create_connection(("127.0.0.1", hurried.port)) as stuck:
        stuck.setblocking(False)
        await loop.sock_sendall(stuck, b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await until_alone(hurried)
    await serves(hurried)


async def until_alone(house: House) -> None:
    """Wait until the server holds no connection."""
    async with asyncio.timeout(10):
        await asyncio.sleep(0.1)
        while house.connections():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"GET / HTTP/1.1\r\nHost: a\r\n", b"GET /"])
async def test_a_head_without_an_end_is_refused(patient: House, head: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gnn_live.limits"):
        async with connected(patient.port) as raw:
            await raw.send(head, b"a" * (HEAD - len(head)))
            await raw.send(b"a")
            status, words = await answered(raw)
    assert (status, words) == (431, f"expected a request line and headers of at most {HEAD:,} bytes together, got more")
    assert [record.getMessage() for record in caplog.records] == ["request refused"]
    await serves(patient)


async def test_a_head_of_many_small_pieces_counts_all_of_them(patient: House) -> None:
    async with connected(patient.port) as raw:
        await raw.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
        with pytest.raises(ConnectionError):
            await repeated(raw, b"a: b\r\n" * 100, 0.0)
    await serves(patient)


async def test_a_head_that_just_fits_is_answered(patient: House) -> None:
    begin, end = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ", b"\r\n\r\n"
    async with connected(patient.port) as raw:
        await raw.send(begin + b"a" * (HEAD - len(begin) - len(end)) + end)
        status, _ = await raw.head()
    assert status == 200


async def test_requests_that_come_together_are_answered_in_order(patient: House) -> None:
    async with connected(patient.port) as raw:
        await raw.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 3)
        for _ in range(3):
            status, headers = await raw.head()
            assert status == 200
            await raw.reader.readexactly(int(headers["content-length"]))


async def test_of_an_address_with_too_many_unfinished_the_oldest_goes(patient: House) -> None:
    async with AsyncExitStack() as held:
        oldest = await held.enter_async_context(connected(patient.port))
        await oldest.send(b"GET /")
        await asyncio.sleep(0.05)
        others = [await held.enter_async_context(connected(patient.port)) for _ in range(5)]
        assert await oldest.ended() == b""
        await others[-1].send(request(patient.port, "/ws/echo"))
        status, _ = await others[-1].head()
        assert status == 101
        await serves(patient)


async def test_a_websocket_is_no_unfinished_connection(patient: House) -> None:
    async with AsyncExitStack() as held:
        sockets = [await held.enter_async_context(opened(patient.port)) for _ in range(12)]
        for raw in sockets:
            await raw.send(frame(TEXT, b"here"))
            assert await raw.next() == Got(TEXT, b"here")


async def test_without_files_idle_and_unfinished_connections_make_way(tmp_path: Path) -> None:
    static = small_site(tmp_path / "static")
    census = Census(Files(limit=30, own=10), patience=LONG)
    async with (
        running(tmp_path, static, Timing(), echo=True, census=census) as house,
        AsyncExitStack() as held,
    ):
        many = [await held.enter_async_context(connected(house.port)) for _ in range(30)]
        for raw in many:
            await raw.send(b"GET /")
        await asyncio.sleep(0.1)
        assert house.connections() <= 30 - 10
        await serves(house)


async def test_a_handshake_of_tls_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HANDSHAKE", SHORT)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def half_a_handshake() -> bytes:
        async def served() -> bytes:
            server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\x16\x03\x01")
            rest = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            server.close()
            return rest

        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(served())

    assert await asyncio.to_thread(half_a_handshake) == b""
