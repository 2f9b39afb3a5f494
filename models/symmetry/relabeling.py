"""The same graph under other ids: A' = P A P^T, in whole numbers, so that the difference is 0 or it is not.

P[i, order[i]] = 1: new node i is old node order[i], and (P A P^T)[i, j] = A[order[i], order[j]].
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.graphs.graph import Graph


def permutation_matrix(order: Tensor) -> Tensor:
    """P (n, n) int64 with P[i, order[i]] = 1. order: (n,) int64. Raises ValueError unless it names each node once."""
    if not torch.equal(order.sort().values, torch.arange(len(order))):
        raise ValueError(f"Expected an order that names each of the {len(order)} nodes once, got {order.tolist()}.")
    return torch.eye(len(order), dtype=torch.int64)[order]


def relabeling_difference(graph: Graph, order: Tensor) -> int:
    """max |A' - P A P^T| over all entries, A' counted from the renumbered edge list: an integer.

    The two ways share nothing but the order: one renumbers edges and counts them, the other multiplies matrices.
    """
    renumbered = graph.permuted(order).adjacency().long()
    matrix = permutation_matrix(order)
    conjugated = matrix @ graph.adjacency().long() @ matrix.T
    return int((renumbered - conjugated).abs().max()) if graph.nodes else 0
