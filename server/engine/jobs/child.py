"""A process beside the engine: it stands back behind everything that somebody waits for, and ends with the engine."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

NICE = 10
"""Behind the engine, which is niced itself: frames and answers come first."""
DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG


def stand_back(parent: int) -> None:
    """What such a process does first; `parent` is the engine's process, which may be gone already."""
    os.nice(NICE)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)


def end_with(parent: int) -> None:
    """End when this parent does, also in the middle of a step, or stopped; where the system knows no such thing, the
    end of a pipe has to be noticed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_OF_PARENT, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before
            os._exit(0)
