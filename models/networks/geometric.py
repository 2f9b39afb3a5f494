"""The common shape of the geometric models: features, positions and a graph in, scalars and vectors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import Tensor, nn

from models.graphs.graph import Graph
from models.symmetry.prediction import Prediction


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
