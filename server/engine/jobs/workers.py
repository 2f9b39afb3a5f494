"""Processes beside the engine that run the steps of its jobs, so that a training never holds up a frame or an answer.

An engine gives a job to the worker with the fewest. One that is killed loses its jobs (`Lost`); one that stands still
or whose step does not end gets no job any more, its jobs say so (`Wait.why`), and soon it is killed (`Hung`). Then they
begin again in another one, where they were kept last (`server.engine.timeline`).
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import time
from collections import deque

from server.engine.jobs.channel import Channel, ChannelClosed
from server.engine.jobs.liveness import Liveness
from server.engine.jobs.orders import Beat, Begin, End, Ended, Function, Item, More, Order, Sign, Turn
from server.engine.jobs.worker import serve
from server.pipe.watchdog import PATIENCE, Patience
from server.protocol.faults import Refused
from server.room import datasets
from server.room.device import device
from server.room.jobs import Hung, Lost
from server.room.scene import JobSteps, Kept, Pending
from server.settings import config

PAUSE = 0.01
"""Seconds until an engine looks again where nothing had come."""
MOST_WORKERS = 4
BURIAL = 1.0
"""Seconds that a process which was told to end, or killed, is waited for."""
SILENT = "the process that computes this does not answer: Reset starts it again in another one, as does time"
UNSTARTED = "expected another process for this work, but this computer gave none ({}): Reset tries again"

log = logging.getLogger("gnn_live.workers")


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
            self._workers[0].tell(Begin.of(next(self._numbers), function, args, wanted=False))

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
        assert self.process.pid is not None
        self.alive = True
        self.hung = False
        """Whether it was given up because it did not answer."""
        self._inboxes: dict[int, deque[Item]] = {}
        self._liveness = Liveness(self.process.pid, patience)
        self._turn = 0
        """The job that its steps are of; 0 before it has loaded what jobs need, and for none."""

    @property
    def jobs(self) -> int:
        """How many it runs."""
        return len(self._inboxes)

    @property
    def answers(self) -> bool:
        """Whether it goes on, as far as is known."""
        return self.alive and self._liveness.answers

    def tell(self, order: Order) -> None:
        """Give an order; one that is gone hears nothing."""
        if self.alive:
            try:
                self._channel.send(order)
            except ChannelClosed:
                self._ended()

    def steps(self, number: int, function: Function, args: tuple[object, ...]) -> JobSteps:
        """One job's outputs as they come."""
        inbox = self._inboxes[number] = deque()
        try:
            self.tell(Begin.of(number, function, args, wanted=True))
            looked = 0.0
            while True:
                # Who comes back at once, a replay, does not wait between two steps: then it is waited for here.
                self.look(PAUSE if not inbox and time.monotonic() - looked < PAUSE / 2 else 0.0)
                if not inbox and not self.alive:
                    raise (Hung if self.hung else Lost)(blamed=self._turn in (0, number))
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
                self._take(number, item)
        except ChannelClosed:
            self._ended()
            return
        answered = self._liveness.answers
        self._liveness.look()
        if self._liveness.hung:
            log.error("a worker (process %d) does not answer and is killed", self.process.pid)
            self.hung = True
            self.close()
        elif answered and not self._liveness.answers:
            log.warning("a worker (process %d) does not answer", self.process.pid)

    def _ended(self) -> None:
        log.warning("a worker (process %d) has ended", self.process.pid)
        self.alive = False

    def _take(self, number: int, item: Item | Sign) -> None:
        """Whatever it says is a sign of life."""
        match item:
            case Beat():
                self._liveness.feed()
            case Turn(number=turn, seconds=seconds):
                self._turn = turn
                self._liveness.announced(seconds)
            case _:
                self._liveness.feed()
                if number in self._inboxes:
                    self._inboxes[number].append(item)

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
