"""Every job of every scene goes on from a place that it kept: the later outputs are those of an undisturbed run.

The places are taken out of one run, after several outputs; a fresh generator goes on from each, here and, of all that
train or move atoms, in a process that never saw the scene before. Equal means bit for bit, on one CPU.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec
import pytest
import torch

from server.disk.cache import FileCache
from server.engine.discovery import scenes
from server.protocol.messages import Action, Role
from server.room import datasets, rules
from server.room.scene import Kept, Scene, Wait
from server.room.state import Origin, Room
from tests.server.bitwise import differences

SCENES = scenes()
Command = dict[str, object]


@dataclass(frozen=True)
class Case:
    """A job: how its state is reached, and after how many outputs it is left."""

    scene: str
    commands: tuple[Command, ...]
    most: int
    params: Command = field(default_factory=dict)
    trained: bool = False
    """It goes on where another job has ended, which is run to its end first."""
    apart: bool = True
    """It is tried in another process, too."""


def at(position: int) -> Command:
    return {"t": "position", "to": position}


SEATED: Command = {"graph": "seats", "compute": True, "barrier": "timer", "timer": 5}
SMALL: Command = {"steps": 50, "network": "tensor"}
CASES = {
    "canon curve": Case("canon", (at(2),), 4, apart=False),
    "chains invariant": Case("chains", (at(2),), 10, {"model": "invariant"}, apart=False),
    "chains tensor": Case("chains", (at(2),), 8, {"model": "tensor"}),
    "classify contest": Case("classify", (at(1),), 32, {"steps": 20}),
    "classify drawn": Case("classify", (at(2),), 21, {"steps": 20, "data": "drawn"}, apart=False),
    "karate seeds": Case("karate", (at(1),), 20),
    "karate nodes": Case("karate", (at(3),), 23, {"steps": 110}),
    "karate links": Case("karate", (at(5),), 23, {"steps": 110}),
    "karate graphs": Case("karate", (at(6),), 23, {"steps": 110}),
    "potential hands": Case("potential", (at(2), {"t": "potential.pull", "atom": 0, "to": [2.0, 0.0, 0.0]}), 9),
    "potential cutoff": Case("potential", (at(3),), 45),
    "potential training": Case("potential", (at(4),), 11, SMALL),
    "potential of distances": Case("potential", (at(4),), 11, {"steps": 50, "network": "invariant"}),
    "potential dynamics": Case("potential", (at(4), at(5)), 45, SMALL, trained=True),
    "potential direct": Case("potential", (at(4), at(6)), 25, SMALL | {"atoms": 8}, trained=True),
    "radius grows": Case("radius", (at(1),), 9, apart=False),
    "radius rotations": Case("radius", (), 5, apart=False),
    "rotation check": Case("rotation", (at(3),), 260, {"samples": 80}, apart=False),
    "rotation table": Case("rotation", (at(4),), 4, apart=False),
    "rounds timer": Case(
        "rounds", (), 3, {"graph": "seats", "compute": True, "barrier": "timer", "timer": 5}, apart=False
    ),
    "shifts kernels": Case("shifts", (at(2),), 9),
    "shifts live": Case("shifts", (at(4), {"t": "shifts.train", "on": True}), 3, {"lmax": 0, "size": 8, "steps": 60}),
}
EVERY = pytest.mark.parametrize("name", list(CASES))


def act(room: Room, command: Command) -> Room:
    role: Role = "student" if command["t"] == "potential.pull" else "instructor"
    body = msgspec.json.encode(command)
    origin = Origin(room.sequence + 1, "s0" if role == "student" else "i", role)
    return rules.handle(room, origin, rules.decode(body, role, room, SCENES), SCENES)


@dataclass(frozen=True)
class Place:
    """A place that a job kept: after how many outputs, and the room that had taken them."""

    after: int
    room: Room
    body: bytes


@dataclass(frozen=True)
class Run:
    """What a job gave: the room that asked for it, its outputs, the room at last, and the places on the way."""

    begun: Room
    outputs: list[Action]
    room: Room
    places: list[Place]


def run(room: Room, body: bytes | None, most: int) -> Run:
    """So many outputs of the room's job, or as many as it has, each taken by the room."""
    job = rules.job(room, SCENES)
    assert job is not None
    begun = room
    outputs: list[Action] = []
    places: list[Place] = []
    for output in job.run(body):
        if isinstance(output, Kept):
            places.append(Place(len(outputs), room, output.body))
        if isinstance(output, Action):
            outputs.append(output)
            room = rules.tick(room, output, SCENES)
            now = rules.job(room, SCENES)
            if len(outputs) == most or now is None or now.key != job.key:
                break
        assert output is None or isinstance(output, Action | Wait | Kept)
    return Run(begun, outputs, room, places)


def opened(name: str) -> Room:
    """The room of a case, in which its job is asked for."""
    case = CASES[name]
    room = Room("resumed")
    for number in range(4):
        room = rules.attend(room, number + 1, f"s{number}", "", True, SCENES)
    room = act(room, {"t": "open", "scene": case.scene, "params": case.params})
    for number, command in enumerate(case.commands):
        room = act(room, command)
        if case.trained and number == 0:
            room = run(room, None, 1000).room
    return room


@cache
def whole(name: str) -> Run:
    """The undisturbed run."""
    return run(opened(name), None, CASES[name].most)


def chosen(places: list[Place]) -> list[Place]:
    """The first, one in the middle and the last."""
    return [places[k] for k in sorted({0, len(places) // 2, len(places) - 1})]


def unequal(got: tuple[list[Action], Room], name: str, after: int) -> list[str]:
    """Where outputs or the room at last are not those of the undisturbed run."""
    outputs, room = got
    of = whole(name)
    return [*differences(outputs, of.outputs[after:], "outputs"), *differences(room, of.room, "room")]


@EVERY
def test_from_every_kept_place_the_later_outputs_are_the_same(name: str) -> None:
    places = [place for place in whole(name).places if place.after < len(whole(name).outputs)]
    assert places, "the job keeps no place, so that a training would begin again"
    for place in chosen(places):
        again = run(place.room, place.body, len(whole(name).outputs) - place.after)
        assert unequal((again.outputs, again.room), name, place.after) == []


def elsewhere(packed: bytes, threads: int, data: Path) -> bytes:
    """In another process: the outputs and the room of a job that goes on, beside training data that are kept."""
    torch.set_num_threads(threads)
    datasets.use(FileCache(data))
    room, body, most = pickle.loads(packed)
    again = run(room, body, most)
    return pickle.dumps((again.outputs, again.room))


@pytest.fixture(scope="module", autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where training data are kept, as beside an engine."""
    folder = tmp_path_factory.mktemp("datasets")
    datasets.use(FileCache(folder))
    yield folder
    datasets.use(None)


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.apart])
def test_a_fresh_process_goes_on_as_well(name: str, process: ProcessPoolExecutor, data: Path) -> None:
    places = [place for place in whole(name).places if 0 < place.after < len(whole(name).outputs)]
    place = places[len(places) // 2]
    packed = pickle.dumps((place.room, place.body, len(whole(name).outputs) - place.after))
    got = pickle.loads(process.submit(elsewhere, packed, torch.get_num_threads(), data).result())
    assert unequal(got, name, place.after) == []


@EVERY
def test_bytes_that_are_no_place_are_the_beginning(name: str) -> None:
    first = run(whole(name).begun, b"not a place", 1)
    assert list(differences(first.outputs, whole(name).outputs[:1])) == []


def test_every_scene_with_a_job_is_tried_at_every_position_that_has_one() -> None:
    tried = {
        (case.scene, _kind(opened_at)) for name, case in CASES.items() if (opened_at := whole(name).places[0].room)
    }
    with_jobs = {name for name, scene in SCENES.items() if type(scene).job is not Scene.job}
    assert {case.scene for case in CASES.values()} == with_jobs
    for name in with_jobs:
        room = act(Room("walked"), {"t": "open", "scene": name, "params": {}})
        assert room.open is not None
        for position in range(SCENES[name].positions(room.open.state)[1]):
            room = act(room, at(position))
            if rules.job(room, SCENES) is not None:
                assert (name, _kind(room)) in tried


def _kind(room: Room) -> object:
    job = rules.job(room, SCENES)
    assert job is not None
    assert isinstance(job.key, tuple)
    return job.key[:2] if job.key[0] == "karate" else job.key[0]
