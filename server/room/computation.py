"""A value that takes long: computed in steps that hold up nobody, and once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Generic, TypeVar

from server.room.jobs import MOST_INTERRUPTIONS, Interrupted
from server.room.scene import Wait

T = TypeVar("T")


class Computation(Generic[T]):
    """What a generator returns; who wants it takes the steps, and whatever is missing is done when it is asked for.

    Keep it in a memo (`lru_cache`): then the next one who asks has it at once. One that raised begins again; where it
    was beside the engine and its process is gone, at once.
    """

    def __init__(self, run: Callable[[], Generator[Wait | None, None, T]]) -> None:
        self._run = run
        self._going: Generator[Wait | None, None, T] | None = None
        self._found: list[T] = []
        self._interruptions = 0

    def steps(self) -> Iterator[Wait | None]:
        """What is left to do; several may take turns."""
        while not self._found:
            going = self._going or self._run()
            self._going = None
            try:
                step = next(going)
            except StopIteration as end:
                self._found.append(end.value)
                return
            except Interrupted as interrupted:
                self._interruptions += int(interrupted.blamed)
                if self._interruptions > MOST_INTERRUPTIONS:
                    self._interruptions = 0
                    raise
                continue
            self._going = going
            yield step

    @property
    def result(self) -> T:
        """The value."""
        for _ in self.steps():
            pass
        return self._found[0]
