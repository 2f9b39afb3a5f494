"""The class predicts: three phones answer, the stage hides, locks and reveals, all by Page Down."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from server.protocol.ballot import SAMPLES
from tests.e2e import layout
from tests.e2e.hall import Hall, go_to_step, until
from tests.e2e.seen import expect_drawn

pytestmark = pytest.mark.browser
Everybody = tuple[Page, Page, list[Page]]


@pytest.fixture(scope="module")
def everybody(whole_hall: Hall) -> Everybody:
    """Control panel, the stage opened from it, three phones."""
    control = whole_hall.control()
    return control, whole_hall.stage_from(control), [whole_hall.phone() for _ in range(3)]


def step_of(control: Page, question: str) -> int:
    """The step of the plan that asks a question of this kind, counted from 0."""
    titles = control.locator("#plan-list button").all_inner_texts()
    return next(number for number, title in enumerate(titles) if question in title)


def counts(stage: Page) -> list[str]:
    return stage.locator(".board .option-count").all_inner_texts()


def look(hall: Hall, name: str, everybody: Everybody) -> None:
    """Pictures, and their geometry after STYLE.md."""
    control, stage, phones = everybody
    for page, kind in ((control, "control"), (stage, "stage"), (phones[0], "phone")):
        hall.shot(page, f"question-{name}-{kind}")
        layout.expect_no_sideways_scroll(page)
    assert layout.small_text(stage, 22) == []
    assert layout.small_targets(phones[0], 44) == []
    assert layout.over(stage, ".surface-foot") == []


def test_a_choice_is_hidden_locked_and_revealed_with_what_is_computed(hall: Hall, everybody: Everybody) -> None:
    control, stage, phones = everybody
    go_to_step(hall, control, step_of(control, "Recap"))
    board = stage.locator(".board")
    expect(board.locator("h2")).to_have_text("Every node gets a new id. What does the sum of all outputs do?")
    for phone, choice in zip(phones, (1, 0, 0), strict=True):
        phone.locator(".question button.option").nth(choice).click()
        expect(phone.locator(".question-words")).to_contain_text("You may change it until the vote is closed")
    expect(board.locator(".turnout")).to_have_text("3 of 3 have answered")
    phones[0].locator(".question button.option").nth(0).click()
    phones[0].locator(".question button.option").nth(1).click()
    assert counts(stage) == []
    expect(control.locator(".vote-counts li").first).to_contain_text("stays the same: 2")
    look(hall, "open", everybody)
    control.keyboard.press("PageDown")
    expect(board.locator(".turnout")).to_have_text("Locked. 3 of 3 have answered")
    expect(phones[0].locator(".question button.option")).to_have_count(0)
    assert counts(stage) == []
    assert not hall.frames(phones[1], "tally")
    assert all(frame["counts"] is None for frame in hall.frames(phones[1], "result"))
    expect(control.locator(".vote-advice")).to_contain_text("discuss with a neighbor")
    control.keyboard.press("PageDown")
    expect(board.locator(".option.right")).to_contain_text("stays the same")
    expect(board.locator(".verdict-words")).to_have_text("Computed: stays the same. 2 of 3 predicted it.")
    assert counts(stage) == ["2", "1"]
    look(hall, "revealed", everybody)
    control.get_by_role("button", name="Ask again").click()
    for phone in phones:
        phone.locator(".question button.option").nth(0).click()
    expect(board.locator(".turnout")).to_have_text("3 of 3 have answered")
    for _ in range(2):
        control.keyboard.press("PageDown")
    until(stage, lambda: counts(stage) == ["2 → 3", "1 → 0"], "both votes beside each other")
    control.keyboard.press("PageDown")
    expect(board).to_be_hidden()
    expect(phones[0].locator("#question")).to_be_hidden()
    expect(control.locator("#position")).to_have_js_property("value", "1")


def test_words_reach_the_stage_one_by_one_as_they_are_let(hall: Hall, everybody: Everybody) -> None:
    control, stage, phones = everybody
    go_to_step(hall, control, step_of(control, "how might they fail"))
    for phone, text in zip(phones, ("never exact", "signs flip", "it costs"), strict=True):
        phone.locator("#answer-text").fill(text)
        phone.get_by_role("button", name="Send").click()
    slips = control.locator(".inbox button")
    expect(slips).to_have_count(3)
    expect(stage.locator(".board .wall li")).to_have_count(0)
    slips.filter(has_text="signs flip").click()
    expect(stage.locator(".board .wall li")).to_have_text(["signs flip"])
    seen = b"".join(hall.received[stage])
    assert b"never exact" not in seen
    look(hall, "words", everybody)


def test_a_line_is_drawn_with_a_finger_and_shown_with_the_curve(hall: Hall, everybody: Everybody) -> None:
    control, stage, phones = everybody
    go_to_step(hall, control, step_of(control, "Radius graphs"))
    for number, phone in enumerate(phones):
        canvas = phone.locator(".question canvas")
        expect(canvas).to_be_visible()
        box = canvas.bounding_box()
        assert box is not None
        phone.mouse.move(box["x"] + 80, box["y"] + box["height"] - 80)
        phone.mouse.down()
        phone.mouse.move(box["x"] + box["width"] - 30, box["y"] + 60 + 30 * number, steps=6)
        phone.mouse.up()
        expect(phone.locator(".question-words")).to_contain_text("Sent: your line")
    assert len(hall.latest(phones[0], "mine")["given"]["line"]) == SAMPLES  # type: ignore[index]  # JSON says: object
    for _ in range(2):
        control.keyboard.press("PageDown")
    expect(stage.locator(".board .verdict-words")).to_contain_text("what is computed")
    result = hall.latest(stage, "result")
    assert result["lines"].shape == (3, SAMPLES)  # type: ignore[attr-defined]
    assert result["curve"].shape == (16, 2)  # type: ignore[attr-defined]
    expect_drawn(stage, ".board")
    look(hall, "line", everybody)


def test_a_number_with_a_comma_is_taken_and_nonsense_is_told(hall: Hall, everybody: Everybody) -> None:
    control, stage, phones = everybody
    go_to_step(hall, control, step_of(control, "Message passing again"))
    first: Callable[[str], None] = phones[0].locator("#answer-number").fill
    first("many")
    phones[0].get_by_role("button", name="Send").click()
    expect(phones[0].locator(".answer-form .hint")).to_have_text("Expected a number from 0 to 10.")
    for phone, text in zip(phones, ("8", "7,5", "10"), strict=True):
        phone.locator("#answer-number").fill(text)
        phone.get_by_role("button", name="Send").click()
        expect(phone.locator(".question-words")).to_contain_text(f"Sent: {text.replace(',', '.')}")
    for _ in range(2):
        control.keyboard.press("PageDown")
    expect(stage.locator(".board .verdict-words")).to_have_text(re.compile(r"Computed: \d+\. \d of 3 predicted it\."))
    assert hall.latest(stage, "result")["numbers"].tolist() == [7.5, 8.0, 10.0]  # type: ignore[attr-defined]
    look(hall, "number", everybody)


def test_the_lecturer_asks_something_that_is_not_in_the_plan(hall: Hall, everybody: Everybody) -> None:
    control, stage, phones = everybody
    control.locator("#scene").select_option("")
    control.locator(".ask summary").click()
    control.locator("#ask-text").fill("Shall we go on?")
    control.locator("#ask-options").fill("yes\nno\na break")
    control.locator(".ask").get_by_role("button", name="Ask", exact=True).click()
    expect(stage.locator(".board h2")).to_have_text("Shall we go on?")
    phones[1].locator(".question button.option").nth(2).click()
    expect(control.locator("#vote-phase")).to_have_text("open, 1 of 3 answered")
    phones[1].reload()
    expect(phones[1].locator(".question button.option").nth(2)).to_have_attribute("aria-pressed", "true")
    look(hall, "own", everybody)


def test_an_outline_stands_on_the_stage_and_links_open_by_a_tap_only(hall: Hall, everybody: Everybody) -> None:
    control, stage, phones = everybody
    go_to_step(hall, control, 0)
    expect(stage.locator(".slide h1")).to_have_text("Outline")
    expect(stage.locator(".lobby")).to_be_hidden()
    links = phones[0].locator("#resources a")
    expect(links.first).to_be_hidden()
    phones[0].locator("#resources summary").click()
    expect(links.first).to_be_visible()
    for link in links.all():
        assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")
        assert re.match(r"https?://", link.get_attribute("href") or "")
    look(hall, "outline", everybody)
