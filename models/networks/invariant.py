"""A network that sees distances only, and therefore cannot fail a symmetry check; nor can it point anywhere.

    e_k(d) = exp(-(d - mu_k)^2 / (2 w^2))                                  radial basis, centers mu_k, width w
    h_i'   = h_i + phi_h( sum_{j in N(i)} (W h_j) * phi_w(e(|x_i - x_j|)) )     * element by element

(SchNet, Schuett et al., arXiv:1706.08566, section 4; here with SiLU in place of the shifted softplus and a residual on
each of the layers.) Distances are invariant under rotation, reflection and translation, so all that is computed from
them is. The price: no output can be a vector, and clouds whose nodes see the same distances get the same numbers,
such as the two 4-chains of Joshi et al. (arXiv:2301.09308) and every molecule and its mirror image.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from models.graphs.graph import Graph, edge_vectors
from models.networks.geometric import GeometricModel
from models.networks.message_passing import aggregate
from models.networks.mlp import MLP
from models.networks.radial import polynomial_envelope
from models.symmetry.prediction import Prediction


class GaussianBasis(nn.Module):
    """exp(-(d - mu_k)^2 / (2 w^2)), `size` centers from 0 to `extent`, as wide as they are apart: (e) -> (e, size)."""

    centers: Tensor

    def __init__(self, extent: float, size: int) -> None:
        super().__init__()
        self.width = extent / (size - 1)
        self.register_buffer("centers", torch.linspace(0, extent, size))

    def forward(self, lengths: Tensor) -> Tensor:
        """(e) -> (e, size)."""
        return torch.exp(-(((lengths[:, None] - self.centers) / self.width) ** 2) / 2)


class InvariantLayer(nn.Module):
    """h_i' = h_i + phi_h(sum_j (W h_j) * phi_w(e_ij)): (n, hidden) -> (n, hidden)."""

    def __init__(self, hidden: int, basis: int) -> None:
        super().__init__()
        self.w = nn.Linear(hidden, hidden, bias=False)
        self.phi_w = MLP(basis, hidden, hidden)
        self.phi_h = MLP(hidden, hidden, hidden)

    def forward(self, h: Tensor, expanded: Tensor, graph: Graph, window: Tensor | None = None) -> Tensor:
        """(n, hidden), (e, basis), a factor on each message (e) -> (n, hidden)."""
        messages = self.w(h)[graph.sources] * self.phi_w(expanded)  # (n, hidden), (e, basis) -> (e, hidden)
        if window is not None:
            messages = messages * window[:, None]
        updated: Tensor = self.phi_h(aggregate(messages, graph, "sum"))  # (e, hidden) -> (n, hidden)
        return h + updated


class Invariant(GeometricModel):
    """A SchNet of scalars; extent: the longest distance that the radial basis resolves, a length.

    cutoff: where messages end smoothly, by the polynomial envelope; None: they do not depend on one.
    """

    def __init__(
        self,
        features: int,
        hidden: int = 32,
        layers: int = 3,
        outputs: int = 1,
        *,
        extent: float = 5.0,
        basis: int = 16,
        cutoff: float | None = None,
    ) -> None:
        super().__init__(layers)
        self.cutoff = cutoff
        self.embedding = nn.Linear(features, hidden)
        self.basis = GaussianBasis(extent, basis)
        self.layers = nn.ModuleList(InvariantLayer(hidden, basis) for _ in range(layers))
        self.readout = nn.Linear(hidden, outputs)

    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (h, x) after each layer, (n, hidden) and the positions as they came."""
        lengths = torch.linalg.vector_norm(edge_vectors(positions, graph), dim=-1)  # (e, 3) -> (e)
        expanded = self.basis(lengths)  # (e) -> (e, basis)
        window = None if self.cutoff is None else polynomial_envelope(lengths, self.cutoff)  # (e)
        h = self.embedding(features)  # (n, d) -> (n, hidden)
        for layer in self.layers:
            h = layer(h, expanded, graph, window)
            yield h, positions

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features: (n, d), positions: (n, 3), a length -> scalars (n, k) and no vectors."""
        *_, (h, _) = self.rounds(features, positions, graph)
        return Prediction(self.readout(h))
