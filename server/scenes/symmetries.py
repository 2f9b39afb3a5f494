"""Symmetries: a ring of spokes and the same ring turned by half a fold; which degree l sees the turn?

    s_l = || mean_k Y_l(u_k) − mean_k Y_l(R u_k) ||        0 for l < fold, not 0 for l = fold

Source: Joshi et al., ICML 2023 (2301.09308) and its authors' notebook: a layer of order-l tensors cannot tell the
orientation of a structure with more than l-fold symmetry. Measure: `models/symmetry/spokes.py`, float64.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, ClassVar

import numpy as np
import torch
from msgspec import Meta

from models.symmetry import spokes
from models.symmetry.spokes import DEGREES, FOLDS, ROUNDING
from server.protocol.messages import ALL, STAGE, STUDENT, Action, Float32, Frame, Role, f4, tensor
from server.room import guessing
from server.room.scene import Context, Formula, Params, PerSeat, Scene, Slot, Truth, Wait

HALF = 0.5
"""The turn between the two rings, in folds."""
ROUND = 240
"""Points of a curve around the ring's plane."""


class SymmetriesParams(Params, frozen=True, kw_only=True):
    """How many spokes the ring has."""

    fold: Annotated[int, Meta(ge=2, le=12, title="Fold", description="Spokes of the ring.")] = 3


class Guess(Action, frozen=True, kw_only=True, tag="symmetries.guess"):
    """A student says which degree sees the turn; the newest counts, the first is kept."""

    who: ClassVar[frozenset[Role]] = STUDENT
    collapse: ClassVar[bool] = True
    degree: Annotated[int, Meta(ge=1, le=12)]


class Rings(Frame, frozen=True, kw_only=True, tag="symmetries.rings"):
    """The unit spokes of the ring and of its copy, in their plane."""

    version: int
    fold: int
    ring: Annotated[Float32, tensor("f4", "fold", "2")]
    turned: Annotated[Float32, tensor("f4", "fold", "2")]


class Seen(Frame, frozen=True, kw_only=True, tag="symmetries.seen"):
    """The separations uncovered so far, and what the present degree keeps of the two rings around their plane."""

    version: int
    act: int
    degree: int
    """0 before any is uncovered."""
    separations: tuple[float, ...]
    """Of l = 1, 2, …"""
    rounding: float
    least: int | None
    """The least degree that sees the turn, once it is uncovered."""
    curves: Annotated[Float32, tensor("f4", "2", "m")]
    """The mean of P_l(u_k · v), of the ring and of its copy; v goes evenly around the plane from the x axis."""


class Guesses(Frame, frozen=True, kw_only=True, tag="symmetries.guesses"):
    """How many students guessed, and what first, l = 1 to 12; the counts are empty before the answer is uncovered."""

    version: int
    total: int
    counts: tuple[int, ...]


class Yours(Frame, frozen=True, kw_only=True, tag="symmetries.yours"):
    """What a student's degree keeps of the two rings."""

    version: int
    degree: int | None
    """None where the ring has changed since."""
    separation: float
    sees: bool
    right: bool
    curves: Annotated[Float32, tensor("f4", "2", "m")]


@dataclass(frozen=True, slots=True)
class State:
    """The ring, how many degrees are uncovered, and what was guessed, by seat."""

    params: SymmetriesParams
    version: int
    act: int = 0
    guesses: guessing.Guesses[int] = field(default_factory=dict)

    @property
    def shown(self) -> int:
        """Degrees uncovered: one more at each position up to the fold, then all."""
        return len(DEGREES) if self.act > self.params.fold else self.act

    @property
    def told(self) -> bool:
        """Whether the degree that answers is uncovered."""
        return self.act >= self.params.fold

    @property
    def degree(self) -> int:
        """The degree that is drawn: the newest, and at the end the one that answers."""
        return min(self.act, self.params.fold)


@lru_cache(maxsize=256)
def _curves(fold: int, degree: int) -> Float32:
    """What degree l keeps of ring and copy around their plane. (2, m)"""
    angles = torch.arange(ROUND, dtype=torch.float64) * (2 * math.pi / ROUND)
    rings = spokes.ring(fold), spokes.ring(fold, HALF)
    values = torch.stack([spokes.field(degree, ring, angles) for ring in rings])
    found = f4(values)
    found.setflags(write=False)
    return found


def _rings(state: State) -> Rings:
    fold = state.params.fold
    ring, turned = (f4(r[:, :2]) for r in (spokes.ring(fold), spokes.ring(fold, HALF)))
    return Rings(version=state.version, fold=fold, ring=ring, turned=turned)


def _seen(state: State) -> Seen:
    fold = state.params.fold
    found = tuple(spokes.ring_separation(fold, degree, HALF) for degree in DEGREES[: state.shown])
    return Seen(
        version=state.version,
        act=state.act,
        degree=state.degree,
        separations=found,
        rounding=ROUNDING,
        least=next((degree for degree, value in zip(DEGREES, found, strict=False) if value > ROUNDING), None),
        curves=_curves(fold, state.degree) if state.degree else np.zeros((2, 0), dtype=np.float32),
    )


def _guesses(state: State) -> Guesses:
    return Guesses(
        version=state.version,
        total=guessing.total(state.guesses),
        counts=guessing.first(state.guesses, DEGREES) if state.told else (),
    )


def _yours(state: State, guessed: guessing.Guessed[int]) -> Yours:
    degree = guessed.last
    if degree is None:
        nothing = np.zeros((2, 0), dtype=np.float32)
        return Yours(version=state.version, degree=None, separation=0.0, sees=False, right=False, curves=nothing)
    fold = state.params.fold
    separation = spokes.ring_separation(fold, degree, HALF)
    return Yours(
        version=state.version,
        degree=degree,
        separation=separation,
        sees=separation > ROUNDING,
        right=degree == spokes.least_degree(fold, HALF),
        curves=_curves(fold, degree),
    )


class Symmetries(Scene[SymmetriesParams, State]):
    """Find the degree that sees how a ring is turned."""

    title = "Which degree l sees the turn?"
    summary = "A ring and its copy, turned by half a fold: guess the least degree l that tells them apart."
    params = SymmetriesParams
    actions = (Guess,)
    slots = (
        Slot(_rings, ALL, of=lambda state: state.version),
        Slot(_seen, ALL, of=lambda state: (state.version, state.act)),
        Slot(_guesses, STAGE, of=lambda state: (state.version, state.act, state.guesses)),
        PerSeat.each(_yours, lambda state: state.guesses, of=lambda state: state.version),
    )
    truths: ClassVar = {"smallest l": "number", "separation": "number"}
    pace = 2.5
    formulas: ClassVar = {
        "separation": Formula(
            r"s_l = \Vert\, \color{#0072B2}{\overline{Y_l(u_k)}} - \color{#D55E00}{\overline{Y_l(R u_k)}}\, \Vert",
            "s l is the norm of the mean of Y l over the spokes minus the mean of Y l over the turned spokes",
        ),
    }

    def initial(self, params: SymmetriesParams, context: Context) -> State:
        """The two rings, and no degree uncovered."""
        return State(params, context.sequence)

    def warm(self) -> Iterator[Wait | None]:
        """e3nn takes seconds to import; a ring's harmonics are then ready for every fold."""
        yield from super().warm()
        for fold in FOLDS:
            spokes.least_degree(fold, HALF)
            yield None

    def adjust(self, state: State, params: SymmetriesParams, context: Context) -> State:
        """Another ring: what was guessed of the last one is forgotten."""
        if params == state.params:
            return state
        return State(params, context.sequence, guesses=guessing.void(state.guesses))

    def apply(self, state: State, action: Action, context: Context) -> State:
        """A guess of one seat."""
        if not isinstance(action, Guess):
            return super().apply(state, action, context)
        guesses = guessing.guess(state.guesses, context.author, action.degree, counts=not state.told)
        return replace(state, guesses=guesses)

    def positions(self, state: State) -> tuple[int, int]:
        """The rings, each degree up to the fold, and all others where there are any."""
        return state.act, state.params.fold + (2 if state.params.fold < max(DEGREES) else 1)

    def label(self, state: State) -> str:
        """Which degree is uncovered."""
        if state.act == 0:
            return f"predict: which l sees a {state.params.fold}-fold ring turn?"
        if state.act > state.params.fold:
            return f"every l up to {max(DEGREES)}"
        return f"l = {state.act}"

    def move(self, state: State, to: int, context: Context) -> State:
        """Uncover degrees, or cover them again."""
        return replace(state, act=to)

    def truth(self, state: State, name: str) -> Truth:
        """smallest l: the least degree that sees the turn; separation: s_l at that degree."""
        least = spokes.least_degree(state.params.fold, HALF)
        assert least is not None  # DEGREES reach as far as the folds do
        if name == "smallest l":
            return float(least)
        if name == "separation":
            return spokes.ring_separation(state.params.fold, least, HALF)
        return super().truth(state, name)


SCENE = Symmetries()
