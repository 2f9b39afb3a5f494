"""Field: arrows on points; the room is pushed, turned and mirrored, and which arrows notice?

    vectors         f(R x + b) = R f(x)            velocities, forces, normals: they turn, and b does not enter
    pseudovectors   f(R x + b) = det(R) R f(x)     angular momenta

The arrows are computed from the positions (`models/symmetry/vector_fields.py`), so that this is a property that is
measured.

Options of the truths: "translated" and "rotated" are `NONE`, `SOME` or `EVERY`; "mirrored" is "R v" or "det(R) R v".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import msgspec
import torch
from msgspec import Meta

from models.symmetry.equivariance import Transform, zone
from models.symmetry.pose import pose
from models.symmetry.vector_fields import FIELDS, RULES, changed_arrows, charged_cloud, rule_errors
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, STUDENT, Action, Float32, Frame, Role, f4, tensor
from server.room.scene import Context, Formula, Params, PerSeat, Scene, Slot, Truth, TruthKind

NONE, SOME, EVERY = "no arrow changes", "some arrows change", "every arrow changes"
ACTS = ("points with arrows", "translated", "rotated", "reflected", "reflected: angular momenta")
PREDICT, TRANSLATED, ROTATED, REFLECTED, PSEUDO = range(5)
ASKED = ("R v + b", "R v + b", "v", "R v", "R v")
"""The rule that is laid over the arrows at each position, unless the instructor chose one."""
DECLARED = {"vector": "R v", "pseudovector": "det(R) R v"}

Degrees = Annotated[float, Meta(ge=-360, le=360)]
Length = Annotated[float, Meta(ge=-3, le=3)]
Shift = tuple[Length, Length, Length]


class FieldParams(Params, frozen=True, kw_only=True):
    """Which arrows, and what is drawn over them."""

    field: Annotated[
        Literal["velocities", "forces", "normals", "angular momenta"],
        Meta(title="Arrows", description="Velocities of a spinning body, Coulomb forces, normals, or angular momenta."),
    ] = "forces"
    guess: Annotated[
        Literal["as the position asks", "v", "R v", "R v + b", "det(R) R v"],
        Meta(title="Rule drawn over them", description="What the dashed arrows do when the room is moved."),
    ] = "as the position asks"
    seed: Annotated[int, Meta(ge=0, le=999, title="Seed", description="Of the points and their charges.")] = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the room was put: degrees, mirrored or not, a shift in the cloud's unit."""

    turn: float = 0.0
    tilt: float = 0.0
    mirror: bool = False
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def transform(self) -> Transform:
        """As `models.symmetry.equivariance` knows it."""
        return pose(self.turn, self.tilt, self.mirror, self.shift)

    def words(self) -> str:
        """In words for the stage and a screen reader."""
        parts = ["mirrored"] if self.mirror else []
        if self.turn or self.tilt:
            parts.append(f"turned by {self.turn:g}° and {self.tilt:g}°" if self.tilt else f"turned by {self.turn:g}°")
        if any(self.shift):
            parts.append(f"translated by ({', '.join(f'{part:.3g}' for part in self.shift)})")
        return ", ".join(parts) or "as it came"


PUSHED: Shift = (1.5, 0.5, 0.0)
PLACES = (Place(), Place(shift=PUSHED), Place(turn=70.0, tilt=20.0), Place(mirror=True), Place(mirror=True))


class Move(Action, frozen=True, kw_only=True, tag="field.place"):
    """The instructor puts the room somewhere; absolute values."""

    collapse: ClassVar[bool] = True
    turn: Degrees = 0.0
    tilt: Degrees = 0.0
    mirror: bool = False
    shift: Shift = (0.0, 0.0, 0.0)


class Try(Action, frozen=True, kw_only=True, tag="field.try"):
    """A student moves an own copy of the room; the newest of a seat is enough."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    turn: Degrees = 0.0
    tilt: Degrees = 0.0
    mirror: bool = False
    shift: Shift = (0.0, 0.0, 0.0)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that the arrows may follow, and how far they are from it; relative, float64."""

    name: str
    error: float
    zone: str
    declared: bool


class Cloud(Frame, frozen=True, kw_only=True, tag="field.cloud"):
    """The points and arrows as they came, and what is asked."""

    version: int
    act: int
    name: str
    open: bool
    """Whether students may move their own copy by now."""
    points: Annotated[Float32, tensor("f4", "n", "3")]
    charges: Annotated[Float32, tensor("f4", "n")]
    arrows: Annotated[Float32, tensor("f4", "n", "3")]


class Moved(Frame, frozen=True, kw_only=True, tag="field.moved"):
    """A room that was moved: g x, f(g x) computed afresh, the rule drawn over it, and how far each rule is off."""

    version: int
    words: str
    turn: float
    tilt: float
    mirror: bool
    shift: tuple[float, float, float]
    points: Annotated[Float32, tensor("f4", "n", "3")]
    arrows: Annotated[Float32, tensor("f4", "n", "3")]
    guess: str
    guessed: Annotated[Float32, tensor("f4", "n", "3")]
    changed: int
    """Arrows that differ from those that came, beyond rounding."""
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Where the room is, and where each student put a copy of it."""

    params: FieldParams
    version: int
    act: int = PREDICT
    place: Place = Place()
    tries: Mapping[str, Place] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Which arrows are shown; the last position is about angular momenta whatever was chosen."""
        return "angular momenta" if self.act == PSEUDO else self.params.field

    @property
    def guess(self) -> str:
        """Which rule is drawn over them."""
        chosen = self.params.guess
        return ASKED[self.act] if chosen == "as the position asks" else chosen


def _same_arrows(a: FieldParams, b: FieldParams) -> bool:
    """Whether only the rule that is drawn over the arrows differs."""
    return (a.field, a.seed) == (b.field, b.seed)


def _back(tries: Mapping[str, Place]) -> Mapping[str, Place]:
    """Every copy as it came; a seat that once had one is told so."""
    return dict.fromkeys(tries, Place())


@lru_cache(maxsize=64)
def _charged(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    return charged_cloud(seed)


def _cloud(state: State) -> Cloud:
    points, charges = _charged(state.params.seed)
    return Cloud(
        version=state.version,
        act=state.act,
        name=state.name,
        open=state.act != PREDICT,
        points=f4(points),
        charges=f4(charges),
        arrows=f4(FIELDS[state.name].function(points, charges)),
    )


@lru_cache(maxsize=512)
def _measured(name: str, seed: int, place: Place) -> tuple[Float32, Float32, int, tuple[Rule, ...]]:
    """g x, f(g x), how many arrows changed, and how far each rule is off."""
    points, charges = _charged(seed)
    arrows, g = FIELDS[name], place.transform()
    moved = g.points(points)
    now = arrows.function(moved, charges)
    errors = rule_errors(arrows, points, charges, g)
    rules = tuple(
        Rule(name=rule, error=e, zone=zone(e, torch.float64), declared=rule == DECLARED[arrows.transforms_as])
        for rule, e in errors.items()
    )
    return f4(moved), f4(now), changed_arrows(arrows.function(points, charges), now), rules


def _moved(state: State, place: Place) -> Moved:
    points, charges = _charged(state.params.seed)
    moved, now, changed, rules = _measured(state.name, state.params.seed, place)
    guessed = RULES[state.guess](place.transform(), FIELDS[state.name].function(points, charges))
    return Moved(
        version=state.version,
        words=place.words(),
        turn=place.turn,
        tilt=place.tilt,
        mirror=place.mirror,
        shift=place.shift,
        points=moved,
        arrows=now,
        guess=state.guess,
        guessed=f4(guessed),
        changed=changed,
        rules=() if state.act == PREDICT else rules,
    )


def _staged(state: State) -> Moved:
    return _moved(state, state.place)


class FieldScene(Scene[FieldParams, State]):
    """Push, turn and mirror points with arrows, and see which arrows notice."""

    title = "Which arrows move?"
    summary = "Push, turn and mirror points with arrows, and see which arrows change."
    params = FieldParams
    actions = (Move, Try)
    slots = (
        Slot(_cloud, ALL, of=lambda state: (state.version, state.act)),
        Slot(_staged, STAGE, of=lambda state: (state.version, state.act, state.place)),
        PerSeat.each(_moved, lambda state: state.tries, of=lambda state: (state.version, state.act)),
    )
    truths: ClassVar[Mapping[str, TruthKind]] = {"translated": "choice", "rotated": "choice", "mirrored": "choice"}
    formulas: ClassVar[Mapping[str, Formula]] = {
        "vector": Formula(
            r"x \mapsto \color{#0072B2}{R}x + \color{#D55E00}{b} \qquad v \mapsto \color{#0072B2}{R}v",
            "points go to R x plus b, vectors to R v, without b",
        ),
        "pseudovector": Formula(
            r"L \mapsto \det(\color{#0072B2}{R})\,\color{#0072B2}{R}L", "pseudovectors go to determinant of R times R L"
        ),
    }
    pace = 4.0

    def initial(self, params: FieldParams, context: Context) -> State:
        """The room as it came: predict before it moves."""
        return State(params, context.sequence)

    def adjust(self, state: State, params: FieldParams, context: Context) -> State:
        """Other arrows at the same place; what students tried was about the former ones."""
        if params == state.params:
            return state
        kept = state.tries if _same_arrows(params, state.params) else _back(state.tries)
        return replace(state, params=params, version=context.sequence, tries=kept)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """The room moves, or a student's copy of it."""
        match action:
            case Move():
                place = Place(action.turn, action.tilt, action.mirror, action.shift)
                return replace(state, place=place, act=state.act or TRANSLATED)
            case Try():
                if state.act == PREDICT:
                    raise Refused("refused", "expected a prediction first: copies move once the room was moved")
                place = Place(action.turn, action.tilt, action.mirror, action.shift)
                return replace(state, tries={**state.tries, context.author: place})
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        return state.act, len(ACTS)

    def label(self, state: State) -> str:
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        """The next transform; copies of other arrows are put back."""
        moved = replace(state, act=to, place=PLACES[to])
        if moved.name != state.name or to == PREDICT:
            return replace(moved, tries=_back(state.tries), version=context.sequence)
        return moved

    def truth(self, state: State, name: str) -> Truth:
        """What becomes of the arrows that are chosen, whatever position is shown."""
        points, charges = _charged(state.params.seed)
        arrows = FIELDS[state.params.field]
        if name == "mirrored":
            errors = rule_errors(arrows, points, charges, PLACES[REFLECTED].transform())
            return min(("R v", "det(R) R v"), key=errors.__getitem__)
        if name not in ("translated", "rotated"):
            return super().truth(state, name)
        g = PLACES[TRANSLATED if name == "translated" else ROTATED].transform()
        changed = changed_arrows(arrows.function(points, charges), arrows.function(g.points(points), charges))
        return NONE if changed == 0 else EVERY if changed == len(points) else SOME


SCENE = FieldScene()
