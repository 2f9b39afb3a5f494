"""The karate club in browsers: a phone suspects a member, two labels are learned from, 33 of 34 are right."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models.experiments.karate import best_line, factions, node_training, untrained
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn

pytestmark = pytest.mark.browser


def test_two_labels_are_enough_for_all_but_one(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "karate")
    side = stage.locator(".surface-side")
    expect(side).to_contain_text("Do the two factions lie apart")
    step = control.get_by_role("button", name="Next", exact=True)
    step.click()
    parted = best_line(untrained("gcn", 3, (1,))[0], factions()).right
    expect(side).to_contain_text(f"{parted} of 34")
    expect(side).to_contain_text("Over 20 seeds")
    expect(phone.locator("#inputs")).to_contain_text("You are member")
    late = hall.phone()  # who comes after the opening is a member as well
    expect(late.locator("#inputs")).to_contain_text("You are member")
    expect(late.locator("#inputs")).to_contain_text("Its two scores: (")
    hall.leave(late)
    step.click()
    phone.get_by_role("button", name="I suspect member").tap()
    expect(side).to_contain_text("1 suspicion from the class")
    step.click()
    step.click()
    *_, last = node_training("gcn", 3, (1,), 300)
    expect(side).to_contain_text("after 300 steps", timeout=60_000)
    expect(side).to_contain_text(f"{int(last.right.sum())} of 34")
    wrong = int((~last.right[0]).nonzero()[0])
    expect(side).to_contain_text(f"Wrong: member {wrong}.")
    expect(phone.locator("#inputs")).to_contain_text("33 of 34")
    expect_drawn(stage)
    expect_drawn(phone, "#picture")


def test_a_columns_text_fits_where_motion_is_unwanted(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    """A size that takes effect a moment later cannot be measured: the text would grow beyond the column and be cut."""
    control, *_ = pages
    open_scene(hall, control, "karate")
    stage = hall.stage(reduced_motion=True)
    column = stage.locator(".surface-side .column")
    expect(column).to_contain_text("friends with whom")
    until(stage, lambda: bool(column.evaluate("(c) => c.scrollHeight <= c.clientHeight")), "the text within the column")
    hall.leave(stage)
