"""The real program with the probe's scene, as processes of its own that a test kills with -9 and starts again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


class Program:
    """The program with the probe's scene, started again on the same port and directory."""

    def __init__(self, data: Path, *flags: str) -> None:
        self.data = data
        self.flags = flags
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.key = ""
        self.kills = 0

    async def start(self) -> None:
        command = (sys.executable, "-m", "tests.server.probe_program")
        flags = ("--port", str(self.port), "--data", str(self.data), "--device", "cpu", *self.flags)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GNN_LIVE_")}
        self.process = await asyncio.create_subprocess_exec(
            *command, *flags, cwd=ROOT, env=clean, stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        assert self.process.stdout is not None
        printed = (await self.process.stdout.readuntil(b"Ctrl-C")).decode()
        found = re.search(r"control +http\S+#(\S+)", printed)
        assert found is not None, printed
        self.key = found[1]

    @property
    def websocket(self) -> str:
        """Where browsers of session lecture2 connect."""
        return f"ws://127.0.0.1:{self.port}/ws/lecture2"

    def engine(self, number: int = 0) -> int | None:
        """Process of the engine of this number, if it runs now."""
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            except FileNotFoundError:
                continue
            if "--number" in words and words[words.index("--number") + 1] == str(number):
                return int(child)
        return None

    async def kill(self, what: str) -> None:
        """Kill the engine, or both processes and start the program again."""
        self.kills += 1
        engine = await until(self.engine)
        os.kill(engine, signal.SIGKILL)
        if what == "program":
            self.process.kill()
            await self.process.wait()
            await self.start()

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        await self.process.stdout.read()
        await self.process.wait()


async def until(found: Callable[[], T | None]) -> T:
    while (value := found()) is None:
        await asyncio.sleep(0.01)
    return value


async def holds(check: Callable[[], bool]) -> None:
    await until(lambda: check() or None)
