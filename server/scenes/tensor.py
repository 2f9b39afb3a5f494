"""Scene `tensor`: two arrows make nine numbers, and the nine are 1 + 3 + 5.

    v w^T = (v.w) I / 3 + (v w^T - w v^T) / 2 + rest           1o (x) 1o = 0e + 1e + 2e
    Q (R (x) R) Q^T = diag(1, det(R) R, D^2(R))                three blocks
    (R v) x (R w) = det(R) R (v x w)                           a cross product is a pseudovector

Questions: `cross` (choice "the cross product stays" / "the cross product flips" / "neither": what v x w does under the
chosen reflection), `blocks` (number: how many blocks Q (R (x) R) Q^T has), `largest` (number: the size of the largest).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal, TypeVar

import torch
from msgspec import Meta
from scipy.spatial.transform import Rotation
from torch import Tensor

from models.symmetry import irreps
from models.symmetry.equivariance import Zone, zone
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, STUDENT, Action, Float32, Frame, Role, f4, tensor
from server.room.scene import Context, Formula, Params, PerSeat, Scene, Slot, Truth, TruthKind, Wait

ARROWS, PRODUCT, SPLIT, TURNED, PREDICT, REFLECTED = range(6)
ACTS = (
    "two arrows",
    "the outer product: 9 numbers",
    "9 = 1 + 3 + 5",
    "turned: three blocks",
    "predict: both arrows are reflected",
    "reflected: the cross product",
)
Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
STILL: Quaternion = (0.0, 0.0, 0.0, 1.0)
TELLING: Quaternion = (0.36, -0.27, 0.45, 0.77)
"""About 79 degrees about no axis of the room."""
REFLECTIONS: dict[str, tuple[float, float, float]] = {"inversion": (-1.0, -1.0, -1.0), "mirror": (-1.0, 1.0, 1.0)}
STAYS, FLIPS, NEITHER = "the cross product stays", "the cross product flips", "neither"
SHORTEST = 1e-3
SAME = 1e-9

Part = Annotated[float, Meta(ge=-1000, le=1000)]
Direction = Annotated[tuple[Part, Part, Part], Meta(description="Any length but zero")]


class TensorParams(Params, frozen=True, kw_only=True):
    """Which reflection is shown."""

    reflection: Annotated[
        Literal["inversion", "mirror"],
        Meta(
            title="Reflection",
            description="What is done to both arrows at the end.",
            extra_json_schema={"labels": {"inversion": "Inversion: −x, −y, −z", "mirror": "Mirror: −x, y, z"}},
        ),
    ] = "inversion"


class TensorPoint(Action, frozen=True, kw_only=True, tag="tensor.point"):
    """The instructor points one of the two arrows somewhere else; an absolute direction."""

    collapse: ClassVar[bool] = True
    arrow: Literal["v", "w"]
    at: Direction

    def target(self) -> str:
        """The two arrows do not replace each other."""
        return self.arrow


class TensorTurn(Action, frozen=True, kw_only=True, tag="tensor.turn"):
    """The instructor turns both arrows by R; an absolute rotation."""

    collapse: ClassVar[bool] = True
    quaternion: Annotated[tuple[Part, Part, Part, Part], Meta(description="x, y, z, w of any length but zero")]


class TensorRandom(Action, frozen=True, kw_only=True, tag="tensor.random"):
    """A rotation drawn fairly (Haar) instead of the present one."""


class TensorPair(Action, frozen=True, kw_only=True, tag="tensor.pair"):
    """A student's own two arrows; the newest of a seat is enough."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    v: Direction
    w: Direction


class TensorTask(Frame, frozen=True, kw_only=True, tag="tensor.task"):
    """The stage's two arrows and their product in parts; what a phone shows until its student moves an arrow."""

    version: int
    act: int
    """0 arrows, 1 product, 2 split, 3 turned, 4 predict, 5 reflected."""
    v: tuple[float, float, float]
    w: tuple[float, float, float]
    dot: float
    cross: tuple[float, float, float]
    product: Annotated[Float32, tensor("f4", "3", "3")]
    scalar: Annotated[Float32, tensor("f4", "3", "3")]
    antisymmetric: Annotated[Float32, tensor("f4", "3", "3")]
    traceless: Annotated[Float32, tensor("f4", "3", "3")]
    shares: tuple[float, float, float]
    """|| part ||² / || v w^T ||² of the three parts; they sum to 1 and no rotation changes them."""


class TensorMine(TensorTask, frozen=True, kw_only=True, tag="tensor.mine"):
    """The same for a student's own two arrows."""


class TensorTurned(Frame, frozen=True, kw_only=True, tag="tensor.turned"):
    """Both arrows turned by R, and how the nine numbers turn: in the Cartesian basis and in that of the irreps."""

    version: int
    quaternion: tuple[float, float, float, float]
    angle: float
    v: tuple[float, float, float]
    w: tuple[float, float, float]
    cross: tuple[float, float, float]
    cartesian: Annotated[Float32, tensor("f4", "9", "9")]
    """R ⊗ R."""
    irreps: Annotated[Float32, tensor("f4", "9", "9")]
    """Q (R ⊗ R) Q^T."""
    before: Annotated[Float32, tensor("f4", "9")]
    """Q vec(v w^T)."""
    after: Annotated[Float32, tensor("f4", "9")]
    """Q vec((R v)(R w)^T)."""
    cartesian_off: float
    """|| outside the blocks || / || all || of R ⊗ R."""
    off_block: float
    """The same of Q (R ⊗ R) Q^T."""
    zone: Zone


class TensorReflected(Frame, frozen=True, kw_only=True, tag="tensor.reflected"):
    """Both arrows under the reflection P, their cross product, and where a polar vector would have gone."""

    version: int
    reflection: Literal["inversion", "mirror"]
    v: tuple[float, float, float]
    w: tuple[float, float, float]
    cross: tuple[float, float, float]
    """(P v) × (P w)."""
    polar: tuple[float, float, float]
    """P (v × w)."""
    dot: float
    error: float
    """|| (P v) × (P w) − det(P) P (v × w) || / || v || || w ||."""
    zone: Zone


T = TypeVar("T", bound=TensorTask)


@dataclass(frozen=True, slots=True)
class State:
    """The stage's pair of unit vectors, how it is turned, and the students' pairs by seat."""

    params: TensorParams
    version: int
    act: int = ARROWS
    v: Vector = (0.8, 0.48, 0.36)
    w: Vector = (-0.36, 0.8, 0.48)
    quaternion: Quaternion = STILL
    pairs: Mapping[str, tuple[Vector, Vector]] = field(default_factory=dict)


def _told(state: State) -> Quaternion:
    """A turn that one can see: the present one, or the telling one."""
    return TELLING if state.quaternion == STILL else state.quaternion


def _unit(at: Vector) -> Vector:
    length = math.hypot(*at)
    if length < SHORTEST:
        raise Refused("invalid", f"expected a direction, got a vector of length {length:g}")
    return at[0] / length, at[1] / length, at[2] / length


def _turned(state: State, to: Quaternion) -> State:
    if state.act != TURNED:
        raise Refused("refused", "expected the position at which the arrows are turned, got another one")
    length = math.hypot(*to)
    if length < SHORTEST:
        raise Refused("invalid", f"expected a quaternion of some length, got {length:g}")
    x, y, z, w = (part / length for part in to)
    return replace(state, quaternion=(x, y, z, w))


def _fate(state: State) -> str:
    """What the cross product of the stage's arrows does under the reflection."""
    mirror = torch.diag(_column(REFLECTIONS[state.params.reflection]))
    before = irreps.split(_column(state.v), _column(state.w)).cross
    after = irreps.split(mirror @ _column(state.v), mirror @ _column(state.w)).cross
    if float((after - before).abs().max()) < SAME:
        return STAYS
    return FLIPS if float((after + before).abs().max()) < SAME else NEITHER


def _task(state: State) -> TensorTask:
    return _product(TensorTask, state, state.v, state.w)


def _mine(state: State, pair: tuple[Vector, Vector]) -> TensorMine:
    return _product(TensorMine, state, *pair)


def _product(kind: type[T], state: State, v: Vector, w: Vector) -> T:
    """The product of two arrows and its three parts."""
    made = irreps.split(_column(v), _column(w))
    parts = (made.scalar, made.antisymmetric, made.traceless)
    first, second, third = (float((part**2).sum()) for part in parts)
    whole = first + second + third
    return kind(
        version=state.version,
        act=state.act,
        v=v,
        w=w,
        dot=made.dot,
        cross=_triple(made.cross),
        product=f4(torch.outer(_column(v), _column(w))),
        scalar=f4(made.scalar),
        antisymmetric=f4(made.antisymmetric),
        traceless=f4(made.traceless),
        shares=(first / whole, second / whole, third / whole),
    )


def _turn(state: State) -> TensorTurned:
    matrix = irreps.rotation_of(state.quaternion)
    v, w = _column(state.v), _column(state.w)
    turned_v, turned_w = matrix @ v, matrix @ w
    basis = irreps.change_of_basis()
    representation = irreps.product_representation(matrix)
    cartesian = torch.kron(matrix, matrix)
    off = irreps.off_block(representation, irreps.PARTS)
    x, y, z, real = state.quaternion
    return TensorTurned(
        version=state.version,
        quaternion=state.quaternion,
        angle=math.degrees(2 * math.atan2(math.hypot(x, y, z), abs(real))),
        v=_triple(turned_v),
        w=_triple(turned_w),
        cross=_triple(irreps.split(turned_v, turned_w).cross),
        cartesian=f4(cartesian),
        irreps=f4(representation),
        before=f4(basis @ torch.outer(v, w).flatten()),
        after=f4(basis @ torch.outer(turned_v, turned_w).flatten()),
        cartesian_off=irreps.off_block(cartesian, irreps.PARTS),
        off_block=off,
        zone=zone(off, torch.float64),
    )


def _reflection(state: State) -> TensorReflected:
    mirror = torch.diag(_column(REFLECTIONS[state.params.reflection]))
    v, w = _column(state.v), _column(state.w)
    made = irreps.split(mirror @ v, mirror @ w)
    error = irreps.parity_error(v, w, mirror)
    return TensorReflected(
        version=state.version,
        reflection=state.params.reflection,
        v=_triple(mirror @ v),
        w=_triple(mirror @ w),
        cross=_triple(made.cross),
        polar=_triple(mirror @ irreps.split(v, w).cross),
        dot=made.dot,
        error=error,
        zone=zone(error, torch.float64),
    )


def _column(vector: Vector) -> Tensor:
    return torch.tensor(vector, dtype=torch.float64)


def _triple(vector: Tensor) -> Vector:
    x, y, z = vector.tolist()
    return x, y, z


class Tensors(Scene[TensorParams, State]):
    """The tensor product of two vectors and its three parts."""

    title = "Tensor product of two vectors"
    summary = "Point two arrows: their nine products are a dot product, a cross product and five more."
    params = TensorParams
    actions = (TensorPoint, TensorTurn, TensorRandom, TensorPair)
    slots = (
        Slot(_task, ALL, of=lambda state: (state.version, state.act, state.v, state.w)),
        Slot(_turn, STAGE, of=lambda state: (state.version, state.v, state.w, state.quaternion)),
        Slot(_reflection, STAGE, of=lambda state: (state.version, state.v, state.w)),
        PerSeat.each(_mine, lambda state: state.pairs, of=lambda state: (state.version, state.act)),
    )
    formulas: ClassVar[Mapping[str, Formula]] = {
        "product": Formula(
            r"1_o \otimes 1_o = 0_e \oplus 1_e \oplus 2_e", "1 o times 1 o equals 0 e plus 1 e plus 2 e"
        ),
        "blocks": Formula(r"Q (R \otimes R) Q^{T}", "Q times R tensor R times Q transposed"),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"cross": "choice", "blocks": "number", "largest": "number"}
    pace = 5.0

    def initial(self, params: TensorParams, context: Context) -> State:
        return State(params, context.sequence)

    def warm(self) -> Iterator[Wait | None]:
        """The change of basis is made of e3nn's harmonics, which take seconds to import."""
        yield from super().warm()
        irreps.change_of_basis()
        yield None

    def adjust(self, state: State, params: TensorParams, context: Context) -> State:
        return state if params == state.params else replace(state, params=params, version=context.sequence)

    def apply(self, state: State, action: Action, context: Context) -> State:
        match action:
            case TensorPoint(arrow="v", at=at):
                return replace(state, v=_unit(at))
            case TensorPoint(at=at):
                return replace(state, w=_unit(at))
            case TensorTurn(quaternion=quaternion):
                return _turned(state, quaternion)
            case TensorRandom():
                x, y, z, w = Rotation.random(random_state=context.generator()).as_quat().tolist()
                return _turned(state, (x, y, z, w))
            case TensorPair():
                return replace(state, pairs={**state.pairs, context.author: (_unit(action.v), _unit(action.w))})
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        return state.act, len(ACTS)

    def label(self, state: State) -> str:
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        if to < TURNED:
            return replace(state, act=to, quaternion=STILL)
        return replace(state, act=to, quaternion=_told(state) if to == TURNED else state.quaternion)

    def truth(self, state: State, name: str) -> Truth:
        match name:
            case "cross":
                return _fate(state)
            case "blocks" | "largest":
                sizes = irreps.block_sizes(irreps.product_representation(irreps.rotation_of(_told(state))))
                return float(len(sizes) if name == "blocks" else max(sizes))
        return super().truth(state, name)


SCENE = Tensors()
