"""Many rounds: how features are smoothed, how far a node hears, and which numbers say so.

    S = D~^-1/2 A~ D~^-1/2     symmetric, as in GCN; its fixed directions are sqrt(d~)       A~ = A + I, d~ = A~ 1
    P = D~^-1 A~               the mean over a node and its neighbors; its fixed direction is constant

    E(H)  = 1/n sum_{u,v} |h_u - h_v|^2                              plain Dirichlet energy, over undirected edges
    E~(H) = 1/n sum_{u,v} |h_u / sqrt(d~_u) - h_v / sqrt(d~_v)|^2    degree-normalized
    rank(H) = exp(-sum_i p_i ln p_i),  p_i = sigma_i / sum sigma     effective rank (Roy and Vetterli 2007)
    influence of v on u after R rounds = || d h_u^(R) / d h_v^(0) ||_F, exactly 0 beyond R hops

E~ falls to 0 under S, E under P: an energy that does not fit its matrix stalls. The effective rank falls to 1 under
both. All in float64. Graphs are taken as undirected: both directions of each edge present.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor

from models.graphs.graph import Graph
from models.networks.message_passing import Trace, Update, trace

Propagation = Literal["S", "P"]


def degrees_with_self(graph: Graph) -> Tensor:
    """d~_u = degree + 1: (n,) float64."""
    return graph.degrees().double() + 1


def smoothing_matrix(graph: Graph, propagation: Propagation) -> Tensor:
    """S = D~^-1/2 A~ D~^-1/2 or P = D~^-1 A~: (n, n) float64. Raises ValueError on another name."""
    if propagation not in get_args(Propagation):
        raise ValueError(f"Expected a propagation of {get_args(Propagation)}, got {propagation!r}.")
    looped = graph.adjacency() + torch.eye(graph.nodes, dtype=torch.float64)
    degree = degrees_with_self(graph)
    if propagation == "P":
        return looped / degree[:, None]
    return looped * degree.rsqrt()[:, None] * degree.rsqrt()[None, :]


def smoothed(graph: Graph, features: Tensor, propagation: Propagation, count: int) -> Tensor:
    """H, M H, M^2 H, .. M^count H for the matrix M: (count + 1, n, d) float64."""
    matrix, history = smoothing_matrix(graph, propagation), [features.double()]
    for _ in range(count):
        history.append(matrix @ history[-1])
    return torch.stack(history)


def limit(graph: Graph, features: Tensor, propagation: Propagation) -> Tensor:
    """What M^k H tends to for k -> infinity, in closed form: (n, d) float64.

    In each connected component (Oono and Suzuki, arXiv:1905.10947, section 3; self loops leave no other eigenvalue of
    size 1): S gives sqrt(d~_u) sum_v sqrt(d~_v) h_v / sum_v d~_v, P gives sum_v d~_v h_v / sum_v d~_v.
    """
    count, component = graph.components()
    member = torch.nn.functional.one_hot(component, count).double()  # (n, components)
    degree = degrees_with_self(graph)
    power = 0.5 if propagation == "S" else 1.0
    total = member.T @ degree  # (components)
    middle = (member.T @ (degree[:, None] ** power * features.double())) / total[:, None]  # (components, d)
    spread = member @ middle
    return spread * degree[:, None].sqrt() if propagation == "S" else spread


def dirichlet_energy(graph: Graph, features: Tensor, *, normalized: bool = False) -> Tensor:
    """E, or E~ where `normalized`, of one H or of many: (.., n, d) -> (..)."""
    values = features.double()
    if normalized:
        values = values * degrees_with_self(graph).rsqrt()[:, None]
    once = graph.sources < graph.targets  # each undirected edge counted once
    difference = values[..., graph.sources[once], :] - values[..., graph.targets[once], :]  # (.., e / 2, d)
    energy: Tensor = difference.square().sum(dim=(-2, -1)) / graph.nodes
    return energy


def effective_rank(features: Tensor) -> Tensor:
    """exp of the entropy of the normalized singular values, between 1 and min(n, d): (.., n, d) -> (..).

    The zero matrix has rank 0. Features are scaled by their largest entry first, so that none overflows.
    """
    values = features.double()
    largest = values.abs().amax(dim=(-2, -1), keepdim=True)
    sigma = torch.linalg.svdvals(values / largest.clamp(min=torch.finfo(torch.float64).tiny))  # (.., min(n, d))
    share = sigma / sigma.sum(dim=-1, keepdim=True).clamp(min=torch.finfo(torch.float64).tiny)
    rank = torch.special.entr(share).sum(dim=-1).exp()
    return torch.where(largest[..., 0, 0] > 0, rank, torch.zeros_like(rank))


def hops(graph: Graph) -> Tensor:
    """Entry [u, v]: the least number of edges on a way v -> u, -1 where there is none: (n, n) int64.

    By counting, in integers: v is within k hops of u where (A + I)^k has an entry above 0.
    """
    step = (graph.adjacency() > 0).long() + torch.eye(graph.nodes, dtype=torch.int64)
    reached = torch.eye(graph.nodes, dtype=torch.int64)
    found = reached - 1  # 0 on the diagonal, -1 elsewhere
    for k in range(1, graph.nodes):
        reached = ((step @ reached) > 0).long()
        found = torch.where((found < 0) & (reached > 0), k, found)
    return found


def linear_influence(graph: Graph, propagation: Propagation, count: int, node: int, width: int = 1) -> Tensor:
    """|| d (M^R H)_u / d h_v ||_F = sqrt(d) |(M^R)_uv| for each v: (n,) float64."""
    matrix = smoothing_matrix(graph, propagation)
    row = torch.nn.functional.one_hot(torch.tensor(node), graph.nodes).double()
    for _ in range(count):
        row = row @ matrix  # the row e_u^T M^k: a zero entry stays a sum of zeros until a way is long enough
    influence: Tensor = row.abs() * width**0.5
    return influence


def traced_influence(graph: Graph, traced: Trace, count: int, node: int) -> Tensor:
    """|| d h_u^(R) / d h_v^(0) ||_F for each v, back through R = `count` rounds of a trace: (n,) float64.

    One step back takes G (d, n, d), the derivative by the features after a round, to the one by those before it:
    G' = (G sigma') W_self + A^T (G sigma') W_neigh. Sum and mean only: ValueError on another aggregation.
    """
    update = traced.update
    if update.aggregation not in ("sum", "mean"):
        raise ValueError(f"Expected the aggregation sum or mean, got {update.aggregation!r}.")
    weights = torch.zeros(graph.nodes, graph.nodes, dtype=torch.float64)
    weights.index_put_((graph.sources, graph.targets), traced.weights.double(), accumulate=True)  # A^T
    w_self, w_neigh = update.w_self.double(), update.w_neigh.double()
    gradient = torch.zeros(update.width, graph.nodes, update.width, dtype=torch.float64)
    gradient[:, node] = torch.eye(update.width, dtype=torch.float64)
    for k in reversed(range(count)):
        slope = _slope(update, traced.totals[k].double(), traced.features[k + 1].double())  # (n, d)
        arrived = gradient * slope
        gradient = arrived @ w_self + weights @ (arrived @ w_neigh)
    return gradient.square().sum(dim=(0, 2)).sqrt()


def _slope(update: Update, total: Tensor, output: Tensor) -> Tensor:
    """sigma'(M), (n, d) -> (n, d)."""
    if update.activation == "relu":
        return (total > 0).double()
    if update.activation == "tanh":
        return 1 - output.square()
    if update.activation == "identity":
        return torch.ones_like(total)
    raise ValueError(f"Expected the activation identity, relu or tanh, got {update.activation!r}.")


def deep(graph: Graph, features: Tensor, update: Update, count: int) -> Trace:
    """Algorithm 4 for `count` rounds in float64, where sums that grow tenfold a round stay finite for long."""
    whole = Update(
        update.w_self.double(), update.w_neigh.double(), update.bias.double(), update.aggregation, update.activation
    )
    return trace(graph, features.double(), whole, count)
