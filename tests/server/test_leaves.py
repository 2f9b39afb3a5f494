"""Phones leave in every way while frames flow, on the real server: nobody else notices, and nothing of them stays."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.gateway.audience import Viewer
from server.gateway.hub import Timing
from server.gateway.mailbox import Outbox
from server.pipe.bus import Clear, Direct
from tests.server.gateway.test_hub import body
from tests.server.house import PATIENCE, Browser, HeldEngine, House, running, small_site
from tests.server.leaver import LEAVES, Leaver

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


class Broken(Outbox):
    """An outbox that is defect in every way."""

    defect = False

    def __getattribute__(self, name: str) -> object:
        if name != "defect" and not name.startswith("__") and Broken.defect:
            raise LookupError(name)
        return super().__getattribute__(name)


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
    assert not [thing for thing in gc.get_objects() if type(thing) in (Viewer, Outbox)]
    assert defects(caplog) == []


@pytest.mark.parametrize("noticed_by", ["stall", "ping"])
async def test_a_phone_that_falls_silent_is_let_go(
    tmp_path: Path, noticed_by: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It takes nothing and answers nothing, and its buffer at the server is full: a close would wait for minutes."""
    monkeypatch.setattr("server.gateway.mailbox.STALL", 0.5 if noticed_by == "stall" else 60.0)
    monkeypatch.setattr("server.cli.program.PING", 60.0 if noticed_by == "stall" else 1.0)
    monkeypatch.setattr("server.gateway.direct.LINGER", 0.2)
    async with running(tmp_path, small_site(tmp_path / "static"), FAST) as house:
        engine = house.engine()
        engine.ready()
        flow = Flow(engine)
        async with house.browser() as stays:
            engine.open_lobby()
            await stays.until("opened")
            before = descriptors()
            phones = [await Leaver.came(house.port, small=True) for _ in range(3)]
            async with asyncio.timeout(PATIENCE):
                while len(house.gateway.rooms[0].viewers) > 1:
                    flow.go_on(50_000)
                    await flow.reached(stays)
                while descriptors() > before + len(phones):  # their own ends
                    await asyncio.sleep(0.005)
            assert house.gateway.traffic().cut == (3 if noticed_by == "stall" else 0)
            for phone in phones:
                phone.sock.close()
            flow.go_on()
            await flow.reached(stays)
            assert not engine.conversation.done()
    assert defects(caplog) == ["the engine's pipe has ended"]


async def test_whatever_one_viewer_raises_the_others_are_served(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Frames, direct frames, clearing, snapshots, beats, the watch, panels, the hall, the engine, the drain."""
    engine = house.engine()
    engine.ready()
    async with AsyncExitStack() as held:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("server.gateway.hub.Outbox", Broken)
            for role in ("instructor", "stage", "student"):
                await held.enter_async_context(house.browser(role))
        stays = await held.enter_async_context(house.browser())
        panel = await held.enter_async_context(house.browser("instructor"))
        number = max(house.gateway.rooms[0].viewers) - 1
        monkeypatch.setattr(Broken, "defect", True)
        held.callback(monkeypatch.setattr, Broken, "defect", False)
        engine.open_lobby()
        engine.slot("gone", body("gone."))
        engine.say(Clear("lecture2"))
        for viewer in house.gateway.rooms[0].viewers.values():
            engine.say(Direct("lecture2", viewer.number, body("only", viewer.number)))
        flow = Flow(engine)
        flow.go_on()
        await flow.reached(stays)
        await flow.reached(panel)
        assert [frame["detail"] for frame in stays.seen if frame["t"] == "only"] == [str(number)]
        await panel.until("hall")
        await stays.until("beat")
        await panel.say({"t": "rotate"})
        await panel.until("key")
        async with house.browser("stage", name="late") as late:
            await late.until("opened")
        second = house.engine()
        second.ready()
        while (await stays.until("engine"))["generation"] != 2:
            pass
        assert not engine.conversation.done()
        drained = asyncio.create_task(house.gateway.drain())
        await stays.until("closing")
        await panel.until("closing")
        await asyncio.wait_for(drained, PATIENCE)
        assert "a viewer failed: LookupError" in caplog.text
