"""A poisonous command: the engine dies of it twice, then it is skipped and told, and everything else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.engine.poison import digest_of, digest_of_warmth
from server.pipe import bus
from tests.server.mortal import Program, holds
from tests.server.phone import Phone
from tests.server.probe import Probe, Rig, command

PATIENCE = 180.0


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


async def test_the_program_survives_a_command_that_browsers_send_again_and_again(tmp_path: Path) -> None:
    program = Program(tmp_path)
    async with AsyncExitStack() as stack:
        await program.start()
        stack.push_async_callback(program.stop)
        panel = Phone(program.websocket, "panel", role="instructor", key=program.key)
        student = Phone(program.websocket, "tab")
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            living = [group.create_task(phone.live()) for phone in (panel, student)]
            await panel.send({"t": "open", "scene": "probe"})
            await holds(lambda: student.shown.get("opened", {}).get("scene") == "probe")
            await panel.send({"t": "probe.misbehave", "how": "die"})
            await student.send({"t": "probe.answer", "number": 1})
            await panel.send({"t": "show", "dark": True})
            await holds(lambda: not panel.pending and not student.pending)
            await holds(lambda: "probe.own" in student.shown and panel.shown.get("display", {}).get("dark") is True)
            for task in living:
                task.cancel()
    assert (panel.renewals, student.renewals) == (0, 0)
    assert panel.shown["engine"]["generation"] == 3, "two engines died"
    assert student.shown["probe.own"]["numbers"] == [1]
    assert "died twice" in str(panel.shown["fault"]["detail"])


def test_a_scene_whose_first_run_killed_twice_is_not_warmed_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(Probe, "initial", lambda *_: ran.append("initial"))
    for _ in range(2):
        rig.store.blame("", digest_of_warmth("probe"))
    rig.again()
    for _ in range(3):
        rig.engine.turn()
    assert ran == []


def test_a_checkpoint_whose_scene_killed_twice_is_not_restored(rig: Rig) -> None:
    rig.say(bus.Create("r", None), command("open", scene="probe"), command("probe.add", amount=5))
    rig.say(command("open", scene="probe", params={"size": 7}))
    opening = list(rig.store.tail("r"))[-1]
    assert opening.kind == "command"
    for _ in range(2):
        rig.store.blame("r", digest_of(opening))
    rig.again()
    slots = rig.say(bus.Create("r", None), turns=2).slots()
    assert slots["all", "probe.values"]["count"] == 5, "the scene that was open before, as it was left"
    assert "died twice" in str(slots["instructor", "warning"]["detail"])


def test_deaths_are_shared_by_the_engines_and_outlive_the_program(rig: Rig) -> None:
    rig.store.blame("r", b"d" * 16)
    rig.again()
    rig.store.blame("r", b"d" * 16)
    rig.again()
    assert rig.attempts.deadly("r", b"d" * 16)
    assert not rig.attempts.deadly("s", b"d" * 16)
