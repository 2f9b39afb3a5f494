"""A phone that leaves in one of the ways in which phones leave: by hand, on a plain socket."""

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import Callable

import msgspec

from server.protocol.messages import VERSION
from tests.server.rawsocket import TEXT, close, frame, request

PATIENCE = 60.0
SMALL = 4096
"""Bytes of receive buffer of a phone that will take nothing more."""
RESET = struct.pack("ii", 1, 0)


class Leaver:
    """A student's phone that was welcomed."""

    def __init__(self, sock: socket.socket, token: str) -> None:
        self.sock, self.token = sock, token

    @classmethod
    async def came(
        cls, port: int, session: str = "lecture2", small: bool = False, version: int = VERSION, token: str = ""
    ) -> "Leaver":
        """A phone that got its first frames; with a token it comes back."""
        hello = msgspec.json.encode({"t": "hello", "version": version, "role": "student", "token": token})
        sock = socket.socket()
        if small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE):
            await loop.sock_connect(sock, ("127.0.0.1", port))
            for message, answer in ((request(port, f"/ws/{session}"), b"\r\n\r\n"), (frame(TEXT, hello), b'"welcome"')):
                await loop.sock_sendall(sock, message)
                seen = b""
                while answer not in seen:
                    seen += await loop.sock_recv(sock, 65536)
        found = re.search(rb'"token":"([^"]+)"', seen)
        return cls(sock, found[1].decode() if found else "")

    def read_all(self) -> None:
        """Take what the kernel has for this phone."""
        with contextlib.suppress(BlockingIOError):
            while self.sock.recv(65536):
                pass

    def reset(self) -> None:
        """RST, as a process that is killed or a router that forgets."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.sock.close()

    def fin_unread(self) -> None:
        """FIN while frames lie unread: the kernel makes a reset of it."""
        self.sock.close()

    def fin_read(self) -> None:
        """FIN after all was read, and no close frame."""
        self.read_all()
        self.sock.close()

    def half_close(self) -> None:
        """FIN in one way: the phone says nothing more, and would still read."""
        self.sock.shutdown(socket.SHUT_WR)

    def goodbye(self) -> None:
        """A close frame, and FIN without waiting for the answer."""
        self.sock.send(close(1001))
        self.sock.close()

    def silence(self) -> None:
        """Nothing at all: it neither reads nor answers a ping; the server has to notice."""


LEAVES: dict[str, Callable[[Leaver], None]] = {
    "reset": Leaver.reset,
    "fin_unread": Leaver.fin_unread,
    "fin_read": Leaver.fin_read,
    "half_close": Leaver.half_close,
    "goodbye": Leaver.goodbye,
}
"""The ways of a phone's own; `silence` is noticed by the server's stall watch and by its pings."""
