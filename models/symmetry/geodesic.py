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
    places = [(i, j) for i in range(cuts + 1) for j in range(cuts + 1 - i)]
    number = {place: k for k, place in enumerate(places)}
    weights = np.array([(cuts - i - j, i, j) for i, j in places]) / cuts  # (p, 3), of the face's corners
    up = [(number[i, j], number[i + 1, j], number[i, j + 1]) for i, j in places if i + j < cuts]
    down = [(number[i + 1, j], number[i + 1, j + 1], number[i, j + 1]) for i, j in places if i + j < cuts - 1]
    points = (weights @ corners[np.array(faces)]).reshape(-1, 3)  # faces share the points on their edges
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    _, first, joined = np.unique(points.round(9) + 0.0, axis=0, return_index=True, return_inverse=True)
    every = np.concatenate([np.array(up + down) + len(places) * face for face in range(len(faces))])
    return points[first], joined.reshape(-1)[every].astype(np.int32)


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
