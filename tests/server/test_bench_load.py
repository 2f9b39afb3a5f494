"""The load generator of the benches counts rightly: a bench that counts wrong is worse than none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from server.protocol.messages import Beat, Place, Welcome
from server.protocol.wire import pack
from tests.bench.comparators import pulse, raw
from tests.bench.running import Answer, Load, recorded

PATIENCE = 60.0
SIZES = (64, 125, 126, 2048, 20_480, 65_535, 65_536, 70_001)
"""Around each of the three ways in which a frame's length is written."""
DUE, MADE = 1.0, 2.0
Order = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def order() -> AsyncIterator[Order]:
    """Orders to a load generator in its own process; the server of a test goes on meanwhile."""
    load = Load()

    async def given(do: str, **fields: object) -> Answer:
        return await asyncio.to_thread(load.order, do, **fields)

    yield given
    await asyncio.to_thread(load.close)


class Hall:
    """A server of the `gnn` dialect in the hands of a test."""

    def __init__(self) -> None:
        self.sockets: list[ServerConnection] = []
        self.hellos: list[Answer] = []
        self.heard: asyncio.Queue[Answer] = asyncio.Queue()

    async def stay(self, socket: ServerConnection) -> None:
        hello: Answer = json.loads(await socket.recv())
        token = hello["token"] or f"seat {len(self.hellos)}"
        self.hellos.append(hello)
        self.sockets.append(socket)
        await socket.send(pack(Welcome(seat="s", token=token, session="x", role="student")).stamped(0))
        async for text in socket:
            self.heard.put_nowait(json.loads(text))

    async def send(self, *bodies: bytes) -> None:
        for socket in self.sockets:
            for body in bodies:
                await socket.send(body)

    async def next(self) -> Answer:
        return await asyncio.wait_for(self.heard.get(), PATIENCE)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Hall, dict[str, object]]]:
    hall = Hall()
    async with serve(hall.stay, "127.0.0.1", 0, compression=None) as server:
        (listener,) = server.sockets
        yield hall, {"port": listener.getsockname()[1], "path": "/ws/x", "hello": {"t": "hello"}}


def place(seq: int) -> bytes:
    frame = Place(position=0, positions=1, label="", playing=False, step=None, steps=0)
    return pack(frame).stamped(seq)


async def until(order: Order, group: str, delivered: int) -> Answer:
    """What is recorded once so many marked frames came, and no more of them follow."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await order("quiet", seconds=0.2)
            answer = await order("end", groups=[group], raw=True, go_on=True)
            if answer["groups"][group]["delivered"] >= delivered:
                return answer


async def test_every_frame_is_counted_once_however_the_stream_is_cut(order: Order) -> None:
    payloads = [pulse.binary(size, count, DUE, MADE) for count, size in enumerate(SIZES, start=1)]
    stream = b"".join(map(raw.framed, payloads))
    go = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw.SWITCH + b"x\r\n\r\n")
        await go.wait()
        for at in range(0, len(stream), 777):
            writer.write(stream[at : at + 777])
            await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        joined = await order("join", group="hall", count=3, port=port, path="/", dialect="plain")
        assert (joined["joined"], joined["missing"]) == (3, 0)
        await order("begin", groups=["hall"])
        go.set()
        answer = await until(order, "hall", 3 * len(SIZES))
        await order("leave", group="hall", count=3)
    assert answer["groups"]["hall"]["by_viewer"] == [len(SIZES)] * 3
    assert answer["groups"]["hall"]["bytes"] == 3 * len(stream)
    for viewer in range(3):
        mine = [record for record in recorded(answer, "hall") if record.viewer == viewer]
        assert [record.count for record in mine] == list(range(1, len(SIZES) + 1))
        assert {(record.due, record.made) for record in mine} == {(DUE, MADE)}


async def test_a_mark_in_json_text_is_read_as_one_in_bytes(order: Order) -> None:
    message = json.dumps(pulse.fields(2048, 5, DUE, MADE), separators=(",", ":"))
    hall: list[ServerConnection] = []

    async def stay(socket: ServerConnection) -> None:
        hall.append(socket)
        await socket.wait_closed()

    async with serve(stay, "127.0.0.1", 0, compression=None) as server:
        (listener,) = server.sockets
        await order("join", group="hall", count=1, port=listener.getsockname()[1], path="/", dialect="plain")
        await order("begin", groups=["hall"])
        await hall[0].send(message)
        await hall[0].send('{"other":1}')
        answer = await until(order, "hall", 1)
        await order("leave", group="hall", count=1)
    (record,) = recorded(answer, "hall")
    assert (record.viewer, record.count, record.due, record.made) == (0, 5, DUE, MADE)


async def test_frames_are_acknowledged_as_a_browser_does(order: Order) -> None:
    async with running() as (hall, where):
        await order("join", group="hall", count=1, acks=True, **where)
        beat = pack(Beat()).stamped(0)
        await hall.send(place(11), beat, place(12), beat, place(14), place(13))
        fourth = await hall.next()
        assert (fourth["t"], fourth["seq"]) == ("ack", 14)
        await hall.send(place(15))
        assert (await hall.next())["seq"] == 15, "a frame alone is acknowledged a little later"
        assert hall.heard.empty(), "a heartbeat needs no answer"
        await order("leave", group="hall", count=1)


async def test_who_stalls_gets_nothing_and_who_never_acks_says_nothing(order: Order) -> None:
    async with running() as (hall, where):
        await order("join", group="hall", count=3, **where)
        await order("stall", group="hall", count=1)
        await order("begin", groups=["hall"])
        await hall.send(*(pulse.binary(2048, count, DUE, MADE) for count in range(4)))
        answer = await until(order, "hall", 8)
        assert answer["groups"]["hall"]["by_viewer"] == [4, 4, 0]
        assert answer["groups"]["hall"]["open"] == 2
        assert hall.heard.empty()
        await order("leave", group="hall", count=3)


async def test_a_storm_brings_every_seat_back_and_is_over_with_the_full_state(order: Order) -> None:
    async with running() as (hall, where):

        async def tell_state() -> None:
            for count in (3, 6):
                while len(hall.sockets) < count:
                    await asyncio.sleep(0.01)
                for socket in hall.sockets[count - 3 :]:
                    await socket.send(place(1))

        telling = asyncio.create_task(tell_state())
        first = await order("join", group="hall", count=3, needs=["place"], **where)
        again = await order("storm", group="hall")
        await telling
        assert (first["joined"], again["joined"], again["missing"]) == (3, 3, 0)
        assert sorted(hello["token"] for hello in hall.hellos[3:]) == ["seat 0", "seat 1", "seat 2"]
        await order("leave", group="hall", count=3)


async def test_a_server_that_closes_is_noticed(order: Order) -> None:
    async with running() as (hall, where):
        await order("join", group="hall", count=2, **where)
        await order("begin", groups=["hall"])
        await hall.sockets[0].close(1013, "full")
        async with asyncio.timeout(PATIENCE):
            while not (found := (await order("end", groups=["hall"]))["groups"]["hall"])["lost"][0]:
                await asyncio.sleep(0.05)
        assert found["lost"] == [1, "close 1013 full"]
        assert found["open"] == 1
        await order("leave", group="hall", count=2)
