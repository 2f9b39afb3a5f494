"""Message passing on raw coordinates: positions are three more features. The model that fails.

    h_i^(0) = W [f_i, x_i] + b
    h_i'    = h_i + phi_h(h_i, sum_{j in N(i)} phi_e(h_i, h_j))
    s_i, v_i = W_s h_i + b_s, W_v h_i + b_v

(Gilmer et al., arXiv:1704.01212, equations 1 and 2, with coordinates as features.) It can represent anything, and knows
of no symmetry: rotate the room or only walk to the other side of it, and the same molecule gets other numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.graph import Graph
from models.networks.geometric import GeometricModel
from models.networks.message_passing import aggregate
from models.networks.mlp import MLP
from models.symmetry.prediction import Prediction


class NaiveLayer(nn.Module):
    """h_i' = h_i + phi_h(h_i, sum_j phi_e(h_i, h_j)): (n, hidden) -> (n, hidden)."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.phi_e = MLP(2 * hidden, hidden, hidden)
        self.phi_h = MLP(2 * hidden, hidden, hidden)

    def forward(self, h: Tensor, graph: Graph) -> Tensor:
        """(n, hidden) -> (n, hidden)."""
        pair = torch.cat([h[graph.targets], h[graph.sources]], dim=-1)  # (e, 2 hidden)
        m = F.silu(self.phi_e(pair))  # (e, 2 hidden) -> (e, hidden)
        received = aggregate(m, graph, "sum")  # (e, hidden) -> (n, hidden)
        updated: Tensor = self.phi_h(torch.cat([h, received], dim=-1))
        return h + updated


class Naive(GeometricModel):
    """Plain message passing that reads x, y, z as features and writes vectors as three numbers."""

    def __init__(self, features: int, hidden: int = 32, layers: int = 3, outputs: int = 1) -> None:
        super().__init__(layers)
        self.outputs = outputs
        self.embedding = nn.Linear(features + 3, hidden)
        self.layers = nn.ModuleList(NaiveLayer(hidden) for _ in range(layers))
        self.readout = nn.Linear(hidden, outputs + 3)

    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (h, x) after each layer, (n, hidden) and the positions as they came."""
        h = self.embedding(torch.cat([features, positions], dim=-1))  # (n, d + 3) -> (n, hidden)
        for layer in self.layers:
            h = layer(h, graph)
            yield h, positions

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features: (n, d), positions: (n, 3), a length -> scalars (n, k), vectors (n, 3)."""
        *_, (h, _) = self.rounds(features, positions, graph)
        both = self.readout(h)  # (n, hidden) -> (n, k + 3)
        return Prediction(both[:, : self.outputs], both[:, self.outputs :])
