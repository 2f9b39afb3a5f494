"""What the scene `radius` says and hears: its actions and its frames."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from server.protocol.messages import NOBODY, STUDENT, Action, Float32, Float64, Frame, Int32, Role, UInt8, tensor

Coordinate = Annotated[float, Meta(ge=-100, le=100)]
Place = Annotated[tuple[Coordinate, Coordinate, Coordinate], Meta(description="x, y, z as drawn, in the cloud's unit")]
Part = Annotated[float, Meta(ge=-1000, le=1000)]
Quaternion = Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]
Count = Annotated[int, Meta(ge=0)]


class RadiusMove(Action, frozen=True, kw_only=True, tag="radius.move"):
    """A student puts the own point somewhere else."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    at: Place


class RadiusDrag(Action, frozen=True, kw_only=True, tag="radius.drag"):
    """The instructor puts any point somewhere else."""

    collapse: ClassVar[bool] = True
    node: Annotated[int, Meta(ge=0, le=999)]
    at: Place

    def target(self) -> str:
        """Two points do not replace each other."""
        return str(self.node)


class RadiusTurn(Action, frozen=True, kw_only=True, tag="radius.turn"):
    """Rotate the room to this rotation; none given: a random one, on the way there step by step."""

    collapse: ClassVar[bool] = True
    quaternion: Quaternion | None = None

    def target(self) -> str:
        """Two random rotations are two."""
        return "random" if self.quaternion is None else ""


class RadiusCross(Action, frozen=True, kw_only=True, tag="radius.cross"):
    """Lead one point through the cutoff of another and back."""


class RadiusStep(Action, frozen=True, kw_only=True, tag="radius.step"):
    """One step of the motion that runs: a growing cutoff, a rotation, a crossing."""

    who: ClassVar[frozenset[Role]] = NOBODY
    index: Count


class RadiusTried(Action, frozen=True, kw_only=True, tag="radius.tried"):
    """The edge sets of random rotations so far; the scene's own job alone may send it."""

    who: ClassVar[frozenset[Role]] = NOBODY
    difference: Count
    """At the present rotation."""
    trials: Count
    fewest: Count
    most: Count
    largest: Count


class RadiusGraph(Frame, frozen=True, kw_only=True, tag="radius.graph"):
    """The points as they lie now and the edges between them."""

    version: int
    act: int
    scenery: int
    """Another number: other points; the picture starts afresh instead of moving."""
    kind: Literal["radius", "nearest"]
    k: int
    cutoff: float
    dim: int
    unit: str
    capped: bool
    periodic: bool
    seated: bool
    quaternion: tuple[float, float, float, float]
    """How the room is rotated; the positions are turned already."""
    room: float
    """The radius within which points may be dragged."""
    box: tuple[float, ...]
    """The periodic box's lengths, about the origin; empty in open space."""
    positions: Annotated[Float32, tensor("f4", "n", "3")]
    edges: Annotated[Int32, tensor("i4", "2", "s")]
    """Source over target; of two edges that are each other's reverse only one is listed."""
    shifts: Annotated[Float32, tensor("f4", "p", "3")]
    """x_target - x_source + shift is the edge's vector; p = s in a periodic box, 0 elsewhere."""
    oneway: Annotated[UInt8, tensor("u1", "s")]
    """1 where the reverse edge does not exist."""
    component: Annotated[Int32, tensor("i4", "n")]
    """Each node's component, 0 the largest."""
    degrees: Annotated[Int32, tensor("i4", "n")]
    """How many messages arrive at each node."""
    histogram: Annotated[Int32, tensor("i4", "b")]
    """Nodes of each degree from 0 on."""
    components: int
    isolated: int
    directed: int
    """All directed edges: twice the pairs where every edge has its reverse."""
    unreciprocated: int
    self_images: int
    """Directed edges from a node to its own image in a periodic box."""
    mean_degree: float
    expected_degree: float | None
    """rho pi r^2, or rho 4/3 pi r^3, for random points; none elsewhere."""
    beyond_half: bool
    """Whether the cutoff exceeds half the periodic box, where the nearest image alone is not enough."""
    elements: tuple[str, ...]


class RadiusNames(Frame, frozen=True, kw_only=True, tag="radius.names"):
    """Whose point each node is; empty unless the points are the class's."""

    names: tuple[str, ...]
    present: Annotated[UInt8, tensor("u1", "n")]


class RadiusCheck(Frame, frozen=True, kw_only=True, tag="radius.check"):
    """How many directed edges are in one graph and not in the other, before and after a rotation."""

    version: int
    possible: bool
    turned: bool
    """Whether the room is rotated at present."""
    difference: int | None
    """At the present rotation; none while it is not known."""
    edges: int
    """Directed edges of the room at rest."""
    trials: Count
    """Random rotations tried so far."""
    of: Count
    fewest: Count
    most: Count
    """Numbers of directed edges over the random rotations."""
    largest: Count
    """Largest difference over the random rotations."""
    words: str


class RadiusCurve(Frame, frozen=True, kw_only=True, tag="radius.curve"):
    """The energy of one pair over its distance, cut off hard and enveloped, and how far it jumps at the cutoff."""

    cutoff: float
    r: Annotated[Float32, tensor("f4", "m")]
    hard: Annotated[Float32, tensor("f4", "m")]
    enveloped: Annotated[Float32, tensor("f4", "m")]
    at_cutoff: float
    """phi(r_c)."""
    jump_hard: float
    """|E just inside - E just outside|, of two points."""
    jump_enveloped: float


class RadiusEnergy(Frame, frozen=True, kw_only=True, tag="radius.energy"):
    """The energy of the picture, and what it was while points moved; in units of the well's depth."""

    version: int
    shown: Literal["hard", "enveloped"]
    hard: float
    enveloped: float
    history_hard: Annotated[Float64, tensor("f8", "t")]
    """The last samples, less the first of them: what moving the points has changed."""
    history_enveloped: Annotated[Float64, tensor("f8", "t")]
    changed: Annotated[Int32, tensor("i4", "t")]
    """Directed edges that came or went with each sample."""
    crossing: tuple[int, ...]
    """The two nodes of which one is being led through the other's cutoff."""
