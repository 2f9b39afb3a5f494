"""A room as bytes, so that recovery is one checkpoint and the tail of the log behind it.

A checkpoint is written right after a scene was opened: its state is then `initial(params)` and needs no bytes.
"""

from __future__ import annotations

import msgspec

from server.lecture import Lecture
from server.protocol import Display
from server.room import Member, Room, Scenes
from server.session import reopened
from server.vote import Vote


class _Member(msgspec.Struct, array_like=True, frozen=True):
    identity: str
    name: str
    present: bool


class _Checkpoint(msgspec.Struct, frozen=True):
    id: str
    sequence: int
    members: tuple[_Member, ...]
    dealt: tuple[str, ...]
    step: int | None
    display: Display
    receipts: tuple[tuple[str, str, int], ...]
    scene: str | None
    params: bytes
    vote: Vote | None = None
    votes: dict[int, Vote] = {}


def checkpoint(room: Room) -> bytes:
    """The room as it is right after `open`: everything but the state, which `initial` gives again."""
    return msgspec.msgpack.encode(
        _Checkpoint(
            id=room.id,
            sequence=room.sequence,
            members=tuple(_Member(m.identity, m.name, m.present) for m in room.members.values()),
            dealt=room.dealt,
            step=room.step,
            display=room.display,
            receipts=tuple((seat, nonce, upto) for seat, tabs in room.receipts.items() for nonce, upto in tabs.items()),
            scene=room.open.name if room.open else None,
            params=msgspec.json.encode(room.open.params) if room.open else b"{}",
            vote=room.vote,
            votes=dict(room.votes),
        )
    )


def restore(body: bytes, lecture: Lecture | None, scenes: Scenes) -> Room:
    """The room of a checkpoint; its open scene starts in the state in which it was opened.

    Raises:
        msgspec.MsgspecError: the bytes are no checkpoint of this version.
        Refused: the scene or its parameters are not those of this program any more.
    """
    saved = msgspec.msgpack.decode(body, type=_Checkpoint)
    receipts: dict[str, dict[str, int]] = {}
    for seat, nonce, upto in saved.receipts:
        receipts.setdefault(seat, {})[nonce] = upto
    room = Room(
        id=saved.id,
        lecture=lecture,
        sequence=saved.sequence,
        members={m.identity: Member(m.identity, m.name, m.present) for m in saved.members},
        dealt=saved.dealt,
        step=saved.step,
        display=saved.display,
        receipts=receipts,
        vote=saved.vote,
        votes=saved.votes,
    )
    return room if saved.scene is None else reopened(room, saved.scene, saved.params, scenes)
