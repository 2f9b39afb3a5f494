"""Where the steps of a job run: in a process beside the engine where there is one, else here, with the same outputs.

    Job(key, lambda: beside(function, argument, …))       function(argument, …) yields what a job yields

The function is one of a module; its arguments and what it yields are pickled. It must give the same wherever it runs,
so it reads nothing but its arguments. Tests and notebooks run it here; an engine says `use` when it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVarTuple

from server.protocol.faults import Refused
from server.room.scene import JobSteps

Arguments = TypeVarTuple("Arguments")


class Lost(Refused):
    """The process in which a job ran has ended before it."""

    def __init__(self) -> None:
        super().__init__("refused", "the process that computed this ended; Reset starts it again")


class Hung(Refused):
    """The process in which a job ran was given up because it did not answer; the job may begin again elsewhere."""

    def __init__(self) -> None:
        super().__init__("refused", "the process that computed this did not answer; Reset starts it again")


class JobRunner(Protocol):
    """Processes that run jobs."""

    def steps(self, function: Callable[..., JobSteps], args: tuple[object, ...]) -> JobSteps:
        """What the function yields, computed there; `Wait`s while nothing has come."""
        ...

    def prepare(self, function: Callable[..., Iterator[None]], args: tuple[object, ...]) -> None:
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
    """The steps of a job, function(*args). Raises Refused where it failed there, `Lost` where its process ended."""
    return function(*args) if _place is None else _place.steps(function, args)


def prepare(function: Callable[[*Arguments], Iterator[None]], *args: *Arguments) -> None:
    """Load where jobs run what the first of them would wait for; nothing where they run here."""
    if _place is not None:
        _place.prepare(function, args)


def look() -> None:
    """Every second: whether the processes that run jobs are still there."""
    if _place is not None:
        _place.look()
