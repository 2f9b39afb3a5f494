"""The trainings of `karate`, step by step, remembered: what was trained once is not trained again.

A course goes on only as far as it was asked, so a job takes it in small pieces and a question takes the rest. The
networks train on the engine's device; what they give comes back on the CPU.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import torch

from models.experiments.karate import APART, MEMBERS, Split, best_line, club, factions, node_training, untrained
from models.experiments.links import Hiding, hide, link_training
from models.experiments.rings import Pool, ring_training
from models.networks.encoder import Kind
from models.networks.training_state import TrainingState
from server.protocol.messages import Float32
from server.room.device import device
from server.scenes.karate.messages import KarateSeed, KarateStep, Task
from server.scenes.karate.params import KarateParams

EVERY = 5
"""Steps between two outputs."""
KEEP = 50
"""Steps between two places to go on from: a second and a bit of what is seen, tens of milliseconds of training."""
SEEDS = 20
SEPARATED, MIXED = "already separated", "mixed"


class Place(msgspec.Struct, frozen=True, array_like=True, tag="karate.training 1"):
    """Where a training stands at a step."""

    step: int
    state: TrainingState


@dataclass(frozen=True, eq=False, slots=True)
class Taken:
    """A step of training: what it leaves to be seen, and where the training stands, to be asked before the next."""

    step: int
    output: KarateStep | None
    state: Callable[[], TrainingState]


class Course:
    """The outputs of one training, one every few steps and one at its end.

    begin: the steps of the training, from a place or from the start. What was passed over by going on from a place is
    trained when it is asked for.
    """

    def __init__(self, begin: Callable[[Place | None], Iterator[Taken]], total: int) -> None:
        self._begin, self._total = begin, total
        self._steps, self._at = begin(None), -1
        """The training as it goes on, and its last step."""
        self._outputs: dict[int, KarateStep] = {}
        self._places: dict[int, Place] = {}
        self._end: int | None = None
        """Where the last output stands, once it is known."""

    def outputs(self, after: int | None = None, place: Place | None = None) -> Iterator[KarateStep | Place | None]:
        """Those after a step, or a place, in order; a place behind an output now and then; None after each step."""
        if place is not None:
            after = place.step
            self._places[place.step] = place
            if self._at < place.step:
                self._from(place)
        for step in range(0 if after is None else after + EVERY, self._total + EVERY, EVERY):
            at = min(step, self._total)
            while at not in self._outputs and (self._end is None or at < self._end):
                self._advance(at)
                yield None
            if at not in self._outputs:
                return
            yield self._outputs[at]
            if self._outputs[at].loss is None:
                return
            if at in self._places:
                yield self._places[at]

    def steps(self) -> Iterator[None]:
        """What is missing until the end, a step of training at a time."""
        while self._end is None:
            self._take()
            yield

    @property
    def last(self) -> KarateStep:
        """The output at the end; whatever is missing until there is trained."""
        for _ in self.steps():
            pass
        assert self._end is not None
        return self._outputs[self._end]

    def _advance(self, to: int) -> None:
        """One step on the way to an output; where the training is behind it already, from the nearest place before."""
        if self._at >= to:
            before = max((step for step in self._places if step < to), default=None)
            self._from(None if before is None else self._places[before])
        self._take()

    def _from(self, place: Place | None) -> None:
        self._steps, self._at = self._begin(place), -1 if place is None else place.step

    def _take(self) -> None:
        taken = next(self._steps)
        self._at = taken.step
        if taken.output is None:
            return
        shown = min(math.ceil(taken.step / EVERY) * EVERY, self._total)  # a loss that is not finite, at any step
        self._outputs[shown] = taken.output
        if taken.output.loss is None or taken.step == self._total:
            self._end = shown
        elif taken.step % KEEP == 0 and taken.step > 0:
            self._places[taken.step] = Place(taken.step, taken.state())


def course(task: Task, params: KarateParams) -> Course:
    """The training that these parameters name; what a task does not ask for makes no other course."""
    match task:
        case "nodes":
            return _nodes(params.model, params.depth, params.seed, params.steps)
        case "links":
            return _links(params.model, params.depth, params.seed, params.steps)
        case "graphs":
            return _graphs(params.graph_model, params.depth, params.seed, params.pool, params.steps)


def _after(place: Place | None) -> tuple[int, TrainingState] | None:
    return None if place is None else (place.step, place.state)


def _shown(step: int, total: int, loss: float) -> bool:
    """Whether a step leaves an output: what nobody sees is not written down."""
    return step % EVERY == 0 or step == total or not math.isfinite(loss)


@lru_cache(maxsize=32)
def _nodes(kind: Kind, depth: int, seed: int, steps: int) -> Course:
    def begin(place: Place | None) -> Iterator[Taken]:
        for at in node_training(kind, depth, (seed,), steps, device=device(), after=_after(place)):
            loss = float(at.loss)
            if not _shown(at.step, steps, loss):
                yield Taken(at.step, None, at.state)
                continue
            right = at.right[0].numpy()
            output = KarateStep(
                task="nodes",
                step=at.step,
                loss=_finite(loss),
                value=float(right.sum()),
                points=_rows(at.scores[0]),
                right=tuple(right.tolist()),
            )
            yield Taken(at.step, output, at.state)

    return Course(begin, steps)


@lru_cache(maxsize=32)
def _links(kind: Kind, depth: int, seed: int, steps: int) -> Course:
    def begin(place: Place | None) -> Iterator[Taken]:
        for at in link_training(kind, depth, seed, hiding(seed), steps, device=device(), after=_after(place)):
            if not _shown(at.step, steps, at.loss):
                yield Taken(at.step, None, at.state)
                continue
            loss, points = _finite(at.loss), _rows(at.embedding)
            output = KarateStep(task="links", step=at.step, loss=loss, value=at.auc, points=points)
            yield Taken(at.step, output, at.state)

    return Course(begin, steps)


@lru_cache(maxsize=32)
def _graphs(kind: Kind, depth: int, seed: int, pool: Pool, steps: int) -> Course:
    def begin(place: Place | None) -> Iterator[Taken]:
        for at in ring_training(kind, depth, (seed,), pool, steps, device=device(), after=_after(place)):
            loss = float(at.loss)
            if not _shown(at.step, steps, loss):
                yield Taken(at.step, None, at.state)
                continue
            right = torch.cat((at.seen[0], at.unseen[0])).numpy()
            value, found = float(at.unseen.sum()), tuple(right.tolist())
            output = KarateStep(task="graphs", step=at.step, loss=_finite(loss), value=value, right=found)
            yield Taken(at.step, output, at.state)

    return Course(begin, steps)


@lru_cache(maxsize=32)
def hiding(seed: int) -> Hiding:
    """What is hidden from link prediction under a seed."""
    return hide(club(), seed)


@dataclass(frozen=True, eq=False, slots=True)
class Untrained:
    """The scores of random weights (34, 2), and their best line."""

    points: Float32
    split: Split

    @property
    def verdict(self) -> str:
        """Whether the factions lie apart."""
        return SEPARATED if self.split.right >= APART else MIXED


def untrained_of(params: KarateParams) -> Untrained:
    """What the parameters' network gives before any training."""
    return _untrained(params.model, params.depth, params.seed)


@lru_cache(maxsize=64)
def _untrained(kind: Kind, depth: int, seed: int) -> Untrained:
    points = untrained(kind, depth, (seed,), device=device())[0]
    return Untrained(points.numpy(), best_line(points, factions()))


def seeds_tried(kind: Kind, depth: int, first: int) -> Iterator[KarateSeed]:
    """The best line through the scores of each seed from `first` to `SEEDS`, with the edges and without."""
    both = (None, torch.zeros(MEMBERS, MEMBERS))
    # All seeds whatever is left: a product of another shape may round otherwise.
    found = [untrained(kind, depth, range(SEEDS), links, device())[first:] for links in both]
    for linked, alone in zip(*found, strict=True):
        yield KarateSeed(right=best_line(linked, factions()).right, alone=best_line(alone, factions()).right)


def _finite(loss: float) -> float | None:
    return loss if math.isfinite(loss) else None


def _rows(points: torch.Tensor) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in points.tolist())
