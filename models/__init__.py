"""Graphs, message passing and equivariant networks, readable in an hour and usable in a notebook.

from models import build, equivariance_error, radius_graph, random_transforms
"""

from models.broken import BrokenEGNN
from models.egnn import EGNN
from models.gcn import GCN
from models.geometric import GeometricModel, Prediction
from models.graph import Graph, knn_graph, radius_graph
from models.invariant import Invariant
from models.message_passing import Trace, Update, explain, propagate, random_update, trace
from models.mlp import MLP
from models.naive import Naive
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
from models.zoo import MODELS, build

__all__ = [
    "EGNN",
    "GCN",
    "MLP",
    "MODELS",
    "BrokenEGNN",
    "ErrorSummary",
    "GeometricModel",
    "Graph",
    "Invariant",
    "Naive",
    "Prediction",
    "Trace",
    "Transform",
    "Update",
    "build",
    "equivariance_error",
    "explain",
    "knn_graph",
    "permutation_error",
    "propagate",
    "radius_graph",
    "random_permutation",
    "random_rotation",
    "random_transform",
    "random_transforms",
    "random_update",
    "trace",
    "zone",
]
