"""What the scene `rotation` says and hears: its actions and its frames."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from server.protocol.messages import NOBODY, STUDENT, Action, Float32, Float64, Frame, Int32, Role, tensor

Kind = Literal["rotation", "reflection", "translation"]
Output = Literal["scalars", "vectors"]
Zone = Literal["rounding", "approximate", "broken"]

Part = Annotated[float, Meta(ge=-1000, le=1000)]
Quaternion = Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]
Offset = Annotated[tuple[Part, Part, Part], Meta(description="In the cloud's units of length")]
Size = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]


class RotationTurn(Action, frozen=True, kw_only=True, tag="rotation.turn"):
    """The instructor turns the input: first the mirror x -> -x, then the rotation, then the shift; absolute values."""

    collapse: ClassVar[bool] = True
    quaternion: Quaternion
    shift: Offset = (0.0, 0.0, 0.0)
    mirror: bool = False


class RotationRandom(Action, frozen=True, kw_only=True, tag="rotation.random"):
    """A transform drawn fairly from its group (Haar) instead of the present one."""

    kind: Kind = "rotation"


class RotationCheck(Action, frozen=True, kw_only=True, tag="rotation.check"):
    """Start the check over many random transforms afresh, or stop it."""

    on: bool


class RotationReplay(Action, frozen=True, kw_only=True, tag="rotation.replay"):
    """Put the class's worst attempt on the stage."""


class RotationAttempt(Action, frozen=True, kw_only=True, tag="rotation.attempt"):
    """A student's own transform, sent to break the model; the newest of a seat is enough."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    quaternion: Quaternion
    shift: Offset = (0.0, 0.0, 0.0)
    mirror: bool = False


class RotationRow(msgspec.Struct, frozen=True, kw_only=True):
    """Relative errors of one output under one kind of transform, over the samples so far."""

    kind: Literal["identity", "rotation", "reflection", "translation"]
    output: Output
    mean: Size
    maximum: Size
    samples: Count
    zone: Zone
    """Where the maximum lies: one bad transform is enough."""


class RotationMeasured(Action, frozen=True, kw_only=True, tag="rotation.measured"):
    """The check after one more transform; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    rows: tuple[RotationRow, ...]
    done: Count


class RotationCell(msgspec.Struct, frozen=True, kw_only=True):
    """The largest relative error of a model under one kind of transform in one precision, over both outputs."""

    kind: Kind
    dtype: Literal["float32", "float64"]
    error: Size
    zone: Zone


class RotationLine(msgspec.Struct, frozen=True, kw_only=True):
    """One model: each kind of transform in each precision."""

    model: str
    name: str
    cells: tuple[RotationCell, ...]


class RotationTabled(Action, frozen=True, kw_only=True, tag="rotation.tabled"):
    """One more model of the comparison; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    line: RotationLine


class RotationPresent(msgspec.Struct, frozen=True, kw_only=True):
    """The larger of a model's errors under the transform on the stage."""

    model: str
    error: Size
    zone: Zone


class RotationError(msgspec.Struct, frozen=True, kw_only=True):
    """The relative error of one output under one transform."""

    output: Output
    error: Size
    zone: Zone


class RotationInput(Frame, frozen=True, kw_only=True, tag="rotation.input"):
    """The cloud and the model that turns with it or does not; what a phone needs to try."""

    version: int
    """Of cloud, model and precision together; the other frames name the one they belong to."""
    model: str
    name: str
    remark: str
    """What this model reads and writes, in a sentence."""
    dtype: str
    open: bool
    """Whether students may attack the model by now."""
    rounding: float
    """Up to here an error is rounding of this dtype; without unit."""
    broken: float
    """From here on the promise is broken."""
    points: Annotated[Float32, tensor("f4", "n", "3")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    elements: tuple[str, ...]


class RotationTurned(Frame, frozen=True, kw_only=True, tag="rotation.turned"):
    """The commuting square of one transform g: x, g x, f(g x) and g f(x), and how far the last two are apart."""

    version: int
    act: int
    """0 predict, 1 turned, 2 compared, 3 checked; the stage hides f(g x) before 2."""
    kind: Literal["identity", "rotation", "reflection", "translation"]
    words: str
    quaternion: tuple[float, float, float, float]
    mirror: bool
    offset: tuple[float, float, float]
    matrix: Annotated[Float64, tensor("f8", "3", "3")]
    shift: Annotated[Float64, tensor("f8", "3")]
    points: Annotated[Float32, tensor("f4", "n", "3")]
    turned: Annotated[Float32, tensor("f4", "n", "3")]
    scalars: Annotated[Float32, tensor("f4", "n", "k")]
    """f(g x): turn, then compute."""
    vectors: Annotated[Float32, tensor("f4", "m", "3")]
    """f(g x); m = n, or 0 where the model makes no vectors."""
    scalars_after: Annotated[Float32, tensor("f4", "n", "k")]
    """g f(x): compute, then turn."""
    vectors_after: Annotated[Float32, tensor("f4", "m", "3")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    elements: tuple[str, ...]
    error: tuple[RotationError, ...]
    norm: str


class RotationMeter(Frame, frozen=True, kw_only=True, tag="rotation.meter"):
    """The check so far: every kind of transform and every output, mean and maximum."""

    version: int
    model: str
    dtype: str
    rows: tuple[RotationRow, ...]
    samples: Count
    """Transforms that were tried, of all kinds together."""
    of: Count
    running: bool
    rounding: float
    broken: float
    norm: str


class RotationTable(Frame, frozen=True, kw_only=True, tag="rotation.table"):
    """All models side by side, as far as they are checked."""

    version: int
    act: int
    lines: tuple[RotationLine, ...]
    present: tuple[RotationPresent, ...]
    """Under the transform on the stage, in the precision that is set; one for each line."""
    words: str
    dtype: str
    sound: Count
    """How many of the lines stay in the zone of rounding throughout."""
    of: Count
    """Models to compare."""
    samples: Count
    """Random transforms of each kind in each precision."""


class RotationMeans(msgspec.Struct, frozen=True, kw_only=True):
    """Means over random rotations R, and whether they are those of the Haar measure as far as so many can tell."""

    trace: float
    square: float
    """Of (tr R)^2."""
    angle: float
    """Of the rotation angle, degrees."""
    fair: bool


class RotationSampler(Frame, frozen=True, kw_only=True, tag="rotation.sampler"):
    """How the random rotations are drawn, and what is found of them, beside the Haar measure's values."""

    sampler: Literal["haar", "euler"]
    count: Count
    """Rotations that were drawn to tell."""
    found: RotationMeans | None
    haar: tuple[float, float, float]
    """What trace, square and angle would be."""


class RotationAttacks(Frame, frozen=True, kw_only=True, tag="rotation.attacks"):
    """How the class fares against the model, without names."""

    version: int
    attempts: Count
    students: Count
    worst: float | None
    zone: Zone | None


class RotationWorst(Frame, frozen=True, kw_only=True, tag="rotation.worst"):
    """Who holds the worst attempt; for the control panel alone."""

    seat: str | None
    words: str
    worst: float | None


class RotationVerdict(Frame, frozen=True, kw_only=True, tag="rotation.verdict"):
    """What a student's own transform did to the model, for this student alone."""

    version: int
    attempts: Count
    quaternion: tuple[float, float, float, float]
    offset: tuple[float, float, float]
    mirror: bool
    words: str
    error: tuple[RotationError, ...]
    largest: float | None
    """The largest of the errors; none before the first attempt on this model."""
    zone: Zone | None
    worst: float | None
    worst_zone: Zone | None
    turned: Annotated[Float32, tensor("f4", "n", "3")]
    vectors: Annotated[Float32, tensor("f4", "m", "3")]
    vectors_after: Annotated[Float32, tensor("f4", "m", "3")]
