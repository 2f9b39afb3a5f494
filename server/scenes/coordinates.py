"""Coordinates: the same graph with and without positions; what does the network's output notice?

    f(x, A)    against    f(x', A) after a drag    and    f(R x', A) after the room was rotated

Four networks of random weights (`models/experiments/positions_given.py`) read nothing, the atom types, the bonds'
lengths, or raw x, y, z. Options of every truth: `UNCHANGED` or `CHANGED`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import msgspec
import torch
from msgspec import Meta

from models.experiments.positions_given import FARTHEST, GIVEN, bonds, limited, output
from models.graphs.clouds import Cloud, named_cloud
from models.graphs.graph import Graph
from models.symmetry.equivariance import relative_error, zone
from models.symmetry.pose import pose
from server.protocol.faults import Refused
from server.protocol.messages import ALL, EVERYONE, Action, Float32, Frame, Int32, Role, f4, i4, tensor
from server.room.scene import Context, Formula, Params, Scene, Slot, Truth, TruthKind

UNCHANGED, CHANGED = "unchanged", "changed"
ACTS = (
    "the molecule as a graph",
    "drag an atom: nothing is given",
    "the atom types",
    "distances",
    "raw x, y, z",
    "rotate the room",
)
PREDICT, DRAGGED, ROTATED = 0, 1, 5
SHOWN = (0, 1, 2, 3, 4, 4)
"""How many of the four networks are revealed at each position."""
TURN = (70.0, 25.0)
"""Degrees about y and x by which the room is rotated in the last position."""
TELLING = (0.22, -0.26, 0.17)
"""The drag that the walk makes where nobody dragged: it changes lengths and angles."""

Offset = Annotated[float, Meta(ge=-9, le=9)]


class CoordinatesParams(Params, frozen=True, kw_only=True):
    """Which molecule, and which random weights."""

    molecule: Annotated[
        Literal["ethanol", "water", "methane", "benzene"],
        Meta(title="Molecule", description="Its bonds are the graph, whatever is dragged."),
    ] = "ethanol"
    seed: Annotated[int, Meta(ge=0, le=999, title="Seed", description="Of the four networks' weights.")] = 0


class Drag(Action, frozen=True, kw_only=True, tag="coordinates.drag"):
    """Somebody pulls an atom; the offset from its place at rest, angstrom, shortened to what a molecule bears."""

    who: ClassVar[frozenset[Role]] = frozenset(EVERYONE - {"stage"})
    collapse: ClassVar[bool] = True
    atom: Annotated[int, Meta(ge=0, le=99)]
    offset: tuple[Offset, Offset, Offset]

    def target(self) -> str:
        """Two atoms are two drags."""
        return str(self.atom)


class Rest(Action, frozen=True, kw_only=True, tag="coordinates.rest"):
    """Every atom back to its place, and the room as it was."""


class Turn(Action, frozen=True, kw_only=True, tag="coordinates.turn"):
    """The instructor rotates the room: degrees about y and x, absolute."""

    collapse: ClassVar[bool] = True
    turn: Annotated[float, Meta(ge=-360, le=360)]
    tilt: Annotated[float, Meta(ge=-360, le=360)] = 0.0


class Molecule(Frame, frozen=True, kw_only=True, tag="coordinates.molecule"):
    """The graph, which stays."""

    version: int
    elements: tuple[str, ...]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    rest: Annotated[Float32, tensor("f4", "n", "3")]
    farthest: float
    """Angstrom that an atom may be dragged."""


class Positions(Frame, frozen=True, kw_only=True, tag="coordinates.positions"):
    """Where the atoms are, and how the room is rotated."""

    version: int
    act: int
    turn: float
    tilt: float
    positions: Annotated[Float32, tensor("f4", "n", "3")]
    """Before the room was rotated: what a hand drags."""
    rotated: Annotated[Float32, tensor("f4", "n", "3")]
    moved: tuple[int, ...]
    """Atoms that were dragged."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One network's output at rest, after the drag and after the rotation too; changes relative, float64."""

    given: str
    rest: float
    dragged: float
    rotated: float
    drag: float
    drag_zone: str
    rotation: float
    rotation_zone: str


class Outputs(Frame, frozen=True, kw_only=True, tag="coordinates.outputs"):
    """What the networks say, those that are revealed; the last one is the one that is looked at."""

    version: int
    act: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Offsets of the atoms that were dragged, angstrom, and the rotation of the room in degrees."""

    params: CoordinatesParams
    version: int
    act: int = PREDICT
    offsets: Mapping[int, tuple[float, float, float]] = field(default_factory=dict)
    turn: tuple[float, float] = (0.0, 0.0)


@lru_cache(maxsize=8)
def _molecule(name: str) -> tuple[Cloud, Graph]:
    cloud = named_cloud(name)
    return cloud, bonds(cloud)


@lru_cache(maxsize=8)
def _pulled(name: str) -> int:
    """The last atom of its kind at the outside: a hydrogen with room around it."""
    return _molecule(name)[0].nodes - 1


def _dragged(state: State) -> torch.Tensor:
    positions = _molecule(state.params.molecule)[0].positions.clone()
    for atom, offset in state.offsets.items():
        positions[atom] += torch.tensor(offset, dtype=torch.float64)
    return positions


def _graph(state: State) -> Molecule:
    cloud, graph = _molecule(state.params.molecule)
    return Molecule(
        version=state.version,
        elements=cloud.elements or (),
        edges=i4(graph.edges),
        rest=f4(cloud.positions),
        farthest=FARTHEST,
    )


def _positions(state: State) -> Positions:
    dragged = _dragged(state)
    return Positions(
        version=state.version,
        act=state.act,
        turn=state.turn[0],
        tilt=state.turn[1],
        positions=f4(dragged),
        rotated=f4(pose(*state.turn).points(dragged)),
        moved=tuple(sorted(atom for atom, offset in state.offsets.items() if any(offset))),
    )


def _outputs(state: State) -> Outputs:
    answers = tuple(_answer(given, state) for given in GIVEN[: SHOWN[state.act]])
    return Outputs(version=state.version, act=state.act, answers=answers)


@lru_cache(maxsize=256)
def _at_rest(given: str, molecule: str, seed: int) -> float:
    cloud, graph = _molecule(molecule)
    return output(given, cloud, cloud.positions, graph, seed)


def _answer(given: str, state: State) -> Answer:
    cloud, graph = _molecule(state.params.molecule)
    dragged = _dragged(state)
    at = [dragged, pose(*state.turn).points(dragged)] if any(state.turn) else [dragged]
    said = [output(given, cloud, x, graph, state.params.seed) for x in at]
    values = [_at_rest(given, state.params.molecule, state.params.seed), said[0], said[-1]]
    rest, pulled, rotated = torch.tensor(values, dtype=torch.float64)
    drag, rotation = float(relative_error(pulled, rest)), float(relative_error(rotated, pulled))
    return Answer(
        given=given,
        rest=float(rest),
        dragged=float(pulled),
        rotated=float(rotated),
        drag=drag,
        drag_zone=zone(drag, torch.float64),
        rotation=rotation,
        rotation_zone=zone(rotation, torch.float64),
    )


class Coordinates(Scene[CoordinatesParams, State]):
    """Drag atoms and see which networks notice."""

    title = "Geometric information"
    summary = "Drag an atom of a molecule and see which networks notice, from no geometry to raw coordinates."
    params = CoordinatesParams
    actions = (Drag, Rest, Turn)
    slots = (
        Slot(_graph, ALL, of=lambda state: (state.params, state.version)),
        Slot(_positions, ALL, of=lambda state: state),
        Slot(_outputs, ALL, of=lambda state: state),  # to phones too: whoever drags looks at the own screen
    )
    truths: ClassVar[Mapping[str, TruthKind]] = {
        "types dragged": "choice",
        "distances dragged": "choice",
        "distances rotated": "choice",
        "xyz rotated": "choice",
    }
    formulas: ClassVar[Mapping[str, Formula]] = {
        "geometric": Formula(
            r"\mathcal{G} = (V, E, \color{#D55E00}{x}), \quad x_i \in \mathbb{R}^3",
            "a geometric graph has nodes, edges and a position in space for each node",
        ),
    }
    pace = 4.0

    def initial(self, params: CoordinatesParams, context: Context) -> State:
        """The molecule at rest: predict before a number is shown."""
        return State(params, context.sequence)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """An atom is pulled, all go back, or the room rotates."""
        match action:
            case Drag():
                atoms = _molecule(state.params.molecule)[0].nodes
                if action.atom >= atoms:
                    raise Refused("invalid", f"expected an atom from 0 to {atoms - 1}, got {action.atom}")
                x, y, z = limited(torch.tensor(action.offset, dtype=torch.float64)).tolist()
                return replace(state, offsets={**state.offsets, action.atom: (x, y, z)})
            case Rest():
                return replace(state, offsets={}, turn=(0.0, 0.0))
            case Turn():
                return replace(state, turn=(action.turn, action.tilt))
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        return state.act, len(ACTS)

    def label(self, state: State) -> str:
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        """More is given to the network; where nobody dragged an atom yet, the walk does."""
        if to == PREDICT:
            return replace(state, act=to, offsets={}, turn=(0.0, 0.0))
        offsets = state.offsets or {_pulled(state.params.molecule): TELLING}
        return replace(state, act=to, offsets=offsets, turn=TURN if to == ROTATED else (0.0, 0.0))

    def truth(self, state: State, name: str) -> Truth:
        """Whether a network notices the telling drag, or the rotation, whatever position is shown."""
        given, _, what = name.partition(" ")
        if name not in self.truths:
            return super().truth(state, name)
        telling = replace(state, offsets={_pulled(state.params.molecule): TELLING}, turn=TURN)
        answer = _answer(given, telling)
        return UNCHANGED if (answer.drag_zone if what == "dragged" else answer.rotation_zone) == "rounding" else CHANGED


SCENE = Coordinates()
