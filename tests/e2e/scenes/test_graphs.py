"""The scene `graphs` as it is seen: a graph drawn on a phone stands on the stage as picture, matrix and list."""

from __future__ import annotations

import pytest
import torch
from playwright.sync_api import Page, expect

from models.graphs.clouds import named_graph
from models.networks.message_passing import random_update
from models.networks.weisfeiler_leman import exact_output
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn

pytestmark = pytest.mark.browser


def listed(page: Page, name: str) -> str:
    """What the text twin of the stage says of a name."""
    found: str = page.evaluate(
        """(name) => [...document.querySelectorAll('.twin dt')]
             .find((term) => term.textContent === name)?.nextElementSibling?.textContent ?? ''""",
        name,
    )
    return found


def test_a_graph_from_a_phone_is_put_on_stage_and_shuffled(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "graphs")
    said = phone.locator("#inputs [role=status]")
    expect(said).to_contain_text("Tap an empty place")
    at = [(0.25, 0.15), (0.75, 0.15), (0.5, 0.4)]

    def tap(node: int) -> None:
        box = phone.locator("#picture canvas").bounding_box()
        assert box is not None
        x, y = at[node]
        phone.touchscreen.tap(box["x"] + box["width"] * x, box["y"] + box["height"] * y)

    for node, told in enumerate(("1 node, 0 edges", "2 nodes, 0 edges", "3 nodes, 0 edges")):
        tap(node)
        expect(said).to_contain_text(told)
    for a, b, told in ((0, 1, "3 nodes, 1 edge"), (1, 2, "3 nodes, 2 edges")):
        tap(a)
        expect(said).to_contain_text(f"from node {a}")
        tap(b)
        expect(said).to_contain_text(told)
    control.get_by_role("button", name="Next drawing").click()
    expect(said).to_contain_text("Your graph is on the stage")
    until(stage, lambda: listed(stage, "edges") == "0–1, 1–2", "the edges of the drawing on the stage")
    for _ in range(3):
        control.keyboard.press("PageDown")
    number = stage.locator(".surface-side strong.number")
    expect(stage.locator(".surface-side")).to_contain_text("max |A′ − P A Pᵀ|")
    expect(number).to_have_text("0")
    expect_drawn(stage)
    expect_drawn(phone, "#picture")
    for _ in range(5):
        control.keyboard.press("PageDown")
    update, start = random_update(4, 10, dtype=torch.float64), torch.ones(10, 4)
    left, right = (exact_output(named_graph(name), start, update, 3).tolist() for name in ("decalin", "bicyclopentyl"))
    assert left == right
    until(stage, lambda: listed(stage, "difference of the outputs") == "0", "the difference of the outputs")
    shown = [float(value) for value in listed(stage, "output, left").split(", ")]
    assert shown == left
    assert listed(stage, "output, left") == listed(stage, "output, right")
