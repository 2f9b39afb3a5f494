"""Phones leave in every way while frames flow, on the real server: nobody else notices, and nothing of them stays."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.delivery import Outbox
from server.gateway import Timing
from server.rooms import Viewer
from tests.server.house import PATIENCE, Browser, HeldEngine, House, running, small_site
from tests.server.leaver import LEAVES, Leaver
from tests.server.test_gateway import body

FAST = Timing(hello=5.0, beat=0.02, watch=0.02, idle=60.0, drain=1.0)
AT_ONCE = 8
"""Phones that leave in the same turn of the loop."""
ROUNDS = 4


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), FAST) as house:
        yield house


class Flow:
    """Frames for everybody, two slots a turn, so that a frame follows the one at which a socket is found closed."""

    def __init__(self, engine: HeldEngine) -> None:
        self._engine = engine
        self.number = 0

    def go_on(self, size: int = 0) -> None:
        self.number += 1
        for slot in ("place", "trace"):
            self._engine.slot(slot, body(slot, self.number) + bytes(size), seq=self.number)

    async def reached(self, browser: Browser) -> None:
        """Whoever stayed has the newest of both slots."""
        for slot in ("place", "trace"):
            while not any(f["t"] == slot and f["detail"] == str(self.number) for f in browser.seen):
                await browser.next()


async def alone(house: House, others: int) -> None:
    """Nobody is in the room but who stayed."""
    async with asyncio.timeout(PATIENCE):
        while len(house.gateway.rooms[0].viewers) > others:
            await asyncio.sleep(0.005)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def defects(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("how", LEAVES)
async def test_a_phone_that_vanishes_takes_nothing_with_it(
    house: House, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = house.engine()
    engine.ready()
    flow = Flow(engine)
    async with house.browser() as stays, house.browser("instructor") as panel:
        engine.open_lobby()
        await stays.until("opened")
        open_before, tasks_before = descriptors(), len(asyncio.all_tasks())
        for _ in range(ROUNDS):
            phones = [await Leaver.came(house.port) for _ in range(AT_ONCE)]
            flow.go_on()
            await flow.reached(stays)
            for phone in phones:
                LEAVES[how](phone)
            flow.go_on()  # before the loop has read that they are gone
            await flow.reached(stays)
            flow.go_on()
            await alone(house, 2)
            for phone in phones:
                phone.sock.close()
        await flow.reached(stays)
        await flow.reached(panel)
        assert not engine.conversation.done()
        assert house.gateway.ready
        async with asyncio.timeout(PATIENCE):
            while descriptors() > open_before or len(asyncio.all_tasks()) > tasks_before:
                await asyncio.sleep(0.005)
    gc.collect()
    await alone(house, 0)
    assert not [thing for thing in gc.get_objects() if isinstance(thing, Viewer | Outbox)]
    assert defects(caplog) == []
