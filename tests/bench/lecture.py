"""A lecture's waiting times: start, engine ready, and from the instructor's step to its frame at a hundred sockets.

    .venv/bin/python tests/bench/lecture.py [--viewers 100] [--steps 60]

The program runs as the README starts it, in its own processes; the viewers are real sockets in this one. Latency
is from the moment the instructor's command is written to the moment a viewer has read the frame that shows it, so it
holds the whole line: gateway, log, scene, packing, delivery.

"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from server.protocol.messages import VERSION
from server.protocol.wire import unpack

ROOT = Path(__file__).parents[2]


def started(data: str) -> tuple[subprocess.Popen[str], dict[str, str], float, float]:
    """Start the program; returns it, its links, and the seconds until the join page and until the engine answered."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "server", "--port", "0", "--data", data]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    links: dict[str, str] = {}
    assert process.stdout is not None
    for line in process.stdout:
        found = re.match(r"\s+(join|stage|control)\s+(http\S+)", line)
        if found:
            links[found[1]] = found[2]
        if "Ctrl-C" in line:
            break
    host = links["join"].rpartition("/")[0]
    answers(f"{host}/")
    page = time.perf_counter() - begin
    answers(f"{host}/readyz")
    return process, links, page, time.perf_counter() - begin


def answers(url: str) -> None:
    """Wait until the address answers 200."""
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                if reply.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.02)


async def joined(address: str, role: str, key: str = "") -> ClientConnection:
    """A viewer that has said hello and read its welcome."""
    viewer = await connect(address, compression=None, max_size=2**24)
    await viewer.send(json.dumps({"t": "hello", "version": VERSION, "role": role, "key": key, "nonce": role}))
    await viewer.recv()
    return viewer


async def shows(viewer: ClientConnection, round_: int, phase: str) -> float:
    """The time at which this viewer had read the cursor at a place."""
    while True:
        data = await viewer.recv()
        assert isinstance(data, bytes)
        if b'"rounds.cursor"' not in data[:200]:
            continue
        frame = unpack(data)
        if (frame["round"], frame["phase"]) == (round_, phase):
            return time.perf_counter()


async def measure(links: dict[str, str], viewers: int, steps: int) -> tuple[list[float], list[float]]:
    """Milliseconds from a step to its frame at every viewer, and to the last of them."""
    control, _, key = links["control"].partition("#")
    session = control.split("/")[-2]
    address = links["join"].replace("http", "ws", 1).replace(f"/{session}", f"/ws/{session}")
    hall = [await joined(address, "student") for _ in range(viewers)]
    instructor = await joined(address, "instructor", key)
    await instructor.send(json.dumps({"t": "open", "scene": "rounds", "params": {"graph": "karate", "rounds": 16}}))
    await asyncio.gather(*(shows(viewer, 0, "input") for viewer in hall))
    every: list[float] = []
    last: list[float] = []
    phases = ("self", "messages", "total", "update")
    for to in range(1, steps + 1):
        waiting = [asyncio.ensure_future(shows(viewer, 1 + (to - 1) // 4, phases[(to - 1) % 4])) for viewer in hall]
        await asyncio.sleep(0.12)
        sent = time.perf_counter()
        await instructor.send(json.dumps({"t": "position", "to": to}))
        taken = [1000 * (at - sent) for at in await asyncio.gather(*waiting)]
        every += taken
        last.append(max(taken))
    for viewer in (*hall, instructor):
        await viewer.close()
    return every, last


def quantile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def main() -> None:
    """Run it and print the figures, the bars beside them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--steps", type=int, default=60)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        process, links, page, ready = started(data)
        try:
            every, last = asyncio.run(measure(links, chosen.viewers, chosen.steps))
        finally:
            process.terminate()
            process.wait(20)
    print(f"join page answers after        {page:6.2f} s     (bar 2 s)")
    print(f"engine ready after             {ready:6.2f} s     (bar 10 s)")
    print(f"step -> frame at {chosen.viewers} sockets, {chosen.steps} steps:")
    print(f"  median {statistics.median(every):6.1f} ms  p99 {quantile(every, 0.99):6.1f} ms     (bar: median 30 ms)")
    print(f"  the last viewer of a step: median {statistics.median(last):6.1f} ms  p99 {quantile(last, 0.99):6.1f} ms")


if __name__ == "__main__":
    main()
