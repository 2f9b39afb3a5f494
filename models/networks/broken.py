"""EGNNs that someone improved. Broken on purpose: each is a mistake that runs, trains and looks reasonable.

    x_i' = x_i + ReLU( C sum_{j in N(i)} (x_i - x_j) phi_x(m_ij) )         `BrokenEGNN`, component by component
    x_i' = x_i + C sum_{j in N(i)} (x_i - x_j) phi_x(m_ij) + b             `BiasedEGNN`, b a vector that is learned
    x_i' = x_i + C sum_{j in first(i)} (x_i - x_j) phi_x(m_ij)             `CappedEGNN`, the first 2 neighbors found

A ReLU or a bias on a scalar is harmless, since no rotation moves it. On x, y and z of a vector, ReLU keeps what points
along the axes of the room and drops what points against them, so ReLU(R v) != R ReLU(v); and b points the same way
however the room turns, so R v + b != R (v + b). The remedy: act on lengths by gates, and leave b out, as the geometric
vector perceptron does. A cap keeps whichever neighbors a search meets first, and a search walks along the axes of the
room: other neighbors survive a rotation, and j may be heard by i that does not hear i. Translations all three survive.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.graph import Graph, edge_vectors
from models.networks.egnn import EGNN, EGNNLayer

BIAS = (0.3, -0.2, 0.1)  # where training starts
CAP = 2  # libraries cap at 32; here it must bite on a molecule of nine atoms


class ClippedLayer(EGNNLayer):
    """An EGNN layer whose displacement passes through a component-wise ReLU."""

    def coord_model(self, difference: Tensor, m: Tensor, graph: Graph) -> Tensor:
        """x_i' - x_i = ReLU(C sum_j (x_i - x_j) phi_x(m_ij)): (e, 3), (e, hidden) -> (n, 3)."""
        return F.relu(super().coord_model(difference, m, graph))


class BrokenEGNN(EGNN):
    """The EGNN with clipped layers; same weights from the same seed."""

    layer = ClippedLayer


class BiasedLayer(EGNNLayer):
    """An EGNN layer that adds a vector of its own to every displacement."""

    bias: nn.Parameter

    def coord_model(self, difference: Tensor, m: Tensor, graph: Graph) -> Tensor:
        """x_i' - x_i = C sum_j (x_i - x_j) phi_x(m_ij) + b: (e, 3), (e, hidden) -> (n, 3)."""
        return super().coord_model(difference, m, graph) + self.bias


class BiasedEGNN(EGNN):
    """The EGNN with a bias on its vectors; the other weights are the same from the same seed."""

    layer = BiasedLayer

    def __init__(self, features: int, hidden: int = 32, layers: int = 3, outputs: int = 1) -> None:
        super().__init__(features, hidden, layers, outputs)
        for layer in self.layers:
            layer.bias = nn.Parameter(torch.tensor(BIAS))


class CappedLayer(EGNNLayer):
    """An EGNN layer in which a node hears only the first `CAP` neighbors that a search along the axes meets."""

    def forward(self, h: Tensor, x: Tensor, graph: Graph) -> tuple[Tensor, Tensor]:
        """h (n, hidden), x (n, 3) -> h' and x' - x; what came after the cap is multiplied by 0."""
        heard = first_found(x, graph, CAP).to(x.dtype)[:, None]  # (e, 1)
        difference = edge_vectors(x, graph)  # (e, 3)
        m = self.edge_model(h, difference, graph) * heard  # (e, hidden)
        return self.node_model(h, m, graph), self.coord_model(difference * heard, m, graph)


class CappedEGNN(EGNN):
    """The EGNN with capped layers; same weights from the same seed."""

    layer = CappedLayer


def first_found(x: Tensor, graph: Graph, cap: int) -> Tensor:
    """Which edges are among the first `cap` at their target: (n, 3) -> (e) bool.

    In the order of a walk through a grid of cells, by x above all, then y, then z: points of equal x are common.
    """
    place = x[:, 0] + x[:, 1] / 16 + x[:, 2] / 256
    order = place[graph.sources].argsort()
    order = order[graph.targets[order].argsort(stable=True)]  # by target, and within a target by place
    targets = graph.targets[order].contiguous()
    before = torch.arange(len(targets), device=x.device) - torch.searchsorted(targets, targets)
    return torch.zeros_like(targets, dtype=torch.bool).index_put((order,), before < cap)
