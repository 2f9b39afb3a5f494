"""A student who wants to break the lecture: the gateway lives on, nobody else notices, each fault is a sentence.

Everything random is seeded, and the load is small: what is tried counts, not how often.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
import websockets

from server.gateway.hub import Timing
from server.gateway.socket import HELLO_LIMIT
from server.pipe.bus import Inbound, Known
from server.protocol.messages import VERSION
from tests.server.house import House, opened, running, small_site
from tests.server.rawsocket import BINARY, CONT, TEXT, connected, frame, request
from tests.server.rawsocket import opened as raw_socket

SEEDS = range(4)
QUIET = {"welcome", "engine", "beat", "opened", "panels", "hall", "joined"}
"""What a student sees of a room in which nothing happens."""
COMMANDS: tuple[dict[str, object], ...] = (
    {"t": "hello", "version": VERSION, "role": "student", "nonce": "tab", "name": "Ada"},
    {"t": "name", "name": "Ada", "id": 1},
    {"t": "open", "scene": "rounds", "params": {"nodes": 8}},
    {"t": "rounds.answer", "values": [1.0, 2.0], "id": 2},
    {"t": "rotate"},
    {"t": "ack", "seq": 4},
)
VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    2**53,
    2**63,
    -(2**200),
    1e308,
    "",
    "x" * 5000,
    "\u202e\x00",
    [],
    {},
    [[[]]],
    {"t": "hello"},
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing(hello=2.0, beat=0.05)) as house:
        yield house


def messages(rng: random.Random, count: int) -> Iterator[str | bytes]:
    """Messages that no page of ours sends."""
    for _ in range(count):
        yield _message(rng)


def _message(rng: random.Random) -> str | bytes:
    body = msgspec.json.encode(_strange(rng)).decode()
    match rng.randrange(9):
        case 0:
            return rng.randbytes(rng.randrange(200))
        case 1:
            return "".join(chr(rng.choice((rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)))) for _ in range(40))
        case 2:
            return body[: rng.randrange(len(body))]
        case 3:
            return body + rng.choice(("}", body, ",", "\x00"))
        case 4:
            deep = rng.choice(("[", '{"t":', '{"t":"hello","version":1,"role":'))
            return deep * rng.randrange(1, 1500)
        case 5:
            number = rng.choice(("1e999", "-1e999", "NaN", "Infinity", "9" * 4000, "0x10", "1_0", "-0", "01"))
            return f'{{"t":"ack","seq":{number},"id":{number}}}'
        case 6:
            return rng.choice(
                ('"\\ud800"', '{"t":"\\ud800"}', '{"t":"name","t":"play"}', '{"":1}', "\ufeff{}", " " * 500)
            )
        case 7:
            return body.encode()
    return body


def _strange(rng: random.Random) -> dict[str, object]:
    """A command with one field of another type, missing, or too many."""
    command = dict(rng.choice(COMMANDS))
    field = rng.choice((*command, "id", "extra"))
    if rng.random() < 0.2:
        command.pop(field, None)
    else:
        command[field] = rng.choice(VALUES)
    return command


def is_sentence(told: object) -> bool:
    return isinstance(told, str) and len(told) > 20 and "Traceback" not in told and "expected" in told.lower()


@pytest.mark.parametrize("seed", SEEDS)
async def test_before_hello_everything_strange_is_told_why_and_closed(house: House, seed: int) -> None:
    async with house.browser() as neighbor:
        for message in messages(random.Random(seed), 25):
            async with house.socket() as browser:
                await browser.socket.send(message)
                first = await browser.next()
                if first["t"] == "fault":
                    assert is_sentence(first["detail"])
                    assert await browser.closed() in (4400, 4401, 4404, 4409, 1008, 1009)
                else:  # a hello with a field that it may lack is still one
                    assert first["t"] == "welcome"
        await neighbor.until("beat")
        assert {frame["t"] for frame in neighbor.seen} <= QUIET


@pytest.mark.parametrize("seed", SEEDS)
async def test_after_hello_everything_strange_costs_its_sender_alone(house: House, seed: int) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as neighbor, house.browser("stage") as stage:
        engine.open_lobby()
        await neighbor.until("opened")
        sent = []
        for part in range(3):
            async with house.browser() as hostile:
                sent += [*messages(random.Random(f"{seed} {part}"), 50)]
                for message in sent[-50:]:
                    await hostile.socket.send(message)
                await hostile.until("beat")
                await hostile.until("beat")
                faults = [frame for frame in hostile.seen if frame["t"] == "fault"]
                assert faults
                assert all(is_sentence(fault["detail"]) for fault in faults)
        await neighbor.say({"t": "name", "name": "Emmy"})
        passed = []
        while (inbound := await engine.hear(Inbound)).body != b'{"t":"name","name":"Emmy"}':
            if inbound.refusal is None:  # of what is too large the engine learns the number alone
                passed.append(inbound.body)
        assert set(passed) <= {text.encode() for text in sent if isinstance(text, str)}
        assert all(isinstance(msgspec.json.decode(body)["t"], str) for body in passed)
        for other in (neighbor, stage):
            await other.until("beat")
            assert {frame["t"] for frame in other.seen} <= QUIET


async def test_messages_in_the_wrong_order_are_told_so(house: House) -> None:
    hello = {"t": "hello", "version": VERSION, "role": "student"}
    async with house.socket() as early:
        await early.say({"t": "name", "name": "Ada", "id": 1})
        await early.say(hello)
        assert (await early.next())["detail"] == "expected hello first, got 'name'"
        assert await early.closed() == 4400
    async with house.browser() as twice:
        await twice.say({**hello, "role": "instructor", "key": house.key})
        fault = await twice.until("fault")
        assert (fault["code"], fault["detail"]) == (
            "refused",
            "expected hello once, as the first message, got it again",
        )
        await twice.until("beat")


async def test_thousands_of_commands_reach_the_engine_at_its_rate_alone(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as flooding, house.browser() as neighbor:
        engine.open_lobby()
        await flooding.until("opened")
        began = asyncio.get_running_loop().time()
        for number in range(1, 3001):
            await flooding.say({"t": "name", "name": "Ada", "id": number})
        await neighbor.say({"t": "name", "name": "Emmy"})
        passed = 0
        while b"Emmy" not in (await engine.hear(Inbound)).body:
            passed += 1
        elapsed = asyncio.get_running_loop().time() - began
        assert 0 < passed <= 60 + 30 * (elapsed + 1)
        await neighbor.until("beat")
        assert {frame["t"] for frame in neighbor.seen} <= QUIET


@pytest.mark.parametrize("seed", SEEDS)
async def test_bytes_that_are_no_websocket_hold_up_nobody(house: House, seed: int) -> None:
    rng = random.Random(seed)
    async with house.browser() as neighbor:
        for _ in range(12):
            async with connected(house.port) as noise:
                await noise.send(rng.randbytes(rng.randrange(1, 3000)))
                noise.writer.transport.abort()
            async with connected(house.port) as cut:
                handshake = request(house.port, "/ws/lecture2")
                await cut.send(handshake[: rng.randrange(1, len(handshake))])
                cut.writer.transport.abort()
            async with raw_socket(house.port, "/ws/lecture2") as framed:
                await framed.send(rng.randbytes(rng.randrange(1, 300)))
                framed.writer.transport.abort()
        await neighbor.until("beat")
        assert {frame["t"] for frame in neighbor.seen} <= QUIET


async def test_a_large_message_in_small_fragments_is_too_large_all_the_same(house: House) -> None:
    async with raw_socket(house.port, "/ws/lecture2") as raw:
        piece = b" " * 1024
        await raw.send(frame(TEXT, piece, fin=False), *([frame(CONT, piece, fin=False)] * (HELLO_LIMIT // 1024)))
        await raw.send(frame(CONT, b"{}"))
        got = await raw.next()
        assert got.opcode == BINARY
        assert b"at most 4,096 characters" in got.payload
        assert (await raw.next()).code == 1009


async def test_a_browser_that_leaves_in_the_middle_of_anything_leaves_nothing_behind(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser("stage") as stage:
        for number in range(20):
            async with house.socket() as gone:
                if number % 2:
                    await gone.say({"t": "hello", "version": VERSION, "role": "student"})
                if number % 3:
                    await gone.say({"t": "name", "name": "Ada"})
                gone.socket.transport.abort()
        engine.slot("opened", opened(None, 1), core=True)
        engine.say(Known(session="lecture2"))
        await stage.until("opened")
        assert {frame["t"] for frame in stage.seen} <= QUIET


async def test_an_address_of_any_kind_is_a_sentence(house: House) -> None:
    rng = random.Random(5)
    for _ in range(20):
        path = "".join(f"%{rng.randrange(256):02x}" for _ in range(rng.randrange(1, 60)))
        try:
            async with house.socket(path) as browser:
                await browser.say({"t": "hello", "version": VERSION, "role": "student"})
                fault = await browser.next()
                assert (fault["code"], is_sentence(fault["detail"]) or "no session" in str(fault["detail"])) == (
                    "unknown_session",
                    True,
                )
        except websockets.InvalidStatus as error:
            assert error.response.status_code in (403, 404)  # noqa: PT017  (most of them open)
