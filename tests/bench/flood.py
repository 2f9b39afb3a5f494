"""An instructor's command under a flood by 40 seats, in the flooded session and in another one, beside 0.4.0.

    .venv/bin/python -m tests.bench.flood [--viewers 40] [--pairs 7] [--seconds 5] [--bytes 60000]

Each seat says as much as it is let: 30 messages a second, of so many bytes. Two instructors say `show` five times a
second each; measured is the time from a command to its receipt, sent again after a refusal as a browser does (2 s). The
two programs run all the time and are flooded in turns.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import struct
import sys
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

import websockets

from server.protocol.wire import unpack
from tests.bench.before import before
from tests.bench.pairs import Row, flags, in_turns, progress, ratios, report
from tests.bench.running import SESSION, Gateway, gateway, loaded

CALM = "calm"
EVERY = 0.2
RESEND = 2.0
RATE = 30.0
LONGEST = 20.0
"""Seconds after the flood, beyond which a command counts as one that is never answered."""


def masked(text: bytes) -> bytes:
    """A text message as a websocket frame of a client, with a mask of zeros."""
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    return b"\x81" + length + bytes(4) + text


async def flooder(program: Gateway, size: int, until: float) -> None:
    """One seat that says all it may, and reads whatever comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", program.port, limit=2**24)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws/{SESSION} HTTP/1.1\r\nHost: 127.0.0.1:{program.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    hello = {"t": "hello", "version": program.version, "role": "student", "nonce": key[:8]}
    writer.write(masked(json.dumps(hello).encode()))
    message = masked(json.dumps({"t": "name", "name": "x" * (size - 24)}).encode())

    async def discard() -> None:
        while await reader.read(2**18):
            pass

    reading = asyncio.create_task(discard())
    with suppress(ConnectionError):
        while time.monotonic() < until:
            writer.write(message)
            await writer.drain()
            await asyncio.sleep(1 / RATE)
        # Politely: 0.4.0 loses its engine over a socket that ends without a word.
        writer.write(b"\x88\x82" + bytes(4) + struct.pack(">H", 1000))
        await writer.drain()
    await asyncio.wait([reading], timeout=20.0)
    reading.cancel()
    writer.close()


@dataclass
class Instructor:
    """A control panel whose numbered commands are timed."""

    socket: websockets.ClientConnection
    nonce: str
    number: int = 0
    upto: int = 0
    refused: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Take what comes, and acknowledge it."""
        async for data in self.socket:
            assert isinstance(data, bytes)
            frame = unpack(data)
            if frame["t"] == "receipt" and frame["nonce"] == self.nonce:
                self.upto = int(str(frame["upto"]))
                self.came.set()
            elif frame["t"] == "fault":
                self.refused += 1
            if int(str(frame["seq"])):
                await self.socket.send(json.dumps({"t": "ack", "seq": frame["seq"]}))

    async def timed(self, until: float) -> list[float]:
        """Milliseconds of each command until its receipt."""
        found = []
        while time.monotonic() < until:
            self.number += 1
            said = time.monotonic()
            while self.upto < self.number and time.monotonic() < until + LONGEST:
                self.came.clear()
                await self.socket.send(json.dumps({"t": "show", "dark": self.number % 2 == 0, "id": self.number}))
                with suppress(TimeoutError):
                    async with asyncio.timeout(RESEND):
                        while self.upto < self.number:
                            await self.came.wait()
                            self.came.clear()
            found.append(1000 * (time.monotonic() - said))
            await asyncio.sleep(EVERY)
        return found


async def flooded(program: Gateway, keys: dict[str, str], viewers: int, size: int, seconds: float) -> dict[str, float]:
    """One run: p50, the worst, and refusals of the instructors of the flooded and of the calm session."""
    async with AsyncExitStack() as held:
        panels: dict[str, Instructor] = {}
        for session, key in keys.items():
            url = f"ws://127.0.0.1:{program.port}/ws/{session}"
            socket = await held.enter_async_context(websockets.connect(url, proxy=None, max_queue=None))
            panel = panels[session] = Instructor(socket, os.urandom(6).hex())
            hello = {"t": "hello", "version": program.version, "role": "instructor", "key": key, "nonce": panel.nonce}
            await socket.send(json.dumps(hello))
            listening = asyncio.create_task(panel.listen())
            held.callback(listening.cancel)
        until = time.monotonic() + seconds
        flood = [asyncio.create_task(flooder(program, size, until)) for _ in range(viewers)]
        await asyncio.sleep(0.5)
        times = await asyncio.gather(*(panel.timed(until) for panel in panels.values()))
        await asyncio.wait(flood) if flood else None
    found: dict[str, float] = {}
    for (session, panel), values in zip(panels.items(), times, strict=True):
        found |= {f"{session} p50": statistics.median(values), f"{session} worst": max(values)}
        found |= {f"{session} refused": float(panel.refused)}
    return found


def main() -> int:
    """Run it and print the figures."""
    parser = flags(__doc__, viewers=40, seconds=5.0)
    parser.add_argument("--bytes", type=int, default=60_000, help="of each message (default %(default)s)")
    chosen = parser.parse_args()
    with loaded() as (held, _), before() as old:
        programs = {"0.4.0": gateway(held, old), "now": gateway(held)}
        keys = {name: {SESSION: program.key, CALM: program.made(CALM)} for name, program in programs.items()}

        def measure(name: str, program: Gateway) -> dict[str, float]:
            work = flooded(program, keys[name], chosen.viewers, chosen.bytes, chosen.seconds)
            figures = asyncio.run(work)
            time.sleep(1.0)
            return figures

        def say(turn: int, name: str, figures: dict[str, float]) -> None:
            progress(f"{turn} {name}: " + ", ".join(f"{what} {value:.0f}" for what, value in figures.items()))

        found = in_turns(programs, chosen.pairs, measure, say)
    rows = []
    for session, whose in ((CALM, "another session's"), (SESSION, "the flooded session's")):
        for figure in ("p50", "worst"):
            ours, theirs = ([run[f"{session} {figure}"] for run in found[name]] for name in ("now", "0.4.0"))
            rows += [
                Row(f"{whose} instructor, {figure}, now", tuple(ours), "ms"),
                Row(f"{whose} instructor, {figure}, 0.4.0", tuple(theirs), "ms"),
                Row(f"{whose} instructor, {figure}, now / 0.4.0", ratios(ours, theirs), "x"),
            ]
        for name in ("now", "0.4.0"):
            refused = tuple(run[f"{session} refused"] for run in found[name])
            rows.append(Row(f"{whose} instructor's refused commands, {name}", refused, always=True))
    return report(chosen, rows, [f"{chosen.viewers} seats, {chosen.bytes:,} bytes {RATE:.0f} times a second each"])


if __name__ == "__main__":
    sys.exit(main())
