"""What is known of a world when it is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.simulation.script import Script


@dataclass
class Report:
    """What a world held, and what must not be."""

    script: Script
    trace: str
    violations: list[str]
    commands: int
    viewers: int
    frames: int
    events: Counter[str]
    """By kind; leaves by their kind too."""
    seconds: float
    """Virtual ones."""
    slowest: float
    """Seconds of the longest turn of an engine."""
    logged: int
    """Bytes of the seat that wrote most."""
    lines: list[str]
