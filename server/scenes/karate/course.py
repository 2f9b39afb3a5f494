"""The trainings of `karate`, step by step, remembered: what was trained once is not trained again.

A course goes on only as far as it was asked, so a job takes it in small pieces and a question takes the rest. The
networks train on the engine's device; what they give comes back on the CPU.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import torch

from models.encoder import Kind
from models.karate import APART, MEMBERS, Split, best_line, club, factions, node_training, untrained
from models.links import Hiding, hide, link_training
from models.rings import Pool, ring_training
from server.device import device
from server.protocol import Float32
from server.scenes.karate.messages import KarateSeed, KarateStep, Task
from server.scenes.karate.params import KarateParams

EVERY = 5
"""Steps between two outputs."""
SEEDS = 20
SEPARATED, MIXED = "already separated", "mixed"


class Course:
    """The outputs of one training, one every few steps and one at its end; steps: None between them."""

    def __init__(self, steps: Iterator[KarateStep | None], total: int) -> None:
        self._steps = steps
        self._total = total
        self._outputs: dict[int, KarateStep] = {}
        self._over = False

    def outputs(self, after: int | None = None) -> Iterator[KarateStep | None]:
        """Those after a step in order, and None after each step of training."""
        for step in range(0 if after is None else after + EVERY, self._total + EVERY, EVERY):
            at = min(step, self._total)
            while at not in self._outputs and not self._over:
                self._advance(at)
                yield None
            if at not in self._outputs:
                return
            yield self._outputs[at]
            if self._outputs[at].loss is None:
                return

    @property
    def last(self) -> KarateStep:
        """The output at the end; whatever is missing is trained."""
        for _ in self.outputs():
            pass
        return self._outputs[max(self._outputs)]

    def _advance(self, to: int) -> None:
        last = next(self._steps)
        if last is None:
            return
        self._over = last.loss is None or last.step == self._total
        if last.step == to or last.loss is None:
            self._outputs[to] = last


def course(task: Task, params: KarateParams) -> Course:
    """The training that these parameters name; what a task does not ask for makes no other course."""
    match task:
        case "nodes":
            return _nodes(params.model, params.depth, params.seed, params.steps)
        case "links":
            return _links(params.model, params.depth, params.seed, params.steps)
        case "graphs":
            return _graphs(params.graph_model, params.depth, params.seed, params.pool, params.steps)


def _shown(step: int, total: int, loss: float) -> bool:
    """Whether a step leaves an output: what nobody sees is not written down."""
    return step % EVERY == 0 or step == total or not math.isfinite(loss)


@lru_cache(maxsize=32)
def _nodes(kind: Kind, depth: int, seed: int, steps: int) -> Course:
    def run() -> Iterator[KarateStep | None]:
        for at in node_training(kind, depth, (seed,), steps, device=device()):
            loss = float(at.loss)
            if not _shown(at.step, steps, loss):
                yield None
                continue
            right = at.right[0].numpy()
            yield KarateStep(
                task="nodes",
                step=at.step,
                loss=_finite(loss),
                value=float(right.sum()),
                points=_rows(at.scores[0]),
                right=tuple(right.tolist()),
            )

    return Course(run(), steps)


@lru_cache(maxsize=32)
def _links(kind: Kind, depth: int, seed: int, steps: int) -> Course:
    def run() -> Iterator[KarateStep | None]:
        for at in link_training(kind, depth, seed, hiding(seed), steps, device=device()):
            if not _shown(at.step, steps, at.loss):
                yield None
                continue
            loss, points = _finite(at.loss), _rows(at.embedding)
            yield KarateStep(task="links", step=at.step, loss=loss, value=at.auc, points=points)

    return Course(run(), steps)


@lru_cache(maxsize=32)
def _graphs(kind: Kind, depth: int, seed: int, pool: Pool, steps: int) -> Course:
    def run() -> Iterator[KarateStep | None]:
        for at in ring_training(kind, depth, (seed,), pool, steps, device=device()):
            loss = float(at.loss)
            if not _shown(at.step, steps, loss):
                yield None
                continue
            right = torch.cat((at.seen[0], at.unseen[0])).numpy()
            value = float(at.unseen.sum())
            yield KarateStep(task="graphs", step=at.step, loss=_finite(loss), value=value, right=tuple(right.tolist()))

    return Course(run(), steps)


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
    seeds = range(first, SEEDS)
    both = (None, torch.zeros(MEMBERS, MEMBERS))
    found = [untrained(kind, depth, seeds, links, device()) for links in both]
    for linked, alone in zip(*found, strict=True):
        yield KarateSeed(right=best_line(linked, factions()).right, alone=best_line(alone, factions()).right)


def _finite(loss: float) -> float | None:
    return loss if math.isfinite(loss) else None


def _rows(points: torch.Tensor) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in points.tolist())
