"""Lecture plans: the steps that PageDown walks through, and what is wrong with one. No file is read here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from server.protocol.ballot import Problem
from server.protocol.faults import Refused
from server.room import vote

if TYPE_CHECKING:  # the gateway lists the plans and must not meet the scenes, which import torch
    from server.room.scene import AnyScene


class PlanError(ValueError):
    """A lecture plan that cannot be used; the sentence names the file, the step and the field."""


class _StepTable(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    scene: str | None = None
    notes: str = ""
    params: dict[str, object] = msgspec.field(default_factory=dict)
    question: Problem | None = None
    points: list[str] = msgspec.field(default_factory=list)
    optional: bool = False
    """Left out where its scene does not exist (yet); otherwise a scene that is not here is an error."""


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
    question: Problem | None = None
    """Asked as soon as the step is opened, so that the class predicts before it sees."""
    points: tuple[str, ...] = ()
    """What the stage shows of a step without a scene: an outline, a recap."""


@dataclass(frozen=True, slots=True)
class Lecture:
    """A plan by name, its steps in order."""

    name: str
    title: str
    steps: tuple[LectureStep, ...]


def parsed(name: str, text: str, scenes: Mapping[str, AnyScene]) -> Lecture:
    """A plan by its text, checked: every scene exists, every parameter is in its range, every question can be asked.

    Raises:
        PlanError: not TOML, an unknown field or scene, a parameter out of range, a question that has no
            answer; the sentence names file, line, field, what was expected and what came.
    """
    file = f"{name}.toml"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:  # its sentence ends with the line
        raise PlanError(f"{file}: {error}") from error
    lines = Lines(file, text)
    try:
        plan = msgspec.convert(table, _PlanTable)
    except msgspec.ValidationError as error:
        raise PlanError(lines.told(str(error))) from error
    steps = tuple(
        _checked(lines, number, step, scenes)
        for number, step in enumerate(plan.step)
        if not step.optional or step.scene in scenes
    )
    if not steps:
        raise PlanError(f"{file}, line 1, step: expected at least one [[step]], got none")
    return Lecture(name, plan.title, steps)


@dataclass(frozen=True, slots=True)
class Lines:
    """The text of a plan, to say in which line something is wrong."""

    file: str
    text: str

    def told(self, sentence: str, step: int | None = None) -> str:
        """msgspec's sentence, which ends with a path like `$.step[2].scene`, with file, line and field."""
        words, _, path = sentence.partition(" - at `$")
        numbered = re.match(r"\.step\[(\d+)]", path)
        missing = re.search(r"field `(\w+)`", words)
        fields = re.findall(r"\.([a-z]\w*)", path)
        field = missing[1] if missing else fields[-1] if fields else "title"
        return self.at(int(numbered[1]) if numbered else step, field, words[:1].lower() + words[1:])

    def at(self, step: int | None, field: str, words: str) -> str:
        """Words about a field of a step, with the line in which it stands; of the step's own where it is missing."""
        where = "" if step is None else f" (step {step + 1})"
        return f"{self.file}, line {self._line(step, field)}, {field}{where}: {words}"

    def _line(self, step: int | None, field: str) -> int:
        rows = self.text.splitlines()
        heads = [at for at, row in enumerate(rows) if row.strip() == "[[step]]"]
        first = 0 if step is None or step >= len(heads) else heads[step]
        last = len(rows) if step is None or step + 1 >= len(heads) else heads[step + 1]
        sought = re.compile(rf"(^|[\s{{,.]){re.escape(field)}\s*(=|\]$)")
        return next((at for at in range(first, last) if sought.search(rows[at])), first) + 1


def _checked(lines: Lines, number: int, step: _StepTable, scenes: Mapping[str, AnyScene]) -> LectureStep:
    body = msgspec.json.encode(step.params)
    scene = None
    if step.scene is not None:
        scene = scenes.get(step.scene)
        if scene is None:
            words = f"expected one of {', '.join(scenes)}, got {step.scene!r}"
            raise PlanError(lines.at(number, "scene", words))
        try:
            msgspec.json.decode(body, type=scene.params)
        except msgspec.ValidationError as error:
            raise PlanError(lines.told(str(error), number)) from error
    if scene is not None and step.points:
        raise PlanError(lines.at(number, "points", "expected them in a step without a scene"))
    if step.question is not None:
        try:
            vote.checked(step.question, {} if scene is None else scene.truths)
        except Refused as refused:
            field, _, words = refused.detail.partition(": ")
            raise PlanError(lines.at(number, field, words)) from refused
    return LectureStep(step.title, step.scene, body, step.notes, step.question, tuple(step.points))
