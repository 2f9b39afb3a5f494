"""Paths: a rotation in steps, a growing cutoff, and a point that is led through another's cutoff and back."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from scipy.spatial.transform import Rotation, Slerp

from models.networks.radial import morse, polynomial_envelope
from server.protocol.faults import Refused
from server.protocol.messages import Float64
from server.scenes.radius.params import Setting, start_of
from server.scenes.radius.seen import Quaternion

STEPS = 24
CANDIDATES = 48
INSIDE, OUTSIDE = 0.82, 1.18
"""Distances over the cutoff between which the point goes."""


def growing() -> tuple[tuple[float, ...], ...]:
    """Shares of the cutoff, evenly spaced, up to the whole."""
    return tuple((share,) for share in np.linspace(0.04, 1.0, STEPS + 8).tolist())


def turning(now: Quaternion, to: Quaternion) -> tuple[tuple[float, ...], ...]:
    """Quaternions on the shortest way from one rotation to another, slow at both ends."""
    times = (1 - np.cos(np.linspace(0, math.pi, STEPS + 1)[1:])) / 2
    between = Slerp([0.0, 1.0], Rotation.from_quat([now, to]))(times).as_quat()
    between[-1] = to
    return tuple(tuple(row) for row in between.tolist())


def crossing(setting: Setting, points: Float64) -> tuple[tuple[int, int], tuple[tuple[float, ...], ...]]:
    """(the node that moves, the one it moves from and to) and its places there and back.

    Of the pairs near the cutoff the one is taken whose jump is seen best: on the way the fewest other cutoffs are
    crossed, and the energy with everybody else changes least.
    """
    cutoff = setting.cutoff
    x = points[:, : setting.dim]
    lengths = np.linalg.norm(x[:, None] - x[None], axis=-1)
    np.fill_diagonal(lengths, np.inf)
    lengths[lengths < 1e-6] = np.inf  # two points on one place have no direction to part in
    if not np.isfinite(lengths).any():
        raise Refused("refused", "expected two points apart from each other, but all lie on one place")
    order = np.argsort(np.abs(lengths - cutoff), axis=None)[:CANDIDATES]
    best: tuple[float, int, int, Float64] | None = None
    for movers, partner in zip(*np.unravel_index(order, lengths.shape), strict=True):
        node, other = int(movers), int(partner)
        if not math.isfinite(float(lengths[node, other])):
            continue
        way = _way(points[node], points[other], cutoff, float(lengths[node, other]))
        cost = _disturbance(way[:, : setting.dim], np.delete(x, (node, other), axis=0), cutoff)
        cost += 10.0 * float((np.linalg.norm(way, axis=1) > start_of(setting).room).any())
        if best is None or cost < best[0]:
            best = (cost, node, other, way)
    assert best is not None
    return (best[1], best[2]), tuple(tuple(place) for place in best[3].tolist())


def _way(start: Float64, other: Float64, cutoff: float, length: float) -> Float64:
    """Places from the start out, in and back again along the line to the other point. (s, 3)"""
    direction = (start - other) / length
    stations = [length, OUTSIDE * cutoff, INSIDE * cutoff, OUTSIDE * cutoff, length]
    pieces = ((a, b, round(STEPS * min(1.0, abs(b - a) / (0.36 * cutoff)))) for a, b in itertools.pairwise(stations))
    radii = np.concatenate([np.linspace(a, b, max(2, count)) for a, b, count in pieces])
    way: Float64 = other + radii[:, None] * direction
    way[-1] = start
    return way


def _disturbance(way: Float64, others: Float64, cutoff: float) -> float:
    """How often the way crosses the cutoff of anybody else, and how far the energy with them ranges."""
    if len(others) == 0:
        return 0.0
    lengths = torch.linalg.vector_norm(torch.from_numpy(way[:, None] - others[None]), dim=-1)
    near = lengths <= cutoff
    energies = (morse(lengths) * polynomial_envelope(lengths, cutoff)).sum(1)
    return float((near[1:] != near[:-1]).sum()) + float(energies.max() - energies.min())
