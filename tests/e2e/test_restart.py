"""kill -9 in the middle of a lecture: of the engine, and of the whole program; the lecture goes on where it stood."""

from __future__ import annotations

import os
import signal

import pytest
import torch
from playwright.sync_api import Page, expect

from models.graphs.clouds import named_graph
from models.networks.message_passing import Update, trace
from tests.e2e.hall import STARTING, Hall, choose, open_scene, parameter, until
from tests.e2e.seen import NODES, shows_rows, twin

pytestmark = pytest.mark.browser

LOST = (
    r"WebSocket connection to 'ws://127\.0\.0\.1:\d+/ws/lecture2' failed: .*",
    r"Failed to load resource: net::ERR_CONNECTION_REFUSED \[http://127\.0\.0\.1:\d+/.*\]",
)
"""The browser's own notes about a server that is gone."""
LABEL = "update 2 of 3: total"


def totals() -> torch.Tensor:
    """What stands in the nodes of the star there, before the activation, made apart. (n, d)"""
    start = torch.randint(0, 3, (10, 2), generator=torch.Generator().manual_seed(1)).float()
    update = Update(torch.tensor([[1.0, -1.0], [0.0, 1.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.zeros(2))
    return trace(named_graph("star", 10), start, update, 3).totals[1]


@pytest.fixture(scope="module")
def lecture(whole_hall: Hall) -> tuple[Page, Page, list[Page]]:
    """In update 2 of the scene `rounds`, on another graph than it opens with."""
    control = whole_hall.control()
    stage = whole_hall.stage()
    phones = [whole_hall.phone(), whole_hall.phone()]
    open_scene(whole_hall, control, "rounds")
    expect(stage.locator(".surface-head h1")).to_have_text("Rounds of message passing")
    choose(control, "Graph", "star")
    until(stage, lambda: twin(stage, NODES)[0][1] == "1 2 3 4 5 6 7 8 9", "a star with node 0 in its middle")
    for position in range(1, 8):
        control.keyboard.press("PageDown")
        expect(control.locator("#position")).to_have_js_property("value", str(position))
    expect(stage.locator(".surface-foot .place")).to_have_text(LABEL)
    until(stage, lambda: shows_rows(stage, NODES, totals()), "the totals of update 2")
    return control, stage, phones


def live(page: Page) -> None:
    """The page says that it is connected, and that the models are there."""
    expect(page.locator("#status, .surface-foot .status").first).to_have_text("live", timeout=STARTING)


def check_goes_on(lecture: tuple[Page, Page, list[Page]], names: list[str]) -> None:
    """Everything is as it was, without a hand on any page; and the next step is seen by all."""
    control, stage, phones = lecture
    for page in (control, stage, *phones):
        live(page)
    expect(stage.locator(".surface-foot .place")).to_have_text(LABEL)
    expect(control.locator("#place")).to_have_text(LABEL)
    expect(control.locator("#joined")).to_have_text("2 joined, 2 here")
    expect(parameter(control, "Graph").locator("select")).to_have_value("star")
    assert [phone.locator("#nickname").inner_text() for phone in phones] == names
    until(stage, lambda: shows_rows(stage, NODES, totals()), "the numbers that stood on the stage")
    control.keyboard.press("PageDown")
    for where in (control.locator("#place"), stage.locator(".surface-foot .place")):
        expect(where).to_have_text("update 2 of 3: update")
    for phone in phones:
        expect(phone.locator("#inputs")).to_contain_text("update 2 of 3: update")
    control.keyboard.press("PageUp")
    expect(stage.locator(".surface-foot .place")).to_have_text(LABEL)


def test_the_engine_is_killed(hall: Hall, lecture: tuple[Page, Page, list[Page]]) -> None:
    control, stage, phones = lecture
    names = [phone.locator("#nickname").inner_text() for phone in phones]
    generation = hall.latest(stage, "engine")["generation"]
    killed = hall.program.engine_pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    # What the instructor does while there is no engine is kept and done once there is one.
    control.keyboard.press("PageUp")
    until(stage, lambda: hall.latest(stage, "engine")["generation"] != generation, "another engine")
    assert hall.program.engine_pid() not in (None, killed)
    expect(stage.locator(".surface-foot .place")).to_have_text("update 2 of 3: messages", timeout=STARTING)
    expect(control.locator("#place")).to_have_text("update 2 of 3: messages")
    control.keyboard.press("PageDown")
    check_goes_on(lecture, names)


def test_the_whole_program_is_killed(hall: Hall, lecture: tuple[Page, Page, list[Page]]) -> None:
    control, stage, phones = lecture
    names = [phone.locator("#nickname").inner_text() for phone in phones]
    port, links = hall.program.port, dict(hall.program.links)
    with hall.expecting(*LOST):
        hall.program.kill()
        for page in (control, stage, *phones):
            expect(page.locator("#status, .surface-foot .status").first).to_have_text("reconnecting…")
        hall.program.start()
        assert (hall.program.port, hall.program.links) == (port, links)
        check_goes_on(lecture, names)
    # A page that is loaded again is the same seat too.
    phones[0].reload()
    live(phones[0])
    expect(phones[0].locator("#nickname")).to_have_text(names[0])
    expect(control.locator("#joined")).to_have_text("2 joined, 2 here")
