"""Stand-in scenes: cheap, and they charge the virtual seconds that real ones compute for.

pad   everybody pokes and drags; what was poked is kept in order, so that once-and-in-order can be read off its state
drill a training: outputs of a job, each of them a step of so many seconds
ring  the class as nodes: a frame a seat, a barrier that closes when all who are here have answered
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, cast

import msgspec
from msgspec import Meta

from server.protocol.messages import (
    ALL,
    INSTRUCTOR,
    NOBODY,
    STAGE,
    STUDENT,
    STUDENTS,
    TEACHER,
    Action,
    Frame,
    Role,
)
from server.room.scene import Context, Job, JobSteps, Kept, Params, PerSeat, Scene, Slot, Truth, TruthKind, Wait
from server.room.state import Scenes
from tests.simulation import clock

OPENING = 0.003
"""Seconds in which a scene that is loaded opens."""
STEP = 0.02
"""Seconds of one step of a training."""
LIBRARY = 1.2
"""Seconds in which what all scenes compute with is loaded, in one piece: before an engine is ready, or too late."""
SLICE, SLICES = 0.01, 2
"""Seconds and number of the pieces that each scene loads by itself, when it is warmed up or opened."""
_loaded: set[str] = set()
"""What the process that runs has loaded; `begin` gives it."""


def begin(loaded: set[str]) -> None:
    """A process goes on that has loaded this."""
    global _loaded
    _loaded = loaded


def load(known: Scenes) -> None:
    """What no scene can load in slices: a process does it before it is ready, as `server.engine.warmth.load`."""
    _load("library", LIBRARY)


def _load(part: str, seconds: float) -> bool:
    """Load this if it is not there yet; whether it was not."""
    if part in _loaded:
        return False
    _loaded.add(part)
    clock.present().charge(seconds)
    return True


class _Costly:
    """What all of them share: loading at the first touch, in slices before it."""

    name: ClassVar[str]

    def _load(self) -> None:
        """Load what is not loaded yet."""
        _load("library", LIBRARY)
        for number in range(SLICES):
            _load(f"{self.name}/{number}", SLICE)

    def warm(self) -> Iterator[None]:
        """The same in slices."""
        for number in range(SLICES):
            if _load(f"{self.name}/{number}", SLICE):
                yield


# --- pad --------------------------------------------------------------------------------------------


class PadParams(Params, frozen=True, kw_only=True):
    """How many positions there are."""

    positions: Annotated[int, Meta(ge=1, le=9, title="positions")] = 4


class Poke(Action, frozen=True, kw_only=True, tag="pad.poke"):
    """Leave a mark."""

    who: ClassVar[frozenset[Role]] = STUDENT | INSTRUCTOR
    tab: Annotated[str, Meta(max_length=40)]
    n: int


class Drag(Action, frozen=True, kw_only=True, tag="pad.drag"):
    """Move one's own point."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    at: float


class Picture(Frame, frozen=True, kw_only=True, tag="pad.picture"):
    """What everybody sees."""

    session: str
    marks: int
    last: str
    points: tuple[float, ...]
    position: int


class Own(Frame, frozen=True, kw_only=True, tag="pad.own"):
    """What one seat did."""

    session: str
    marks: int


class Notes(Frame, frozen=True, kw_only=True, tag="pad.notes"):
    """For the control panel alone."""

    session: str
    marks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PadState:
    """Marks in the order of their coming, points by seat."""

    session: str
    positions: int
    marks: tuple[tuple[str, int], ...] = ()
    by_seat: Mapping[str, int] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    position: int = 0


def _picture(state: PadState) -> Picture:
    last = f"{state.marks[-1][0]}/{state.marks[-1][1]}" if state.marks else ""
    points = tuple(state.points.values())
    return Picture(session=state.session, marks=len(state.marks), last=last, points=points, position=state.position)


def _own(state: PadState, marks: int) -> Own:
    return Own(session=state.session, marks=marks)


def _notes(state: PadState) -> Notes:
    return Notes(session=state.session, marks=state.marks)


class Pad(_Costly, Scene[PadParams, PadState]):
    """Everybody pokes."""

    name = "pad"
    title = "Pad"
    summary = "Poke it."
    params = PadParams
    actions = (Poke, Drag)
    slots = (
        Slot(_picture, ALL, of=lambda state: (len(state.marks), state.marks[-1:], state.points, state.position)),
        PerSeat.each(_own, lambda state: state.by_seat),
        Slot(_notes, TEACHER, of=lambda state: (len(state.marks), state.marks[-1:])),
    )
    truths: ClassVar[Mapping[str, TruthKind]] = {"marks": "number"}
    pace = 0.7

    def initial(self, params: PadParams, context: Context) -> PadState:
        self._load()
        clock.present().charge(OPENING)
        return PadState(context.session, params.positions)

    def adjust(self, state: PadState, params: PadParams, context: Context) -> PadState:
        return replace(state, positions=params.positions, position=min(state.position, params.positions - 1))

    def apply(self, state: PadState, action: Action, context: Context) -> PadState:
        clock.present().charge(0.001)
        if isinstance(action, Drag):
            return replace(state, points={**state.points, context.author: action.at})
        assert isinstance(action, Poke)
        by_seat = {**state.by_seat, context.author: state.by_seat.get(context.author, 0) + 1}
        return replace(state, marks=(*state.marks, (action.tab, action.n)), by_seat=by_seat)

    def positions(self, state: PadState) -> tuple[int, int]:
        return state.position, state.positions

    def move(self, state: PadState, to: int, context: Context) -> PadState:
        return replace(state, position=to)

    def truth(self, state: PadState, name: str) -> Truth:
        return 0.5 + len(state.marks)


# --- drill ------------------------------------------------------------------------------------------


class DrillParams(Params, frozen=True, kw_only=True):
    """How long it trains."""

    length: Annotated[int, Meta(ge=1, le=500, title="outputs")] = 12


class Tick(Action, frozen=True, kw_only=True, tag="drill.tick"):
    """An output of the training."""

    who: ClassVar[frozenset[Role]] = NOBODY
    step: int
    loss: float


class Curve(Frame, frozen=True, kw_only=True, tag="drill.curve"):
    """The losses so far."""

    session: str
    losses: tuple[float, ...]


class Meter(Frame, frozen=True, kw_only=True, tag="drill.meter"):
    """How far it is, for the stage."""

    session: str
    step: int
    length: int


@dataclass(frozen=True)
class DrillState:
    """The losses so far."""

    session: str
    length: int
    seed: int
    losses: tuple[float, ...] = ()


def _curve(state: DrillState) -> Curve:
    return Curve(session=state.session, losses=state.losses[-5:])


def _meter(state: DrillState) -> Meter:
    return Meter(session=state.session, step=len(state.losses), length=state.length)


class Drill(_Costly, Scene[DrillParams, DrillState]):
    """A training."""

    name = "drill"
    title = "Drill"
    summary = "Let it train."
    params = DrillParams
    actions = (Tick,)
    slots = (
        Slot(_curve, ALL, of=lambda state: state.losses),
        Slot(_meter, STAGE, of=lambda state: len(state.losses)),
    )

    def initial(self, params: DrillParams, context: Context) -> DrillState:
        self._load()
        clock.present().charge(OPENING)
        return DrillState(context.session, params.length, context.seed)

    def apply(self, state: DrillState, action: Action, context: Context) -> DrillState:
        assert isinstance(action, Tick)
        return replace(state, losses=(*state.losses, action.loss))

    def job(self, state: DrillState) -> Job | None:
        return Job(("drill", state.seed), lambda kept: _train(state.seed, state.length, kept))


class _Place(msgspec.Struct):
    """Where a training may go on from."""

    step: int
    value: float


def _train(seed: int, length: int, kept: bytes | None) -> JobSteps:
    place = _Place(0, float(seed % 997)) if kept is None else msgspec.msgpack.decode(kept, type=_Place)
    for step in range(place.step, length):
        clock.present().charge(STEP)
        place = _Place(step + 1, 0.5 + 0.75 * place.value)
        yield Tick(step=step, loss=place.value)
        yield Kept(msgspec.msgpack.encode(place))
        if step % 4 == 3:
            yield Wait(0.2)


# --- ring -------------------------------------------------------------------------------------------


class RingParams(Params, frozen=True, kw_only=True):
    """Nothing to set."""

    taken: bool = True


class Say(Action, frozen=True, kw_only=True, tag="ring.say"):
    """A node's answer."""

    who: ClassVar[frozenset[Role]] = STUDENT
    value: float


class Round(Frame, frozen=True, kw_only=True, tag="ring.round"):
    """How many have answered; every answer once all have."""

    session: str
    nodes: int
    answered: int
    values: tuple[float, ...]


class Node(Frame, frozen=True, kw_only=True, tag="ring.node"):
    """A student's own node."""

    session: str
    node: int
    value: float | None


@dataclass(frozen=True)
class RingState:
    """Answers by node."""

    session: str
    seats: tuple[str, ...]
    present: tuple[bool, ...]
    values: Mapping[int, float] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether everybody who is here has answered."""
        return bool(self.values) and all(n in self.values for n, here in enumerate(self.present) if here)


def _answers(state: RingState) -> tuple[object, ...]:
    return state.values, state.closed


def _round(state: RingState) -> Round:
    values = tuple(state.values[n] for n in sorted(state.values)) if state.closed else ()
    return Round(session=state.session, nodes=len(state.seats), answered=len(state.values), values=values)


def _by_seat(state: RingState) -> dict[str, float | None]:
    return {identity: state.values.get(node) for node, identity in enumerate(state.seats)}


def _nodes(state: RingState, seats: Sequence[str]) -> dict[str, Node]:
    nodes = {identity: node for node, identity in enumerate(state.seats)}
    return {
        identity: Node(session=state.session, node=nodes[identity], value=state.values.get(nodes[identity]))
        for identity in seats
    }


class Ring(_Costly, Scene[RingParams, RingState]):
    """The class as a ring."""

    name = "ring"
    title = "Ring"
    summary = "Answer for your node."
    params = RingParams
    actions = (Say,)
    slots = (
        Slot(_round, STUDENTS, of=_answers),
        Slot(_round, STAGE, of=_answers),
        PerSeat(_nodes, _by_seat),
    )

    def initial(self, params: RingParams, context: Context) -> RingState:
        self._load()
        clock.present().charge(OPENING)
        seats = tuple(seat.identity for seat in context.seats)
        return RingState(context.session, seats, tuple(seat.present for seat in context.seats))

    def apply(self, state: RingState, action: Action, context: Context) -> RingState:
        assert isinstance(action, Say)
        node = context.node()
        return state if node is None else replace(state, values={**state.values, node: action.value})

    def attend(self, state: RingState, context: Context) -> RingState:
        present = tuple(seat.present for seat in context.seats)
        return state if present == state.present else replace(state, present=present)

    def wants_class(self, params: RingParams) -> bool:
        return True


def scenes() -> Scenes:
    """All of them, by name."""
    return cast("Scenes", {"drill": Drill(), "pad": Pad(), "ring": Ring()})
