"""The multilayer perceptron: its formula, its shapes, its smoothness."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.networks.mlp import MLP, PairMLP


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


@pytest.mark.parametrize("widths", [(6, 2), (6, 5, 3)])
def test_a_perceptron_of_pairs_is_that_of_the_rows_side_by_side(widths: tuple[int, ...]) -> None:
    torch.manual_seed(2)
    pairs, rows = PairMLP(4, *widths).double(), MLP(9, *widths).double()
    rows.load_state_dict(pairs.state_dict())  # the same weights under the same names
    h, d = torch.randn(5, 4, dtype=torch.float64), torch.rand(7, 1, dtype=torch.float64)
    i, j = torch.tensor([0, 0, 1, 2, 4, 4, 3]), torch.tensor([1, 2, 0, 4, 3, 4, 0])
    expected = rows(torch.cat([h[i], h[j], d], dim=1))
    assert expected.shape == (7, widths[-1])
    torch.testing.assert_close(pairs(h, d, i, j), expected, rtol=1e-13, atol=1e-13)


def test_a_perceptron_of_pairs_starts_as_the_plain_one_from_the_same_seed() -> None:
    torch.manual_seed(3)
    pairs = PairMLP(4, 6, 2)
    torch.manual_seed(3)
    for one, other in zip(pairs.parameters(), MLP(9, 6, 2).parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_perceptron_of_pairs_passes_gradients_to_rows_and_weights() -> None:
    torch.manual_seed(4)
    pairs, i, j = PairMLP(2, 3, 2).double(), torch.tensor([0, 1, 1]), torch.tensor([1, 0, 1])
    h, d = torch.randn(2, 2, dtype=torch.float64), torch.rand(3, 1, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda h, d: pairs(h, d, i, j), (h.requires_grad_(), d.requires_grad_()))


def test_a_perceptron_of_pairs_without_a_hidden_layer_is_refused() -> None:
    with pytest.raises(ValueError, match="hidden and output"):
        PairMLP(4, 2)
