"""A room goes on from each of its savepoints as it went on without a break, and its job from where it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import ClassVar

import msgspec
import pytest

from server.disk.store import Entry
from server.engine.poison import Watch
from server.engine.timeline import Savepoint, Started, Timeline
from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room.scene import AnyScene, Context, Job, JobSteps, Kept, Wait
from server.room.state import Room
from tests.server.bitwise import differences
from tests.server.rooms import Tally, TallyState, Worked

CAREFREE = Watch(lambda _: False, lambda _: nullcontext())
BEGUN: list[bytes | None] = []
"""With what the jobs of `Walk` were begun."""


class Walk(Tally):
    """A tally whose job adds the squares of a sum that only the job knows; every third output it is kept."""

    title: ClassVar[str] = "Walk"

    def apply(self, state: TallyState, action: Action, context: Context) -> TallyState:
        if isinstance(action, Worked):
            return replace(state, total=state.total + action.to, worked=state.worked + 1)
        return super().apply(state, action, context)

    def job(self, state: TallyState) -> Job | None:
        if not state.params.working or state.worked >= 20:
            return None
        return Job(("walk", state.params.limit), _walk)


def _walk(kept: bytes | None) -> JobSteps:
    BEGUN.append(kept)
    done, own = (0, 1) if kept is None else msgspec.msgpack.decode(kept, type=tuple[int, int])
    while True:
        done, own = done + 1, (own * own + done) % 97
        yield None
        yield Worked(to=own)
        yield Wait(0.1)
        if done % 3 == 0:
            yield Kept(msgspec.msgpack.encode((done, own)))


SCENES: dict[str, AnyScene] = {"tally": Walk()}  # type: ignore[dict-item]  # a scene of its own params is one of Params
ENTRIES = (
    Entry(seq=1, kind="create", body=msgspec.json.encode(Started(None))),
    Entry(seq=2, kind="command", body=b'{"t":"open","scene":"tally","params":{"working":true,"limit":100}}'),
    Entry(seq=3, kind="attend", seat="a", body=b'{"name":"Ada","present":true}', ticks=4),
    Entry(seq=4, kind="command", role="student", seat="a", body=b'{"t":"tally.add","amount":-1}', ticks=5),
    Entry(seq=5, kind="command", body=b'{"t":"reset"}', ticks=1),
    Entry(seq=6, kind="attend", seat="b", body=b'{"name":"Bo","present":true}', ticks=7),
)
TAIL = 20


def moments() -> Iterator[tuple[Timeline, int, int]]:
    """The timeline after each step of its job and each entry: with the entries done and the outputs since."""
    timeline = Timeline(Room("r"), SCENES, CAREFREE)
    yield timeline, 0, 0
    for done, entry in enumerate(ENTRIES, 1):
        while timeline.ticks < entry.ticks:
            timeline.step()
            yield timeline, done - 1, timeline.ticks
        timeline.enter(entry)
        yield timeline, done, 0
    while timeline.job is not None:
        timeline.step()
        yield timeline, len(ENTRIES), timeline.ticks


def gone_on(savepoint: Savepoint) -> Room:
    """The room at the end, from a savepoint and the entries behind it."""
    timeline = Timeline(savepoint, SCENES, CAREFREE)
    for entry in ENTRIES[savepoint.room.sequence :]:
        timeline.enter(entry)
    timeline.advance(TAIL)
    return timeline.room


def test_every_savepoint_leads_to_the_same_room() -> None:
    seen = [timeline.savepoint for timeline, _, _ in moments()]
    last = gone_on(Savepoint(Room("r")))
    assert last.open is not None
    assert last.open.state.worked == 20  # type: ignore[attr-defined]  # the tally's
    assert [list(differences(gone_on(savepoint), last)) for savepoint in seen] == [[]] * len(seen)
    kept = [savepoint.kept for savepoint in seen if savepoint.kept is not None]
    assert len(set(kept)) == 6, "after outputs 3, 6 ... 18 of the job that was begun again; the first got as far as 9"


def test_a_savepoint_never_comes_after_the_moment_and_loses_no_more_than_from_one_kept_place_to_the_next() -> None:
    for timeline, done, ticks in moments():
        at = timeline.savepoint
        assert (at.room.sequence, at.ticks) <= (done, ticks)
        assert at.room.open is None or timeline.room.open is None or timeline.room.open.ticks - at.room.open.ticks <= 3


def test_a_job_goes_on_from_the_bytes_that_were_kept() -> None:
    timeline = Timeline(Room("r"), SCENES, CAREFREE)
    for entry in ENTRIES[:2]:
        timeline.enter(entry)
    while timeline.savepoint.kept is None:
        timeline.step()
    BEGUN.clear()
    again = Timeline(timeline.savepoint, SCENES, CAREFREE)
    again.step()
    assert [timeline.savepoint.kept] == BEGUN
    assert again.savepoint == timeline.savepoint
    assert (again.ticks, again.room) == (3, timeline.room)


def test_a_job_that_is_over_is_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(kept: bytes | None) -> JobSteps:
        yield Worked(to=1)
        raise Refused("refused", "no further")

    monkeypatch.setattr("tests.server.test_savepoints._walk", short)
    timeline = Timeline(Room("r"), SCENES, CAREFREE)
    for entry in ENTRIES[:2]:
        timeline.enter(entry)
    timeline.advance(9)
    again = Timeline(timeline.savepoint, SCENES, CAREFREE)
    assert (timeline.ticks, again.ticks, again.job) == (1, 1, None)
    assert again.room.open is not None
    assert again.room.open.failed == "no further"
