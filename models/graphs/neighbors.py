"""Who is near whom: pairs of points within a cutoff and nearest neighbors, in open space or a periodic box.

A k-d tree proposes, the explicit difference x_u - x_v in float64 decides (why: `graph.py`). Everything here is
arrays: points x (n, dim), and edges as sources and targets (e,) with the images they mean (e, dim), whole boxes.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Integers: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

# Up to this many distances, all of them at once cost less than a k-d tree (measured: equal near 120 points).
DENSE_DISTANCES = 120 * 120
# A k-d tree may round otherwise: candidates are taken this much further out, and the explicit difference decides.
SLACK = 1e-9
MOST_IMAGES = 20_000_000


def lengths(x: Floats, sources: Integers, targets: Integers, shifts: Floats | None = None) -> Floats:
    """|x_target - x_source + shift|, axis by axis: the reverse edge gets bitwise the same length."""
    squared = np.zeros(len(sources))
    for axis, column in enumerate(np.ascontiguousarray(x.T)):
        difference = column.take(targets)
        difference -= column.take(sources)
        if shifts is not None:
            difference += shifts[:, axis]
        difference *= difference
        squared += difference
    return np.sqrt(squared, out=squared)


def _reach(x: Floats, cutoff: float) -> float:
    return cutoff + SLACK * (cutoff + float(np.abs(x).max(initial=0.0)))


def open_pairs(x: Floats, cutoff: float) -> Integers:
    """Edges (2, e), sources over targets, of all pairs within the cutoff in open space; by target, then source."""
    n = len(x)
    if n * n <= DENSE_DISTANCES:
        squared = np.zeros((n, n))
        for column in x.T:
            difference = column[:, None] - column[None, :]
            squared += difference * difference
        near = np.sqrt(squared) <= cutoff
        np.fill_diagonal(near, False)
        return np.stack(np.nonzero(near)[::-1])
    pairs = cKDTree(x, compact_nodes=False).query_pairs(_reach(x, cutoff), output_type="ndarray")
    first, second = np.ascontiguousarray(pairs.T)
    within = lengths(x, first, second) <= cutoff
    if not within.all():  # rarely: only pairs within the rounding of the cutoff are refused
        first, second = first[within], second[within]
    return _both_ways(first, second, n)


def _both_ways(first: Integers, second: Integers, n: int) -> Integers:
    """Each pair in both directions, sorted by target, then source. (e/2,), (e/2,) -> (2, e)

    One integer an edge, a short one where it fits: sorting these is several times faster than sorting pairs.
    """
    code = np.int32 if n * n <= np.iinfo(np.int32).max else np.int64
    half = len(first)
    codes = np.empty(2 * half, code)
    for part, target, source in ((codes[:half], first, second), (codes[half:], second, first)):
        np.multiply(target, n, out=part, casting="unsafe")
        np.add(part, source, out=part, casting="unsafe")
    codes.sort()
    edges = np.empty((2, 2 * half), np.int64)
    np.floor_divide(codes, code(n), out=edges[1], casting="unsafe")
    np.subtract(codes, edges[1] * n, out=edges[0], casting="unsafe")
    return edges


def _images_near_box(x: Floats, box: Floats, reach: float) -> tuple[Floats, Floats, Integers, Integers]:
    """The points moved into the box (n, dim); all images within `reach` of the box (g, dim), whose they are (g,),
    and the whole boxes S (g, dim) by which positions[owner] + S * box moved there."""
    home = np.floor(x / box).astype(np.int64)
    inside = x - home * box
    steps = [range(-count, count + 1) for count in (np.floor(reach / box).astype(np.int64) + 1).tolist()]
    if len(x) * math.prod(map(len, steps)) > MOST_IMAGES:
        raise ValueError(
            f"Expected a cutoff that asks for at most {MOST_IMAGES} images, got {reach:g} in a box of {box.tolist()}."
        )
    ghosts, owners, offsets = [], [], []
    for step in itertools.product(*steps):
        moved = inside + np.array(step) * box
        (near,) = np.nonzero(((moved >= -reach) & (moved <= box + reach)).all(axis=1))
        ghosts.append(moved[near])
        owners.append(near)
        offsets.append(np.array(step, dtype=np.int64) - home[near])
    return inside, np.concatenate(ghosts), np.concatenate(owners), np.concatenate(offsets)


def _edges_from_ghosts(
    found: Integers, targets: Integers, owners: Integers, offsets: Integers, x: Floats, box: Floats
) -> tuple[Integers, Integers, Integers]:
    """Sources, targets and images of the edges ghost -> target, a point's zero edge to itself left out."""
    home = np.floor(x / box).astype(np.int64)
    sources = owners[found]
    images = -(offsets[found] + home[targets])
    real = (sources != targets) | images.any(axis=1)
    return sources[real], targets[real], images[real]


def image_pairs(x: Floats, box: Floats, cutoff: float) -> tuple[Integers, Integers, Integers]:
    """All periodic edges within the cutoff and perhaps a few a rounding beyond it."""
    reach = _reach(x, cutoff)
    inside, ghosts, owners, offsets = _images_near_box(x, box, reach)
    near = cKDTree(inside).sparse_distance_matrix(cKDTree(ghosts), reach, output_type="ndarray")
    return _edges_from_ghosts(near["j"].astype(np.int64), near["i"].astype(np.int64), owners, offsets, x, box)


def _nearest_candidates(x: Floats, among: Floats, count: int) -> tuple[Integers, Integers]:
    """For each row of `x`, at least its `count` nearest rows of `among` and all that tie with the last of them."""
    tree = cKDTree(among)
    furthest = np.asarray(tree.query(x, k=[count])[0])[:, 0]
    balls = tree.query_ball_point(x, furthest + SLACK * (furthest + float(np.abs(among).max(initial=0.0))))
    targets = np.repeat(np.arange(len(x)), np.array([len(ball) for ball in balls], dtype=np.int64))
    return np.fromiter(itertools.chain.from_iterable(balls), dtype=np.int64, count=len(targets)), targets


def nearest_pairs(x: Floats, k: int) -> tuple[Integers, Integers, Integers]:
    """Open edges among which are the k nearest of each point; their images have no axes, (e, 0)."""
    sources, targets = _nearest_candidates(x, x, max(min(k, len(x) - 1), 0) + 1)
    real = sources != targets
    return sources[real], targets[real], np.zeros((int(real.sum()), 0), dtype=np.int64)


def nearest_images(x: Floats, box: Floats, k: int) -> tuple[Integers, Integers, Integers]:
    """Periodic edges among which are the k nearest images of each point."""
    # The k-th distance among some images bounds the true one; once the images reach that far, it is the true one.
    reach = float((np.prod(box) / max(len(x), 1) * (k + 1)) ** (1 / len(box)))
    while True:
        inside, ghosts, owners, offsets = _images_near_box(x, box, reach)
        furthest = float(np.max(cKDTree(ghosts).query(inside, k=[k + 1])[0], initial=0.0))
        if furthest <= reach:
            break
        reach = _reach(x, furthest) if math.isfinite(furthest) else 2 * reach
    found, targets = _nearest_candidates(inside, ghosts, k + 1)
    return _edges_from_ghosts(found, targets, owners, offsets, x, box)


def first_per_target(targets: Integers, keys: tuple[NDArray[Any], ...], count: int) -> Integers:
    """Indices of the first `count` edges of each target in ascending order of the last key, then those before."""
    order = np.lexsort((*keys, targets))
    grouped = targets[order]
    place = np.arange(len(order)) - np.searchsorted(grouped, grouped)
    return order[place < count]
