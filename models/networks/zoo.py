"""Every geometric model by name, built reproducibly from a seed. To add one, add its line to `MODELS`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from models.networks.broken import BiasedEGNN, BrokenEGNN, CappedEGNN
from models.networks.egnn import EGNN
from models.networks.geometric import GeometricModel
from models.networks.gvp import GVPNetwork
from models.networks.invariant import Invariant
from models.networks.naive import Naive


def tensor_network(features: int, hidden: int, layers: int, outputs: int) -> GeometricModel:
    """It sends scalars, vectors and tensors of degree 2 along the edges, coupled by the tensor product."""
    from models.networks.tensor_net import TensorNetwork  # e3nn takes seconds to import

    return TensorNetwork(features, hidden, layers, outputs)


def gvp_network(features: int, hidden: int, layers: int, outputs: int, *, vector_norm: bool = False) -> GeometricModel:
    """Scalars and vectors side by side, the vectors not normed: untrained, their norm would show rounding enlarged."""
    return GVPNetwork(features, hidden, layers, outputs, vector_norm=vector_norm)


# Called with (features, hidden, layers, outputs). A model whose imports take seconds has a function here that imports.
MODELS: dict[str, Callable[..., GeometricModel]] = {
    "naive": Naive,
    "invariant": Invariant,
    "egnn": EGNN,
    "gvp": gvp_network,
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
    **options: bool,
) -> GeometricModel:
    """A fresh model with random weights; the same seed gives the same weights whatever the dtype.

    The weights are drawn in float32 and then cast, so that a switch to float64 changes the rounding and nothing else.
    options: the model's own, by name. The global random state is left as it was.
    Raises ValueError on a name that is not in `MODELS`.
    """
    if name not in MODELS:
        raise ValueError(f"Expected a model of {tuple(MODELS)}, got {name!r}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MODELS[name](features, hidden, layers, outputs, **options).to(dtype)
