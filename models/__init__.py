"""Graphs, message passing and equivariant networks, readable in an hour and usable in a notebook.

from models import build, equivariance_error, radius_graph, random_transforms
"""

from models.broken import BiasedEGNN, BrokenEGNN, CappedEGNN
from models.canonical import Augmented, Canonical, FrameAveraged, WeightedFrames
from models.clouds import Cloud, named_cloud, named_graph, wired
from models.egnn import EGNN
from models.gcn import GCN
from models.geometric import GeometricModel, Prediction
from models.graph import Graph, capped_radius_graph, edge_difference, knn_graph, radius_graph
from models.gvp import GVP, GVPNetwork
from models.invariant import Invariant
from models.message_passing import Trace, Update, explain, propagate, random_update, trace
from models.mlp import MLP
from models.naive import Naive
from models.radial import pair_energy, polynomial_envelope
from models.readout import READOUTS
from models.symmetry import (
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
from models.tetris import tetris
from models.zoo import MODELS, build

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
