"""Algorithm 4, basic graph message passing: a trace of every message, and a sparse fast path that agrees with it.

    m_vu       = W_neigh h_v^(k)                              what v sends along each of its edges v -> u
    M_u        = W_self h_u^(k) + AGG_{v in N(u)} m_vu + b    AGG is the sum, mean or maximum over the neighborhood
    h_u^(k+1)  = sigma(M_u)

In matrix form, one node a row: H' = sigma(H W_self^T + A H W_neigh^T + 1 b^T), with A[u, v] = 1 where v sends to u
(W. L. Hamilton, Graph Representation Learning, 2020, section 5.1). With the aggregation `gcn` the self term shares
W_neigh and both terms are weighted, which is Kipf and Welling (arXiv:1609.02907), equation 2:

    M_u = W_neigh h_u / d~_u + sum_v W_neigh h_v / sqrt(d~_u d~_v) + b,    d~ = degree + 1

Two points where the usual printed algorithm is ambiguous are settled here. Its loop k = 0..K with output h^(K+1) makes
K+1 updates of what it calls K rounds: here R rounds are R updates, numbered 1..R, and update r turns features r-1 into
features r. It lists b among its inputs and never uses it: here b is added before sigma. Updates are synchronous: every
message of a round is made from the features before it, or the result would depend on the order of the nodes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.graph import Graph

Aggregation = Literal["sum", "mean", "max", "gcn"]
Activation = Literal["identity", "relu", "tanh", "sigmoid", "silu"]

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    "identity": lambda total: total,
    "relu": F.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
}


@dataclass(frozen=True)
class Update:
    """One update of Algorithm 4 as data; every round uses the same one.

    w_self, w_neigh: (d, d) float, bias: (d) float. Raises ValueError where shapes or names do not fit.
    """

    w_self: Tensor
    w_neigh: Tensor
    bias: Tensor
    aggregation: Aggregation = "sum"
    activation: Activation = "relu"

    def __post_init__(self) -> None:
        d = self.bias.shape[-1] if self.bias.ndim == 1 else -1
        if self.w_self.shape != (d, d) or self.w_neigh.shape != (d, d):
            raise ValueError(
                "Expected w_self (d, d), w_neigh (d, d) and bias (d), got "
                f"{tuple(self.w_self.shape)}, {tuple(self.w_neigh.shape)} and {tuple(self.bias.shape)}."
            )
        if self.aggregation not in get_args(Aggregation):
            raise ValueError(f"Expected an aggregation of {get_args(Aggregation)}, got {self.aggregation!r}.")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"Expected an activation of {tuple(ACTIVATIONS)}, got {self.activation!r}.")

    @property
    def width(self) -> int:
        """The number d of features a node carries."""
        return self.bias.shape[0]


def random_update(
    width: int,
    seed: int,
    aggregation: Aggregation = "sum",
    activation: Activation = "relu",
    dtype: torch.dtype = torch.float32,
) -> Update:
    """Seeded weights W ~ N(0, 1/d) and bias ~ N(0, 0.01): a message keeps the scale of the features it carries."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    w_self, w_neigh = normal(2, width, width) / width**0.5
    bias = 0.1 * normal(width)
    return Update(w_self.to(dtype), w_neigh.to(dtype), bias.to(dtype), aggregation, activation)


def edge_weights(graph: Graph, aggregation: Aggregation, dtype: torch.dtype = torch.float32) -> Tensor:
    """The factor of each message: 1, for the mean 1 / degree(u), for GCN 1 / sqrt(d~_u d~_v). Shape (e)."""
    if aggregation == "mean":
        return (1 / graph.degrees().to(dtype))[graph.targets]
    if aggregation == "gcn":
        scale = (graph.degrees().to(dtype) + 1).rsqrt()
        return scale[graph.targets] * scale[graph.sources]
    return torch.ones(graph.sources.shape[0], dtype=dtype, device=graph.sources.device)


def self_term(graph: Graph, features: Tensor, sent: Tensor, update: Update) -> Tensor:
    """What a node tells itself: W_self h_u, or under GCN W_neigh h_u / d~_u. (n, d), (n, d) -> (n, d)."""
    if update.aggregation == "gcn":
        return sent / (graph.degrees().to(sent.dtype) + 1)[:, None]
    return features @ update.w_self.T


def aggregate(messages: Tensor, graph: Graph, aggregation: Aggregation) -> Tensor:
    """Gather what arrives at each node, one row an edge; a node without neighbors receives 0. (e, d) -> (n, d)."""
    arrived = messages.new_zeros(graph.nodes, messages.shape[1])
    if aggregation == "max":
        targets = graph.targets[:, None].expand_as(messages)
        return arrived.scatter_reduce(0, targets, messages, "amax", include_self=False)
    return arrived.index_add(0, graph.targets, messages)


# --- the readable path ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trace:
    """Everything that was computed in R rounds; the message of edge j in round r is weights[j] * sent[r, source].

    features (R+1, n, d), sent (R, n, d) = W_neigh h, weights (e), own (R, n, d) the self terms,
    totals (R, n, d) before the activation, bias included.
    """

    features: Tensor
    sent: Tensor
    weights: Tensor
    own: Tensor
    totals: Tensor
    update: Update

    @property
    def rounds(self) -> int:
        """The number R of updates."""
        return self.totals.shape[0]


def trace(graph: Graph, features: Tensor, update: Update, count: int) -> Trace:
    """Run `count` = R updates literally, one message an edge, and keep every term.

    features: (n, d) float, the input h^(0). Raises ValueError on features or a count that do not fit.
    """
    _check(graph, features, update, count)
    activation = ACTIVATIONS[update.activation]
    weights = edge_weights(graph, update.aggregation, features.dtype)  # (e)
    history, sent_by, own_terms, totals = [features], [], [], []
    for _ in range(count):
        h = history[-1]
        sent = h @ update.w_neigh.T  # (n, d)
        messages = weights[:, None] * sent[graph.sources]  # (n, d) -> (e, d)
        own = self_term(graph, h, sent, update)  # (n, d)
        total = own + aggregate(messages, graph, update.aggregation) + update.bias  # (e, d) -> (n, d)
        history.append(activation(total))
        sent_by.append(sent)
        own_terms.append(own)
        totals.append(total)

    def stacked(terms: list[Tensor]) -> Tensor:  # R tensors (n, d) -> (R, n, d), also where R is 0
        return torch.stack(terms) if terms else features.new_empty(0, *features.shape)

    return Trace(torch.stack(history), stacked(sent_by), weights, stacked(own_terms), stacked(totals), update)


@dataclass(frozen=True)
class Message:
    """One message at its target: value = weight * W_neigh h_source, (d)."""

    edge: int
    source: int
    weight: float
    value: Tensor


@dataclass(frozen=True)
class Explanation:
    """The arithmetic of one node in one update: total = own + aggregated messages + bias, output = sigma(total).

    own, aggregated, bias, total, output: (d).
    """

    round: int
    node: int
    own: Tensor
    messages: tuple[Message, ...]
    aggregated: Tensor
    bias: Tensor
    total: Tensor
    output: Tensor


def explain(traced: Trace, graph: Graph, round: int, node: int) -> Explanation:
    """Recompute one node of update `round` (1..R) from its own term and the messages that reached it.

    Raises IndexError if there is no such update or node.
    """
    if not 1 <= round <= traced.rounds:
        raise IndexError(f"Expected an update from 1 to {traced.rounds}, got {round}.")
    if not 0 <= node < graph.nodes:
        raise IndexError(f"Expected a node from 0 to {graph.nodes - 1}, got {node}.")
    update, sent, own = traced.update, traced.sent[round - 1], traced.own[round - 1, node]
    incoming = (graph.targets == node).nonzero().flatten().tolist()
    messages = tuple(
        Message(edge, source, float(traced.weights[edge]), traced.weights[edge] * sent[source])
        for edge, source in ((edge, int(graph.sources[edge])) for edge in incoming)
    )
    if messages:
        values = torch.stack([message.value for message in messages])  # (degree, d)
        aggregated = values.amax(dim=0) if update.aggregation == "max" else values.sum(dim=0)  # (degree, d) -> (d)
    else:
        aggregated = torch.zeros_like(own)
    total = own + aggregated + update.bias
    output = ACTIVATIONS[update.activation](total)
    return Explanation(round, node, own, messages, aggregated, update.bias, total, output)


# --- the fast path -------------------------------------------------------------------------------------------------


def propagation_matrix(graph: Graph, aggregation: Aggregation, dtype: torch.dtype = torch.float32) -> Tensor:
    """The sparse CSR matrix P (n, n) with P[u, v] = the weight of the message v -> u; P H is the aggregation.

    Parallel edges (periodic images) add up. The maximum is not linear and has no such matrix: ValueError.
    """
    if aggregation == "max":
        raise ValueError("Expected a linear aggregation (sum, mean or gcn) for a propagation matrix, got max.")
    n, rows, columns = graph.nodes, graph.targets, graph.sources
    values = edge_weights(graph, aggregation, dtype)  # (e)
    cells = rows * n + columns
    if bool((cells[1:] <= cells[:-1]).any()):  # graphs between points come sorted; sorting costs more than a product
        cells, place = torch.unique(cells, return_inverse=True)
        values = values.new_zeros(cells.shape).index_add(0, place, values)  # (e) -> (distinct edges)
        rows, columns = cells // n, cells % n
    starts = torch.cat([rows.new_zeros(1), rows.bincount(minlength=n).cumsum(0)])  # (n + 1), where each row begins
    with warnings.catch_warnings():
        # torch announces once a process that CSR is in beta; the product and its gradient are what the tests check.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")
        # Sorted and distinct by construction, which torch's own check would spend as long on as the product takes.
        return torch.sparse_csr_tensor(starts, columns, values, (n, n), check_invariants=False)


def rounds(graph: Graph, features: Tensor, update: Update, count: int) -> Iterator[Tensor]:
    """Yield the features (n, d) after update 1, 2, .. count, never holding one row an edge where the rule is linear."""
    _check(graph, features, update, count)
    activation = ACTIVATIONS[update.activation]
    linear = update.aggregation != "max"
    matrix = propagation_matrix(graph, update.aggregation, features.dtype) if linear else None
    for _ in range(count):
        sent = features @ update.w_neigh.T  # (n, d)
        arrived = matrix @ sent if matrix is not None else aggregate(sent[graph.sources], graph, "max")  # (n, d)
        features = activation(self_term(graph, features, sent, update) + arrived + update.bias)
        yield features


def propagate(graph: Graph, features: Tensor, update: Update, count: int) -> Tensor:
    """The features (n, d) after `count` updates, by the fast path."""
    *_, last = features, *rounds(graph, features, update, count)
    return last


def influence(graph: Graph, features: Tensor, update: Update, count: int, node: int) -> Tensor:
    """How strongly every input moves one output: || d h_u^(R) / d h_v^(0) ||_F for each v, (n).

    Exactly 0 for every node that is more than R hops away: the receptive field is the R-hop neighborhood.
    """
    inputs = features.detach().requires_grad_()
    output = propagate(graph, inputs, update, count)[node]  # (d)
    rows = [torch.autograd.grad(value, inputs, retain_graph=True)[0] for value in output]  # d times (n, d)
    return torch.stack(rows).square().sum(dim=(0, 2)).sqrt()  # (d, n, d) -> (n)


def _check(graph: Graph, features: Tensor, update: Update, count: int) -> None:
    if features.shape != (graph.nodes, update.width):
        raise ValueError(f"Expected features {(graph.nodes, update.width)}, got {tuple(features.shape)}.")
    if count < 0:
        raise ValueError(f"Expected a number of rounds >= 0, got {count}.")
