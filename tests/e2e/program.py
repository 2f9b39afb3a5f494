"""The program as the README starts it: a process on a free port, the links it prints, and its death."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
SESSION = "lecture2"


@dataclass
class Program:
    """Gateway and engine, started by the command line; a free port at first, the same one ever after."""

    data: Path
    port: int = 0
    process: subprocess.Popen[str] | None = None
    links: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start it and wait for the links it prints."""
        command = [sys.executable, "-m", "server", "--cold", "--port", str(self.port), "--data", str(self.data)]
        self.links = {}
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.match(r"\s+(join|stage|control)\s+(http\S+)", line)
            if found:
                self.links[found[1]] = found[2]
            if "Ctrl-C" in line:
                break
        assert self.links.keys() == {"join", "stage", "control"}, self.links
        self.port = int(re.findall(r":(\d+)/", self.links["join"])[0])

    @property
    def home(self) -> str:
        """The address of the join page."""
        return f"http://127.0.0.1:{self.port}/"

    def catalogue(self) -> dict[str, dict[str, object]]:
        """Every scene as GET /api/scenes tells it; the engine must be ready."""
        answer = httpx.get(f"{self.home}api/scenes", timeout=10)
        assert answer.status_code == 200, answer.text
        scenes = answer.json()["scenes"]
        assert isinstance(scenes, dict)
        return scenes

    def kill(self) -> None:
        """kill -9, as a crash would."""
        assert self.process is not None
        self.process.kill()
        self._reap()

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self._reap()

    def _reap(self) -> None:
        assert self.process is not None
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def engine_pid(self) -> int | None:
        """The process id of the engine, the program's child that runs the models; none while it is being started."""
        assert self.process is not None
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
                words = (status.parent / "cmdline").read_text().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == self.process.pid and "engine" in words and fields[0] != "Z":
                return int(status.parent.name)
        return None
