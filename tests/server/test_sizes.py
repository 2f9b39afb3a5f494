"""How large a message may be, by role and type; what is too large spends its number and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from server.gateway.hub import Timing
from server.pipe.bus import Catalogue, Create, Inbound
from server.protocol.messages import LARGEST, LARGEST_OF_ALL
from tests.server.house import HeldEngine, House, running, small_site

FAST = Timing(hello=5.0, beat=0.05, watch=0.05, idle=5.0, drain=1.0)
STROKE = 10_000


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), FAST) as house:
        yield house


async def ready(house: House) -> HeldEngine:
    """An engine whose scene has strokes, and the room as it knows it."""
    engine = house.engine()
    engine.say(Catalogue(b'{"scenes":{}}', b"{}", "cpu", 1, largest={"draw.stroke": STROKE, "draw.huge": 10**9}))
    async with house.browser("stage") as stage:
        await engine.hear(Create)
        engine.open_lobby()
        await stage.until("opened")
    return engine


def padded(tag: str, size: int, number: int | None = None) -> str:
    """A message of exactly so many bytes."""
    id = "" if number is None else f',"id":{number}'
    head = f'{{"t":"{tag}"{id}'
    return head + " " * (size - len(head) - 1) + "}"


@pytest.mark.parametrize(
    ("tag", "most"), [("name", LARGEST), ("draw.stroke", STROKE), ("draw.huge", LARGEST_OF_ALL), ("ack", LARGEST)]
)
async def test_a_student_is_told_and_stays(house: House, tag: str, most: int) -> None:
    engine = await ready(house)
    async with house.browser() as student, house.browser() as neighbor:
        await student.until("opened")
        await student.socket.send(padded(tag, most + 1))
        fault = await student.until("fault")
        assert (fault["code"], fault["re"]) == ("too_large", None)
        assert f"at most {most:,} bytes, got {most + 1:,}" in str(fault["detail"])
        house.gateway.rooms[0].students()[0].allowance.bytes.credit = 1e6  # as if it had waited
        await student.socket.send(padded("name", LARGEST))
        assert len((await engine.hear(Inbound)).body) == LARGEST
        await neighbor.until("beat")
        assert all(frame["t"] != "fault" for frame in neighbor.seen)


async def test_a_stroke_passes_whole(house: House) -> None:
    engine = await ready(house)
    async with house.browser() as student:
        await student.until("opened")
        await student.socket.send(padded("draw.stroke", STROKE))
        assert len((await engine.hear(Inbound)).body) == STROKE


async def test_what_is_too_large_and_has_a_number_spends_it(house: House) -> None:
    engine = await ready(house)
    async with house.browser(nonce="tab") as student:
        await student.until("opened")
        await student.socket.send(padded("name", 60_000, 7))
        spent = await engine.hear(Inbound)
        assert (spent.id, spent.body, spent.nonce, spent.seat) == (7, b"", "tab", student.seen[0]["seat"])
        assert spent.refusal is not None
        assert spent.refusal[0] == "too_large"
        assert "got 60,000" in spent.refusal[1]
        await student.until("beat")
        assert all(frame["t"] != "fault" for frame in student.seen), "the engine says so, once the number is counted"


async def test_an_instructor_may_say_more_and_not_everything(house: House) -> None:
    engine = await ready(house)
    async with house.browser("instructor") as panel:
        await panel.until("opened")
        await panel.socket.send(padded("open", LARGEST_OF_ALL))
        assert len((await engine.hear(Inbound)).body) == LARGEST_OF_ALL
        await panel.socket.send(padded("open", LARGEST_OF_ALL + 1))
        assert f"at most {LARGEST_OF_ALL:,} bytes" in str((await panel.until("fault"))["detail"])
        await panel.until("hall")


async def test_bytes_have_a_rate_of_their_own(house: House) -> None:
    engine = await ready(house)
    async with house.browser() as student, house.browser() as neighbor:
        await student.until("opened")
        for number in range(1, 41):
            await student.socket.send(padded("name", LARGEST, number))
        fault = await student.until("fault")
        assert fault["code"] == "too_fast"
        assert "bytes" in str(fault["detail"])
        assert isinstance(fault["re"], int), "it stays in the outbox and is sent again"
        await neighbor.say({"t": "name", "name": "Emmy"})
        while b"Emmy" not in (await engine.hear(Inbound)).body:
            pass


async def test_no_number_is_spent_while_no_engine_counts_it(house: House) -> None:
    async with house.browser() as student:
        await student.socket.send(padded("name", LARGEST_OF_ALL + 1, 3))
        fault = await student.until("fault")
        assert (fault["code"], fault["re"]) == ("not_ready", 3)


async def test_a_flood_of_what_is_too_large_leaves_the_socket_and_the_others_alone(house: House) -> None:
    await ready(house)
    async with house.browser() as student, house.browser() as neighbor:
        await student.until("opened")
        flood = asyncio.create_task(_flood(student.socket.send))
        for _ in range(5):
            await neighbor.until("beat")
        flood.cancel()
        await asyncio.wait([flood])
        assert (await student.until("fault"))["code"] in ("too_large", "too_fast")
        assert {frame["t"] for frame in neighbor.seen} <= {"welcome", "opened", "engine", "beat"}


async def _flood(send: Callable[[str], Awaitable[None]]) -> None:
    while True:
        await send(padded("name", 500_000))
