"""Two chains on the stage: a phone predicts, layers are added, and the separation printed is the one of models/."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from models.experiments.chains import depth, separation
from server.scenes.chains import SEEDS
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, shows

pytestmark = pytest.mark.browser


def separated(text: Locator, wanted: float) -> bool:
    return shows(text.inner_text(), wanted)


def test_the_network_notices_at_its_depth(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "chains")
    side = stage.locator(".surface-side")
    expect(side).to_contain_text("How many layers until the answers differ?")
    for _ in range(3):
        phone.get_by_role("button", name="one layer more").tap()
    expect(phone.locator("#inputs")).to_contain_text("Your prediction: 3 layers")
    expect(side).to_contain_text("1 prediction from the class")
    begins = depth("gvp", 4)
    assert begins is not None
    for layers in range(1, begins + 1):
        control.get_by_role("button", name="+ layer").click()
        wanted = max(separation("gvp", 4, layers, seed) for seed in range(SEEDS))
        expect(side.locator("[role=status]")).to_contain_text("Signal" if layers == begins else "Rounding")
        text = side.locator(".chains-number")
        until(stage, partial(separated, text, wanted), f"a separation of {wanted}")
    expect(phone.locator("#inputs")).to_contain_text("Signal")
    expect_drawn(stage)
    expect_drawn(phone, "#picture")
