"""A lecture plan by its name: read from its file, and checked against the scenes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from server.disk import plans
from server.room.plan import Lecture, parsed
from server.room.scene import AnyScene


def load(name: str, scenes: Mapping[str, AnyScene], folder: Path = plans.FOLDER) -> Lecture:
    """The plan of this name.

    Raises:
        NoPlan: no file has this name.
        PlanError: it cannot be used; the sentence names file, line, field, what was expected and what came.
    """
    return parsed(name, plans.read(name, folder), scenes)
