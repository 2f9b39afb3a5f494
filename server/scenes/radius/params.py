"""What the instructor of the scene `radius` may set, and the points and the box that these settings mean."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from msgspec import Meta

from models.graphs.clouds import CLOUDS, named_cloud
from server.protocol.messages import Float64
from server.room.scene import Params

SEATS = "seats"
LABELS = {"uniform": "random", "seats": "the class", "lattice": "lattice", "two clusters": "two clusters"}
FLAT = tuple(name for name, (dimensions, _) in CLOUDS.items() if 2 in dimensions)
FEW, MANY = 5, 7
SIZED = tuple(n for n in CLOUDS if (named_cloud(n, FEW).nodes, named_cloud(n, MANY).nodes) == (FEW, MANY))
"""The clouds of as many points as one likes; a molecule has its own number."""
CAP = 32
"""Neighbors that a capped graph keeps, the default of torch_cluster's radius_graph."""
GOLDEN = math.pi * (3 - math.sqrt(5))
PLASTIC = 1.2207440846057596
"""The root of x^4 = x + 1, whose powers fill a cube evenly (Roberts 2018)."""

if TYPE_CHECKING:
    PointsName = str
else:
    PointsName = Literal[(*CLOUDS, SEATS)]


class RadiusParams(Params, frozen=True, kw_only=True):
    """Points in space and the rule that joins them."""

    points: Annotated[
        PointsName,
        Meta(
            title="Points",
            description="Where the nodes lie; in the class every student drags an own point.",
            extra_json_schema={"labels": LABELS},
        ),
    ] = "uniform"
    nodes: Annotated[
        int,
        Meta(
            ge=4,
            le=200,
            title="Number of points",
            description="64 makes a cube of the lattice; a molecule and the class have their own number.",
            extra_json_schema={"step": 1, "when": {"points": list(SIZED)}},
        ),
    ] = 40
    dim: Annotated[
        Literal[2, 3],
        Meta(
            title="Dimensions",
            description="The plane or the room.",
            extra_json_schema={"labels": {"2": "2-D", "3": "3-D"}, "when": {"points": [*FLAT, SEATS]}},
        ),
    ] = 2
    kind: Annotated[
        Literal["radius", "nearest"],
        Meta(
            title="Edges",
            description="To all points within the cutoff, or from the k nearest.",
            extra_json_schema={"labels": {"radius": "radius", "nearest": "k nearest"}},
        ),
    ] = "radius"
    cutoff: Annotated[
        float,
        Meta(
            ge=0.1,
            le=2.5,
            title="Cutoff r",
            description="In ångström for molecules, elsewhere in mean spacings; 1.3 lies between two shells.",
            extra_json_schema={"step": 0.01},
        ),
    ] = 1.3
    k: Annotated[
        int,
        Meta(
            ge=1,
            le=20,
            title="k",
            description="How many neighbors every node hears.",
            extra_json_schema={"step": 1, "when": {"kind": ["nearest"]}},
        ),
    ] = 5
    periodic: Annotated[
        bool, Meta(title="Periodic box", description="What leaves at one side comes back at the other.")
    ] = False
    energy: Annotated[
        Literal["hard", "enveloped"],
        Meta(title="Energy", description="The sum over pairs, cut off hard or led to zero by an envelope."),
    ] = "hard"
    capped: Annotated[
        bool,
        Meta(
            title="Trap: at most 32 neighbors",
            description="The default of fast libraries, which keeps the first 32 they find.",
            extra_json_schema={"when": {"kind": ["radius"], "periodic": [False]}},
        ),
    ] = False
    shell: Annotated[
        bool,
        Meta(
            title="Trap: lattice, cutoff on a shell",
            description="Neighbors at a distance of exactly 1, and a cutoff of exactly 1.",
            extra_json_schema={"when": {"kind": ["radius"]}},
        ),
    ] = False
    seed: Annotated[
        int,
        Meta(ge=0, le=999, title="Seed", description="Of random points.", extra_json_schema={"step": 1}),
    ] = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What is in force: the parameters, and what a switch or an act of the lecture puts in their place."""

    points: str
    nodes: int
    dim: int
    kind: Literal["radius", "nearest"]
    cutoff: float
    k: int
    periodic: bool
    capped: bool
    seed: int

    @property
    def seated(self) -> bool:
        """Whether every node is a student's."""
        return self.points == SEATS


def setting_of(params: RadiusParams, seats: int) -> Setting:
    """The setting of these parameters with so many students dealt."""
    name = "lattice" if params.shell else params.points
    flat = name in FLAT or name == SEATS
    return Setting(
        points=name,
        nodes=seats if name == SEATS else params.nodes,
        dim=params.dim if flat else 3,
        kind="radius" if params.shell else params.kind,
        cutoff=1.0 if params.shell else params.cutoff,
        k=params.k,
        periodic=params.periodic,
        capped=params.capped and not params.periodic,
        seed=params.seed,
    )


def unbounded(setting: Setting) -> Setting:
    """The same points in open space, which alone can be rotated."""
    return replace(setting, periodic=False)


def crowded(setting: Setting) -> Setting:
    """Two clusters so dense that a cap of 32 neighbors bites."""
    return replace(setting, points="two clusters", nodes=120, kind="radius", cutoff=1.3, periodic=False, capped=True)


def on_shell(setting: Setting) -> Setting:
    """The cube of 64 points of a unit lattice, and the cutoff exactly on its first shell."""
    return replace(setting, points="lattice", nodes=64, dim=3, kind="radius", cutoff=1.0, periodic=False, capped=False)


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Where points lie before anybody moves them: (n, 3) float64, z = 0 in the plane."""

    points: Float64
    box: Float64
    """(dim,) lengths of the periodic box, centred on the origin."""
    room: float
    """The radius of the ball, or disc, in which points may be dragged."""
    unit: str
    elements: tuple[str, ...]


@lru_cache(maxsize=32)
def _start(points: str, nodes: int, dim: int, seed: int) -> Start:
    if points == SEATS:
        return _started(_spread(nodes, dim), None, "", (), least=2.4)
    cloud = named_cloud(points, nodes, dim, seed)
    cell = None if cloud.cell is None else cloud.cell.numpy()
    return _started(cloud.positions.numpy(), cell, cloud.unit, cloud.elements or ())


def _started(own: Float64, cell: Float64 | None, unit: str, elements: tuple[str, ...], least: float = 1.6) -> Start:
    nodes, dim = own.shape
    spatial = np.zeros((nodes, 3))
    spatial[:, :dim] = own
    spatial.setflags(write=False)
    box = np.ptp(own, axis=0) + 1.0 if cell is None else cell
    room = max(1.06 * float(np.linalg.norm(own, axis=1).max()), least)
    return Start(spatial, box, room, unit, elements)


def start_of(setting: Setting) -> Start:
    """The points of a setting as they come."""
    return _start(setting.points, setting.nodes, setting.dim, setting.seed)


def _spread(nodes: int, dim: int) -> Float64:
    """A place of one's own for each student, one a unit of area or volume: a sunflower, or a cube filled evenly."""
    i = np.arange(nodes)
    if dim == 2:
        radius = np.sqrt((i + 0.5) / math.pi)
        return np.stack((radius * np.cos(GOLDEN * i), radius * np.sin(GOLDEN * i)), axis=1)
    steps = PLASTIC ** -np.arange(1.0, 4.0)
    cube: Float64 = ((0.5 + steps * (i[:, None] + 1)) % 1 - 0.5) * nodes ** (1 / 3)
    centred: Float64 = cube - cube.mean(axis=0)
    return centred
