"""Geometry of a page: type sizes, targets for thumbs, what overlaps and what overflows."""

from __future__ import annotations

from playwright.sync_api import Page

VISIBLE = """
  const seen = (element) => element !== null
    && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && element.closest('.twin, .visually-hidden') === null;
  // What is left of a box after every ancestor that clips it.
  const clipped = (element, box) => {
    let { left, top, right, bottom } = box;
    for (let at = element; at !== null; at = at.parentElement) {
      if (getComputedStyle(at).overflow === 'visible') continue;
      const edge = at.getBoundingClientRect();
      [left, top] = [Math.max(left, edge.left), Math.max(top, edge.top)];
      [right, bottom] = [Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
    }
    return { left, top, right, bottom, width: right - left, height: bottom - top };
  };
  const texts = (root) => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      if (node.textContent.trim() === '' || !seen(node.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = clipped(node.parentElement, range.getBoundingClientRect());
      if (box.width > 0 && box.height > 0) found.push({ node, box });
    }
    return found;
  };
"""
SMALL = (
    "(limit) => {"
    + VISIBLE
    + """
  const written = texts(document.body)
    .map(({ node }) => [node.textContent.trim(), parseFloat(getComputedStyle(node.parentElement).fontSize)]);
  const painted = [...window.painted].filter(([, { canvas }]) => canvas.isConnected && canvas.checkVisibility());
  return [...written, ...painted.map(([text, { size }]) => [text, size])].filter(([, size]) => size < limit - 0.01);
}"""
)
TARGETS = (
    "(limit) => {"
    + VISIBLE
    + """
  const every = [...document.querySelectorAll('button, a[href], input, select, textarea, summary, [role=button]')];
  return every.filter(seen).map((element) => {
    const boxes = [element, ...(element.labels ?? [])].map((each) => each.getBoundingClientRect());
    const [width, height] = [Math.max(...boxes.map((b) => b.width)), Math.max(...boxes.map((b) => b.height))];
    return [element.outerHTML.slice(0, 90), width, height];
  }).filter(([, width, height]) => width < limit - 0.5 || height < limit - 0.5);
}"""
)
OVERLAPS = (
    "(selector) => {"
    + VISIBLE
    + """
  const footer = document.querySelector(selector);
  const floor = footer.getBoundingClientRect();
  const things = [...document.querySelectorAll('canvas, svg, img, button, input, select')].filter(seen)
    .map((element) => ({ node: element, box: clipped(element, element.getBoundingClientRect()) }));
  return [...things, ...texts(document.body)]
    .filter(({ node }) => !footer.contains(node))
    .filter(({ box }) => Math.min(box.right, floor.right) - Math.max(box.left, floor.left) > 1
      && Math.min(box.bottom, floor.bottom) - Math.max(box.top, floor.top) > 1)
    .map(({ node }) => node.outerHTML?.slice(0, 90) ?? node.textContent.trim().slice(0, 90));
}"""
)
SIDEWAYS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
CUT = (
    "() => {"
    + VISIBLE
    + """
  return texts(document.body)
    .filter(({ box }) => box.left < -1 || box.right > innerWidth + 1)
    .map(({ node }) => node.textContent.trim().slice(0, 90));
}"""
)

STRAYS = """() => [...document.querySelectorAll('.column')].flatMap((column) => {
  const side = column.parentElement;
  const box = column.getBoundingClientRect();
  const room = side.getBoundingClientRect();
  const out = box.left < room.left - 1 || box.top < room.top - 1 || box.right > room.right + 1
    || box.bottom > room.bottom + 1 || getComputedStyle(column).overflow === 'visible';
  const others = document.querySelectorAll(
    '.surface-head, .surface-main, .surface-legend, .surface-foot, header, #picture, #legend');
  const covered = [...others].filter((other) => {
    const place = other.getBoundingClientRect();
    return !other.contains(column) && Math.min(box.right, place.right) - Math.max(box.left, place.left) > 1
      && Math.min(box.bottom, place.bottom) - Math.max(box.top, place.top) > 1;
  });
  return [...(out ? [`leaves ${side.id || side.className}`] : []),
    ...covered.map((other) => `covers ${other.id || other.className}`)];
})"""


def small_text(page: Page, limit: float) -> list[tuple[str, float]]:
    """Texts in sight, on canvases too, that are smaller than this many CSS pixels."""
    found: list[tuple[str, float]] = page.evaluate(SMALL, limit)
    return found


def small_targets(page: Page, limit: float) -> list[tuple[str, float, float]]:
    """Things to tap that are narrower or lower than this many CSS pixels."""
    found: list[tuple[str, float, float]] = page.evaluate(TARGETS, limit)
    return found


def over(page: Page, footer: str) -> list[str]:
    """What lies over the footer."""
    found: list[str] = page.evaluate(OVERLAPS, footer)
    return found


def strays(page: Page) -> list[str]:
    """How a column beside a picture leaves its side or lies over another part of the page."""
    found: list[str] = page.evaluate(STRAYS)
    return found


def type_size(page: Page, selector: str) -> float:
    """The computed font size of the first element in sight that the selector finds, in CSS pixels."""
    size: float = (
        page.locator(selector)
        .locator("visible=true")
        .first.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)")
    )
    return size


def expect_no_sideways_scroll(page: Page) -> None:
    """The page is not wider than its window, and no text is cut off at its sides."""
    width, window = page.evaluate(SIDEWAYS)
    assert width <= window, f"{page.url} is {width} px wide in a window of {window} px"
    cut: list[str] = page.evaluate(CUT)
    assert cut == []
