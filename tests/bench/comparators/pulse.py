"""A comparator's clock and payload: while told `go` on its input, it sends to all at its rate; `stop` ends that.

Every comparator is a process of its own that prints `port N` and ends with its input. No websocket pings: none of them
pays for what the others may not do.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.bench.marks import KNOWN, MARK

NOISE = 0.123456789012345


@dataclass(frozen=True)
class Chosen:
    """What the bench asks of a comparator."""

    size: int
    rate: float
    way: str


def chosen(*ways: str) -> Chosen:
    """From the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("way", nargs="?", choices=ways or None)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--rate", type=float, default=10.0)
    found = parser.parse_args()
    return Chosen(found.size, found.rate, found.way or "")


def listening() -> socket.socket:
    """A socket on a free loopback port, told to the bench."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    listener.setblocking(False)
    print("port", listener.getsockname()[1], flush=True)
    return listener


def binary(size: int, count: int, due: float, made: float) -> bytes:
    """A payload of so many bytes with its mark."""
    return bytes(size - MARK.size) + MARK.pack(KNOWN, count, due, made)


def fields(size: int, count: int, due: float, made: float) -> dict[str, list[float]]:
    """What becomes about so many bytes of JSON text: numbers, as positions are."""
    room = size - len('{"data":[],"mark":[1234,12345.123456,12345.123456]}')
    return {"data": [NOISE + i % 7 for i in range(room // 18)], "mark": [count, due, made]}


async def pulse(rate: float, broadcast: Callable[[int, float, float], Awaitable[None]]) -> None:
    """Send at the rate while the bench says so, until its end of the pipe is gone; what is late is not caught up."""
    going, ended = asyncio.Event(), asyncio.Event()

    def heard() -> None:
        text = os.read(0, 4096)
        if not text:
            ended.set()
        elif text.split()[-1] == b"go":
            going.set()
        else:
            going.clear()

    asyncio.get_running_loop().add_reader(0, heard)
    beating = asyncio.create_task(_beat(rate, broadcast, going))
    await ended.wait()
    beating.cancel()
    os._exit(0)  # the sockets end with the process, no farewell to a thousand viewers


async def _beat(rate: float, broadcast: Callable[[int, float, float], Awaitable[None]], going: asyncio.Event) -> None:
    due = 0.0
    for count in itertools.count(1):
        if not going.is_set():
            await going.wait()
            due = time.monotonic()
        await broadcast(count, due, time.monotonic())
        now = time.monotonic()
        due = max(due + 1 / rate, now)
        await asyncio.sleep(due - now)
