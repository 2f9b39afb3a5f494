"""An EGNN that someone improved: a ReLU on each component of the displacement. Broken on purpose.

    x_i' = x_i + ReLU( C sum_{j in N(i)} (x_i - x_j) phi_x(m_ij) )

A ReLU on a scalar is harmless, since no rotation moves it. On x, y and z of a vector it keeps what points along the
axes of the room and drops what points against them, so ReLU(R v) != R ReLU(v). Translations, which do not touch a
displacement, it survives. The remedy is to act on lengths: gates, as in the geometric vector perceptron.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F  # noqa: N812  (the field's name for it)

from models.egnn import EGNN, EGNNLayer
from models.graph import Graph


class ClippedLayer(EGNNLayer):
    """An EGNN layer whose displacement passes through a component-wise ReLU."""

    def coord_model(self, difference: Tensor, m: Tensor, graph: Graph) -> Tensor:
        """x_i' - x_i = ReLU(C sum_j (x_i - x_j) phi_x(m_ij)): (e, 3), (e, hidden) -> (n, 3)."""
        return F.relu(super().coord_model(difference, m, graph))


class BrokenEGNN(EGNN):
    """The EGNN with clipped layers; same weights from the same seed."""

    layer = ClippedLayer
