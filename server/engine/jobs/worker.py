"""The process beside an engine that runs steps of its jobs: orders first, then a step of the job whose turn it is.

It is niced, turns between its jobs by the time they take (`Turns`), and computes at most `AHEAD` outputs of a job
before they are taken, so a job that is held stops after these. Before its steps are of another job it says of which,
so that what ends or hangs it is put down to that job alone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock, Thread

from server.engine import compute
from server.engine.jobs.child import stand_back
from server.engine.jobs.orders import Beat, Begin, End, Ended, Item, More, Order, Sign, Turn
from server.engine.jobs.shares import Turns
from server.engine.timeline import attempted
from server.pipe.watchdog import PERIOD
from server.protocol.messages import Action, Fault
from server.room import datasets
from server.room.scene import Kept, Wait
from server.settings import config, logs

AHEAD = 2
"""Outputs of a job that may be computed before they are taken."""
FIRST_OUTPUT = 120.0
"""Seconds that each step of a job may take before its first output: it loads and compiles."""


@dataclass(slots=True)
class _Run:
    """A job that was begun."""

    steps: Iterator[Action | Wait | Kept | None]
    wanted: bool
    allowed: int = AHEAD
    started: bool = False
    """Whether it has given an output that is wanted."""


@dataclass(slots=True)
class _Desk:
    """The jobs of a process, and whose turn it is."""

    connection: Connection
    runs: dict[int, _Run] = field(default_factory=dict)
    turns: Turns[int] = field(default_factory=Turns)
    steps: int = 0
    """Steps that were begun or are over: it changes while the loop goes on."""
    idle: bool = False
    """Whether it waits for orders."""
    _turn: Turn | None = None
    _sending: Lock = field(default_factory=Lock)

    def send(self, number: int, item: Item | Sign) -> None:
        """Say something of a job; 0 is none. Raises OSError where the engine is gone."""
        with self._sending:
            self.connection.send((number, item))

    def turn(self, number: int, seconds: float) -> None:
        """Say whose the next step is and how long it may take, unless that was said before."""
        turn = Turn(number, seconds)
        if turn != self._turn:
            self._turn = turn
            self.send(0, turn)

    def rest(self) -> None:
        """There is nothing to do: what may take longer is over."""
        if self._turn is None or self._turn.seconds:
            self.turn(0, 0.0)
        self.idle = True

    def obey(self, order: Order) -> None:
        self.idle = False
        match order:
            case Begin(number, work, wanted):
                self.runs[number] = _Run(_of(work), wanted)
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
        run = self.runs[number]
        self.turn(number, 0.0 if run.started else FIRST_OUTPUT)
        began = time.thread_time()
        self.steps += 1
        found = attempted(partial(next, run.steps, Ended()), "a job beside the engine")
        said = Ended(found) if isinstance(found, Fault) else found
        self.steps += 1
        self.turns.took(number, time.thread_time() - began)  # the machine's other work is no job's doing
        if said is not None and run.wanted:
            self.send(number, said)
            run.started = True
            run.allowed -= int(not isinstance(said, Kept))
        if isinstance(said, Ended):
            self._forget(number)

    def _forget(self, number: int) -> None:
        self.runs.pop(number, None)
        self.turns.forget(number)


def _of(work: bytes) -> Iterator[Action | Wait | Kept | None]:
    """The job's steps; the first imports what it is made of."""
    function, args = pickle.loads(work)
    yield from function(*args)


def serve(
    connection: Connection, parent: int, wanted: config.DeviceChoice, cache: datasets.Cache | None = None
) -> None:
    """The process: orders first, then a step of the job whose turn it is, until the engine is gone."""
    stand_back(parent)
    logs.begin(*config.log_settings(Namespace(), os.environ))  # as the engine's, which told it to its environment
    try:
        compute.prepare(wanted, threads=1)
    except compute.NoDeviceError:
        return  # the engine finds the same, and says so
    datasets.use(cache)
    desk = _Desk(connection)
    orders: SimpleQueue[Order | None] = SimpleQueue()
    # Read all the time: were both ends to wait until the other one reads, neither would.
    Thread(target=_read, args=(connection, orders), daemon=True).start()
    Thread(target=_beat, args=(desk,), daemon=True).start()
    with contextlib.suppress(OSError):
        while True:
            while not orders.empty() or not desk.due():
                desk.rest()
                order = orders.get()
                if order is None:
                    return
                desk.obey(order)
            number = desk.turns.next(desk.due())
            assert number is not None
            desk.step(number)


def _beat(desk: _Desk) -> None:
    """Show that the steps go on, every second in which one began or ended or none can."""
    shown = -1
    with contextlib.suppress(OSError):
        while True:
            if desk.steps != shown or desk.idle:
                shown = desk.steps
                desk.send(0, Beat())
            time.sleep(PERIOD)


def _read(connection: Connection, orders: SimpleQueue[Order | None]) -> None:
    """Put every order into the queue, and None when there will be no more."""
    try:
        while True:
            orders.put(connection.recv())
    except (EOFError, OSError):
        orders.put(None)
