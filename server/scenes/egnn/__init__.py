"""Scene `egnn`: equivariant message passing, layer by layer.

    f_u' = phi(f_u, sum_v psi_f(f_u, f_v, |x_u - x_v|^2))        x_u' = x_u + C sum_v (x_u - x_v) psi_c(f_u, f_v, ..)

|(R x_u + b) - (R x_v + b)|^2 = |x_u - x_v|^2, so f' does not change and x' becomes R x' + b. Two runs lie over each
other: transform before and transform after. Source of every number: `models/experiments/trajectory.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from models.symmetry.turn import Quaternion, Turn, unit
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, Action
from server.room.scene import Context, Formula, PerSeat, Scene, Slot, Truth
from server.scenes.egnn import messages as g
from server.scenes.egnn import run
from server.scenes.egnn.messages import NAMES, EgnnParams

TELLING = Turn(unit((0.28, 0.53, 0.22, 0.77)))
"""About 79 degrees: what fails, fails visibly."""
GROWN = 10.0


@dataclass(frozen=True, slots=True)
class EgnnState:
    """Everything the scene knows; runs are rebuilt from the parameters and the turn."""

    params: EgnnParams
    version: int
    """Of network and cloud."""
    position: int = 0
    turn: Turn = TELLING
    watched: Mapping[str, int] = field(default_factory=dict)
    """By seat, the node that it looks at."""

    @property
    def layer(self) -> int:
        """The layer after which the points are shown; the verdict shows the last."""
        return min(self.position, self.params.layers)

    @property
    def verdict(self) -> bool:
        """Whether all layers are told together."""
        return self.position > self.params.layers


def _turn(quaternion: Quaternion, shift: tuple[float, float, float], mirror: bool) -> Turn:
    """What a browser sent, the quaternion at length 1. Raises Refused where it has no direction."""
    try:
        return Turn(unit(quaternion), shift, mirror)
    except ValueError as error:
        raise Refused("invalid", str(error)) from error


def _graph(state: EgnnState) -> g.EgnnGraph:
    params = state.params
    edges, links = run.pairs(params)
    return g.EgnnGraph(
        version=state.version,
        model=params.model,
        name=NAMES[params.model],
        nodes=params.nodes,
        layers=params.layers,
        links=links,
        hands=params.hands,
        edges=edges,
    )


def _run(state: EgnnState) -> tuple[object, ...]:
    return state.version, state.position, state.turn


def _shown(state: EgnnState) -> g.EgnnShown:
    params, turn = state.params, state.turn
    drawn = run.last_number(params, turn, state.layer)
    made, after, unit = run.both_ways(params, turn, drawn)
    return g.EgnnShown(
        version=state.version,
        layer=state.layer,
        verdict=state.verdict,
        words=turn.words(),
        quaternion=turn.quaternion,
        offset=turn.shift,
        mirror=turn.mirror,
        made=made,
        after=after,
        features=run.channels(params, turn, drawn),
        unit=unit,
        drawn=drawn,
    )


def _layers(state: EgnnState) -> g.EgnnLayers:
    rows = tuple(run.row(state.params, state.turn, at) for at in range(state.layer + 1))
    return g.EgnnLayers(version=state.version, rows=rows, dtype="float32")


def _pulls(state: EgnnState, node: int) -> g.EgnnPulls:
    drawn = run.last_number(state.params, state.turn, state.layer)
    sources, pulls, _ = run.pulls(state.params, state.turn, drawn, node)
    return g.EgnnPulls(
        version=state.version,
        layer=drawn,
        node=node,
        features=tuple(run.channels(state.params, state.turn, drawn)[node].tolist()),
        sources=sources,
        pulls=pulls,
    )


class EgnnScene(Scene[EgnnParams, EgnnState]):
    """Transform before over transform after, layer by layer."""

    title = "Equivariant message passing"
    summary = "Turn the input, step through the layers, and tap a node to see what pulls it."
    params = EgnnParams
    actions = (g.EgnnTurn, g.EgnnHand, g.EgnnWatch)
    slots = (
        Slot(_graph, ALL, of=lambda state: state.version),
        Slot(_shown, ALL, of=_run),
        Slot(_layers, STAGE, of=_run),
        PerSeat.each(_pulls, lambda state: state.watched, of=_run),
    )
    truths: ClassVar = {"equivariant": "choice", "spread": "choice"}
    formulas: ClassVar[Mapping[str, Formula]] = {
        "points": Formula(
            r"\color{#009E73}{x_i'} = \color{#0072B2}{x_i} + C \sum_j \color{#D55E00}{(x_i - x_j)}\, \phi_x(m_{ij})",
            "x i prime equals x i plus C times the sum over j of x i minus x j times phi x of m i j",
        ),
        "message": Formula(
            r"m_{ij} = \phi_e(h_i, h_j, \color{#D55E00}{\Vert x_i - x_j \Vert^2})",
            "m i j equals phi e of h i, h j and the squared distance of x i and x j",
        ),
        "broken": Formula(
            r"\color{#009E73}{x_i'} = \color{#0072B2}{x_i}"
            r" + \mathrm{ReLU}(C \sum_j \color{#D55E00}{(x_i - x_j)}\, \phi_x(m_{ij}))",
            "x i prime equals x i plus ReLU of C times the sum over j of x i minus x j times phi x of m i j",
        ),
        "naive": Formula(
            r"h_i^{(0)} = W [f_i, \color{#D55E00}{x_i}] + b \qquad h_i' = h_i + \phi_h(h_i, \sum_j \phi_e(h_i, h_j))",
            "h i zero equals W times f i and x i, plus b; h i prime equals h i plus phi h of h i and messages",
        ),
        "proof": Formula(
            r"\Vert (Rx_i + b) - (Rx_j + b) \Vert^2 = \color{#D55E00}{\Vert x_i - x_j \Vert^2}",
            "the squared distance of R x i plus b and R x j plus b equals the squared distance of x i and x j",
        ),
    }
    pace = 2.5

    def initial(self, params: EgnnParams, context: Context) -> EgnnState:
        return EgnnState(params, context.sequence)

    def adjust(self, state: EgnnState, params: EgnnParams, context: Context) -> EgnnState:
        if params == state.params:
            return state
        position = params.layers + 1 if state.verdict else min(state.position, params.layers)
        watched = {who: min(node, params.nodes - 1) for who, node in state.watched.items()}
        return replace(state, params=params, version=context.sequence, position=position, watched=watched)

    def apply(self, state: EgnnState, action: Action, context: Context) -> EgnnState:
        match action:
            case g.EgnnTurn():
                return replace(state, turn=_turn(action.quaternion, action.shift, action.mirror))
            case g.EgnnHand():
                if not state.params.hands:
                    raise Refused("refused", "expected the instructor to let the phones turn the input first")
                return replace(state, turn=_turn(action.quaternion, state.turn.shift, state.turn.mirror))
            case g.EgnnWatch():
                if action.node >= state.params.nodes:
                    raise Refused("invalid", f"expected a node below {state.params.nodes}, got {action.node}")
                return replace(state, watched={**state.watched, context.author: action.node})
        return super().apply(state, action, context)

    def positions(self, state: EgnnState) -> tuple[int, int]:
        return state.position, state.params.layers + 2

    def label(self, state: EgnnState) -> str:
        if state.verdict:
            return "verdict: all layers"
        return f"after layer {state.layer} of {state.params.layers}" if state.layer else "predict: the input is turned"

    def move(self, state: EgnnState, to: int, context: Context) -> EgnnState:
        return replace(state, position=to)

    def truth(self, state: EgnnState, name: str) -> Truth:
        """`equivariant`: "yes, up to rounding" or "no"; `spread`: "it stays", "it grows" or "it overflows"."""
        if name == "equivariant":
            rows = [run.row(state.params, state.turn, at) for at in range(1, state.params.layers + 1)]
            zones = {zone for row in rows for zone in (row.features_zone, row.points_zone)}
            return "no" if "broken" in zones else "yes, up to rounding"
        if name == "spread":
            sizes = run.spreads(state.params)
            if not all(map(math.isfinite, sizes)):
                return "it overflows"
            return "it grows" if max(sizes) > GROWN * sizes[0] else "it stays"
        return super().truth(state, name)


SCENE = EgnnScene()
