"""Every geometric model by name, built reproducibly from a seed. To add one, add its line to `MODELS`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from models.broken import BiasedEGNN, BrokenEGNN, CappedEGNN
from models.egnn import EGNN
from models.geometric import GeometricModel
from models.gvp import GVPNetwork
from models.invariant import Invariant
from models.naive import Naive


def tensor_network(features: int, hidden: int, layers: int, outputs: int) -> GeometricModel:
    """It sends scalars, vectors and tensors of degree 2 along the edges, coupled by the tensor product."""
    from models.tensor_net import TensorNetwork  # e3nn takes seconds to import

    return TensorNetwork(features, hidden, layers, outputs)


# Called with (features, hidden, layers, outputs). A model whose imports take seconds has a function here that imports.
MODELS: dict[str, Callable[[int, int, int, int], GeometricModel]] = {
    "naive": Naive,
    "invariant": Invariant,
    "egnn": EGNN,
    "gvp": GVPNetwork,
    "tensor": tensor_network,
    "broken": BrokenEGNN,
    "biased": BiasedEGNN,
    "capped": CappedEGNN,
}


def build(
    name: str,
    *,
    seed: int = 0,
    features: int = 1,
    hidden: int = 32,
    layers: int = 3,
    outputs: int = 1,
    dtype: torch.dtype = torch.float32,
) -> GeometricModel:
    """A fresh model with random weights; the same seed gives the same weights whatever the dtype.

    The weights are drawn in float32 and then cast, so that a switch to float64 changes the rounding and nothing else.
    The global random state is left as it was. Raises ValueError on a name that is not in `MODELS`.
    """
    if name not in MODELS:
        raise ValueError(f"Expected a model of {tuple(MODELS)}, got {name!r}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MODELS[name](features, hidden, layers, outputs).to(dtype)
