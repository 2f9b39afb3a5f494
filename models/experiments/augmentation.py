"""How fast augmentation becomes invariant: the error of K copies of a network, one trial after the other.

error(K) = || s(R x) - s(x) || / || s(x) ||,   s the scalars of `Augmented` with K copies     falls as K^(-1/2)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from models.graphs.graph import Graph
from models.networks.canonical import Augmented, drawn_rotations
from models.networks.geometric import GeometricModel
from models.symmetry.equivariance import random_rotation, relative_error


def augmentation_errors(
    model: GeometricModel, features: Tensor, positions: Tensor, graph: Graph, copies: int, *, seed: int = 0
) -> Iterator[float]:
    """Yield || s(R x) - s(x) || / || s(x) ||, one trial after the other, s the scalars of `Augmented` with K copies.

    Each trial draws its own copies and its own R, both uniform; it never ends.
    """
    steps = augmentation_steps(model, features, positions, graph, copies, seed=seed)
    return (error for error in steps if error is not None)


def augmentation_steps(
    model: GeometricModel, features: Tensor, positions: Tensor, graph: Graph, copies: int, *, seed: int = 0
) -> Iterator[float | None]:
    """`augmentation_errors` with None before each, to give way: as its copies are drawn, and before each is run."""
    for trial in itertools.count():
        generator = torch.Generator().manual_seed(100_003 * seed + 1009 * trial + copies)
        turned = (positions.double() @ random_rotation(generator).T).to(positions.dtype)
        drawn = []
        for some in drawn_rotations(copies, int(torch.randint(2**31, (1,), generator=generator))):
            drawn.append(some)
            yield None
        both = Augmented.of(model, torch.cat(drawn))
        with torch.no_grad():  # not over a `yield`: it would hold for whoever goes on meanwhile
            s = both(features, positions, graph).scalars
        yield None
        with torch.no_grad():
            after = both(features, turned, graph).scalars
        yield relative_error(after, s)


def augmentation_error(
    model: GeometricModel,
    features: Tensor,
    positions: Tensor,
    graph: Graph,
    copies: int,
    *,
    trials: int = 24,
    seed: int = 0,
) -> float:
    """RMS of so many `augmentation_errors`; expected to fall as K^(-1/2), as any Monte Carlo mean."""
    tried = augmentation_errors(model, features, positions, graph, copies, seed=seed)
    return root_mean_square(list(itertools.islice(tried, trials)))


def root_mean_square(values: Sequence[float]) -> float:
    """sqrt(mean of squares). Raises ValueError where there are none."""
    if not values:
        raise ValueError("Expected a value or more, got none.")
    return math.sqrt(sum(value * value for value in values) / len(values))
