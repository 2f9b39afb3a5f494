"""The column beside a picture, of every scene and on every page: it stays in its side and lies over nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.layout import strays

pytestmark = pytest.mark.browser

SMALL = {"width": 1280, "height": 720}
LARGE = {"width": 1920, "height": 1080}
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PUT = """async () => {
  const own = new URL(document.querySelector('script[type=module]').src);
  const { sideColumn } = await import(new URL('../draw/pane.js', own).href);
  const parts = Array.from({ length: 60 }, (_, k) => {
    const part = document.createElement('p');
    part.textContent = `sentence ${k} of a column that is far too long for a phone`;
    return part;
  });
  window.column = sideColumn(document.getElementById('inputs'), parts, { least: '8em' });
}"""


def test_on_the_stage_no_column_leaves_its_side(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, _ = pages
    with_column = set()
    for scene, told in hall.program.catalogue().items():
        open_scene(hall, control, scene)
        expect(stage.locator(".surface-head h1")).to_have_text(str(told["title"]))
        until(stage, lambda: stage.evaluate("document.querySelector('.surface-main canvas') !== null"), scene)
        for size in (SMALL, LARGE):
            stage.set_viewport_size({"width": size["width"], "height": size["height"]})
            stage.evaluate(DRAWN)
            assert strays(stage) == [], f"{scene} at {size}"
        if stage.locator(".column").count() > 0:
            with_column.add(scene)
    assert len(with_column) >= 15


def test_a_column_on_a_phone_stays_among_the_inputs(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, _, phone = pages
    open_scene(hall, control, "tensor")
    phone.locator("#inputs button").first.wait_for()
    phone.evaluate(PUT)
    phone.evaluate(DRAWN)
    assert phone.locator(".column").count() == 1
    assert strays(phone) == []
    assert phone.evaluate(
        """() => {
          const box = document.getElementById('picture').getBoundingClientRect();
          return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).closest('.column') === null;
        }"""
    )
    phone.evaluate("() => window.column.destroy()")
    assert phone.locator("#inputs").get_attribute("style") in (None, "")
