"""The pipe between gateway and engine: whole messages in order, ends are noticed, nothing blocks the gateway."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator

import pytest

from server.pipe import bus
from server.pipe.backlog import LIMITS
from server.pipe.bus import EnginePipe, GatewayPipe, PipeClosed
from server.protocol.messages import Role

UPS: list[bus.Up] = [
    bus.Create("r", None),
    bus.Presence("r", ("a", "b")),
    bus.Attend("r", "seat", "Ada", True),
    bus.Drop("r"),
    bus.Inbound("r", 1, "seat", "student", "nonce", b'{"t":"x"}'),
]
DOWNS: list[bus.Down] = [
    bus.Catalogue(b"{}", b"{}", "cpu", 3),
    bus.SlotFrame("r", "all", "place", b"\x00\xff" * 300_000, True),
    bus.Clear("r"),
    bus.Known("r"),
    bus.TurnBatch(
        "r",
        (bus.Clear("r"), bus.SlotFrame("r", "all", "opened", b"x", True, 7), bus.Known("r"), bus.Direct("r", 3, b"y")),
    ),
    bus.Direct("r", 1, b"fault"),
]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, EnginePipe]]:
    ours, theirs = socket.socketpair()
    pipe = EnginePipe(theirs.detach())
    yield ours, pipe
    ours.close()
    pipe.close()


async def test_messages_arrive_both_ways(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, engine = ends
    gateway = GatewayPipe(ours)
    assert all(gateway.send(up) for up in UPS)
    assert not engine.wait(0), "what is said in one turn of the loop leaves together"
    await asyncio.sleep(0)
    assert engine.wait(10)
    assert engine.receive() == UPS
    assert not engine.wait(0)

    def deliver() -> None:
        for down in DOWNS:
            engine.send(down)

    sending = asyncio.create_task(asyncio.to_thread(deliver))
    assert [await gateway.receive() for _ in DOWNS] == DOWNS
    await sending
    gateway.close()


def test_message_in_pieces_is_taken_when_it_is_whole(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, engine = ends
    whole = bus._framed(UPS[4])
    for at in range(len(whole) - 1):
        ours.sendall(whole[at : at + 1])
        assert engine.receive() == []
    ours.sendall(whole[-1:] + bus._framed(UPS[0]))
    assert engine.receive() == [UPS[4], UPS[0]]


def test_engine_hears_the_last_words_and_then_the_end(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, engine = ends
    ours.sendall(bus._framed(UPS[0]) + b"\x05")
    ours.close()
    assert engine.receive() == [UPS[0]]
    assert engine.wait(None)
    with pytest.raises(PipeClosed):
        engine.receive()
    with pytest.raises(PipeClosed):
        engine.send(DOWNS[2])


async def test_gateway_notices_that_the_engine_is_gone(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, engine = ends
    gateway = GatewayPipe(ours)
    engine.send(DOWNS[2])
    engine.close()
    assert await gateway.receive() == DOWNS[2]
    with pytest.raises(PipeClosed):
        await gateway.receive()
    assert gateway.send(UPS[0]), "not known yet"
    await asyncio.sleep(0)
    assert not gateway.send(UPS[0])
    gateway.close()
    with pytest.raises(PipeClosed):
        await gateway.receive()


async def test_after_finish_the_engine_hears_what_was_said_and_may_still_answer(
    ends: tuple[socket.socket, EnginePipe],
) -> None:
    ours, engine = ends
    gateway = GatewayPipe(ours)
    assert gateway.send(UPS[0])
    gateway.finish()
    assert not gateway.send(UPS[4])
    await asyncio.sleep(0)
    assert engine.wait(10)
    assert engine.receive() == [UPS[0]]
    with pytest.raises(PipeClosed):
        engine.receive()
    engine.send(DOWNS[2])
    assert await gateway.receive() == DOWNS[2]
    gateway.close()


def flood(session: str = "r", role: Role = "student", size: int = 2**16) -> bus.Inbound:
    return bus.Inbound(session, 1, "seat", role, "", b"x" * size)


def fill(gateway: GatewayPipe, message: bus.Inbound) -> int:
    """Send a message again and again until it is refused; how often it was taken."""
    sent = 0
    while gateway.send(message):
        sent += 1
    return sent


async def test_gateway_never_blocks_and_refuses_when_too_much_waits(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, engine = ends
    gateway = GatewayPipe(ours)
    sent = fill(gateway, flood(size=2**20))
    assert sent * 2**20 <= LIMITS["student"]
    assert "bytes of r's students' commands to wait for the engine, got 1,048," in gateway.refusal
    received = 0
    while received < sent:
        received += len(engine.receive())
        await asyncio.sleep(0)
    assert gateway.waiting == 0
    assert gateway.send(UPS[0])
    gateway.close()


async def test_a_flooding_session_refuses_no_instructor_and_no_other_session(
    ends: tuple[socket.socket, EnginePipe],
) -> None:
    """The engine reads nothing meanwhile."""
    ours, _ = ends
    gateway = GatewayPipe(ours)
    for session in ("flood", "other", "third"):
        assert fill(gateway, flood(session)) > 5
        await asyncio.sleep(0)
    assert gateway.send(flood("flood", "instructor"))
    assert gateway.send(flood("fourth", size=100))
    assert gateway.send(bus.Create("fifth", None))
    assert gateway.send(bus.Presence("flood", ("a",) * 3000))
    fill(gateway, flood("flood", "instructor"))
    assert gateway.send(flood("other", "instructor"))
    assert gateway.waiting <= sum(LIMITS.values()) + 2 * bus.PART
    gateway.close()


async def test_another_sessions_command_does_not_wait_behind_a_flood(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, engine = ends
    gateway = GatewayPipe(ours)
    fill(gateway, flood("flood", size=1000))
    await asyncio.sleep(0)  # what fits is in the kernel
    gateway.send(flood("calm", size=1000))
    gateway.send(flood("flood", "instructor", size=1000))
    before = 0
    pending = {("calm", "student"), ("flood", "instructor")}
    while pending:
        for up in engine.receive():
            assert isinstance(up, bus.Inbound)
            pending.discard((up.session, up.role))
            before += 1
        await asyncio.sleep(0)
    assert before * 1000 < 8 * bus.PART, "of more than four million bytes"
    gateway.close()


async def test_an_engine_that_is_given_up_is_gone_for_whoever_receives(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, _ = ends
    gateway = GatewayPipe(ours)
    fill(gateway, flood())
    receiving = asyncio.create_task(gateway.receive())
    await asyncio.sleep(0)
    gateway.abandon()
    with pytest.raises(PipeClosed):
        await receiving
    await asyncio.sleep(0)
    assert not gateway.send(UPS[0])
    assert "it is gone" in gateway.refusal
    gateway.close()


def test_length_that_cannot_be_is_refused(ends: tuple[socket.socket, EnginePipe]) -> None:
    ours, engine = ends
    ours.sendall(struct.pack("<I", bus.LARGEST + 1))
    with pytest.raises(ValueError, match="expected a message of at most"):
        engine.receive()
