"""What the scene `canon` says and hears: its parameters, actions and frames."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from models.graphs.tetris import NAMES
from server.protocol.messages import NOBODY, STUDENT, Action, Float32, Frame, Int32, Role, tensor
from server.room.scene import Params

AS_STEP = "as the step says"
Method = Literal["none", "pca", "frames", "weighted", "augmented"]
METHODS: dict[str, str] = {
    "none": "No method: the network alone",
    "pca": "One canonical pose",
    "frames": "Frame averaging",
    "weighted": "Weighted frames",
    "augmented": "Augmentation",
}
SHAPES = ("ellipsoid", "generic", *NAMES)
WIDEST = 0.5
Shape = Literal[
    "as the step says", "ellipsoid", "generic", "chiral 1", "chiral 2", "square", "line", "corner", "L", "T", "zigzag"
]
Part = Annotated[float, Meta(ge=-1000, le=1000)]
Quaternion = Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]
Gap = Annotated[float, Meta(ge=-WIDEST, le=WIDEST, description="a in the eigenvalues (1 + a, 1 - a, 0.3)")]
Size = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Zone = Literal["rounding", "approximate", "broken"]
Nudged = Literal["it follows", "it jumps"]


class CanonParams(Params, frozen=True, kw_only=True):
    """The shape, what is done about its pose, and how far its two larger eigenvalues are apart."""

    gap: Annotated[
        float,
        Meta(
            ge=-WIDEST,
            le=WIDEST,
            title="Gap a",
            description="Eigenvalues (1 + a, 1 − a, 0.3) of the ellipsoid.",
            extra_json_schema={"step": 0.01},
        ),
    ] = 0.3
    shape: Annotated[Shape, Meta(title="Shape", description="Twelve points, nine at random, or four of Tetris.")] = (
        "as the step says"
    )
    method: Annotated[
        Literal["as the step says", "none", "pca", "frames", "weighted", "augmented"],
        Meta(
            title="Method",
            description="What is done to make the network invariant.",
            extra_json_schema={"labels": {AS_STEP: "As the step says", **METHODS}},
        ),
    ] = "as the step says"
    copies: Annotated[
        int,
        Meta(
            ge=1,
            le=256,
            title="Copies K",
            description="Random rotations that augmentation averages over.",
            extra_json_schema={"scale": "log"},
        ),
    ] = 16
    seed: Annotated[int, Meta(ge=0, le=99, title="Seed", description="Of cloud and weights.")] = 0


class CanonTurn(Action, frozen=True, kw_only=True, tag="canon.turn"):
    """The instructor turns the shape; absolute."""

    collapse: ClassVar[bool] = True
    quaternion: Quaternion


class CanonTry(Action, frozen=True, kw_only=True, tag="canon.try"):
    """A student's own pose and gap, sent to break the method; the newest of a seat is enough."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    quaternion: Quaternion
    gap: Gap = 0.3


class CanonMeasured(Action, frozen=True, kw_only=True, tag="canon.measured"):
    """One more point of the augmentation curve; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    copies: Count
    error: Size


class CanonShape(Frame, frozen=True, kw_only=True, tag="canon.shape"):
    """The shape before it is turned, and the method that is tried on it."""

    version: int
    act: int
    shape: str
    tunable: bool
    """Whether the gap changes this shape."""
    gap: float
    method: Method
    name: str
    open: bool
    """Whether students may try to break it by now."""
    points: Annotated[Float32, tensor("f4", "n", "3")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]


class CanonPose(Frame, frozen=True, kw_only=True, tag="canon.pose"):
    """The turned shape with its principal axes, and the poses in which the network sees it."""

    version: int
    quaternion: tuple[float, float, float, float]
    turned: Annotated[Float32, tensor("f4", "n", "3")]
    axes: Annotated[Float32, tensor("f4", "3", "3")]
    """Row k: axis k, of length sqrt(lambda_k)."""
    eigenvalues: tuple[float, float, float]
    poses: Annotated[Float32, tensor("f4", "k", "n", "3")]
    """Of the shape nudged one way; the four that weigh most where there are more."""
    after: Annotated[Float32, tensor("f4", "k", "n", "3")]
    """Of the shape nudged the other way."""
    weights: Annotated[Float32, tensor("f4", "k")]
    frames: Count
    """How many poses the method averages over."""


class CanonMeter(Frame, frozen=True, kw_only=True, tag="canon.meter"):
    """What turning does to the output, and what a change of two millionths does; relative, float64."""

    version: int
    error: Size
    zone: Zone
    jump: Size
    nudged: Nudged
    change: Size
    """The largest change of a coordinate of the input."""
    leap: Size
    """The farthest that a point of the canonical pose moves at that change."""
    eigen_gap: float
    degenerate: bool
    shown: Literal["error", "jump"]


class CanonCurve(Frame, frozen=True, kw_only=True, tag="canon.curve"):
    """Augmentation: the error against the number of copies so far, and its slope on log-log axes."""

    version: int
    shape: str
    copies: tuple[int, ...]
    errors: tuple[float, ...]
    slope: float | None
    running: bool
    trials: Count


class CanonHunt(Frame, frozen=True, kw_only=True, tag="canon.hunt"):
    """How the class fares, without names."""

    version: int
    attempts: Count
    students: Count
    worst: float | None
    zone: Zone | None
    words: str


class CanonVerdict(Frame, frozen=True, kw_only=True, tag="canon.verdict"):
    """What a student's own pose did, for this student alone."""

    version: int
    attempts: Count
    quaternion: tuple[float, float, float, float]
    gap: float
    error: float | None
    """None before the first attempt on this method."""
    zone: Zone | None
    worst: float | None
    points: Annotated[Float32, tensor("f4", "n", "3")]
    axes: Annotated[Float32, tensor("f4", "3", "3")]
    pose: Annotated[Float32, tensor("f4", "n", "3")]
