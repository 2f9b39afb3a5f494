"""A room with the scene `rotation` open, what it shows, and its model built again apart from it."""

from collections.abc import Mapping

import msgspec
import torch

from models.graphs.clouds import named_cloud
from models.graphs.graph import radius_graph
from models.networks.zoo import build
from models.symmetry.prediction import Prediction
from server.engine.discovery import scenes
from server.protocol.messages import Frame, Role
from server.room import rules
from server.room.scene import Kept, Wait
from server.room.state import Origin, Room
from server.room.view import frames
from server.scenes.rotation.messages import (
    RotationAttacks,
    RotationMeter,
    RotationTurned,
    RotationVerdict,
)
from server.scenes.rotation.params import RotationParams

SCENES = {"rotation": scenes()["rotation"]}
TURN = {"t": "rotation.turn", "quaternion": [0.3, -0.5, 0.2, 0.8], "shift": [1.0, -2.0, 3.0], "mirror": True}


def send(room: Room, command: Mapping[str, object], role: Role = "instructor", who: str = "i") -> Room:
    body = msgspec.json.encode(command)
    command_ = rules.decode(body, role, room, SCENES)
    return rules.handle(room, Origin(room.sequence + 1, who, role), command_, SCENES)


def opened(**params: object) -> Room:
    room = Room("lecture2")
    for number in range(3):
        room = rules.attend(room, number + 1, f"s{number}", "", True, SCENES)
    return send(room, {"t": "open", "scene": "rotation", "params": params})


def attacked(room: Room, who: str, quaternion: tuple[float, ...], **rest: object) -> Room:
    return send(room, {"t": "rotation.attempt", "quaternion": quaternion, **rest}, "student", who)


def shown(room: Room, to: str, tag: str, old: Room | None = None) -> Frame | None:
    every = [s.out.frame for s in frames(old, room, SCENES) if s.out.slot == (to, tag)]
    assert len(every) <= 1
    return every[0] if every else None


def turned(room: Room) -> RotationTurned:
    frame = shown(room, "stage", "rotation.turned")
    assert isinstance(frame, RotationTurned)
    return frame


def meter(room: Room) -> RotationMeter:
    frame = shown(room, "stage", "rotation.meter")
    assert isinstance(frame, RotationMeter)
    return frame


def attacks(room: Room) -> RotationAttacks:
    frame = shown(room, "stage", "rotation.attacks")
    assert isinstance(frame, RotationAttacks)
    return frame


def verdict(room: Room, who: str) -> RotationVerdict:
    frame = shown(room, f"seat:{who}", "rotation.verdict")
    assert isinstance(frame, RotationVerdict)
    return frame


def finished(room: Room) -> Room:
    """The room after its job ran to the end, as the engine runs it."""
    job = rules.job(room, SCENES)
    assert job is not None
    for output in job.run(None):
        if output is not None and not isinstance(output, Wait | Kept):
            room = rules.tick(room, output, SCENES)
    return room


class Apart:
    """The model, the cloud and the radius graph built again without the scene."""

    def __init__(self, params: RotationParams) -> None:
        self.dtype = {"float32": torch.float32, "float64": torch.float64}[params.dtype]
        cloud = named_cloud(params.cloud, params.nodes, seed=params.seed)
        elements = cloud.elements or ("",) * cloud.nodes
        kinds = sorted(set(elements))
        self.features = torch.tensor([[float(e == k) for k in kinds] for e in elements], dtype=self.dtype)
        self.positions = cloud.positions.to(self.dtype)
        self.cutoff = params.reach * cloud.cutoff
        self.model = build(
            params.model, seed=params.seed, features=len(kinds), layers=params.layers, dtype=self.dtype, hidden=32
        )

    def __call__(self, points: torch.Tensor) -> Prediction:
        with torch.no_grad():
            return self.model(self.features, points, radius_graph(points, self.cutoff))
