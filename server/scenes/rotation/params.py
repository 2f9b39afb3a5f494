"""What the instructor of the scene `rotation` may set, and the cloud it names.

Models and clouds are those of `models/`: one that is added there can be chosen here without a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from models.graphs.clouds import CLOUDS, Cloud, named_cloud
from models.networks.zoo import MODELS
from server.room.scene import Params

SPATIAL = tuple(name for name, (dimensions, _) in CLOUDS.items() if 3 in dimensions)
FEW, MANY = 5, 7
SIZED = tuple(n for n in SPATIAL if (named_cloud(n, FEW).nodes, named_cloud(n, MANY).nodes) == (FEW, MANY))
"""The clouds of as many points as one likes; a molecule has its own number."""
FIRST = next((name for name in ("ethanol", "right helix") if name in SPATIAL), SPATIAL[0])

if TYPE_CHECKING:
    Model = str
    CloudName = str
else:
    Model = Literal[tuple(MODELS)]
    CloudName = Literal[SPATIAL]

Precision = Literal["float32", "float64"]

NAMES = {
    "naive": "Message passing on x, y, z",
    "invariant": "Distances only (SchNet)",
    "egnn": "EGNN",
    "tensor": "Tensor network, l ≤ 2",
    "gvp": "Geometric vector perceptron",
    "broken": "EGNN, ReLU on x, y and z",
    "biased": "EGNN, bias on vectors",
    "capped": "EGNN, 2 neighbors at most",
}
MODEL_LABELS = {name: NAMES.get(name, name) for name in MODELS}
CLOUD_LABELS = {name: name[0].upper() + name[1:] for name in SPATIAL}
REMARKS = {
    "naive": "It reads the coordinates as three more features of each node.",
    "invariant": "No vectors: this model sees lengths only, and its output cannot point anywhere.",
    "egnn": "It moves each point along the differences to its neighbors, by weights made from lengths.",
    "tensor": "It sends scalars, vectors and tensors along the edges, coupled by the tensor product.",
    "gvp": "It mixes vectors with each other, scales them by gates and reads their lengths.",
    "broken": "An EGNN whose displacements pass through a ReLU, one component at a time.",
    "biased": "An EGNN that adds a vector of its own to each displacement.",
    "capped": "An EGNN in which a node hears the first two neighbors that a search along the axes meets.",
}
"""What a model reads and writes, told so that the prediction is not spoilt."""


class RotationParams(Params, frozen=True, kw_only=True):
    """The model that is examined, the cloud it sees and the precision it computes in."""

    model: Annotated[
        Model,
        Meta(
            title="Model",
            description="What is examined; its weights are random.",
            extra_json_schema={"labels": MODEL_LABELS},
        ),
    ] = "egnn"
    cloud: Annotated[
        CloudName,
        Meta(
            title="Cloud",
            description="The input x.",
            extra_json_schema={"labels": CLOUD_LABELS},
        ),
    ] = FIRST
    nodes: Annotated[
        int,
        Meta(
            ge=4,
            le=60,
            title="Points",
            description="How many points the cloud has; a molecule has its own number.",
            extra_json_schema={"step": 1, "when": {"cloud": list(SIZED)}},
        ),
    ] = 16
    dtype: Annotated[
        Precision,
        Meta(
            title="Precision",
            description="What the model computes in; it decides what rounding is.",
            extra_json_schema={"labels": {"float32": "float32", "float64": "float64"}},
        ),
    ] = "float32"
    reach: Annotated[
        float,
        Meta(
            ge=1.0,
            le=3.0,
            title="Reach",
            description="Cutoff of the radius graph over the one made for this cloud, which lies between two shells.",
            extra_json_schema={"step": 0.1, "unit": "×"},
        ),
    ] = 1.0
    layers: Annotated[
        int, Meta(ge=1, le=6, title="Layers", description="Rounds of messages.", extra_json_schema={"step": 1})
    ] = 3
    seed: Annotated[
        int, Meta(ge=0, le=999, title="Seed", description="Of weights, cloud and check.", extra_json_schema={"step": 1})
    ] = 0
    sampler: Annotated[
        Literal["haar", "euler"],
        Meta(
            title="Random rotations",
            description="How a random rotation is drawn, by the buttons and by the checks.",
            extra_json_schema={"labels": {"haar": "uniform (Haar)", "euler": "three Euler angles"}},
        ),
    ] = "haar"
    samples: Annotated[
        int,
        Meta(
            ge=16,
            le=256,
            title="Samples",
            description="Random transforms of each kind in the check.",
            extra_json_schema={"step": 16},
        ),
    ] = 64


def cloud_of(params: RotationParams) -> Cloud:
    """The cloud of these parameters, positions (n, 3) float64."""
    return named_cloud(params.cloud, params.nodes, seed=params.seed)


def name_of(model: str) -> str:
    """A model's name for the stage."""
    return NAMES.get(model, model)


def remark_of(model: str) -> str:
    """What a model reads and writes; of one that is new here, the first line of its own documentation."""
    return REMARKS.get(model) or (MODELS[model].__doc__ or "").partition("\n")[0]
