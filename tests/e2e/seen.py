"""What is seen on a page: the numbers in its tables, and whether its canvases show anything."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from torch import Tensor, tensor

from tests.e2e.hall import until

NODES = "The nodes in numbers"
"""The text twin of the scene `rounds` on the stage."""
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TWIN = """(label) => {
  const twin = [...document.querySelectorAll('.twin')].find((each) => each.getAttribute('aria-label') === label);
  const names = [...twin.querySelectorAll('dt')];
  if (names.length > 0) return names.map((name) => [name.textContent, name.nextElementSibling.textContent]);
  return [...twin.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent));
}"""
COLOURS = """(scope) => [...document.querySelectorAll(scope + ' canvas')]
  .filter((canvas) => canvas.checkVisibility({ visibilityProperty: true }) && canvas.width > 0 && canvas.height > 0)
  .map((canvas) => {
    const small = new OffscreenCanvas(160, 90).getContext('2d');
    small.drawImage(canvas, 0, 0, 160, 90);
    const { data } = small.getImageData(0, 0, 160, 90);
    const colours = new Set();
    for (let k = 0; k < data.length; k += 4) {
      if (data[k + 3] > 0) colours.add((data[k] << 16) | (data[k + 1] << 8) | data[k + 2]);
    }
    return [canvas.getAttribute('aria-label') ?? '', colours.size];
  })"""


def number(text: str) -> float:
    """A printed number: a typographic minus, a comma or point, powers of ten as superscripts."""
    plain = text.strip().replace("\u2212", "-").replace("\u00a0", "")
    found = re.fullmatch(r"(-?[\d.]+)·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", plain)
    if found:
        return float(found[1]) * 10.0 ** int(found[2].translate(SUPERSCRIPTS))
    return float(plain)


def numbers(text: str) -> list[float]:
    """The numbers of a printed vector, `(1, −0.5)` or a single one."""
    return [number(part) for part in text.strip().strip("()").split(",")]


def resolution(text: str, decimals: int | None = None) -> float:
    """Half a unit of the last digit that a printed number shows; `decimals` where trailing zeros are left out."""
    plain = text.strip()
    mantissa, _, exponent = plain.partition("·10")
    power = 10.0 ** int(exponent.translate(SUPERSCRIPTS)) if exponent else 1.0
    shown = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** -(shown if exponent or decimals is None else max(shown, decimals)) * power


def shows(text: str, value: float, decimals: int | None = None) -> bool:
    """Whether a printed number is this value, to the digits that it shows (and float32's own rounding)."""
    return abs(number(text) - value) <= resolution(text, decimals) + 2e-7 * abs(value)


def twin(page: Page, label: str) -> list[list[str]]:
    """The rows of a picture's text twin; of a list, its pairs."""
    page.locator(f".twin[aria-label='{label}'] :is(td, dd)").first.wait_for(state="attached")
    rows: list[list[str]] = page.evaluate(TWIN, label)
    return rows


def shows_rows(page: Page, label: str, values: Tensor) -> bool:
    """Whether the last column of a text twin holds these vectors, row by row, to two decimals. values: (n, d)"""
    shown = tensor([numbers(cells[-1]) for cells in twin(page, label)])
    return shown.shape == values.shape and bool((shown - values).abs().max() <= 0.005 + 1e-6)


def expect_drawn(page: Page, scope: str = "body") -> None:
    """Every canvas in sight shows more than a colour or two, none is blank; without a canvas some words stand there."""

    def drawn() -> bool:
        counted: list[tuple[str, int]] = page.evaluate(COLOURS, scope)
        said = any(len(place.inner_text().split()) >= 12 for place in page.locator(scope).all())
        return all(colours > 2 for _, colours in counted) if counted else said

    until(page, drawn, f"a picture on every canvas in {scope} of {page.url}")


def expect_title(page: Page, title: str) -> None:
    """The scene's title at the head of the page."""
    expect(page.locator(".surface-head h1, #scene-title").first).to_have_text(title)


def painted(page: Page, text: str) -> tuple[float, float]:
    """Where a text stands on a canvas of this page, in the window's pixels."""
    spot: tuple[float, float] | None = page.evaluate(
        """(text) => {
          const found = window.painted.get(text);
          if (!found?.canvas.isConnected) return null;
          const { left, top } = found.canvas.getBoundingClientRect();
          return [left + found.at[0], top + found.at[1]];
        }""",
        text,
    )
    assert spot is not None, f"expected {text!r} on a canvas of {page.url}"
    return spot
