"""Learning curves on the stage: a phone predicts, the job measures, and the first error shown is the one of models/."""

from __future__ import annotations

import math
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from models.experiments.kernel_ridge import error
from server.scenes.shifts.curves import REPEATS, TARGET
from tests.e2e.hall import STARTING, Hall, open_scene, until
from tests.e2e.seen import expect_drawn, shows

pytestmark = pytest.mark.browser


def measured(cell: Locator, wanted: float) -> bool:
    """Whether the first number of the cell is this one."""
    return cell.count() > 0 and shows((cell.first.text_content() or "").split(" (")[0], wanted)


def test_a_prediction_then_the_first_point_of_the_plain_curve(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "shifts")
    side = stage.locator(".surface-side")
    expect(side).to_contain_text("What will the learning curve do?")
    phone.get_by_role("button", name="Shift, same slope").tap()
    expect(side).to_contain_text("1 prediction")
    expect_drawn(stage)
    stage.keyboard.press("PageDown")
    wanted = [math.log(error("plain", 32, TARGET, repeat)) for repeat in range(REPEATS)]
    cell = stage.locator("tbody tr").filter(has_text="32").locator("td")
    until(stage, partial(measured, cell, math.exp(sum(wanted) / REPEATS)), "the error of 32 points")
    expect_drawn(stage)
    expect_drawn(phone, "#picture")


def test_the_live_point_is_trained_beside_the_curves_until_it_is_stopped(
    hall: Hall, pages: tuple[Page, Page, Page]
) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "shifts")
    for _ in range(4):
        control.keyboard.press("PageDown")
    side = stage.locator(".surface-side")
    expect(side).to_contain_text("a shorter budget: 240 steps, one seed")
    control.get_by_role("button", name="Train the live point").click()
    expect(side).to_contain_text("making the frames")
    expect(side).to_contain_text("of 240", timeout=STARTING)

    def newest() -> bool:
        return f"test error {hall.latest(stage, 'shifts.live')['test']:.3f}" in (side.text_content() or "")

    until(stage, newest, "the newest error on the stage")
    expect(stage.locator(".legend-keys")).to_contain_text("its training error")
    control.get_by_role("button", name="Stop the live point").click()
    expect(control.get_by_role("button", name="Train the live point")).to_be_enabled()
    expect_drawn(stage)
    expect_drawn(phone, "#picture")
