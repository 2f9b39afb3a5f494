"""What the scene `classify` says and hears: its parameters, actions and frames."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from server.protocol.messages import NOBODY, STUDENT, Action, Float32, Frame, Int32, Role, tensor
from server.room.scene import Params

Key = Literal[
    "naive",
    "augmented 1",
    "augmented 16",
    "augmented 256",
    "augmented fresh",
    "pca",
    "frames",
    "distances",
    "egnn",
    "tensor",
]
Zone = Literal["rounding", "approximate", "broken"]
Part = Annotated[float, Meta(ge=-1000, le=1000)]
Quaternion = Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]
Place = Annotated[float, Meta(ge=-2, le=2)]
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class ClassifyParams(Params, frozen=True, kw_only=True):
    """On what everybody trains, and how long."""

    data: Annotated[
        Literal["tetris", "drawn"],
        Meta(
            title="Shapes",
            description="The eight of Tetris, or such as the class draws: eight points along a stroke.",
        ),
    ] = "tetris"
    steps: Annotated[
        int,
        Meta(
            ge=20,
            le=600,
            title="Steps",
            description="Of Adam, as many for every contestant; they take turns.",
            extra_json_schema={"step": 20},
        ),
    ] = 300
    seed: Annotated[int, Meta(ge=0, le=99, title="Seed", description="Of weights, rotations and noise.")] = 0


class ClassifyStep(Action, frozen=True, kw_only=True, tag="classify.step"):
    """Where one contestant stands after its turn; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    key: Key
    step: Count
    loss: float
    train: float
    rotated: float
    samples: int
    diverged: int
    """The step whose loss was no number, 0 where there is none."""


class ClassifyDone(Action, frozen=True, kw_only=True, tag="classify.done"):
    """What one trained contestant came to, and its weights; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    key: Key
    train: float
    rotated: float
    noisy: float
    by_shape: tuple[float, ...]
    error: float
    error_noisy: float
    odd: tuple[float, float] | None
    samples: int
    weights: str
    """All of them in order, float32 in base64."""


class ClassifyTry(Action, frozen=True, kw_only=True, tag="classify.try"):
    """A student shows every contestant one shape in one pose."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    shape: Annotated[int, Meta(ge=0, le=7)]
    quaternion: Quaternion


class ClassifyDraw(Action, frozen=True, kw_only=True, tag="classify.draw"):
    """A student's stroke, in shares of the square that it was drawn in, y up; a newer one takes its place."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    stroke: Annotated[tuple[tuple[Place, Place], ...], Meta(min_length=2, max_length=48)]


class ClassifyDrop(Action, frozen=True, kw_only=True, tag="classify.drop"):
    """Take a drawing off the wall, by its number."""

    number: Annotated[int, Meta(ge=1, le=1_000_000)]


class ClassifyLane(msgspec.Struct, frozen=True, kw_only=True):
    """One contestant in words."""

    key: Key
    name: str
    numbers: int
    """How many numbers it learns."""


class ClassifyContest(Frame, frozen=True, kw_only=True, tag="classify.contest"):
    """The shapes and the contestants."""

    version: int
    act: int
    open: bool
    """Whether students may try to fool them by now."""
    trained: bool
    drawing: bool
    """Whether the class may draw by now."""
    drawn: bool
    """Whether the shapes are strokes in a plane, the ones of the class first."""
    own: Count
    """How many of the shapes the class drew."""
    groups: tuple[tuple[int, ...], ...]
    """The shapes by what distances tell of them: those of one group have the same."""
    lanes: tuple[ClassifyLane, ...]
    shapes: tuple[str, ...]
    points: Annotated[Float32, tensor("f4", "s", "n", "3")]
    pairs: tuple[tuple[int, ...], ...]
    """Sticks of each shape, two point numbers each."""
    chance: float
    ceiling: float
    """The share of shapes that distances can tell apart."""


class ClassifyRace(Frame, frozen=True, kw_only=True, tag="classify.race"):
    """Where every contestant stands, one number each in the order of the contest, and how it got there."""

    version: int
    step: int
    """That all contestants have done."""
    of: int
    turn: int
    """Whose turn it was last, −1 before the first."""
    finished: int
    """Contestants that are measured on all shapes."""
    steps: Annotated[Int32, tensor("i4", "k")]
    losses: Annotated[Float32, tensor("f4", "k")]
    train: Annotated[Float32, tensor("f4", "k")]
    rotated: Annotated[Float32, tensor("f4", "k")]
    samples: Annotated[Int32, tensor("i4", "k")]
    diverged: Annotated[Int32, tensor("i4", "k")]
    at: Annotated[Int32, tensor("i4", "t")]
    curves: Annotated[Float32, tensor("f4", "t", "k")]
    """Rotated accuracy at the steps `at`, −1 where a contestant is not there yet."""


class ClassifyTurn(Frame, frozen=True, kw_only=True, tag="classify.turn"):
    """A contestant ended a turn: one small frame each, so that a page can time the turns by when they come."""

    version: int
    lane: int
    step: int


class ClassifyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One contestant measured; see `models.experiments.classification.Measured`."""

    key: Key
    train: float
    rotated: float
    noisy: float
    by_shape: tuple[float, ...]
    error: float
    zone: Zone
    error_noisy: float
    zone_noisy: Zone
    odd: tuple[float, float] | None
    samples: int


class ClassifyTable(Frame, frozen=True, kw_only=True, tag="classify.table"):
    """The contestants that were measured so far."""

    version: int
    rotations: int
    noise: float
    rows: tuple[ClassifyRow, ...]


class ClassifyWall(Frame, frozen=True, kw_only=True, tag="classify.wall"):
    """What the class drew, without names: the first are the shapes to be told apart, then the newest of the others."""

    version: int
    total: Count
    numbers: Annotated[Int32, tensor("i4", "m")]
    points: Annotated[Float32, tensor("f4", "m", "n", "2")]


class ClassifyDrawn(Frame, frozen=True, kw_only=True, tag="classify.drawn"):
    """A student's own drawing as the networks see it, for this student alone."""

    version: int
    points: Annotated[Float32, tensor("f4", "n", "2")]
    """None while there is no drawing on the wall."""
    shape: int
    """Which of the shapes it is, −1 for none."""
    taken: Count
    """How often it was taken off the wall."""
    left: Count
    """Strokes that remain."""


class ClassifyBoard(Frame, frozen=True, kw_only=True, tag="classify.board"):
    """How the class fares, without names: of so many students, how many fooled each contestant at least once."""

    version: int
    students: Count
    attempts: Count
    fooled: tuple[int, ...]


class ClassifyVerdict(Frame, frozen=True, kw_only=True, tag="classify.verdict"):
    """What every contestant made of a student's own shape, for this student alone."""

    version: int
    shape: int
    quaternion: tuple[float, float, float, float]
    guesses: tuple[int, ...]
    fooled: tuple[bool, ...]
    """Whom this student fooled so far."""
    left: Count
    """Attempts that remain."""
