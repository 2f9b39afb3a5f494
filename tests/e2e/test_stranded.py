"""What a phone gets over: a hiccup, a network that wants a sign-in, a browser that keeps nothing, an old browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.hall import STARTING, Hall, Kind, open_scene, until
from tests.e2e.program import SESSION
from tests.e2e.seen import expect_drawn

HICCUPS = {
    "busy": (502, "<h1>Bad Gateway</h1>", "text/html", "cannot answer at this moment"),
    "starting": (503, '{"detail":"the engine starts"}', "application/json", "The server is starting"),
    "many": (429, "slow down", "text/plain", "asked too much"),
    "portal": (200, "<title>Sign in</title>", "text/html", "sign in first"),
}
NO_STORE = """
for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
}
"""
NO_LOCK = """
window.asked = 0;
const request = () => { window.asked += 1; return Promise.reject(new Error('no')); };
Object.defineProperty(navigator, 'wakeLock', { value: { request } });
"""


def _nothing(_: Page) -> None:
    """Nothing is done to this page."""


def opened(hall: Hall, kind: Kind, url: str, *, script: str = "", prepare: Callable[[Page], None] = _nothing) -> Page:
    """A page on a device of its own that something is done to before it is loaded."""
    page = hall.page(kind, "about:blank", script=script)
    prepare(page)
    page.goto(url)
    return page


def routed(address: str, answer: Callable[[Route], None]) -> Callable[[Page], None]:
    """What answers at these addresses instead of the server."""

    def prepare(page: Page) -> None:
        page.route(address, answer)

    return prepare


@pytest.mark.parametrize("trouble", HICCUPS)
def test_a_hiccup_at_the_moment_of_loading_passes(hall: Hall, trouble: str) -> None:
    status, body, kind, words = HICCUPS[trouble]
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) < 3:
            route.fulfill(status=status, body=body, content_type=kind)
        else:
            route.continue_()

    with hall.expecting(r"Failed to load resource.*"):
        page = opened(hall, "phone", hall.program.links["join"], prepare=routed("**/api/sessions/*", answer))
        expect(page.locator("#waiting")).to_contain_text(words)
        hall.shot(page, f"waiting-{trouble}")
        expect(page.locator("#status")).to_have_text("live", timeout=STARTING)
        expect(page.locator("#waiting")).to_have_count(0)
    assert len(asked) == 3
    hall.leave(page)


def test_the_join_page_waits_for_a_server_that_is_away(hall: Hall) -> None:
    away = [True]

    def answer(route: Route) -> None:
        if away[0]:
            route.abort()
        else:
            route.continue_()

    with hall.expecting(r"Failed to load resource.*"):
        page = opened(hall, "phone", hall.program.home, prepare=routed("**/api/sessions/*", answer))
        page.get_by_label("Session ID").fill("Lecture 2")
        page.get_by_role("button", name="Join").click()
        expect(page.locator("#answer")).to_contain_text("Is this device in the same network")
        away[0] = False
        page.wait_for_url(f"{hall.program.home}{SESSION}")
    hall.leave(page)


def test_a_file_that_does_not_arrive_is_asked_for_again(hall: Hall) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) < 2:
            route.fulfill(status=502, body="Bad Gateway")
        else:
            route.continue_()

    with hall.expecting(r"Failed to load resource.*", r".*status of 502.*"):
        page = opened(hall, "phone", hall.program.links["join"], prepare=routed("**/views/student.js", answer))
        expect(page.locator("#status")).to_have_text("live", timeout=STARTING)
    hall.leave(page)


def test_a_view_whose_files_do_not_arrive_is_loaded_again(hall: Hall) -> None:
    control = hall.control()
    arrive = [False]

    def answer(route: Route) -> None:
        if arrive[0]:
            route.continue_()
        else:
            route.fulfill(status=200, body="<title>Sign in</title>", content_type="text/html")

    with hall.expecting(r"Failed to load module script.*", r"The stylesheet .*", r"Refused to apply style.*"):
        phone = opened(hall, "phone", hall.program.links["join"], prepare=routed("**/assets/*/scenes/**", answer))
        expect(phone.locator("#status")).to_have_text("live", timeout=STARTING)
        open_scene(hall, control, "permute")
        expect(phone.locator("#picture .trouble")).to_contain_text("Trying again…")
        seen = len(hall.frames(control, "hall"))
        until(control, lambda: len(hall.frames(control, "hall")) > seen + 2, "the panel to hear of the hall")
        assert hall.latest(control, "hall")["current"] == 0, "it shows nothing of the step"
        arrive[0] = True
        until(control, lambda: hall.latest(control, "hall")["current"] == 1, "the phone to show the step")
        expect(phone.locator("#picture .trouble")).to_have_count(0)
        expect_drawn(phone, "#picture")
    control.locator("#scene").select_option("")
    expect(phone.locator("#lobby")).to_be_visible()
    hall.leave(phone, control)


def test_a_browser_that_keeps_nothing_has_a_seat_while_the_page_is_open(hall: Hall) -> None:
    control = hall.control()
    phone = opened(hall, "phone", hall.program.links["join"], script=NO_STORE)
    expect(phone.locator("#status")).to_have_text("live", timeout=STARTING)
    expect(phone.locator("#toasts")).to_contain_text("keeps nothing for this page")
    hall.shot(phone, "no-storage")
    seats = [str(frame["seat"]) for frame in hall.frames(phone, "welcome")]
    phone.evaluate("dispatchEvent(new Event('online'))")
    until(phone, lambda: len(hall.frames(phone, "welcome")) > len(seats), "the phone to come back")
    assert {str(frame["seat"]) for frame in hall.frames(phone, "welcome")} == set(seats)
    stage = opened(hall, "stage", hall.program.links["stage"], script=NO_STORE)
    expect(stage.locator(".surface-foot .status")).to_have_text("live")
    panel = opened(hall, "control", hall.program.links["control"], script=NO_STORE)
    expect(panel.locator("#status")).to_have_text("live")
    hall.leave(phone, stage, panel, control)


def test_a_broken_outbox_is_set_aside(hall: Hall) -> None:
    script = f"if (location.protocol !== 'about:') sessionStorage.setItem('gnn-live/{SESSION}/outbox', '{{broken');"
    phone = opened(hall, "phone", hall.program.links["join"], script=script)
    expect(phone.locator("#status")).to_have_text("live", timeout=STARTING)
    hall.leave(phone)


@pytest.mark.parametrize(
    ("missing", "script"),
    [
        ("Array.findLast", "delete Array.prototype.findLast;"),
        ("BroadcastChannel", "delete window.BroadcastChannel;"),
        ("modules", "delete HTMLScriptElement.prototype.noModule;"),
    ],
)
@pytest.mark.parametrize("page", ["join", "student", "stage", "control"])
def test_an_old_browser_is_told_what_it_lacks(hall: Hall, page: str, missing: str, script: str) -> None:
    links = hall.program.links
    urls = {"join": hall.program.home, "student": links["join"], "stage": links["stage"], "control": links["control"]}
    kinds: dict[str, Kind] = {"join": "phone", "student": "phone", "stage": "stage", "control": "control"}
    old = opened(hall, kinds[page], urls[page], script=script)
    expect(old.get_by_role("alert")).to_contain_text("too old for the lecture: it lacks")
    expect(old.get_by_role("alert")).to_contain_text(missing)
    assert hall.received[old] == [], "nothing of the page runs"
    hall.shot(old, f"old-{page}-{missing}")
    hall.leave(old)


@pytest.mark.parametrize("page", ["", SESSION, f"{SESSION}/stage", f"{SESSION}/control"])
def test_without_script_a_page_says_so(hall: Hall, page: str) -> None:
    answer = httpx.get(f"{hall.program.home}{page}", trust_env=False)
    (told,) = re.findall(r"<noscript>(.*?)</noscript>", answer.text)
    assert "needs JavaScript. Turn it on" in told


def test_a_stage_of_the_panel_has_its_token_and_shows_it_nowhere(hall: Hall) -> None:
    control = hall.control()
    stage = hall.stage_from(control)
    assert stage.url == f"{hall.program.home}{SESSION}/stage"
    welcome = hall.latest(control, "welcome")
    kept = stage.evaluate(f"sessionStorage.getItem('gnn-live/{SESSION}/stage')")
    assert kept == welcome["stage"]
    assert str(kept) not in stage.content()
    until(control, lambda: hall.latest(control, "hall")["stages"] == 0, "the panel to count no stranger's stage")
    hall.leave(control)


def test_a_phone_says_what_it_loads_and_counts_only_what_it_shows(hall: Hall) -> None:
    control = hall.control()
    held: list[Route] = []
    arrive = [False]

    def hold(route: Route) -> None:
        if arrive[0]:
            route.continue_()
        else:
            held.append(route)

    phone = opened(
        hall,
        "phone",
        hall.program.links["join"],
        prepare=routed("**/scenes/**", hold),
    )
    expect(phone.locator("#status")).to_have_text("live", timeout=STARTING)
    until(control, lambda: hall.latest(control, "hall")["current"] == 1, "the lobby to be shown")
    open_scene(hall, control, "permute")
    expect(phone.locator("#waiting")).to_contain_text("Loading “")
    hall.shot(phone, "loading")
    seen = len(hall.frames(control, "hall"))
    until(control, lambda: len(hall.frames(control, "hall")) > seen + 2, "the panel to hear of the hall")
    latest = hall.latest(control, "hall")
    assert (latest["phones"], latest["current"]) == (1, 0), "it has the frame, and shows nothing of it yet"
    arrive[0] = True
    for route in held:
        route.continue_()
    until(control, lambda: hall.latest(control, "hall")["current"] == 1, "the phone to show the step")
    expect(phone.locator("#waiting")).to_have_count(0)
    hall.leave(phone, control)


@pytest.mark.parametrize("kind", ["phone", "stage", "control"])
def test_the_screen_is_kept_awake_where_the_browser_can(hall: Hall, kind: Literal["phone", "stage", "control"]) -> None:
    links = hall.program.links
    page = opened(hall, kind, links["join" if kind == "phone" else kind], script=NO_LOCK)
    page.wait_for_function("window.asked === 1")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function("window.asked === 2")
    hall.leave(page)


def test_waking_reconnects_at_once(hall: Hall) -> None:
    phone = hall.phone()
    before = len(hall.frames(phone, "welcome"))
    phone.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    until(phone, lambda: len(hall.frames(phone, "welcome")) == before + 1, "another socket")
    hall.leave(phone)


def test_what_a_page_put_aside_is_its_own_again_when_it_comes_back(hall: Hall) -> None:
    phone = hall.phone()
    aside = f"sessionStorage.getItem('gnn-live/{SESSION}/outbox') !== null"
    phone.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert phone.evaluate(aside)
    phone.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert not phone.evaluate(aside), "a duplicated tab would go on with its numbers"
    hall.leave(phone)
