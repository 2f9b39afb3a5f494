"""Plain numbers that both processes count while they work; `server/gateway/metrics.py` tells them to Prometheus.

Counting costs an attribute's `+= 1`. The gateway holds one `Counters`; an engine holds one `EngineStats` and sends it
whole every two seconds, so that a message lost with a dying engine costs nothing but the last moments.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

import msgspec

from server.protocol.faults import FaultCode
from server.protocol.messages import Role

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
"""Upper ends of every histogram's buckets, in seconds: from a frame nobody notices to a viewer that is cut."""
SLOW = 0.1
"""Seconds in which an engine has to come back to its commands; a longer step is counted as slow."""
STATS_PERIOD = 2.0
"""Seconds between two messages of an engine's numbers."""


@dataclass(slots=True)
class Traffic:
    """What was delivered, by one outbox or by many together."""

    delivered: int = 0
    sent: int = 0
    """Bytes."""
    skipped: int = 0
    """Frames that were replaced by a newer one before they could leave."""
    cut: int = 0
    """Browsers that were given up."""

    def add(self, other: Traffic) -> None:
        """Count what another counted as well."""
        self.delivered += other.delivered
        self.sent += other.sent
        self.skipped += other.skipped
        self.cut += other.cut


def _empty() -> list[int]:
    return [0] * (len(BOUNDS) + 1)


class Histogram(msgspec.Struct, array_like=True):
    """How many durations fell into each bucket (a bound belongs to the bucket below it), and their sum in seconds."""

    counts: list[int] = msgspec.field(default_factory=_empty)
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class EngineStats(msgspec.Struct, array_like=True):
    """An engine's numbers since it started."""

    sessions: int = 0
    """Sessions it holds now."""
    commands: Histogram = msgspec.field(default_factory=Histogram)
    """Seconds from a command's arrival in the engine to the receipt, frame or fault that answers it."""
    refused: dict[FaultCode, int] = msgspec.field(default_factory=dict)
    steps: Histogram = msgspec.field(default_factory=Histogram)
    """Seconds that one turn of the loop worked, waiting not counted."""
    slow_steps: int = 0
    """Turns that took longer than `SLOW`."""
    job_steps: int = 0
    job_seconds: float = 0.0

    def refuse(self, code: FaultCode) -> None:
        """A command was answered with a fault."""
        self.refused[code] = self.refused.get(code, 0) + 1

    def stepped(self, seconds: float) -> None:
        """One turn of the loop is over."""
        self.steps.add(seconds)
        self.slow_steps += seconds > SLOW

    def worked(self, seconds: float) -> None:
        """A job was advanced by one step."""
        self.job_steps += 1
        self.job_seconds += seconds


def _lags() -> dict[Role, Histogram]:
    return {"student": Histogram(), "stage": Histogram(), "instructor": Histogram()}


@dataclass(slots=True)
class Counters:
    """The gateway's numbers since it started; whoever does a thing counts it."""

    viewers: Counter[Role] = field(default_factory=Counter)
    """Sockets that were let in."""
    relayed: int = 0
    """Commands that were passed on to an engine."""
    refused: Counter[FaultCode] = field(default_factory=Counter)
    """Messages that the gateway answered with a fault instead."""
    lag: dict[Role, Histogram] = field(default_factory=_lags)
    """From a frame's sending to its acknowledgement."""
    engine_restarts: int = 0
    drains: int = 0
    """Stops on purpose that were begun; 1 means that this process is going."""
    engines: dict[int, EngineStats] = field(default_factory=dict)
    """What each engine said last, by its place from 0."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is there at this moment, and what was delivered until now."""

    traffic: Traffic
    viewers: Counter[Role]
    sessions: int
    engines_ready: int
    engine_hangs: int = 0
    """Engines that were killed since the start because they did not answer."""
