"""What the process of an engine does before it loads torch: its first worker begins to load it too, at the same time.

Imports no torch itself. After a death of the engine a training goes on as soon as a worker is there: it must not wait
until the engine is ready.
"""

from __future__ import annotations

import os
from pathlib import Path

from server.disk.cache import FileCache
from server.engine.jobs import child
from server.engine.jobs.workers import Workers
from server.room import datasets
from server.settings.config import DeviceChoice

DATASETS = "datasets"
"""The folder of the data directory that holds training data; it may be deleted at any time."""
NICE = 10
"""How far the engine steps back behind the gateway, which must answer phones while torch is busy."""


def workers(wanted: DeviceChoice, data: Path, *, cold: bool) -> Workers:
    """The workers of an engine, the first one started unless nothing is to be warmed up."""
    child.end_with(os.getppid())  # one that hangs would hold the lock of the data directory for ever
    if hasattr(os, "nice"):
        os.nice(NICE)  # before: a worker stands back behind this
    datasets.use(FileCache(data / DATASETS))  # before: a worker reads the same
    made = Workers(wanted=wanted)
    if not cold:
        made.start()
    return made
