"""Networks of one shape that run and train as one batch, each from its own seed: the axis `seeds` stands first.

    GCN            H' = sigma( S H W + b ),                    S = D~^(-1/2) A~ D~^(-1/2),  A~ = A + I
    Algorithm 4    H' = sigma( H W_self + A H W_neigh + b )    the sum over the neighborhood

sigma = tanh after every layer but the last. Nothing couples the seeds: the gradient of the sum of their losses is each
one's own, and Adam works entry by entry, so seed k in a batch learns what it learns alone. Sources: Kipf and Welling,
arXiv:1609.02907, equation 2; W. L. Hamilton, Graph Representation Learning, 2020, section 5.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

Kind = Literal["gcn", "algorithm 4"]


class Encoder(nn.Module):
    """A stack of layers of the given widths for each seed: (n, widths[0]) -> (seeds, n, widths[-1]).

    Weights are uniform within sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010), biases 0.
    Raises ValueError on fewer than two widths, no seed, or another kind.
    """

    def __init__(self, kind: Kind, widths: Sequence[int], seeds: Sequence[int]) -> None:
        if kind not in ("gcn", "algorithm 4"):
            raise ValueError(f"Expected the kind gcn or algorithm 4, got {kind!r}.")
        if len(widths) < 2 or not seeds:
            raise ValueError(f"Expected two widths or more and at least one seed, got {widths} and {seeds}.")
        super().__init__()
        self.kind = kind
        matrices = 1 if kind == "gcn" else 2
        drawn = [_drawn(widths, matrices, seed) for seed in seeds]
        layers = range(len(widths) - 1)
        self.weights = nn.ParameterList(torch.stack([one[layer] for one in drawn]) for layer in layers)
        """Of each layer (seeds, matrices, inputs, outputs); the matrices are W, or W_self and W_neigh."""
        self.biases = nn.ParameterList(torch.zeros(len(seeds), 1, outputs, device="cpu") for outputs in widths[1:])

    def forward(self, features: Tensor, adjacency: Tensor) -> Tensor:
        """features: (n, widths[0]), adjacency: (n, n), 1 where v sends to u -> (seeds, n, widths[-1])."""
        arriving = symmetric(adjacency) if self.kind == "gcn" else adjacency  # (n, n)
        last = len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            sent = features @ weight[:, -1]  # (seeds, n, inputs) (seeds, inputs, outputs) -> (seeds, n, outputs)
            own = 0 if self.kind == "gcn" else features @ weight[:, 0]
            features = own + arriving @ sent + bias
            if layer < last:
                features = torch.tanh(features)
        return features


def symmetric(adjacency: Tensor) -> Tensor:
    """S = D~^(-1/2) (A + I) D~^(-1/2): (n, n) -> (n, n)."""
    looped = adjacency + torch.eye(len(adjacency), dtype=adjacency.dtype, device=adjacency.device)
    scale = looped.sum(dim=1).rsqrt()  # (n)
    return scale[:, None] * looped * scale


def _drawn(widths: Sequence[int], matrices: int, seed: int) -> list[Tensor]:
    """On the CPU, whatever trains: the same seed is the same network everywhere."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(inputs: int, outputs: int) -> Tensor:
        return torch.rand(matrices, inputs, outputs, generator=generator, device="cpu") * 2 - 1

    return [math.sqrt(6 / (inputs + outputs)) * uniform(inputs, outputs) for inputs, outputs in pairwise(widths)]
