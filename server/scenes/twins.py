"""Twins: two neighborhoods of one center; which many-body invariant tells them apart?

    order k   all distances among the center and k − 1 neighbors, as a multiset over the bodies
    verdict   min over rotations R and orders π of the RMSD of a_i and R b_π(i)

Source: Pozdnyakov et al., PRL 125, 166001 (2020). Measures: `models/symmetry/many_body.py`, pairs:
`models/symmetry/twins.py`. Two of the pairs are public coordinates of one cloud that was turned: no invariant tells
those apart, and none may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, get_args

import msgspec
import numpy as np
from msgspec import Meta

from models.symmetry import many_body
from models.symmetry.many_body import ORDERS, ROUNDING, Alignment, Comparison
from models.symmetry.twins import PairName, pair
from server.protocol.messages import (
    ALL,
    STAGE,
    STUDENT,
    Action,
    Float32,
    Float64,
    Frame,
    Int32,
    Role,
    f4,
    tensor,
)
from server.room import guessing
from server.room.scene import Context, Formula, Params, PerSeat, Scene, Slot, Truth

Choice = Literal["2-body", "3-body", "4-body", "5-body", "5-body with signs", "none"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
"""The options of the question "order", in these words."""
Meeting = Literal["a rotation", "only a mirror", "neither"]
"""The options of the question "meeting": what brings the two together."""
PREDICT, VERDICT = 0, 5
ACTS = (
    "predict: which body order tells them apart?",
    "2-body: distances to the center",
    "3-body: two neighbors and the center",
    "4-body: three neighbors and the center",
    "5-body: four neighbors and the center",
    "verdict: can a rotation bring them together?",
)
NAMES: Mapping[str, str] = {
    "two_body": "two neighbors",
    "three_body": "Pozdnyakov et al., Fig. 1b",
    "non_chiral": "two scalene rings",
    "chiral": "one scalene ring",
    "public_non_chiral": "two isosceles rings (public coordinates)",
    "public_chiral": "one isosceles ring (public coordinates)",
}
READINGS: Mapping[tuple[int, bool], str] = {
    (2, False): "distance to the center",
    (3, False): "distance between two neighbors",
    (4, False): "volume of the center and three neighbors",
    (5, False): "volumes of the five tetrahedra of a body, summed",
    (5, True): "the same volumes, with the sign of the handedness",
}
SAME_BIN = 9
"""Decimals to which two readings are one bar of the histogram."""


class TwinsParams(Params, frozen=True, kw_only=True):
    """Which pair is looked at."""

    pair: Annotated[PairName, Meta(title="Pair", description="Two neighborhoods that differ in one neighbor.")] = (
        "three_body"
    )


class Guess(Action, frozen=True, kw_only=True, tag="twins.guess"):
    """A student says which body order tells the two apart first; the newest counts, the first is kept."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    choice: Choice


class Clouds(Frame, frozen=True, kw_only=True, tag="twins.clouds"):
    """The neighbors of the two centers, which stand at the origin; the first `kept` are the same in both."""

    version: int
    name: str
    kept: int
    a: Annotated[Float32, tensor("f4", "n", "3")]
    b: Annotated[Float32, tensor("f4", "n", "3")]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One order: how far the two fingerprints are apart, in the unit of the points; with signs, volumes count too."""

    order: int
    signed: bool
    bodies: int
    difference: float
    same: bool


class Seen(Frame, frozen=True, kw_only=True, tag="twins.seen"):
    """What is uncovered: the rows up to this order, the histogram of this order, two bodies that differ most."""

    version: int
    act: int
    rows: tuple[Row, ...]
    reading: str
    values: Annotated[Float64, tensor("f8", "k")]
    of_a: Annotated[Int32, tensor("i4", "k")]
    of_b: Annotated[Int32, tensor("i4", "k")]
    first: tuple[int, ...]
    second: tuple[int, ...]
    rounding: float


class Verdict(Frame, frozen=True, kw_only=True, tag="twins.verdict"):
    """The best alignment, at the last position: b laid over a, row i beside neighbor i of a; else empty."""

    version: int
    rmsd: float | None
    mirrored: float | None
    """The same where mirrors are allowed too."""
    meeting: Meeting | None
    placed: Annotated[Float32, tensor("f4", "n", "3")]


class Guesses(Frame, frozen=True, kw_only=True, tag="twins.guesses"):
    """How many students guessed, and what first; the counts are empty before the verdict."""

    version: int
    total: int
    options: tuple[str, ...]
    counts: tuple[int, ...]
    right: str


class Yours(Frame, frozen=True, kw_only=True, tag="twins.yours"):
    """What a student's order sees."""

    version: int
    choice: Choice | None
    """None where the pair has changed since."""
    row: Row | None
    """None for the choice "none", and where there are too few neighbors for a body of the order."""
    right: bool


@dataclass(frozen=True, slots=True)
class State:
    """The pair, how much of it is uncovered, and what was guessed, by seat."""

    params: TwinsParams
    version: int
    act: int = PREDICT
    guesses: guessing.Guesses[Choice] = field(default_factory=dict)


@lru_cache(maxsize=64)
def _compared(name: PairName, order: int, signed: bool) -> Comparison:
    twins = pair(name)
    return many_body.compare(twins.a, twins.b, order, signed=signed)


@lru_cache(maxsize=16)
def _aligned(name: PairName, improper: bool) -> Alignment:
    twins = pair(name)
    return many_body.align(twins.a, twins.b, improper=improper)


@lru_cache(maxsize=16)
def _answer(name: PairName) -> Choice:
    found = many_body.separating_order(pair(name).a, pair(name).b)
    words = "none" if found is None else f"{found[0]}-body{' with signs' if found[1] else ''}"
    return next(choice for choice in CHOICES if choice == words)


def _meeting(name: PairName) -> Meeting:
    if _aligned(name, False).same:
        return "a rotation"
    return "only a mirror" if _aligned(name, True).same else "neither"


def _clouds(state: State) -> Clouds:
    twins = pair(state.params.pair)
    return Clouds(
        version=state.version,
        name=NAMES[state.params.pair],
        kept=twins.kept,
        a=f4(twins.a),
        b=f4(twins.b),
    )


def _row(name: PairName, order: int, signed: bool) -> Row:
    found = _compared(name, order, signed)
    count = len(many_body.bodies(len(pair(name).a), order))
    return Row(order=order, signed=signed, bodies=count, difference=found.difference, same=found.same)


def _rows(state: State) -> Iterator[Row]:
    """The orders up to the present one that have a body; with signs from three neighbors on."""
    for order in (order for order in ORDERS if order <= state.act + 1):
        for signed in (False, True) if order > 3 else (False,):
            row = _row(state.params.pair, order, signed)
            if row.bodies:
                yield row


def _answered(state: State) -> bool:
    """Whether what is uncovered answers the question: an order that differs, or the verdict."""
    return state.act == VERDICT or any(not row.same for row in _rows(state))


def _seen(state: State) -> Seen:
    name, order = state.params.pair, state.act + 1
    values, counts = np.zeros(0), np.zeros((2, 0), dtype=np.int32)
    first: tuple[int, ...] = ()
    second: tuple[int, ...] = ()
    reading = ""
    if PREDICT < state.act < VERDICT:
        # Where the lengths agree and only a handedness differs, the histogram is of that.
        signed = order == max(ORDERS) and _compared(name, order, False).same and not _compared(name, order, True).same
        values, counts = _histogram(name, order, signed)
        reading = READINGS[order, signed]
        found = _compared(name, order, signed)
        if not found.same:
            first, second = found.first, found.second
    return Seen(
        version=state.version,
        act=state.act,
        rows=tuple(_rows(state)),
        reading=reading,
        values=values,
        of_a=counts[0],
        of_b=counts[1],
        first=first,
        second=second,
        rounding=ROUNDING,
    )


def _histogram(name: PairName, order: int, signed: bool) -> tuple[Float64, Int32]:
    """The values that a reading takes, and how often in a and b. (k), (2, k)"""
    readings = [
        np.round(many_body.reading(x, order, signed=signed), SAME_BIN) + 0.0 for x in (pair(name).a, pair(name).b)
    ]
    values = np.unique(np.concatenate(readings))
    counts = np.array([[np.count_nonzero(of == value) for value in values] for of in readings], dtype=np.int32)
    return values, counts.reshape(2, -1)


def _verdict(state: State) -> Verdict:
    if state.act != VERDICT:
        empty = np.zeros((0, 3), dtype=np.float32)
        return Verdict(version=state.version, rmsd=None, mirrored=None, meeting=None, placed=empty)
    proper = _aligned(state.params.pair, False)
    return Verdict(
        version=state.version,
        rmsd=proper.rmsd,
        mirrored=_aligned(state.params.pair, True).rmsd,
        meeting=_meeting(state.params.pair),
        placed=f4(proper.placed),
    )


def _guesses(state: State) -> Guesses:
    told = state.act == VERDICT
    return Guesses(
        version=state.version,
        total=guessing.total(state.guesses),
        options=CHOICES,
        counts=guessing.first(state.guesses, CHOICES) if told else (),
        right=_answer(state.params.pair) if told else "",
    )


def _yours(state: State, guessed: guessing.Guessed[Choice]) -> Yours:
    choice, row = guessed.last, None
    if choice is not None and choice != "none":
        row = _row(state.params.pair, int(choice[0]), choice.endswith("signs"))
    return Yours(
        version=state.version,
        choice=choice,
        row=row if row and row.bodies else None,
        right=choice == _answer(state.params.pair),
    )


class Twins(Scene[TwinsParams, State]):
    """Find the invariant that separates two neighborhoods."""

    title = "Twins: which invariant tells them apart?"
    summary = "Turn two neighborhoods, guess the body order that separates them, and see what it sees."
    params = TwinsParams
    actions = (Guess,)
    slots = (
        Slot(_clouds, ALL, of=lambda state: state.version),
        Slot(_seen, ALL, of=lambda state: (state.version, state.act)),
        Slot(_verdict, ALL, of=lambda state: (state.version, state.act)),
        Slot(_guesses, STAGE, of=lambda state: (state.version, state.act, state.guesses)),
        PerSeat.each(_yours, lambda state: state.guesses, of=lambda state: state.version),
    )
    truths: ClassVar = {"order": "choice", "meeting": "choice", "rmsd": "number"}
    pace = 4.0
    formulas: ClassVar = {
        "body": Formula(
            r"\{\,\Vert x_i \Vert\,\},\ \{\,\Vert x_i - x_j \Vert\,\},\ \{\,|\det(x_i, x_j, x_k)|\,\},\ \ldots",
            "the multisets of distances, of pair distances, of volumes of three neighbors, and so on",
        ),
    }

    def initial(self, params: TwinsParams, context: Context) -> State:
        """Two clouds, and nothing counted yet."""
        return State(params, context.sequence)

    def adjust(self, state: State, params: TwinsParams, context: Context) -> State:
        """Another pair: what was guessed of the last one is forgotten."""
        if params == state.params:
            return state
        return State(params, context.sequence, guesses=guessing.void(state.guesses))

    def apply(self, state: State, action: Action, context: Context) -> State:
        """A guess of one seat."""
        if not isinstance(action, Guess):
            return super().apply(state, action, context)
        guesses = guessing.guess(state.guesses, context.author, action.choice, counts=not _answered(state))
        return replace(state, guesses=guesses)

    def positions(self, state: State) -> tuple[int, int]:
        """The clouds, four orders, the verdict."""
        return state.act, len(ACTS)

    def label(self, state: State) -> str:
        """What is uncovered."""
        return ACTS[state.act]

    def move(self, state: State, to: int, context: Context) -> State:
        """Uncover another order."""
        return replace(state, act=to)

    def truth(self, state: State, name: str) -> Truth:
        """order: one of CHOICES; meeting: one of `Meeting`; rmsd: the least one over rotations."""
        if name == "order":
            return _answer(state.params.pair)
        if name == "meeting":
            return _meeting(state.params.pair)
        if name == "rmsd":
            return _aligned(state.params.pair, False).rmsd
        return super().truth(state, name)


SCENE = Twins()
