"""What the scene `egnn` says and hears: its parameters, actions and frames."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from server.protocol.messages import INSTRUCTOR, STUDENT, Action, Float32, Frame, Int32, Role, tensor
from server.room.scene import Params

Part = Annotated[float, Meta(ge=-1000, le=1000)]
Quaternion = Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]
Offset = Annotated[tuple[Part, Part, Part], Meta(description="In the cloud's units of length")]
Size = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Zone = Literal["rounding", "approximate", "broken"]
NAMES = {"egnn": "EGNN", "broken": "EGNN, ReLU on x, y and z", "naive": "Message passing on x, y, z"}
OF_EGNN = {"model": ["egnn", "broken"]}


class EgnnParams(Params, frozen=True, kw_only=True):
    """The network, the cloud, and the four switches that keep coordinates from exploding."""

    model: Annotated[
        Literal["egnn", "broken", "naive"],
        Meta(title="Model", description="Its weights are random.", extra_json_schema={"labels": NAMES}),
    ] = "egnn"
    nodes: Annotated[int, Meta(ge=5, le=100, title="Nodes N", description="Points, normally distributed.")] = 16
    connected: Annotated[
        bool, Meta(title="Fully connected", description="Every node hears every other; else those within 1.6.")
    ] = False
    layers: Annotated[int, Meta(ge=1, le=8, title="Layers", description="Rounds of messages.")] = 4
    aggregation: Annotated[
        Literal["mean", "sum"],
        Meta(title="Aggregation", description="C = 1 / |N(u)| or C = 1.", extra_json_schema={"when": OF_EGNN}),
    ] = "mean"
    gain: Annotated[
        Literal["paper", "one", "visible"],
        Meta(
            title="Gain",
            description="Of the last layer of phi_x at the start.",
            extra_json_schema={"when": OF_EGNN, "labels": {"paper": "0.001 (paper)", "one": "1", "visible": "4"}},
        ),
    ] = "visible"
    normalize: Annotated[
        bool,
        Meta(title="Normalize", description="Divide differences by lengths.", extra_json_schema={"when": OF_EGNN}),
    ] = False
    tanh: Annotated[bool, Meta(title="Tanh", description="Bound phi_x by 1.", extra_json_schema={"when": OF_EGNN})] = (
        False
    )
    seed: Annotated[int, Meta(ge=0, le=99, title="Seed", description="Of cloud and weights.")] = 0
    hands: Annotated[bool, Meta(title="Phones may turn", description="A drag on a phone turns the input.")] = True


class EgnnTurn(Action, frozen=True, kw_only=True, tag="egnn.turn"):
    """Turn the input, for everybody: the mirror x -> -x first, then the rotation, then the shift; absolute values."""

    who: ClassVar[frozenset[Role]] = INSTRUCTOR
    collapse: ClassVar[bool] = True
    quaternion: Quaternion
    shift: Offset = (0.0, 0.0, 0.0)
    mirror: bool = False


class EgnnHand(Action, frozen=True, kw_only=True, tag="egnn.hand"):
    """A student turns the input, for everybody; mirror and shift stay as they are."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    quaternion: Quaternion


class EgnnWatch(Action, frozen=True, kw_only=True, tag="egnn.watch"):
    """A student looks at one node."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    node: Annotated[int, Meta(ge=0, le=99)]


class EgnnGraph(Frame, frozen=True, kw_only=True, tag="egnn.graph"):
    """Who hears whom, and the network."""

    version: int
    model: str
    name: str
    nodes: Count
    layers: Count
    links: Count
    """How many pairs hear each other."""
    hands: bool
    edges: Annotated[Int32, tensor("i4", "2", "m")]
    """Each pair once; none where there are too many to be told apart."""


class EgnnShown(Frame, frozen=True, kw_only=True, tag="egnn.shown"):
    """The two ways after one layer: transform before, x_l(g x), and transform after, g x_l(x)."""

    version: int
    layer: Count
    verdict: bool
    words: str
    quaternion: tuple[float, float, float, float]
    offset: tuple[float, float, float]
    mirror: bool
    made: Annotated[Float32, tensor("f4", "n", "3")]
    """Transform before, without the shift b, in `unit`."""
    after: Annotated[Float32, tensor("f4", "n", "3")]
    """Transform after, likewise."""
    features: Annotated[Float32, tensor("f4", "n", "k")]
    """Some channels of f_u(g x), each over its largest; in the first the nodes differ most at the input."""
    unit: Size
    """One unit of the picture in units of the cloud: more than 1 where the points have run away."""
    drawn: Count
    """The layer that is drawn: an earlier one where this one is not a number."""


class EgnnRow(msgspec.Struct, frozen=True, kw_only=True):
    """One layer: relative errors of f and x, and the spread; none where it is not a number or nothing was moved."""

    layer: Count
    features: float | None
    features_zone: Zone
    points: float | None
    points_zone: Zone
    spread: float | None
    words: str
    """What is said of the spread that is no number; else empty."""


class EgnnLayers(Frame, frozen=True, kw_only=True, tag="egnn.layers"):
    """The layers that were walked through so far."""

    version: int
    rows: tuple[EgnnRow, ...]
    dtype: str


class EgnnPulls(Frame, frozen=True, kw_only=True, tag="egnn.pulls"):
    """What each neighbor adds to the position of a student's node in the next layer, for this student alone."""

    version: int
    layer: Count
    node: Count
    features: tuple[float, ...]
    sources: Annotated[Int32, tensor("i4", "d")]
    pulls: Annotated[Float32, tensor("f4", "d", "3")]
