"""Readouts: three do not see the order of the nodes, two do."""

import pytest
import torch

from models.networks.readout import INVARIANT, READOUTS


def features(n: int = 7, d: int = 3) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("name", list(READOUTS))
def test_shape_is_one_row(name: str) -> None:
    assert READOUTS[name](features()).shape == (3,)


@pytest.mark.parametrize("name", list(READOUTS))
def test_only_the_invariant_ones_survive_a_shuffle(name: str) -> None:
    h = features()
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    difference = (READOUTS[name](h[order]) - READOUTS[name](h)).abs().max()
    assert difference < 1e-14 if name in INVARIANT else difference > 1e-1


def test_the_flattened_readout_is_the_same_every_time() -> None:
    torch.testing.assert_close(READOUTS["flattened"](features()), READOUTS["flattened"](features()), rtol=0, atol=0)
