"""E(n)-equivariant graph neural network: scalars h_i and one point x_i a node.

    m_ij = phi_e(h_i, h_j, |x_i - x_j|^2)                          equation 3, `edge_model`
    x_i' = x_i + C sum_{j in N(i)} (x_i - x_j) phi_x(m_ij)         equation 4, `coord_model`
    m_i  = sum_{j in N(i)} m_ij                                    equation 5
    h_i' = h_i + phi_h(h_i, m_i)                                   equation 6, `node_model`

(Satorras, Hoogeboom and Welling, arXiv:2102.09844; the residual in h as in the authors' code.) Why it is equivariant:
|(R x_i + b) - (R x_j + b)|^2 = |x_i - x_j|^2, so every m_ij and h_i is invariant; hence x_i' becomes R x_i' + b.
This holds for reflections too: the network cannot tell a molecule from its mirror image.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.graph import Graph, edge_vectors
from models.networks.geometric import GeometricModel
from models.networks.message_passing import aggregate, edge_weights
from models.networks.mlp import MLP, PairMLP
from models.symmetry.prediction import Prediction

# The authors start the last layer of phi_x with a gain of 0.001, which keeps deep, crowded networks from exploding. An
# untrained network then moves 20 points by about 1e-4 of their spread; with the gain here it moves them visibly.
PAPER_GAIN = 0.001
VISIBLE_GAIN = 4.0


class EGNNLayer(nn.Module):
    """One layer: h (n, hidden), x (n, 3) -> h' and x' - x of the same shapes.

    aggregation: C = 1 / |N(i)| for `mean`, C = 1 for `sum`. gain: of the Xavier start of phi_x's last layer.
    normalize: divide each x_i - x_j by its length. tanh: bound phi_x by 1.
    """

    def __init__(
        self,
        hidden: int,
        *,
        aggregation: Literal["mean", "sum"] = "mean",
        gain: float = VISIBLE_GAIN,
        normalize: bool = False,
        tanh: bool = False,
    ) -> None:
        if aggregation not in ("mean", "sum"):
            raise ValueError(f"Expected the aggregation mean or sum, got {aggregation!r}.")
        super().__init__()
        self.aggregation: Literal["mean", "sum"] = aggregation
        self.normalize = normalize
        self.tanh = tanh
        self.phi_e = PairMLP(hidden, hidden, hidden)
        self.phi_x = MLP(hidden, hidden, 1)
        self.phi_h = MLP(2 * hidden, hidden, hidden)
        nn.init.xavier_uniform_(self.phi_x.last.weight, gain=gain)
        nn.init.zeros_(self.phi_x.last.bias)

    def edge_model(self, h: Tensor, difference: Tensor, graph: Graph) -> Tensor:
        """m_ij = phi_e(h_i, h_j, |x_i - x_j|^2): (n, hidden), (e, 3) -> (e, hidden)."""
        squared = difference.square().sum(dim=-1, keepdim=True)  # (e, 3) -> (e, 1)
        return F.silu(self.phi_e(h, squared, graph.targets, graph.sources))  # (n, hidden), (e, 1) -> (e, hidden)

    def pulls(self, difference: Tensor, m: Tensor, graph: Graph) -> Tensor:
        """C (x_i - x_j) phi_x(m_ij), what each neighbor j adds to x_i: (e, 3), (e, hidden) -> (e, 3)."""
        strength = self.phi_x(m)  # (e, hidden) -> (e, 1)
        if self.tanh:
            strength = strength.tanh()
        if self.normalize:
            # The tiny term keeps the direction of two points on one place at 0 instead of NaN, its gradient too.
            tiny = torch.finfo(difference.dtype).tiny ** 0.5
            difference = difference / (difference.square().sum(dim=-1, keepdim=True) + tiny).sqrt()
        c = edge_weights(graph, self.aggregation, difference.dtype)[:, None]  # (e, 1)
        pulls: Tensor = c * difference * strength
        return pulls

    def coord_model(self, difference: Tensor, m: Tensor, graph: Graph) -> Tensor:
        """x_i' - x_i = C sum_j (x_i - x_j) phi_x(m_ij): (e, 3), (e, hidden) -> (n, 3)."""
        return aggregate(self.pulls(difference, m, graph), graph, "sum")  # (e, 3) -> (n, 3)

    def node_model(self, h: Tensor, m: Tensor, graph: Graph) -> Tensor:
        """h_i' = h_i + phi_h(h_i, sum_j m_ij): (n, hidden), (e, hidden) -> (n, hidden)."""
        received = aggregate(m, graph, "sum")  # (e, hidden) -> (n, hidden)
        updated: Tensor = self.phi_h(torch.cat([h, received], dim=-1))
        return h + updated

    def forward(self, h: Tensor, x: Tensor, graph: Graph) -> tuple[Tensor, Tensor]:
        """h (n, hidden), x (n, 3) -> h' and the displacement x' - x, both from messages made of the old h and x."""
        difference = edge_vectors(x, graph)  # (e, 3)
        m = self.edge_model(h, difference, graph)  # (e, hidden)
        return self.node_model(h, m, graph), self.coord_model(difference, m, graph)


class EGNN(GeometricModel):
    """Linear in, equivariant layers, linear out; its vectors are the displacement x' - x.

    features: d of the input, outputs: k scalars a node; the other options are those of `EGNNLayer`.
    """

    layer: ClassVar[type[EGNNLayer]] = EGNNLayer

    def __init__(
        self,
        features: int,
        hidden: int = 32,
        layers: int = 3,
        outputs: int = 1,
        *,
        aggregation: Literal["mean", "sum"] = "mean",
        gain: float = VISIBLE_GAIN,
        normalize: bool = False,
        tanh: bool = False,
    ) -> None:
        super().__init__(layers)
        self.embedding = nn.Linear(features, hidden)
        self.layers = nn.ModuleList(
            self.layer(hidden, aggregation=aggregation, gain=gain, normalize=normalize, tanh=tanh)
            for _ in range(layers)
        )
        self.readout = nn.Linear(hidden, outputs)

    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (h, x), (n, hidden) and (n, 3), after each layer."""
        for h, moved in self.displacements(features, positions, graph):
            yield h, positions + moved

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features: (n, d), positions: (n, 3), a length -> scalars (n, k), vectors (n, 3) = x' - x."""
        *_, (h, moved) = self.displacements(features, positions, graph)
        return Prediction(self.readout(h), moved)

    def displacements(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """(h, x' - x) after each layer. Far from the origin, x' - x taken at the end would be mostly rounding."""
        h, moved = self.embedding(features), torch.zeros_like(positions)  # (n, d) -> (n, hidden)
        for layer in self.layers:
            h, step = layer(h, positions + moved, graph)
            moved = moved + step
            yield h, moved
