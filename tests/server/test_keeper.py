"""Who keeps an engine alive survives what keeps one from starting, and says when none can ever run."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from server.gateway import engines
from server.gateway.engines import MOST_TRIES, EngineProcess
from server.pipe.bus import GatewayPipe
from server.pipe.supervisor import CannotServe
from server.settings.config import Settings
from tests.server.program import alive
from tests.server.scarce import no_more_files

PATIENCE = 180.0
SLEEPS = ("-c", "import time; time.sleep(3600)")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause is long."""
    monkeypatch.setattr(engines, "_pause", lambda _deaths: 0.0)


async def contented(pipe: GatewayPipe, number: int) -> bool:
    """Wants no other engine."""
    return False


async def insatiable(pipe: GatewayPipe, number: int) -> bool:
    """Wants another engine each time."""
    return True


async def served(pipe: GatewayPipe, number: int) -> bool:
    """Wants another engine each time, and had a catalogue of the last."""
    pipe.served = True
    return True


async def test_without_descriptors_it_tries_again_until_there_are_some(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = EngineProcess(Settings(data=tmp_path), program=("-c", "pass"))
    with no_more_files():
        keeping = asyncio.create_task(keeper.keep(contented))
        while caplog.text.count("engine 0 could not be started (Too many open files)") < 2 * MOST_TRIES:
            await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await keeping
    assert keeper.starts == 1
    assert {record.levelno for record in caplog.records if "not be started" in record.message} == {logging.WARNING}


async def test_what_can_never_be_started_ends_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    keeper = EngineProcess(Settings(data=tmp_path))
    with pytest.raises(CannotServe, match=rf"with .*python \(No such file.*\), tried {MOST_TRIES} times"):
        await asyncio.wait_for(keeper.keep(contented), PATIENCE)


async def test_engines_that_all_end_before_one_was_ready_end_the_program(tmp_path: Path) -> None:
    keeper = EngineProcess(Settings(data=tmp_path), program=("-S", "-c", "raise SystemExit(3)"))
    with pytest.raises(CannotServe, match=rf"{MOST_TRIES} engines in a row ended \(the last with status 3\) before"):
        await asyncio.wait_for(keeper.keep(insatiable), PATIENCE)
    assert keeper.starts == MOST_TRIES


async def test_where_one_was_ready_others_are_started_for_ever(tmp_path: Path) -> None:
    keeper = EngineProcess(Settings(data=tmp_path), program=("-S", "-c", "pass"))
    keeping = asyncio.create_task(keeper.keep(served))
    async with asyncio.timeout(PATIENCE):
        while keeper.starts < MOST_TRIES + 2:
            await asyncio.sleep(0.01)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_an_engine_that_is_given_up_is_killed_at_once_and_another_starts(tmp_path: Path) -> None:
    """It is stopped, so no signal but one reaches it."""
    pids: list[int] = []

    async def give_up(pipe: GatewayPipe, number: int) -> bool:
        assert keeper.pid is not None
        pids.append(keeper.pid)
        os.kill(keeper.pid, signal.SIGSTOP)
        pipe.abandon()
        return len(pids) < 2

    keeper = EngineProcess(Settings(data=tmp_path), program=SLEEPS)
    async with asyncio.timeout(PATIENCE):
        await keeper.keep(give_up)
    assert len(set(pids)) == 2
    assert not any(alive(pid) for pid in pids)
