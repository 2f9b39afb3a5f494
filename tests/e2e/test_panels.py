"""Two control panels, a key that is changed, and how the control panel sees the hall, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.test_access import check

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def panels(whole_hall: Hall) -> tuple[Page, Page, list[Page]]:
    """Two control panels of two lecturers, and three phones."""
    return whole_hall.control(), whole_hall.control(), [whole_hall.phone() for _ in range(3)]


def test_the_panel_says_how_many_phones_have_the_newest_position(
    hall: Hall, panels: tuple[Page, Page, list[Page]]
) -> None:
    control, _, _ = panels
    open_scene(hall, control, "rounds")
    control.locator("body").press("PageDown")
    expect(control.locator("#hall-words")).to_have_text("All 3 phones show “update 1 of 3: self”.")
    expect(control.locator("#hall")).to_have_attribute("data-state", "well")
    control.locator("#hall summary").click()
    facts = control.locator("#hall-facts")
    expect(facts).to_contain_text("Phones, median")
    expect(facts).to_contain_text("ms")
    hall.shot(control, "hall-control")
    check(control)
    control.locator("#hall summary").click()


def test_both_panels_see_who_leads_and_the_lead_passes_to_who_acts(
    hall: Hall, panels: tuple[Page, Page, list[Page]]
) -> None:
    first, second, _ = panels
    expect(first.locator("#lead")).to_have_text("You lead, 1 other control panel is open")
    expect(second.locator("#lead")).to_have_text("Panel 1 leads, this is panel 2")
    check(second)
    second.locator("body").press("PageDown")
    expect(second.locator("#lead")).to_have_text("You lead, 1 other control panel is open")
    expect(first.locator("#lead")).to_have_text("Panel 2 leads, this is panel 1")
    hall.shot(first, "lead-control")


WITHIN = """() => {
  const list = document.getElementById('plan-list').getBoundingClientRect();
  const item = document.querySelector('#plan-list [aria-current]').getBoundingClientRect();
  return item.top >= list.top - 1 && item.bottom <= list.bottom + 1;
}"""
PLACES = "() => [...document.querySelectorAll('html, body, main, .left, .right')].map((e) => e.scrollTop)"


def test_the_plans_list_follows_the_step_and_the_page_stays(hall: Hall, panels: tuple[Page, Page, list[Page]]) -> None:
    """On both panels, forward and back, where one of them stands scrolled by hand."""
    first, second, _ = panels
    second.locator(".right").evaluate("(column) => { column.scrollTop = 40; }")
    steps = first.locator("#plan-list button")
    last = steps.count() - 1
    places = [page.evaluate(PLACES) for page in (first, second)]
    for number in (last, last // 2, 0):
        steps.nth(number).evaluate("(button) => button.click()")  # a click of the mouse would scroll to it by itself
        for page, place in zip((first, second), places, strict=True):
            expect(page.locator("#plan-where")).to_contain_text(f"step {number + 1} of")
            expect(page.locator("#plan-list [aria-current]")).to_be_in_viewport(ratio=0.9)
            assert page.evaluate(WITHIN)
            assert page.evaluate(PLACES) == place
    second.locator("#plan-list").evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    open_scene(hall, first, "rounds")
    first.locator("body").press("PageDown")  # within the step: who looks ahead in the list is left alone
    until(second, lambda: hall.latest(second, "place")["position"] == 1, "the second position")
    assert second.locator("#plan-list").evaluate("(list) => list.scrollTop") > 0


def test_a_new_key_closes_the_other_panel_and_opens_this_one_again(
    hall: Hall, panels: tuple[Page, Page, list[Page]]
) -> None:
    first, second, phones = panels
    old = first.url.partition("#")[2] or hall.program.links["control"].partition("#")[2]
    first.get_by_role("button", name="New key").click()
    dialog = first.get_by_role("dialog")
    expect(dialog).to_contain_text("Make a new key?")
    check(first)
    dialog.get_by_role("button", name="Make a new key").click()
    expect(first.get_by_role("dialog")).to_contain_text("The new control link")
    hall.shot(first, "new-key-control")
    check(first)
    link = first.locator("#new-link").input_value()
    assert link.partition("#")[2] not in ("", old)
    first.get_by_role("button", name="Done").click()
    expect(second.get_by_text("This key does not open the control panel")).to_be_visible()
    expect(first.locator("#lead")).to_be_hidden()
    for phone in phones:
        expect(phone.locator("#status")).to_have_text("live")
    first.reload()
    expect(first.locator("#status")).to_have_text("live")
    late = hall.page("control", link)
    expect(late.locator("#status")).to_have_text("live")
    expect(first.locator("#lead")).to_contain_text("1 other control panel is open")
    hall.leave(late)
