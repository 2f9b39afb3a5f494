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


class PairMLP(nn.Module):
    """A perceptron of pairs, f([h_i, h_j, d_ij]), that computes a node's part of its first map once a node.

        W_1 [h_i, h_j, d] + b_1 = (A h_i + b_1) + B h_j + w d,     W_1 = [A, B, w]

    width: of a node's row h_i; d_ij is one number. widths: of the layers after the input, as for `MLP`, whose weights
    have the same names. Raises ValueError if fewer than two of them are given: the saving is in a hidden layer.
    """

    def __init__(self, width: int, *widths: int) -> None:
        if len(widths) < 2:
            raise ValueError(f"Expected at least two widths (hidden and output), got {widths}.")
        super().__init__()
        plain = MLP(2 * width + 1, *widths)
        self.width, self.hidden, self.last = width, plain.hidden, plain.last

    def forward(self, h: Tensor, d: Tensor, i: Tensor, j: Tensor) -> Tensor:
        """h: (n, width), d: (e, 1), i and j: (e) int64, rows of h -> (e, widths[-1])."""
        first, *others = self.hidden
        assert isinstance(first, nn.Linear)
        a, b, w = first.weight[:, : self.width], first.weight[:, self.width : -1], first.weight[:, -1]
        own, other = F.linear(h, a, first.bias), F.linear(h, b)  # (n, width) -> (n, widths[0])
        x = own.index_select(0, i).add_(other.index_select(0, j)).addcmul_(d, w)  # (e, widths[0])
        for linear in others:
            x = linear(F.silu(x))
        result: Tensor = self.last(F.silu(x))
        return result
