"""Scene `tensor` in a browser: blocks, dot and cross on the stage and a phone are those that models/ gives apart."""

from __future__ import annotations

import pytest
import torch
from playwright.sync_api import Page

from models.symmetry import irreps
from server.scenes.tensor import TELLING, State, TensorParams
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, number, numbers, twin

pytestmark = pytest.mark.browser

STAGE, PHONE = "The product in numbers", "Your product in numbers"


def test_the_nine_numbers_turn_in_blocks_and_the_cross_product_stays(
    hall: Hall, pages: tuple[Page, Page, Page]
) -> None:
    control, stage, _ = pages
    open_scene(hall, control, "tensor")
    stage.get_by_role("heading", name="Two arrows").wait_for()
    for _ in range(3):
        control.locator("body").press("PageDown")
    stage.get_by_role("heading", name="Each part turns by itself").wait_for()
    until(stage, lambda: "zone" in dict(twin(stage, STAGE)), "the numbers of the turn")
    rows = dict(twin(stage, STAGE))
    made = irreps.product_representation(irreps.rotation_of(TELLING))
    assert irreps.off_block(made, irreps.PARTS) < 1e-14
    assert number(rows["outside the blocks of Q (R ⊗ R) Qᵀ"]) < 1e-14
    assert number(stage.locator("[data-number]").inner_text()) < 1e-14
    expect_drawn(stage)

    state = State(TensorParams(), 0)
    cross = irreps.split(torch.tensor(state.v), torch.tensor(state.w)).cross.tolist()
    for _ in range(2):
        control.locator("body").press("PageDown")
    stage.get_by_role("heading", name="A cross product is a pseudovector").wait_for()
    until(
        stage,
        lambda: numbers(dict(twin(stage, STAGE)).get("P v × P w", "0")) == pytest.approx(cross, abs=6e-4),
        "the cross product of the inverted arrows, which is that of the arrows",
    )


def test_a_pair_turned_on_a_phone_has_its_own_dot_product(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    """Goes on at the reflection."""
    _, _, phone = pages
    phone.get_by_role("button", name="Turn w").click()
    canvas = phone.locator("canvas").first
    canvas.focus()
    canvas.press("ArrowLeft")

    def agrees() -> bool:
        rows = dict(twin(phone, PHONE))
        v, w = (torch.tensor(numbers(rows[name])) for name in ("v", "w"))
        made = irreps.split(v, w)
        moved = (w - torch.tensor(State(TensorParams(), 0).w)).abs().max() > 0.05
        near = numbers(rows["v × w"]) == pytest.approx(made.cross.tolist(), abs=3e-3)
        return bool(moved and near and number(rows["v · w"]) == pytest.approx(made.dot, abs=3e-3))

    until(phone, agrees, "the products of the student's own two arrows")
    expect_drawn(phone)
