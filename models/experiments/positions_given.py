"""One molecule, one number, and how much of the geometry the network is given: nothing, types, distances, coordinates.

    nothing     f = sum_i [H^(K)]_i,  H^(0) = 1              Algorithm 4 on the bonds (`networks/message_passing.py`)
    types       f = sum_i [H^(K)]_i,  H^(0) = one-hot element
    distances   f = sum_i s_i of `Invariant`                 reads |x_i - x_j| of every bond
    xyz         f = sum_i s_i of `Naive`                     reads x, y, z of every atom as three more features

The bonds are those of the molecule at rest and stay whatever is dragged: only the positions change. The first two
cannot notice, since positions do not enter their arithmetic; the third notices a drag and no rotation; the fourth both.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from models.graphs.clouds import Cloud
from models.graphs.graph import Graph, radius_graph
from models.networks.geometric import GeometricModel
from models.networks.message_passing import propagate, random_update
from models.networks.zoo import build

GIVEN = ("nothing", "types", "distances", "xyz")
"""What the network may be given, from no geometry to all of it."""
ELEMENTS = ("H", "C", "O", "N", "F", "Cl", "Br")
ROUNDS = 3
GAIN = 2.5  # fresh weights answer faintly, since each layer shrinks its input; trained ones do not
FARTHEST = 0.4  # angstrom: two atoms of a bond, both dragged towards each other, do not meet


def bonds(cloud: Cloud) -> Graph:
    """The molecule's bonds, both directions of each: the radius graph of the positions at rest."""
    return radius_graph(cloud.positions, cloud.cutoff)


def one_hot(cloud: Cloud) -> Tensor:
    """The elements as features, (n, 7) float64.

    Raises ValueError on a cloud without elements or with one that is not in `ELEMENTS`.
    """
    unknown = set(cloud.elements or ("",)) - set(ELEMENTS)
    if cloud.elements is None or unknown:
        raise ValueError(f"Expected a molecule of the elements {ELEMENTS}, got {cloud.elements}.")
    index = torch.tensor([ELEMENTS.index(element) for element in cloud.elements])
    return torch.nn.functional.one_hot(index, len(ELEMENTS)).double()


def limited(offset: Tensor) -> Tensor:
    """A drag that keeps the molecule a molecule: the offset (3), shortened to 0.4 angstrom where it is longer."""
    length = float(torch.linalg.vector_norm(offset))
    return offset if length <= FARTHEST else offset * (FARTHEST / length)


def output(given: str, cloud: Cloud, positions: Tensor, graph: Graph, seed: int = 0) -> float:
    """One number for the molecule with its atoms at `positions` (n, 3) float64, in float64, random weights of the seed.

    Raises ValueError on something else than one of `GIVEN`.
    """
    if given not in GIVEN:
        raise ValueError(f"Expected one of {GIVEN}, got {given!r}.")
    features = one_hot(cloud)
    with torch.no_grad():
        if given in ("nothing", "types"):
            blank = torch.ones_like(features) if given == "nothing" else features
            update = random_update(features.shape[1], seed, activation="tanh", dtype=torch.float64)
            return float(propagate(graph, blank, update, ROUNDS)[:, 0].sum())
        model = _model("invariant" if given == "distances" else "naive", seed)
        return float(model(features, positions, graph).scalars.sum())


@lru_cache(maxsize=32)
def _model(name: str, seed: int) -> GeometricModel:
    model = build(name, seed=seed, features=len(ELEMENTS), hidden=16, layers=2, dtype=torch.float64)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.mul_(GAIN)
    return model
