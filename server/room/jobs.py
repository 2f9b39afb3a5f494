"""Where the steps of a job run: in a process beside the engine where there is one, else here, with the same outputs.

    Job(key, lambda: beside(function, argument, …))       function(argument, …) yields what a job yields

The function is one of a module; its arguments and what it yields are pickled. It must give the same wherever it runs,
so it reads nothing but its arguments. Tests and notebooks run it here; an engine says `use` when it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, Protocol, TypeAlias, TypeVarTuple

from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room.scene import JobSteps, Kept, Wait

Arguments = TypeVarTuple("Arguments")
Outputs: TypeAlias = Iterator[Action | Wait | Kept | None]
"""What a job yields, or what only prepares one and yields nothing but that it gives way."""


MOST_INTERRUPTIONS = 2
"""A job that interrupts its process more often than that, with nothing new in between, ends: it does so by itself."""


class Interrupted(Refused):
    """The process in which a job ran is gone: the job may begin again elsewhere, where it was kept last."""

    did: ClassVar[str]
    """What the process did."""

    def __init__(self, times: int = 1, *, blamed: bool = True) -> None:
        """So many times in a row; blamed: whether a step of this job was under way, as far as is known."""
        often = "" if times == 1 else f" {times} times in a row at the same place"
        super().__init__("refused", f"the process that computed this {self.did}{often}; Reset starts it again")
        self.blamed = blamed

    @property
    def moved(self) -> str:
        """What is said until the job goes on elsewhere."""
        return f"the process that computed this {self.did}: another one begins it again"


class Lost(Interrupted):
    """The process has ended."""

    did = "ended"


class Hung(Interrupted):
    """The process was given up because it did not answer."""

    did = "did not answer"


class JobRunner(Protocol):
    """Processes that run jobs."""

    def steps(self, function: Callable[..., JobSteps], args: tuple[object, ...]) -> JobSteps:
        """What the function yields, computed there; `Wait`s while nothing has come."""
        ...

    def prepare(self, function: Callable[..., Outputs], args: tuple[object, ...]) -> None:
        """Run the function there once to its end, when there is time, for what it loads and remembers."""
        ...

    def look(self) -> None:
        """Every second: are the processes still there?"""
        ...


_place: JobRunner | None = None


def use(place: JobRunner | None) -> None:
    """From now on jobs run there; None: here."""
    global _place
    _place = place


def beside(function: Callable[[*Arguments], JobSteps], *args: *Arguments) -> JobSteps:
    """The steps of a job, function(*args). Raises Refused where it failed there, `Interrupted` where its process is
    gone."""
    return function(*args) if _place is None else _place.steps(function, args)


def prepare(function: Callable[[*Arguments], Outputs], *args: *Arguments) -> None:
    """Load where jobs run what the first of them would wait for; nothing where they run here."""
    if _place is not None:
        _place.prepare(function, args)


def look() -> None:
    """Every second: whether the processes that run jobs are still there."""
    if _place is not None:
        _place.look()
