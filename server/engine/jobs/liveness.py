"""Liveness and progress of a process that computes: one that stands still is found soon, one that computes is let be.

                                     motion (6 s, then ended)       progress (30 s, or what was announced, then ended)
    a message came                   0                              0
    it runs, or would if it could    0                              + the CPU time that it took
    it waits, and took CPU time      0                              + the time that passed
    it waits for a disk              as it was                      + the time that passed
    it waits or is stopped, no CPU   + the time that passed         as it was

So a machine ten times slower, or one with much else to do, costs no process its life: what it does not get does not
count. Where nothing is known of a process from outside, the time that passes counts as time without progress.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from server.engine.jobs.vitals import Vitals, vitals
from server.pipe.watchdog import AWAKE, PATIENCE, Patience, Watchdog


class Liveness:
    """What is known of one process."""

    def __init__(
        self,
        process: int,
        patience: Patience = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        read: Callable[[int], Vitals | None] = vitals,
    ) -> None:
        """It is being started, which may take as long as the patience says."""
        self._process, self._clock, self._read = process, clock, read
        self._motion = Watchdog(replace(patience, hung=patience.still))
        self._progress = Watchdog(patience)
        self._progress.announced("its start", patience.start)
        self._looked, self._cpu = clock(), 0.0

    @property
    def answers(self) -> bool:
        """Whether the process counts as one that goes on."""
        return self._motion.answers and self._progress.answers

    @property
    def hung(self) -> bool:
        """Whether it is to be ended."""
        return self._motion.hung or self._progress.hung

    def feed(self) -> None:
        """A message of the process has arrived."""
        self._motion.feed()
        self._progress.feed()

    def announced(self, seconds: float) -> None:
        """What it does next may take so many seconds; 0 for no longer than usual."""
        self.feed()
        self._progress.announced("", seconds)

    def look(self) -> None:
        """Count the time since the last look; after what has arrived was taken in."""
        now = self._clock()
        passed, self._looked = min(max(0.0, now - self._looked), AWAKE), now
        seen = self._read(self._process)
        if seen is None:
            self._progress.count(passed)
            return
        took, self._cpu = seen.cpu - self._cpu, seen.cpu
        if seen.state == "R" or took > 0:
            self._motion.feed()
            self._progress.count(min(took, passed) if seen.state == "R" else passed)
        elif seen.state == "D":
            self._progress.count(passed)
        else:
            self._motion.count(passed)
