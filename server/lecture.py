"""Lecture plans: `server/lectures/NAME.toml`, the steps that PageDown walks through."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:  # the gateway lists the plans and must not meet the scenes, which import torch
    from server.scene import AnyScene

FOLDER = Path(__file__).parent / "lectures"


class PlanError(ValueError):
    """A lecture plan that cannot be used; the sentence names the file, the step and the field."""


class _StepTable(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    scene: str | None = None
    notes: str = ""
    params: dict[str, object] = msgspec.field(default_factory=dict)


class _PlanTable(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    step: list[_StepTable]


@dataclass(frozen=True, slots=True)
class LectureStep:
    """One step: a scene with its parameters (as JSON), a title and notes that only the instructor sees."""

    title: str
    scene: str | None
    params: bytes
    notes: str


@dataclass(frozen=True, slots=True)
class Lecture:
    """A plan by name, its steps in order."""

    name: str
    title: str
    steps: tuple[LectureStep, ...]


def names() -> tuple[str, ...]:
    """The lecture plans that are here."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load(name: str, scenes: Mapping[str, AnyScene], folder: Path = FOLDER) -> Lecture:
    """Read and check a plan: every scene exists, every parameter is in its range.

    Raises:
        PlanError: no such plan, not TOML, an unknown field or scene, a parameter out of range.
    """
    path = folder / f"{name}.toml"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml")))
        raise PlanError(f"expected one of the lecture plans {known}, got {name!r}")
    try:
        plan = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _PlanTable)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PlanError(f"{path.name}: {error}") from error
    steps = tuple(_checked(path.name, number, step, scenes) for number, step in enumerate(plan.step, 1))
    if not steps:
        raise PlanError(f"{path.name}: expected at least one [[step]]")
    return Lecture(name, plan.title, steps)


def _checked(file: str, number: int, step: _StepTable, scenes: Mapping[str, AnyScene]) -> LectureStep:
    body = msgspec.json.encode(step.params)
    if step.scene is not None:
        scene = scenes.get(step.scene)
        if scene is None:
            known = ", ".join(scenes)
            raise PlanError(f"{file}, step {number}, scene: expected one of {known}, got {step.scene!r}")
        try:
            msgspec.json.decode(body, type=scene.params)
        except msgspec.ValidationError as error:
            raise PlanError(f"{file}, step {number}, params: {error}") from error
    return LectureStep(step.title, step.scene, body, step.notes)
