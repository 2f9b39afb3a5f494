"""Every core command, frame and role: the one place where the wire is typed (why not: `server/protocol/faults.py`).

A `Command` goes up as JSON text, a `Frame` comes down as bytes (`server/protocol/wire.py`). A scene adds its
own commands and frames in its own file by subclassing `Action` and `Frame`; the browser's types are
generated from all of them (`server/cli/typegen.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from server.protocol.faults import FaultCode
from server.protocol.tensors import Array as Array
from server.protocol.tensors import Dtype as Dtype
from server.protocol.tensors import Float32 as Float32
from server.protocol.tensors import Float64 as Float64
from server.protocol.tensors import Int32 as Int32
from server.protocol.tensors import OnDevice as OnDevice
from server.protocol.tensors import UInt8 as UInt8
from server.protocol.tensors import f4 as f4
from server.protocol.tensors import i4 as i4
from server.protocol.tensors import tensor as tensor

VERSION = 2
LARGEST_ID = 2**53 - 1
"""The largest whole number that a browser counts to; a command's `id` is no larger."""
LARGEST = 4 * 1024
LARGEST_OF_ALL = 64 * 1024
"""Bytes of one command's JSON text: as a rule, and from the instructor or where its type declares more."""
LONGEST_TYPED = 200
"""Characters of a name as somebody typed it, before it is tidied and cut."""

Role = Literal["student", "stage", "instructor"]
INSTRUCTOR: frozenset[Role] = frozenset({"instructor"})
STUDENT: frozenset[Role] = frozenset({"student"})
EVERYONE: frozenset[Role] = frozenset({"student", "stage", "instructor"})
NOBODY: frozenset[Role] = frozenset()
"""The author of an action that only a job of the engine may cause."""


def no_params() -> msgspec.Raw:
    """JSON of no parameters; a factory, because a JSON Schema cannot hold raw bytes as a default."""
    return msgspec.Raw(b"{}")


# --- commands: they go up ---------------------------------------------------------------------


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", forbid_unknown_fields=True, omit_defaults=True):
    """What a browser may ask; `who` may send it (default: the instructor alone)."""

    who: ClassVar[frozenset[Role]] = INSTRUCTOR
    collapse: ClassVar[bool] = False
    """A newer one of the same seat, type and `target()` replaces one that was not applied yet."""
    bytes_allowed: ClassVar[int] = LARGEST
    """Bytes of its JSON text from anybody but the instructor, up to `LARGEST_OF_ALL`."""

    id: Annotated[int, Meta(ge=1, le=LARGEST_ID)] | None = None
    """Counter within the tab's nonce; given when the command must be applied exactly once."""

    def target(self) -> str:
        """What a collapsing command moves; two with different targets never replace each other."""
        return ""


class Action(Command, frozen=True, kw_only=True):
    """A command of one scene; its tag starts with the scene's name (`rounds.answer`)."""


class Hello(Command, frozen=True, kw_only=True, tag="hello"):
    """The first message on a socket; the gateway alone reads it."""

    who: ClassVar[frozenset[Role]] = EVERYONE
    version: int
    role: Role
    nonce: Annotated[str, Meta(max_length=64)] = ""
    key: Annotated[str, Meta(max_length=200)] = ""
    token: Annotated[str, Meta(max_length=200)] = ""
    name: Annotated[str, Meta(max_length=LONGEST_TYPED)] = ""


class Ack(Command, frozen=True, kw_only=True, tag="ack"):
    """Frames up to this sequence number arrived; the gateway alone reads it."""

    who: ClassVar[frozenset[Role]] = EVERYONE
    seq: int
    after: Annotated[int, Meta(ge=0, le=1000)] = 0
    """Milliseconds that the browser waited before it said so, in case more should come."""
    drawn: int | None = None
    """The newest frame that the page has painted; a client that paints nothing leaves it out."""


class Rotate(Command, frozen=True, kw_only=True, tag="rotate"):
    """Make a new instructor's key, which this panel alone is told; the gateway closes every panel with the old one."""


class Open(Command, frozen=True, kw_only=True, tag="open"):
    """Open a scene with these parameters (the rest default); no scene: back to the lobby."""

    scene: str | None
    params: msgspec.Raw = msgspec.field(default_factory=no_params)


class Step(Command, frozen=True, kw_only=True, tag="step"):
    """Go to this step of the lecture plan, counted from 0."""

    to: Annotated[int, Meta(ge=0, le=999)]


class Position(Command, frozen=True, kw_only=True, tag="position"):
    """Go to this position of the open scene, counted from 0."""

    to: Annotated[int, Meta(ge=0, le=99_999)]


class Play(Command, frozen=True, kw_only=True, tag="play"):
    """Walk through the scene's positions at its own pace, or stop."""

    on: bool


class Tune(Command, frozen=True, kw_only=True, tag="tune"):
    """Change some parameters of the open scene; the others stay."""

    collapse: ClassVar[bool] = True
    values: dict[str, msgspec.Raw]

    def target(self) -> str:
        """Sliders that are not the same slider do not replace each other."""
        return ",".join(sorted(self.values))


class Work(Command, frozen=True, kw_only=True, tag="work"):
    """Let the scene's job run, hold it where it is, or let it give one output and hold; `reset` starts it again."""

    to: Literal["run", "pause", "once"]


class Reset(Command, frozen=True, kw_only=True, tag="reset"):
    """Start the open scene again with the parameters it has."""


class Deal(Command, frozen=True, kw_only=True, tag="deal"):
    """Take the class in: deal the students present one node each, in the order they joined."""


class Show(Command, frozen=True, kw_only=True, tag="show"):
    """What the projector shows beside the scene; absolute values."""

    blank: bool | None = None
    qr: bool | None = None
    dark: bool | None = None


class Rename(Command, frozen=True, kw_only=True, tag="name"):
    """A student's own name instead of the nickname that was dealt."""

    who: ClassVar[frozenset[Role]] = STUDENT
    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_TYPED)]


GATEWAY_COMMANDS: tuple[type[Command], ...] = (Hello, Ack, Rotate)


# --- frames: they come down -------------------------------------------------------------------


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """The whole truth of one slot; the latest wins."""


class Gone(Frame, frozen=True, kw_only=True, tag="gone"):
    """The slot that the stamp names is empty: its last frame is not shown any more."""


ALL = "all"
STUDENTS = "students"
STAGE = "stage"
TEACHER = "instructor"


def seat(identity: str) -> str:
    """The audience of one seat."""
    return f"seat:{identity}"


AUDIENCES: dict[Role, frozenset[str]] = {
    "student": frozenset({ALL, STUDENTS}),
    "stage": frozenset({ALL, STAGE}),
    "instructor": frozenset({ALL, STAGE, TEACHER}),
}
"""Which audiences a role listens to, beside its own seat's."""


@dataclass(frozen=True, slots=True)
class Out:
    """A frame and the slot it fills: (audience, key); the key is the frame's tag unless given."""

    frame: Frame
    to: str = ALL
    key: str = ""

    @property
    def slot(self) -> tuple[str, str]:
        """The slot: who sees it and under which name it is kept."""
        return self.to, self.key or str(self.frame.__struct_config__.tag)


class Welcome(Frame, frozen=True, kw_only=True, tag="welcome"):
    """The answer to `hello`: who you are here."""

    seat: str
    token: str
    session: str
    role: Role
    version: int = VERSION
    stage: str = ""
    """What a stage says as its `token` that this control panel opens; for instructors alone."""


class Fault(Frame, frozen=True, kw_only=True, tag="fault"):
    """Why a command was not carried out: what was expected and what came."""

    code: FaultCode
    detail: str
    re: int | None = None


class Beat(Frame, frozen=True, kw_only=True, tag="beat"):
    """The gateway's heartbeat, every two seconds; six seconds of silence mean a dead socket."""


class Engine(Frame, frozen=True, kw_only=True, tag="engine"):
    """Whether the engine is there; a new generation asks browsers to send unreceipted commands again."""

    ready: bool
    generation: int
    device: str = ""
    """cpu or cuda."""
    machine: str = ""
    """The device's name."""
    speed: float = 0.0
    """Its float32 operations a second, as measured when the engine started."""
    why: str = ""
    """Why it takes no commands although it had started: it does not answer."""


class Closing(Frame, frozen=True, kw_only=True, tag="closing"):
    """The program stops on purpose; browsers keep what has no receipt and come back by themselves."""

    detail: str


class Key(Frame, frozen=True, kw_only=True, tag="key"):
    """The new instructor's key, told once to the panel that asked for it, and the token of the stages it opens."""

    key: str
    stage: str


class Receipt(Frame, frozen=True, kw_only=True, tag="receipt"):
    """Every command of this tab up to this id is durable."""

    nonce: str
    upto: int


class Opened(Frame, frozen=True, kw_only=True, tag="opened"):
    """The scene that is open and its parameters; no scene: the lobby."""

    scene: str | None
    title: str
    version: int
    params: msgspec.Raw = msgspec.field(default_factory=no_params)
    step: int | None = None
    digest: str | msgspec.UnsetType = msgspec.UNSET
    """Under which the scene's entry and formulas lie: `/api/scenes/{scene}/{digest}`."""


class Prefetch(Frame, frozen=True, kw_only=True, tag="prefetch"):
    """The scene of the plan's next step, whose files a page may fetch while it is idle; no scene: nothing yet."""

    scene: str | None
    digest: str | msgspec.UnsetType = msgspec.UNSET


class Slide(Frame, frozen=True, kw_only=True, tag="slide"):
    """A step of the lecture plan without a scene: its title and what is said to it; no points: none is shown."""

    title: str
    points: tuple[str, ...]


class Place(Frame, frozen=True, kw_only=True, tag="place"):
    """Where the lecture stands: the scene's position and the plan's step."""

    position: int
    positions: int
    label: str
    playing: bool
    step: int | None
    steps: int


class Working(Frame, frozen=True, kw_only=True, tag="working"):
    """Whether the open scene has work going on (training, dynamics, a sweep), and how it fares."""

    there: bool
    running: bool
    failed: str
    """Why it ended before its time; empty while all is well."""
    waits: str = ""
    """Why it does not go on although it runs: its process does not answer."""


class Joined(Frame, frozen=True, kw_only=True, tag="joined"):
    """How many students have joined, how many are connected now, how many nodes were dealt."""

    joined: int
    present: int
    dealt: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One student on the roster."""

    seat: str
    name: str
    present: bool
    node: int | None


class Roster(Frame, frozen=True, kw_only=True, tag="roster"):
    """Every student who joined, in join order; for the stage's lobby and the control panel."""

    members: tuple[Member, ...]


class You(Frame, frozen=True, kw_only=True, tag="you"):
    """What the room knows of this seat."""

    seat: str
    name: str
    node: int | None


class Display(Frame, frozen=True, kw_only=True, tag="display"):
    """What the projector shows beside the scene."""

    blank: bool = False
    qr: bool = False
    dark: bool = False


class PlanStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the lecture plan, as the instructor sees it."""

    title: str
    scene: str | None
    notes: str


class Plan(Frame, frozen=True, kw_only=True, tag="plan"):
    """The lecture plan with the instructor's notes; for the control panel alone."""

    lecture: str
    steps: tuple[PlanStep, ...]
