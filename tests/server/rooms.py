"""A small real scene and a room around it, for the tests of everything that does not depend on what a scene shows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import msgspec
import numpy as np
from msgspec import Meta

from server.protocol.faults import Refused
from server.protocol.messages import ALL, NOBODY, STUDENT, Action, Float32, Frame, Role, tensor
from server.room import rules
from server.room.plan import Lecture, LectureStep
from server.room.scene import Context, Job, JobSteps, Params, PerSeat, Scene, Slot, Truth
from server.room.state import Origin, Room, Scenes


class TallyParams(Params, frozen=True, kw_only=True):
    """How far to count, and who counts."""

    limit: Annotated[int, Meta(ge=1, le=1000, title="Limit")] = 10
    seats: bool = False
    working: bool = False


class Add(Action, frozen=True, kw_only=True, tag="tally.add"):
    """A student adds to the tally."""

    who: ClassVar[frozenset[Role]] = STUDENT
    amount: Annotated[int, Meta(ge=-100, le=100)]


class Put(Action, frozen=True, kw_only=True, tag="tally.put"):
    """A student drags an own mark; absolute, so the newest is enough."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    at: Annotated[float, Meta(ge=-1e6, le=1e6)]


class Worked(Action, frozen=True, kw_only=True, tag="tally.worked"):
    """One output of the job."""

    who: ClassVar[frozenset[Role]] = NOBODY
    to: int


class Break(Action, frozen=True, kw_only=True, tag="tally.break"):
    """The instructor provokes a defect: an exception, or a number that is not finite."""

    nan: bool = False


class Total(Frame, frozen=True, kw_only=True, tag="tally.total"):
    """The tally and who is where."""

    total: int
    draw: Annotated[Float32, tensor("f4", "3")]


class Mine(Frame, frozen=True, kw_only=True, tag="tally.mine"):
    """What one seat put."""

    at: float


@dataclass(frozen=True, slots=True)
class TallyState:
    """The count, every seat's mark and the numbers drawn at the start."""

    params: TallyParams
    total: int
    draw: Float32
    marks: tuple[tuple[str, float], ...] = ()
    worked: int = 0


def _total(state: TallyState) -> Total:
    return Total(total=state.total, draw=state.draw)


def _mine(_state: TallyState, at: float) -> Mine:
    return Mine(at=at)


class Tally(Scene[TallyParams, TallyState]):
    """Counts what students add."""

    title = "Tally"
    summary = "Add something."
    params = TallyParams
    actions = (Add, Put, Worked, Break)
    slots = (
        Slot(_total, ALL, of=lambda state: (state.total, state.draw)),
        PerSeat.each(_mine, lambda state: dict(state.marks)),
    )
    truths: ClassVar = {"total": "number", "parity": "choice", "growth": "line"}
    pace = 0.01

    def initial(self, params: TallyParams, context: Context) -> TallyState:
        return TallyState(params, 0, context.generator().normal(size=3).astype(np.float32))

    def adjust(self, state: TallyState, params: TallyParams, context: Context) -> TallyState:
        return replace(state, params=params)

    def apply(self, state: TallyState, action: Action, context: Context) -> TallyState:
        match action:
            case Add(amount=amount):
                total = state.total + amount
                if total > state.params.limit:
                    raise Refused("refused", f"expected a total up to {state.params.limit}, got {total}")
                return replace(state, total=total)
            case Put(at=at):
                marks = {**dict(state.marks), context.author: at}
                return replace(state, marks=tuple(marks.items()))
            case Worked(to=to):
                return replace(state, worked=to, total=state.total + 1)
            case Break(nan=True):
                return replace(state, draw=np.full(3, np.nan, np.float32))
        raise ZeroDivisionError("a defect on purpose")

    def truth(self, state: TallyState, name: str) -> Truth:
        match name:
            case "total":
                return float(state.total)
            case "parity":
                return "odd" if state.total % 2 else "even"
        return tuple((float(x), float(x * state.total)) for x in range(4))

    def positions(self, state: TallyState) -> tuple[int, int]:
        return min(max(state.total, 0), state.params.limit), state.params.limit + 1

    def label(self, state: TallyState) -> str:
        return f"{state.total} of {state.params.limit}"

    def move(self, state: TallyState, to: int, context: Context) -> TallyState:
        return replace(state, total=to)

    def job(self, state: TallyState) -> Job | None:
        if not state.params.working or state.worked >= 20:
            return None

        def run(kept: bytes | None) -> JobSteps:
            for number in range(1, 21):
                yield Worked(to=number)

        return Job("work", run)

    def wants_class(self, params: TallyParams) -> bool:
        return params.seats


SCENES: Scenes = {"tally": Tally()}  # type: ignore[dict-item]  # a scene of its own params is one of Params
LECTURE = Lecture(
    "two",
    "Two steps",
    (LectureStep("Count", "tally", b'{"limit": 5}', "ask first"), LectureStep("Discuss", None, b"{}", "")),
)


def send(
    room: Room, command: Mapping[str, object], *, role: Role = "instructor", who: str = "i", number: int = 0
) -> Room:
    """The room after a command as it comes from a browser; raises Refused as the engine would see it."""
    body = msgspec.json.encode(command)
    identity = command.get("id")
    assert identity is None or isinstance(identity, int)
    origin = Origin(number or room.sequence + 1, who, role, "tab", identity)
    return rules.handle(room, origin, rules.decode(body, role, room, SCENES), SCENES)


def full(students: int = 4) -> Room:
    """A room with a lecture and some students in it."""
    room = Room("lecture2", LECTURE)
    for number in range(students):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", True, SCENES)
    return room
