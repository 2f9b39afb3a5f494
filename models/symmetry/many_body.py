"""Many-body invariants of a neighborhood, and pairs of neighborhoods that some of them confuse.

A neighborhood is n neighbors x_1 … x_n about a center at the origin. A body of order k is the center with k − 1 of the
neighbors; its invariants are all the distances in it, up to the order of the neighbors:

    order 2   |x_i|                                  distances to the center
    order 3   |x_i|, |x_j|, |x_i − x_j|              triangles, so their angles too
    order 4   6 lengths of a tetrahedron             equal lengths, equal Gram matrix: congruent, perhaps mirrored
    order 5   10 lengths
    signed    the lengths and det(x_i, x_j, x_k) / 6 of every three neighbors: a mirror changes its sign

A fingerprint is the multiset of all bodies of one order. Two fingerprints differ by the least, over all pairings of
their bodies, of the largest change of one number: 0 exactly where the multisets are the same. Sorting would need a
tie broken by rounding; a pairing does not.

Pairs: Pozdnyakov et al., PRL 125, 166001 (2020), Fig. 1b, 2e, 2f; Joshi et al., ICML 2023 (2301.09308).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ORDERS = (2, 3, 4, 5)
MOST_NEIGHBORS = 8
"""Alignment tries every order of the neighbors: 8! = 40 320 of them."""
ROUNDING = 1e-12
"""Up to here a difference is rounding of float64; lengths of order 1 to 10."""
TIE = 1e-9
"""Two lengths that are the same for the handedness of a body."""


def bodies(neighbors: int, order: int) -> Index:
    """The neighbors of every body of an order, (m, order − 1), m perhaps 0. ValueError unless 2 to 5."""
    if order not in ORDERS:
        raise ValueError(f"Expected an order of {ORDERS}, got {order}.")
    return np.array(list(combinations(range(neighbors), order - 1)), dtype=np.int64).reshape(-1, order - 1)


def invariants(points: Array, order: int, *, signed: bool = False) -> Array:
    """The numbers of every body in every order of its neighbors. points: (n, 3) -> (m, (order − 1)!, d)

    d: order − 1 distances to the center, the distances between neighbors, and where `signed` the volumes of three.
    """
    points = _checked(points)
    ways = np.array(list(permutations(range(order - 1))), dtype=np.int64)
    chosen = points[bodies(len(points), order)[:, ways]]  # (m, w, order − 1, 3)
    first, second = np.array(list(combinations(range(order - 1), 2)), dtype=np.int64).reshape(-1, 2).T
    numbers = [
        np.linalg.norm(chosen, axis=-1),
        np.linalg.norm(chosen[..., first, :] - chosen[..., second, :], axis=-1),
    ]
    if signed:
        threes = np.array(list(combinations(range(order - 1), 3)), dtype=np.int64).reshape(-1, 3)
        numbers.append(np.linalg.det(chosen[..., threes, :]) / 6)
    return np.concatenate(numbers, axis=-1)


def reading(points: Array, order: int, *, signed: bool = False) -> Array:
    """One number of every body, for a histogram; equal fingerprints have equal readings. points: (n, 3) -> (m,)

    order 2: distance to the center. 3: distance of the two neighbors. 4: volume |det(x_i, x_j, x_k)| / 6.
    5: sum of the volumes of the five tetrahedra among the five points; `signed`, with the handedness of the body, 0
    where two neighbors cannot be told apart: the sign of det(x_2 − x_1, x_3 − x_1, x_4 − x_1) times that of
    prod_{i<j} (s_i − s_j), s_i the sum of neighbor i's distances. Two neighbors exchanged change both, a mirror one.
    """
    points = _checked(points)
    if order < 4:
        lengths: Array = invariants(points, order)[:, 0, -1]
        return lengths
    chosen = points[bodies(len(points), order)]  # (m, order − 1, 3)
    if order == 4:
        volumes: Array = np.abs(np.linalg.det(chosen)) / 6
        return volumes
    threes = np.array(list(combinations(range(4), 3)))
    apart = np.linalg.det(chosen[:, 1:] - chosen[:, :1])
    total: Array = (np.abs(np.linalg.det(chosen[:, threes])).sum(-1) + np.abs(apart)) / 6
    if not signed:
        return total
    sums = np.linalg.norm(chosen[:, :, None] - chosen[:, None], axis=-1).sum(-1)
    first, second = np.array(list(combinations(range(4), 2))).T
    factors = np.column_stack([apart, sums[:, first] - sums[:, second]])
    factors[np.abs(factors) < TIE] = 0.0
    turned: Array = total * np.sign(factors).prod(-1)
    return turned


@dataclass(frozen=True)
class Comparison:
    """How far two fingerprints of one order are apart, and the two bodies that change most in the best pairing."""

    difference: float
    """In the unit of the points; inf where the numbers of bodies differ."""
    first: tuple[int, ...]
    second: tuple[int, ...]
    """Neighbors of the pair of bodies that differ most; empty where there is none."""

    @property
    def same(self) -> bool:
        """Whether the difference is rounding."""
        return self.difference <= ROUNDING


def compare(a: Array, b: Array, order: int, *, signed: bool = False) -> Comparison:
    """The difference of two fingerprints, a and b: (n, 3) float64.

    min over pairings π of max over bodies B of min over orders of the neighbors of max |numbers(B) − numbers(π(B))|
    """
    of_a, of_b = invariants(a, order, signed=signed)[:, 0], invariants(b, order, signed=signed)
    if len(of_a) != len(of_b):
        return Comparison(float("inf"), (), ())
    if len(of_a) == 0:
        return Comparison(0.0, (), ())
    costs = np.abs(of_a[:, None, None] - of_b[None]).max(axis=-1).min(axis=-1)  # (m, m)
    rows, columns = _bottleneck(costs)
    worst = int(costs[rows, columns].argmax())
    lists = bodies(len(a), order), bodies(len(b), order)
    first, second = (tuple(lists[side][at[worst]].tolist()) for side, at in enumerate((rows, columns)))
    return Comparison(float(costs[rows, columns].max()), first, second)


def _bottleneck(costs: Array) -> tuple[Index, Index]:
    """The pairing whose largest cost is least, and among those the one with the fewest changes."""
    levels = np.unique(costs)
    low, high = 0, len(levels) - 1
    while low < high:  # the least level under which every body finds a partner
        middle = (low + high) // 2
        forbidden = costs > levels[middle]
        rows, columns = linear_sum_assignment(forbidden.astype(np.float64))
        low, high = (middle + 1, high) if forbidden[rows, columns].any() else (low, middle)
    dear = np.where(costs > levels[low], float(len(costs)) * (float(levels[-1]) + 1), costs)
    rows, columns = linear_sum_assignment(dear)
    return rows.astype(np.int64), columns.astype(np.int64)


def separating_order(a: Array, b: Array) -> tuple[int, bool] | None:
    """The least (order, signed) whose fingerprints differ, unsigned ones first; None where all are the same."""
    for order, signed in (*((order, False) for order in ORDERS), *((order, True) for order in ORDERS[2:])):
        if not compare(a, b, order, signed=signed).same:
            return order, signed
    return None


@dataclass(frozen=True)
class Alignment:
    """The best way to lay b over a: b[order] @ matrix.T is `placed`, rmsd = sqrt(mean |a_i − placed_i|²)."""

    rmsd: float
    order: tuple[int, ...]
    matrix: Array
    placed: Array

    @property
    def same(self) -> bool:
        """Whether nothing but rounding is left."""
        return self.rmsd <= 10 * ROUNDING


def align(a: Array, b: Array, *, improper: bool = False) -> Alignment:
    """The least RMSD of two neighborhoods over all rotations about the center and all orders of the neighbors.

    a, b: (n, 3) of one n <= 8; `improper` allows mirrors too. For one order the best rotation is Kabsch's (Acta Cryst.
    A32, 922, 1976): R = U diag(1, 1, ±1) V^T of the SVD of sum_i a_i b_i^T. Every order is tried.
    """
    a, b = _checked(a), _checked(b)
    if len(a) != len(b) or len(a) > MOST_NEIGHBORS:
        raise ValueError(f"Expected two clouds of one size up to {MOST_NEIGHBORS}, got {len(a)} and {len(b)} points.")
    orders = np.array(list(permutations(range(len(b)))), dtype=np.int64)
    u, _, vt = np.linalg.svd(np.einsum("ni,pnj->pij", a, b[orders]))
    sign = np.ones((len(orders), 3))
    if not improper:
        sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    matrices = u * sign[:, None, :] @ vt
    placed = np.einsum("pij,pnj->pni", matrices, b[orders])
    # From the points themselves: Kabsch's difference of squares would leave 1e-8 of rounding.
    errors = np.sqrt(((placed - a) ** 2).sum(-1).mean(-1))
    best = int(errors.argmin())
    return Alignment(float(errors[best]), tuple(orders[best].tolist()), matrices[best], placed[best])


def same_up_to_rotation(a: Array, b: Array, *, improper: bool = False) -> bool:
    """Whether a rotation about the center (`improper`: or a mirror) and an order of the neighbors make b into a."""
    return align(a, b, improper=improper).same


def _checked(points: Array) -> Array:
    if points.ndim != 2 or points.shape[1] != 3 or len(points) == 0:
        raise ValueError(f"Expected points of shape (n, 3), n > 0, got {points.shape}.")
    return points.astype(np.float64)
