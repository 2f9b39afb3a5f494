"""The common shape of the geometric models: features, positions and a graph in, scalars and vectors out."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from models.graph import Graph


@dataclass(frozen=True)
class Prediction:
    """The output at each node: scalars (n, k), meant to be invariant, and vectors (n, 3), meant to be equivariant.

    Whether a model keeps that promise is what `models.symmetry` measures. Vectors turn with the input and do not
    move with it; None where a model makes none.
    """

    scalars: Tensor
    vectors: Tensor | None = None


class GeometricModel(nn.Module, ABC):
    """A network on a cloud of points; constructors take (features, hidden, layers, outputs) first.

    Raises ValueError for less than one layer.
    """

    def __init__(self, layers: int) -> None:
        if layers < 1:
            raise ValueError(f"Expected at least one layer, got {layers}.")
        super().__init__()

    @abstractmethod
    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (h, x), (n, hidden) and (n, 3), after each layer; x is the input where a model moves no point."""

    @abstractmethod
    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        """features: (n, d) float, positions: (n, 3) float of the same dtype -> Prediction."""

    if TYPE_CHECKING:

        def __call__(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction: ...


def edge_vectors(positions: Tensor, graph: Graph) -> Tensor:
    """x_i - x_j for each edge j -> i, the image of j that the edge means. (n, 3) -> (e, 3).

    The positions are given apart from the graph, since a model may have moved them or may differentiate by them.
    """
    difference = positions[graph.targets] - positions[graph.sources]
    return difference if graph.shifts is None else difference + graph.shifts.to(positions)


def on(graph: Graph, device: torch.device | str) -> Graph:
    """The same graph with its tensors on a device, where its model is; a check again would wait for the GPU."""
    moved = copy.copy(graph)
    for name in ("edges", "positions", "shifts", "cell"):
        tensor: Tensor | None = getattr(graph, name)
        object.__setattr__(moved, name, None if tensor is None else tensor.to(device))
    return moved
