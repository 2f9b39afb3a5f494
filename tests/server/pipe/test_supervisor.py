"""A task that dies begins again after a growing pause and says so; one of many that fails leaves the others alone."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from server.pipe.supervisor import CannotServe, Restarts, Supervisor, attempt_each
from server.settings.config import NO_DEVICE
from tests.server.program import PATIENCE

ROOT = Path(__file__).parents[3]
SOON = Restarts(first=0.0)
SECRET = "the answer was 42"


class Work:
    """Work that ends as a test says, one ending after the other, and then stays."""

    def __init__(self, *endings: Callable[[], Awaitable[None]]) -> None:
        self._endings = list(endings)
        self.begun = 0
        self.stays = asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        if self._endings:
            await self._endings.pop(0)()
        else:
            self.stays.set()
            await asyncio.Event().wait()


async def fails() -> None:
    raise LookupError(SECRET)


async def is_cancelled_inside() -> None:
    inner = asyncio.get_running_loop().create_future()
    inner.cancel()
    await inner


async def returns() -> None:
    pass


@pytest.mark.parametrize("ending", [fails, is_cancelled_inside])
async def test_a_death_is_logged_with_its_place_and_the_work_begins_again(
    ending: Callable[[], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    supervisor, work = Supervisor(SOON), Work(ending, ending)
    task = supervisor.supervise("the work", work)
    await asyncio.wait_for(work.stays.wait(), PATIENCE)
    assert (work.begun, supervisor.deaths, task.done()) == (3, 2, False)
    texts = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(texts) == 2
    assert all(text.startswith("the work failed: ") and ending.__name__ in text for text in texts)
    assert SECRET not in caplog.text
    await supervisor.stop()
    assert task.cancelled()


async def test_work_that_returns_is_done() -> None:
    supervisor, work = Supervisor(SOON), Work(returns)
    await asyncio.wait_for(supervisor.supervise("the work", work), PATIENCE)
    assert (work.begun, supervisor.deaths) == (1, 0)


async def test_what_runs_once_is_held_and_its_death_leaves_it_alone(caplog: pytest.LogCaptureFixture) -> None:
    supervisor = Supervisor()
    task = supervisor.once("a farewell", fails)
    await asyncio.wait_for(task, PATIENCE)
    assert supervisor.deaths == 1
    assert "a farewell failed: LookupError" in caplog.text


async def test_what_is_stopped_before_it_began_leaves_nothing_behind() -> None:
    supervisor, work = Supervisor(), Work()
    task = supervisor.once("a farewell", work)
    await supervisor.stop()
    assert (task.cancelled(), work.begun) == (True, 0)


async def test_work_that_cannot_be_done_ends_the_program_once(caplog: pytest.LogCaptureFixture) -> None:
    ends: list[str] = []
    supervisor = Supervisor(SOON)
    supervisor.end = lambda: ends.append("end")

    async def cannot() -> None:
        raise CannotServe("expected a GPU, there is none")

    await asyncio.wait_for(supervisor.supervise("the keeper", cannot), PATIENCE)
    await asyncio.wait_for(supervisor.supervise("the keeper", cannot), PATIENCE)
    assert (ends, supervisor.verdict) == (["end"], "expected a GPU, there is none")
    assert "the program ends: expected a GPU, there is none" in caplog.messages


async def test_too_many_deaths_in_a_row_end_the_program_where_that_was_asked_for() -> None:
    supervisor = Supervisor(SOON)
    work = Work(*[fails] * 9)
    await asyncio.wait_for(supervisor.supervise("the keeper", work, Restarts(first=0.0, most=4)), PATIENCE)
    assert (work.begun, supervisor.verdict) == (4, "the keeper failed 4 times in a row")


async def test_a_long_life_makes_the_next_death_the_first() -> None:
    now = [0.0]

    async def lives_long() -> None:
        now[0] += 60.0
        raise LookupError

    supervisor = Supervisor(SOON, clock=lambda: now[0])
    work = Work(fails, fails, lives_long, fails, fails)
    supervisor.supervise("the work", work, Restarts(first=0.0, healthy=30.0, most=4))
    await asyncio.wait_for(work.stays.wait(), PATIENCE)
    assert supervisor.verdict is None
    await supervisor.stop()


def test_pauses_double_up_to_the_longest_and_never_overflow() -> None:
    restarts = Restarts(first=0.5, longest=3.0)
    assert [restarts.pause(deaths) for deaths in (1, 2, 3, 4, 10**6)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_one_that_fails_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    ended: list[int] = []

    def work(item: int) -> None:
        if item % 3 == 0:
            raise LookupError(SECRET)
        done.append(item)

    def failed(item: int) -> None:
        ended.append(item)
        if item == 3:
            raise RuntimeError(SECRET)

    attempt_each(range(8), work, failed)
    assert (done, ended) == ([1, 2, 4, 5, 7], [0, 3, 6])
    assert caplog.text.count("a viewer failed: LookupError") == 3
    assert "the end of a viewer failed: RuntimeError" in caplog.text
    assert SECRET not in caplog.text


async def test_a_program_whose_engine_cannot_run_ends_with_a_sentence_and_a_status(tmp_path: Path) -> None:
    lines = (
        "import pathlib, sys; from server.cli import program; from server.__main__ import _sorry",
        "from server.settings.config import Settings",
        "settings = Settings(port=0, data=pathlib.Path(sys.argv[1]))",
        f"engine = ('-c', 'raise SystemExit({NO_DEVICE})')",
        "try: program.serve(settings, lambda text: None, engine)",
        "except program.ProgramError as error: raise SystemExit(_sorry(error))",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "\n".join(lines),
        str(tmp_path),
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    _, printed = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert printed.decode().splitlines()[-1] == (
        "gnn-live: the program ended: without the device that was asked for no engine can run"
    )
