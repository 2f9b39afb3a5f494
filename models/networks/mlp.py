"""A multilayer perceptron: f(x) = W_L s(.. s(W_1 x + b_1) ..) + b_L with the smooth activation s = SiLU.

SiLU(x) = x sigmoid(x) (Hendrycks and Gimpel, arXiv:1606.08415) has continuous derivatives of every order, so forces
made from the network by differentiation are continuous too; ReLU's would jump.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)


class MLP(nn.Module):
    """Linear layers of the given widths with SiLU between them, (.., widths[0]) -> (.., widths[-1]).

    Raises ValueError if fewer than two widths are given.
    """

    def __init__(self, *widths: int) -> None:
        if len(widths) < 2:
            raise ValueError(f"Expected at least two widths (input and output), got {widths}.")
        super().__init__()
        *hidden, last = pairwise(widths)
        self.hidden = nn.ModuleList(nn.Linear(*pair) for pair in hidden)
        self.last = nn.Linear(*last)

    def forward(self, x: Tensor) -> Tensor:
        """(.., widths[0]) -> (.., widths[-1])."""
        for linear in self.hidden:
            x = F.silu(linear(x))
        result: Tensor = self.last(x)  # nothing after the last layer: its output ranges over all numbers
        return result
