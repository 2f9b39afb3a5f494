"""An engine that does not answer is told to everybody and given up in the end; a flood refuses none but who floods."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.gateway.engine_link import STARTING
from server.gateway.hub import Timing
from server.pipe import backlog
from server.pipe.bus import Alive
from server.pipe.watchdog import Patience
from tests.server.house import PATIENCE, Browser, Frame, House, running, small_site


@pytest.fixture
async def brief(tmp_path: Path) -> AsyncIterator[House]:
    """A gateway that looks often, for which silence is short and nothing hangs."""
    timing = Timing(beat=0.02, look=0.01, engine=Patience(0.05, 3600.0, 3600.0))
    async with running(tmp_path / "data", small_site(tmp_path / "static"), timing) as house:
        yield house


async def readiness(house: House) -> tuple[int, str]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.port}", trust_env=False) as http:
        answer = await http.get("/readyz")
    return answer.status_code, answer.json().get("detail", "")


async def test_a_silent_engine_is_not_ready_for_anybody_until_it_answers(brief: House) -> None:
    engine = brief.engine()
    engine.ready()
    async with brief.browser("instructor") as panel:
        while (frame := await panel.until("engine"))["why"] == "":
            pass
        assert frame["ready"] is False
        assert "does not answer: after 3600 seconds another one starts" in str(frame["why"])
        await panel.say({"t": "reset", "id": 1})
        fault = await panel.until("fault")
        assert (fault["code"], fault["detail"], fault["re"]) == ("not_ready", frame["why"], 1)
        assert await readiness(brief) == (503, frame["why"])
        assert brief.gateway.gauges().engines_ready == 0
        async with brief.browser("stage") as late:
            assert (await late.until("engine"))["ready"] is False
        engine.say(Alive())
        frame = await panel.until("engine")
        assert (frame["ready"], frame["why"]) == (True, "")


async def test_a_step_that_was_announced_is_no_silence(brief: House) -> None:
    engine = brief.engine()
    engine.ready()
    engine.say(Alive("a long step", 3600.0))
    async with brief.browser("stage") as stage:
        for _ in range(10):  # of 0.02 s each
            await stage.until("beat")
        assert brief.gateway.ready
        engine.say(Alive())
        while (await stage.until("engine"))["ready"]:
            pass


async def test_an_engine_that_hangs_is_given_up_while_it_starts_and_later(tmp_path: Path) -> None:
    timing = Timing(beat=0.02, look=0.01, engine=Patience(0.03, 0.06, 0.1))
    async with running(tmp_path / "data", small_site(tmp_path / "static"), timing) as house:
        async with house.browser("stage") as stage:
            engine = house.engine()
            assert await asyncio.wait_for(engine.conversation, PATIENCE) is True, "another one is wanted"
            assert engine.other_end.abandoned
            second = house.engine()
            second.ready()
            while not (await stage.until("engine"))["ready"]:
                pass
            assert await asyncio.wait_for(second.conversation, PATIENCE) is True
            assert house.gateway.gauges().engine_hangs == 2
        assert await readiness(house) == (503, STARTING)


async def refused(browser: Browser, count: int) -> list[Frame]:
    """Send so many large commands; the faults that came back."""
    for number in range(count):
        await browser.say({"t": "name", "name": "x" * 2000, "id": number + 1})
    await browser.say({"t": "hello"})
    faults = []
    while (fault := await browser.until("fault"))["code"] != "refused":  # the answer to a second hello
        if fault["code"] != "too_fast":
            faults.append(fault)
    return faults


async def test_a_flood_refuses_neither_the_instructor_nor_another_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine reads nothing, and the students of one session have sent all that is taken from them."""
    monkeypatch.setitem(backlog.LIMITS, "student", 50_000)
    async with running(tmp_path / "data", small_site(tmp_path / "static"), Timing()) as house:
        house.engine().ready()
        house.registry.create("calm", "Calm", None)
        faults: list[Frame] = []
        async with house.browser("instructor") as panel, house.browser(session="calm") as calm:
            while not faults:
                async with house.browser() as student:
                    faults += await refused(student, 20)
            assert {fault["code"] for fault in faults} == {"not_ready"}
            assert "bytes of lecture2's students' commands to wait for the engine, got" in str(faults[0]["detail"])
            relayed = house.gateway.counters.relayed
            assert await refused(panel, 5) == []
            assert await refused(calm, 5) == []
            assert house.gateway.counters.relayed == relayed + 10
