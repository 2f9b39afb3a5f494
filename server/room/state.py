"""Everything a session is at one moment, as an immutable value; what makes the next one is `server/room/rules.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.protocol.messages import Display, Role
from server.room.plan import Lecture
from server.room.scene import AnyScene, Params
from server.room.vote import Vote

Scenes = Mapping[str, AnyScene]


@dataclass(frozen=True, slots=True)
class Participant:
    """A student's seat in the room."""

    identity: str
    name: str
    present: bool


@dataclass(frozen=True, slots=True)
class OpenScene:
    """The scene that is open: its name, parameters and state, and the log entry that opened it."""

    name: str
    params: Params
    state: object
    version: int
    ticks: int = 0
    """Outputs of the state's present job that were applied."""
    paused: bool = False
    allowed: int = 0
    """Outputs of the present job up to which it may go while it is paused."""
    failed: str = ""
    """Why the present job ended before its time."""


@dataclass(frozen=True, slots=True)
class Room:
    """Everything a session is at one moment."""

    id: str
    lecture: Lecture | None = None
    sequence: int = 0
    """The last log entry that this room contains."""
    members: Mapping[str, Participant] = field(default_factory=dict)
    """Every student who joined, in join order."""
    dealt: tuple[str, ...] = ()
    """The class as nodes: seat identities, the first `MOST_DEALT` who are here, frozen until it is dealt again."""
    open: OpenScene | None = None
    step: int | None = None
    slide: tuple[str, ...] = ()
    """What the present step of the plan says, where it opened no scene."""
    playing: bool = False
    display: Display = field(default_factory=Display)
    vote: Vote | None = None
    """The question that is on, or was last."""
    votes: Mapping[int, Vote] = field(default_factory=dict)
    """What was asked at other steps of the lecture plan, by step."""
    receipts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Seat -> nonce of a tab -> the last command id that is done with; of each seat its last `TABS` tabs."""

    @property
    def rests(self) -> bool:
        """Whether the scene stands still, because the class predicts what it will do."""
        return self.vote is not None and self.vote.phase == "open"

    @property
    def works(self) -> bool:
        """Whether the scene's job may go on, if there is one."""
        scene = self.open
        held = scene is not None and scene.paused and scene.ticks >= scene.allowed
        return not self.rests and not held


@dataclass(frozen=True, slots=True)
class Savepoint:
    """A moment from which a room goes on exactly as it did, so that the log behind it gives what it gave."""

    room: Room
    ticks: int = 0
    """Outputs of jobs between the room's last entry and this moment."""
    kept: bytes | None = None
    """Where the room's job goes on; None: it had just begun, or there is none."""
    ended: bool = False
    """The job that the room asks for is over."""
    size: int = 0
    """Bytes of the entries that led here since the timeline began; no checkpoint has it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a command came from, and its place in the log."""

    sequence: int
    seat: str
    role: Role
    nonce: str = ""
    id: int | None = None
