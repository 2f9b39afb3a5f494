"""For everybody: accessibility rules on every page and scene, the keyboard, numbers as text, less motion."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page, expect

from tests.e2e.hall import STARTING, Hall, open_scene, until
from tests.e2e.seen import expect_drawn, numbers, twin

pytestmark = pytest.mark.browser

SCENES = ("rounds", "radius", "rotation", "permute")


@pytest.fixture(scope="module")
def everybody(whole_hall: Hall) -> tuple[Page, Page, Page]:
    """Control panel, the stage opened from it, a phone."""
    control = whole_hall.control()
    return control, whole_hall.stage_from(control), whole_hall.phone()


def check(page: Page) -> None:
    """axe-core finds no violation on this page."""
    found = Axe().run(page)
    said = [
        f"{each['id']}: {each['help']}: {node['target']} {node['html'][:120]}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]
    assert said == []


def test_join_page(hall: Hall) -> None:
    page = hall.page("phone", hall.program.home)
    expect(page.get_by_label("Session ID")).to_be_focused()
    check(page)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("Type the session ID")
    check(page)
    page.get_by_label("Session ID").fill("lecture2")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("live", timeout=STARTING)
    hall.leave(page)


def test_lobby(hall: Hall, everybody: tuple[Page, Page, Page]) -> None:
    for page in everybody:
        check(page)


@pytest.mark.parametrize("scene", SCENES)
def test_every_page_of_a_scene(scene: str, hall: Hall, everybody: tuple[Page, Page, Page]) -> None:
    control, stage, phone = everybody
    control.locator("#scene").select_option(scene)
    title = str(hall.program.catalogue()[scene]["title"])
    expect(stage.locator(".surface-head h1")).to_have_text(title)
    expect(phone.locator("#scene-title")).to_have_text(title)
    for page, area in ((stage, ".surface-main"), (phone, "#picture")):
        expect_drawn(page, area)
        canvases = page.locator(f"{area} canvas:visible").all()
        for canvas in canvases:
            assert (canvas.get_attribute("aria-label") or "") != ""
    # T shows the numbers of the picture as a table, and hides them again.
    table = stage.locator(".surface-main .twin").first
    assert table.inner_text() != ""
    hidden = table.bounding_box()
    assert hidden is not None
    assert hidden["width"] <= 1
    stage.locator("body").press("t")
    shown = table.bounding_box()
    assert shown is not None
    assert shown["width"] > 100
    check(stage)
    stage.locator("body").press("t")
    for page in everybody:
        check(page)


def test_keys_drive_the_lecture(hall: Hall, everybody: tuple[Page, Page, Page]) -> None:
    control, stage, _ = everybody
    open_scene(hall, control, "rounds")
    where = stage.locator(".surface-foot .place")
    expect(where).to_have_text("the input h⁽⁰⁾")
    for driver in (control, stage):
        driver.locator("body").press("PageDown")
        expect(where).to_have_text("update 1 of 3: self")
        driver.locator("body").press("PageUp")
        expect(where).to_have_text("the input h⁽⁰⁾")
    # Space plays through the positions by itself, and stops.
    control.locator("body").press(" ")
    expect(control.locator("#play")).to_have_text("Pause")
    expect(where).to_have_text("update 1 of 3: messages")
    control.locator("body").press(" ")
    expect(control.locator("#play")).to_have_text("Play")
    control.locator("body").press("r")
    expect(where).to_have_text("the input h⁽⁰⁾")
    control.locator("body").press("b")
    expect(stage.locator(".surface-blank")).to_be_visible()
    control.locator("body").press("b")
    expect(stage.locator(".surface-blank")).to_be_hidden()
    control.locator("body").press("q")
    expect(stage.locator(".surface-qr")).to_be_visible()
    control.locator("body").press("q")
    control.locator("body").press("d")
    expect(stage.locator("html")).to_have_attribute("data-theme", "dark")
    check(stage)
    control.locator("body").press("d")
    expect(stage.locator("html")).to_have_attribute("data-theme", "light")


def test_help_lists_the_keys(hall: Hall, everybody: tuple[Page, Page, Page]) -> None:
    control, stage, _ = everybody
    for page in (control, stage):
        page.locator("body").press("?")
        help_ = page.get_by_role("dialog", name="Keys")
        expect(help_).to_be_visible()
        keys = help_.locator("kbd").all_inner_texts()
        assert {"Page Down", "Page Up", "Space", "R", "B", "Q", "D", "F", "T", "?"} == set(keys)
        check(page)
        page.keyboard.press("Escape")
        expect(help_).to_have_count(0)


def test_less_motion_shows_the_messages_without_moving(hall: Hall, everybody: tuple[Page, Page, Page]) -> None:
    control, moving, _ = everybody
    still = hall.stage(reduced_motion=True)
    open_scene(hall, control, "rounds")
    expect(still.locator(".surface-foot .place")).to_have_text("the input h⁽⁰⁾")
    for _ in range(2):
        control.locator("body").press("PageDown")
    for stage in (still, moving):
        expect(stage.locator(".surface-foot .place")).to_have_text("update 1 of 3: messages")
        expect_drawn(stage, ".surface-main")
    # A text twin follows its picture within a quarter of a second.
    until(still, lambda: in_numbers(still) == in_numbers(moving), "the same numbers on both stages")
    first = pictures(still)
    # The same moments: where motion is wished for the picture changes, where it is not it stands still.
    flying = pictures(moving)
    until(moving, lambda: pictures(moving) != flying, "messages on their way")
    assert pictures(still) == first
    hall.shot(still, "less-motion-stage")
    hall.leave(still)


def in_numbers(page: Page) -> list[list[float]]:
    """What each node sends, as the text twin says it."""
    return [numbers(row[-1]) for row in twin(page, "The nodes in numbers")]


def pictures(page: Page) -> list[str]:
    """The pixels of the canvases of the scene."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('.surface-main canvas')].map((canvas) => canvas.toDataURL())"
    )
    assert found
    return found
