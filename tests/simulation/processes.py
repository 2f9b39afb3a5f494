"""The engine's process as the world has it: the real engine, stepped by the world, stopped and killed at any moment.

A turn is carried out at once; the seconds that it charges pass for it alone, what it sends carries its moment, and its
next turn begins after them. A kill unwinds the turn at an operation of the pipe or the disk, and nothing that a dying
process would not do is left behind: its note of what it tried stays in the file.
"""

from __future__ import annotations

import asyncio
import logging
import signal as signals
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from server.disk.store import Lock, Log, StoreError
from server.engine import warmth
from server.engine.background import Background
from server.engine.loop import EngineLoop
from server.engine.poison import Attempts, file_of
from server.engine.recoveries import Recovered, Recoveries
from server.pipe.bus import EnginePipe, PipeClosed
from server.room import jobs
from tests.simulation import scenes as stand_ins
from tests.simulation.pipes import Asleep, End

if TYPE_CHECKING:
    from tests.simulation.world import World

log = logging.getLogger("gnn_live.launch")


class Killed(BaseException):
    """The process is killed here."""


class Paused(BaseException):
    """A turn is over; the engine goes on when the world lets it."""


class Host:
    """One engine's process."""

    def __init__(self, world: World, pid: int, number: int, end: End, exited: Callable[[int], None]) -> None:
        self.world = world
        self.pid = pid
        self.number = number
        self.engine: EngineLoop | None = None
        self.stopped = False
        self.stopped_at = 0.0
        self.dead = False
        self.fuse: int | None = None
        """Operations after which it is killed."""
        self.worked = 0
        """Pieces of what takes long that the present turn has done."""
        self.memo: set[str] = set()
        """What this process has loaded."""
        self.ready_at: float | None = None
        self.pipe = end
        self._exited = exited
        self._held = ExitStack()
        self._busy_until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        end.owner = self
        world.loop.call_later(world.setup.boot, self._boot)

    # --- from the outside -------------------------------------------------------------------------

    def signal(self, number: int) -> None:
        """What a signal does."""
        if self.dead:
            return
        if number == signals.SIGSTOP:
            self.stopped = True
            self.stopped_at = self.world.clock.now
        elif number == signals.SIGCONT:
            self.stopped = False
            self.wake()
        else:
            self.kill(-number)

    def kill(self, status: int = -signals.SIGKILL) -> None:
        """It is gone at once; what its turn would have sent after this moment it never sent."""
        if self.dead:
            return
        self.pipe.peer.lose_after(self.world.clock.now)
        self._over(status)

    def wake(self) -> None:
        """Something came: it may have a turn."""
        if self.engine is not None and not self.dead and not self.stopped:
            self._at(self.world.clock.now)

    def burn(self) -> None:
        """An operation of the pipe or the disk; a kill may come before it."""
        if self.dead:
            raise Killed
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                self._remember_attempt()
                raise Killed

    # --- its life ---------------------------------------------------------------------------------

    def _boot(self) -> None:
        if self.stopped:
            self.world.loop.call_later(0.5, self._boot)
        elif not self.dead:
            self._run(self._begin)

    def _begin(self) -> None:
        """As `server.engine.process.serve` begins."""
        world, data = self.world, self.world.data
        warmth.load(world.scenes)
        pipe = EnginePipe(self.pipe.number)
        try:
            self._held.callback(Lock(data, f"engine-{self.number}", 30.0).release)
            store = Log(data)
        except StoreError as error:
            log.error("%s", error)
            self._over(1)
            return
        generation = store.generation()
        attempts = Attempts(data, store, self.number)
        self._held.callback(attempts.close)
        pipe.send(msgspec.structs.replace(world.catalogue, generation=generation))
        self.engine = EngineLoop(pipe, store, attempts, world.scenes, generation, warm=not world.setup.cold)
        self._count_work(self.engine)
        self.ready_at = world.clock.now
        self.wake()

    def _count_work(self, engine: EngineLoop) -> None:
        """Count what takes long in a turn: slices of recoveries that do something, and steps of jobs and warm-ups."""
        recoveries, background = engine._recoveries, engine._background

        def slice() -> Iterator[Recovered]:
            self.worked += bool(recoveries)
            yield from Recoveries.slice(recoveries)

        def step() -> bool:
            stepped = Background.step(background)
            self.worked += stepped
            return stepped

        setattr(recoveries, "slice", slice)  # noqa: B010
        setattr(background, "step", step)  # noqa: B010

    def _turn(self) -> None:
        self._timer = None
        if self.dead or self.stopped or self.engine is None:
            return
        if self.pipe.waits:
            return  # it waits for room in the pipe; whoever reads wakes it
        self._run(self._turn_once)

    def _turn_once(self) -> None:
        """One turn, in the engine's own loop, so that its end is its own too."""
        engine = self.engine
        assert engine is not None
        turns = 0

        def turn() -> None:
            nonlocal turns
            if turns:
                raise Paused
            turns += 1
            EngineLoop.turn(engine)

        setattr(engine, "turn", turn)  # noqa: B010
        engine.run()
        self._over(0)

    def _run(self, work: Callable[[], None]) -> None:
        """Do something as this process; its seconds pass for it alone."""
        world, clock = self.world, self.world.clock
        began, waited = clock.now, clock.waited
        self.worked = 0
        wake: float | None = 0.0
        world.running = self
        stand_ins.begin(self.memo)
        jobs.use(None)
        try:
            work()
        except Asleep as asleep:
            wake = asleep.until
        except Paused:
            pass
        except (Killed, PipeClosed) as end:
            self._over(-signals.SIGKILL if isinstance(end, Killed) else 0)
        finally:
            world.running = None
            took, self._busy_until = clock.now - began, clock.now
            world.judge.turned(self, took - (clock.waited - waited))
            clock.now = began
        if not self.dead and wake is not None:
            self._at(wake)

    def _at(self, moment: float) -> None:
        moment = max(moment, self._busy_until, self.world.clock.now)
        if self._timer is not None:
            if self._timer.when() <= moment:
                return
            self._timer.cancel()
        self._timer = self.world.loop.call_at(moment, self._turn)

    def _remember_attempt(self) -> None:
        """What the file says at the moment of the death outlives the unwinding."""
        path = self.world.data / file_of(self.number)
        note = path.read_bytes() if path.exists() else None
        if note is not None:
            self._held.callback(_write_back, path, note)

    def _over(self, status: int) -> None:
        if self.dead:
            return
        self.dead = True
        if self._timer is not None:
            self._timer.cancel()
        self.engine = None
        self.world.disk.forget(self)
        self._held.close()
        self.pipe.close()
        self.world.ended(self)
        self.world.loop.call_later(0.001, self._exited, status)


def _write_back(path: Path, note: bytes) -> None:
    path.write_bytes(note)


class ProcessTransport(asyncio.SubprocessTransport):
    """What asyncio holds of a process."""

    def __init__(self, world: World, pid: int, number: int, end: End, protocol: asyncio.SubprocessProtocol) -> None:
        super().__init__()
        self._protocol = protocol
        self._status: int | None = None
        self._waiters: list[asyncio.Future[int]] = []
        self.host = Host(world, pid, number, end, self._exited)

    def _exited(self, status: int) -> None:
        self._status = status
        self._protocol.process_exited()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(status)

    async def _wait(self) -> int:
        if self._status is None:
            self._waiters.append(asyncio.get_running_loop().create_future())
            return await self._waiters[-1]
        return self._status

    def get_pid(self) -> int:
        """Its number."""
        return self.host.pid

    def get_returncode(self) -> int | None:
        """None while it runs."""
        return self._status

    def get_pipe_transport(self, fd: int) -> Any:
        """It has none."""
        return None

    def send_signal(self, signal: int) -> None:
        """Send it a signal; raises ProcessLookupError when it is gone."""
        if self._status is not None:
            raise ProcessLookupError
        self.host.signal(signal)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signals.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signals.SIGKILL)

    def close(self) -> None:
        """Nothing is held."""


class Processes:
    """Starts the engines of a world and knows them by their numbers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._next = 1000
        self.hosts: dict[int, Host] = {}
        self.ending = False
        """Whether the world is over."""

    def spawn(
        self, words: tuple[str, ...], descriptors: tuple[int, ...], protocol: asyncio.SubprocessProtocol
    ) -> ProcessTransport:
        """An engine, from its command line; raises OSError where no descriptor is free for it."""
        table = self._world.descriptors
        table.give_back(table.take())  # as starting a process needs some for a moment
        flags = dict(pairwise(words))
        end = table.ends[int(flags["--fd"])]
        assert end.number in descriptors
        self._next += 1
        transport = ProcessTransport(self._world, self._next, int(flags["--number"]), end, protocol)
        self.hosts[self._next] = transport.host
        return transport

    def end(self, number: int) -> End:
        """The pipe's end that a process was given by its number."""
        return next(host.pipe for host in self.living() if host.pipe.number == number)

    def living(self) -> list[Host]:
        """Those that are there now."""
        return [host for host in self.hosts.values() if not host.dead]

    def signal(self, pid: int, number: int) -> None:
        """As `os.kill`."""
        host = self.hosts.get(pid)
        if host is None or host.dead:
            raise ProcessLookupError
        host.signal(number)
