"""The live point: one point of the table trained again beside the engine, on its device, with a shorter budget.

20 steps of Adam, then errors on frames it is trained on and on others, by
`models.experiments.learning_curves`, and again
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import msgspec

from models.experiments.learning_curves import CurvePlace, CurveTraining, Point, SetUp, Wanted, wanted
from models.experiments.sweep_table import Table
from models.potentials import clusters
from models.potentials.clusters import Frames, Making, Potential
from server.room.datasets import once
from server.room.device import device
from server.room.jobs import beside
from server.room.kept import kept, read
from server.room.scene import JobSteps, Kept
from server.scenes.shifts import curves
from server.scenes.shifts import messages as m

CHUNK = 20
"""Steps between two outputs."""
KEEP = 20
"""Steps between two places to go on from, a second or so."""
NAMES: dict[Potential, str] = {"stillinger-weber": "Stillinger-Weber", "lennard-jones": "Lennard-Jones"}


@dataclass(frozen=True, slots=True)
class Live:
    """The live point as it was asked for, and how far it came."""

    potential: Potential
    lmax: int
    size: int
    steps: int
    number: int
    """Place in the log at which it was asked for: another number is another training."""
    step: int = 0
    loss: float | None = None
    train: float | None = None
    test: float | None = None
    trail: tuple[float, ...] = ()
    """Its test errors, one an output."""
    stopped: bool = False

    @property
    def running(self) -> bool:
        """Whether there is more to do."""
        return not self.stopped and self.step < self.steps


def lived(live: Live, body: bytes | None = None) -> JobSteps:
    """Train beside the engine, from the first step or a place that was kept: the state is not enough to go on from."""
    return beside(training, Point(live.potential, live.lmax, live.size, 0), SetUp(steps=live.steps), body)


class Trained(msgspec.Struct, frozen=True, array_like=True, tag="shifts.training 1"):
    """Where the training of the live point stands."""

    place: CurvePlace


def training(point: Point, setup: SetUp, body: bytes | None = None) -> JobSteps:
    """One point on its own; measured after every CHUNK steps, ended by a loss that is not finite.

    body: a `Trained` that was kept.
    """
    sets: dict[Wanted, Frames] = {}
    for one in wanted(point, setup):
        for made in _frames(one):
            if made is not None:
                sets[one] = made
            yield None
    run = CurveTraining([point], setup, device(), sets)
    yield None
    stood = read(body, Trained)
    if stood is not None:
        run.go_on(stood.place)
    while not run.done:
        loss = math.nan
        for _ in range(min(CHUNK, setup.steps - run.taken)):
            loss = float(run.step().item())
            yield None
        for _ in run.measuring():
            yield None
        (found,) = run.points
        yield m.ShiftsTrained(step=run.taken, loss=loss, train=found.last_train, test=found.last_test)
        if not math.isfinite(loss):
            return
        if run.taken % KEEP == 0 and not run.done:
            yield kept(Trained(run.place()))


class Made(msgspec.Struct, frozen=True, array_like=True, tag="shifts.frames 1"):
    """How far the frames of the live point are made."""

    making: Making


def _frames(one: Wanted) -> Iterator[Frames | None]:
    """None to give way, then the frames, which are made once."""
    return once("shifts.frames 1", one, partial(_making, one), Frames)


def _making(one: Wanted, body: bytes | None) -> Iterator[Frames | Kept | None]:
    place = read(body, Made)
    for found in clusters.making_frames(*one, None if place is None else place.making):
        yield kept(Made(found)) if isinstance(found, Making) else found


def trained(live: Live, found: m.ShiftsTrained) -> Live:
    """The point after one output of its job; a number that is not finite ends it."""
    if not all(math.isfinite(value) for value in (found.loss, found.train, found.test)):
        return replace(live, step=found.step, loss=None, stopped=True)
    trail = (*live.trail, found.test)
    return replace(live, step=found.step, loss=found.loss, train=found.train, test=found.test, trail=trail)


def frame(asked: Live | None, next_one: Live, table: Table | None) -> m.ShiftsLive:
    """The point that was asked for, or the one that would be trained next."""
    live = asked or next_one
    same = [] if table is None else curves.of(table.points, live.potential, live.lmax).get(live.size, [])
    known = sum(point.test for point in same) / len(same) if same else None
    return m.ShiftsLive(
        potential=live.potential,
        lmax=live.lmax,
        size=live.size,
        step=live.step,
        steps=live.steps,
        loss=live.loss,
        train=live.train,
        test=live.test,
        trail=live.trail,
        table=known,
        running=asked is not None and live.running,
        words=_words(asked, live),
        budget=_budget(live, table, known),
    )


def _words(asked: Live | None, live: Live) -> str:
    what = f"Live point, l = {live.lmax}, n = {live.size}"
    if asked is None:
        return f"{what}: begin it from the control panel."
    if live.stopped and live.loss is None and live.step > 0:
        return f"{what}: the loss was no longer finite at step {live.step}. The training ended."
    if live.test is None:
        return f"{what}: making the frames." if live.running else f"{what}: stopped before its first measurement."
    return f"{what}: test error {live.test:.3f}, training error {live.train:.3f}."


def _budget(live: Live, table: Table | None, known: float | None) -> str:
    """What it is given beside the table's point, whose error it need not reach."""
    own = f"{NAMES[live.potential]}, a shorter budget: {live.steps} steps, one seed"
    if table is None or known is None:
        return f"{own}. The table has no point there."
    steps, seeds = table.setup["steps"], table.setup["seeds"]
    return f"{own}. Table: {known:.3f} after {steps:,} steps, {seeds} seeds."
