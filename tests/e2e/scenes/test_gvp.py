"""The perceptron on the stage: the errors it prints are those of the model asked apart, sound and biased."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from server.room.scene import Context
from server.scenes.gvp import SCENE, TURNED
from server.scenes.gvp.messages import GvpErrors, GvpParams
from tests.e2e.hall import Hall, open_scene, parameter, until
from tests.e2e.seen import expect_drawn, number, shows, twin

pytestmark = pytest.mark.browser
TWIN = "Scalars and arrows out, before and after the turn"


def errors_apart(params: GvpParams) -> GvpErrors:
    context = Context("apart", 1)
    state = SCENE.move(SCENE.initial(params, context), TURNED, context)
    (found,) = [out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, GvpErrors)]
    return found


def test_a_turn_leaves_the_scalars_and_a_bias_on_vectors_does_not(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "gvp")
    expect(stage.locator(".surface-foot .place")).to_have_text("arrows and scalars in")
    for _ in range(TURNED):
        control.keyboard.press("PageDown")
    expect(stage.locator(".surface-foot .place")).to_have_text("the input is turned")

    def printed() -> dict[str, str]:
        return {row[0]: row[2] for row in twin(stage, TWIN)}

    until(stage, lambda: "error of the arrows" in printed(), "the errors on the stage")
    assert number(printed()["error of the scalars"]) < 1e-5
    assert number(printed()["error of the arrows"]) < 1e-5

    phone.get_by_role("button", name="Mirror").tap()
    expect(phone.locator("#inputs [role=status]")).to_contain_text("rounding")
    expect(stage.locator(".surface-side")).to_contain_text("The class: 1 turn")

    parameter(control, "Bias on vectors").locator("input, button").first.check()
    wanted = errors_apart(GvpParams(vector_bias=True))
    until(stage, lambda: shows(printed()["error of the arrows"], wanted.vectors, 2), f"an error of {wanted.vectors}")
    assert shows(printed()["error of the scalars"], wanted.scalars, 2)
    expect(stage.locator(".surface-side")).to_contain_text("did not turn with the input")
    expect_drawn(stage)
    expect_drawn(phone, "#picture")
