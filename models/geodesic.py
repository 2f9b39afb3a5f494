"""A sphere cut into nearly equal triangles, on which functions of a direction are drawn.

Each of the 20 faces of an icosahedron is cut into n^2 triangles whose corners are pushed out to the unit sphere:

    V = 10 n^2 + 2 corners,  F = 20 n^2 triangles,  V - E + F = 2.

No direction is special, as the poles of a grid of latitudes and longitudes would be (Fuller's geodesic dome).
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

GOLDEN = (1 + math.sqrt(5)) / 2
EDGE = 2.0
"""Length of an edge between the corners (0, ±1, ±golden ratio) and their cyclic shifts."""


@lru_cache(maxsize=8)
def geodesic(cuts: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    """Corners (10 n^2 + 2, 3) float64 on the unit sphere and triangles (20 n^2, 3) int32 seen counter-clockwise.

    cuts: n >= 1, into how many parts an edge of the icosahedron is cut. Raises ValueError below 1.
    """
    if cuts < 1:
        raise ValueError(f"Expected at least 1 part of each edge, got {cuts}.")
    corners, faces = _icosahedron()
    found: dict[tuple[float, float, float], int] = {}
    triangles = []
    for a, b, c in faces:
        grid = {}
        for i, j in itertools.product(range(cuts + 1), repeat=2):
            if i + j <= cuts:
                point = (corners[a] * (cuts - i - j) + corners[b] * i + corners[c] * j) / cuts
                point /= np.linalg.norm(point)
                x, y, z = (float(round(part, 9)) + 0.0 for part in point)  # + 0.0: no minus zero
                grid[i, j] = found.setdefault((x, y, z), len(found))
        for i, j in itertools.product(range(cuts), repeat=2):
            if i + j < cuts:
                triangles.append((grid[i, j], grid[i + 1, j], grid[i, j + 1]))
            if i + j < cuts - 1:
                triangles.append((grid[i + 1, j], grid[i + 1, j + 1], grid[i, j + 1]))
    points = np.array(list(found))
    return points / np.linalg.norm(points, axis=1, keepdims=True), np.array(triangles, dtype=np.int32)


def _icosahedron() -> tuple[npt.NDArray[np.float64], list[tuple[int, int, int]]]:
    """Corners (12, 3) and the 20 faces, each counter-clockwise as seen from outside."""
    signs = (-1.0, 1.0)
    corners = np.array([np.roll((0.0, a, b * GOLDEN), k) for k in range(3) for a in signs for b in signs])
    near = np.isclose(np.linalg.norm(corners[:, None] - corners[None], axis=2), EDGE)
    faces = []
    for a, b, c in itertools.combinations(range(12), 3):
        if near[a, b] and near[b, c] and near[a, c]:
            outside = np.linalg.det(corners[[a, b, c]]) > 0
            faces.append((a, b, c) if outside else (a, c, b))
    return corners, faces
