"""What a process shows without its doing: whether it runs, waits or is stopped, and the CPU time that it has taken.

    /proc/PID/stat: pid (name) state ppid … utime stime …        in clock ticks; Linux alone, elsewhere nothing is known

A process that loads a large library can say nothing for seconds, and one that was stopped never does: from outside
they look different.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

_STATE, _USER, _SYSTEM = 0, 11, 12
"""Fields behind the name, which may hold blanks and brackets itself."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at a process."""

    state: str
    """Of its main thread: R runs or would run, D waits for a disk, S waits for anything else, T is stopped, Z ended."""
    cpu: float
    """Seconds that all its threads took."""


def vitals(process: int) -> Vitals | None:
    """How the process with this id is; None where that is not known."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return Vitals(fields[_STATE].decode(), (int(fields[_USER]) + int(fields[_SYSTEM])) / _ticks())
    except (OSError, IndexError, ValueError):
        return None


def _ticks() -> int:
    return os.sysconf("SC_CLK_TCK")
