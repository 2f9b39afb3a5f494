"""A room with the scene `rounds` open, driven as the engine drives it, and students who can do the arithmetic."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec
import numpy as np

from server.protocol.messages import Frame, Out, Role
from server.room import rules
from server.room.state import Origin, Room, Scenes
from server.room.view import frames
from server.scenes import rounds
from server.scenes.rounds.messages import (
    RoundsGraph,
    RoundsMine,
    RoundsProgress,
    RoundsTerms,
    RoundsTrace,
    RoundsVerdict,
)
from server.scenes.rounds.state import State

SCENES: Scenes = {"rounds": rounds.SCENE}  # type: ignore[dict-item]  # a scene of its own params is one of Params
F = TypeVar("F", bound=Frame)
CLASS = {"graph": "seats", "compute": True, "features": 2, "rounds": 3, "bias": "integers"}


def send(room: Room, command: Mapping[str, object], role: Role = "instructor", who: str = "i") -> Room:
    origin = Origin(room.sequence + 1, who, role)
    return rules.handle(room, origin, rules.decode(msgspec.json.encode(command), role, room, SCENES), SCENES)


def opened(students: int = 0, **params: object) -> Room:
    room = Room("lecture2")
    for number in range(students):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", True, SCENES)
    return send(room, {"t": "open", "scene": "rounds", "params": params})


def tune(room: Room, **values: object) -> Room:
    return send(room, {"t": "tune", "values": values})


def go(room: Room, to: int) -> Room:
    return send(room, {"t": "position", "to": to})


def state(room: Room) -> State:
    assert room.open is not None
    assert isinstance(room.open.state, State)
    return room.open.state


def outs(old: Room | None, new: Room) -> list[Out]:
    return [shown.out for shown in frames(old, new, SCENES) if not shown.core]


def tags(old: Room, new: Room) -> list[str]:
    return [out.slot[1] for out in outs(old, new)]


def seen(room: Room, frame: type[F], to: str = "") -> F:
    """What a newcomer is shown of this kind, or what one of this audience alone is."""
    for out in outs(None, room):
        if isinstance(out.frame, frame) and to in ("", out.to):
            return out.frame
    raise AssertionError(f"no {frame.__name__} was sent")


def graph(room: Room) -> RoundsGraph:
    return seen(room, RoundsGraph)


def trace(room: Room) -> RoundsTrace:
    return seen(room, RoundsTrace)


def terms(room: Room) -> RoundsTerms:
    return seen(room, RoundsTerms)


def mine(room: Room, seat: str) -> RoundsMine:
    return seen(room, RoundsMine, f"seat:{seat}")


def progress(room: Room) -> RoundsProgress:
    return seen(room, RoundsProgress)


def verdict(room: Room, seat: str) -> RoundsVerdict:
    return seen(room, RoundsVerdict, f"seat:{seat}")


def by_hand(room: Room, node: int) -> tuple[float, ...]:
    """A student's arithmetic from what the phone shows alone: own h, what the neighbors send, the weights."""
    shown, edges = trace(room), graph(room).edges
    r = shown.features.shape[0] - 1
    own = shown.w_self.astype(float) @ shown.features[r, node]
    sent = shown.sent[r][edges[0][edges[1] == node]]
    gathered = {"sum": sent.sum(0), "mean": sent.mean(0), "max": sent.max(0)}[shown.aggregation]
    total = own + gathered + shown.bias
    return tuple((np.maximum(total, 0) if shown.activation == "relu" else total).tolist())


def answer(room: Room, node: int, values: tuple[float, ...], round: int | None = None) -> Room:
    present = state(room).revealed + 1 if round is None else round
    command = {"t": "rounds.answer", "round": present, "values": values}
    return send(room, command, "student", f"s{node}")


def all_answer(room: Room, nodes: Iterator[int] | range) -> Room:
    for node in nodes:
        room = answer(room, node, by_hand(room, node))
    return room
