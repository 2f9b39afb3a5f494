"""What a scene is: a pure function from actions to states, and from states to frames.

A scene is one file `server/scenes/NAME.py` that ends in `SCENE = Name()`, beside one view
`static/scenes/NAME.js`. Scenes are discovered: nothing else is edited to add one. State is data (a frozen dataclass
of scalars, arrays and parameter dicts), so a room can be thrown away and rebuilt from its log at any moment.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar, final

import msgspec
import numpy as np

from server.protocol.ballot import Truth as Truth
from server.protocol.ballot import TruthKind as TruthKind
from server.protocol.faults import Refused
from server.protocol.messages import Action, Frame, Out, Role
from server.room import slots
from server.room.slots import Declared
from server.room.slots import PerSeat as PerSeat
from server.room.slots import Slot as Slot


class Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an instructor may set; every field has a default, a range and a title.

    The control panel, the validation and the shareable link are made from it. `extra_json_schema` of a field's
    `Meta` may hold `unit`, `step`, `scale` ("log"), `widget` ("matrix", "vector") and `when` ({other field: [values]}).
    """


P = TypeVar("P", bound=Params)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula for the stage: LaTeX as ziamath reads it, and the same in words for a screen reader."""

    latex: str
    words: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A student who was dealt a node."""

    identity: str
    name: str
    present: bool


@dataclass(frozen=True, slots=True)
class Context:
    """All that a scene may know beside its state; deterministic, so that a replay gives the same."""

    session: str
    sequence: int
    tick: int = 0
    """How many outputs of the scene's job were applied before; 0 for a command."""
    author: str = ""
    role: Role = "instructor"
    seats: tuple[Seat, ...] = ()
    """The class as it was dealt: `seats[i]` is node i."""

    @property
    def seed(self) -> int:
        """A seed that depends on the session and the place in its log, on nothing else."""
        digest = hashlib.blake2b(f"{self.session}/{self.sequence}/{self.tick}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "little") >> 1

    def generator(self) -> np.random.Generator:
        """A fresh generator from the seed; the only randomness a scene may use."""
        return np.random.default_rng(self.seed)

    def node(self) -> int | None:
        """The node of the author's seat, if it was dealt one."""
        for node, seat in enumerate(self.seats):
            if seat.identity == self.author:
                return node
        return None


@dataclass(frozen=True, slots=True)
class Wait:
    """A job asks to be resumed after so many seconds."""

    seconds: float
    why: str = ""
    """What keeps it from going on, where the class should know."""


@dataclass(frozen=True, slots=True)
class Pending(Wait):
    """A job in another process has nothing yet: here, who does not wait for a `Wait` has nothing to do either."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a job may go on from after its last output: typed msgpack; no output itself, so not through `apply`."""

    body: bytes


JobSteps = Generator[Action | Wait | Kept | None, None, None]
"""A job yields actions that come back through `apply`, a `Wait`, or None to give way; every 30 ms, 100 ms at most.

A `Kept` follows the output to which it belongs: with it and the state after that output the next ones are the same.
"""


@dataclass(frozen=True, slots=True)
class Job:
    """Longer work that a state asks for; the same key is the same job, a new key replaces it."""

    key: Hashable
    run: Callable[[bytes | None], JobSteps] = field(compare=False)
    """Begins the job, or goes on with the output behind the one that this body was kept with.

    Only a body of the same job of the same program comes, beside the state that had taken the outputs until then.
    """


class Scene(ABC, Generic[P, S]):
    """One idea of the lecture that can be touched.

    `P` are its parameters, `S` its state. A method that raises `Refused` leaves the room as it was.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    """One sentence on what one does here; shown on the control panel and the phones."""
    params: ClassVar[type[Params]]
    actions: ClassVar[tuple[type[Action], ...]] = ()
    slots: tuple[Declared[S], ...] = ()
    """Everything that a browser sees of it, in the order in which it is sent."""
    frames_sent: ClassVar[tuple[type[Frame], ...]] = ()
    """The types of frames that the slots send."""
    formulas: ClassVar[Mapping[str, Formula]] = {}
    truths: ClassVar[Mapping[str, TruthKind]] = {}
    """What questions may be asked about this scene and answered by computing, by name."""
    pace: ClassVar[float] = 1.2
    """Seconds between two positions while the scene plays."""

    def __init_subclass__(cls) -> None:
        """Read what the scene sends off its slots."""
        if "slots" in cls.__dict__:
            cls.frames_sent = slots.frames_of(cls.slots)

    @abstractmethod
    def initial(self, params: P, context: Context) -> S:
        """The state in which the scene opens; it must invite a touch."""

    def load(self) -> None:
        """Do before the engine is ready what a first touch would wait for and what cannot be done in steps."""

    def warm(self) -> Iterator[Wait | None]:
        """Do before the lecture what a first touch would wait for: load kernels, import, fill memos.

        The engine takes a step while no command waits; a command that comes meanwhile waits for that step alone, so
        each takes 100 ms at most.
        """
        self.initial(self.params(), Context("", 0))  # type: ignore[arg-type]  # a ClassVar cannot say that it makes P
        yield None

    def adjust(self, state: S, params: P, context: Context) -> S:
        """The state after some parameters changed; a scene overrides it to keep what can be kept."""
        return self.initial(params, context)

    def apply(self, state: S, action: Action, context: Context) -> S:
        """The state after one action of a student, the instructor or the scene's own job."""
        raise Refused("unknown_command", f"{self.title} takes no {type(action).__name__}")

    @final
    def frames(self, old: S | None, new: S) -> Iterable[Out]:
        """The frames whose slots differ between two states; all of them when there is no old one."""
        return slots.changes(self.slots, old, new)

    def positions(self, state: S) -> tuple[int, int]:
        """(position, number of positions) that PageDown walks through."""
        return 0, 1

    def label(self, state: S) -> str:
        """The present position in words ("update 2 of 5: messages")."""
        return ""

    def move(self, state: S, to: int, context: Context) -> S:
        """The state at another position, within the number of positions."""
        return state

    def job(self, state: S) -> Job | None:
        """The longer work this state asks for, if any."""
        return None

    def truth(self, state: S, name: str) -> Truth:
        """The answer to a question about this state, one of `truths`, computed whatever position is shown."""
        raise Refused("invalid", f"{self.title} computes no answer called {name!r}")

    def prepare(self, state: S, truth: str) -> Iterator[Wait | None]:
        """Work out in steps, and remember, what `truth` would take more than 100 ms for.

        The engine takes the steps while the class answers, and the end of the vote waits for the last one.
        """
        return iter(())

    def wants_class(self, params: P) -> bool:
        """Whether these parameters make every student a node."""
        return False

    def attend(self, state: S, context: Context) -> S:
        """The state after somebody came or went (a barrier may close)."""
        return state


AnyScene = Scene[Params, object]
