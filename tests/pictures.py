"""The pictures of the README: stage, phone and control panel of three scenes, and a thumbnail of every scene's stage.

    .venv/bin/python -m tests.pictures            all of them, into static/pictures
    .venv/bin/python -m tests.pictures radius     those of these scenes

Made by the program and a Chromium; make them anew with every release, and look at them. A scene is shown where it opens
or a few steps on, with parameters that the lecture plan does not ask about, so that no picture gives an answer away.
"""

from __future__ import annotations

import argparse
import base64
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.conftest import QUIET, browser_path
from tests.e2e.hall import PATIENCE, STARTING, Hall, Kind, choose, open_scene
from tests.e2e.program import Program
from tests.e2e.seen import expect_drawn, expect_title

FOLDER = Path(__file__).parents[1] / "static" / "pictures"
MOST = 80_000
"""Bytes of a picture."""
WIDTHS: Mapping[Kind, int] = {"stage": 1280, "control": 1000, "phone": 780}
"""Pixels; the height follows from the device."""
THUMBNAIL = 320
PHONES = 3
SETTLED = 1500
"""Milliseconds for what still moves after a step."""
# What differs between two computers and says nothing about the scene.
HIDDEN = ".machine { visibility: hidden }"
HIDE = """(rules) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets.push(sheet);
}"""

SCALE = """async ([shot, width, quality]) => {
  const whole = await (await fetch(`data:image/png;base64,${shot}`)).blob();
  const full = await createImageBitmap(whole);
  const resizeHeight = Math.round((full.height * width) / full.width);
  const size = { resizeWidth: width, resizeHeight, resizeQuality: 'high' };
  const small = await createImageBitmap(full, size);
  const canvas = new OffscreenCanvas(small.width, small.height);
  canvas.getContext('2d').drawImage(small, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality })).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}"""


@dataclass(frozen=True)
class View:
    """What is shown of a scene: parameters by their titles, and how many steps behind its opening."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    steps: int = 0


WHOLE: Mapping[str, View] = {"rounds": View(steps=3), "radius": View(), "vectors": View(steps=1)}
"""The scenes of which every page is shown."""


def file(scene: str, kind: Kind | None = None) -> str:
    """The name of a picture: `radius-stage.webp`; without a kind of page that of the thumbnail."""
    return f"{scene}-{kind}.webp" if kind else f"{scene}.webp"


def save(page: Page, path: Path, width: int) -> None:
    """A page as WebP of this width, as good as `MOST` bytes allow.

    Raises:
        ValueError: it is too large in any quality that is worth looking at.
    """
    browser = page.context.browser
    assert browser is not None
    shot = base64.b64encode(page.screenshot()).decode()
    scratch = browser.new_page()
    try:
        for quality in (0.92, 0.85, 0.75, 0.65):
            data = base64.b64decode(scratch.evaluate(SCALE, [shot, width, quality]))
            if len(data) <= MOST:
                path.write_bytes(data)
                return
    finally:
        scratch.close()
    raise ValueError(f"{path.name}: expected at most {MOST} bytes, got {len(data)}")


def show(hall: Hall, control: Page, pages: list[Page], scene: str, view: View) -> None:
    """The scene stands on every page, and nothing moves any more."""
    open_scene(hall, control, scene)
    title = str(hall.program.catalogue()[scene]["title"])
    for page in pages:
        expect_title(page, title)
    for name, value in view.parameters.items():
        choose(control, name, value)
        control.locator("#notes").click()
    for step in range(1, view.steps + 1):
        control.keyboard.press("PageDown")
        expect(control.locator("#position")).to_have_js_property("value", str(step))
    for page in pages:
        expect_drawn(page, "body")
        page.wait_for_timeout(SETTLED)


def take(hall: Hall, everybody: tuple[Page, Page, list[Page]], scene: str, folder: Path) -> list[Path]:
    """The pictures of a scene; their files."""
    control, stage, phones = everybody
    show(hall, control, [stage, phones[0]], scene, WHOLE.get(scene, View()))
    paths = [folder / file(scene)]
    save(stage, paths[0], THUMBNAIL)
    if scene in WHOLE:
        expect(control.locator(".hall[data-state='behind']")).to_have_count(0, timeout=STARTING)
        pages: dict[Kind, Page] = {"stage": stage, "control": control, "phone": phones[0]}
        for kind, width in WIDTHS.items():
            paths.append(folder / file(scene, kind))
            save(pages[kind], paths[-1], width)
    return paths


def gather(hall: Hall) -> tuple[Page, Page, list[Page]]:
    """Control panel, the stage opened from it, and phones that have joined."""
    control = hall.control()
    stage = hall.stage_from(control)
    phones = [hall.phone() for _ in range(PHONES)]
    expect(control.locator("#joined")).to_contain_text(f"{PHONES} joined")
    for page in (control, stage):
        page.evaluate(HIDE, HIDDEN)
    return control, stage, phones


@contextmanager
def opened() -> Iterator[Hall]:
    """A program with fresh data, and a browser."""
    path = browser_path()
    if path is None:
        raise SystemExit("no Chromium or Chrome on this machine (apt install chromium)")
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        program = Program(Path(folder) / "data")
        program.start()
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        hall = Hall(browser, program, Path(folder))
        try:
            yield hall
        finally:
            hall.close()
            browser.close()
            program.stop()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description="Take the README's pictures.")
    parser.add_argument("scenes", nargs="*", help="only these")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with opened() as hall:
        everybody = gather(hall)
        for scene in asked.scenes or sorted(hall.program.catalogue()):
            for path in take(hall, everybody, scene, asked.folder):
                print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
