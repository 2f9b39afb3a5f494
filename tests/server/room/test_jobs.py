"""Jobs in a process beside the engine: the same outputs, never far ahead, at equal shares, and what fails is said."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from server.engine.jobs.worker import AHEAD
from server.engine.jobs.workers import Workers
from server.engine.timeline import FAILED
from server.protocol.faults import Refused
from server.room import jobs
from server.room.jobs import Lost, beside
from server.room.scene import JobSteps, Wait
from tests.server.probe import Learned

PATIENCE = 180.0


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """One worker for all tests here: it loads torch, which takes seconds."""
    with closing(Workers(1)) as made:
        yield made


@pytest.fixture
def place(workers: Workers) -> Iterator[Workers]:
    jobs.use(workers)
    yield workers
    jobs.use(None)


def counting(until: int, diary: str = "") -> JobSteps:
    """Outputs 1 to `until`, each after a step that gives way; what it does it notes in the diary."""
    try:
        for step in range(1, until + 1):
            yield None
            if diary:
                with open(diary, "a") as file:
                    file.write(f"{step}\n")
            yield Learned(step=step)
    finally:
        if diary:
            Path(diary + ".over").touch()


def slowly(seconds: float, diary: str) -> JobSteps:
    """Steps of so many seconds of this process, without an end; each is noted in the diary."""
    while True:
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass
        with open(diary, "a") as file:
            file.write(".")
        yield None


def pacing() -> JobSteps:
    yield Learned(step=1)
    yield Wait(7.0)
    yield Learned(step=2)


def failing(how: str) -> JobSteps:
    yield Learned(step=1)
    if how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "refused":
        raise Refused("invalid", "expected a smaller step, got 7")
    raise Peculiar(1, 2)


class Peculiar(Exception):
    """One that cannot be built again from what it says."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def where() -> JobSteps:
    yield Learned(step=os.getpid())


def outputs(steps: JobSteps) -> Iterator[object]:
    """What is no waiting for the process."""
    ends = time.monotonic() + PATIENCE
    for output in steps:
        assert time.monotonic() < ends
        if isinstance(output, Wait) and output.seconds < 1:
            time.sleep(output.seconds)
        elif output is not None:
            yield output


def test_without_a_place_a_job_runs_here() -> None:
    assert list(outputs(beside(where))) == [Learned(step=os.getpid())]


def test_the_outputs_are_the_same_in_a_process_beside(place: Workers) -> None:
    (there,) = outputs(beside(where))
    assert there != Learned(step=os.getpid())
    assert list(outputs(beside(counting, 20))) == list(outputs(counting(20)))
    assert list(outputs(beside(pacing))) == [output for output in pacing() if output is not None]


def test_who_does_not_wait_gets_them_too(place: Workers) -> None:
    """As in a replay: no `Wait` is kept."""
    assert [output for output in beside(counting, 5) if isinstance(output, Learned)] == list(outputs(counting(5)))


def test_a_job_that_is_held_stops_soon(place: Workers, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    steps = beside(counting, 1000, str(diary))
    assert list(islice(outputs(steps), 3)) == [Learned(step=step) for step in (1, 2, 3)]
    list(outputs(beside(counting, 50)))  # meanwhile it could have done much
    assert len(diary.read_text().split()) <= 3 + 2 * AHEAD
    assert next(outputs(steps)) == Learned(step=4)


def test_a_job_that_is_replaced_ends_there(place: Workers, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    steps = beside(counting, 1000, str(diary))
    next(outputs(steps))
    steps.close()
    list(outputs(beside(counting, 1)))
    assert diary.with_name("diary.over").exists()


def test_two_jobs_get_equal_time(place: Workers, tmp_path: Path) -> None:
    costs = {"long": 0.04, "short": 0.004}
    both = [beside(slowly, cost, str(tmp_path / name)) for name, cost in costs.items()]
    ends = time.monotonic() + PATIENCE
    had = dict.fromkeys(costs, 0.0)
    while sum(had.values()) < 1.0:
        assert time.monotonic() < ends
        for steps in both:
            wait = next(steps)
            assert isinstance(wait, Wait)
            time.sleep(wait.seconds)
        had = {name: cost * len(_read(tmp_path / name)) for name, cost in costs.items()}
    assert abs(had["long"] - had["short"]) <= 0.3, had
    for steps in both:
        steps.close()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [("refused", Refused, "expected a smaller step"), ("peculiar", Refused, FAILED)],
)
def test_what_a_job_raises_is_raised_here(place: Workers, how: str, kind: type[Exception], words: str) -> None:
    steps = outputs(beside(failing, how))
    assert next(steps) == Learned(step=1)
    with pytest.raises(kind, match=words):
        next(steps)


def test_a_worker_that_is_killed_fails_its_jobs_and_another_takes_the_next(place: Workers) -> None:
    other = beside(counting, 1000)
    next(outputs(other))
    with pytest.raises(Lost, match="Reset starts it again"):
        list(outputs(beside(failing, "die")))
    with pytest.raises(Lost, match="Reset starts it again"):
        list(outputs(other))
    assert list(outputs(beside(counting, 2))) == [Learned(step=1), Learned(step=2)]


def test_what_is_prepared_runs_to_its_end_without_outputs(place: Workers, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    jobs.prepare(counting, 30, str(diary))
    list(outputs(beside(counting, 60)))
    assert diary.with_name("diary.over").exists()
    assert len(diary.read_text().split()) == 30


def test_all_have_one_before_any_has_two() -> None:
    with closing(Workers(2)) as workers:
        jobs_of = [workers.steps(where, ()) for _ in range(3)]
        for steps in jobs_of:
            next(steps)
        assert sorted(worker.jobs for worker in workers._workers) == [1, 2]
        pids = {output.step for steps in jobs_of for output in outputs(steps) if isinstance(output, Learned)}
        assert len(pids) == 2
