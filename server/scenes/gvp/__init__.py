"""Gvp: the geometric vector perceptron as a machine, walked through stage by stage, then turned.

    V_h = W_h V, V_mu = W_mu V_h;  s_h = |V_h|;  s' = sigma(W_m [s_h; s] + b);  V' = gate * V_mu

Arrows go in, are mixed, drop their lengths into the scalar lane and are scaled on the way out. Source: Jing et al.,
arXiv:2009.01411, algorithm 1; `models/networks/gvp.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from models.networks.gvp import GVP, Stages
from models.symmetry.equivariance import ErrorSummary, Transform, equivariance_error, random_transforms, zone
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, Action, Float32, f4
from server.room.scene import Context, Formula, PerSeat, Scene, Slot, Truth
from server.scenes.gvp.messages import GvpErrors, GvpMachine, GvpMine, GvpParams, GvpTry, GvpTurn

ACTS = (
    "arrows and scalars in",
    "the arrows are mixed",
    "lengths drop into the scalar lane",
    "the scalar lane",
    "gates scale the arrows",
    "arrows and scalars out",
    "the input is turned",
)
TURNED = len(ACTS) - 1
CHANNELS, SCALARS, OUT = 2, 2, 3
"""Vectors in and out, scalars in, scalars out."""
SAMPLES = 10
DTYPES = {"float32": torch.float32, "float64": torch.float64}
ROTATES, FROZEN, BOTH = "the arrows turn, the scalars stay", "nothing stays as it should", "only the arrows fail"
SHORTEST = 1e-6


@dataclass(frozen=True, slots=True)
class Turn:
    """Mirror x -> -x where asked, then the rotation of a unit quaternion."""

    quaternion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    mirror: bool = False

    def transform(self) -> Transform:
        """As `models.symmetry.equivariance` knows it."""
        matrix = Rotation.from_quat(self.quaternion).as_matrix() @ np.diag([-1.0 if self.mirror else 1.0, 1.0, 1.0])
        kind: Literal["rotation", "reflection"] = "reflection" if self.mirror else "rotation"
        return Transform(torch.from_numpy(np.ascontiguousarray(matrix)), torch.zeros(3, dtype=torch.float64), kind)

    def words(self) -> str:
        """For the stage and a screen reader."""
        x, y, z, w = self.quaternion
        angle = math.degrees(2 * math.atan2(math.hypot(x, y, z), abs(w)))
        parts = ["mirrored"] if self.mirror else []
        if angle > 0.5:
            parts.append(f"turned by {angle:.0f}°")
        return ", ".join(parts) or "as it came"


TELLING = Turn((0.0, 0.0, 0.5, 0.8660254037844386))
"""60 degrees in the plane of the screen: what stays behind is seen at once."""


@dataclass(frozen=True, slots=True)
class State:
    """The place in the walk, the turn of the stage, and each seat's own turn."""

    params: GvpParams
    version: int
    act: int = 0
    turn: Turn = field(default_factory=Turn)
    tries: Mapping[str, Turn] = field(default_factory=dict)
    count: int = 0
    worst: float | None = None


@lru_cache(maxsize=64)
def _perceptron(params: GvpParams) -> GVP:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        made = GVP((SCALARS, CHANNELS), (OUT, CHANNELS), vector_gate=params.vector_gate, vector_bias=params.vector_bias)
    with torch.no_grad():
        made.w_h.weight.copy_(torch.tensor([[params.mix_11, params.mix_12], [params.mix_21, params.mix_22]]))
        made.w_mu.weight.copy_(torch.tensor([[1.0, 0.5], [-0.6, 0.9]]))
        made.w_m.weight.copy_(torch.tensor([[0.7, 0.3, 0.4, -0.2], [-0.3, 0.8, 0.1, 0.5], [0.5, 0.5, -0.3, 0.3]]))
        made.w_m.bias.copy_(torch.tensor([0.1, 0.2, -0.1]))
        if made.bias is not None:
            made.bias.copy_(torch.tensor([[0.7, 0.2, 0.0], [0.0, 0.6, 0.2]]))
    return made.to(DTYPES[params.dtype])


def _input(params: GvpParams) -> tuple[Tensor, Tensor]:
    dtype = DTYPES[params.dtype]
    vectors = torch.tensor([[0.9, 0.35, 0.2], [-0.2, 0.6, -0.2]], dtype=dtype)  # (nu, 3)
    return torch.tensor([0.6, 0.9], dtype=dtype), vectors


def _stages(params: GvpParams, turn: Turn) -> tuple[Tensor, Stages]:
    s, v = _input(params)
    turned = turn.transform().vectors(v)
    with torch.no_grad():
        return turned, _perceptron(params).stages(s, turned)


def _outputs(params: GvpParams, vectors: Tensor) -> dict[str, Tensor]:
    scalars, arrows = _perceptron(params)(_input(params)[0], vectors)
    return {"scalars": scalars, "vectors": arrows}


def _errors(params: GvpParams, transforms: Iterable[Transform]) -> dict[str, ErrorSummary]:
    return equivariance_error(lambda v: _outputs(params, v), _input(params)[1], transforms)


@lru_cache(maxsize=64)
def _many(params: GvpParams) -> tuple[float, float]:
    """The largest errors of scalars and vectors over many rotations and reflections."""
    found = _errors(params, [*random_transforms("rotation", SAMPLES, 0), *random_transforms("reflection", SAMPLES, 0)])
    return found["scalars"].maximum, found["vectors"].maximum


def _turn_of(quaternion: tuple[float, float, float, float], mirror: bool) -> Turn:
    x, y, z, w = quaternion
    length = math.hypot(x, y, z, w)
    if length < SHORTEST:
        raise Refused("invalid", f"expected a quaternion of length {SHORTEST:g} or more, got {length:.3g}")
    return Turn((x / length, y / length, z / length, w / length), mirror)


def _drawn(*parts: Tensor) -> Float32:
    return f4(torch.stack(parts))


def _machine(state: State) -> GvpMachine:
    (first, before), (turned, now) = (_stages(state.params, turn) for turn in (Turn(), state.turn))
    made = _perceptron(state.params)
    assert before.gates is not None
    assert now.gates is not None
    return GvpMachine(
        version=state.version,
        act=state.act,
        act_name=ACTS[state.act],
        words=state.turn.words(),
        quaternion=state.turn.quaternion,
        mirror=state.turn.mirror,
        vector_bias=state.params.vector_bias,
        vector_gate=state.params.vector_gate,
        mixing=_drawn(made.w_h.weight, made.w_mu.weight),
        before=_drawn(first, before.mixed, before.combined, before.vectors),
        now=_drawn(turned, now.mixed, now.combined, now.vectors),
        expected=f4(state.turn.transform().vectors(before.vectors)),
        scalars_in=f4(_input(state.params)[0]),
        lengths=_drawn(before.lengths, now.lengths),
        gates=_drawn(before.gates, now.gates),
        scalars=_drawn(before.scalars, now.scalars),
    )


def _measured(state: State) -> GvpErrors:
    dtype = DTYPES[state.params.dtype]
    found = _errors(state.params, [state.turn.transform()])
    scalars, vectors = found["scalars"].maximum, found["vectors"].maximum
    many = _many(state.params)
    return GvpErrors(
        version=state.version,
        dtype=state.params.dtype,
        scalars=scalars,
        vectors=vectors,
        scalars_zone=zone(scalars, dtype),
        vectors_zone=zone(vectors, dtype),
        many_scalars=many[0],
        many_vectors=many[1],
        samples=2 * SAMPLES,
        tries=state.count,
        worst=state.worst,
    )


def _mine(state: State, turn: Turn) -> GvpMine:
    _, made = _stages(state.params, turn)
    found = _errors(state.params, [turn.transform()])
    worst = max(summary.maximum for summary in found.values())
    return GvpMine(
        version=state.version,
        quaternion=turn.quaternion,
        mirror=turn.mirror,
        arrows=f4(made.vectors),
        scalars=f4(made.scalars),
        scalars_error=found["scalars"].maximum,
        vectors_error=found["vectors"].maximum,
        zone=zone(worst, DTYPES[state.params.dtype]),
    )


class Gvp(Scene[GvpParams, State]):
    """Walk arrows through the perceptron, then turn them.

    Truth `outcome`: "the arrows turn, the scalars stay" or, with a bias on vectors, "nothing stays as it should", by
    the zones of both errors ("only the arrows fail" where the scalars alone hold). Truth `scalars`, `vectors`: the
    largest relative error over 10 random rotations and 10 reflections.
    """

    title = "The geometric vector perceptron"
    summary = "Arrows and numbers go through one machine. Turn the arrows and see which numbers stay."
    params = GvpParams
    actions = (GvpTurn, GvpTry)
    slots = (
        Slot(_machine, ALL, of=lambda state: (state.version, state.act, state.turn)),
        Slot(_measured, STAGE, of=lambda state: (state.version, state.turn, state.count, state.worst)),
        PerSeat.each(_mine, lambda state: state.tries, of=lambda state: state.version),
    )
    formulas: ClassVar = {
        "machine": Formula(
            r"s' = \sigma\left(W_m \left[\Vert \color{#D55E00}{W_h V} \Vert; s\right] + b\right),\quad"
            r" V' = \sigma^+ \odot \color{#D55E00}{W_\mu W_h V}",
            "s prime is sigma of W m times the lengths of W h V and s, plus b; V prime is a gate times W mu W h V",
        ),
        "mixed": Formula(r"V_h = W_h V", "V h is W h times V"),
        "lengths": Formula(r"s_h = \Vert V_h \Vert", "s h are the lengths of the rows of V h"),
        "lane": Formula(r"s' = \sigma\left(W_m [s_h; s] + b\right)", "s prime is sigma of W m times s h and s, plus b"),
        "second": Formula(r"V_\mu = W_\mu V_h", "V mu is W mu times V h"),
        "gate": Formula(
            r"V' = \sigma^+(\Vert V_\mu \Vert) \odot V_\mu", "V prime is sigma plus of the lengths of V mu, times V mu"
        ),
        "gated": Formula(
            r"V' = \sigma^+(W_g\, \sigma^+(s_m) + b_g) \odot V_\mu",
            "V prime is sigma plus of W g times sigma plus of s m, plus b g, times V mu",
        ),
    }
    truths: ClassVar = {"outcome": "choice", "scalars": "number", "vectors": "number"}
    pace = 3.0

    def initial(self, params: GvpParams, context: Context) -> State:
        """Arrows and scalars wait in front of the machine."""
        return State(params, context.sequence)

    def adjust(self, state: State, params: GvpParams, context: Context) -> State:
        """The same turn through another machine; what students found of the old one is forgotten."""
        if params == state.params:
            return state
        return replace(state, params=params, version=context.sequence, count=0, worst=None)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """Turn the stage's input, or a student's own."""
        match action:
            case GvpTurn(quaternion=quaternion, mirror=mirror):
                return replace(state, turn=_turn_of(quaternion, mirror), act=TURNED)
            case GvpTry(quaternion=quaternion, mirror=mirror):
                if state.act < TURNED:
                    raise Refused(
                        "refused", "expected a prediction first: turns are taken once the stage's input turns"
                    )
                turn = _turn_of(quaternion, mirror)
                error = max(found.maximum for found in _errors(state.params, [turn.transform()]).values())
                worst = error if state.worst is None else max(state.worst, error)
                return replace(state, tries={**state.tries, context.author: turn}, count=state.count + 1, worst=worst)
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        """The stages of the machine, then the turn."""
        return state.act, len(ACTS)

    def label(self, state: State) -> str:
        """Where the arrows are."""
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        """To another stage; before the last the input is as it came."""
        turn = Turn() if to < TURNED else (TELLING if state.turn == Turn() else state.turn)
        return replace(state, act=to, turn=turn)

    def truth(self, state: State, name: str) -> Truth:
        """From the errors of many turns, whatever position is shown."""
        scalars, vectors = _many(state.params)
        if name == "scalars":
            return scalars
        if name == "vectors":
            return vectors
        if name == "outcome":
            dtype = DTYPES[state.params.dtype]
            kept = [zone(error, dtype) == "rounding" for error in (scalars, vectors)]
            return ROTATES if all(kept) else BOTH if kept[0] else FROZEN
        return super().truth(state, name)


SCENE = Gvp()
