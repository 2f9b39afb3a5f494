"""A room with the scene `rounds` open, driven as the engine drives it, and students who can do the arithmetic."""

from collections.abc import Iterator

import msgspec
import numpy as np

from server import session
from server.frames import frames
from server.protocol import Out, Role
from server.scenes import rounds
from server.scenes.rounds.messages import (
    RoundsProgress,
    RoundsTrace,
    RoundsVerdict,
)
from server.scenes.rounds.state import State
from server.session import Origin, Room

SCENES: session.Scenes = {"rounds": rounds.SCENE}  # type: ignore[dict-item]  # a scene of its own params is one of Params
CLASS = {"graph": "seats", "compute": True, "features": 2, "rounds": 3, "bias": "integers"}


def send(room: Room, command: dict[str, object], role: Role = "instructor", who: str = "i") -> Room:
    origin = Origin(room.sequence + 1, who, role)
    return session.handle(room, origin, session.decode(msgspec.json.encode(command), role, room, SCENES), SCENES)


def opened(students: int = 0, **params: object) -> Room:
    room = Room("lecture2")
    for number in range(students):
        room = session.attend(room, room.sequence + 1, f"s{number}", "", True, SCENES)
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


def trace(room: Room) -> RoundsTrace:
    return next(out.frame for out in outs(None, room) if isinstance(out.frame, RoundsTrace))


def progress(room: Room) -> RoundsProgress:
    return next(out.frame for out in outs(None, room) if isinstance(out.frame, RoundsProgress))


def verdict(room: Room, seat: str) -> RoundsVerdict:
    return next(o.frame for o in outs(None, room) if o.to == f"seat:{seat}" and isinstance(o.frame, RoundsVerdict))


def by_hand(room: Room, node: int) -> tuple[float, ...]:
    """A student's arithmetic from what the phone shows alone: own h, what the neighbors send, the weights."""
    seen = trace(room)
    r = seen.features.shape[0] - 1
    own = seen.w_self.astype(float) @ seen.features[r, node]
    sources = seen.edges[0][seen.edges[1] == node]
    sent = seen.sent[r][sources]
    gathered = {"sum": sent.sum(0), "mean": sent.mean(0), "max": sent.max(0)}[seen.aggregation]
    total = own + gathered + seen.bias
    return tuple((np.maximum(total, 0) if seen.activation == "relu" else total).tolist())


def answer(room: Room, node: int, values: tuple[float, ...], round: int | None = None) -> Room:
    present = state(room).revealed + 1 if round is None else round
    command = {"t": "rounds.answer", "round": present, "values": values}
    return send(room, command, "student", f"s{node}")


def all_answer(room: Room, nodes: Iterator[int] | range) -> Room:
    for node in nodes:
        room = answer(room, node, by_hand(room, node))
    return room
