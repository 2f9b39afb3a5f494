"""Functions of an edge's length, and what a cutoff does to the energy that is summed over edges.

    E = sum over pairs of phi(r) u(r / r_c),    phi(r) = D (e^(-2a (r - r_e)) - 2 e^(-a (r - r_e)))

With u = 1 inside the cutoff and 0 outside, E jumps by phi(r_c) when a point crosses; with the polynomial envelope it
does not, and neither do the forces.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from models.graphs.graph import Graph, edge_vectors


def polynomial_envelope(distances: Tensor, cutoff: float, power: int = 6) -> Tensor:
    """1 at zero distance, 0 from the cutoff on, with first and second derivative 0 there.

    u(x) = 1 - (p+1)(p+2)/2 x^p + p(p+2) x^(p+1) - p(p+1)/2 x^(p+2),  x = r / r_c;  1 - 28x^6 + 48x^7 - 21x^8 at p = 6.

    distances: any shape, a length, not negative; cutoff: the same length. Returns the same shape, without unit.
    Raises ValueError on a cutoff that is not positive or a power below 1.
    Source: Gasteiger et al. 2020, Directional Message Passing for Molecular Graphs, arXiv 2003.03123.
    """
    _check_cutoff(cutoff)
    if power < 1:
        raise ValueError(f"Expected a power of the envelope of at least 1, got {power}.")
    p = power
    x = distances / cutoff
    inside = 1 - (p + 1) * (p + 2) / 2 * x**p + p * (p + 2) * x ** (p + 1) - p * (p + 1) / 2 * x ** (p + 2)
    return torch.where(x < 1, inside, torch.zeros_like(inside))


def morse(distances: Tensor, depth: float = 1.0, steepness: float = 2.0, rest: float = 1.0) -> Tensor:
    """phi(r) = D (e^(-2a (r - r_e)) - 2 e^(-a (r - r_e))): repels when near, minimum -D at r_e, 0 far away.

    Finite at zero distance, where two dragged points may meet. distances and rest (r_e): one length; steepness (a):
    its inverse; depth (D) and the result: an energy. Source: Morse 1929, Physical Review 34, 57.
    """
    decay = torch.exp(-steepness * (distances - rest))
    return depth * (decay * decay - 2 * decay)


def pair_energy(positions: Tensor, graph: Graph, cutoff: float, smooth: bool) -> Tensor:
    """E = 1/2 sum over directed edges of phi(r) u(r / r_c): each pair once, since a pair is two edges.

    positions: (n, dim) float, a length: the present ones, differentiable; the graph gives edges and periodic shifts.
    cutoff:    the same length; edges longer than it do not count. smooth: the envelope, or a hard cut.
    Returns a scalar energy, in units of the well's depth. An edge without its reverse counts as half a pair.
    Raises ValueError on positions of another shape than (nodes, dim) or a cutoff that is not positive.
    """
    _check_cutoff(cutoff)
    if positions.ndim != 2 or positions.shape[0] != graph.nodes:
        raise ValueError(f"Expected positions of shape ({graph.nodes}, dim), got {tuple(positions.shape)}.")
    distances: Tensor = torch.linalg.vector_norm(edge_vectors(positions, graph), dim=-1)
    weights = polynomial_envelope(distances, cutoff) if smooth else (distances <= cutoff).to(distances.dtype)
    return (morse(distances) * weights).sum() / 2


def _check_cutoff(cutoff: float) -> None:
    if not (math.isfinite(cutoff) and cutoff > 0):
        raise ValueError(f"Expected a positive, finite cutoff, got {cutoff}.")
