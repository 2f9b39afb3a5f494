"""What the scene `vectors` says and hears: its actions and its frames."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from models.symmetry.equivariance import Zone
from server.protocol.messages import STUDENT, Action, Float32, Float64, Frame, Int32, Role, tensor

Part = Annotated[float, Meta(ge=-1000, le=1000)]
Quaternion = Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]
Vector = Annotated[tuple[Part, Part, Part], Meta(description="A direction: any length but zero")]


class VectorsPoint(Action, frozen=True, kw_only=True, tag="vectors.point"):
    """The instructor points one of the arrows that are shown somewhere else; an absolute direction."""

    collapse: ClassVar[bool] = True
    arrow: Annotated[int, Meta(ge=0, le=7)]
    at: Vector

    def target(self) -> str:
        """Two arrows do not replace each other."""
        return str(self.arrow)


class VectorsTurn(Action, frozen=True, kw_only=True, tag="vectors.turn"):
    """The instructor turns everything by R; an absolute rotation."""

    collapse: ClassVar[bool] = True
    quaternion: Quaternion


class VectorsRandom(Action, frozen=True, kw_only=True, tag="vectors.random"):
    """A rotation drawn fairly (Haar) instead of the present one."""


class VectorsAim(Action, frozen=True, kw_only=True, tag="vectors.aim"):
    """A student's own arrow; the newest of a seat is enough."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    at: Vector


class VectorsDegree(msgspec.Struct, frozen=True, kw_only=True):
    """One block: the norm of its 2l + 1 numbers before and after the turn."""

    degree: int
    before: float
    after: float


class VectorsTask(Frame, frozen=True, kw_only=True, tag="vectors.task"):
    """What a phone needs: where the scene stands, and the stage's arrow for a student who has not aimed yet."""

    version: int
    act: int
    """0 x y z, 1 harmonics, 2 surface, 3 predict, 4 turned, 5 norms, 6 neighbors."""
    degree: int
    of_class: bool
    """Whether the students' arrows are the neighbors of the last position."""
    at: tuple[float, float, float]
    values: Annotated[Float32, tensor("f4", "k")]
    norms: tuple[float, ...]


class VectorsShown(Frame, frozen=True, kw_only=True, tag="vectors.shown"):
    """The arrows, their summed harmonics before and after the turn, and what the turn left as it was."""

    version: int
    act: int
    degree: int
    of_class: bool
    aims: int
    """How many students have aimed."""
    arrows: Annotated[Float64, tensor("f8", "n", "3")]
    turned: Annotated[Float32, tensor("f4", "n", "3")]
    before: Annotated[Float32, tensor("f4", "k")]
    after: Annotated[Float32, tensor("f4", "k")]
    blocks: tuple[VectorsDegree, ...]
    quaternion: tuple[float, float, float, float]
    angle: float
    """Of the turn, degrees."""
    error: float
    """max |Y(R v) − D(R) Y(v)|, float64."""
    zone: Zone
    norm_change: float
    """The largest change of a block's norm, relative to sqrt(2l + 1) and the number of arrows."""
    off_block: float
    """|| outside the blocks || / || D ||."""
    first: int | None
    """The lowest degree above 0 that is not zero."""


class VectorsAtlas(Frame, frozen=True, kw_only=True, tag="vectors.atlas"):
    """The meshes: a fine sphere for the surface, a coarse one with all the functions Y_lm on it."""

    degree: int
    points: Annotated[Float32, tensor("f4", "v", "3")]
    triangles: Annotated[Int32, tensor("i4", "t", "3")]
    coarse_points: Annotated[Float32, tensor("f4", "c", "3")]
    coarse_triangles: Annotated[Int32, tensor("i4", "s", "3")]
    functions: Annotated[Float32, tensor("f4", "k", "c")]
    """Each scaled to a largest size of 1."""


class VectorsSurface(Frame, frozen=True, kw_only=True, tag="vectors.surface"):
    """f(u) over the fine sphere for the turned arrows, scaled to a largest size of 1; zero stays zero."""

    version: int
    drawn: int | None
    """The degree drawn, none for all."""
    values: Annotated[Float32, tensor("f4", "v")]
    peak: float
    """The largest |f| before it was scaled; a single arrow of all degrees has 1."""


class VectorsMatrix(Frame, frozen=True, kw_only=True, tag="vectors.matrix"):
    """D(R), all degrees at once."""

    version: int
    values: Annotated[Float32, tensor("f4", "k", "k")]


class VectorsMine(Frame, frozen=True, kw_only=True, tag="vectors.mine"):
    """A student's own arrow and its harmonics."""

    version: int
    at: tuple[float, float, float]
    degree: int
    values: Annotated[Float32, tensor("f4", "k")]
    norms: tuple[float, ...]
