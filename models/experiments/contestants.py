"""Who takes part in the example of `models/experiments/classification.py`: ten ways to deal with rotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Pose = Literal["given", "pca", "frames"]


@dataclass(frozen=True)
class Contestant:
    """One way to deal with rotations.

    network: of `NETWORKS`; pose: in which the network sees a shape; rotations: of each shape in the training data,
    0 for upright alone, FRESH for other ones each step; rate: of Adam.
    """

    name: str
    network: Literal["naive", "invariant", "egnn", "tensor"] = "naive"
    pose: Pose = "given"
    rotations: int = 0
    rate: float = 3e-3


FRESH = -1
CONTESTANTS: dict[str, Contestant] = {
    "naive": Contestant("naive network"),
    "augmented 1": Contestant("1 rotation each", rotations=1),
    "augmented 16": Contestant("16 rotations each", rotations=16),
    "augmented 256": Contestant("256 rotations each", rotations=256),
    "augmented fresh": Contestant("fresh rotations", rotations=FRESH),
    "pca": Contestant("PCA pose", pose="pca"),
    "frames": Contestant("frame averaging", pose="frames"),
    "distances": Contestant("distances only", "invariant", rate=1e-2),
    "egnn": Contestant("EGNN", "egnn"),
    "tensor": Contestant("tensor network, 0o", "tensor", rate=1e-2),
}
