"""What models/ says when it is asked apart from the program: the numbers that the pages should show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from models.graphs.clouds import named_cloud, named_graph
from models.graphs.graph import radius_graph
from models.networks.message_passing import Trace, propagate, random_update
from models.networks.readout import READOUTS
from models.networks.zoo import build
from models.symmetry.equivariance import Function, Sample, Transform, relative_error, samples

PERMUTE_WIDTH, PERMUTE_ROUNDS = 2, 2


def readouts_after(order: list[int]) -> dict[str, tuple[list[float], list[float], float]]:
    """Each readout of decalin under the first ids, under others, and the relative error between the two."""
    graph = named_graph("decalin", 8, 0)
    x = torch.randn(graph.nodes, PERMUTE_WIDTH, generator=torch.Generator().manual_seed(0))
    update = random_update(PERMUTE_WIDTH, 0, activation="tanh")
    index = torch.tensor(order)
    first = propagate(graph, x, update, PERMUTE_ROUNDS)
    now = propagate(graph.permuted(index), x[index], update, PERMUTE_ROUNDS)
    return {
        name: (f(first).tolist(), f(now).tolist(), float(relative_error(f(now), f(first))))
        for name, f in READOUTS.items()
    }


def standing(traced: Trace, position: int) -> torch.Tensor:
    """What stands in the nodes at a position of the walk: the input, or a phase of an update. (n, d)"""
    if position == 0:
        return traced.features[0]
    k, phase = divmod(position - 1, 4)
    return (traced.own[k], traced.sent[k], traced.totals[k], traced.features[k + 1])[phase]


def model_of_ethanol(name: str, dtype: torch.dtype) -> tuple[torch.Tensor, Function]:
    """Ethanol and a model of it by its name, as the scene's defaults say: seed 0, 32 hidden, 3 layers."""
    cloud = named_cloud("ethanol")
    assert cloud.elements is not None
    kinds = sorted(set(cloud.elements))
    features = torch.tensor([[float(e == kind) for kind in kinds] for e in cloud.elements], dtype=dtype)
    model = build(name, seed=0, features=len(kinds), hidden=32, layers=3, dtype=dtype).eval()
    return cloud.positions.to(dtype), lambda points: model(features, points, radius_graph(points, cloud.cutoff))


def rotation_of(frame: Mapping[str, object]) -> torch.Tensor:
    """The rotation (3, 3) whose quaternion a frame carries."""
    quaternion = frame["quaternion"]
    assert isinstance(quaternion, list)
    matrix = Rotation.from_quat(np.array([float(part) for part in quaternion])).as_matrix()
    return torch.from_numpy(np.array(matrix))


def naive_under(rotation: torch.Tensor) -> Sample:
    """The naive model's errors under one rotation (3, 3), by models.symmetry.equivariance."""
    positions, function = model_of_ethanol("naive", torch.float32)
    return next(samples(function, positions, [Transform(rotation, torch.zeros(3).double(), "rotation")]))


def pairs_within(positions: NDArray[np.floating[Any]], cutoff: float) -> set[tuple[int, int]]:
    """scipy's pairs at a distance of at most the cutoff."""
    return {(int(a), int(b)) for a, b in cKDTree(positions.astype(np.float64)).query_pairs(cutoff)}
