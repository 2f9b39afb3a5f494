"""The program as one starts it, for tests that need real processes and real signals."""

import asyncio
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import websockets

from server.protocol.messages import VERSION
from tests.server.house import Browser

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 180.0
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("GNN_LIVE_")}


@dataclass
class Program:
    """A running `gnn-live`."""

    process: asyncio.subprocess.Process
    printed: str
    data: Path
    trust: ssl.SSLContext | None = None
    """Whom its browsers trust, when it speaks https."""

    def link(self, name: str) -> str:
        found = re.search(rf"{name}\W+(http[^\s\"]+)", self.printed)
        assert found is not None
        return found[1]

    @property
    def base(self) -> str:
        return self.link("join").rpartition("/")[0]

    async def key(self) -> str:
        """The instructor's key, as `gnn-live link` tells it."""
        told = await asyncio.to_thread(run, "link", "lecture2", "--data", str(self.data))
        return told.stdout.partition("/control#")[2].split()[0]

    async def engine(self) -> int:
        """Process of the engine: the gateway's only child, as soon as it is there."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        async with asyncio.timeout(PATIENCE):
            while not (found := children.read_text().split()):
                await asyncio.sleep(0.01)  # the pages answer before it is started
        return int(found[0])

    @asynccontextmanager
    async def browser(self, role: str, **more: str) -> AsyncIterator[Browser]:
        url = self.base.replace("http", "ws") + "/ws/lecture2"
        async with websockets.connect(url, proxy=None, max_queue=None, ssl=self.trust) as connection:
            browser = Browser(connection)
            await browser.say({"t": "hello", "version": VERSION, "role": role, **more})
            yield browser


@asynccontextmanager
async def started(
    data: Path,
    *flags: str,
    trust: ssl.SSLContext | None = None,
    until: bytes = b"Ctrl-C",
    stderr: IO[bytes] | None = None,
) -> AsyncIterator[Program]:
    """A program on a free port, once it has printed its links."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "--port", "0", "--data", str(data), "--device", "cpu", "--cold", *flags),
        cwd=ROOT,
        env=CLEAN,
        stdout=subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            printed = (await process.stdout.readuntil(until)).decode()
        yield Program(process, printed, data, trust)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await process.stdout.read()
            await process.wait()


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await check():
            await asyncio.sleep(0.05)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", *arguments]
    return subprocess.run(command, cwd=ROOT, env=CLEAN, capture_output=True, text=True, timeout=PATIENCE, check=False)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
