"""A worker that does not answer is told of, gets no other job, and is replaced; its jobs go on where they were."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread

import pytest

from server.engine.jobs.channel import Channel, ChannelClosed
from server.engine.jobs.vitals import vitals
from server.engine.jobs.workers import SILENT, Worker, Workers
from server.pipe.bus import Create
from server.pipe.watchdog import Patience
from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room.jobs import MOST_INTERRUPTIONS, Hung
from server.room.scene import Context, Job, JobSteps, Kept, Wait
from server.room.state import Scenes
from tests.server.probe import Learned, Probe, ProbeParams, Rig, State, command
from tests.server.room.test_jobs import counting, outputs
from tests.server.scarce import no_more_files

PATIENCE = 180.0


def until_stalled(steps: JobSteps) -> None:
    """Take outputs until the job says why it does not go on."""
    for output in within_patience(steps):
        if isinstance(output, Wait) and output.why:
            assert output.why == SILENT
            return
    raise AssertionError("the job went on")


def within_patience(steps: JobSteps) -> Iterator[object]:
    ends = time.monotonic() + PATIENCE
    for output in steps:
        assert time.monotonic() < ends
        if isinstance(output, Wait):
            time.sleep(output.seconds)
        yield output


def stop(worker: Worker) -> None:
    assert worker.process.pid is not None
    os.kill(worker.process.pid, signal.SIGSTOP)
    while (seen := vitals(worker.process.pid)) is not None and seen.state != "T":
        time.sleep(0.001)


def test_a_stopped_worker_is_told_of_gets_no_job_and_is_killed_and_closing_waits_for_none() -> None:
    workers = Workers(1, Patience(3.0, 6.0, PATIENCE))
    with closing(workers):
        job = workers.steps(counting, (10**6,))
        assert next(outputs(job)) == Learned(step=1)
        (worker,) = workers._workers
        stop(worker)
        until_stalled(job)
        other = workers.steps(counting, (10**6,))
        assert next(outputs(other)) == Learned(step=1), "as after Reset: another process has it"
        with pytest.raises(Hung):
            list(within_patience(job))
        assert not worker.process.is_alive()
        replaced = workers._worker()
        assert replaced is not worker
        stop(replaced)
    assert not replaced.process.is_alive()


def stuck(until: int) -> JobSteps:
    """Outputs, then a step that does not end."""
    yield from counting(until)
    time.sleep(3600)


def importing() -> JobSteps:
    """A first step that lets no other thread of its process run for a second or more."""
    yield Learned(step=sum(range(5 * 10**7)) % 2)


def spinning(until: int) -> JobSteps:
    """Outputs, then a step that computes for ever."""
    yield from counting(until)
    while True:
        pass


def test_a_worker_that_loads_and_a_job_that_imports_are_not_silent() -> None:
    """Half a second of computing would count, were there not the time for the start and for a first output."""
    with closing(Workers(1, Patience(0.25, 0.5, PATIENCE))) as workers:
        found = [output for output in within_patience(workers.steps(importing, ())) if not isinstance(output, Wait)]
        assert found == [Learned(step=0)]


@pytest.mark.parametrize(
    ("step", "patience"),
    [(stuck, Patience(2.0, 3600.0, PATIENCE, still=3.0)), (spinning, Patience(2.0, 3.0, PATIENCE, still=3600.0))],
)
def test_a_worker_whose_step_does_not_end_is_silent(step: Callable[[int], JobSteps], patience: Patience) -> None:
    with closing(Workers(1, patience)) as workers, pytest.raises(Hung):
        list(within_patience(workers.steps(step, (3,))))


def test_where_no_worker_can_be_started_the_job_is_refused_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    with closing(Workers(1)) as workers:
        with no_more_files():
            workers.start()
            workers.prepare(counting, (1,))
            with pytest.raises(Refused, match=r"gave none \(Too many open files\): Reset tries again"):
                next(workers.steps(counting, (1,)))
        assert workers._workers == []
    assert "no other worker was started" in caplog.text


def test_neither_end_of_a_channel_is_waited_for() -> None:
    ours, theirs = Pipe()
    with theirs:
        channel = Channel(ours)
        for number in range(20):
            channel.send((number, b"x" * 2**18))  # whoever would read them is stopped
        assert channel.receive(0.0) == []
        got: list[object] = []
        reading = Thread(target=lambda: got.extend(theirs.recv()[0] for _ in range(20)), daemon=True)
        reading.start()
        while reading.is_alive():
            channel.flush()
        assert got == list(range(20))
        part = socket.socket(fileno=os.dup(theirs.fileno()))
        with part:
            part.sendall((1000).to_bytes(4, "big") + b"half")  # and is stopped in the middle of a message
        assert channel.receive(0.0) == []
    with pytest.raises(ChannelClosed):
        channel.receive(0.0)
    with pytest.raises(ChannelClosed):
        channel.send(1)
    channel.close()


# --- in a room ------------------------------------------------------------------------------------------------------


class Hanging(Probe):
    """A probe whose job does what a test asks at its third output, as often as it is begun."""

    def __init__(self, *then: Callable[[], Iterator[Wait]]) -> None:
        self.then = list(then)

    def job(self, state: State) -> Job | None:
        return Job(state.params, lambda _: self._outputs(state.params)) if state.params.steps else None

    def _outputs(self, params: ProbeParams) -> JobSteps:
        then = self.then.pop(0) if self.then else None
        for step in range(1, params.steps + 1):
            if step == 3 and then is not None:
                yield from then()
            yield Learned(step=step)

    def apply(self, state: State, action: Action, context: Context) -> State:
        after = super().apply(state, action, context)
        return replace(after, count=state.count + 1) if isinstance(action, Learned) else after


def hang() -> Iterator[Wait]:
    yield Wait(0.0, "it does not answer")
    raise Hung


def recover() -> Iterator[Wait]:
    yield Wait(0.0, "it does not answer")
    yield Wait(0.0)


def played(data: Path, scene: Hanging) -> tuple[State, list[dict[str, object]]]:
    """The state after a job of five outputs, and what was said of the work."""
    scenes: Scenes = {"probe": scene}  # type: ignore[dict-item]
    rig = Rig(data, scenes)
    try:
        rig.say(Create("r", None), command("open", scene="probe", params={"steps": 5}))
        works = rig.look().frames("working")
        for _ in range(30):
            rig.clock.now += 1
            rig.engine.turn()
            works += rig.look().frames("working")
        room = rig.engine._sessions["r"].room
        assert room.open is not None
        assert isinstance(room.open.state, State)
        return room.open.state, works
    finally:
        rig.close()


def test_a_job_whose_process_hangs_goes_on_where_it_was_with_the_same_outputs(tmp_path: Path) -> None:
    state, _ = played(tmp_path / "calm", Hanging())
    again, works = played(tmp_path / "hung", Hanging(hang, hang))
    assert (again.learned, again.count) == (state.learned, state.count) == (5, 5)
    assert again.values.tolist() == state.values.tolist()
    assert [work["waits"] for work in works if work["running"]][-1] == ""
    assert [work["failed"] for work in works if work["failed"]] == []


def test_what_keeps_a_job_waiting_is_told_and_taken_back(tmp_path: Path) -> None:
    _, works = played(tmp_path, Hanging(recover))
    waits = [str(work["waits"]) for work in works if work["running"]]
    assert [wait for before, wait in pairwise(["", *waits]) if wait != before] == ["it does not answer", ""]


def test_that_another_process_has_it_is_told_until_it_gives_something(tmp_path: Path) -> None:
    state, works = played(tmp_path, Hanging(hang, recover))
    waits = [str(work["waits"]) for work in works if work["running"]]
    assert state.learned == 5
    assert Hung().moved in waits
    assert waits[-1] == ""


def test_a_job_that_hangs_again_and_again_ends_with_a_sentence(tmp_path: Path) -> None:
    state, works = played(tmp_path, Hanging(*[hang] * (MOST_INTERRUPTIONS + 1)))
    assert state.learned == 2
    assert works[-1]["failed"] == Hung(MOST_INTERRUPTIONS + 1).detail
    assert works[-1]["waits"] == ""


class Keeping(Hanging):
    """It keeps the same place each time before it hangs."""

    def job(self, state: State) -> Job | None:
        return Job(state.params, self._from) if state.params.steps else None

    def _from(self, body: bytes | None) -> JobSteps:
        if body is None:
            yield Learned(step=1)
            yield Kept(b"one")
        yield Kept(b"one")
        if self.then:
            yield from self.then.pop()()
        yield Learned(step=2)


def test_a_place_that_was_kept_before_is_nothing_new(tmp_path: Path) -> None:
    state, works = played(tmp_path, Keeping(*[hang] * (MOST_INTERRUPTIONS + 1)))
    assert state.learned == 1
    assert works[-1]["failed"] == Hung(MOST_INTERRUPTIONS + 1).detail
