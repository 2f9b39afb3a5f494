"""Several engines: sessions are spread, one that dies takes none of the others' down; pauses before another starts."""

import asyncio
import os
import signal
from pathlib import Path

import httpx

from server.gateway.engine_link import place_of
from server.gateway.engines import LONGEST_PAUSE, _pause
from tests.server.mortal import Program, holds, until
from tests.server.phone import Phone
from tests.server.program import eventually, started

PATIENCE = 90.0


def test_pauses_grow_to_the_longest_and_never_overflow() -> None:
    assert [_pause(deaths) for deaths in (0, 1, 2, 3, 6, 7)] == [0.0, 0.25, 0.5, 1.0, 8.0, LONGEST_PAUSE]
    assert _pause(100_000) == LONGEST_PAUSE


def steps(phone: Phone) -> int:
    shown = phone.shown.get("probe.values", {}).get("learned", 0)
    assert isinstance(shown, int)
    return shown


def generation(phone: Phone) -> object:
    return phone.shown.get("engine", {}).get("generation")


async def instructor(program: Program, session: str) -> Phone:
    """A control panel of a new session."""
    base = f"http://127.0.0.1:{program.port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=30) as http:
        made = await http.post("/api/sessions", json={"id": session})
    assert made.status_code == 201
    url = f"ws://127.0.0.1:{program.port}/ws/{session}"
    return Phone(url, f"panel-{session}", role="instructor", key=made.json()["key"])


async def test_an_engine_that_dies_takes_none_of_the_others_sessions_down(tmp_path: Path) -> None:
    names = [next(f"room{i}" for i in range(99) if place_of(f"room{i}", 2) == place) for place in (0, 1)]
    program = Program(tmp_path, "--engines", "2")
    await program.start()
    live: list[asyncio.Task[None]] = []
    try:
        async with asyncio.timeout(PATIENCE):
            panels = [await instructor(program, name) for name in names]
            live += [asyncio.create_task(panel.live()) for panel in panels]
            for panel in panels:
                await panel.send({"t": "open", "scene": "probe", "params": {"steps": 10**6, "pause": 0.01}})
            await holds(lambda: all(steps(panel) > 10 for panel in panels))
            before, connects = [generation(panel) for panel in panels], [panel.connects for panel in panels]
            assert before[0] != before[1], "each engine has a generation of its own"
            dead = await until(program.engine)
            other = await until(lambda: program.engine(1))
            at = [steps(panel) for panel in panels]
            os.kill(dead, signal.SIGKILL)
            await holds(lambda: steps(panels[1]) > at[1] + 20)
            assert generation(panels[1]) == before[1]
            await holds(lambda: generation(panels[0]) not in (None, before[0]) and steps(panels[0]) > at[0])
            assert program.engine(1) == other
            assert [panel.connects for panel in panels] == connects, "no browser had to come back"
    finally:
        for task in live:
            task.cancel()
        if live:
            await asyncio.wait(live)
        await program.stop()


async def test_the_program_itself_runs_several(tmp_path: Path) -> None:
    async with started(tmp_path, "--engines", "2") as program, httpx.AsyncClient(trust_env=False, timeout=30) as http:

        async def both_ready() -> bool:
            return "gnn_live_engines_ready 2.0" in (await http.get(f"{program.base}/metrics")).text

        await eventually(both_ready)
