"""What an engine and its worker say to each other, over their channel."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from server.protocol.messages import Action, Fault
from server.room.scene import Kept, Wait

Function: TypeAlias = Callable[..., Iterator[Action | Wait | Kept | None]]


@dataclass(frozen=True, slots=True)
class Begin:
    """An order: run this job; where nobody wants what it yields, only for what it leaves loaded."""

    number: int
    work: bytes
    """The function and its arguments, pickled: only who takes the job's first step imports what they are made of."""
    wanted: bool

    @classmethod
    def of(cls, number: int, function: Function, args: tuple[object, ...], *, wanted: bool) -> Begin:
        """The order to run this function; raises what pickling raises."""
        return cls(number, pickle.dumps((function, args), pickle.HIGHEST_PROTOCOL), wanted)


@dataclass(frozen=True, slots=True)
class More:
    """An order: another output of this job may be computed."""

    number: int


@dataclass(frozen=True, slots=True)
class End:
    """An order: this job is not wanted any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Ended:
    """What a worker says last of a job: it is over, for this reason if it failed."""

    why: Fault | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker says every second while its steps go on, or while it waits for orders."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a worker says when its next steps are of another job than the last, and when it has loaded: of none, 0."""

    number: int
    seconds: float
    """How long a step of it may take; 0 for no longer than usual."""


Order: TypeAlias = Begin | More | End
Item: TypeAlias = Action | Wait | Kept | Ended
Sign: TypeAlias = Beat | Turn
