"""A websocket by hand (RFC 6455): every bit as a test says, also those that no client library would send."""

import asyncio
import base64
import contextlib
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

PATIENCE = 60.0
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = base64.b64encode(b"sixteen bytes: k").decode()


@dataclass(frozen=True)
class Got:
    """One frame that came."""

    opcode: int
    payload: bytes
    fin: bool = True

    @property
    def code(self) -> int:
        """The code of a close frame."""
        assert self.opcode == CLOSE
        return int(struct.unpack("!H", self.payload[:2])[0])


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
    length: int | None = None,
) -> bytes:
    """The bytes of a frame; `length` announces another length than the payload has."""
    announced = len(payload) if length is None else length
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    bit = 0x80 if masked else 0
    if announced < 126:
        head = struct.pack("!BB", first, bit | announced)
    elif announced < 2**16:
        head = struct.pack("!BBH", first, bit | 126, announced)
    else:
        head = struct.pack("!BBQ", first, bit | 127, announced)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    repeated = mask * (len(payload) // 4 + 1)
    return head + mask + bytes(a ^ b for a, b in zip(payload, repeated, strict=False))


def close(code: int, reason: bytes = b"") -> bytes:
    """A close frame."""
    return frame(CLOSE, struct.pack("!H", code) + reason)


class Raw:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *parts: bytes) -> None:
        self.writer.write(b"".join(parts))
        await self.writer.drain()

    async def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer to a handshake."""
        async with asyncio.timeout(PATIENCE):
            text = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = text.split("\r\n")
        pairs = (line.split(":", 1) for line in lines if line)
        return int(status.split()[1]), {name.lower(): value.strip() for name, value in pairs}

    async def next(self) -> Got:
        """The next frame; the server never masks and sets no reserved bit."""
        async with asyncio.timeout(PATIENCE):
            first, second = await self.reader.readexactly(2)
            assert not first & 0x70
            assert not second & 0x80
            length = second & 0x7F
            if length == 126:
                length = struct.unpack("!H", await self.reader.readexactly(2))[0]
                assert length > 125, "the shortest encoding of a length"
            elif length == 127:
                length = struct.unpack("!Q", await self.reader.readexactly(8))[0]
                assert length > 65_535, "the shortest encoding of a length"
            return Got(first & 15, await self.reader.readexactly(length), bool(first & 0x80))

    async def ended(self) -> bytes:
        """Everything up to the end of the connection, be it a reset."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


def request(port: int, path: str, method: str = "GET", version: str = "HTTP/1.1", **changed: str | None) -> bytes:
    """A handshake; a header that is given as None is left out (`Sec_WebSocket_Key=None`)."""
    headers: dict[str, str | None] = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    lines = [f"{method} {path} {version}", *(f"{k}: {v}" for k, v in headers.items() if v is not None), "", ""]
    return "\r\n".join(lines).encode("latin-1")


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Raw]:
    """A connection on which nothing was said yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):  # the server had closed it first
            await writer.wait_closed()


@asynccontextmanager
async def opened(port: int, path: str = "/ws/echo") -> AsyncIterator[Raw]:
    """A connection after its handshake."""
    async with connected(port) as raw:
        await raw.send(request(port, path))
        status, _ = await raw.head()
        assert status == 101
        yield raw


def payload_of(frame: bytes) -> bytes:
    """The message in an unmasked RFC 6455 frame."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]
