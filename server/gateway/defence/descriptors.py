"""Open files: a viewer is one, so a low limit shuts out a hall. The soft limit is raised, and some are kept back.

soft limit -> the hard one          kept back: `RESERVE` for panels, stages, engines and the database
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass

RESERVE = 48
"""Open files that students leave to the lecturer: panels, stages, the pages they load, an engine that starts again."""
LAST = 12
"""Open files below which no connection stays: an engine that starts again needs some."""
ENOUGH = 65_536
"""More is never asked for: some systems call the hard limit infinite and then refuse it."""


@dataclass(frozen=True, slots=True)
class Files:
    """How many files this process may have open, and how many it has beside its connections."""

    limit: int
    own: int

    def short(self, connections: int) -> bool:
        """Whether what is left is the reserve."""
        return self._left(connections) < RESERVE

    def exhausted(self, connections: int) -> bool:
        """Whether what is left must stay for the program itself."""
        return self._left(connections) < LAST

    @property
    def viewers(self) -> int:
        """Viewers that fit beside the reserve."""
        return max(0, self.limit - self.own - RESERVE)

    def _left(self, connections: int) -> int:
        return self.limit - self.own - connections


def raised() -> int:
    """Raise the soft limit of open files as far as this system lets us; returns the limit now in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    wanted = ENOUGH if hard == endless else min(hard, ENOUGH)
    while soft != endless and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            wanted //= 2  # macOS caps below the hard limit that it names
        else:
            soft = wanted
    return ENOUGH if soft == endless else soft


def now() -> Files:
    """The limit in force, and what is open at this moment."""
    return Files(raised(), _open())


def _open() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return len(os.listdir(folder))
        except OSError:
            continue
    return 32


def shortage(files: Files, viewers: int) -> str:
    """The sentence for the start where so many viewers do not fit; "" where they do."""
    if files.viewers >= viewers:
        return ""
    return (
        f"expected at least {viewers + files.own + RESERVE:,} open files for {viewers:,} browsers, this computer "
        f"allows {files.limit:,}: about {files.viewers:,} browsers can join; raise the limit "
        "(ulimit -n, LimitNOFILE) or say --max-viewers"
    )
