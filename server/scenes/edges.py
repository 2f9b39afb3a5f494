"""Edges: what may be written on an edge between two points in space, and what of it survives?

    invariant f(g x) = f(x)      equivariant f(g x) = D(g) f(x)      else neither

The class votes row by row on the three columns of the table; then the room is translated, rotated and reflected, and
the cells appear, measured by `models/symmetry/edge_features.py`. Nothing of a row leaves the engine before the row is
revealed.

Options of every truth: "invariant", "equivariant", "neither".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, get_args

import msgspec
import numpy as np
import torch
from msgspec import Meta

from models.symmetry.edge_features import (
    FEATURES,
    VERDICTS,
    EdgeFeature,
    T,
    U,
    V,
    Verdict,
    W,
    displacement,
    examine,
    unit_vector,
)
from models.symmetry.equivariance import Transform, zone
from models.symmetry.pose import pose
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, STUDENT, Action, Float32, Frame, Int32, Role, f4, i4, tensor
from server.room.scene import Context, Formula, Params, PerSeat, Scene, Slot, Truth, TruthKind

Column = Literal["translation", "rotation", "reflection"]
COLUMNS: tuple[Column, ...] = get_args(Column)
ROWS = len(FEATURES)
POINTS = torch.tensor(
    [
        [0.75, 0.3, 0.25],
        [-0.75, -0.25, 0.05],
        [-1.15, 0.95, 0.4],
        [1.2, -0.8, -0.7],
        [0.35, 1.35, -0.5],
        [-0.5, -1.3, 0.7],
    ],
    dtype=torch.float64,
)
"""u, v, w, t and two more; no symmetry of their own, so that none is mistaken for a feature's."""
LINKS = ((U, V), (V, W), (U, T), (U, 4), (V, 5), (W, 4))
SHOWN: dict[Column, Transform] = {
    "translation": pose(shift=(0.9, 0.5, 0.0)),
    "rotation": pose(50.0, -25.0),
    "reflection": pose(mirror=True),
}
"""The moved rooms that are drawn; the verdict rests on random ones."""
TRUTHS: dict[str, tuple[str, Column]] = {
    "raw coordinates translated": ("raw coordinates", "translation"),
    "displacement translated": ("displacement", "translation"),
    "displacement rotated": ("displacement", "rotation"),
    "distance rotated": ("distance", "rotation"),
    "dihedral reflected": ("dihedral angle", "reflection"),
}


class EdgesParams(Params, frozen=True, kw_only=True):
    """How the cells are measured."""

    seed: Annotated[int, Meta(ge=0, le=999, title="Seed", description="Of the random transforms of the check.")] = 0


class Vote(Action, frozen=True, kw_only=True, tag="edges.vote"):
    """What a student thinks of one cell of the row that is open; the last word of a seat counts."""

    who: ClassVar[frozenset[Role]] = STUDENT
    row: Annotated[int, Meta(ge=0, le=63)]
    column: Column
    choice: Verdict

    def target(self) -> str:
        """Cells are apart."""
        return f"{self.row}/{self.column}"


class Ballot(Frame, frozen=True, kw_only=True, tag="edges.ballot"):
    """The row that is talked about, in the room as it came; the same for everybody."""

    version: int
    row: int
    names: tuple[str, ...]
    """Of all rows, the first column of the table."""
    name: str
    symbol: str
    open: bool
    links: Annotated[Int32, tensor("i4", "e", "2")]
    labels: tuple[str, ...]
    points: Annotated[Float32, tensor("f4", "n", "3")]
    arrows: Annotated[Float32, tensor("f4", "a", "6")]
    lines: Annotated[Float32, tensor("f4", "m", "3")]
    planes: Annotated[Float32, tensor("f4", "p", "9")]
    values: tuple[float, ...]


class Turnout(Frame, frozen=True, kw_only=True, tag="edges.turnout"):
    """How many seats have voted on a cell of the present row; what they said is not told before the reveal."""

    version: int
    row: int
    voters: int


class Mine(Frame, frozen=True, kw_only=True, tag="edges.mine"):
    """What this seat has voted on the present row, a column each; "" where nothing."""

    version: int
    row: int
    choices: tuple[str, ...]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One measured cell: the verdict, the largest relative error it rests on, and the class's votes."""

    column: str
    verdict: str
    error: float
    zone: str
    votes: tuple[int, ...]
    """For invariant, equivariant, neither."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A revealed row of the table."""

    name: str
    symbol: str
    declared: str
    loses: str
    cells: tuple[Cell, ...]


class Table(Frame, frozen=True, kw_only=True, tag="edges.table"):
    """The rows that are revealed, and no other."""

    version: int
    lines: tuple[Line, ...]


class Rooms(Frame, frozen=True, kw_only=True, tag="edges.rooms"):
    """The feature of the revealed row in three moved rooms; empty while the row is voted on."""

    version: int
    row: int
    translated: Annotated[Float32, tensor("f4", "n", "3")]
    rotated: Annotated[Float32, tensor("f4", "n", "3")]
    reflected: Annotated[Float32, tensor("f4", "n", "3")]
    arrows: Annotated[Float32, tensor("f4", "3", "a", "6")]
    lines: Annotated[Float32, tensor("f4", "3", "m", "3")]
    planes: Annotated[Float32, tensor("f4", "3", "p", "9")]
    values: tuple[tuple[float, ...], ...]


Votes = Mapping[tuple[int, Column], Mapping[str, Verdict]]


@dataclass(frozen=True, slots=True)
class State:
    """How far the table is revealed, and every seat's last word on every cell."""

    params: EdgesParams
    version: int
    at: int = 0
    """2 row: the row is voted on; 2 row + 1: it is revealed."""
    revealed: int = 0
    """Rows that were ever revealed: going back does not open them again."""
    votes: Votes = field(default_factory=dict)

    @property
    def row(self) -> int:
        return self.at // 2

    @property
    def open(self) -> bool:
        """Whether the present row is voted on."""
        return self.row >= self.revealed


# --- what is measured, and the pictures of it ------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _found(row: int, column: Column, seed: int) -> tuple[Verdict, float]:
    finding = examine(FEATURES[row], POINTS, column, seed=seed)
    return finding.verdict, finding.error


def _turnout(state: State) -> Turnout:
    voters = set().union(*(state.votes.get((state.row, column), {}) for column in COLUMNS))
    return Turnout(version=state.version, row=state.row, voters=len(voters))


def _table(state: State) -> Table:
    return Table(version=state.version, lines=tuple(_line(state, row) for row in range(state.revealed)))


def _line(state: State, row: int) -> Line:
    feature = FEATURES[row]
    cells = []
    for column in COLUMNS:
        verdict, error = _found(row, column, state.params.seed)
        said = list(state.votes.get((row, column), {}).values())
        votes = tuple(said.count(each) for each in VERDICTS)
        cells.append(Cell(column=column, verdict=verdict, error=error, zone=zone(error, torch.float64), votes=votes))
    return Line(
        name=feature.name, symbol=feature.symbol, declared=feature.declared, loses=feature.loses, cells=tuple(cells)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """How the feature of a row is drawn at some positions: arrows (a, 6), a stroke (m, 3), triangles (p, 9)."""

    arrows: torch.Tensor
    lines: torch.Tensor
    planes: torch.Tensor
    values: tuple[float, ...]


def _sketch(feature: EdgeFeature, points: torch.Tensor) -> Sketch:
    u, v, w, t = (points[k] for k in (U, V, W, T))
    arrows, lines, planes = torch.zeros(0, 6), torch.zeros(0, 3), torch.zeros(0, 9)
    origin = torch.zeros(3, dtype=torch.float64)
    match feature.name:
        case "raw coordinates":
            arrows = torch.stack((torch.cat((origin, u)), torch.cat((origin, v))))
        case "displacement":
            arrows = torch.cat((v, v + displacement(points)))[None]
        case "unit vector" | "harmonic Y₂":
            arrows = torch.cat((v, v + unit_vector(points)))[None]
        case "distance":
            lines = torch.stack((v, u))
        case "angle":
            lines = v + 0.55 * _arc(u - v, w - v)
        case "dihedral angle":
            planes = torch.stack((torch.cat((w, v, u)), torch.cat((v, u, t))))
    values = tuple(round(float(value), 6) for value in feature.function(points))
    return Sketch(arrows, lines, planes, values)


def _arc(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Unit vectors from the direction of a to that of b, (9, 3)."""
    a, b = a / torch.linalg.vector_norm(a), b / torch.linalg.vector_norm(b)
    between = [a * (1 - s) + b * s for s in torch.linspace(0, 1, 9).tolist()]
    return torch.nn.functional.normalize(torch.stack(between), dim=1)


@lru_cache(maxsize=64)
def _drawn(row: int, column: Column | None) -> tuple[torch.Tensor, Sketch]:
    points = POINTS if column is None else SHOWN[column].points(POINTS)
    return points, _sketch(FEATURES[row], points)


def _ballot(state: State) -> Ballot:
    points, sketch = _drawn(state.row, None)
    return Ballot(
        version=state.version,
        row=state.row,
        names=tuple(feature.name for feature in FEATURES),
        name=FEATURES[state.row].name,
        symbol=FEATURES[state.row].symbol,
        open=state.open,
        links=i4(LINKS),
        labels=("u", "v", "w", "t", "", ""),
        points=f4(points.reshape(-1, 3)),
        arrows=f4(sketch.arrows.reshape(-1, 6)),
        lines=f4(sketch.lines.reshape(-1, 3)),
        planes=f4(sketch.planes.reshape(-1, 9)),
        values=sketch.values,
    )


def _rooms(state: State) -> Rooms:
    rooms = [] if state.open else [_drawn(state.row, column) for column in COLUMNS]
    empty = torch.zeros(0, 3)
    points = [points for points, _ in rooms] or [empty, empty, empty]

    def stacked(parts: list[torch.Tensor], width: int) -> Float32:
        return f4(torch.stack(parts).reshape(3, len(parts[0]), width) if parts else np.zeros((3, 0, width)))

    return Rooms(
        version=state.version,
        row=state.row,
        translated=f4(points[0].reshape(-1, 3)),
        rotated=f4(points[1].reshape(-1, 3)),
        reflected=f4(points[2].reshape(-1, 3)),
        arrows=stacked([sketch.arrows for _, sketch in rooms], 6),
        lines=stacked([sketch.lines for _, sketch in rooms], 3),
        planes=stacked([sketch.planes for _, sketch in rooms], 9),
        values=tuple(sketch.values for _, sketch in rooms),
    )


def _choices(state: State) -> dict[str, tuple[str, ...]]:
    """Of everybody who ever voted: what stands on the present row."""
    everybody = sorted(set().union(*state.votes.values()))
    cells = [state.votes.get((state.row, column), {}) for column in COLUMNS]
    return {who: tuple(cell.get(who, "") for cell in cells) for who in everybody}


def _mine(state: State, choices: tuple[str, ...]) -> Mine:
    return Mine(version=state.version, row=state.row, choices=choices)


class Edges(Scene[EdgesParams, State]):
    """Vote on each cell of the table, then move the room."""

    title = "Edges between spatial points"
    summary = "Vote on what survives when the room moves, row by row; then see it measured."
    params = EdgesParams
    actions = (Vote,)
    slots = (
        Slot(_ballot, ALL, of=lambda state: (state.at, state.revealed)),
        Slot(_turnout, STAGE, of=lambda state: (state.at, state.votes)),
        Slot(_table, ALL, of=lambda state: (state.revealed, state.params)),
        Slot(_rooms, STAGE, of=lambda state: (state.at, state.revealed)),
        PerSeat.each(_mine, _choices, of=lambda state: state.row),
    )
    truths: ClassVar[Mapping[str, TruthKind]] = dict.fromkeys(TRUTHS, "choice")
    formulas: ClassVar[Mapping[str, Formula]] = {
        "survives": Formula(
            r"f(g x) = \color{#009E73}{f(x)} \quad \mathrm{or} \quad f(g x) = \color{#0072B2}{D(g)} f(x)",
            "invariant: f of g x equals f of x; equivariant: it equals D of g times f of x",
        ),
    }
    pace = 6.0

    def initial(self, params: EdgesParams, context: Context) -> State:
        """The first row, open."""
        return State(params, context.sequence)

    def adjust(self, state: State, params: EdgesParams, context: Context) -> State:
        """Other random transforms; the votes stay."""
        return replace(state, params=params)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """One vote, while its row is open."""
        if not isinstance(action, Vote):
            return super().apply(state, action, context)
        if not state.open or action.row != state.row:
            raise Refused("refused", f"expected a vote on the row that is open, got one on row {action.row + 1}")
        cell = (action.row, action.column)
        return replace(state, votes={**state.votes, cell: {**state.votes.get(cell, {}), context.author: action.choice}})

    def positions(self, state: State) -> tuple[int, int]:
        return state.at, 2 * ROWS

    def label(self, state: State) -> str:
        what = "vote" if state.open else "revealed"
        return f"{state.row + 1} of {ROWS}, {FEATURES[state.row].name}: {what}"

    def move(self, state: State, to: int, context: Context) -> State:
        """On to the next row, or its reveal; what was revealed stays so until the scene is reset."""
        shown = (to + 1) // 2  # rows before the present one are revealed, the present one where `to` is odd
        return replace(state, at=to, revealed=max(state.revealed, shown))

    def truth(self, state: State, name: str) -> Truth:
        """The measured verdict of one cell, whatever is revealed."""
        if name not in TRUTHS:
            return super().truth(state, name)
        feature, column = TRUTHS[name]
        row = next(k for k, each in enumerate(FEATURES) if each.name == feature)
        return _found(row, column, state.params.seed)[0]


SCENE = Edges()
