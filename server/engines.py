"""An engine as a process of its own: started beside the gateway, started again whenever it dies."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from server.bus import GatewayPipe
from server.config import NO_DEVICE, Settings
from server.supervisor import CannotServe

ROOT = Path(__file__).resolve().parent.parent
"""Where `python -m server` finds this package."""
LONG_LIFE = 10.0
"""Seconds after which a death counts as the first again."""
LONGEST_PAUSE = 10.0
MOST_DOUBLINGS = 6
GRACE = 2.0
"""Seconds an engine has to end after its pipe has ended; killing it is always safe (it may still be loading torch)."""
FEW_CORES = 4

log = logging.getLogger("gnn_live.engines")


PROGRAM = ("-m", "server", "engine")
"""The words behind the interpreter that start an engine."""
Converse = Callable[[GatewayPipe, int], Awaitable[bool]]
"""Talks to an engine until its pipe ends, and says whether another is wanted."""


class EngineProcess:
    """Keeps one engine alive and hands its pipe to a conversation, one engine after the other."""

    def __init__(self, settings: Settings, number: int = 0, program: Sequence[str] = PROGRAM) -> None:
        """The engine of this number; `program` may be another that speaks the same over its pipe."""
        self._settings = settings
        self._program = program
        self.number = number
        self.starts = 0
        """How many engines were started."""
        self.pid: int | None = None
        """Process of the engine that runs now."""

    async def keep(self, converse: Converse) -> None:
        """Run engines until none is wanted; one that dies within seconds is started again after a growing pause.

        Raises:
            CannotServe: no engine can run on this machine as it was asked for.
        """
        quick_deaths = 0
        while True:
            born = time.monotonic()
            status, wanted = await self._live(converse)
            if not wanted:
                return
            if status == NO_DEVICE:
                raise CannotServe("without the device that was asked for no engine can run")
            quick_deaths = 0 if time.monotonic() - born > LONG_LIFE else quick_deaths + 1
            pause = _pause(quick_deaths)
            log.warning("engine %d ended (status %s), another starts in %.2f s", self.number, status, pause)
            await asyncio.sleep(pause)

    async def _live(self, converse: Converse) -> tuple[int | None, bool]:
        """One engine from its start to its end; returns its exit status, and whether another is wanted."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await self._start(theirs.fileno())
        self.pid = process.pid
        self.starts += 1
        pipe = GatewayPipe(ours)
        try:
            wanted = await converse(pipe, self.number)
        finally:
            self.pid = None
            pipe.close()
            await _ended(process)
        return process.returncode, wanted

    async def _start(self, descriptor: int) -> asyncio.subprocess.Process:
        settings = self._settings
        asked = {"fd": descriptor, "data": settings.data, "device": settings.device, "number": self.number}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *self._program,
            *(word for name, value in asked.items() for word in (f"--{name}", str(value))),
            *(("--cold",) if settings.cold else ()),
            pass_fds=[descriptor],
            stdin=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the gateway, which then ends the pipe
        )


def _pause(quick_deaths: int) -> float:
    """Seconds before another engine starts, after so many that died within seconds."""
    return min(0.25 * 2 ** min(quick_deaths - 1, MOST_DOUBLINGS), LONGEST_PAUSE) if quick_deaths else 0.0


def _environment() -> dict[str, str]:
    """The engine's environment: on few cores, threads of torch that wait for each other slow everything down."""
    # The second is what cuBLAS wants for sums that come out the same each time.
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    if (os.cpu_count() or 1) <= FEW_CORES:
        environment["OMP_NUM_THREADS"] = "1"
    return environment


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait for an engine whose pipe has ended; one that does not end by itself is killed."""
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        log.info("the engine did not end with its pipe and is killed")
        process.kill()
        await process.wait()
