"""The rooms that are being recovered, a slice at a time between the turns of others; their messages wait in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from server.engine.inbox import put_by
from server.engine.recovery import Steps
from server.engine.timeline import Timeline
from server.pipe.bus import Inbound, Up

SLICE = 0.05
"""Seconds of a turn that recovery may take."""


@dataclass(slots=True)
class _Recovery:
    steps: Steps
    waiting: deque[Up] = field(default_factory=deque)
    spent: float = 0.0

    @property
    def rank(self) -> tuple[bool, float]:
        """Rooms with a command that waits for its answer come first, then those that took the least time."""
        return not any(isinstance(up, Inbound) for up in self.waiting), self.spent


@dataclass(frozen=True, slots=True)
class Recovered:
    """A room that is back, and what came for it meanwhile."""

    session: str
    timeline: Timeline
    waiting: deque[Up]
    spent: float


class Recoveries:
    """Recoveries in progress, each by its session."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running: dict[str, _Recovery] = {}

    def __len__(self) -> int:
        return len(self._running)

    def __contains__(self, session: str) -> bool:
        return session in self._running

    def begin(self, session: str, steps: Steps) -> None:
        """Recover this session, from the next slice on."""
        self._running[session] = _Recovery(steps)

    def hold(self, session: str, ups: Iterable[Up]) -> list[Inbound]:
        """Keep messages for a session until it is back; returns what is too much."""
        return list(put_by(self._running[session].waiting, ups))

    def slice(self) -> Iterator[Recovered]:
        """A slice of the recoveries whose turn it is; the rooms that are back."""
        ends = self._clock() + SLICE
        while self._running and self._clock() < ends:
            session, recovery = min(self._running.items(), key=lambda item: item[1].rank)
            began = self._clock()
            try:
                while self._clock() < ends:
                    next(recovery.steps)
            except StopIteration as done:
                del self._running[session]
                yield Recovered(session, done.value, recovery.waiting, recovery.spent + self._clock() - began)
            recovery.spent += self._clock() - began
