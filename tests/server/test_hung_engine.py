"""The real program with an engine that is stopped: told, replaced, and what was sent meanwhile is carried out once."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import httpx

from tests.server.mortal import Program, holds, until
from tests.server.phone import Phone
from tests.server.program import alive

PATIENCE = 90.0


def count(phone: Phone) -> object:
    return phone.shown.get("probe.values", {}).get("count")


async def test_a_stopped_engine_is_told_and_replaced_and_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    program = Program(tmp_path, "--patience", "2", "5")
    await program.start()
    panel = Phone(program.websocket, "panel", role="instructor", key=program.key)
    living = asyncio.create_task(panel.live())
    try:
        async with asyncio.timeout(PATIENCE):
            await panel.send({"t": "open", "scene": "probe", "params": {}})
            await panel.send({"t": "probe.add"})
            await holds(lambda: count(panel) == 1)
            generation = panel.shown["engine"]["generation"]
            stopped = await until(program.engine)
            os.kill(stopped, signal.SIGSTOP)
            await panel.send({"t": "probe.add"})
            await holds(lambda: "does not answer" in str(panel.shown["engine"].get("why")))
            await panel.send({"t": "probe.add"})
            await holds(lambda: panel.shown.get("fault", {}).get("code") == "not_ready")
            async with httpx.AsyncClient(trust_env=False) as http:
                assert (await http.get(f"http://127.0.0.1:{program.port}/healthz")).status_code == 200
            await holds(lambda: panel.shown["engine"]["generation"] != generation and not panel.pending)
            await holds(lambda: count(panel) == 3)
            assert not Path(f"/proc/{stopped}").exists()
            assert panel.connects == 1
            async with httpx.AsyncClient(trust_env=False) as http:
                assert (await http.get(f"http://127.0.0.1:{program.port}/readyz")).status_code == 200
    finally:
        living.cancel()
        await asyncio.wait([living])
        await program.stop()


async def test_an_engine_that_goes_on_in_time_is_not_replaced_and_none_outlives_the_program(tmp_path: Path) -> None:
    program = Program(tmp_path, "--patience", "2", "3600")
    await program.start()
    panel = Phone(program.websocket, "panel", role="instructor", key=program.key)
    living = asyncio.create_task(panel.live())
    try:
        async with asyncio.timeout(PATIENCE):
            await panel.send({"t": "open", "scene": "probe", "params": {}})
            await holds(lambda: count(panel) == 0)
            engine = await until(program.engine)
            os.kill(engine, signal.SIGSTOP)
            await panel.send({"t": "probe.add"})
            await holds(lambda: panel.shown["engine"]["ready"] is False)
            os.kill(engine, signal.SIGCONT)
            await holds(lambda: panel.shown["engine"]["ready"] is True)
            await holds(lambda: count(panel) == 1 and not panel.pending)
            assert program.engine() == engine
            os.kill(engine, signal.SIGSTOP)
            program.process.kill()
            await holds(lambda: not alive(engine))
    finally:
        living.cancel()
        await asyncio.wait([living])
        await program.stop()
