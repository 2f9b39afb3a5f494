"""The data directory of gnn-live 0.4.0 as its engine left it when it was killed: it opens and goes on.

`tests/server/old_data/make.py` says how it was made, and what 0.4.0 itself shows of each room.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from server.disk import keys
from server.disk.store import FILE, Entry, Log, Registry
from server.engine.discovery import scenes
from server.engine.poison import past_watch
from server.engine.replay import compare
from server.engine.timeline import Timeline
from server.pipe import bus
from server.protocol.wire import pack, unpack
from server.room.state import Room
from server.room.view import frames
from tests.server.bitwise import differences
from tests.server.likeness import differences as unlike
from tests.server.probe import Rig

OLD = Path(__file__).with_name("old_data")
SESSIONS = {"lecture2": 17, "klasse": 6, "points": 7, "training": 6}
"""Each with the entry at which 0.4.0 wrote its last checkpoint."""
OUTPUTS = 6
"""Of the training, which was noted behind its last entry."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(OLD / "040", tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def rig(data: Path) -> Iterator[Rig]:
    rig = Rig(data, scenes())
    yield rig
    rig.close()


def replayed(store: Log, name: str) -> Timeline:
    """The session from its first entry, as `gnn-live replay` builds it."""
    timeline = Timeline(Room(name), scenes(), past_watch(store, name))
    for entry in store.tail(name):
        timeline.enter(entry)
    return timeline


def test_it_is_small_and_the_registry_reads_it(data: Path) -> None:
    assert sum(path.stat().st_size for path in OLD.rglob("*") if path.is_file()) < 300_000
    with Registry(data) as registry:
        assert {session.id: session.key_generation for session in registry.all()} == dict.fromkeys(SESSIONS, 1)
    assert keys.load(data).key("points", 1) == keys.load(OLD / "040").key("points", 1)
    assert (data / f"{FILE}.format-2.backup-1").is_file()


@pytest.mark.parametrize("name", SESSIONS)
def test_a_room_comes_back_from_its_checkpoint_and_is_what_it_was(
    rig: Rig, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [entry.seq for entry in rig.store.tail(name)]
    from_first = replayed(rig.store, name)
    from_first.advance(OUTPUTS if name == "training" else 0)
    numbers: list[int] = []
    real = Timeline.enter

    def enter(self: Timeline, entry: Entry) -> None:
        numbers.append(entry.seq)
        real(self, entry)

    monkeypatch.setattr(Timeline, "enter", enter)
    rig.say(bus.Create(name, None))
    room = rig.engine._sessions[name].room
    assert numbers == [seq for seq in entries if seq > SESSIONS[name]], "its checkpoint was used"
    assert not list(differences(room, from_first.room))
    seats, shown = msgspec.msgpack.decode((OLD / "expected.msgpack").read_bytes(), type=dict[str, Shown])[name]
    assert seats == (OUTPUTS if name == "training" else 0)
    made = {shown.out.slot: pack(shown.out.frame).stamped(0) for shown in frames(None, room, scenes())}
    for to, key, body in shown:
        if key not in NEW:
            assert not list(unlike(unpack(body), unpack(made[to, key]))), key


Shown = tuple[int, list[tuple[str, str, bytes]]]
NEW = {"opened", "plan", "working"}
"""Slots that later versions filled with more than 0.4.0 did."""


def test_it_goes_on_and_comes_back_again(rig: Rig) -> None:
    rig.say(bus.Create("points", None))
    room = rig.engine._sessions["points"].room
    assert room.slide
    assert room.open is None
    said = bus.Inbound("points", 7, "instructor", "instructor", "later", b'{"t":"step","to":2,"id":1}')
    assert not rig.say(said).faults()
    before = rig.engine._sessions["points"].room
    assert before.open is not None
    rig.again()
    rig.say(bus.Create("points", None))
    assert not list(differences(rig.engine._sessions["points"].room, before))


def test_its_log_replays(data: Path) -> None:
    with Log(data) as store:
        assert compare(store, "klasse", scenes()).entries == len(list(store.tail("klasse")))
