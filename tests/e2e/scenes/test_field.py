"""The scene `field` as it is seen: a student pushes a copy of the room, and not one arrow changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models.symmetry.pose import pose
from models.symmetry.vector_fields import FIELDS, charged_cloud, rule_errors
from tests.e2e.hall import Hall, open_scene
from tests.e2e.seen import shows, twin

pytestmark = pytest.mark.browser

STAGE = "The arrows after the room was moved"


def test_a_push_changes_no_arrow_and_a_turn_all(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "field")
    push = phone.get_by_role("button", name="Push")
    expect(push).to_be_disabled()  # predict first
    expect(stage.get_by_text("Predict: the room is pushed")).to_be_visible()
    stage.keyboard.press("PageDown")
    push.click()
    expect(phone.locator("p", has_text="0 of 16 arrows changed")).to_be_visible()
    phone.get_by_role("button", name="Turn").click()
    expect(phone.locator("p", has_text="all 16 arrows changed")).to_be_visible()
    control.get_by_role("button", name="Turn by 30°").click()
    expect(stage.locator("p", has_text="all 16 arrows changed")).to_be_visible()
    points, charges = charged_cloud()
    expected = rule_errors(FIELDS["forces"], points, charges, pose(30, shift=(1.5, 0.5, 0.0)))
    stage.wait_for_timeout(400)  # the twin is renewed at most four times a second
    seen = {row[0]: row[1] for row in twin(stage, STAGE)}
    for rule in ("v", "R v + b"):
        assert shows(seen[f"error of {rule}"], expected[rule], 2), rule
