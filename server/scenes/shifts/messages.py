"""What the scene `shifts` is told and shows."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from models.experiments.kernel_ridge import Learner
from models.potentials.clusters import Potential
from server.protocol.messages import NOBODY, STUDENT, Action, Frame, Role
from server.room.scene import Params

Subject = Literal["augmented", "invariant", "degree"]
Change = Literal["same", "shift", "steeper"]
"""The curve stays where it is, moves in parallel, or falls faster."""
CHANGES: tuple[Change, ...] = ("same", "shift", "steeper")
Error = Annotated[float, Meta(ge=0, le=1e9)]


class ShiftsParams(Params, frozen=True, kw_only=True):
    """Which point of the curves on the stage is trained again, live, and for how long."""

    lmax: Annotated[int, Meta(ge=0, le=2, title="Degree l of the live point")] = 1
    size: Annotated[int, Meta(ge=8, le=512, title="Training frames n of the live point")] = 32
    steps: Annotated[
        int,
        Meta(
            ge=60,
            le=600,
            title="Steps of the live point",
            description="A shorter budget than the table's: about a minute on one core at most.",
            extra_json_schema={"step": 20},
        ),
    ] = 240


class ShiftsMeasured(Action, frozen=True, kw_only=True, tag="shifts.measured"):
    """One kernel regression more; the scene's own job alone sends it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    learner: Learner
    size: Annotated[int, Meta(ge=2, le=4096)]
    error: Error


class ShiftsTrained(Action, frozen=True, kw_only=True, tag="shifts.trained"):
    """How far the live point has come; a loss that is not finite ends it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    step: Annotated[int, Meta(ge=0, le=1_000_000)]
    loss: float
    train: float
    test: float


class ShiftsTrain(Action, frozen=True, kw_only=True, tag="shifts.train"):
    """Train the live point that the parameters name, from its beginning; on: false stops it."""

    on: bool = True


class ShiftsGuess(Action, frozen=True, kw_only=True, tag="shifts.guess"):
    """What a student expects of the next curve; the newest counts."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    subject: Subject
    change: Change


class ShiftsSlope(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted slope b, its 95 % bootstrap interval, and the two ends (n, error) of the fitted line."""

    value: float
    low: float
    high: float
    ends: tuple[tuple[float, float], tuple[float, float]]


class ShiftsLine(msgspec.Struct, frozen=True, kw_only=True):
    """A learning curve: at each n the mean error, the smallest and the largest of the repetitions."""

    name: str
    sizes: tuple[int, ...]
    errors: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    train: tuple[float, ...]
    """Mean training errors; empty where there are none (a kernel regression goes through its points)."""
    used: tuple[bool, ...]
    """Whether a slope may be fitted there."""
    slope: ShiftsSlope | None
    parameters: int | None


class ShiftsStep(Frame, frozen=True, kw_only=True, tag="shifts.step"):
    """Where the scene stands, what is asked of the class, and how it answered: counts of same, shift, steeper."""

    position: int
    label: str
    subject: Subject | None
    counts: tuple[int, int, int]
    open: bool


class ShiftsPoint(Frame, frozen=True, kw_only=True, tag="shifts.point"):
    """One of the random points with its turned copies, and how much the target differs among them."""

    angles: tuple[tuple[float, ...], ...]
    """(copies, 3), in radians; the point itself first."""
    value: float
    spread: float
    """Largest less smallest target."""


class ShiftsKernel(Frame, frozen=True, kw_only=True, tag="shifts.kernel"):
    """The kernel curves so far."""

    lines: tuple[ShiftsLine, ...]
    measured: int
    wanted: int
    headline: str
    """The slope of the newest curve, in words of the stage; empty before it is fitted."""
    verdict: str
    repeats: int


class ShiftsNeural(Frame, frozen=True, kw_only=True, tag="shifts.neural"):
    """The table of the sweep for one potential, and what can be said of its slopes."""

    potential: Potential
    lines: tuple[ShiftsLine, ...]
    verdict: str
    resolved: bool | None
    """Whether l = 1 falls faster than l = 0 beyond both intervals; None: no answer, for want of slopes."""
    present: bool
    whole: bool
    how: tuple[str, ...]
    """The set-up, a line each."""


class ShiftsLive(Frame, frozen=True, kw_only=True, tag="shifts.live"):
    """The live point, beside the table's."""

    potential: Potential
    lmax: int
    size: int
    step: int
    steps: int
    loss: float | None
    train: float | None
    test: float | None
    trail: tuple[float, ...]
    """Its test errors so far, one an output of the job."""
    table: float | None
    """The table's mean test error at the same point; None where it has none."""
    running: bool
    words: str
    budget: str
    """What it is given beside the table's point."""


class ShiftsStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Words that were published, and where."""

    words: str
    source: str


class ShiftsPublished(Frame, frozen=True, kw_only=True, tag="shifts.published"):
    """What was published of such curves."""

    statements: tuple[ShiftsStatement, ...]
    here: tuple[str, ...]
    """What was measured here beside them, a paragraph each."""


class ShiftsMine(Frame, frozen=True, kw_only=True, tag="shifts.mine"):
    """What this seat expects."""

    subject: Subject
    change: Change
