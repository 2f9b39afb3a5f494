"""Scene `vectors`: one arrow as x, y, z and as spherical harmonics, and which numbers mix when it turns.

    Y^l(R v) = D^l(R) Y^l(v),    ||Y^l(R v)|| = ||Y^l(v)||,    neighbors: sum_j Y(v_j)

Questions: `mixes` (choice "inside each block" / "across blocks" / "not at all"), `norm` (choice "stays the same" /
"changes"), `first` (number: the lowest degree above 0 at which the chosen neighbors' sum is not zero, 0 for none).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from scipy.spatial.transform import Rotation

from models.symmetry import irreps
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, Action
from server.room.scene import Context, Formula, PerSeat, Scene, Slot, Truth, TruthKind, Wait
from server.scenes.vectors import messages as m
from server.scenes.vectors import shown
from server.scenes.vectors.params import Direction, VectorsParams, neighbors_of
from server.scenes.vectors.state import ACTS, NEIGHBORS, PREDICT, STILL, TELLING, Quaternion, VectorsState, opening

SHORTEST = 1e-3
"""A vector or quaternion that is shorter has no direction that one could trust."""
STAYS, CHANGES = "stays the same", "changes"
UNMOVED = 1e-9
"""A norm that moved by a smaller share has stayed."""


def _moved(state: VectorsState) -> tuple[object, ...]:
    return state.version, state.turn, state.shown


class VectorsScene(Scene[VectorsParams, VectorsState]):
    """An arrow's numbers in two bases, and D(R) between two directions."""

    title = "Representing vectors"
    summary = "Aim an arrow and read it as x, y, z and as spherical harmonics; turn it and see which numbers mix."
    params = VectorsParams
    actions = (m.VectorsPoint, m.VectorsTurn, m.VectorsRandom, m.VectorsAim)
    slots = (
        Slot(shown.atlas_of, STAGE, of=lambda state: state.params.degree),
        Slot(shown.task, ALL, of=lambda state: (state.version, state.act, state.arrow)),
        Slot(shown.shown, STAGE, of=lambda state: (_moved(state), state.act, len(state.aims))),
        Slot(shown.surface, STAGE, of=_moved),
        Slot(shown.matrix, STAGE, of=lambda state: (state.version, state.turn)),
        PerSeat(shown.mine, lambda state: state.aims, of=lambda state: state.version),
    )
    formulas: ClassVar[Mapping[str, Formula]] = {
        "turn": Formula(
            r"Y^l(R\,v) = D^l(R)\, Y^l(v)", "Y l of R v equals D l of R times Y l of v: each degree turns by itself"
        ),
        "sum": Formula(r"\sum_j Y^l(v_j)", "the sum over the neighbors j of Y l of v j"),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"mixes": "choice", "norm": "choice", "first": "number"}
    pace = 5.0

    def initial(self, params: VectorsParams, context: Context) -> VectorsState:
        return opening(params, context.sequence)

    def warm(self) -> Iterator[Wait | None]:
        """The harmonics over the spheres; e3nn takes seconds to import."""
        yield from super().warm()
        shown.warm(self.params().degree)
        yield None

    def adjust(self, state: VectorsState, params: VectorsParams, context: Context) -> VectorsState:
        if params == state.params:
            return state
        same = neighbors_of(params) == neighbors_of(state.params)
        neighbors = state.neighbors if same else neighbors_of(params)
        return replace(state, params=params, version=context.sequence, neighbors=neighbors)

    def apply(self, state: VectorsState, action: Action, context: Context) -> VectorsState:
        match action:
            case m.VectorsPoint(arrow=arrow, at=at):
                return _pointed(state, arrow, _unit(at))
            case m.VectorsTurn(quaternion=quaternion):
                return _turned(state, quaternion)
            case m.VectorsRandom():
                x, y, z, w = Rotation.random(random_state=context.generator()).as_quat().tolist()
                return _turned(state, (x, y, z, w))
            case m.VectorsAim(at=at):
                return replace(state, aims={**state.aims, context.author: _unit(at)})
        return super().apply(state, action, context)

    def positions(self, state: VectorsState) -> tuple[int, int]:
        return state.act, len(ACTS)

    def label(self, state: VectorsState) -> str:
        return ACTS[state.act]

    def move(self, state: VectorsState, to: int, context: Context) -> VectorsState:
        if to < PREDICT:
            return replace(state, act=to, quaternion=STILL)
        return replace(state, act=to, quaternion=_told(state))

    def truth(self, state: VectorsState, name: str) -> Truth:
        degree = state.params.degree
        told = replace(state, act=max(state.act, PREDICT), quaternion=_told(state))
        match name:
            case "mixes":
                return irreps.mixing(shown.representation(told.quaternion, degree), shown.sizes(degree))
            case "norm":
                arrows, _, before, after = shown.summed(told)
                pairs = zip(irreps.norms(before, degree).tolist(), irreps.norms(after, degree).tolist(), strict=True)
                return STAYS if shown.norm_change(list(pairs), len(arrows)) < UNMOVED else CHANGES
            case "first":
                arrows = torch.tensor(replace(state, act=NEIGHBORS).shown, dtype=torch.float64)
                return float(irreps.first_degree(irreps.neighborhood(arrows, degree), degree) or 0)
        return super().truth(state, name)


def _unit(at: Direction) -> Direction:
    length = math.hypot(*at)
    if length < SHORTEST:
        raise Refused("invalid", f"expected a direction, got a vector of length {length:g}")
    return at[0] / length, at[1] / length, at[2] / length


def _told(state: VectorsState) -> Quaternion:
    """A turn that one can see: the present one, or the telling one."""
    return TELLING if state.quaternion == STILL else state.quaternion


def _turned(state: VectorsState, to: Quaternion) -> VectorsState:
    if state.act < PREDICT:
        raise Refused("refused", "expected a position at which the arrow is turned, got one at which it is aimed")
    length = math.hypot(*to)
    if length < SHORTEST:
        raise Refused("invalid", f"expected a quaternion of some length, got {length:g}")
    x, y, z, w = (part / length for part in to)
    return replace(state, quaternion=(x, y, z, w))


def _pointed(state: VectorsState, arrow: int, at: Direction) -> VectorsState:
    if state.act < NEIGHBORS:
        if arrow:
            raise Refused("invalid", f"expected arrow 0, the only one that is shown, got {arrow}")
        return replace(state, arrow=at)
    if arrow >= len(state.neighbors):
        raise Refused("invalid", f"expected one of {len(state.neighbors)} neighbors, got number {arrow}")
    neighbors = list(state.neighbors)
    neighbors[arrow] = at
    return replace(state, neighbors=tuple(neighbors))


SCENE = VectorsScene()
