"""A lecture from first to last in one browser: a control panel, the stage opened from it, three phones."""

from __future__ import annotations

import pkgutil
import re
import tomllib

import pytest
from playwright.sync_api import Page, expect

import server.scenes
from tests.e2e import layout
from tests.e2e.hall import Hall, go_to_step, until
from tests.e2e.program import ROOT, SESSION
from tests.e2e.seen import expect_drawn, expect_title

pytestmark = pytest.mark.browser

SPELLINGS = ("LECTURE 2", "lecture-2", " Lecture2 ")
WRITTEN = tomllib.loads((ROOT / "server/lectures/lecture2.toml").read_text("utf-8"))["step"]
SCENES = {module.name for module in pkgutil.iter_modules(server.scenes.__path__)}
PLAN = [step for step in WRITTEN if not step.get("optional") or step["scene"] in SCENES]


@pytest.fixture(scope="module")
def everybody(whole_hall: Hall) -> tuple[Page, Page, list[Page]]:
    """Control panel, stage and phones, all in the lobby."""
    control = whole_hall.control()
    stage = whole_hall.stage_from(control)
    return control, stage, [whole_hall.phone(spelling=spelling) for spelling in SPELLINGS]


def check_layout(hall: Hall, name: str, control: Page, stage: Page, phone: Page) -> None:
    """Pictures of the pages, and their geometry after STYLE.md."""
    for page, kind in ((control, "control"), (stage, "stage"), (phone, "phone")):
        hall.shot(page, f"{name}-{kind}")
        layout.expect_no_sideways_scroll(page)
    assert layout.small_text(stage, 22) == []
    assert layout.type_size(stage, ".session-id") >= 45
    assert layout.small_targets(phone, 44) == []


def test_three_phones_join_by_other_spellings_and_are_seen_in_the_lobby(
    hall: Hall, everybody: tuple[Page, Page, list[Page]]
) -> None:
    control, stage, phones = everybody
    expect(stage.locator(".lobby-count")).to_have_text("3 joined")
    expect(stage.locator(".surface-foot .machine")).to_have_text(re.compile(r".+, [\d.]+ [GT]FLOP/s"))
    expect(control.locator("#joined")).to_have_text("3 joined, 3 here")
    names = [phone.locator("#nickname").inner_text() for phone in phones]
    assert len(set(names)) == 3
    for phone, name in zip(phones, names, strict=True):
        expect(phone.locator(".lobby-name")).to_have_text(f"You are {name}")
        expect(phone.locator(".lobby-count")).to_have_text("3 of you are here.")
    # Every nickname stands beside its node in the stage's growing graph.
    until(stage, lambda: bool(stage.evaluate("(names) => names.every((n) => painted.has(n))", names)), f"{names} drawn")
    expect_drawn(stage, ".lobby")
    for phone in phones:
        expect_drawn(phone, "#lobby")
    check_layout(hall, "lobby", control, stage, phones[0])


def predict(hall: Hall, question: dict[str, object], everybody: tuple[Page, Page, list[Page]]) -> None:
    """The step's question, which comes first: read on the stage, answered on a phone, closed, revealed."""
    control, stage, phones = everybody
    expect(stage.locator(".board h2")).to_have_text(str(question["text"]))
    kind = question.get("kind", "choice")
    if kind == "choice":
        phones[0].locator(".question button.option").first.click()
        expect(stage.locator(".board .turnout")).to_have_text("1 of 3 have answered")
    assert layout.small_text(stage, 22) == []
    assert layout.small_targets(phones[0], 44) == []
    control.keyboard.press("PageDown")
    expect(stage.locator(".board .turnout")).to_contain_text("Locked.")
    if kind != "text":
        control.keyboard.press("PageDown")
        expect(stage.locator(".board")).to_have_attribute("data-phase", "revealed")
        if kind in ("choice", "number"):
            expect(stage.locator(".board .verdict-words")).to_contain_text(":")
        assert layout.over(stage, ".surface-foot") == []
        hall.shot(stage, f"predicted-{question.get('truth', kind)}-stage")


@pytest.mark.parametrize("number", range(len(PLAN)), ids=[step["title"] for step in PLAN])
def test_page_down_walks_through_the_plan(number: int, hall: Hall, everybody: tuple[Page, Page, list[Page]]) -> None:
    control, stage, phones = everybody
    step = PLAN[number]
    control.keyboard.press("PageDown")
    expect(control.locator("#plan-where")).to_have_text(f"step {number + 1} of {len(PLAN)}")
    expect(control.locator("#notes")).to_contain_text(step["notes"].strip().splitlines()[0])
    if "scene" in step:
        for page in (stage, *phones):
            expect_title(page, str(hall.program.catalogue()[step["scene"]]["title"]))
    if "question" in step:
        predict(hall, step["question"], everybody)
    if "scene" not in step:
        for point in step.get("points", ()):
            expect(stage.locator(".slide")).to_contain_text(point)
            expect(phones[0].locator(".slide")).to_contain_text(point)
        return
    positions = int(hall.latest(control, "place")["positions"])  # type: ignore[call-overload]  # JSON says: object
    seen = []
    for position in range(positions):
        if position > 0:
            control.keyboard.press("PageDown")
        expect(control.locator("#position")).to_have_js_property("value", str(position))
        label = control.locator("#place").inner_text()
        for place in (stage.locator(".surface-foot .place"), *(phone.locator("#place") for phone in phones)):
            expect(place).to_have_text(label)
        seen.append(label)
        expect_drawn(stage, ".surface-main")
        assert layout.over(stage, ".surface-foot") == [], label
    assert len(set(seen)) == positions, seen
    for phone in phones:
        expect_drawn(phone, "#picture")
    check_layout(hall, step["scene"], control, stage, phones[0])


def test_page_up_goes_back_to_the_step_before(hall: Hall, everybody: tuple[Page, Page, list[Page]]) -> None:
    control, stage, phones = everybody
    last = max(number for number, step in enumerate(PLAN) if "scene" in step)
    go_to_step(hall, control, last)
    expect(control.locator("#plan-where")).to_have_text(f"step {last + 1} of {len(PLAN)}")
    for page in (stage, *phones):
        expect_title(page, str(hall.program.catalogue()[PLAN[last]["scene"]]["title"]))
    control.keyboard.press("PageDown")
    expect(control.locator("#position")).to_have_js_property("value", "1")
    control.keyboard.press("PageUp")
    expect(control.locator("#position")).to_have_js_property("value", "0")
    control.keyboard.press("PageUp")
    expect(control.locator("#plan-where")).to_have_text(f"step {last} of {len(PLAN)}")
    assert stage.url == f"{hall.program.home}{SESSION}/stage"
