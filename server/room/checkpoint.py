"""A savepoint of a room as bytes, so that recovery is one checkpoint and the tail of the log behind it.

It holds all of the room but its lecture plan, which the session's first entry names: the open scene with its state, how
far its job is, and where that job goes on. A checkpoint of gnn-live 0.4 was written right after a scene was opened and
holds no state, for then it is what `initial` gives.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from server.protocol.messages import Display
from server.room import codec
from server.room.plan import Lecture
from server.room.rules import reopened
from server.room.state import OpenScene, Participant, Room, Savepoint, Scenes
from server.room.vote import Vote

FORMAT = 2


class _Open(msgspec.Struct, frozen=True):
    name: str
    params: bytes
    state: bytes
    version: int
    ticks: int
    paused: bool
    allowed: int
    failed: str


class _Checkpoint(msgspec.Struct, frozen=True, tag_field="format", tag=FORMAT):
    room: bytes
    """Without its lecture plan and its scene."""
    open: _Open | None
    ticks: int
    kept: bytes | None
    ended: bool
    culprit: bytes
    program: str


class Saved(msgspec.Struct, frozen=True):
    """What a checkpoint gives."""

    savepoint: Savepoint
    culprit: bytes = b""
    """Digest of the last command that the room contains; empty in a checkpoint of gnn-live 0.4."""
    program: str = ""
    """Fingerprint of the program whose job was kept."""


def checkpoint(savepoint: Savepoint, culprit: bytes = b"", program: str = "") -> bytes:
    """All of a savepoint but the room's lecture plan.

    Raises:
        TypeError: the state holds something that is no data; the sentence names it.
    """
    room, scene = savepoint.room, savepoint.room.open
    return msgspec.msgpack.encode(
        _Checkpoint(
            room=codec.encode(replace(room, lecture=None, open=None)),
            open=_packed(scene) if scene else None,
            ticks=savepoint.ticks,
            kept=savepoint.kept,
            ended=savepoint.ended,
            culprit=culprit,
            program=program,
        )
    )


def _packed(scene: OpenScene) -> _Open:
    return _Open(
        name=scene.name,
        params=codec.encode(scene.params),
        state=codec.encode(scene.state),
        version=scene.version,
        ticks=scene.ticks,
        paused=scene.paused,
        allowed=scene.allowed,
        failed=scene.failed,
    )


def restore(body: bytes, lecture: Lecture | None, scenes: Scenes) -> Saved:
    """The savepoint of a checkpoint, of gnn-live 0.4 too.

    Raises:
        msgspec.MsgspecError: the bytes are no checkpoint of this version.
        Refused: the scene or its parameters are not those of this program any more.
    """
    if "format" not in msgspec.msgpack.decode(body, type=dict[str, msgspec.Raw]):
        return Saved(Savepoint(_restored_old(body, lecture, scenes)))
    saved = msgspec.msgpack.decode(body, type=_Checkpoint)
    opened = None if saved.open is None else _unpacked(saved.open, scenes)
    room = replace(codec.decode(saved.room, Room), lecture=lecture, open=opened)
    return Saved(Savepoint(room, saved.ticks, saved.kept, saved.ended), saved.culprit, saved.program)


def _unpacked(packed: _Open, scenes: Scenes) -> OpenScene:
    scene = scenes.get(packed.name)
    if scene is None:
        raise msgspec.ValidationError(f"expected a scene that is here, got {packed.name!r}")
    params = codec.decode(packed.params, scene.params)
    state = codec.decode(packed.state, codec.state_of(type(scene)))
    return OpenScene(
        packed.name, params, state, packed.version, packed.ticks, packed.paused, packed.allowed, packed.failed
    )


# --- of gnn-live 0.4 -----------------------------------------------------------------------------------------------


class _OldMember(msgspec.Struct, array_like=True, frozen=True):
    identity: str
    name: str
    present: bool


class _OldCheckpoint(msgspec.Struct, frozen=True):
    id: str
    sequence: int
    members: tuple[_OldMember, ...]
    dealt: tuple[str, ...]
    step: int | None
    display: Display
    receipts: tuple[tuple[str, str, int], ...]
    scene: str | None
    params: bytes
    vote: Vote | None = None
    votes: dict[int, Vote] = {}


def _restored_old(body: bytes, lecture: Lecture | None, scenes: Scenes) -> Room:
    """The room right after its scene was opened; what a step without a scene says is in the lecture plan."""
    saved = msgspec.msgpack.decode(body, type=_OldCheckpoint)
    receipts: dict[str, dict[str, int]] = {}
    for seat, nonce, upto in saved.receipts:
        receipts.setdefault(seat, {})[nonce] = upto
    step = lecture.steps[saved.step] if lecture is not None and saved.step is not None else None
    room = Room(
        id=saved.id,
        lecture=lecture,
        sequence=saved.sequence,
        members={m.identity: Participant(m.identity, m.name, m.present) for m in saved.members},
        dealt=saved.dealt,
        step=saved.step,
        slide=step.points if step is not None and step.scene is None else (),
        display=saved.display,
        receipts=receipts,
        vote=saved.vote,
        votes=saved.votes,
    )
    return room if saved.scene is None else reopened(room, saved.scene, saved.params, scenes)
