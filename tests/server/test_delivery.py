"""The outbox: the latest of each slot, direct messages first, and no more than that waits for a slow browser."""

import asyncio

import pytest

from server.delivery import MOST_DIRECT, Outbox


class Wire:
    """A socket that takes bodies only while it is open."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.open = asyncio.Event()
        self.broken = False

    async def send(self, body: bytes) -> None:
        await self.open.wait()
        if self.broken:
            raise ConnectionError("gone")
        self.sent.append(body)


async def settled(outbox: Outbox) -> None:
    async with asyncio.timeout(5):
        while outbox.waiting():
            await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_slow_browser_gets_the_latest_of_each_slot() -> None:
    wire = Wire()
    outbox = Outbox(wire.send)
    task = asyncio.create_task(outbox.run())
    for number in range(100):
        outbox.put(("all", "cursor"), b"cursor %d" % number)
        outbox.put(("all", "place"), b"place %d" % number)
    assert outbox.waiting() == 2
    wire.open.set()
    await settled(outbox)
    assert wire.sent == [b"cursor 99", b"place 99"]
    task.cancel()


async def test_direct_messages_go_first_and_in_order() -> None:
    wire = Wire()
    outbox = Outbox(wire.send)
    outbox.put(("all", "opened"), b"opened")
    outbox.direct(b"welcome")
    outbox.direct(b"fault")
    wire.open.set()
    task = asyncio.create_task(outbox.run())
    await settled(outbox)
    assert wire.sent == [b"welcome", b"fault", b"opened"]
    task.cancel()


async def test_slots_of_two_audiences_do_not_replace_each_other() -> None:
    outbox = Outbox(Wire().send)
    outbox.put(("all", "you"), b"a")
    outbox.put(("seat:x", "you"), b"b")
    assert outbox.waiting() == 2


async def test_a_forgotten_slot_is_not_sent() -> None:
    wire = Wire()
    outbox = Outbox(wire.send)
    outbox.put(("all", "rounds.trace"), b"old scene")
    outbox.put(("all", "place"), b"place")
    outbox.forget(("all", "rounds.trace"))
    outbox.forget(("all", "never filled"))
    wire.open.set()
    task = asyncio.create_task(outbox.run())
    await settled(outbox)
    assert wire.sent == [b"place"]
    task.cancel()


async def test_a_flood_of_faults_is_bounded_and_costs_no_slot() -> None:
    outbox = Outbox(Wire().send)
    outbox.put(("all", "place"), b"place")
    for number in range(10 * MOST_DIRECT):
        outbox.direct(b"fault %d" % number)
    assert outbox.waiting() == MOST_DIRECT + 1


async def test_what_comes_later_is_sent_too_and_a_broken_socket_ends_the_loop() -> None:
    wire = Wire()
    wire.open.set()
    outbox = Outbox(wire.send)
    task = asyncio.create_task(outbox.run())
    for body in (b"one", b"two"):
        outbox.put(("all", "place"), body)
        await settled(outbox)
    assert wire.sent == [b"one", b"two"]
    wire.broken = True
    outbox.direct(b"three")
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(task, 5)
