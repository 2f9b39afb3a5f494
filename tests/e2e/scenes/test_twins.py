"""The scene `twins` in browsers: a guess on a phone, and the numbers of the stage against the model's."""

import pytest
from playwright.sync_api import Page, expect

from models.symmetry import many_body
from models.symmetry.twins import pair
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, number, shows, twin

pytestmark = pytest.mark.browser


def test_a_phone_guesses_and_the_stage_shows_what_the_model_gives(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "twins")
    for _ in range(2):
        phone.get_by_role("button", name="one order more").click()
    phone.get_by_role("button", name="See what this order sees").click()
    expect(phone.locator("#inputs [role=status]")).to_contain_text("✓ 4-body: 4.11")
    expect(stage.locator(".surface-side [role=status]").last).to_have_text("1 guess so far.")
    phone.reload()  # who comes back finds the guess as it was
    expect(phone.locator("#inputs output")).to_have_text("4-body")
    expect(phone.locator("#inputs [role=status]")).to_contain_text("✓ 4-body: 4.11")
    twins = pair("three_body")
    for _ in range(3):
        control.keyboard.press("PageDown")
    shown = stage.locator(".surface-side [data-part=number]")
    difference = many_body.compare(twins.a, twins.b, 4).difference
    expect(stage.locator(".surface-side h2")).to_have_text("4-body: largest difference")
    assert shows(shown.inner_text(), difference)
    rows: dict[str, str] = {}

    def told() -> bool:  # screen readers are told a moment after the picture
        rows.update((row[0], row[1]) for row in twin(stage, "How far the fingerprints are apart"))
        return "3-body, 6 bodies" in rows

    until(stage, told, "the row of 3-body")
    assert number(rows["3-body, 6 bodies"].split()[0]) < many_body.ROUNDING
    for _ in range(2):
        control.keyboard.press("PageDown")
    expect(stage.locator(".surface-side h2")).to_have_text("Least RMSD over all rotations")
    assert shows(shown.inner_text(), many_body.align(twins.a, twins.b).rmsd)
    expect_drawn(stage)
