"""What must hold in every world, looked at as it goes and at its end."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from server.protocol.messages import AUDIENCES, seat
from server.protocol.wire import pack
from server.room.view import frames
from tests.simulation.script import FIRST, OTHER

if TYPE_CHECKING:
    from tests.simulation.client import Browser
    from tests.simulation.processes import Host
    from tests.simulation.wire import Head
    from tests.simulation.world import World

TURN = 0.1
"""Seconds of computing after which an engine's turn holds up whoever waits."""
ANSWERED = 6.0
"""Seconds within which an instructor is answered while nothing is wrong with engine and disk."""
LIVE = 25.0
"""Seconds after the last fault within which everybody is live and everything is carried out."""
DRAINED = 180.0
"""Seconds more within which the last byte of a flood has been read, however slowly."""
ENDED = 40.0
"""Seconds after which an engine that hangs has been ended."""
LOGGED = 64 * 1024
"""Bytes in the log that one seat may fill in a world."""
_FOREIGN = {FIRST: OTHER.encode(), OTHER: FIRST.encode()}


@dataclass
class Judge:
    """Sees everything and keeps what must not be."""

    world: World
    violations: list[str] = field(default_factory=list)
    secrets: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    """By question: its session and the answer that nobody may see before it is revealed."""
    frames: int = 0
    slowest: float = 0.0
    logged: Counter[str] = field(default_factory=Counter)
    trace: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    lines: list[str] = field(default_factory=list)
    over: bool = False
    """Whether the world has ended, and only what is left of it goes."""

    def wrong(self, sentence: str) -> None:
        """Something that must not be."""
        if self.over:
            return
        if len(self.violations) < 20:
            self.violations.append(f"{self.world.clock.now - self.world.began:.3f} s: {sentence}")
        self.note(f"VIOLATION {sentence}")

    def note(self, line: str) -> None:
        """A line of the trace."""
        self.trace.update(f"{self.world.clock.now:.6f} {line}\n".encode())
        if self.world.verbose:
            self.lines.append(f"{self.world.clock.now - self.world.began:9.4f} {line}")

    # --- as it goes -------------------------------------------------------------------------------

    def seen(self, browser: Browser, head: Head, payload: bytes) -> None:
        """A browser got a frame."""
        self.frames += 1
        self.trace.update(b"%d %.6f " % (browser.number, self.world.clock.now) + payload)
        if self.world.verbose:
            self.note(f"   {browser.role} {browser.number} sees {head.t} {head.seq & 0xFFFF} {head.code} {head.detail}")
        if _FOREIGN.get(browser.session, b"\0\0") in payload:
            self.wrong(f"{browser.role} {browser.number} of {browser.session} was sent a frame of the other session")
        if browser.role != "instructor":
            for session, secret in self.secrets.values():
                if session == browser.session and secret in payload:
                    self.wrong(f"{browser.role} {browser.number} saw an answer before it was revealed, in {head.t}")
        if head.t == "fault":
            self._fault(browser, head)

    def _fault(self, browser: Browser, head: Head) -> None:
        if head.code == "full" and (browser.role == "instructor" or browser.entered):
            self.wrong(f"{browser.role} {browser.number}, who was here before, is refused: {head.detail}")
        if head.code == "not_ready" and browser.role == "instructor" and self.world.calm_for() > 1.0:
            self.wrong(f"instructor {browser.number} is refused while the engine is there: {head.detail}")
        if head.code == "failed" and not self.world.disk_was_bad and "died twice" not in head.detail:
            self.wrong(f"{browser.role} {browser.number} was told of a defect: {head.detail}")

    def turned(self, host: Host, seconds: float) -> None:
        """An engine had a turn that computed for so long."""
        self.trace.update(b"turn %d %.6f %.6f" % (host.pid, self.world.clock.now, seconds))
        if self.world.verbose:
            self.note(f"engine {host.pid} turned {seconds:.4f}")
        if host.worked > 1:
            self.wrong(f"a turn of engine {host.pid} did {host.worked} pieces of what takes long")
        if host.ready_at is not None and self.world.clock.now > host.ready_at:
            self.slowest = max(self.slowest, seconds)
            if seconds > TURN + 1e-6:
                self.wrong(f"a turn of engine {host.pid} took {seconds:.3f} s")

    def turned_away(self, browser: Browser, code: int) -> None:
        """A browser was told not to come back."""
        if code == 4401 and browser.role == "instructor":
            self.world.give_new_key(browser)
        else:
            self.wrong(f"{browser.role} {browser.number} was closed with {code}")

    def forgotten(self, browser: Browser, head: Head) -> None:
        """The server knows less of a tab's numbers than it said."""
        self.wrong(f"{browser.role} {browser.number}: upto {head.upto}, expected {browser.pending[0][0] - 1} at least")

    def look(self) -> None:
        """Once a second: is every instructor answered?"""
        now, calm = self.world.clock.now, self.world.calm_for()
        for browser in self.world.browsers:
            if browser.role == "instructor" and browser.live and browser.pending:
                waited = min(now - browser.pending[0][2], now - browser.live_since, calm)
                if waited > ANSWERED:
                    self.wrong(f"instructor {browser.number} waits for an answer for {waited:.1f} s")
        for host in self.world.processes.living():
            silent = now - host.stopped_at if host.stopped else 0.0
            if silent > self.world.noticed and self.world.gateway.ready:
                self.wrong(f"engine {host.pid} is silent for {silent:.1f} s and counts as ready")

    # --- at the end -------------------------------------------------------------------------------

    def settle(self) -> None:
        """What must hold when nothing is on its way any more."""
        for browser in self.world.browsers:
            if browser.status in ("away", "stopped") and browser.number not in self.world.gone:
                self.wrong(f"{browser.role} {browser.number} is {browser.status}")
            elif browser.number not in self.world.gone and not browser.hostile:  # who floods is read slowly
                self._picture(browser)
        self._tasks()
        self._log()

    def _picture(self, browser: Browser) -> None:
        room = self.world.room(browser.session)
        if room is None:
            self.wrong(f"no engine plays {browser.session}")
            return
        audiences = AUDIENCES[browser.role] | {seat(browser.seat)}
        expected: dict[str, bytes] = {}
        for shown in frames(None, room, self.world.scenes):
            if shown.out.to in audiences:
                packed = pack(shown.out.frame)
                tag = str(shown.out.frame.__struct_config__.tag)
                tag = shown.out.slot[1] if tag == "receipt" else tag
                expected[tag] = packed.header[1:] + packed.tail
        for tag, body in expected.items():
            if tag.startswith("receipt:") and tag != f"receipt:{browser.nonce}":
                continue
            if browser.latest.get(tag) != body:
                self.wrong(f"{browser.role} {browser.number} sees {browser.latest.get(tag)!r}, expected {body!r}")
        for tag in browser.latest:
            if "." in tag and tag not in expected:
                self.wrong(f"{browser.role} {browser.number} still sees {tag}")

    def _tasks(self) -> None:
        for task in self.world.tasks:
            # One whose exception somebody took was awaited; the others nobody knows of.
            if task.done() and not task.cancelled() and task._log_traceback and task.exception() is not None:
                self.wrong(f"a task died: {getattr(task.get_coro(), '__qualname__', '')}: {task.exception()!r}")

    def _log(self) -> None:
        """Every numbered command of a tab is in the log once, in order."""
        rows = self.world.entries()
        last: dict[tuple[str, str, str], int] = {}
        for session, who, nonce, number, size in rows:
            self.logged[who] += size
            if number is None:
                continue
            tab = (session, who, nonce)
            if number != last.get(tab, 0) + 1:
                self.wrong(f"{session}: the log has number {number} of a tab of {who} after {last.get(tab, 0)}")
            last[tab] = number
        for browser in self.world.browsers:
            done = last.get((browser.session, browser.seat, browser.nonce), 0)
            if browser.last != done and not browser.hostile and browser.number not in self.world.gone:
                self.wrong(f"{browser.role} {browser.number} sent {browser.last} commands, {done} are in the log")
        for who, size in self.logged.items():
            if size > LOGGED and who != "instructor":
                self.wrong(f"seat {who} filled {size:,} bytes of the log")
        for session in (FIRST, OTHER):
            room = self.world.room(session)
            if room is not None and room.open is not None and room.open.name == "pad":
                marks = getattr(room.open.state, "marks", ())
                count: Counter[tuple[str, int]] = Counter(marks)
                if any(n > 1 for n in count.values()):
                    self.wrong(f"{session}: carried out twice: {[mark for mark, n in count.items() if n > 1]}")
                newest: dict[str, int] = {}
                for tab, number in marks:
                    if number < newest.get(tab, 0):
                        self.wrong(f"{session}: {tab} was carried out with {number} after {newest[tab]}")
                    newest[tab] = number


def readable(body: bytes) -> object:
    """A frame's fields, for a message."""
    return msgspec.json.decode(b"{" + body)
