"""Training data are made once a key: at hand in a process, on disk for the next one, and made again where absent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import torch

from models.experiments.learning_curves import Point, SetUp, wanted
from server.disk.cache import FileCache
from server.engine.jobs.workers import Workers
from server.room import datasets, jobs
from server.room.datasets import RECENT, once
from server.room.scene import JobSteps
from server.scenes.potential import training
from server.scenes.potential.messages import PotentialParams
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

    def __call__(self) -> Iterator[Pair | None]:
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
    found = list(once("test 1", ("a",), lambda: iter([None, 7]), int))
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
