"""The karate club: a network that was told where two of 34 members went, and is asked about everybody else.

    H = f(I, A),  (34, 2)      untrained, then trained on the labels of members 0 and 33; `models/experiments/karate.py`

The same encoder then answers an edge-level question (`models/experiments/links.py`) and a graph-level one
(`models/experiments/rings.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room.kept import Done, kept, read
from server.room.scene import Context, Formula, Job, JobSteps, Params, Scene, Truth, TruthKind, Wait
from server.scenes.karate.course import SEEDS, Place, course, seeds_tried, untrained_of
from server.scenes.karate.messages import KarateSeed, KarateStep, KarateSuspect, Task
from server.scenes.karate.params import KarateParams
from server.scenes.karate.shown import SLOTS
from server.scenes.karate.state import LABELS, PHASES, TASKS, State

BETWEEN = 0.12
"""Seconds between two pictures of a training, which is much faster than the eye."""
OF: dict[Task, tuple[str, ...]] = {
    "nodes": ("model", "depth", "seed", "steps"),
    "links": ("model", "depth", "seed", "steps"),
    "graphs": ("graph_model", "depth", "seed", "pool", "steps"),
}
"""The parameters that a training depends on."""


class Karate(Scene[KarateParams, State]):
    """Two labels, thirty-two questions; PageDown walks from random weights to the one who is wrong.

    Truth `accuracy` (number): members of 34 on the right side after the training. Truth `untrained` (choice): "already
    separated" where the best straight line has 31 or more of 34 on the side of their faction, otherwise "mixed".
    """

    title = "The karate club"
    summary = "Two members of 34 are labelled. Watch a network find the others, and say whom it will get wrong."
    params = KarateParams
    actions = (KarateSeed, KarateStep, KarateSuspect)
    slots = SLOTS
    formulas: ClassVar[Mapping[str, Formula]] = {
        "gcn": Formula(
            r"H^{(l+1)} = \tanh\left( \tilde{D}^{-1/2} \tilde{A} \tilde{D}^{-1/2} H^{(l)} W^{(l)} + b^{(l)} \right),"
            r"\quad H^{(0)} = I",
            "H l plus one is the hyperbolic tangent of S H l W l plus b l, S is A tilde normalized on both sides by "
            "the root of the degrees; the first H is the identity",
        ),
        "algorithm 4": Formula(
            r"H^{(l+1)} = \tanh\left( H^{(l)} W_{\mathrm{self}}^{(l)} + A H^{(l)} W_{\mathrm{neigh}}^{(l)} "
            r"+ b^{(l)} \right),\quad H^{(0)} = I",
            "H l plus one is the hyperbolic tangent of H l W self plus A H l W neigh plus b; the first H is the "
            "identity",
        ),
        "links": Formula(
            r"s_{uv} = \sigma\left( \mathbf{h}_u^{T} \mathbf{h}_v \right)",
            "the score of a pair is sigma of h u transposed times h v",
        ),
        "sum": Formula(
            r"\mathbf{z} = \sum_u \mathbf{h}_u,\quad \mathbf{h}_u^{(0)} = 1",
            "z is the sum of h over all nodes; every node begins with one",
        ),
        "mean": Formula(
            r"\mathbf{z} = \frac{1}{n} \sum_u \mathbf{h}_u,\quad \mathbf{h}_u^{(0)} = 1",
            "z is the mean of h over all nodes; every node begins with one",
        ),
    }
    truths: ClassVar[Mapping[str, TruthKind]] = {"accuracy": "number", "untrained": "choice"}
    pace = 6.0

    def initial(self, params: KarateParams, context: Context) -> State:
        """The club and its factions, before any network."""
        return State(params)

    def warm(self) -> Iterator[Wait | None]:
        """What random weights give, and the training that a question would wait for."""
        yield from super().warm()
        yield from course("nodes", KarateParams()).steps()

    def adjust(self, state: State, params: KarateParams, context: Context) -> State:
        """A training that another parameter changes begins again; the others stay."""
        kept = {
            task: progress
            for task, progress in state.trained.items()
            if all(getattr(params, name) == getattr(state.params, name) for name in OF[task])
        }
        same = (params.model, params.depth) == (state.params.model, state.params.depth)
        return replace(state, params=params, trained=kept, tried=state.tried if same else ())

    def apply(self, state: State, action: Action, context: Context) -> State:
        """Some steps of the job, or a student's suspicion."""
        match action:
            case KarateSeed():
                return replace(state, tried=(*state.tried, action))
            case KarateStep():
                return state.taken(action)
            case KarateSuspect(member=member):
                if not state.open:
                    raise Refused("refused", "expected a suspicion before the training, but it has begun")
                return replace(state, suspects={**state.suspects, context.author: member})
        return super().apply(state, action, context)

    def positions(self, state: State) -> tuple[int, int]:
        """The phases."""
        return state.position, len(PHASES)

    def label(self, state: State) -> str:
        """The phase in words."""
        return LABELS[state.phase]

    def move(self, state: State, to: int, context: Context) -> State:
        """Another phase; a training goes on where it was left."""
        return replace(state, position=to)

    def job(self, state: State) -> Job | None:
        """The training of the phase, until it has ended."""
        params, task = state.params, TASKS.get(state.phase)
        if state.phase == "untrained":
            return _trying(params, len(state.tried))
        if task is None or state.ended(task):
            return None
        progress = state.trained.get(task)
        after = None if progress is None else progress.last.step

        def run(body: bytes | None) -> JobSteps:
            yield from _spaced(course(task, params).outputs(after, read(body, Place)))

        return Job(("karate", task, *(getattr(params, name) for name in OF[task])), run)

    def prepare(self, state: State, truth: str) -> Iterator[Wait | None]:
        """The training that the question asks about."""
        return course("nodes", state.params).steps() if truth == "accuracy" else iter(())

    def truth(self, state: State, name: str) -> Truth:
        """The answers, whatever position is shown."""
        match name:
            case "accuracy":
                return course("nodes", state.params).last.value
            case "untrained":
                return untrained_of(state.params).verdict
        return super().truth(state, name)

    def wants_class(self, params: Params) -> bool:
        """Whether the students are the members."""
        return isinstance(params, KarateParams) and params.members


def _trying(params: KarateParams, done: int) -> Job | None:
    """One seed of random weights after the other, from those that were tried on."""
    if done >= SEEDS:
        return None

    def run(body: bytes | None) -> JobSteps:
        first = (read(body, Done) or Done(done)).outputs
        for number, output in enumerate(seeds_tried(params.model, params.depth, first), first + 1):
            yield from _spaced((output, Done(number)))

    return Job(("karate", "untrained", params.model, params.depth), run)


def _spaced(outputs: Iterable[Action | Place | Done | None]) -> JobSteps:
    """With a wait after each picture; a place is kept."""
    for output in outputs:
        if isinstance(output, Place | Done):
            yield kept(output)
            continue
        yield output
        if output is not None:
            yield Wait(BETWEEN)


SCENE = Karate()
