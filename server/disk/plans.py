"""Lecture plans as files: `server/lectures/NAME.toml`. What one means is said in `server/room/plan.py`."""

from __future__ import annotations

from pathlib import Path

import server

FOLDER = Path(server.__file__).parent / "lectures"


class NoPlan(ValueError):
    """There is no lecture plan of this name; the sentence names those that are here."""


def names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The lecture plans that are here."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def read(name: str, folder: Path = FOLDER) -> str:
    """The text of a plan.

    Raises:
        NoPlan: no file of the folder has this name.
    """
    path = folder / f"{name}.toml"
    if path.parent != folder or not path.is_file():
        raise NoPlan(f"expected one of the lecture plans {', '.join(names(folder))}, got {name!r}")
    return path.read_text("utf-8")
