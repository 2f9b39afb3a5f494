"""Token buckets: what somebody may do at once, and how fast in the long run.

    credit <- min(burst, credit + rate * seconds)          an amount is allowed while credit covers it

One seat's tabs share an `Allowance`; it outlives its last socket until it is full again, so that coming back gives
nobody a new burst.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from server.protocol.messages import Role

RATE, BURST = 30.0, 60.0
"""Messages: a second in the long run, and at once."""
BYTES: dict[Role, tuple[float, float]] = {
    "student": (4 * 1024, 64 * 1024),
    "stage": (4 * 1024, 64 * 1024),
    "instructor": (256 * 1024, 2**20),
}
"""Bytes of messages: a second in the long run, and at once."""


@dataclass(slots=True)
class TokenBucket:
    """A token bucket: `rate` a second in the long run, `burst` at once."""

    rate: float = RATE
    burst: float = BURST
    clock: Callable[[], float] = time.monotonic
    credit: float = field(init=False)
    since: float = field(init=False)

    def __post_init__(self) -> None:
        self.credit = self.burst
        self.since = self.clock()

    def allows(self, amount: float = 1.0) -> bool:
        """Whether so much more is allowed now; what is not allowed costs nothing."""
        self._fill()
        if self.credit < amount:
            return False
        self.credit -= amount
        return True

    def empty(self, but: float = 0.0) -> None:
        """Take all that is left but so much."""
        self._fill()
        self.credit = min(self.credit, but)

    @property
    def full(self) -> bool:
        """Whether nothing was taken lately."""
        self._fill()
        return self.credit >= self.burst

    def _fill(self) -> None:
        now = self.clock()
        self.credit = min(self.burst, self.credit + (now - self.since) * self.rate)
        self.since = now


@dataclass(slots=True)
class Allowance:
    """What one seat may send: messages, and the bytes that are in them."""

    messages: TokenBucket = field(default_factory=TokenBucket)
    bytes: TokenBucket = field(default_factory=lambda: TokenBucket(*BYTES["student"]))

    @classmethod
    def of(cls, role: Role) -> Allowance:
        """The allowance of a new viewer of this role."""
        return cls(bytes=TokenBucket(*BYTES[role]))

    def refuses(self, size: int) -> Literal["messages", "bytes"] | None:
        """Take one message of so many bytes; which of the two is used up where it may not pass."""
        if not self.messages.allows():
            return "messages"
        return None if self.bytes.allows(size) else "bytes"

    @property
    def full(self) -> bool:
        """Whether it is as good as new."""
        return self.messages.full and self.bytes.full
