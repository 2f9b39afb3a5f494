"""The pages of one lecture in one browser, each the size of its device, and everything that goes wrong in them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    ViewportSize,
    WebSocket,
    expect,
)

from server.protocol.wire import unpack
from tests.e2e.program import SESSION, Program

Kind = Literal["stage", "control", "phone"]
SIZES: dict[Kind, ViewportSize] = {
    "stage": {"width": 1920, "height": 1080},
    "control": {"width": 1366, "height": 768},
    "phone": {"width": 390, "height": 844},
}
PATIENCE = 45_000
"""Milliseconds to wait for something to be seen; a bound against hanging, not a measurement."""
STARTING = 150_000
"""The same for the engine, which loads torch."""
SLOW_START = re.compile(r"Failed to load resource: .* status of 503 .* \[.*/api/scenes/index\?wait=\d+\]")
"""The browser's note where the engine needs longer to load than a page waits for the list of scenes; it asks again."""
PAINTED = """(() => {
  // Text on a canvas has no element: what is written is noted here, with its size and place in CSS pixels.
  window.painted = new Map();
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    const { a, b, c, d, e, f } = this.getTransform();
    const size = parseFloat(/([\\d.]+)px/.exec(this.font)?.[1] ?? '0') * Math.hypot(c, d) / devicePixelRatio;
    const at = [(a * x + c * y + e) / devicePixelRatio, (b * x + d * y + f) / devicePixelRatio];
    window.painted.set(String(text), { size, at, canvas: this.canvas });
    return write.call(this, text, x, y, ...rest);
  };
})();"""


@dataclass
class Hall:
    """Control panel, stage and phones of one program."""

    browser: Browser
    program: Program
    shots: Path
    complaints: list[str] = field(default_factory=list)
    """Console errors and warnings, and exceptions."""
    elsewhere: list[str] = field(default_factory=list)
    """Requests to another host."""
    received: dict[Page, list[bytes]] = field(default_factory=dict, repr=False)
    """The websocket messages that each page got, as they came."""
    contexts: list[BrowserContext] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=lambda: [SLOW_START])
    """Complaints that are the browser's own notes about what a test does on purpose."""

    def page(self, kind: Kind, url: str, *, reduced_motion: bool = False, script: str = "") -> Page:
        """A page on a device of its own, with storage of its own."""
        context = self.browser.new_context(
            viewport=SIZES[kind],
            has_touch=kind == "phone",
            is_mobile=kind == "phone",
            device_scale_factor=2 if kind == "phone" else 1,
            reduced_motion="reduce" if reduced_motion else "no-preference",
        )
        context.add_init_script(PAINTED + script)
        self.contexts.append(context)
        page = self._watched(context.new_page())
        page.goto(url)
        return page

    def control(self) -> Page:
        """The instructor's panel, live."""
        page = self.page("control", self.program.links["control"])
        expect(page.locator("#status")).to_have_text("live", timeout=STARTING)
        return page

    def stage(self, *, reduced_motion: bool = False) -> Page:
        """A projector that only looks."""
        page = self.page("stage", self.program.links["stage"], reduced_motion=reduced_motion)
        expect(page.locator(".surface-foot .status")).to_have_text("live", timeout=STARTING)
        return page

    def stage_from(self, control: Page) -> Page:
        """The projector opened from the control panel, which relays what is done on it."""
        context = control.context

        def watched(page: Page) -> None:
            self._watched(page)

        context.on("page", watched)
        with context.expect_page() as opened:
            control.get_by_role("button", name="Open stage").click()
        context.remove_listener("page", watched)
        page = opened.value
        page.set_viewport_size(SIZES["stage"])
        expect(page.locator(".surface-foot .status")).to_have_text("live", timeout=STARTING)
        return page

    def phone(self, *, spelling: str = "", reduced_motion: bool = False, script: str = "") -> Page:
        """A student's phone: by the link, or by this spelling of the session ID on the join page."""
        url = self.program.home if spelling else self.program.links["join"]
        page = self.page("phone", url, reduced_motion=reduced_motion, script=script)
        if spelling:
            page.get_by_label("Session ID").fill(spelling)
            page.get_by_role("button", name="Join").click()
            page.wait_for_url(f"{self.program.home}{SESSION}")
        expect(page.locator("#status")).to_have_text("live", timeout=STARTING)
        expect(page.locator("#nickname")).not_to_have_text("…")
        return page

    def frames(self, page: Page, tag: str = "") -> list[dict[str, object]]:
        """What a page has received, unpacked, oldest first."""
        every = (unpack(message) for message in self.received[page])
        return [frame for frame in every if not tag or frame["t"] == tag]

    def latest(self, page: Page, tag: str) -> dict[str, object]:
        """The newest frame of a kind that a page has received; waits for the first, which may lag behind the page."""
        until(page, lambda: bool(self.frames(page, tag)), f"a frame {tag!r}")
        return self.frames(page, tag)[-1]

    def shot(self, page: Page, name: str) -> None:
        """A picture of a page, for eyes."""
        self.shots.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self.shots / f"{name}.png")

    def leave(self, *pages: Page) -> None:
        """These devices are put away."""
        for page in pages:
            context = page.context
            self.contexts.remove(context)
            context.close()

    def close(self) -> None:
        """Everybody goes home."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    @contextmanager
    def expecting(self, *complaints: str) -> Iterator[None]:
        """Within, and for what still arrives from it, these notes of the browser are no fault."""
        patterns = [re.compile(complaint) for complaint in complaints]
        self.expected += patterns
        yield
        for context in self.contexts:  # a round trip to every page: its earlier messages have arrived then
            for page in context.pages:
                page.evaluate("0")
        for pattern in patterns:
            self.expected.remove(pattern)

    def check(self) -> None:
        """Nothing went wrong since the last check, and nothing was fetched from another host."""
        complaints, elsewhere = "\n".join(self.complaints), "\n".join(self.elsewhere)
        self.complaints.clear()
        self.elsewhere.clear()
        assert complaints == "", complaints
        assert elsewhere == "", elsewhere

    def _watched(self, page: Page) -> Page:
        """Remember every complaint, every request to another host and every websocket message."""

        def complain(said: str) -> None:
            if (told := f"{page.url}: {said}") not in self.complaints:
                self.complaints.append(told)

        def console(message: ConsoleMessage) -> None:
            if message.type not in ("error", "warning"):
                return
            said = f"{message.text} [{message.location['url']}]"
            if not any(pattern.fullmatch(said) for pattern in self.expected):
                complain(said)

        def request(asked: Request) -> None:
            if not asked.url.startswith((self.program.home, "data:", "blob:")):
                self.elsewhere.append(asked.url)

        def opened(socket: WebSocket) -> None:
            socket.on("framereceived", lambda message: kept.append(_bytes(message)))

        kept = self.received.setdefault(page, [])
        page.set_default_timeout(PATIENCE)
        page.on("console", console)
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("request", request)
        page.on("websocket", opened)
        return page


def _bytes(message: str | bytes) -> bytes:
    assert isinstance(message, bytes), f"expected binary frames only, got the text {message[:80]!r}"
    return message


def shots_folder(fallback: Path) -> Path:
    """Where pictures go: $GNN_LIVE_SHOTS, or the test's own folder."""
    return Path(os.environ.get("GNN_LIVE_SHOTS") or fallback)


def until(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds that no single locator can tell; the page's events go on meanwhile."""
    for _ in range(PATIENCE // 50):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"expected within {PATIENCE / 1000:g} s: {what}")


def parameter(control: Page, title: str) -> Locator:
    """The control of one parameter on the panel, by its title."""
    return control.locator("#params .field:visible").filter(has=control.get_by_text(title, exact=True))


def go_to_step(hall: Hall, control: Page, number: int) -> None:
    """A click on a step of the plan, counted from 0; the hands are free for the keys then."""
    before = len(hall.frames(control, "opened"))
    control.locator("#plan-list button").nth(number).click()
    until(control, lambda: len(hall.frames(control, "opened")) > before, f"step {number} of the plan to open")
    expect(control.locator("#plan-where")).to_contain_text(f"step {number + 1} of")
    control.locator("#notes").click()


def open_scene(hall: Hall, control: Page, scene: str) -> None:
    """A scene afresh beside the plan, with its own parameters; the hands are free for the keys then."""
    for wanted in ("", scene):
        before = len(hall.frames(control, "opened"))
        if control.locator("#scene").input_value() != wanted:
            control.locator("#scene").select_option(wanted)
            until(control, lambda before=before: len(hall.frames(control, "opened")) > before, f"{wanted} to open")  # type: ignore[misc]  # a default binds the loop's value
    # Until the panel knows the scene's positions, Page Down would go on in the plan.
    control.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    control.locator("#notes").click()


def choose(control: Page, title: str, value: str) -> None:
    """Choose one of a parameter's values, by what the server calls it."""
    field = parameter(control, title)
    control_of = field.locator(f"select, input[value='{value}']").first
    control_of.wait_for()
    if control_of.evaluate("(element) => element.tagName") == "SELECT":
        control_of.select_option(value)
    else:
        control_of.check()
