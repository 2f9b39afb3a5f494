"""A job whose worker is stopped or killed goes on by itself, in whatever phase: the same outputs, from its last place.

Real processes, SIGKILL and SIGSTOP. The patience of these tests ends no process for taking long, only one that stands
still. A file opens the gate that a job waits at, so a phase lasts until it was interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from server.disk.store import Entry
from server.engine.jobs.workers import Worker, Workers
from server.engine.poison import Watch
from server.engine.timeline import FAILED, Started, Timeline
from server.pipe.watchdog import Patience
from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room import jobs
from server.room.jobs import MOST_INTERRUPTIONS, Lost
from server.room.scene import AnyScene, Context, Job, JobSteps, Kept, Wait
from server.room.state import Room
from tests.server.probe import Learned, Probe, State
from tests.server.test_hung_worker import PATIENCE, stop

STILL = Patience(silent=2.0, hung=3600.0, start=3600.0, still=2.5)
UNTIL, KEEP = 12, 3
Walk = Callable[[Path, bytes | None], JobSteps]


@dataclass(frozen=True)
class Interruptible(Probe):
    """A probe whose job runs beside the engine."""

    folder: Path = field(default_factory=Path)
    walk: Walk = field(default_factory=lambda: plainly)

    def job(self, state: State) -> Job | None:
        if state.learned >= UNTIL:
            return None
        return Job(("walk",), lambda kept: jobs.beside(self.walk, self.folder, kept))

    def apply(self, state: State, action: Action, context: Context) -> State:
        after = super().apply(state, action, context)
        return replace(after, count=state.count + 1) if isinstance(action, Learned) else after


def walking(folder: Path, body: bytes | None, gate: int = -1) -> JobSteps:
    """Outputs that depend on all before them, kept every third time; it waits before one of them for its gate."""
    done, own = (0, 1) if body is None else msgspec.msgpack.decode(body, type=tuple[int, int])
    with (folder / "begun").open("a") as diary:
        diary.write(f"{done} ")
    yield None
    while done < UNTIL:
        while done == gate and not (folder / "open").exists():
            (folder / "waits").touch()
            time.sleep(0.01)
            yield None
        done, own = done + 1, (own * own + done) % 97
        yield Learned(step=done)
        if done % KEEP == 0:
            yield Kept(msgspec.msgpack.encode((done, own)))


def before_the_first(folder: Path, body: bytes | None) -> JobSteps:
    yield from walking(folder, body, gate=0)


def between(folder: Path, body: bytes | None) -> JobSteps:
    yield from walking(folder, body, gate=5)


def plainly(folder: Path, body: bytes | None) -> JobSteps:
    yield from walking(folder, body)


def deadly(folder: Path, body: bytes | None) -> JobSteps:
    """It ends its process at the eighth output, each time."""
    for output in walking(folder, body):
        if isinstance(output, Learned) and output.step == 8:
            os.kill(os.getpid(), signal.SIGKILL)
        yield output


def timeline(walk: Walk, folder: Path) -> Timeline:
    folder.mkdir()
    scenes: dict[str, AnyScene] = {"probe": Interruptible(folder, walk)}  # type: ignore[dict-item]
    made = Timeline(Room("r"), scenes, Watch(lambda _: False, lambda _: nullcontext()))
    made.enter(Entry(seq=1, kind="create", body=msgspec.json.encode(Started(None))))
    made.enter(Entry(seq=2, kind="command", body=b'{"t":"open","scene":"probe","params":{}}'))
    return made


def state(of: Timeline) -> State:
    assert of.room.open is not None
    assert isinstance(of.room.open.state, State)
    return of.room.open.state


def steps(*timelines: Timeline) -> Iterator[list[str]]:
    """One step of each job after the other until all are over; what they were said to wait for."""
    ends = time.monotonic() + 10 * PATIENCE
    while any(one.job is not None for one in timelines):
        assert time.monotonic() < ends
        waits = [one.step() for one in timelines]
        yield [wait.why for wait in waits if wait is not None]
        if all(isinstance(wait, Wait) for wait in waits):
            time.sleep(0.01)


@pytest.fixture
def workers() -> Iterator[Workers]:
    with closing(Workers(1, STILL)) as made:
        jobs.use(made)
        yield made
        jobs.use(None)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> State:
    """What an undisturbed job leaves, computed here."""
    undisturbed = timeline(plainly, tmp_path_factory.mktemp("calm") / "job")
    for _ in steps(undisturbed):
        pass
    return state(undisturbed)


def same(one: State, other: State) -> bool:
    return (one.learned, one.count, one.values.tolist()) == (other.learned, other.count, other.values.tolist())


def begins(folder: Path) -> list[int]:
    """After which output it was begun, each time."""
    return [int(word) for word in (folder / "begun").read_text().split()]


def kill(worker: Worker) -> None:
    assert worker.process.pid is not None
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.join()


def loads_torch(worker: Worker) -> bool:
    return "libtorch" in Path(f"/proc/{worker.process.pid}/maps").read_text()


@dataclass(frozen=True)
class Phase:
    """What a worker does when it is interrupted, and after which outputs its job is begun then."""

    reached: Callable[[Path, Worker], bool]
    begins: list[int]
    walk: Walk = plainly


PHASES = {
    "at once": Phase(lambda _, __: True, [0]),
    "loading torch": Phase(lambda _, worker: loads_torch(worker), [0]),
    "before its first output": Phase(lambda folder, _: (folder / "waits").exists(), [0, 0, 0], before_the_first),
    "between two outputs": Phase(lambda folder, _: (folder / "waits").exists(), [0, 3, 3], between),
}


@pytest.mark.parametrize("phase", PHASES)
def test_a_job_whose_worker_is_killed_and_then_stopped_goes_on_by_itself(
    phase: str, workers: Workers, calm: State, tmp_path: Path
) -> None:
    folder = tmp_path / "job"
    job = timeline(PHASES[phase].walk, folder)
    interruptions, interrupted, told = [kill, stop], list[Worker](), set[str]()
    for waits in steps(job):
        told |= set(waits)
        for worker in workers._workers:
            if interruptions and worker not in interrupted and PHASES[phase].reached(folder, worker):
                interruptions.pop(0)(worker)
                interrupted.append(worker)
                (folder / "waits").unlink(missing_ok=True)
                if not interruptions:
                    (folder / "open").touch()
    assert len(interrupted) == 2
    assert same(state(job), calm)
    assert begins(folder) == PHASES[phase].begins
    assert job.room.open is not None
    assert job.room.open.failed == ""
    assert told >= {"the process that computed this ended: another one begins it again"}
    assert not any(worker.process.is_alive() for worker in interrupted)


def test_a_job_that_ends_its_worker_again_and_again_is_told_of_and_the_others_go_on(
    workers: Workers, calm: State, tmp_path: Path
) -> None:
    bad, good = timeline(deadly, tmp_path / "bad"), timeline(between, tmp_path / "good")
    for _ in steps(bad, good):
        if bad.job is None:
            (tmp_path / "good" / "open").touch()
    times = MOST_INTERRUPTIONS + 1
    assert begins(tmp_path / "bad") == [0, 6, 6], "each time from where it was kept"
    assert state(bad).learned == 7
    assert bad.room.open is not None
    assert bad.room.open.failed == Lost(times).detail
    assert f"ended {times} times in a row at the same place; Reset" in bad.room.open.failed
    assert len(begins(tmp_path / "good")) == times + 1, "it was lost with the other one, and that is not its doing"
    assert same(state(good), calm)


@pytest.mark.parametrize("phase", ["at once", "loading torch"])
def test_a_program_that_ends_waits_for_no_worker_that_starts(phase: str) -> None:
    with closing(Workers(1, STILL)) as workers:
        workers.start()
        (worker,) = workers._workers
        while not PHASES[phase].reached(Path(), worker):
            time.sleep(0.001)
        stop(worker)
    assert not worker.process.is_alive()


def test_a_job_that_the_worker_cannot_read_fails_and_the_worker_goes_on(workers: Workers) -> None:
    """The function's module is not there where it should run."""
    module = ModuleType("vanished")
    exec("def function():\n    yield", module.__dict__)
    sys.modules["vanished"] = module
    try:
        job = workers.steps(module.function, ())
        with pytest.raises(Refused, match=FAILED):
            for _ in job:
                pass
    finally:
        del sys.modules["vanished"]
    (worker,) = workers._workers
    assert [output for output in workers.steps(few, ()) if isinstance(output, Learned)] == [Learned(step=1)]
    assert workers._workers == [worker]


def few() -> JobSteps:
    yield Learned(step=1)
