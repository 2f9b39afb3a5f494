"""One viewer of the load generator: a websocket on a raw non-blocking socket, with the least that RFC 6455 needs.

It speaks three dialects: `gnn` (hello, welcome, acks as the browser's), `plain` (nothing after the handshake) and
`socketio` (Engine.IO 4 over a websocket). What arrives marked is recorded with its time and otherwise only counted.
Nothing is sent masked with anything but zeros: the server's work is the same and this process has none.
"""

from __future__ import annotations

import base64
import json
import os
import select
import socket
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.bench.marks import KNOWN, MARK, SEEN_AT_SENDER, TEXT_MARK

if TYPE_CHECKING:
    from tests.bench.load import Load

Dialect = Literal["gnn", "plain", "socketio"]
State = Literal["connecting", "upgrading", "greeting", "live", "closed"]
READ = select.EPOLLIN
HUNG_UP = select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP
ACK_EVERY, ACK_BYTES, ACK_DELAY, ACK_BATCH = 8, 16 * 1024, 0.5, 0.01
"""As the browser (static/core/socket.js): every eighth stamped frame or 16 KB, when what came with it is there too, or
half a second after one."""
SEQUENCE = len('\0\0\0\0{"seq":')
"""Where a frame's number begins; a heartbeat's is 0 and is not acknowledged."""
TRICKLE = 0.01
FIELDS = 6
"""Numbers a record: viewer, count, arrived (it was parsed), due, made, absent (it had surely not come by then)."""

BUFFER = bytearray(2**20)


@dataclass
class Group:
    """Viewers that are joined, measured and let go together."""

    port: int
    path: str
    dialect: Dialect = "gnn"
    hello: dict[str, object] = field(default_factory=dict)
    acks: bool = False
    ack_batch: float = ACK_BATCH
    """Seconds that an acknowledgement waits for what came together with its frame; until 0.4.0 none."""
    keep: bool = False
    """The last header of each kind of frame is kept, for questions."""
    needs: tuple[str, ...] = ()
    """Kinds of frames without which a viewer has not the full state."""
    rate: float = 0.0
    """Bytes a second that a viewer reads; 0: what comes."""
    receive_buffer: int = 0
    """SO_RCVBUF; 0: the system's own."""
    viewers: list[Viewer] = field(default_factory=list)
    recording: bool = False
    records: array[float] = field(default_factory=lambda: array("d"))
    kinds: Counter[str] = field(default_factory=Counter)
    """How many unmarked frames of each kind came."""
    bytes: int = 0
    acked: int = 0
    faults: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Why viewers were closed that did not close themselves."""
    last: dict[str, dict[str, object]] = field(default_factory=dict)

    def clear(self) -> None:
        """Begin to record anew."""
        self.records, self.kinds, self.bytes, self.acked = array("d"), Counter(), 0, 0
        self.faults, self.lost = [], []


class Viewer:
    """One socket."""

    __slots__ = (
        "_absent",
        "_allowance",
        "_arrived",
        "_group",
        "_index",
        "_load",
        "_newest",
        "_read_at",
        "_rest",
        "_since",
        "_socket",
        "_soon",
        "_turn",
        "_unacknowledged",
        "_unacknowledged_bytes",
        "fd",
        "missing",
        "stalled",
        "state",
        "token",
    )

    def __init__(self, load: Load, group: Group, index: int) -> None:
        self._load, self._group, self._index = load, group, index
        self.token = ""
        self.stalled = False
        self.state: State = "closed"
        self._turn = 0
        """Counts acknowledgements, so that one that is due knows whether it was overtaken."""

    def connect(self, now: float) -> None:
        """Begin to connect; also again, with the token of the seat it had."""
        self._rest = bytearray()
        self._newest, self._arrived = 0, now
        self._unacknowledged, self._unacknowledged_bytes = 0, 0
        self._soon = False
        self._turn += 1
        self._allowance, self._since = 0.0, now
        self._absent = self._read_at = now
        self.missing = set(self._group.needs)
        self.stalled = False
        self.state = "connecting"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._group.receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._group.receive_buffer)
        self.fd = self._socket.fileno()
        self._socket.connect_ex(("127.0.0.1", self._group.port))
        self._load.watch(self, select.EPOLLOUT)

    def close(self, why: str = "") -> None:
        """Close the socket; `why` when it was not this side's wish."""
        if self.state == "closed":
            return
        self.state = "closed"
        self._load.forget(self)
        self._socket.close()
        if why:
            self._group.lost.append(why)
            self._load.arrived(self)

    def stall(self) -> None:
        """Read nothing more, answer nothing more; notice only the end."""
        self.stalled = True
        self._turn += 1
        self._load.change(self, HUNG_UP)

    def ready(self, event: int, now: float) -> None:
        """The socket can be read, was connected, or is gone."""
        if self.stalled:
            self.close("cut")
        elif self.state == "connecting":
            self._upgrade()
        else:
            self._read(now)

    def _upgrade(self) -> None:
        error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self.close(os.strerror(error))
            return
        key = base64.b64encode(os.urandom(16)).decode()
        self.state = "upgrading"
        self._socket.send(
            f"GET {self._group.path} HTTP/1.1\r\nHost: 127.0.0.1:{self._group.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._load.change(self, READ)

    def _read(self, now: float) -> None:
        size = len(BUFFER)
        if self._group.rate:
            size = self._allowed(now)
            if not size:
                return
        try:
            size = self._socket.recv_into(BUFFER, size)
        except BlockingIOError:
            return
        except OSError as error:
            self.close(error.strerror or "lost")
            return
        if not size:
            self.close("closed")
            return
        self._absent = max(self._read_at, self._load.looked_before)
        self._read_at = now
        self._allowance -= size
        self._group.bytes += size
        rest = self._rest
        if rest or self.state == "upgrading":
            rest += BUFFER[:size]
            if self.state == "upgrading" and not self._upgraded(rest):
                return
            del rest[: self._parse(rest, len(rest), now)]
        else:
            done = self._parse(BUFFER, size, now)
            if done < size:
                rest += BUFFER[done:size]

    def _allowed(self, now: float) -> int:
        """How much a slow link brings now; nothing: look again in a hundredth of a second."""
        rate = self._group.rate
        self._allowance = min(2 * TRICKLE * rate, self._allowance + rate * (now - self._since))
        self._since = now
        if self._allowance >= TRICKLE * rate / 2:
            return int(self._allowance)
        self._load.change(self, 0)
        self._load.later(now + TRICKLE, lambda: self._load.change(self, READ))
        return 0

    def _upgraded(self, rest: bytearray) -> bool:
        end = rest.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not rest.startswith(b"HTTP/1.1 101"):
            self.close(bytes(rest[: rest.find(b"\r\n")]).decode(errors="replace"))
            return False
        del rest[: end + 4]
        self.state = "greeting"
        if self._group.dialect == "gnn":
            self.say(json.dumps({**self._group.hello, "token": self.token, "nonce": f"load-{self._index}"}).encode())
        elif self._group.dialect == "plain":
            self._live()
        return True

    def _live(self) -> None:
        self.state = "live"
        if not self.missing:
            self._load.arrived(self)

    def say(self, text: bytes, opcode: int = 1) -> None:
        """Send a message; a socket that takes no more of these small ones loses it."""
        size = len(text)
        head = (
            bytes((0x80 | opcode, 0x80 | size)) if size < 126 else bytes((0x80 | opcode, 0xFE, size >> 8, size & 255))
        )
        try:
            self._socket.send(head + b"\0\0\0\0" + text)
        except BlockingIOError:
            self._group.faults.append("a message was not sent: the socket is full")
        except OSError as error:
            self.close(error.strerror or "lost")

    def _parse(self, data: bytearray, end: int, now: float) -> int:
        """Take whole websocket frames; returns where the first that is not whole begins."""
        at = 0
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                start = at + 4
                size = int.from_bytes(data[at + 2 : start]) if start <= end else end
            elif size == 127:
                start = at + 10
                size = int.from_bytes(data[at + 2 : start]) if start <= end else end
            stop = start + size
            if stop > end:
                break
            first = data[at]
            if first == 0x82:
                self._binary(data, start, stop, now)
            elif first == 0x81:
                self._text(data, start, stop, now)
            else:
                self._control(first, bytes(data[start:stop]))
            if self.state == "closed":
                return end
            at = stop
        return at

    def _binary(self, data: bytearray, start: int, stop: int, now: float) -> None:
        group = self._group
        known = 0.0
        if stop - start >= MARK.size:
            known, count, due, made = MARK.unpack_from(data, stop - MARK.size)
        if known == KNOWN:
            if due == SEEN_AT_SENDER:
                due = made = self._load.sent.get(count, now)
            if group.recording:
                group.records.extend((self._index, count, now, due, made, self._absent))
            self._load.marked_at = now
        if group.dialect == "gnn":
            if known != KNOWN or self.missing:
                self._note(data, start)
            if group.acks and data[start + SEQUENCE] != 48:  # "0"
                begin = start + SEQUENCE
                self._received(int(data[begin : data.index(b",", begin)]), stop - start, now)

    def _received(self, seq: int, size: int, now: float) -> None:
        """A frame that is to be acknowledged, at once or a little later with others."""
        self._newest = max(self._newest, seq)
        self._arrived = now
        self._unacknowledged += 1
        self._unacknowledged_bytes += size
        if self._unacknowledged >= ACK_EVERY or self._unacknowledged_bytes >= ACK_BYTES:
            self._acknowledge_soon(now)
        elif self._unacknowledged == 1:
            self._load.acks.append((now + ACK_DELAY, self, self._turn))

    def _acknowledge_soon(self, now: float) -> None:
        if not self._group.ack_batch:
            self.acknowledge(self._turn, now)
        elif not self._soon:
            self._soon, turn = True, self._turn
            at = now + self._group.ack_batch
            self._load.later(at, lambda: self.acknowledge(turn, at))

    def acknowledge(self, turn: int, now: float) -> None:
        """Acknowledge the newest frame, unless that was done since, and say how long that waited."""
        if turn != self._turn or self.state == "closed":
            return
        self._turn += 1
        self._soon = False
        self._unacknowledged, self._unacknowledged_bytes = 0, 0
        self._group.acked += 1
        self.say(b'{"t":"ack","seq":%d,"after":%d}' % (self._newest, round(1000 * (now - self._arrived))))

    def _note(self, data: bytearray, start: int) -> None:
        """A frame of the program: which kind, and what of it matters here."""
        begin = data.index(b'"t":"', start) + 5
        kind = data[begin : data.index(b'"', begin)].decode()
        group = self._group
        group.kinds[kind] += 1
        if group.keep or kind in ("welcome", "fault"):
            length = int.from_bytes(data[start : start + 4], "little")
            header: dict[str, object] = json.loads(bytes(data[start + 4 : start + 4 + length]))
            if group.keep:
                group.last[kind] = {**header, "arrived": time.monotonic()}
            if kind == "welcome":
                self.token = str(header["token"])
                self._live()
            elif kind == "fault":
                group.faults.append(str(header["detail"]))
        if self.missing and self.state == "live":
            self.missing.discard(kind)
            if not self.missing:
                self._load.arrived(self)

    def _text(self, data: bytearray, start: int, stop: int, now: float) -> None:
        begin = data.rfind(TEXT_MARK, max(start, stop - 120), stop)
        if begin >= 0:
            begin += len(TEXT_MARK)
            count, due, made = data[begin : data.index(b"]", begin)].split(b",")
            if self._group.recording:
                record = (self._index, float(count), now, float(due), float(made), self._absent)
                self._group.records.extend(record)
            self._load.marked_at = now
        elif self._group.dialect == "socketio":
            packet = bytes(data[start : start + 2])
            if packet[:1] == b"0":
                self.say(b"40")
            elif packet == b"40":
                self._live()
            elif packet == b"2":
                self.say(b"3")

    def _control(self, first: int, body: bytes) -> None:
        if first == 0x89:
            self.say(body, 0xA)
        elif first == 0x88:
            self.close(f"close {int.from_bytes(body[:2])} {body[2:].decode(errors='replace')}".strip())
        elif first != 0x8A:
            self.close(f"a frame that starts with {first:#x}")
