"""The multilayer perceptron: its formula, its shapes, its smoothness."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.networks.mlp import MLP


def test_is_its_formula() -> None:
    torch.manual_seed(0)
    model = MLP(2, 5, 4, 3).double()
    x = torch.randn(7, 2, dtype=torch.float64)
    first, second = model.hidden
    assert isinstance(first, nn.Linear)
    assert isinstance(second, nn.Linear)
    a = x @ first.weight.T + first.bias
    b = (a * a.sigmoid()) @ second.weight.T + second.bias
    expected = (b * b.sigmoid()) @ model.last.weight.T + model.last.bias
    torch.testing.assert_close(model(x), expected, rtol=1e-13, atol=1e-13)


def test_acts_on_the_last_dimension() -> None:
    assert MLP(3, 8, 2)(torch.zeros(4, 5, 3)).shape == (4, 5, 2)


def test_two_widths_are_a_linear_map() -> None:
    model = MLP(3, 2).double()
    x, y = torch.randn(2, 6, 3, dtype=torch.float64)
    torch.testing.assert_close(model(x) + model(y), model(x + y) + model(torch.zeros_like(x)))


def test_second_derivatives_agree_with_differences() -> None:
    torch.manual_seed(1)
    model = MLP(2, 6, 1).double()
    x = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda x: model(x).sum(), x)


def test_refuses_one_width() -> None:
    with pytest.raises(ValueError, match="at least two widths"):
        MLP(3)
