"""A world: gateway, engines, browsers and what happens to them, in one process and one thread, from one seed.

run(draw(seed)) -> Report        the same seed twice gives the same trace, byte for byte
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from server.cli import program
from server.disk.keys import Keys
from server.disk.store import FILE, Registry
from server.engine import warmth
from server.gateway.app import create_app
from server.gateway.defence.descriptors import Files
from server.gateway.defence.limits import Census
from server.gateway.engines import EngineProcess
from server.gateway.hub import Gateway, Limits, Timing
from server.pipe import backlog, bus
from server.pipe.watchdog import Patience
from server.room.state import Room
from server.settings.config import Settings
from tests.simulation import clock as time_of
from tests.simulation import premises
from tests.simulation import scenes as stand_ins
from tests.simulation.client import Browser
from tests.simulation.clock import Clock
from tests.simulation.disk import Disk
from tests.simulation.invariants import DRAINED, ENDED, LIVE, Judge
from tests.simulation.loop import Loop
from tests.simulation.network import Connection, Transport
from tests.simulation.people import People
from tests.simulation.pipes import Descriptors, Pairs, Selects, Sockets
from tests.simulation.processes import Host, Processes
from tests.simulation.report import Report
from tests.simulation.script import FIRST, OTHER, Event, Script

SHARED = Path("/dev/shm")
"""Where files cost no disk."""
START = 20.0
"""Seconds that an engine has for its start."""
WRITE = 0.0003
"""Seconds of computing that one write of the log takes."""
ACCEPT_AGAIN = 1.0
"""Seconds after which asyncio accepts again where no descriptor was free."""


def run(script: Script, verbose: bool = False) -> Report:
    """Let a world happen."""
    with World(script, verbose) as world:
        return world.live()


class World:
    """Everything that is there."""

    def __init__(self, script: Script, verbose: bool = False) -> None:
        self.script = script
        self.setup = script.setup
        self.verbose = verbose
        self.clock = Clock()
        self.began = self.clock.now
        self.loop = Loop(self.clock)
        self.descriptors = Descriptors()
        self.processes = Processes(self)
        self.loop.spawner = self.processes
        self.judge = Judge(self)
        self.running: Host | None = None
        self.disk = Disk(self.clock, write=WRITE, burn=self._burn, owner=lambda: self.running)
        self.disk_was_bad = False
        self.scenes = premises.scenes_of(script.setup.real)
        self.catalogue = premises.catalogue_of(script.setup.real)
        self.browsers: list[Browser] = []
        self.gone: set[int] = set()
        """Browsers that are not expected to be there at the end."""
        self.tasks: list[asyncio.Task[Any]] = []
        self.events: Counter[str] = Counter()
        self.noticed = 6.0
        """Seconds after which a silent engine counts as not ready."""
        self.transports: list[Transport] = []
        self.data = Path()
        self.gateway: Gateway
        self.config: uvicorn.Config
        self.people = People(self)
        self._troubled = self.clock.now
        self._state = ServerState()
        self._held = ExitStack()
        self._app: FastAPI

    # --- beginning and end ------------------------------------------------------------------------

    def __enter__(self) -> World:
        held = self._held
        self.data = Path(tempfile.mkdtemp(prefix="world-", dir=SHARED if SHARED.is_dir() else None))
        held.callback(shutil.rmtree, self.data, ignore_errors=True)
        (self.data / FILE).write_bytes(premises.template())
        held.enter_context(premises.quiet(self.judge))
        held.enter_context(time_of.installed(self.clock))
        held.enter_context(self.disk.installed())
        held.enter_context(self._seeded())
        held.enter_context(self._patched())
        registry = held.enter_context(Registry(self.data))
        for name in (FIRST, OTHER):
            registry.create(name, name, None)
        limits, timing = Limits(viewers=self.setup.viewers), Timing(engine=Patience(start=START))
        self.gateway = Gateway(registry, Keys(b"k" * 32), timing, limits)
        settings = Settings(data=self.data, cold=self.setup.cold)
        self._app = create_app(self.gateway, lambda: None, [EngineProcess(settings)], premises.assets())  # type: ignore[arg-type, return-value]
        self.config = program._uvicorn(self._app, settings, Census(Files(10_000, 0)))
        self.config.load()
        for number, (session, role) in enumerate(self.setup.browsers):
            self.add(Browser(self, number, session, role, f"{role[:3]}{number} {session}"))
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def add(self, browser: Browser) -> None:
        """Somebody more."""
        if browser.role == "instructor":
            self.give_key(browser)
        self.browsers.append(browser)

    def live(self) -> Report:
        """From the beginning to the end."""
        self.loop.set_exception_handler(self._failed)
        self.loop.set_task_factory(self._task)
        try:
            self.loop.run_until_complete(self._lived())
        finally:
            self._close()
        facts = self.judge
        commands = sum(browser.sent for browser in self.browsers)
        viewers = len(self.setup.browsers)
        most = max((size for who, size in facts.logged.items() if who != "instructor"), default=0)
        seconds = self.clock.now - self.began
        return Report(
            self.script,
            facts.trace.hexdigest(),
            facts.violations,
            commands,
            viewers,
            facts.frames,
            self.events,
            seconds,
            facts.slowest,
            most,
            facts.lines,
        )

    async def _lived(self) -> None:
        async with self._app.router.lifespan_context(self._app):
            self._next_event(iter(self.script.events))
            last = max((event.at for event in self.script.events), default=0.0)
            ends = [event.at + float(event.args[0]) for event in self.script.events if event.kind in _LASTING]
            healed = max([last, *(end for end in ends if end < last + 60)]) + 0.5
            while self.clock.now < self.began + healed:
                await asyncio.sleep(1.0)
                self.judge.look()
            self._heal()
            hung = [self.began + event.at + ENDED for event in self.script.events if event.kind == "hang"]
            deadline = max([self.clock.now, *hung]) + LIVE
            latest = deadline + DRAINED
            while not self._quiet() and self.clock.now < min(deadline, latest):
                await asyncio.sleep(0.5)
                self.judge.look()
                if any(transport.unread for transport in self._open()):  # a flood is carried out, and its sender there
                    deadline = max(deadline, self.clock.now + LIVE)
            self.judge.settle()
            self._leaks()

    def _heal(self) -> None:
        """Nothing more goes wrong; who is away comes back."""
        self.judge.note("healed")
        self.disk.full, self.disk.slow = False, 0.0
        self.descriptors.limit = 10_000
        for browser in self.browsers:
            if browser.number not in self.gone:
                browser.wake()

    def _quiet(self) -> bool:
        """Whether everybody is there and nothing is on its way."""
        if any(not (b.live and b.quiet) for b in self.browsers if b.number not in self.gone):
            return False
        if not self.gateway.ready or any(
            viewer.outbox.waiting() for r in self.gateway.rooms for viewer in r.watching()
        ):
            return False
        for name in (FIRST, OTHER):
            lives = [host.engine._sessions.get(name) for host in self.processes.living() if host.engine is not None]
            if not any(live is not None and live.timeline.job is None and not live.room.playing for live in lives):
                return False
        if any(host.engine is not None and host.engine._outgoing.due() is not None for host in self.processes.living()):
            return False
        return len(self._open()) == len([b for b in self.browsers if b.live]) and all(b.settled for b in self.browsers)

    def _open(self) -> list[Transport]:
        self.transports = [transport for transport in self.transports if not transport.closed]
        return self.transports

    def _leaks(self) -> None:
        engines, live = self.processes.living(), [browser for browser in self.browsers if browser.live]
        if len(engines) != 1:
            self.judge.wrong(f"expected one engine, got {len(engines)}")
        if len(self._open()) != len(live):
            self.judge.wrong(f"expected {len(live)} open sockets, got {len(self._open())}")
        if len(self.descriptors.open) != len(live) + len(engines) * 2 - len(engines):
            self.judge.wrong(f"expected {len(live) + 1} descriptors, got {len(self.descriptors.open)}")

    def _close(self) -> None:
        self.judge.over = True
        self.processes.ending = True
        for host in self.processes.living():
            host.kill()
        for transport in self._open():
            transport.abort()
        tasks = [task for task in self.tasks if not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.wait(tasks))
        for task in self.tasks:
            if task.done() and not task.cancelled():
                task.exception()
        self.loop.set_exception_handler(lambda *_: None)
        self.loop.close()

    # --- what happens -----------------------------------------------------------------------------

    def _next_event(self, events: Iterator[Event]) -> None:
        """One timer for all of them: a long heap of timers is half of what a world costs."""
        event = next(events, None)
        if event is not None:
            self.loop.call_at(self.began + event.at, self._happen, event, events)

    def _happen(self, event: Event, events: Iterator[Event]) -> None:
        self._next_event(events)
        self.judge.note(str(event))
        kind = event.kind if event.kind != "leave" else f"leave {event.args[0]}"
        if event.kind not in ("join", "do"):
            self.events[kind] += 1
        self.people.happen(event)

    def trouble(self) -> None:
        """Something is wrong at this moment that an answer may wait for."""
        self._troubled = self.clock.now

    def calm_for(self) -> float:
        """Seconds since engine and disk are as they should be."""
        hosts = self.processes.living()
        well = self.gateway.ready and all(not host.stopped for host in hosts)
        if not well or self.disk.full or self.disk.slow or self.descriptors.limit < 10_000:
            self.trouble()
        return self.clock.now - self._troubled

    def ended(self, host: Host) -> None:
        """An engine is gone."""
        self.judge.note(f"engine {host.pid} is gone")
        self.trouble()

    def dial(self, browser: Browser) -> Connection:
        """A connection of this browser, which the server accepts as soon as it has a descriptor."""
        connection = Connection(self.loop, browser.random, self.setup.latency, self.setup.grid, browser)
        self.loop.call_at(connection.moment(2 * self.setup.latency), self._accept, connection)
        return connection

    def _accept(self, connection: Connection) -> None:
        if connection.peer is None or connection.cut:
            return
        try:
            number = self.descriptors.take()
        except OSError:
            self.loop.call_later(ACCEPT_AGAIN, self._accept, connection)
            return
        serve: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        protocol = serve(self.config, self._state, {}, self.loop)
        transport = Transport(connection, protocol, number, self.descriptors.give_back)
        self.transports.append(transport)
        connection.peer.connected()

    def give_key(self, browser: Browser) -> None:
        """The link of the session's control panel, as the terminal shows it."""
        session = self.gateway.registry.find(browser.session)
        assert session is not None
        browser.key = self.gateway.keys.key(session.id, session.key_generation)

    def stage_token(self, browser: Browser) -> str:
        """What a stage has from its control panel, which hands a new one over; strangers have none."""
        session = self.gateway.registry.find(browser.session)
        assert session is not None
        stranger = browser.number >= len(self.setup.browsers)
        return "" if stranger else self.gateway.keys.stage(session.id, session.key_generation)

    def give_new_key(self, browser: Browser) -> None:
        """A panel whose key was changed is given the new link."""

        def again() -> None:
            self.give_key(browser)
            browser.open()

        self.loop.call_later(0.7, again)

    def room(self, session: str) -> Room | None:
        """A session as its engine has it."""
        for host in self.processes.living():
            live = host.engine._sessions.get(session) if host.engine is not None else None
            if live is not None:
                return live.room
        return None

    def entries(self) -> list[tuple[str, str, str, int | None, int]]:
        """Of every command in the log: session, seat, nonce, number, bytes."""
        query = (
            "SELECT session, seat, nonce, command, length(body) FROM log WHERE kind = 'command' ORDER BY session, seq"
        )
        return list(self.gateway.registry._read(query))

    # --- what lies below --------------------------------------------------------------------------

    def _burn(self) -> None:
        if self.running is not None:
            self.running.burn()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.judge.wrong(f"{context.get('message')}: {error!r} ({context.get('handle') or context.get('task')})")

    def _task(self, loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, **options)
        self.tasks.append(task)
        return task

    @contextmanager
    def _seeded(self) -> Iterator[None]:
        """All randomness of the process comes from the seed."""
        source = Random(self.script.seed)
        state, urandom, own = random.getstate(), os.urandom, getattr(random, "_urandom")  # noqa: B009
        random.seed(self.script.seed)
        os.urandom = source.randbytes
        setattr(random, "_urandom", source.randbytes)  # noqa: B010
        try:
            yield
        finally:
            random.setstate(state)
            os.urandom = urandom
            setattr(random, "_urandom", own)  # noqa: B010

    @contextmanager
    def _patched(self) -> Iterator[None]:
        """Sockets, poll and signals are the world's."""
        pairs = Pairs(
            self.clock, self.loop, Random(self.script.seed), self.descriptors, self.setup.pipe, self.setup.grid
        )
        before = [(owner, name, getattr(owner, name)) for owner, name in _BELOW]
        setattr(socket, "socketpair", pairs.socketpair)  # noqa: B010
        setattr(bus, "socket", Sockets(lambda number: self.processes.end(number)))  # noqa: B010
        setattr(bus, "select", Selects(self.clock))  # noqa: B010
        limits = dict(backlog.LIMITS)
        backlog.LIMITS.update(dict.fromkeys(limits, 4 * self.setup.pipe))
        setattr(warmth, "load", stand_ins.load)  # noqa: B010
        setattr(os, "kill", self._kill)  # noqa: B010
        setattr(os, "killpg", self._kill)  # noqa: B010
        try:
            yield
        finally:
            backlog.LIMITS.update(limits)
            for owner, name, real in before:
                setattr(owner, name, real)

    def _kill(self, pid: int, number: int) -> None:
        if pid == os.getpid():
            self.judge.wrong("the program ends")
        else:
            self.processes.signal(pid, number)


_BELOW = ((socket, "socketpair"), (bus, "socket"), (bus, "select"), (os, "kill"), (os, "killpg"), (warmth, "load"))
"""What lies below the program, and is the world's while it lasts."""
_LASTING = ("hang", "full disk", "slow disk", "files", "flood", "slow")
"""Kinds of events whose first argument says how long they last."""


__all__ = ["Report", "World", "run"]
