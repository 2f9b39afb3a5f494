"""An engine as a process of its own: started beside the gateway, started again whenever it dies."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path

import server
from server.pipe.bus import GatewayPipe
from server.pipe.supervisor import CannotServe
from server.settings.config import NO_DEVICE, Settings

ROOT = Path(server.__file__).resolve().parents[1]
"""Where `python -m server` finds this package."""
LONG_LIFE = 10.0
"""Seconds after which a death counts as the first again."""
LONGEST_PAUSE = 10.0
MOST_DOUBLINGS = 6
GRACE = 2.0
"""Seconds an engine has to end after its pipe has ended; killing it is always safe (it may still be loading torch)."""
BURIAL = 5.0
"""Seconds that a killed engine is waited for; one that the system cannot end (a disk that hangs) is left behind."""
MOST_TRIES = 8
"""Engines in a row that end before they have served at all, or cannot be started for a reason that stays."""
FEW_CORES = 4
PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOBUFS, errno.EINTR, errno.EIO})
"""Reasons for which an engine cannot be started now and perhaps can be later: too many open files, no memory."""

log = logging.getLogger("gnn_live.engines")


PROGRAM = ("-m", "server", "engine")
"""The words behind the interpreter that start an engine."""
Converse = Callable[[GatewayPipe, int], Awaitable[bool]]
"""Talks to an engine until its pipe ends, and says whether another is wanted."""


class StartError(Exception):
    """An engine's process was not started: why, and whether that may pass."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or str(error))
        self.passing = error.errno in PASSING


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
        self._served = self._ever_served = False
        """Whether the last engine was ready, and whether any was."""
        self._quick_deaths = 0
        """Engines in a row that died within seconds or could not be started."""

    async def keep(self, converse: Converse) -> None:
        """Run engines until none is wanted; one that dies within seconds is started again after a growing pause.

        Raises:
            CannotServe: no engine can ever run here.
        """
        while True:
            born = time.monotonic()
            try:
                status, wanted = await self._live(converse)
            except StartError as error:
                await asyncio.sleep(self._unstarted(error))
                continue
            if not wanted:
                return
            await asyncio.sleep(self._ended(status, time.monotonic() - born))

    def _unstarted(self, error: StartError) -> float:
        """Seconds until another try to start an engine."""
        self._quick_deaths += 1
        if not error.passing and self._quick_deaths >= MOST_TRIES:
            raise CannotServe(f"no engine can be started with {sys.executable} ({error}), tried {MOST_TRIES} times")
        pause = _pause(self._quick_deaths)
        log.warning("engine %d could not be started (%s): the next try is in %.2f s", self.number, error, pause)
        return pause

    def _ended(self, status: int | None, lived: float) -> float:
        """Seconds until another engine starts."""
        if status == NO_DEVICE:
            raise CannotServe("without the device that was asked for no engine can run")
        self._quick_deaths = 0 if self._served and lived > LONG_LIFE else self._quick_deaths + 1
        if self._quick_deaths >= MOST_TRIES and not self._ever_served:
            told = f"{MOST_TRIES} engines in a row ended (the last with status {status}) before one was ready"
            raise CannotServe(f"{told}: the log above says why")
        pause = _pause(self._quick_deaths)
        log.warning("engine %d ended (status %s), another starts in %.2f s", self.number, status, pause)
        return pause

    async def _live(self, converse: Converse) -> tuple[int | None, bool]:
        """One engine from its start to its end; returns its exit status, and whether another is wanted."""
        try:
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    process = await self._whole(self._start(theirs.fileno()))
                except BaseException:
                    ours.close()
                    raise
        except OSError as error:
            raise StartError(error) from error
        self.pid = process.pid
        self.starts += 1
        pipe = GatewayPipe(ours)
        try:
            wanted = await converse(pipe, self.number)
        finally:
            self.pid = None
            self._served = pipe.served
            self._ever_served = self._ever_served or pipe.served
            pipe.close()
            await _buried(process, GRACE if not pipe.abandoned else 0.0)
        return process.returncode, wanted

    @staticmethod
    async def _whole(start: Coroutine[None, None, asyncio.subprocess.Process]) -> asyncio.subprocess.Process:
        """A process that is started whole or not at all: where we are to stop meanwhile, it is ended first."""
        starting = asyncio.ensure_future(start)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                await _buried(await starting, 0.0)
            raise

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


async def _buried(process: asyncio.subprocess.Process, grace: float) -> None:
    """Wait for an engine whose pipe has ended, also where we are to stop meanwhile: it is not left behind."""
    ending = asyncio.ensure_future(_end(process, grace))
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        await ending
        raise


async def _end(process: asyncio.subprocess.Process, grace: float) -> None:
    """Wait until it has ended; one that does not end by itself is killed, with its workers."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), grace)
        return
    log.info("the engine did not end with its pipe and is killed")
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own, in which its workers are
    try:
        await asyncio.wait_for(process.wait(), BURIAL)
    except TimeoutError:
        log.error("the engine's process %d cannot be ended and is left behind", process.pid)
