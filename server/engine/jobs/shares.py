"""Whose job takes the next step: the session's that had the least of the engine's time, so that all get equal shares.

    spent_s <- max(spent_s, v) + seconds of the step,     v = spent of the session chosen last

Turns alone would give a job with steps of 100 ms twenty times the share of one with 5 ms. v keeps a session that had
nothing to do for a while from making up for it. Source: start-time fair queueing, Goyal et al. 1996, SIGCOMM, sec. 2.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class Turns(Generic[K]):
    """What each session (or job, named by K) has had, in seconds of virtual time, and the number of its last turn."""

    _had: dict[K, tuple[float, int]] = field(default_factory=dict)
    _now: float = 0.0
    _turn: int = 0

    def next(self, due: Iterable[K]) -> K | None:
        """The one of these sessions that had least; of equal ones who waits longest; None where there is none."""
        return min(due, key=lambda name: self._had.get(name, (0.0, 0)), default=None)

    def took(self, name: K, seconds: float) -> None:
        """A step of this session took so long."""
        spent, _ = self._had.get(name, (0.0, 0))
        self._now = max(self._now, spent)
        self._turn += 1
        self._had[name] = self._now + seconds, self._turn

    def forget(self, name: K) -> None:
        """The session is gone."""
        self._had.pop(name, None)
