"""Graphs, message passing and equivariant networks, readable in an hour and usable in a notebook.

    from models import EGNN, equivariance_error, radius_graph, random_transforms

Each name is imported when it is first asked for: `import models` alone loads no torch, and only `TensorNetwork` e3nn.
What is here is what a notebook needs; all else is imported from its layer, `from models.symmetry.frames import frames`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.graphs.clouds import Cloud, named_cloud, named_graph, wired
    from models.graphs.graph import Graph, capped_radius_graph, edge_difference, knn_graph, radius_graph
    from models.graphs.tetris import tetris
    from models.networks.broken import BiasedEGNN, BrokenEGNN, CappedEGNN
    from models.networks.canonical import Augmented, Canonical, FrameAveraged, WeightedFrames
    from models.networks.egnn import EGNN
    from models.networks.gcn import GCN
    from models.networks.geometric import GeometricModel
    from models.networks.gvp import GVP, GVPNetwork
    from models.networks.invariant import Invariant
    from models.networks.message_passing import Trace, Update, explain, propagate, random_update, trace
    from models.networks.mlp import MLP, PairMLP
    from models.networks.naive import Naive
    from models.networks.radial import pair_energy, polynomial_envelope
    from models.networks.readout import READOUTS
    from models.networks.tensor_net import TensorNetwork
    from models.networks.zoo import MODELS, build
    from models.symmetry.equivariance import (
        ErrorSummary,
        Transform,
        equivariance_error,
        permutation_error,
        random_permutation,
        random_rotation,
        random_transform,
        random_transforms,
        zone,
    )
    from models.symmetry.prediction import Prediction

__all__ = [
    "EGNN",
    "GCN",
    "GVP",
    "MLP",
    "MODELS",
    "READOUTS",
    "Augmented",
    "BiasedEGNN",
    "BrokenEGNN",
    "Canonical",
    "CappedEGNN",
    "Cloud",
    "ErrorSummary",
    "FrameAveraged",
    "GVPNetwork",
    "GeometricModel",
    "Graph",
    "Invariant",
    "Naive",
    "PairMLP",
    "Prediction",
    "TensorNetwork",
    "Trace",
    "Transform",
    "Update",
    "WeightedFrames",
    "build",
    "capped_radius_graph",
    "edge_difference",
    "equivariance_error",
    "explain",
    "knn_graph",
    "named_cloud",
    "named_graph",
    "pair_energy",
    "permutation_error",
    "polynomial_envelope",
    "propagate",
    "radius_graph",
    "random_permutation",
    "random_rotation",
    "random_transform",
    "random_transforms",
    "random_update",
    "tetris",
    "trace",
    "wired",
    "zone",
]

_NAMES = {
    "graphs.clouds": "Cloud named_cloud named_graph wired",
    "graphs.graph": "Graph capped_radius_graph edge_difference knn_graph radius_graph",
    "graphs.tetris": "tetris",
    "networks.broken": "BiasedEGNN BrokenEGNN CappedEGNN",
    "networks.canonical": "Augmented Canonical FrameAveraged WeightedFrames",
    "networks.egnn": "EGNN",
    "networks.gcn": "GCN",
    "networks.geometric": "GeometricModel",
    "networks.gvp": "GVP GVPNetwork",
    "networks.invariant": "Invariant",
    "networks.message_passing": "Trace Update explain propagate random_update trace",
    "networks.mlp": "MLP PairMLP",
    "networks.naive": "Naive",
    "networks.radial": "pair_energy polynomial_envelope",
    "networks.readout": "READOUTS",
    "networks.tensor_net": "TensorNetwork",
    "networks.zoo": "MODELS build",
    "symmetry.equivariance": "ErrorSummary Transform equivariance_error permutation_error random_permutation "
    "random_rotation random_transform random_transforms zone",
    "symmetry.prediction": "Prediction",
}
_MODULE = {name: f"models.{module}" for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """The object of this name, from its module (PEP 562). Raises AttributeError where there is none."""
    if name not in _MODULE:
        raise AttributeError(f"Expected a name of models.__all__ or a layer of models, got {name!r}.")
    made: object = getattr(import_module(_MODULE[name]), name)
    globals()[name] = made
    return made


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
