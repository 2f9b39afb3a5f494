"""The graph, weights and input that the parameters name, and the trace of Algorithm 4 on them.

The model runs here, once for each change of the parameters that touches it; stepping through the trace runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from models.graphs.clouds import GRAPHS, named_graph, wired
from models.graphs.graph import Graph
from models.networks.message_passing import (
    Aggregation,
    Explanation,
    Trace,
    Update,
    explain,
    propagate,
    random_update,
    trace,
)
from models.symmetry.equivariance import PermutationError, permutation_error
from server.protocol.faults import Refused
from server.protocol.messages import Float32, Int32, f4, i4
from server.scenes.rounds.messages import (
    HAND_WIDTH,
    RoundsIncoming,
    RoundsWorked,
)
from server.scenes.rounds.params import TYPED_WIDTH, RoundsParams

LARGEST = 1e30
"""Beyond it float32 ends soon; nothing that large is worth showing."""


@dataclass(frozen=True, eq=False, slots=True)
class Example:
    """One run of Algorithm 4; everything a browser is shown of it is cut from here."""

    graph: Graph
    positions: Float32
    """(n, 2): where the nodes are drawn, in [-1, 1], y upwards."""
    update: Update
    traced: Trace

    @property
    def nodes(self) -> int:
        """n."""
        return self.graph.nodes

    @property
    def width(self) -> int:
        """d."""
        return self.update.width

    @property
    def edges(self) -> Int32:
        """(2, e), sources over targets."""
        return i4(self.graph.edges)

    def is_on_graph_of(self, other: Example) -> bool:
        """Whether the same nodes stand at the same places and hear the same nodes."""
        same = np.array_equal(self.positions, other.positions)
        return same and torch.equal(self.graph.edges, other.graph.edges)

    def worked(self, round: int, node: int) -> RoundsWorked:
        """The arithmetic of one node in update `round`, in numbers."""
        explained = explain(self.traced, self.graph, round, node)
        return RoundsWorked(
            round=round,
            node=node,
            features=_row(self.traced.features[round - 1, node]),
            own=_row(explained.own),
            incoming=self._incoming(explained),
            aggregated=_row(explained.aggregated),
            bias=_row(explained.bias),
            total=_row(explained.total),
            output=_row(explained.output),
        )

    def _incoming(self, explained: Explanation) -> tuple[RoundsIncoming, ...]:
        sent = self.traced.sent[explained.round - 1]
        return tuple(
            RoundsIncoming(
                source=message.source,
                weight=message.weight,
                sent=_row(sent[message.source]),
                value=_row(message.value),
            )
            for message in explained.messages
        )

    def right(self, round: int, node: int, given: tuple[float, ...], tolerance: float) -> tuple[bool, ...]:
        """Component by component, whether an answer is the node's features after update `round`."""
        truth = _row(self.traced.features[round, node])
        return tuple(abs(a - b) <= tolerance for a, b in zip(given, truth, strict=True))

    def permutation_error(self, order: Tensor) -> PermutationError:
        """How far the model on the graph with new ids is from the model's own output with new ids."""

        def run(features: Tensor, graph: Graph) -> Tensor:
            return propagate(graph, features, self.update, self.traced.rounds)

        return permutation_error(run, self.traced.features[0], self.graph, order)


_named = lru_cache(maxsize=32)(named_graph)
_wired = lru_cache(maxsize=32)(wired)


def example(params: RoundsParams, students: int) -> Example:
    """Build and run what the parameters name; raises Refused where they do not fit together."""
    _check(params)
    graph = _graph(params, students)
    assert graph.positions is not None, "a graph worth showing says where its nodes are drawn"
    positions = f4(graph.positions)
    update = _update(params)
    features = _input(params, graph.nodes)
    traced = trace(graph, features, update, params.rounds)
    _check_size(traced)
    return Example(graph, positions, update, traced)


def _graph(params: RoundsParams, students: int) -> Graph:
    if params.graph == "seats":
        return _wired(students, params.wiring, params.seed)
    # Erdős and Rényi's graph is drawn again until nobody is alone: a node that hears nothing teaches once.
    name = "connected random" if params.graph == "random" else params.graph
    fewest, _ = GRAPHS[name]
    if params.nodes < fewest:
        raise Refused("invalid", f"expected at least {fewest} nodes for the graph {params.graph}, got {params.nodes}")
    return _named(name, params.nodes, params.seed)


def _check(params: RoundsParams) -> None:
    d = params.features
    typed = "typed" in (params.w_self, params.w_neigh, params.bias)
    if typed and d > TYPED_WIDTH:
        raise Refused("invalid", f"expected at most {TYPED_WIDTH} features where weights are typed, got {d}")
    if not params.computing:
        return
    if d > HAND_WIDTH:
        raise Refused("invalid", f"expected at most {HAND_WIDTH} features while the class computes, got {d}")
    if params.start == "random":
        raise Refused("invalid", "expected an input of whole numbers while the class computes, got random numbers")
    if params.activation == "tanh":
        raise Refused("invalid", "expected identity or relu while the class computes, got tanh")
    if params.gcn:
        raise Refused("invalid", "expected GCN normalization off while the class computes: its roots are not for heads")
    cells = {
        "W_self": (params.w_self, [cell for row in params.typed_self[:d] for cell in row[:d]]),
        "W_neigh": (params.w_neigh, [cell for row in params.typed_neigh[:d] for cell in row[:d]]),
        "b": (params.bias, list(params.typed_bias[:d])),
    }
    for name, (kind, values) in cells.items():
        if kind == "random":
            raise Refused("invalid", f"expected whole numbers in {name} while the class computes, got random numbers")
        broken = next((value for value in values if value != round(value)), None)
        if kind == "typed" and broken is not None:
            raise Refused("invalid", f"expected whole numbers in {name} while the class computes, got {broken:g}")


def _check_size(traced: Trace) -> None:
    sizes = torch.stack([term.abs().amax(dim=(1, 2)) for term in (traced.sent, traced.own, traced.totals)])  # (3, R)
    fine = (sizes <= LARGEST).all(dim=0)  # NaN is not fine
    if not bool(fine.all()):
        update = int((~fine).nonzero()[0]) + 1
        raise Refused(
            "invalid",
            f"expected features below {LARGEST:g}, but update {update} passes it; "
            "choose fewer updates, smaller weights, the mean or tanh",
        )


def _update(params: RoundsParams) -> Update:
    d = params.features
    aggregation: Aggregation = "gcn" if params.gcn else params.aggregation
    seeded = random_update(d, params.seed)
    eye, shift = torch.eye(d), torch.eye(d).roll(1, dims=1)  # shift sends feature i + 1 to place i
    # Small, so that hand arithmetic stays pleasant, and different for the node and its neighbors, so that a student
    # who mixes them up is told so.
    teaching_self = eye - torch.diag(torch.ones(d - 1), 1) if d > 1 else 2 * eye
    own = {"identity": eye, "integers": teaching_self, "random": seeded.w_self}
    neigh = {"identity": eye, "integers": shift, "random": seeded.w_neigh}
    bias = {"zero": torch.zeros(d), "integers": (torch.arange(d) + 1) % 3, "random": seeded.bias}
    own["typed"] = torch.tensor(params.typed_self)[:d, :d]
    neigh["typed"] = torch.tensor(params.typed_neigh)[:d, :d]
    bias["typed"] = torch.tensor(params.typed_bias)[:d]
    chosen = own[params.w_self].float(), neigh[params.w_neigh].float(), bias[params.bias].float()
    return Update(*chosen, aggregation=aggregation, activation=params.activation)


def _input(params: RoundsParams, nodes: int) -> Tensor:
    """h^(0), (n, d) float32."""
    shape = nodes, params.features
    generator = torch.Generator().manual_seed(params.seed)
    match params.start:
        case "integers":
            return torch.randint(0, 3, shape, generator=generator).float()
        case "one node":
            features = torch.zeros(shape)
            features[0] = 1
            return features
        case "ones":
            return torch.ones(shape)
        case "one-hot":
            return torch.eye(params.features)[torch.arange(nodes) % params.features]
        case "random":
            return torch.randn(shape, generator=generator)


def _row(values: Tensor) -> tuple[float, ...]:
    return tuple(values.tolist())
