"""What the scene `gvp` says and hears: its parameters, its actions and its frames."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from server.protocol.messages import STUDENT, Action, Float32, Frame, Role, tensor
from server.room.scene import Params

Part = Annotated[float, Meta(ge=-1000, le=1000)]
Quaternion = Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]
Size = Annotated[float, Meta(ge=0)]
Zone = Literal["rounding", "approximate", "broken"]


class GvpParams(Params, frozen=True, kw_only=True):
    """How the arrows are mixed and scaled, and what is done wrong on purpose."""

    mix_11: Annotated[
        float,
        Meta(
            ge=-2,
            le=2,
            title="First arrow from v1",
            description="Entry 1, 1 of the mixing W_h.",
            extra_json_schema={"step": 0.1},
        ),
    ] = 0.8
    mix_12: Annotated[
        float,
        Meta(
            ge=-2,
            le=2,
            title="First arrow from v2",
            description="Entry 1, 2 of the mixing W_h.",
            extra_json_schema={"step": 0.1},
        ),
    ] = -0.5
    mix_21: Annotated[
        float,
        Meta(
            ge=-2,
            le=2,
            title="Second arrow from v1",
            description="Entry 2, 1 of the mixing W_h.",
            extra_json_schema={"step": 0.1},
        ),
    ] = 0.4
    mix_22: Annotated[
        float,
        Meta(
            ge=-2,
            le=2,
            title="Second arrow from v2",
            description="Entry 2, 2 of the mixing W_h.",
            extra_json_schema={"step": 0.1},
        ),
    ] = 0.9
    vector_bias: Annotated[
        bool, Meta(title="Bias on vectors", description="Adds a constant arrow. It does not turn with the input.")
    ] = False
    vector_gate: Annotated[
        bool, Meta(title="Vector gate", description="Scale the arrows by the scalars, not by their own lengths.")
    ] = False
    dtype: Annotated[Literal["float32", "float64"], Meta(title="Precision", description="Of the perceptron.")] = (
        "float32"
    )


class GvpTurn(Action, frozen=True, kw_only=True, tag="gvp.turn"):
    """The instructor turns the input of the stage; absolute, first the mirror x -> -x, then the rotation."""

    collapse: ClassVar[bool] = True
    quaternion: Quaternion
    mirror: bool = False


class GvpTry(Action, frozen=True, kw_only=True, tag="gvp.try"):
    """A student turns an own copy of the input; the newest of a seat counts."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    quaternion: Quaternion
    mirror: bool = False


class GvpMachine(Frame, frozen=True, kw_only=True, tag="gvp.machine"):
    """Every stage of the perceptron for the input as it came and as it is turned."""

    version: int
    act: int
    act_name: str
    words: str
    """What is done to the input."""
    quaternion: tuple[float, float, float, float]
    mirror: bool
    vector_bias: bool
    vector_gate: bool
    mixing: Annotated[Float32, tensor("f4", "two", "channel", "channel")]
    """W_h and W_mu."""
    before: Annotated[Float32, tensor("f4", "stage", "channel", "3")]
    """V, V_h, V_mu, V' of the input as it came."""
    now: Annotated[Float32, tensor("f4", "stage", "channel", "3")]
    expected: Annotated[Float32, tensor("f4", "channel", "3")]
    """The arrows that came out before, turned: where V' belongs."""
    scalars_in: Annotated[Float32, tensor("f4", "n")]
    lengths: Annotated[Float32, tensor("f4", "two", "channel")]
    """s_h before and now."""
    gates: Annotated[Float32, tensor("f4", "two", "channel")]
    scalars: Annotated[Float32, tensor("f4", "two", "m")]
    """s' before and now."""


class GvpErrors(Frame, frozen=True, kw_only=True, tag="gvp.errors"):
    """Relative errors of both lanes: of this turn, and the largest of many rotations and reflections."""

    version: int
    dtype: str
    scalars: Size
    vectors: Size
    scalars_zone: Zone
    vectors_zone: Zone
    many_scalars: Size
    many_vectors: Size
    samples: int
    tries: int
    """By students."""
    worst: float | None


class GvpMine(Frame, frozen=True, kw_only=True, tag="gvp.mine"):
    """What a student's own turn did: the arrows and scalars out, and the errors."""

    version: int
    quaternion: tuple[float, float, float, float]
    mirror: bool
    arrows: Annotated[Float32, tensor("f4", "channel", "3")]
    scalars: Annotated[Float32, tensor("f4", "m")]
    scalars_error: Size
    vectors_error: Size
    zone: Zone
