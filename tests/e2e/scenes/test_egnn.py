"""The scene `egnn` on stage and phone: the errors and spreads are those of a run made apart; a tap shows the pulls."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from server.scenes.egnn import TELLING, run
from server.scenes.egnn.messages import EgnnParams
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, shows, twin

pytestmark = pytest.mark.browser


def test_a_layer_agrees_on_the_stage_and_a_phone_sees_the_pulls_on_a_node(
    hall: Hall, pages: tuple[Page, Page, Page]
) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "egnn")
    stage.locator(".twin[aria-label='Every layer in numbers'] td").first.wait_for(state="attached")
    control.locator("#notes").click()
    control.keyboard.press("PageDown")
    row = run.row(EgnnParams(), TELLING, 1)
    assert row.spread is not None

    def agreed() -> bool:
        told = twin(stage, "Every layer in numbers")
        return len(told) == 2 and told[1][3] == row.points_zone and shows(told[1][4], row.spread or 0.0)

    until(stage, agreed, "the first layer's numbers on the stage")
    expect_drawn(stage)
    phone.get_by_role("button", name="Next node").click()
    heard = int((run.graph(EgnnParams()).targets == 0).sum())
    expect(phone.get_by_text(f"Node 0. The next layer adds {heard} arrows to its x.")).to_be_visible()
    hall.check()
