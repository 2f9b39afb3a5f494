"""Processes beside the engine that run the steps of its jobs, so that a training never holds up a frame or an answer.

An engine gives a job to the worker with the fewest; a worker turns between its jobs by the time they take (`Turns`).
It is niced and computes at most `AHEAD` outputs before they are taken, so a job that is held stops after these. One
that is killed fails its jobs with a sentence, and the next job gets another process.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import time
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

from server import compute, config, logs
from server.beside import Lost
from server.child import stand_back
from server.device import Device, device
from server.faults import Refused
from server.protocol import Action, Fault
from server.scene import JobSteps, Kept, Wait
from server.timeline import attempted
from server.turns import Turns

AHEAD = 2
"""Outputs of a job that may be computed before they are taken."""
PAUSE = 0.01
"""Seconds until an engine looks again where nothing had come."""
MOST_WORKERS = 4
Function: TypeAlias = Callable[..., Iterator[Action | Wait | Kept | None]]


@dataclass(frozen=True, slots=True)
class Begin:
    """An order: run this job; where nobody wants what it yields, only for what it leaves loaded."""

    number: int
    function: Function
    args: tuple[object, ...]
    wanted: bool


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


Order: TypeAlias = Begin | More | End
Item: TypeAlias = Action | Wait | Kept | Ended


# --- in the engine -------------------------------------------------------------------------------------------------


class Workers:
    """The workers of one engine, started when they are needed; a `server.beside.Place`."""

    def __init__(self, most: int = 0) -> None:
        self._most = most or max(1, min(MOST_WORKERS, (os.cpu_count() or 1) - 1))
        self._workers: list[Worker] = []
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Have a first one ready, for loading torch takes seconds."""
        self._worker()

    def steps(self, function: Function, args: tuple[object, ...]) -> JobSteps:
        """What the function yields, from a worker. Raises Refused where it failed, `Lost` where the worker ended."""
        yield from self._worker().steps(next(self._numbers), function, args)

    def prepare(self, function: Function, args: tuple[object, ...]) -> None:
        """Run the function once to its end in the first worker."""
        self.start()
        self._workers[0].tell(Begin(next(self._numbers), function, args, wanted=False))

    def close(self) -> None:
        """End them."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    def _worker(self) -> Worker:
        """The one with the fewest jobs; another one where all have some and there may be more."""
        self._workers = [worker for worker in self._workers if worker.alive]
        least = min(self._workers, key=lambda worker: worker.jobs, default=None)
        if least is None or (least.jobs and len(self._workers) < self._most):
            least = Worker()
            self._workers.append(least)
        return least


class Worker:
    """The engine's end of one process."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._connection, theirs = spawn.Pipe()
        self.process = spawn.Process(target=serve, args=(theirs, os.getpid(), device()), daemon=True)
        self.process.start()
        theirs.close()
        self.alive = True
        self._inboxes: dict[int, deque[Item]] = {}

    @property
    def jobs(self) -> int:
        """How many it runs."""
        return len(self._inboxes)

    def tell(self, order: Order) -> None:
        """Give an order; one that is gone hears nothing."""
        try:
            self._connection.send(order)
        except OSError:
            self.alive = False

    def steps(self, number: int, function: Function, args: tuple[object, ...]) -> JobSteps:
        """One job's outputs as they come."""
        inbox = self._inboxes[number] = deque()
        try:
            self.tell(Begin(number, function, args, wanted=True))
            looked = 0.0
            while True:
                # Who comes back at once, a replay, does not wait between two steps: then it is waited for here.
                self._receive(PAUSE if not inbox and time.monotonic() - looked < PAUSE / 2 else 0.0)
                if not inbox and not self.alive:
                    raise Lost
                if inbox:
                    item = inbox.popleft()
                    if not isinstance(item, Kept):
                        self.tell(More(number))
                else:
                    item = Wait(PAUSE)
                looked = time.monotonic()
                if isinstance(item, Ended):
                    if item.why is None:
                        return
                    raise Refused(item.why.code, item.why.detail)
                yield item
        finally:
            del self._inboxes[number]
            self.tell(End(number))

    def _receive(self, patience: float) -> None:
        """Take in what came."""
        try:
            while self._connection.poll(patience):
                number, item = self._connection.recv()
                if number in self._inboxes:
                    self._inboxes[number].append(item)
                patience = 0.0
        except (EOFError, OSError):
            self.alive = False

    def close(self) -> None:
        """End the process; its connection's end is enough, unless it is in the middle of a step."""
        self.alive = False
        self._connection.close()
        self.process.terminate()
        self.process.join()


# --- in the process ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    """A job that was begun."""

    steps: Iterator[Action | Wait | Kept | None]
    wanted: bool
    allowed: int = AHEAD


@dataclass(slots=True)
class _Desk:
    """The jobs of a process, and whose turn it is."""

    connection: Connection
    runs: dict[int, _Run] = field(default_factory=dict)
    turns: Turns[int] = field(default_factory=Turns)

    def obey(self, order: Order) -> None:
        match order:
            case Begin(number, function, args, wanted):
                self.runs[number] = _Run(function(*args), wanted)
            case More(number):
                if number in self.runs:
                    self.runs[number].allowed += 1
            case End(number):
                self._forget(number)

    def due(self) -> list[int]:
        """Jobs that may go on."""
        return [number for number, run in self.runs.items() if run.allowed > 0]

    def step(self, number: int) -> None:
        """One step of a job; its output, end or failure is told."""
        run, began = self.runs[number], time.thread_time()
        found = attempted(partial(next, run.steps, Ended()), "a job beside the engine")
        said = Ended(found) if isinstance(found, Fault) else found
        self.turns.took(number, time.thread_time() - began)  # the machine's other work is no job's doing
        if said is not None and run.wanted:
            self.connection.send((number, said))
            run.allowed -= int(not isinstance(said, Kept))
        if isinstance(said, Ended):
            self._forget(number)

    def _forget(self, number: int) -> None:
        self.runs.pop(number, None)
        self.turns.forget(number)


def serve(connection: Connection, parent: int, wanted: Device) -> None:
    """The process: orders first, then a step of the job whose turn it is, until the engine is gone."""
    stand_back(parent)
    logs.begin(*config.log_settings(Namespace(), os.environ))  # as the engine's, which told it to its environment
    compute.prepare(wanted, threads=1)
    orders: SimpleQueue[Order | None] = SimpleQueue()
    # Read all the time: were both ends to wait until the other one reads, neither would.
    Thread(target=_read, args=(connection, orders), daemon=True).start()
    desk = _Desk(connection)
    while True:
        while not orders.empty() or not desk.due():
            order = orders.get()
            if order is None:
                return
            desk.obey(order)
        number = desk.turns.next(desk.due())
        assert number is not None
        try:
            desk.step(number)
        except OSError:
            return


def _read(connection: Connection, orders: SimpleQueue[Order | None]) -> None:
    """Put every order into the queue, and None when there will be no more."""
    try:
        while True:
            orders.put(connection.recv())
    except (EOFError, OSError):
        orders.put(None)
