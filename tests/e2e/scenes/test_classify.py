"""The scene `classify` on stage and phone: the race ends where the models say, and a thumb fools who can be fooled."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from models.experiments import classification as c
from models.graphs.strokes import sampled
from tests.e2e.hall import Hall, choose, open_scene, parameter, until
from tests.e2e.seen import expect_drawn, twin

pytestmark = pytest.mark.browser
STEPS = 20


def rotated_apart(key: str) -> str:
    """What the stage must say of one contestant, trained without the scene."""
    alone = c.Training(key, 0)
    for _ in range(STEPS):
        alone.step()
    *_, found = c.measured(alone, 0)
    assert found is not None
    share = f"{100 * found.rotated:.1f}".rstrip("0").rstrip(".")
    return f"{share}\u00a0%"


def race(hall: Hall, stage: Page, field: str) -> int:
    """A number of the newest picture of the race."""
    value = hall.latest(stage, "classify.race")[field]
    assert isinstance(value, int)
    return value


def draw(phone: Page, corners: list[tuple[float, float]]) -> None:
    """A stroke through these corners of the square, shares of its side, y up."""
    box = phone.locator("canvas").first.bounding_box()
    assert box is not None
    side = min(box["width"], box["height"]) * 0.9
    left, low = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] + side) / 2
    places = [(left + x * side, low - y * side) for x, y in corners]
    phone.mouse.move(*places[0])
    phone.mouse.down()
    for place in places[1:]:
        phone.mouse.move(*place, steps=12)
    phone.mouse.up()


def test_all_train_and_a_phone_fools_the_naive_network(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "classify")
    parameter(control, "Steps").locator("input[type=range]").fill(str(STEPS))
    until(stage, lambda: race(hall, stage, "of") == STEPS, f"a budget of {STEPS} steps")
    expect(stage.get_by_text("Predict: who names every turned shape?")).to_be_visible()
    control.locator("#notes").click()
    control.keyboard.press("PageDown")
    wanted = rotated_apart("naive")

    until(stage, lambda: race(hall, stage, "step") == STEPS, f"{STEPS} steps")
    until(stage, lambda: race(hall, stage, "finished") >= 5, "half of them are measured")
    until(stage, lambda: bool(hall.latest(stage, "classify.contest")["trained"]), "all are measured")
    until(stage, lambda: twin(stage, "The contest in numbers")[0][3] == wanted, f"{wanted} of the naive network")
    expect(stage.locator(".surface-side")).to_contain_text(wanted.split()[0])
    expect_drawn(stage)
    control.keyboard.press("PageDown")
    control.keyboard.press("PageDown")
    phone.get_by_role("button", name="Show it").tap()
    expect(phone.get_by_text("Your chiral 1 fooled")).to_be_visible()
    expect(stage.get_by_text("1 student tried.")).to_be_visible()
    hall.check()


def test_a_stroke_on_a_phone_becomes_a_shape_and_may_be_taken_off(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "classify")
    choose(control, "Shapes", "drawn")
    expect(phone.get_by_text("Draw one shape in one stroke.")).to_be_visible()
    corners = [(0.2, 0.8), (0.8, 0.8), (0.2, 0.2), (0.8, 0.2)]
    draw(phone, corners)
    expect(phone.get_by_text("Shape 1 of 8 is yours.")).to_be_visible()
    expect(stage.locator(".surface-side")).to_contain_text("1 drawn by the class, 7 built in.")
    (points,) = np.array(hall.latest(stage, "classify.wall")["points"])
    np.testing.assert_allclose(points, sampled(corners), atol=0.12)  # the stroke, but for where the finger was noticed
    expect_drawn(stage)
    control.get_by_role("button", name="Take off 1").click()
    expect(phone.get_by_text("The lecturer took it off the wall.")).to_be_visible()
    expect(stage.locator(".surface-side")).to_contain_text("All of them are built in.")
    hall.check()
