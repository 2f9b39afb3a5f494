"""Learning curves on the stage: a phone predicts, the job measures, and the first error shown is the one of models/."""

from __future__ import annotations

import math
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from models.kernel_ridge import error
from server.scenes.shifts.curves import REPEATS, TARGET
from tests.e2e.hall import Hall, open_scene, until
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
