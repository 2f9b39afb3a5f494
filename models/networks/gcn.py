"""The graph convolutional network of Kipf and Welling.

    H^(l+1) = sigma( D~^(-1/2) A~ D~^(-1/2) H^(l) W^(l) + b^(l) ),    A~ = A + I,  D~_uu = sum_v A~_uv

(arXiv:1609.02907, equation 2; the bias as in the authors' code.) Node by node:
h_u' = sigma( sum_{v in N(u) and u} W h_v / sqrt(d~_u d~_v) + b ). One weight serves neighbors and the node itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.graphs.graph import Graph
from models.networks.message_passing import ACTIVATIONS, Activation, propagation_matrix


class GCNLayer(nn.Module):
    """S H W + b with S = D~^(-1/2) A~ D~^(-1/2): (n, inputs) -> (n, outputs), before the activation."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.linear.weight)  # Glorot and Bengio 2010, as in the paper's section 5.2

    def forward(self, features: Tensor, neighbors: Tensor, own: Tensor) -> Tensor:
        """features: (n, inputs), neighbors: sparse (n, n) off-diagonal part of S, own: (n, 1) its diagonal."""
        sent: Tensor = self.linear(features)  # (n, inputs) -> (n, outputs)
        return own * sent + neighbors @ sent + self.bias


class GCN(nn.Module):
    """A stack of GCN layers of the given widths; the activation follows each but the last.

    The paper's network is GCN(features, 16, classes) with dropout 0.5 and L2 5e-4, trained by Adam at 0.01.
    Raises ValueError if fewer than two widths are given.
    """

    def __init__(self, *widths: int, activation: Activation = "relu", dropout: float = 0.0) -> None:
        if len(widths) < 2:
            raise ValueError(f"Expected at least two widths (input and output), got {widths}.")
        super().__init__()
        self.layers = nn.ModuleList(GCNLayer(inputs, outputs) for inputs, outputs in pairwise(widths))
        self.dropout = nn.Dropout(dropout)
        self.activation = ACTIVATIONS[activation]

    def rounds(self, features: Tensor, graph: Graph) -> Iterator[Tensor]:
        """Yield the features after each layer: (n, widths[1]), .., (n, widths[-1])."""
        neighbors = propagation_matrix(graph, "gcn", features.dtype)  # (n, n)
        own = 1 / (graph.degrees().to(features.dtype) + 1)[:, None]  # (n, 1)
        for depth, layer in enumerate(self.layers, start=1):
            features = layer(self.dropout(features), neighbors, own)
            if depth < len(self.layers):
                features = self.activation(features)
            yield features

    def forward(self, features: Tensor, graph: Graph) -> Tensor:
        """(n, widths[0]) -> (n, widths[-1]), class scores before the softmax."""
        *_, last = self.rounds(features, graph)
        return last
