"""The table that `python -m models.experiments.sweep` leaves: what was measured, how, when, and on what."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.experiments.learning_curves import Point

TABLE = Path(__file__).with_name("data") / "shifts.json"


@dataclass(frozen=True)
class Table:
    """What a sweep measured and how."""

    setup: dict[str, Any]
    device: str
    date: str
    versions: dict[str, str]
    channels: dict[str, int]
    parameters: dict[str, int]
    """By l, of one network."""
    seconds: dict[str, float]
    """By l, of training."""
    complete: bool
    points: tuple[Point, ...]


def read(path: Path = TABLE) -> Table | None:
    """The table in the repository; None where there is none, or none that can be read."""
    try:
        found = json.loads(path.read_text())
        rows: list[dict[str, Any]] = found["points"]
        points = tuple(_point(row) for row in rows)
        return Table(**found | {"points": points})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _point(row: dict[str, Any]) -> Point:
    known: dict[str, Any] = {k: math.nan if v is None else v for k, v in row.items()}
    return Point(**known)


def write(table: Table, path: Path) -> None:
    """In one piece: a reader finds the table before or the table after."""
    path.parent.mkdir(parents=True, exist_ok=True)
    points = [
        {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in asdict(p).items()}
        for p in table.points
        if math.isfinite(p.test)
    ]
    body = json.dumps(asdict(table) | {"points": []}, indent=1, sort_keys=True)
    rows = ",\n  ".join(json.dumps(point) for point in points)
    part = path.with_suffix(".part")
    part.write_text(body.replace('"points": []', f'"points": [\n  {rows}\n ]') + "\n")
    part.replace(path)
