"""Geometric vector perceptron: scalars s and vectors V side by side, joined only where symmetry allows it.

    V_h = W_h V        V_mu = W_mu V_h        linear combinations of whole vectors, no bias
    s_h = |V_h|        v_mu = |V_mu|          lengths, row by row
    s_m = W_m [s_h; s] + b                    the lengths drop into the scalar lane
    s'  = sigma(s_m)                          V' = sigma+(v_mu) * V_mu            (row by row)

(Jing et al., arXiv:2009.01411, algorithm 1; sigma = ReLU, sigma+ = sigmoid.) With the vector gate of arXiv:2106.03843
the last equation is V' = sigmoid(W_g sigma+(s_m) + b_g) * V_mu. Why it is equivariant: W acts on the channels, never on
x, y, z, so (W V) R^T = W (V R^T); lengths do not change; a vector times an invariant number turns as the vector does.
A bias on vectors would be a constant arrow that stays where it is when everything else turns. There is no cross
product: reflections pass like rotations, and a molecule and its mirror image look alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.graphs.graph import Graph, edge_vectors
from models.networks.geometric import GeometricModel
from models.networks.invariant import GaussianBasis
from models.networks.message_passing import aggregate, edge_weights
from models.symmetry.prediction import Prediction

# Under the root of the vector norm, as the authors clamp it: vectors that are all zero stay zero.
NORM_EPSILON = 1e-8


def lengths(vectors: Tensor) -> Tensor:
    """|v|: (.., 3) -> (..), exact, with gradient zero instead of NaN where v is zero."""
    squared = vectors.square().sum(dim=-1)
    zero = squared == 0
    return torch.where(zero, 0.0, torch.where(zero, 1.0, squared).sqrt())


@dataclass(frozen=True)
class Stages:
    """What a GVP computes on its way, named as in the paper.

    mixed: V_h (.., h, 3), lengths: s_h (.., h), combined: V_mu (.., mu, 3), total: s_m (.., m),
    gates: the factor of each row of V_mu (.., mu), or None without one; scalars: s' (.., m), vectors: V' (.., mu, 3).
    """

    mixed: Tensor
    lengths: Tensor
    combined: Tensor
    total: Tensor
    gates: Tensor | None
    scalars: Tensor
    vectors: Tensor


class GVP(nn.Module):
    """(s, V) -> (s', V'): scalars (.., n), vectors (.., nu, 3) -> (.., m), (.., mu, 3).

    before, after: (n, nu) and (m, mu). activate: without, sigma and the factor of the vectors are left out, as at the
    end of a block. vector_gate: the factor from scalars instead of from the length |V_mu|.
    vector_bias: V_h = W_h V + B with a constant B (h, 3): breaks equivariance, here to show that it does.
    Raises ValueError for a size below 1.
    """

    def __init__(
        self,
        before: tuple[int, int],
        after: tuple[int, int],
        *,
        activate: bool = True,
        vector_gate: bool = False,
        vector_bias: bool = False,
    ) -> None:
        (n, nu), (m, mu) = before, after
        if min(n, nu, m, mu) < 1:
            raise ValueError(f"Expected at least one scalar and one vector before and after, got {before}, {after}.")
        super().__init__()
        self.activate = activate
        h = max(nu, mu)
        self.w_h = nn.Linear(nu, h, bias=False)
        self.w_mu = nn.Linear(h, mu, bias=False)
        self.w_m = nn.Linear(h + n, m)
        self.w_g = nn.Linear(m, mu) if activate and vector_gate else None
        self.bias = nn.Parameter(torch.randn(h, 3)) if vector_bias else None

    def stages(self, s: Tensor, v: Tensor) -> Stages:
        """The paper's algorithm line by line: (.., n), (.., nu, 3) -> Stages."""
        v_h = self.w_h.weight @ v  # (h, nu) (.., nu, 3) -> (.., h, 3)
        if self.bias is not None:
            v_h = v_h + self.bias
        v_mu = self.w_mu.weight @ v_h  # (mu, h) (.., h, 3) -> (.., mu, 3)
        s_h = lengths(v_h)  # (.., h, 3) -> (.., h)
        s_m = self.w_m(torch.cat([s_h, s], dim=-1))  # (.., h + n) -> (.., m)
        if not self.activate:
            return Stages(v_h, s_h, v_mu, s_m, None, s_m, v_mu)
        gates = torch.sigmoid(lengths(v_mu) if self.w_g is None else self.w_g(torch.sigmoid(s_m)))  # (.., mu)
        return Stages(v_h, s_h, v_mu, s_m, gates, F.relu(s_m), gates[..., None] * v_mu)

    def forward(self, s: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """(.., n), (.., nu, 3) -> (.., m), (.., mu, 3)."""
        stages = self.stages(s, v)
        return stages.scalars, stages.vectors


class VectorNorm(nn.Module):
    """LayerNorm of the scalars; V / sqrt(mean_k |V_k|^2), one factor for all vectors of a node, which keeps directions.

    (.., n), (.., nu, 3) -> the same shapes. vectors: without, V passes as it is.
    """

    def __init__(self, scalars: int, *, vectors: bool = True) -> None:
        super().__init__()
        self.scalars = nn.LayerNorm(scalars)
        self.vectors = vectors

    def forward(self, s: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """(.., n), (.., nu, 3) -> the same shapes."""
        if not self.vectors:
            return self.scalars(s), v
        square = v.square().sum(dim=-1).mean(dim=-1)  # (.., nu, 3) -> (..)
        return self.scalars(s), v / (square + NORM_EPSILON).sqrt()[..., None, None]


class GVPConv(nn.Module):
    """(s, V)_i' = mean over j of three GVPs applied to (s_j, V_j, edge, s_i, V_i).

    node: (n, nu) and edge: (n_e, nu_e) sizes. Nodes (n, n_s), (n, nu, 3); edges (e, n_e), (e, nu_e, 3).
    """

    def __init__(self, node: tuple[int, int], edge: tuple[int, int], **options: bool) -> None:
        super().__init__()
        joined = (2 * node[0] + edge[0], 2 * node[1] + edge[1])
        self.gvps = nn.ModuleList(
            [GVP(joined, node, **options), GVP(node, node, **options), GVP(node, node, activate=False, **options)]
        )

    def forward(self, s: Tensor, v: Tensor, edge: tuple[Tensor, Tensor], graph: Graph) -> tuple[Tensor, Tensor]:
        """Nodes (n, n_s), (n, nu, 3) and edges (e, n_e), (e, nu_e, 3) -> what each node received, as the nodes."""
        j, i = graph.sources, graph.targets
        m_s = torch.cat([s[j], edge[0], s[i]], dim=-1)  # (e, 2 n_s + n_e)
        m_v = torch.cat([v[j], edge[1], v[i]], dim=-2)  # (e, 2 nu + nu_e, 3)
        for gvp in self.gvps:
            m_s, m_v = gvp(m_s, m_v)
        c = edge_weights(graph, "mean", s.dtype)[:, None]  # (e, 1)
        received = aggregate(c * m_v.flatten(1), graph, "sum")  # (e, nu, 3) -> (e, 3 nu) -> (n, 3 nu)
        return aggregate(c * m_s, graph, "sum"), received.reshape(-1, *m_v.shape[1:])


class GVPLayer(nn.Module):
    """norm((s, V) + messages), then norm(it + two GVPs through 4 times the scalars, 2 times the vectors)."""

    def __init__(
        self, node: tuple[int, int], edge: tuple[int, int], *, vector_norm: bool = True, **options: bool
    ) -> None:
        super().__init__()
        wide = (4 * node[0], 2 * node[1])
        self.conv = GVPConv(node, edge, **options)
        self.first = VectorNorm(node[0], vectors=vector_norm)
        self.feed_forward = nn.ModuleList([GVP(node, wide, **options), GVP(wide, node, activate=False, **options)])
        self.second = VectorNorm(node[0], vectors=vector_norm)

    def forward(self, s: Tensor, v: Tensor, edge: tuple[Tensor, Tensor], graph: Graph) -> tuple[Tensor, Tensor]:
        """(n, n_s), (n, nu, 3) -> the same shapes."""
        ds, dv = self.conv(s, v, edge, graph)
        s, v = self.first(s + ds, v + dv)
        ds, dv = s, v
        for gvp in self.feed_forward:
            ds, dv = gvp(ds, dv)
        normed: tuple[Tensor, Tensor] = self.second(s + ds, v + dv)
        return normed


class GVPNetwork(GeometricModel):
    """Scalars in, layers of messages made of GVPs, `outputs` scalars and one vector a node out.

    vectors: the number nu of vector channels of a node. An edge carries `basis` Gaussians of its length, up to
    `extent`, and the unit vector along it. vector_gate, vector_bias: as in `GVP`. vector_norm: the authors' norm of V
    too. It blows the vectors of a node at which they cancel up to the size of the others', rounding and all: untrained,
    on a molecule, the float32 error of the vectors is 2e-5 with it and 1e-6 without.
    Raises ValueError for less than one layer.
    """

    def __init__(
        self,
        features: int,
        hidden: int = 32,
        layers: int = 3,
        outputs: int = 1,
        *,
        vectors: int = 4,
        extent: float = 5.0,
        basis: int = 16,
        vector_gate: bool = True,
        vector_bias: bool = False,
        vector_norm: bool = True,
    ) -> None:
        super().__init__(layers)
        node, options = (hidden, vectors), {"vector_gate": vector_gate, "vector_bias": vector_bias}
        self.vectors = vectors
        self.embedding = nn.Linear(features, hidden)
        self.basis = GaussianBasis(extent, basis)
        self.layers = nn.ModuleList(
            GVPLayer(node, (basis, 1), vector_norm=vector_norm, **options) for _ in range(layers)
        )
        self.readout = GVP(node, (outputs, 1), activate=False, vector_bias=vector_bias)

    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (h, x) after each layer: the scalars (n, hidden) and the positions as they came."""
        for s, _ in self._layers(features, positions, graph):
            yield s, positions

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features: (n, d), positions: (n, 3), a length -> scalars (n, k), vectors (n, 3)."""
        *_, (s, v) = self._layers(features, positions, graph)
        scalars, vectors = self.readout(s, v)  # (n, hidden), (n, nu, 3) -> (n, k), (n, 1, 3)
        return Prediction(scalars, vectors[:, 0])

    def _layers(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """(s, V) of each node after each layer: (n, hidden), (n, nu, 3)."""
        x = edge_vectors(positions, graph)  # (e, 3)
        distances = lengths(x)[:, None]  # (e, 1)
        # Two points on one place have no direction between them: zero, which every rotation leaves alone.
        directions = x / torch.where(distances == 0, 1.0, distances)
        edge = self.basis(distances[:, 0]), directions[:, None]  # (e, basis), (e, 1, 3)
        s = self.embedding(features)  # (n, d) -> (n, hidden)
        v = positions.new_zeros(positions.shape[0], self.vectors, 3)
        for layer in self.layers:
            s, v = layer(s, v, edge, graph)
            yield s, v
