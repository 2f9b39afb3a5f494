"""What keeps one failure from becoming another's: a supervisor of tasks, and a boundary around each of many.

    supervise(name, work)       a task that lives as long as the program: its death is logged and it begins again
    attempt_each(items, work)   work on many: where one fails, the others are served all the same

A death is logged with the places of its traceback and the error's type, never with the error's own words: those may
hold what a student wrote. Between two deaths in a row the pause grows. `CannotServe` is the one error that ends the
program: nothing that begins again could mend it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from traceback import format_tb
from typing import TypeVar

log = logging.getLogger("gnn_live.supervisor")
T = TypeVar("T")


class CannotServe(Exception):
    """The program cannot serve any more, and beginning again would not help; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Restarts:
    """How a task that died begins again."""

    first: float = 0.1
    """Seconds to wait after the first death; each further one in a row doubles them."""
    longest: float = 10.0
    healthy: float = 30.0
    """Seconds of life after which a death counts as the first again."""
    most: int | None = None
    """Deaths in a row after which the program ends; None: it goes on trying."""

    def pause(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row, at least one."""
        return float(min(self.longest, self.first * 2.0 ** min(deaths - 1, 60)))


class Supervisor:
    """Starts the tasks of a program, sees their deaths, and says when the program has to end."""

    def __init__(self, restarts: Restarts = Restarts(), clock: Callable[[], float] = time.monotonic) -> None:
        self._restarts = restarts
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self.end: Callable[[], None] = lambda: None
        """Ends the program; called once at most."""
        self.verdict: str | None = None
        """Why the program cannot serve any more; None while it can."""
        self.deaths = 0
        """Tasks that died since the start, those that began again counted each time."""

    def supervise(
        self, name: str, work: Callable[[], Awaitable[object]], restarts: Restarts | None = None
    ) -> asyncio.Task[None]:
        """Run this until it returns; where it dies it begins again. It raises `CannotServe` to end the program."""
        return self._begin(name, self._kept(name, work, restarts or self._restarts))

    def once(self, name: str, work: Callable[[], Awaitable[object]]) -> asyncio.Task[None]:
        """Run this to its end; its death is logged and nothing more. The supervisor holds the task."""
        return self._begin(name, self._single(name, work))

    async def stop(self) -> None:
        """Cancel every task and wait until all have ended."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def cannot_serve(self, sentence: str) -> None:
        """End the program with this sentence."""
        if self.verdict is None:
            self.verdict = sentence
            log.critical("the program ends: %s", sentence)
            self.end()

    def _begin(self, name: str, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _single(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        await self._died(name, work())

    async def _kept(self, name: str, work: Callable[[], Awaitable[object]], restarts: Restarts) -> None:
        in_a_row = 0
        while True:
            born = self._clock()
            if not await self._died(name, work()):
                return
            in_a_row = 1 if self._clock() - born >= restarts.healthy else in_a_row + 1
            if restarts.most is not None and in_a_row >= restarts.most:
                self.cannot_serve(f"{name} failed {in_a_row} times in a row")
            if self.verdict is not None:
                return
            await asyncio.sleep(restarts.pause(in_a_row))

    async def _died(self, name: str, work: Awaitable[object]) -> bool:
        """Whether this work ended by an error, which is logged."""
        try:
            await work
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._log(name, error)  # cancelled from inside, by something that it waited for: a death as any other
        except CannotServe as error:
            self.deaths += 1
            self.cannot_serve(str(error))
        except Exception as error:  # noqa: BLE001  (the supervisor: here every error of a task stops)
            self._log(name, error)
        else:
            return False
        return True

    def _log(self, name: str, error: BaseException) -> None:
        self.deaths += 1
        report(name, error)


def report(what: str, error: BaseException) -> None:
    """Log a failure by its kind and where it happened."""
    log.error("%s failed: %s\n%s", what, type(error).__name__, "".join(format_tb(error.__traceback__)))


def attempt_each(
    items: Iterable[T], work: Callable[[T], object], failed: Callable[[T], object], what: str = "a viewer"
) -> None:
    """Do this to each; one whose turn raises is logged and handed to `failed`, and the next ones get theirs."""
    rest = iter(tuple(items))  # of their own: what is done to one may take another out of a room
    while True:
        try:
            for item in rest:
                work(item)
            return
        except Exception as error:  # noqa: BLE001  (the supervisor: one failure stays with the one that it befell)
            report(what, error)
        try:
            failed(item)
        except Exception as error:  # noqa: BLE001  (what is left of it may fail as well)
            report(f"the end of {what}", error)
