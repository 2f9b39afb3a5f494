"""What is asked of a graph: one answer a node, one a pair of nodes, one for all; each from the same features H.

    node    s_u  = sigma(w . h_u)        equivariant: the scores move with the ids
    edge    s_uv = sigma(h_u . h_v)      equivariant in rows and columns; symmetric
    graph   f    = READOUTS[..](H)       invariant (`models.networks.readout`)

sigma(x) = 1 / (1 + e^-x). W. L. Hamilton, Graph Representation Learning, 2020, sections 1.2 and 6.1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.graphs.graph import Graph


def node_scores(features: Tensor, weight: Tensor) -> Tensor:
    """sigma(H w): (n, d), (d) -> (n)."""
    return torch.sigmoid(features @ weight)


def edge_scores(features: Tensor) -> Tensor:
    """sigma(H H^T), a score of every pair, its own included: (n, d) -> (n, n)."""
    return torch.sigmoid(features @ features.T)


def absent_pairs(graph: Graph) -> Tensor:
    """The pairs u < v without an edge in either direction, what a link could be predicted for: (2, m) int64."""
    linked = graph.adjacency() > 0
    free = ~(linked | linked.T)
    return free.triu(diagonal=1).nonzero().T.contiguous()
