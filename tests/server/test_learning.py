"""A scene that learns in the real program: its worker and its engine are killed in the midst, and the log replays."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from tests.server.house import Browser
from tests.server.program import Program, eventually, run, started

STEPS = 100


def workers(engine: int) -> list[int]:
    """Processes beside the engine that run jobs, not the one that tracks what multiprocessing shares."""
    found = []
    for child in Path(f"/proc/{engine}/task/{engine}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            found.append(int(child))
    return found


async def trained(browser: Browser, least: int) -> int:
    """The step of the training once it is this far."""
    while True:
        step = (await browser.until("potential.training"))["step"]
        assert isinstance(step, int)
        if step >= least:
            return step


async def begin(program: Program, browser: Browser) -> None:
    params = {"network": "invariant", "steps": STEPS}
    await browser.say({"t": "open", "scene": "potential", "params": params})
    await browser.say({"t": "position", "to": 4})


async def test_a_training_survives_its_worker_and_its_engine(tmp_path: Path) -> None:
    async with started(tmp_path) as program:
        key = await program.key()
        async with program.browser("instructor", key=key) as browser:
            await browser.until("engine")
            while not (await browser.until("engine"))["ready"]:
                pass
            await begin(program, browser)
            await trained(browser, 10)
            (worker,) = workers(await program.engine())
            os.kill(worker, signal.SIGKILL)
            await trained(browser, 40)
            assert worker not in workers(await program.engine()), "another one goes on by itself"
            engine = await program.engine()
            os.kill(engine, signal.SIGKILL)
            while not (await browser.until("engine"))["ready"]:
                pass
            assert await trained(browser, STEPS) == STEPS

            async def gone() -> bool:
                return not Path(f"/proc/{engine}").exists() and len(workers(await program.engine())) == 1

            await eventually(gone)
    told = await asyncio.to_thread(run, "replay", str(tmp_path))
    # That a worker was killed is not in the log: what was said of it, and nothing else, a replay does not give.
    assert [line for line in told.stdout.splitlines()[1:] if "slot working" not in line] == [], told.stdout
