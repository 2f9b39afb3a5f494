"""Watchdog timer: how long a process has been silent, and the heartbeat by which it shows that it goes on.

    silence += min(time since the last look, AWAKE)        any message sets it to 0; announced time does not count

A look that comes late says that the listener itself was stopped (a laptop that slept, a machine that swapped), so no
more than `AWAKE` of it counts. A step that may take long is announced with its longest time before it begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

PERIOD = 1.0
"""Seconds between two heartbeats, and between two looks of a listener."""
AWAKE = 1.5
"""Seconds of silence that one look can add."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a process may be silent, in seconds."""

    silent: float = 5.0
    """From then on it counts as one that does not answer."""
    hung: float = 30.0
    """From then on it is ended."""
    start: float = 180.0
    """For its start: it loads torch, from a slow disk perhaps."""
    still: float = 6.0
    """From then on one is ended that stands still, as is seen from outside: it was stopped, or waits for what never
    comes."""


PATIENCE = Patience()


@dataclass(slots=True)
class Watchdog:
    """The listener's side: what it knows of one process."""

    patience: Patience = PATIENCE
    clock: Callable[[], float] = time.monotonic
    silence: float = 0.0
    """Seconds without a sign of life that count."""
    busy: str = ""
    """What the process announced last that takes long."""
    _left: float = 0.0
    """Seconds of the announced time that are left."""
    _looked: float = field(init=False)

    def __post_init__(self) -> None:
        self._looked = self.clock()

    @property
    def answers(self) -> bool:
        """Whether the process counts as one that answers."""
        return self.silence < self.patience.silent

    @property
    def hung(self) -> bool:
        """Whether it has been silent for so long that it is to be ended."""
        return self.silence >= self.patience.hung

    def feed(self) -> None:
        """A message of the process has arrived."""
        self.silence = 0.0

    def announced(self, busy: str, seconds: float) -> None:
        """The process begins something that takes so many seconds at most; 0: it is over."""
        self.feed()
        self.busy, self._left = busy, seconds

    def look(self) -> None:
        """Count the silence since the last look; to be called every `PERIOD`, after what has arrived was taken in."""
        now = self.clock()
        passed = min(max(0.0, now - self._looked), AWAKE)
        self._looked = now
        self.count(passed)

    def count(self, passed: float) -> None:
        """So many seconds without a sign of life."""
        covered = min(passed, self._left)
        self._left -= covered
        self.silence += passed - covered


class Heartbeat:
    """The speaker's side: a sign of life every `PERIOD` from the loop itself, and announcements of what takes long."""

    def __init__(self, send: Callable[[str, float], None], clock: Callable[[], float] = time.monotonic) -> None:
        """`send` gets what the process is busy with ("" for nothing) and the seconds that this takes at most."""
        self._send = send
        self._clock = clock
        self._busy, self._seconds = "", 0.0
        self._known: set[str] = set()
        self.due = clock() + PERIOD
        """When the next sign of life is due."""

    def beat(self) -> bool:
        """Say that the loop goes on, if that is due, and whether it was; between two pieces of work it costs little.

        Within what was announced it grants the same time again, since a piece of it is done.
        """
        due = self._clock() >= self.due
        if due:
            self._say()
        return due

    def announce(self, busy: str, seconds: float, *, again: bool = True) -> None:
        """Say that what begins now may take so many seconds; it holds until `rest`.

        Without `again` only for the first time: what is done again is done fast.
        """
        if again or busy not in self._known:
            if not again:
                self._known.add(busy)
            self._busy, self._seconds = busy, seconds
            self._say()

    def within(self, timeout: float | None) -> float:
        """So many seconds (None: as long as it takes), but not beyond the next sign of life."""
        left = max(0.0, self.due - self._clock())
        return left if timeout is None else min(timeout, left)

    def rest(self) -> bool:
        """Say that what was announced is over, or beat; whether something was said."""
        if not self._seconds:
            return self.beat()
        self._busy, self._seconds = "", 0.0
        self._say()
        return True

    def _say(self) -> None:
        self.due = self._clock() + PERIOD
        self._send(self._busy, self._seconds)
