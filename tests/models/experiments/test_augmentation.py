"""The error of an augmentation against its law, K^(-1/2)."""

from __future__ import annotations

import pytest
import torch

from models.experiments.augmentation import augmentation_error, root_mean_square
from models.experiments.slopes import exponent
from models.graphs.ellipsoid import ellipsoid
from models.graphs.graph import radius_graph
from models.networks.zoo import build


def test_augmentation_falls_with_the_root_of_the_copies_and_is_never_zero() -> None:
    points = ellipsoid(0.3)
    graph = radius_graph(points, 1.6)
    curve = [
        (
            copies,
            augmentation_error(
                build("naive", hidden=8, layers=2, dtype=torch.float64),
                torch.ones(12, 1, dtype=torch.float64),
                points,
                graph,
                copies,
                trials=24,
            ),
        )
        for copies in (1, 2, 4, 8, 16, 32, 64)
    ]
    assert exponent(curve) == pytest.approx(-0.5, abs=0.1)
    assert min(error for _, error in curve) > 1e-2


def test_no_values_have_no_root_mean_square() -> None:
    with pytest.raises(ValueError, match="a value or more"):
        root_mean_square([])
