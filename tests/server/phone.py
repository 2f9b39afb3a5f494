"""A phone without a page: it numbers, keeps, sends again and comes back as `static/core/outbox.js` and `socket.js` do.

Times are the browser's: 2 s until a command without a receipt is sent again, 6 s of silence, 0.2-3 s to a reconnect.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection

from server.protocol.messages import VERSION, Role
from server.protocol.wire import unpack

RESEND = 2.0
SILENCE = 6.0
CONNECT = 5.0
ACK_EVERY = 4
Frame = dict[str, object]
Command = dict[str, object]


def backoff(attempt: int, chance: float) -> float:
    """Seconds before attempt n, as in `socket.js`."""
    longest: float = min(3.0, 0.4 * 2 ** min(attempt, 4))
    return 0.2 + chance * (longest - 0.2)


@dataclass(eq=False)
class Phone:
    """One tab: its outbox, its seat, and the latest frame of each type."""

    url: str
    nonce: str
    role: Role = "student"
    key: str = ""
    token: str = ""
    seat: str = ""
    last: int = 0
    receipted: int = 0
    pending: list[Command] = field(default_factory=list)
    shown: dict[str, Frame] = field(default_factory=dict)
    connects: int = 0
    resent: int = 0
    renewals: int = 0
    """How often the server knew less of this tab's numbers than it once said."""
    stopped: int = 0
    """The close code after which a browser does not come back."""
    _socket: ClientConnection | None = None
    _generation: int = -1
    _resend_at: float = float("inf")
    _newest: int = 0
    _unacknowledged: int = 0

    async def live(self) -> None:
        """Connect, and connect again after every loss, until cancelled or told to stop."""
        chance, attempt = random.Random(self.nonce), 0
        while not self.stopped:
            try:
                async with websockets.connect(
                    self.url, compression=None, proxy=None, max_queue=None, open_timeout=CONNECT, close_timeout=0.5
                ) as socket:
                    self.connects += 1
                    await self._talk(socket)
            except websockets.ConnectionClosed as error:
                code = error.rcvd.code if error.rcvd else 1006
                self.stopped = code if 4400 <= code < 4500 else 0
            except (OSError, TimeoutError, websockets.WebSocketException):
                pass
            attempt = 0 if self._socket is not None else attempt + 1
            self._socket, self._resend_at = None, float("inf")
            await asyncio.sleep(backoff(attempt, chance.random()))

    async def send(self, command: Command) -> None:
        """Number a command and keep it until its receipt; it leaves now or after the next welcome."""
        self.last += 1
        numbered = {**command, "id": self.last}
        self.pending.append(numbered)
        if self._socket is not None:
            await self._write(self._socket, numbered)
        self._expect_receipt()

    async def _talk(self, socket: ClientConnection) -> None:
        self._newest = self._unacknowledged = 0
        mine = {"nonce": self.nonce, "key": self.key, "token": self.token, "name": ""}
        await self._write(socket, {"t": "hello", "version": VERSION, "role": self.role, **mine})
        heard = self._now()
        while True:
            if self._now() >= self._resend_at:
                await self._resend(socket)
            wait = min(heard + SILENCE, self._resend_at) - self._now()
            try:
                async with asyncio.timeout(max(0.0, wait)):
                    data = await socket.recv()
            except TimeoutError:
                if self._now() >= heard + SILENCE:
                    raise
                continue
            heard = self._now()
            assert isinstance(data, bytes), "frames are binary"
            if not await self._take(socket, unpack(data)):
                return

    async def _take(self, socket: ClientConnection, frame: Frame) -> bool:
        """One frame; False when the socket has to be opened anew."""
        self.shown[str(frame["t"])] = frame
        match frame:
            case {"t": "welcome", "seat": str(seat), "token": str(token)}:
                self.seat, self.token, self._socket = seat, token, socket
                await self._resend(socket)
            case {"t": "receipt", "nonce": self.nonce, "upto": int(upto)}:
                if self.pending and upto < int(str(self.pending[0]["id"])) - 1:
                    self._renew()
                    return False
                self.pending = [command for command in self.pending if int(str(command["id"])) > upto]
                self.receipted = max(self.receipted, upto)
                self._expect_receipt()
            case {"t": "engine", "ready": True, "generation": int(generation)} if generation != self._generation:
                if self._generation >= 0:
                    await self._resend(socket)
                self._generation = generation
        await self._acknowledge(socket, int(str(frame["seq"])))
        return True

    async def _acknowledge(self, socket: ClientConnection, seq: int) -> None:
        if seq <= self._newest:
            return
        self._newest = seq
        self._unacknowledged += 1
        if self._unacknowledged >= ACK_EVERY:
            self._unacknowledged = 0
            await self._write(socket, {"t": "ack", "seq": seq})

    def _renew(self) -> None:
        self.renewals += 1
        self.nonce = f"{self.nonce}+"
        self.pending = [{**command, "id": index + 1} for index, command in enumerate(self.pending)]
        self.last = len(self.pending)

    async def _resend(self, socket: ClientConnection) -> None:
        if self._socket is not None:
            for command in list(self.pending):
                self.resent += 1
                await self._write(socket, command)
        self._expect_receipt()

    def _expect_receipt(self) -> None:
        self._resend_at = self._now() + RESEND if self.pending else float("inf")

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    @staticmethod
    async def _write(socket: ClientConnection, message: Command) -> None:
        try:
            await socket.send(msgspec.json.encode(message).decode())
        except websockets.ConnectionClosed:
            return  # whoever reads this socket learns of it too, and comes back
