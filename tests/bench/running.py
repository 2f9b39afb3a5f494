"""The processes of a bench: servers, what they use of the machine, and the handle on the load generator.

CPU is what the scheduler counted for every thread of a process (first field of /proc/PID/task/*/schedstat, nanoseconds;
the kernel's part of a send, with the loopback's receive path, is in it), or, on a kernel without, utime + stime of
/proc/PID/stat in hundredths of a second. Memory is `Rss` of /proc/PID/smaps_rollup: resident pages, not the kernel's
socket buffers.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.viewer import FIELDS

ROOT = Path(__file__).parents[2]
STOPPING = 20.0
QUIET = 0.5
"""Without a frame for so long, everything that was sent has arrived."""
SESSION = "bench"
Answer = dict[str, Any]


def many_files() -> None:
    """As many open files as may be, for this process and those it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Process:
    """A Python module that runs beside the bench and ends with it; `root` is the checkout that it is taken from."""

    def __init__(self, *words: str, root: Path = ROOT) -> None:
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self.process.pid

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"expected {self.process.args!r} to go on, but it ended: {self.process.wait()}")
        return line

    def tell(self, text: str) -> None:
        """A line on its input."""
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def close(self) -> None:
        """End it: its input ends, and it is asked to stop."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, all its threads."""
    try:
        tasks = [Path(f"/proc/{pid}/task/{task}/schedstat").read_text() for task in os.listdir(f"/proc/{pid}/task")]
        return sum(int(text.split()[0]) for text in tasks) / 1e9
    except FileNotFoundError:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Bytes of resident memory."""
    found = re.search(r"^Rss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return 1024 * int(found[1])


def open_sockets(pid: int) -> int:
    """How many sockets a process holds; one that it cut is gone, whatever the other end knows."""
    held = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            held += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
        except FileNotFoundError:
            continue
    return held


class Load(Process):
    """The load generator, ordered about."""

    def __init__(self) -> None:
        super().__init__("tests.bench.load")

    def order(self, do: str, **fields: object) -> Answer:
        """Give an order and wait for its answer."""
        self.tell(json.dumps({"do": do, **fields}))
        answer: Answer = json.loads(self.line())
        return answer

    def join(self, group: str, count: int, **how: object) -> Answer:
        """Let viewers in; all of them, or the bench ends here."""
        answer = self.order("join", group=group, count=count, **how)
        if answer["missing"] or answer["joined"] != count:
            raise RuntimeError(f"expected {count} viewers in {group}, got {answer['joined']}: {answer['lost']}")
        return answer

    def say(self, message: Answer, group: str = "instructor") -> float:
        """A command of this group's first viewer; when it was sent, on the machine's monotonic clock."""
        return float(self.order("say", group=group, message=message)["said"])

    def until(self, group: str, kind: str, **fields: object) -> Answer:
        """Wait until the last frame of this kind that a group saw has these values; it, with when it `arrived`."""
        for _ in range(600):
            header: Answer | None = self.order("last", group=group, kind=kind)["header"]
            if header is not None and all(header.get(name) == value for name, value in fields.items()):
                return header
            time.sleep(0.05)
        raise RuntimeError(f"expected a frame {kind} with {fields} at {group} within 30 s, got {header}")


class Gateway(Process):
    """The program with an engine that plays the bench scene, one session made for the bench."""

    def __init__(self, data: str, root: Path = ROOT) -> None:
        super().__init__("tests.bench.program", data, root=root)
        for line in iter(self.line, ""):
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found[1])
                break
        answered(f"{self.address}/readyz")
        self.version = spoken(f"{self.address}/api/protocol")
        self.key = self.made(SESSION)
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        self.engine = int(children[0])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def made(self, session: str) -> str:
        """Make a session; its key."""
        body = json.dumps({"id": session}).encode()
        wanted = urllib.request.Request(f"{self.address}/api/sessions", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(wanted, timeout=10) as reply:
            return str(json.loads(reply.read())["key"])

    def who(self, role: str = "student", session: str = SESSION, key: str = "") -> Answer:
        """How the load generator joins a session."""
        hello = {"t": "hello", "version": self.version, "role": role, "key": key}
        return {"port": self.port, "path": f"/ws/{session}", "dialect": "gnn", "hello": hello}

    def instruct(self, load: Load, params: Answer, group: str = "instructor", session: str = SESSION) -> None:
        """An instructor joins, as a browser acknowledging, and opens the bench scene."""
        key = self.key if session == SESSION else self.made(session)
        load.join(group, 1, **self.who("instructor", session, key), acks=True, keep=True, needs=["opened"])
        load.say({"t": "open", "scene": "bench", "params": params}, group)
        load.until(group, "opened", scene="bench")


def answered(url: str) -> None:
    """Wait until an address answers 200."""
    for _ in range(1200):
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                if reply.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise RuntimeError(f"expected {url} to answer within a minute")


def spoken(url: str) -> int:
    """The version of the protocol that a server speaks, which another checkout's need not share with this one."""
    with urllib.request.urlopen(url, timeout=10) as reply:
        return int(json.loads(reply.read())["version"])


class Comparator(Process):
    """A small server of `tests/bench/comparators` that sends to all while it is told to."""

    def __init__(self, name: str, *words: str) -> None:
        super().__init__(f"tests.bench.comparators.{name}", *words)
        self.port = int(self.line().split()[1])

    def who(self) -> Answer:
        """How the load generator joins it."""
        room = self.process.args
        assert isinstance(room, Sequence)
        if any("socketio" in str(word) for word in room):
            return {"port": self.port, "path": "/socket.io/?EIO=4&transport=websocket", "dialect": "socketio"}
        return {"port": self.port, "path": "/ws", "dialect": "plain"}


@contextmanager
def loaded() -> Iterator[tuple[ExitStack, Load]]:
    """A load generator, and a stack for the servers; all end together."""
    many_files()
    with ExitStack() as held:
        load = Load()
        held.callback(load.close)
        yield held, load


def gateway(held: ExitStack, root: Path = ROOT) -> Gateway:
    """A gateway over an empty directory, closed with the stack; `root` may be another checkout (`before.py`)."""
    started = Gateway(held.enter_context(tempfile.TemporaryDirectory()), root)
    held.callback(started.close)
    return started


@dataclass(frozen=True, slots=True)
class Record:
    """One frame at one viewer; times on the machine's monotonic clock."""

    viewer: int
    count: int
    arrived: float
    due: float
    made: float
    absent: float


def recorded(answer: Answer, group: str) -> list[Record]:
    """Raw records of a group, in the order of arrival."""
    flat = answer["groups"][group]["records"]
    return [Record(int(flat[at]), int(flat[at + 1]), *flat[at + 2 : at + FIELDS]) for at in range(0, len(flat), FIELDS)]
