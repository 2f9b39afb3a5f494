"""The scene `canon` on stage and phone: the jump is the models' own, and a thumb breaks the pose."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from server.scenes.canon.measure import Case, measure
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, shows, twin

pytestmark = pytest.mark.browser


def test_the_gap_is_closed_and_a_phone_breaks_the_pose(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "canon")
    stage.locator(".twin[aria-label='The method in numbers'] dd").first.wait_for(state="attached")
    control.locator("#notes").click()
    control.keyboard.press("PageDown")
    expected = measure(Case("ellipsoid", 0.0, "pca", 0, 0))

    def jumped() -> bool:
        rows: dict[str, str] = dict(twin(stage, "The method in numbers"))
        return rows["verdict"] == "it jumps" and shows(rows["output under the nudge"], expected.jump)

    until(stage, jumped, "the jump of the closed gap on the stage")
    expect_drawn(stage)
    expect(phone.get_by_text("find a pose that breaks it")).to_be_visible()
    phone.locator("#inputs input[type=range]").fill("0")
    expect(phone.get_by_text("Broken.", exact=True)).to_be_visible()
    expect(stage.get_by_text("The class tried")).to_be_visible()
    hall.check()
