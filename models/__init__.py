"""Graphs, message passing and equivariant networks, readable in an hour and usable in a notebook.

from models import build, equivariance_error, radius_graph, random_transforms
"""

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
from models.networks.mlp import MLP
from models.networks.naive import Naive
from models.networks.radial import pair_energy, polynomial_envelope
from models.networks.readout import READOUTS
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
    "Prediction",
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
