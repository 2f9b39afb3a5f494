"""The state of `karate`: the position, how far each training came, and whom the class suspects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from server.scenes.karate.messages import KarateSeed, KarateStep, Phase, Task
from server.scenes.karate.params import KarateParams

PHASES: tuple[Phase, ...] = get_args(Phase)
TASKS: dict[Phase, Task] = {"training": "nodes", "result": "nodes", "links": "links", "graphs": "graphs"}
"""What trains at a position."""
LABELS: dict[Phase, str] = {
    "club": "the club: predict",
    "untrained": "random weights, untrained",
    "labels": "two labels: predict",
    "training": "training",
    "result": "who is wrong",
    "links": "edges: link prediction",
    "graphs": "graphs: ring or chain",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """A training so far: its last output, and step, loss, value of each."""

    last: KarateStep
    history: tuple[tuple[float, float, float], ...]

    def with_output(self, output: KarateStep) -> Progress:
        """One output more."""
        return Progress(output, (*self.history, row(output)))


def row(output: KarateStep) -> tuple[float, float, float]:
    """step, loss, value; a loss that is not finite is NaN."""
    return float(output.step), float("nan") if output.loss is None else output.loss, output.value


@dataclass(frozen=True, slots=True)
class State:
    """Everything that `karate` shows is made from this."""

    params: KarateParams
    position: int = 0
    trained: Mapping[Task, Progress] = field(default_factory=dict)
    suspects: Mapping[str, int | None] = field(default_factory=dict)
    tried: tuple[KarateSeed, ...] = ()
    """The seeds 0, 1, .. of random weights, as far as they were tried."""

    @property
    def phase(self) -> Phase:
        """The position by name."""
        return PHASES[self.position]

    @property
    def task(self) -> Task:
        """The task that is shown; before any, that of the members."""
        return TASKS.get(self.phase, "nodes")

    @property
    def open(self) -> bool:
        """Whether the class may still say whom it suspects."""
        return "nodes" not in self.trained

    def ended(self, task: Task) -> bool:
        """Whether a training has nothing left to do."""
        progress = self.trained.get(task)
        return progress is not None and (progress.last.loss is None or progress.last.step >= self.params.steps)

    def taken(self, output: KarateStep) -> State:
        """With one output of the job."""
        before = self.trained.get(output.task)
        after = Progress(output, (row(output),)) if before is None else before.with_output(output)
        return replace(self, trained={**self.trained, output.task: after})
