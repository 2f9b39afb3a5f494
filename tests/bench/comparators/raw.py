"""The limit: asyncio on uvloop, one websocket frame built a broadcast, `transport.write` to each, nothing else."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from typing import cast

import uvloop

from tests.bench.comparators import pulse

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
hall: set[asyncio.Transport] = set()


class Raw(asyncio.Protocol):
    """The handshake of RFC 6455; what a viewer says later is thrown away."""

    def __init__(self) -> None:
        self._asked: bytes | None = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its class

    def data_received(self, data: bytes) -> None:
        if self._asked is None:
            return
        self._asked += data
        if b"\r\n\r\n" not in self._asked:
            return
        key = re.search(rb"(?i)sec-websocket-key: *(\S+)", self._asked)
        assert key is not None
        accept = base64.b64encode(hashlib.sha1(key[1] + GUID).digest())
        self._transport.write(SWITCH + accept + b"\r\n\r\n")
        self._asked = None
        hall.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        hall.discard(self._transport)


def framed(payload: bytes) -> bytes:
    """An unmasked binary frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x82, size)) + payload
    return (b"\x82\x7e" + size.to_bytes(2) if size < 2**16 else b"\x82\x7f" + size.to_bytes(8)) + payload


async def main() -> None:
    asked = pulse.chosen()

    async def broadcast(count: int, due: float, made: float) -> None:
        frame = framed(pulse.binary(asked.size, count, due, made))
        for transport in hall:
            transport.write(frame)

    server = await asyncio.get_running_loop().create_server(Raw, sock=pulse.listening())
    async with server:
        await pulse.pulse(asked.rate, broadcast)


if __name__ == "__main__":
    uvloop.run(main())
