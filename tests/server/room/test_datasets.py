"""Training data are made once a key: at hand in a process, on disk for the next one, and made again where absent."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import torch

from models.experiments.learning_curves import Point, SetUp, wanted
from models.potentials import clusters
from server.disk.cache import FileCache
from server.engine.jobs.workers import Workers
from server.room import datasets, jobs
from server.room.datasets import RECENT, once
from server.room.scene import JobSteps
from server.scenes.potential import training
from server.scenes.potential.messages import PotentialParams
from server.scenes.shifts import live
from tests.server.bitwise import differences
from tests.server.probe import Learned

Pair = tuple[torch.Tensor, torch.Tensor]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    datasets.use(FileCache(tmp_path / "datasets"))
    yield tmp_path / "datasets"
    datasets.use(None)


class Maker:
    """Data that take three steps to make, and how often they were made."""

    made = 0

    def __call__(self, body: bytes | None) -> Iterator[Pair | None]:
        yield None
        yield None
        self.made += 1
        yield torch.arange(5).float(), torch.ones(2, 3, dtype=torch.float64)


def taken(key: tuple[object, ...], make: Maker) -> tuple[int, Pair]:
    """How many steps it took, and the data."""
    *steps, data = once("test 1", key, make, Pair)
    assert data is not None
    assert set(steps) <= {None}
    return len(steps), data


def forgotten(folder: Path) -> None:
    """As a new process has it: nothing at hand."""
    datasets.use(FileCache(folder))


def test_they_are_made_once_a_key_and_then_at_hand() -> None:
    datasets.use(None)
    make = Maker()
    assert [taken(("a",), make)[0] for _ in range(3)] == [2, 0, 0]
    assert taken(("b",), make)[0] == 2
    assert make.made == 2
    for number in range(RECENT):
        taken((number,), make)
    assert taken(("a",), make)[0] == 2, "not for ever"


def test_the_next_process_reads_them_from_the_disk_bit_for_bit(folder: Path) -> None:
    make = Maker()
    _, first = taken(("a",), make)
    forgotten(folder)
    steps, again = taken(("a",), make)
    assert (steps, make.made) == (0, 1)
    assert list(differences(again, first)) == []
    assert len(list(folder.iterdir())) == 1


def test_damaged_or_absent_means_made_again(folder: Path) -> None:
    make = Maker()
    taken(("a",), make)
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    forgotten(folder)
    assert taken(("a",), make)[0] == 2
    path.unlink()
    forgotten(folder)
    assert taken(("a",), make)[0] == 2
    assert make.made == 3


def test_data_of_another_layout_are_made_again(folder: Path) -> None:
    taken(("a",), Maker())
    forgotten(folder)
    found = list(once("test 1", ("a",), lambda _: iter([None, 7]), int))
    assert found == [None, 7]


def of_potential(params: PotentialParams) -> object:
    *_, found = training.sampled(params, 3, 5)
    return found


def test_the_clusters_of_a_training_are_those_that_were_made(folder: Path) -> None:
    params = PotentialParams(atoms=6)
    first = of_potential(params)
    forgotten(folder)
    assert next(training.sampled(params, 3, 5)) is not None, "nothing is left to be waited for"
    assert list(differences(of_potential(params), first)) == []
    assert next(training.sampled(PotentialParams(atoms=7), 3, 5)) is None, "another key"


def test_a_live_point_names_the_frames_it_is_trained_on() -> None:
    point, setup = Point("lennard-jones", 1, 8, 3), SetUp(pool=16)
    assert [one[1:] for one in wanted(point, setup)] == [(16, 3), (128, 900), (256, 901)]


def keeping() -> JobSteps:
    """A job that makes data where it runs, and says how many steps that took."""
    *steps, _ = once("test 1", ("beside",), Maker(), Pair)
    yield Learned(step=len(steps))


def test_a_worker_keeps_them_where_its_engine_does(folder: Path) -> None:
    for expected in (2, 0):
        with closing(Workers(1)) as workers:
            jobs.use(workers)
            try:
                found = [output for output in jobs.beside(keeping) if isinstance(output, Learned)]
            finally:
                jobs.use(None)
        assert found == [Learned(step=expected)]


# --- how far the making came -----------------------------------------------------------------------------------------

Making = Callable[[], Iterator[object]]
MAKERS: dict[str, tuple[Making, int]] = {
    "frames of a live point": (lambda: live._frames(("stillinger-weber", 3, 5)), clusters.KEEP),
    "clusters of a training": (
        lambda: training.sampled(PotentialParams(atoms=6), 8, 5),
        training.PLACE // training.BREATH,
    ),
}
"""Data of the scenes, and how many steps of their making are lost at most."""


def lost(making: Making, folder: Path, at: int) -> None:
    """It is made up to this step; then its process is gone."""
    forgotten(folder)
    for _, found in zip(range(at), making(), strict=False):
        assert found is None


@pytest.mark.parametrize("name", MAKERS)
def test_a_making_that_was_lost_goes_on_where_it_was_kept_with_the_same_data(name: str, folder: Path) -> None:
    making, keep = MAKERS[name]
    *steps, whole = making()
    total = len(steps)
    assert total > 2 * keep
    shutil.rmtree(folder)
    for at in (1, keep + 1, total // 2, total):
        lost(making, folder, at)
        forgotten(folder)
        *again, data = making()
        assert list(differences(data, whole)) == []
        assert at + len(again) <= total + keep, "at most so much is computed twice"
        (kept,) = folder.iterdir()  # and nothing but the data is left
        kept.unlink()


def test_a_making_that_is_lost_again_and_again_comes_to_its_end(folder: Path) -> None:
    making, keep = MAKERS["frames of a live point"]
    *_, whole = making()
    shutil.rmtree(folder)
    forgotten(folder)
    deaths = 0
    while (found := [data for _, data in zip(range(keep + 1), making(), strict=False) if data is not None]) == []:
        deaths += 1
        forgotten(folder)
    assert deaths == (clusters.QUENCH + clusters.STEPS) // keep - 1
    assert list(differences(found[0], whole)) == []


def test_two_at_once_and_a_damaged_place_change_nothing(folder: Path) -> None:
    making, keep = MAKERS["frames of a live point"]
    *steps, whole = making()
    shutil.rmtree(folder)
    forgotten(folder)
    one, other = making(), making()
    for _ in range(2 * keep):
        next(one)
    for _ in range(keep + 5):
        next(other)
    *_, first = one
    forgotten(folder)
    *_, second = other
    assert list(differences((first, second), (whole, whole))) == []
    shutil.rmtree(folder)
    lost(making, folder, keep + 1)
    (place,) = folder.iterdir()
    place.write_bytes(place.read_bytes()[:-1])
    forgotten(folder)
    *again, data = making()
    assert (len(again), list(differences(data, whole))) == (len(steps), [])


def test_where_the_disk_is_full_they_are_made_and_that_is_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("a file where the folder should be")
    making, _ = MAKERS["frames of a live point"]
    *_, data = making()
    assert data is not None
    assert caplog.text.count("expected to keep training data") == 1


def dying(diary: str) -> JobSteps:
    """The frames of a live point; the first to make them is killed in the midst."""
    for steps, found in enumerate(live._frames(("lennard-jones", 3, 5)), 1):
        if steps == 3 * clusters.KEEP + 10 and not os.path.exists(diary):
            Path(diary).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield None if found is None else Learned(step=steps - 1)


def test_a_worker_that_is_killed_in_the_making_loses_what_came_behind_the_last_place(
    folder: Path, tmp_path: Path
) -> None:
    with closing(Workers(1)) as workers:
        with pytest.raises(jobs.Lost):
            list(workers.steps(dying, (str(tmp_path / "diary"),)))
        steps = workers.steps(dying, (str(tmp_path / "diary"),))
        found = [output for output in steps if isinstance(output, Learned)]
    assert found == [Learned(step=clusters.QUENCH + clusters.STEPS - 3 * clusters.KEEP)]
