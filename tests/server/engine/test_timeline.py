"""A room along its log: job outputs between entries are counted, and the count alone gives the room again."""

from contextlib import nullcontext

import msgspec
import pytest

from server.disk.store import Entry
from server.engine.poison import Watch, digest_of
from server.engine.timeline import FAILED, SKIPPED, Started, Timeline, attempted
from server.protocol.messages import Fault
from server.room.state import Room
from tests.server.rooms import SCENES

CAREFREE = Watch(lambda _: False, lambda _: nullcontext())


def entry(seq: int, body: bytes, ticks: int = 0, id: int | None = None) -> Entry:
    return Entry(seq=seq, kind="command", nonce="tab", id=id, body=body, ticks=ticks)


def begun(watch: Watch = CAREFREE) -> Timeline:
    timeline = Timeline(Room("r"), SCENES, watch)
    timeline.enter(Entry(seq=1, kind="create", body=msgspec.json.encode(Started(None))))
    return timeline


OPEN = entry(2, b'{"t":"open","scene":"tally","params":{"working":true,"limit":100}}')


def total(timeline: Timeline) -> object:
    assert timeline.room.open is not None
    return timeline.room.open.state.total  # type: ignore[attr-defined]  # the tally's


@pytest.mark.parametrize("ticks", [0, 1, 7, 20, 99])
def test_an_entry_comes_after_as_many_outputs_as_it_says(ticks: int) -> None:
    timeline = begun()
    timeline.enter(OPEN)
    timeline.enter(entry(3, b'{"t":"tune","values":{"limit":50}}', ticks=ticks))
    assert total(timeline) == min(ticks, 20)
    assert timeline.ticks == 0
    timeline.advance(99)
    assert total(timeline) == 20
    assert timeline.job is None


def test_the_same_job_goes_on_over_an_entry_and_another_scene_begins_its_own() -> None:
    timeline = begun()
    timeline.enter(OPEN)
    timeline.advance(3)
    job = timeline.job
    timeline.enter(entry(3, b'{"t":"tune","values":{"limit":50}}', ticks=3))
    assert timeline.job is job
    timeline.enter(entry(4, b'{"t":"reset"}', ticks=0))
    assert timeline.job is not job
    assert total(timeline) == 0


def test_a_refused_number_is_refused_again_and_done_with() -> None:
    timeline = begun()
    timeline.enter(entry(2, b'{"t":"open","scene":"nowhere"}', id=1))
    assert (timeline.room.open, timeline.room.sequence, timeline.room.receipts) == (None, 2, {"": {"tab": 1}})


def test_a_deadly_entry_is_skipped_with_a_warning() -> None:
    deadly = digest_of(OPEN)
    timeline = begun(Watch(lambda digest: digest == deadly, lambda _: nullcontext()))
    timeline.enter(OPEN)
    assert (timeline.room.open, timeline.room.sequence) == (None, 2)
    assert [fault.detail for fault in timeline.warnings] == [SKIPPED]


def test_a_defect_is_logged_by_its_place_and_not_by_what_somebody_answered(caplog: pytest.LogCaptureFixture) -> None:
    answer = f"my answer is {42.125}"
    done = attempted(lambda: int(answer), "a command in lecture2")
    assert done == Fault(code="failed", detail=FAILED)
    assert "a command in lecture2 failed: ValueError" in caplog.text
    assert "test_timeline.py" in caplog.text
    assert "my answer is 42.125" not in caplog.text
