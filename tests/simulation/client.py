"""A browser as the world has it: the wire's bytes, an outbox of numbered commands, acknowledgements, coming back.

It does what `static/core/socket.js`, `outbox.js` and `room.js` do, with the same waits.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import msgspec

from server.protocol.messages import VERSION, Role
from tests.simulation.network import Connection
from tests.simulation.wire import Head, frame, masked, read

if TYPE_CHECKING:
    from tests.simulation.world import World

SILENCE, CONNECT, RESEND, ACK_DELAY = 6.0, 5.0, 2.0, 0.5
ACK_EVERY, ACK_BYTES = 8, 16 * 1024
_CLOSE, _PING, _PONG, _BINARY, _TEXT = 0x8, 0x9, 0xA, 0x2, 0x1


class Browser:
    """One tab: a student's phone, a stage, or a control panel."""

    def __init__(self, world: World, number: int, session: str, role: Role, name: str) -> None:
        self.world = world
        self.number = number
        self.session = session
        self.role: Role = role
        self.name = name
        self.key = ""
        self.token = ""
        self.seat = ""
        self.random = Random(f"{world.script.seed}/{number}")
        self.status = "away"
        """away, connecting, live, reconnecting, stopped"""
        self.acks = True
        self.hostile = False
        """Whether it sends what no page of ours does: then not all of it has to be carried out in time."""
        self.sent = 0
        """Commands that it was asked to send."""
        self.pending: list[tuple[int, bytes, float]] = []
        """Numbered commands without a receipt: number, text, when it was first sent."""
        self.nonce = self._fresh()
        self.refused: list[Head] = []
        self.latest: dict[str, bytes] = {}
        self.heads: dict[str, Head] = {}
        self.live_since = 0.0
        self.away_since = 0.0
        self.entered = False
        """Whether it was let in once."""
        self.last = 0
        """The number of its last command."""
        self.pokes = 0
        self._pace = math.inf
        self._wire: Connection | None = None
        self._input = b""
        self._upgraded = False
        self._welcomed = self._closing = False
        self._generation = -1
        self._attempt = 0
        self._newest = 0
        self._frames = self._bytes = 0
        self._arrived = 0.0
        self._heard = 0.0
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def _fresh(self) -> str:
        return f"{self.random.getrandbits(96):024x}"

    # --- what a person does -----------------------------------------------------------------------

    def open(self) -> None:
        """Come, or come back."""
        if self.status in ("away", "stopped"):
            self.status = "connecting"
            self._attempt = 0
            self._connect()

    def command(self, matters: bool, **fields: object) -> None:
        """Send one command; one that matters is kept until its receipt."""
        if self.status in ("away", "stopped"):
            return
        self.sent += 1
        if not matters:
            if self._welcomed and not self._closing:
                self._write(msgspec.json.encode(fields))
            return
        self.last += 1
        text = msgspec.json.encode({**fields, "id": self.last})
        self.pending.append((self.last, text, self.world.clock.now))
        if self._welcomed and not self._closing:
            self._write(text)
        self._expect_receipt()

    def padded(self, size: int, **fields: object) -> None:
        """Send a numbered command with so much room in it."""
        self.hostile = True
        if self.status in ("away", "stopped"):
            return
        self.sent += 1
        self.last += 1
        text = msgspec.json.encode({**fields, "id": self.last})
        text = text[:-1] + b" " * size + b"}"
        self.pending.append((self.last, text, self.world.clock.now))
        if self._welcomed and not self._closing:
            self._write(text)
        self._expect_receipt()

    def filled(self, number: int) -> None:
        """Send something long that nobody has to carry out."""
        if self._welcomed:
            self.sent += 1
            self._write(b'{"t":"pad.drag","at":%d%s}' % (number, b" " * 3000))

    def slow(self, pace: float | None) -> None:
        """Take so many bytes a second from now on; None: as they come."""
        self._pace = math.inf if pace is None else pace
        if self._wire is not None:
            self._wire.pace = self._pace

    def leave(self, how: str) -> None:
        """Go in this way; `back` is the world's business."""
        wire = self._wire
        if wire is None:
            self._away()
            return
        wire.peer = _Nobody()
        match how:
            case "rst":
                wire.reset()
            case "fin-unread":
                wire.frozen = True  # what comes from now on stays unread
                self.world.loop.call_later(0.3, wire.close)
            case "fin-read":
                wire.close()
            case "half-close":
                wire.half_close()
            case "cut":
                wire.frozen = True
            case "ping":
                wire.vanish()
            case _:
                self._say_goodbye()
        if how == "half-close":
            self.world.loop.call_later(1.0, wire.close)
        self._away()

    def sleep(self) -> None:
        """The phone sleeps: nothing runs, its socket stays."""
        if self._wire is not None:
            self._wire.frozen = True
        self._stop_timers()
        self.status = "away"

    def wake(self) -> None:
        """The page is shown again: a new socket, whatever the old one believes."""
        if self.status == "away":
            if self._wire is not None:
                self._wire.vanish()
            self._forget_wire()
            self.status = "reconnecting"
            self._attempt = 0
            self._connect()

    def _away(self) -> None:
        self._forget_wire()
        self.status = "away"

    @property
    def live(self) -> bool:
        """Whether it has been welcomed."""
        return self._welcomed

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way to it or from it."""
        return (not self.pending or self.hostile) and (self._wire is None or self._wire.quiet)

    @property
    def settled(self) -> bool:
        """Whether it has said that it has everything."""
        return self._wire is None or "ack" not in self._timers

    # --- the wire ---------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._forget_wire()
        self._input, self._upgraded = b"", False
        self._wire = self.world.dial(self)
        self._wire.pace = self._pace
        self._listen(CONNECT)

    def connected(self) -> None:
        """The server has accepted: ask for a websocket."""
        if self._wire is None:
            return
        # Names in lower case, as uvicorn's HTTP protocol hands a handshake on.
        self._wire.send(
            f"GET /ws/{self.session} HTTP/1.1\r\nhost: localhost:8000\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n".encode()
        )

    def received(self, data: bytes) -> None:
        """Bytes of the server."""
        self._input += data
        if not self._upgraded:
            head, found, rest = self._input.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self._retry()
                return
            self._input, self._upgraded = rest, True
            hello = {"t": "hello", "version": VERSION, "role": self.role, "nonce": self.nonce, "name": self.name}
            token = self.world.stage_token(self) if self.role == "stage" else self.token
            self._write(msgspec.json.encode({**hello, "key": self.key, "token": token}))
        at = 0
        wire = self._wire
        while self._wire is wire and wire is not None:
            whole = frame(self._input, at)
            if whole is None:
                break
            opcode, payload, at = whole
            self._frame(opcode, payload)
        self._input = self._input[at:]

    def ended(self) -> None:
        """The server closed."""
        if self._wire is not None:
            self._retry()

    def _frame(self, opcode: int, payload: bytes) -> None:
        self._heard = self.world.clock.now
        if opcode == _BINARY:
            self._take(payload)
        elif opcode == _PING:
            self._send(payload, _PONG)
        elif opcode == _CLOSE:
            code = int.from_bytes(payload[:2]) if len(payload) >= 2 else 1005
            self._send(payload[:2], _CLOSE)
            if 4400 <= code < 4500:
                self._forget_wire(close=True)
                self.status = "stopped"
                self.world.judge.turned_away(self, code)
            else:
                self._retry()

    def _take(self, payload: bytes) -> None:
        length = int.from_bytes(payload[:4], "little")
        header = payload[4 : 4 + length]
        head = read(header)
        self.world.judge.seen(self, head, payload)
        match head.t:
            case "welcome":
                self.seat, self.token = head.seat, head.token or self.token
                self._welcomed = self.entered = True
                self._attempt = 0
                self.status = "live"
                self.live_since = self.world.clock.now
                self._resend()
            case "receipt" if head.nonce == self.nonce:
                if self.pending and head.upto < self.pending[0][0] - 1:
                    self.world.judge.forgotten(self, head)
                before = len(self.pending)
                self.pending = [command for command in self.pending if command[0] > head.upto]
                self._expect_receipt(len(self.pending) < before)
            case "engine" if head.ready and head.generation != self._generation:
                if self._generation >= 0:
                    self._resend()
                self._generation = head.generation
            case "closing":
                self._closing = True
            case "key":
                self.key = head.key
            case "opened" if head.version != (self.heads["opened"].version if "opened" in self.heads else -1):
                for tag in [tag for tag in self.latest if "." in tag]:
                    del self.latest[tag]
            case "fault":
                self.refused.append(head)
        if head.t not in ("fault", "beat"):
            tag = f"receipt:{head.nonce}" if head.t == "receipt" else head.t
            begin = header.index(b'"t":"')
            self.latest[tag] = header[begin:] + payload[4 + length + (-(4 + length) % 8) :]
            self.heads[tag] = head
        self._acknowledge(head.seq, len(payload))

    def _acknowledge(self, seq: int, size: int) -> None:
        if seq <= 0 or not self.acks:
            return
        self._newest = max(self._newest, seq)
        self._arrived = self.world.clock.now
        self._frames += 1
        self._bytes += size
        if self._frames >= ACK_EVERY or self._bytes >= ACK_BYTES:
            self._say_ack()
        elif "ack" not in self._timers:
            self._later("ack", ACK_DELAY, self._say_ack)

    def _say_ack(self) -> None:
        self._stop("ack")
        self._frames = self._bytes = 0
        after = min(1000, round(1000 * (self.world.clock.now - self._arrived)))
        if self._welcomed:
            self._write(b'{"t":"ack","seq":%d,"after":%d}' % (self._newest, after))

    # --- sending again ----------------------------------------------------------------------------

    def _resend(self) -> None:
        if self._welcomed and not self._closing:
            for _, text, _ in self.pending:
                self._write(text)
        self._expect_receipt(anew=True)

    def _expect_receipt(self, anew: bool = False) -> None:
        if "resend" in self._timers and not anew and self.pending:
            return
        self._stop("resend")
        if self.pending:
            self._later("resend", RESEND, self._resend)

    def _listen(self, patience: float) -> None:
        self._heard = self.world.clock.now
        self._later("silence", patience, self._listened)

    def _listened(self) -> None:
        self._timers.pop("silence", None)
        silent = self.world.clock.now - self._heard
        if silent >= (SILENCE if self._upgraded else CONNECT) - 1e-6:
            self._retry()
        else:
            self._later("silence", SILENCE - silent, self._listened)

    def _retry(self) -> None:
        self._forget_wire(close=True)
        self.status = "reconnecting"
        longest = min(3.0, 0.4 * 2**self._attempt)
        self._attempt += 1
        self._later("retry", 0.2 + self.random.random() * (longest - 0.2), self._connect)

    def _forget_wire(self, close: bool = False) -> None:
        self._stop_timers()
        self._welcomed = self._closing = False
        self._newest = self._frames = self._bytes = 0
        wire, self._wire = self._wire, None
        if wire is not None and close:
            wire.close()

    def _say_goodbye(self) -> None:
        self._send((1000).to_bytes(2), _CLOSE)

    def _write(self, text: bytes) -> None:
        self._send(text, _TEXT)

    def _send(self, payload: bytes, opcode: int) -> None:
        if self._wire is not None:
            self._wire.send(masked(payload, opcode, 0x1F2E3D4C))

    def _later(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        self._stop(name)
        self._timers[name] = self.world.loop.call_later(seconds, work)

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _stop_timers(self) -> None:
        for name in list(self._timers):
            self._stop(name)


class _Nobody:
    """Reads what still comes to a page that is gone."""

    def connected(self) -> None:
        """Nobody minds."""

    def received(self, data: bytes) -> None:
        """Nobody minds."""

    def ended(self) -> None:
        """Nobody minds."""
