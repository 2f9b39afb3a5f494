"""Nothing is lost and nothing is applied twice while engine and program are killed with -9 under 200 real phones."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from server.disk.store import FILE, Log
from server.engine.poison import past_watch
from server.engine.timeline import Timeline
from server.room.state import Room
from tests.server.mortal import Program, holds
from tests.server.phone import Phone
from tests.server.probe import SCENES, State

PATIENCE = 150.0
"""So long a lost answer keeps the test waiting before it is told; a good run takes a fraction."""
PHONES = 200
ANSWERS = 20
UNANSWERED = 3
"""A student goes on while so many answers have no receipt yet, so that each kill meets commands on their way."""
KILLS = ("engine", "program", "engine")


async def answers(phone: Phone) -> None:
    """A student who answers twenty times, at a pace of an own."""
    pace = random.Random(phone.nonce)
    for number in range(1, ANSWERS + 1):
        await holds(lambda: len(phone.pending) < UNANSWERED)
        await phone.send({"t": "probe.answer", "number": number})
        await asyncio.sleep(pace.uniform(0.0, 0.1))
    await holds(lambda: not phone.pending)


def is_final(phone: Phone) -> bool:
    """Whether this phone shows the room as it is in the end: its own answers and the number of all."""
    own = phone.shown.get("probe.own", {}).get("numbers")
    total = phone.shown.get("probe.answered", {}).get("total")
    return own == list(range(1, ANSWERS + 1)) and total == PHONES * ANSWERS


def what_is_missing(phones: list[Phone]) -> str:
    """What the test can tell of a run that did not come to its end."""
    lines = [f"{sum(phone.receipted for phone in phones)} of {PHONES * ANSWERS} answers are receipted"]
    for phone in phones:
        if not is_final(phone):
            shown = {name: phone.shown.get(f"probe.{name}") for name in ("own", "answered")}
            pending = [command["id"] for command in phone.pending]
            lines.append(f"{phone.nonce}: seat {phone.seat}, connects {phone.connects}, pending {pending}, {shown}")
    return "\n".join(lines[:20])


async def lecture(program: Program, phones: list[Phone]) -> None:
    """Open the scene, let everybody answer, kill three times, and wait until every phone shows the end."""
    url = program.websocket
    instructor = Phone(url, "panel", role="instructor", key=program.key)
    phones += [Phone(url, f"tab-{number}") for number in range(PHONES)]
    async with asyncio.TaskGroup() as group:
        living = [group.create_task(phone.live()) for phone in (instructor, *phones)]
        await instructor.send({"t": "open", "scene": "probe"})
        await holds(lambda: all(phone.shown.get("opened", {}).get("scene") == "probe" for phone in phones))
        answering = [group.create_task(answers(phone)) for phone in phones]
        for number, what in enumerate(KILLS, 1):
            enough = number * PHONES * ANSWERS // (len(KILLS) + 1)
            await holds(lambda enough=enough: sum(phone.receipted for phone in phones) >= enough)  # type: ignore[misc]
            assert any(phone.pending for phone in phones), "the kill meets answers on their way"
            await program.kill(what)
        await asyncio.gather(*answering)
        await holds(lambda: all(map(is_final, phones)))
        for task in living:
            task.cancel()


async def test_every_answer_is_there_once_after_three_kills(tmp_path: Path) -> None:
    program, phones = Program(tmp_path), list[Phone]()
    async with AsyncExitStack() as stack:
        await program.start()
        stack.push_async_callback(program.stop)
        try:
            async with asyncio.timeout(PATIENCE):
                await lecture(program, phones)
        except TimeoutError:
            raise AssertionError(what_is_missing(phones)) from None
    assert program.kills == 3
    assert [phone.nonce for phone in phones if phone.renewals or phone.stopped] == []
    assert sum(phone.resent for phone in phones) > 0, "some answers were sent twice, or nothing was tried"
    with Log.read_only(tmp_path / FILE) as log:
        logged = Counter(
            (entry.seat, msgspec.json.decode(entry.body)["number"])
            for entry in log.tail("lecture2")
            if b"probe.answer" in entry.body
        )
        timeline = Timeline(Room("lecture2"), SCENES, past_watch(log, "lecture2"))
        for entry in log.tail("lecture2"):
            timeline.enter(entry)
    seats = {phone.seat for phone in phones}
    wanted = {(seat, number) for seat in seats for number in range(1, ANSWERS + 1)}
    assert len(seats) == PHONES
    assert logged.keys() == wanted
    assert set(logged.values()) == {1}
    assert timeline.room.open is not None
    state = timeline.room.open.state
    assert isinstance(state, State)
    assert state.answers == {seat: tuple(range(1, ANSWERS + 1)) for seat in seats}
