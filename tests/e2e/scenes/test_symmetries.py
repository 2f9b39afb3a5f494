"""The scene `symmetries` in browsers: a guess on a phone, and the numbers of the stage against the model's."""

import pytest
from playwright.sync_api import Page, expect

from models.symmetry import spokes
from server.protocol.messages import Gone
from server.protocol.wire import pack
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, number, shows, twin

pytestmark = pytest.mark.browser


def test_a_phone_guesses_and_the_stage_shows_what_the_model_gives(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "symmetries")
    for _ in range(2):
        phone.get_by_role("button", name="one degree more").click()
    phone.get_by_role("button", name="See what this degree sees").click()
    expect(phone.locator("#inputs [role=status]")).to_contain_text("✓ l = 3: 4.18")
    for _ in range(3):
        control.keyboard.press("PageDown")
    expect(stage.locator(".surface-side h2")).to_have_text("Separation at l = 3")
    assert shows(stage.locator(".surface-side [data-part=number]").inner_text(), spokes.separations(3)[2])
    label = "Separation of the two rings by degree"
    until(stage, lambda: len(twin(stage, label)) == 3, "three degrees in the text twin")
    for (degree, value, verdict), expected in zip(twin(stage, label), spokes.separations(3), strict=False):
        assert verdict == ("sees the turn" if expected > spokes.ROUNDING else "rounding"), degree
        assert shows(value, expected) if expected > 0.01 else number(value) < spokes.ROUNDING
    expect(stage.locator(".surface-side [role=status]").last).to_have_text("1 guess. First guesses: l = 3 (1).")
    expect_drawn(stage)


SOCKETS = """window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); window.socket = this; }
};"""


def test_a_view_forgets_what_a_slot_that_is_emptied_showed(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    """The frame reaches the page as the server's would, and the slot's next frame is shown again."""
    control, _, _ = pages
    phone = hall.phone(script=SOCKETS)
    open_scene(hall, control, "symmetries")
    guess = phone.get_by_role("button", name="See what this degree sees")
    answer = phone.locator("#inputs [role=status]")
    guess.click()
    expect(answer).to_contain_text("l = ")
    gone = pack(Gone()).stamped(0, slot="symmetries.yours")
    phone.evaluate(
        "bytes => socket.dispatchEvent(new MessageEvent('message', { data: new Uint8Array(bytes).buffer }))", list(gone)
    )
    expect(answer).not_to_contain_text("l = ")
    phone.get_by_role("button", name="one degree more").click()
    guess.click()
    expect(answer).to_contain_text("l = ")
    hall.leave(phone)
