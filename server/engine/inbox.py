"""What came from the gateway and is not carried out yet: a queue for each session, served in fair turns.

A turn of the engine ends after `TURN` seconds, a session's share of it after `SHARE` seconds or `MOST` commands; the
next turn begins with the session behind the last one. So a flood in one session delays another one by about a turn.
Nothing more is read while `ENOUGH` messages wait, and the pipe fills up: there the gateway bounds each session.
What waits for one session alone (its recovery, an answer) is no reason to read nobody else's: it has `MOST_HELD`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from server.engine.decoding import Decoded, number_of
from server.pipe.bus import Drop, EnginePipe, Inbound, PipeClosed, Up
from server.protocol.messages import Fault

TURN = 0.05
SHARE = 0.01
MOST = 64
ENOUGH = 1000
MOST_HELD = 1000
"""Messages of a session that waits itself, from which on its students' commands are not taken; others always are."""
STARVED = 0.25
"""Seconds after which a job takes a step although commands wait."""


@dataclass(slots=True)
class Waiting:
    """One session's messages in order; those of `run` are decoded and collapsed already, and come first."""

    ups: deque[Up] = field(default_factory=deque)
    run: deque[Decoded] = field(default_factory=deque)

    def __bool__(self) -> bool:
        return bool(self.ups or self.run)

    @property
    def leaves(self) -> bool:
        """Whether the session is dropped next."""
        return not self.run and isinstance(self.ups[0], Drop)

    def emptied(self) -> list[Up]:
        """All of it as it came, taken out."""
        ups = [*(asked.inbound for asked in self.run), *self.ups]
        self.run.clear()
        self.ups.clear()
        return ups


def put_by(ups: deque[Up], more: Iterable[Up], waiting: int = 0) -> Iterator[Inbound]:
    """Add messages to those of a session that waits, of which so many stand elsewhere; yields what is too much."""
    for up in more:
        if len(ups) + waiting >= MOST_HELD and isinstance(up, Inbound) and up.role == "student":
            yield up
        else:
            ups.append(up)


def too_much(inbound: Inbound) -> Fault:
    """Why it is not taken."""
    told = f"expected at most {MOST_HELD:,} messages to wait for {inbound.session}, got more: send it again in a moment"
    return Fault(code="not_ready", detail=told, re=number_of(inbound))


class CommandQueues:
    """All sessions' queues, filled from the pipe."""

    def __init__(self, pipe: EnginePipe, clock: Callable[[], float]) -> None:
        self._pipe = pipe
        self._clock = clock
        self._queues: dict[str, Waiting] = {}
        """By session, the one whose turn it is in front."""
        self._held: dict[str, Waiting] = {}
        """Those of sessions that wait for something; nobody else waits for them."""
        self._excess: list[Inbound] = []
        self._gave_way = clock()

    def __bool__(self) -> bool:
        return bool(self._queues)

    @property
    def size(self) -> int:
        """Messages that wait here."""
        return sum(len(waiting.ups) + len(waiting.run) for waiting in self._queues.values())

    def fill(self, timeout: float) -> None:
        """Take in what lies in the pipe, waiting so many seconds for it where nothing waits here.

        Raises:
            PipeClosed: the gateway is gone, and everything that it said was carried out.
        """
        if self.size > ENOUGH or not self._pipe.wait(0.0 if self._queues else timeout):
            return
        try:
            arrived = self._pipe.receive()
        except PipeClosed:
            if not self._queues:
                raise
            return
        for up in arrived:
            held = self._held.get(up.session)
            if held is None:
                self._queues.setdefault(up.session, Waiting()).ups.append(up)
            else:
                self._excess += put_by(held.ups, [up], len(held.run))

    def excess(self) -> list[Inbound]:
        """What came for held sessions and is too much, taken out."""
        excess, self._excess = self._excess, []
        return excess

    def hold(self, name: str, waiting: Waiting) -> None:
        """Leave a session's messages where they are, until it is released."""
        self._held[name] = Waiting(waiting.ups.copy(), waiting.run.copy())
        waiting.ups.clear()
        waiting.run.clear()

    def release(self, ready: Callable[[str], bool]) -> None:
        """Serve the held sessions again that are ready."""
        for name in [name for name in self._held if ready(name)]:
            self._queues[name] = self._held.pop(name)

    def put(self, session: str, ups: Iterable[Up]) -> None:
        """Messages that were held elsewhere come before what came for their session since."""
        self._queues.setdefault(session, Waiting()).ups.extendleft(reversed(list(ups)))

    def gives_way(self) -> bool:
        """Whether a job may take a step now: no command waits, or commands have held the jobs up for long."""
        now = self._clock()
        if (self or self._pipe.wait(0)) and now < self._gave_way + STARVED:
            return False
        self._gave_way = now
        return True

    def turn(self) -> Iterator[tuple[str, Waiting, Callable[[], bool]]]:
        """Each session's queue, once at most, until the turn is over, and what says that its share is over."""
        ends = self._clock() + TURN
        for _ in range(len(self._queues)):
            name = next(iter(self._queues))
            waiting = self._queues.pop(name)
            share = _Share(self._clock, min(ends, self._clock() + SHARE))
            yield name, waiting, share.over
            if waiting:
                self._queues[name] = waiting
            if self._clock() >= ends:
                return


@dataclass(slots=True)
class _Share:
    """One session's share of a turn."""

    clock: Callable[[], float]
    ends: float
    done: int = 0

    def over(self) -> bool:
        """One more command is done: was it the last of this turn?"""
        self.done += 1
        return self.done >= MOST or self.clock() >= self.ends
