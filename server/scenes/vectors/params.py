"""What the instructor of the scene `vectors` may set, and the sets of neighbors that can be summed."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from msgspec import Meta

from models.symmetry.equivariance import random_rotation
from server.room.scene import Params

Direction = tuple[float, float, float]
DEGREES = ("all", "0", "1", "2", "3", "4", "5", "6")


class VectorsParams(Params, frozen=True, kw_only=True):
    """How many degrees are shown, which of them is drawn, and the neighbors of the last position."""

    degree: Annotated[
        int,
        Meta(
            ge=0,
            le=6,
            title="Highest degree L",
            description="Y_0 to Y_L: (L + 1)² numbers.",
            extra_json_schema={"step": 1},
        ),
    ] = 4
    drawn: Annotated[
        Literal["all", "0", "1", "2", "3", "4", "5", "6"],
        Meta(
            title="Degree drawn",
            description="Of which degrees the surface is; one above L counts as all.",
            extra_json_schema={"labels": {"all": "All up to L"} | {d: f"l = {d}" for d in DEGREES[1:]}},
        ),
    ] = "all"
    neighbors: Annotated[
        Literal["tetrahedron", "octahedron", "cube", "ring", "scattered", "class"],
        Meta(
            title="Neighbors",
            description="Whose harmonics are summed at the last position.",
            extra_json_schema={
                "labels": {
                    "tetrahedron": "Tetrahedron",
                    "octahedron": "Octahedron",
                    "cube": "Cube",
                    "ring": "Ring",
                    "scattered": "Scattered",
                    "class": "The students' arrows",
                }
            },
        ),
    ] = "tetrahedron"
    count: Annotated[
        int,
        Meta(
            ge=2,
            le=8,
            title="How many neighbors",
            description="Of a ring, or scattered.",
            extra_json_schema={"step": 1, "when": {"neighbors": ["ring", "scattered"]}},
        ),
    ] = 5
    seed: Annotated[
        int,
        Meta(
            ge=0,
            le=999,
            title="Seed",
            description="Of the scattered neighbors.",
            extra_json_schema={"step": 1, "when": {"neighbors": ["scattered"]}},
        ),
    ] = 0


def neighbors_of(params: VectorsParams) -> tuple[Direction, ...]:
    """Unit vectors to the neighbors; none where they are the students'."""
    corner = 1 / math.sqrt(3)
    signs = (corner, -corner)
    match params.neighbors:
        case "tetrahedron":
            return tuple((a, b, math.copysign(corner, a * b)) for a in signs for b in signs)
        case "cube":
            return tuple((a, b, c) for a in signs for b in signs for c in signs)
        case "octahedron":
            axes: tuple[Direction, ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
            return tuple(each for x, y, z in axes for each in ((x, y, z), (-x, -y, -z)))
        case "ring":
            angles = [2 * math.pi * k / params.count for k in range(params.count)]
            return tuple((math.sin(angle), 0.0, math.cos(angle)) for angle in angles)
        case "scattered":
            generator = torch.Generator().manual_seed(params.seed)
            return tuple(_first_row(random_rotation(generator)) for _ in range(params.count))
    return ()


def _first_row(matrix: torch.Tensor) -> Direction:
    x, y, z = matrix[0].tolist()
    return x, y, z
