"""Processes beside the engine that run the steps of its jobs, so that a training never holds up a frame or an answer.

An engine gives a job to the worker with the fewest; a worker turns between its jobs by the time they take (`Turns`).
It is niced and computes at most `AHEAD` outputs before they are taken, so a job that is held stops after these. One
that is killed fails its jobs with a sentence, and the next job gets another process.

Every second a worker shows that its steps go on. One that does not gets no job any more, its jobs say so (`Wait.why`),
and in the end it is killed and they begin again elsewhere (`Hung`).
"""

from __future__ import annotations

import itertools
import logging
import math
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
from threading import Lock, Thread
from typing import TypeAlias

from server.engine import compute
from server.engine.jobs.channel import Channel, ChannelClosed
from server.engine.jobs.child import stand_back
from server.engine.jobs.shares import Turns
from server.engine.timeline import attempted
from server.pipe.watchdog import PATIENCE, PERIOD, Patience, Watchdog
from server.protocol.faults import Refused
from server.protocol.messages import Action, Fault
from server.room import datasets
from server.room.device import device
from server.room.jobs import Hung, Lost
from server.room.scene import JobSteps, Kept, Pending, Wait
from server.settings import config, logs

AHEAD = 2
"""Outputs of a job that may be computed before they are taken."""
PAUSE = 0.01
"""Seconds until an engine looks again where nothing had come."""
MOST_WORKERS = 4
BURIAL = 1.0
"""Seconds that a process which was told to end, or killed, is waited for."""
FIRST_STEP = 120.0
"""Seconds that a job's first step may take: it loads and compiles."""
FIRST_OUTPUT = 30.0
"""Seconds after a job's begin in which no beat is missed: an import may let no other thread run."""
SILENT = "the process that computes this does not answer: Reset starts it again in another one, as does time"
UNSTARTED = "expected another process for this work, but this computer gave none ({}): Reset tries again"

log = logging.getLogger("gnn_live.workers")
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


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker says every second while its steps go on, or while it has none."""

    started: bool
    """Whether it has loaded what jobs need."""


Order: TypeAlias = Begin | More | End
Item: TypeAlias = Action | Wait | Kept | Ended


# --- in the engine -------------------------------------------------------------------------------------------------


class Workers:
    """The workers of one engine, started when they are needed; a `server.room.jobs.JobRunner`."""

    def __init__(self, most: int = 0, patience: Patience = PATIENCE, wanted: config.DeviceChoice | None = None) -> None:
        """So many at most, 0 for as many as leave a core; `wanted` where the device is not chosen here yet."""
        self._wanted = wanted
        self._most = most or max(1, min(MOST_WORKERS, (os.cpu_count() or 1) - 1))
        self._patience = patience
        self._workers: list[Worker] = []
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Have a first one ready, for loading torch takes seconds; without one, a job tries again."""
        try:
            self._worker()
        except Refused as refused:
            log.warning("%s", refused.detail)

    def steps(self, function: Function, args: tuple[object, ...]) -> JobSteps:
        """What the function yields, from a worker.

        Raises Refused where it failed or no worker can be started, `Lost` where the worker ended, `Hung` where it was
        given up because it did not answer.
        """
        yield from self._worker().steps(next(self._numbers), function, args)

    def prepare(self, function: Function, args: tuple[object, ...]) -> None:
        """Run the function once to its end in the first worker, if there is one."""
        self.start()
        if self._workers:
            self._workers[0].tell(Begin(next(self._numbers), function, args, wanted=False))

    def look(self) -> None:
        """Every second: who has shown that it goes on? One that hangs is killed."""
        for worker in self._workers:
            worker.look()

    def close(self) -> None:
        """End them."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    def _worker(self) -> Worker:
        """The one with the fewest jobs; another one where all have some and there may be more.

        One that does not answer gets none, and without jobs it is replaced at once. Raises Refused where there is none.
        """
        self.look()
        for worker in self._workers:
            if not worker.answers and not worker.jobs:
                worker.close()
        self._workers = [worker for worker in self._workers if worker.alive]
        able = [worker for worker in self._workers if worker.answers]
        least = min(able, key=lambda worker: worker.jobs, default=None)
        if least is None or (least.jobs and len(able) < self._most):
            try:
                least = Worker(self._patience, self._wanted)
            except OSError as error:
                log.warning("no other worker was started: %s", error)
                if least is None:
                    raise Refused("refused", UNSTARTED.format(error.strerror or error)) from error
            else:
                self._workers.append(least)
        return least


class Worker:
    """The engine's end of one process."""

    def __init__(self, patience: Patience = PATIENCE, wanted: config.DeviceChoice | None = None) -> None:
        """Start the process; raises OSError where this computer gives none."""
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        with ours, theirs:
            args = (theirs, os.getpid(), wanted or device(), datasets.cache())
            self.process = spawn.Process(target=serve, args=args, daemon=True)
            self.process.start()
            self._channel = Channel(ours)
        self.alive = True
        self.hung = False
        """Whether it was given up because it did not answer."""
        self._inboxes: dict[int, deque[Item]] = {}
        self._watchdog = Watchdog(patience)
        self._watchdog.announced("its start", patience.start)
        self._started = False
        """Whether it has loaded what jobs need."""

    @property
    def jobs(self) -> int:
        """How many it runs."""
        return len(self._inboxes)

    @property
    def answers(self) -> bool:
        """Whether its steps go on, as far as is known."""
        return self.alive and self._watchdog.answers

    def tell(self, order: Order) -> None:
        """Give an order; one that is gone hears nothing."""
        if self.alive:
            try:
                self._channel.send(order)
            except ChannelClosed:
                self.alive = False

    def steps(self, number: int, function: Function, args: tuple[object, ...]) -> JobSteps:
        """One job's outputs as they come."""
        inbox = self._inboxes[number] = deque()
        try:
            if self._started:  # its start grants it more
                self._watchdog.announced("a first output", FIRST_OUTPUT)
            self.tell(Begin(number, function, args, wanted=True))
            looked = 0.0
            while True:
                # Who comes back at once, a replay, does not wait between two steps: then it is waited for here.
                self.look(PAUSE if not inbox and time.monotonic() - looked < PAUSE / 2 else 0.0)
                if not inbox and not self.alive:
                    raise Hung if self.hung else Lost
                if inbox:
                    item = inbox.popleft()
                    if not isinstance(item, Kept):
                        self.tell(More(number))
                else:
                    item = Pending(PAUSE, "" if self.answers else SILENT)
                looked = time.monotonic()
                if isinstance(item, Ended):
                    if item.why is None:
                        return
                    raise Refused(item.why.code, item.why.detail)
                yield item
        finally:
            del self._inboxes[number]
            self.tell(End(number))

    def look(self, patience: float = 0.0) -> None:
        """Take in what came, waiting so many seconds for it; a process that hangs is killed."""
        if not self.alive:
            return
        try:
            self._channel.flush()
            for number, item in self._channel.receive(patience):
                self._noticed(item)
                if number in self._inboxes:
                    self._inboxes[number].append(item)
        except ChannelClosed:
            self.alive = False
            return
        answered = self._watchdog.answers
        self._watchdog.look()
        if self._watchdog.hung:
            log.error("a worker (process %d) does not answer and is killed", self.process.pid)
            self.hung = True
            self.close()
        elif answered and not self._watchdog.answers:
            log.warning("a worker (process %d) does not answer", self.process.pid)

    def _noticed(self, item: Item | Progress) -> None:
        """A sign of life; while it loads, and from a job's begin to its first output, the next one may take longer."""
        if not isinstance(item, Progress):
            self._watchdog.announced("", 0.0)
        elif item.started and not self._started:
            self._started = True
            self._watchdog.announced("a first output", FIRST_OUTPUT)
        else:
            self._watchdog.feed()

    def close(self) -> None:
        """End the process: by its connection's end and a signal, or, where it does not react, by force."""
        self.alive, was = False, self.answers
        self._channel.close()
        if was:
            self.process.terminate()
            self.process.join(BURIAL)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(BURIAL)


# --- in the process ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    """A job that was begun."""

    steps: Iterator[Action | Wait | Kept | None]
    wanted: bool
    allowed: int = AHEAD
    first: bool = True


@dataclass(slots=True)
class _Desk:
    """The jobs of a process, and whose turn it is."""

    connection: Connection
    runs: dict[int, _Run] = field(default_factory=dict)
    turns: Turns[int] = field(default_factory=Turns)
    steps: int = 0
    """Steps that were begun or are over: it changes while the loop goes on."""
    grace_until: float = math.inf
    """Until then it counts as going on in any case: it starts, it waits for orders, or a job takes its first step."""
    started: bool = False
    _sending: Lock = field(default_factory=Lock)

    def send(self, number: int, item: Item | Progress) -> None:
        """Say something of a job; 0 is none. Raises OSError where the engine is gone."""
        with self._sending:
            self.connection.send((number, item))

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
        self.grace_until = time.monotonic() + FIRST_STEP if run.first or not run.wanted else 0.0
        self.steps += 1
        run.first = False
        found = attempted(partial(next, run.steps, Ended()), "a job beside the engine")
        said = Ended(found) if isinstance(found, Fault) else found
        self.steps += 1
        self.turns.took(number, time.thread_time() - began)  # the machine's other work is no job's doing
        if said is not None and run.wanted:
            self.send(number, said)
            run.allowed -= int(not isinstance(said, Kept))
        if isinstance(said, Ended):
            self._forget(number)

    def _forget(self, number: int) -> None:
        self.runs.pop(number, None)
        self.turns.forget(number)


def serve(
    connection: Connection, parent: int, wanted: config.DeviceChoice, cache: datasets.Cache | None = None
) -> None:
    """The process: orders first, then a step of the job whose turn it is, until the engine is gone."""
    stand_back(parent)
    logs.begin(*config.log_settings(Namespace(), os.environ))  # as the engine's, which told it to its environment
    desk = _Desk(connection)
    Thread(target=_beat, args=(desk,), daemon=True).start()
    try:
        compute.prepare(wanted, threads=1)
    except compute.NoDeviceError:
        return  # the engine finds the same, and says so
    datasets.use(cache)
    desk.started = True
    orders: SimpleQueue[Order | None] = SimpleQueue()
    # Read all the time: were both ends to wait until the other one reads, neither would.
    Thread(target=_read, args=(connection, orders), daemon=True).start()
    while True:
        while not orders.empty() or not desk.due():
            desk.grace_until = math.inf
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


def _beat(desk: _Desk) -> None:
    """Show that the steps go on, every second in which one began or ended or none can."""
    shown = -1
    while True:
        if desk.steps != shown or time.monotonic() < desk.grace_until:
            shown = desk.steps
            try:
                desk.send(0, Progress(desk.started))
            except OSError:
                return
        time.sleep(PERIOD)


def _read(connection: Connection, orders: SimpleQueue[Order | None]) -> None:
    """Put every order into the queue, and None when there will be no more."""
    try:
        while True:
            orders.put(connection.recv())
    except (EOFError, OSError):
        orders.put(None)
