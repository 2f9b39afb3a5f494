"""Who may come in, who may do what, and session IDs that are nearly right; each refusal is a sentence."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hall import Hall
from tests.e2e.program import SESSION

pytestmark = pytest.mark.browser

NOT_FOUND = r"Failed to load resource: the server responded with a status of 404 \(Not Found\) \[http://127\.0\.0\.1:\d+/api/sessions/.*\]"
"""The browser's own note about a session that is looked up and does not exist."""
KEEP_SOCKETS = """
  window.sockets = [];
  const Native = WebSocket;
  window.WebSocket = class extends Native { constructor(...given) { super(...given); sockets.push(this); } };
"""


def test_a_wrong_key_is_told_so_and_the_right_link_opens(hall: Hall) -> None:
    control = hall.page("control", hall.program.links["control"].partition("#")[0] + "#not-the-key")
    expect(control.get_by_role("alert")).to_have_text("This key does not open the control panel of this session.")
    assert "not-the-key" not in control.url
    hall.shot(control, "wrong-key-control")
    control.get_by_label("Control link or key").fill(hall.program.links["control"])
    control.get_by_role("button", name="Open the control panel").click()
    expect(control.locator("#status")).to_have_text("live")
    assert "#" not in control.url
    hall.leave(control)


def test_a_control_page_without_a_key_asks_for_it(hall: Hall) -> None:
    control = hall.page("control", hall.program.links["control"].partition("#")[0])
    expect(control.locator("h1")).to_have_text(f"Control panel of {SESSION}")
    expect(control.get_by_text(f"gnn-live link {SESSION}")).to_be_visible()
    assert hall.received[control] == []
    hall.leave(control)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ({"t": "open", "scene": "permute"}, "open: expected from instructor, came from a student"),
        ({"t": "step", "to": 0}, "step: expected from instructor, came from a student"),
        ({"t": "deal"}, "deal: expected from instructor, came from a student"),
        ({"t": "no.such"}, "no command is called 'no.such'"),
        ({"t": "permute.swap", "a": 0, "b": 1}, "permute.swap: expected while permute is open, but the lobby is"),
    ],
)
def test_a_student_socket_that_sends_what_it_may_not_is_told_so_alone(
    command: dict[str, object], sentence: str, hall: Hall, phones: tuple[Page, Page]
) -> None:
    author, other = phones
    author.evaluate("(text) => sockets.at(-1).send(text)", json.dumps(command))
    expect(author.locator("#toasts")).to_contain_text(sentence, ignore_case=True)
    faults = hall.frames(author, "fault")
    assert str(faults[-1]["detail"]).startswith(sentence)
    assert hall.frames(other, "fault") == []
    for phone in phones:
        expect(phone.locator("#page")).to_have_class("in-lobby")
        assert hall.latest(phone, "opened")["scene"] is None


@pytest.fixture(scope="module")
def phones(whole_hall: Hall) -> tuple[Page, Page]:
    """Two phones in the lobby; the first one's socket is in reach of a hand."""
    return whole_hall.phone(script=KEEP_SOCKETS), whole_hall.phone()


def test_malformed_json_and_binary_are_told_so(hall: Hall, phones: tuple[Page, Page]) -> None:
    author, other = phones
    for bad in ("'{\"t\":'", "'[1, 2]'", "new Uint8Array([1, 2, 255])"):
        before = len(hall.frames(author, "fault"))
        author.evaluate(f"sockets.at(-1).send({bad})")
        author.wait_for_function("() => /expected/i.test(document.querySelector('#toasts')?.textContent ?? '')")
        while len(hall.frames(author, "fault")) == before:
            author.wait_for_timeout(20)
        assert hall.latest(author, "fault")["code"] == "malformed"
    expect(author.locator("#status")).to_have_text("live")
    assert hall.frames(other, "fault") == []


def test_a_stage_that_was_not_opened_from_the_control_panel_only_looks(hall: Hall) -> None:
    stage = hall.stage()
    stage.keyboard.press("PageDown")
    expect(stage.locator("#toasts")).to_have_text(
        "This stage only looks. Open it from the control panel to drive the lecture from here."
    )
    expect(stage.locator(".lobby")).to_be_visible()
    assert hall.latest(stage, "opened")["scene"] is None
    hall.leave(stage)


def test_a_near_miss_offers_the_session_and_a_click_joins(hall: Hall) -> None:
    phone = hall.page("phone", hall.program.home)
    with hall.expecting(NOT_FOUND):
        phone.get_by_label("Session ID").fill("lectrue2")
        phone.get_by_role("button", name="Join", exact=True).click()
        offer = phone.get_by_role("button", name="Join lecture2")
        expect(offer).to_be_focused()
        assert "lectrue2" in phone.get_by_role("alert").inner_text()
        hall.shot(phone, "near-miss-phone")
        offer.click()
    phone.wait_for_url(f"{hall.program.home}{SESSION}")
    expect(phone.locator("#status")).to_have_text("live")
    expect(phone.locator("#session")).to_have_text(SESSION)
    hall.leave(phone)


@pytest.mark.parametrize("typed", ["quantum mechanics", "!!!"])
def test_an_unknown_session_is_a_sentence_and_the_field_stays(typed: str, hall: Hall) -> None:
    phone = hall.page("phone", hall.program.home)
    with hall.expecting(NOT_FOUND):
        phone.get_by_label("Session ID").fill(typed)
        phone.get_by_role("button", name="Join", exact=True).click()
        said = phone.get_by_role("alert")
        expect(said).not_to_be_empty()
        assert said.inner_text().strip().endswith((".", "?"))
        assert "Traceback" not in said.inner_text()
        assert phone.url == hall.program.home
        expect(phone.get_by_label("Session ID")).to_have_value(typed)
        assert phone.get_by_role("button").count() == 1, "nothing is offered"
    hall.leave(phone)


def test_an_unknown_address_names_the_session_it_likely_meant(hall: Hall) -> None:
    with hall.expecting(NOT_FOUND):
        phone = hall.page("phone", f"{hall.program.home}lecture3")
        expect(phone.get_by_role("alert")).to_contain_text(
            "No session is called 'lecture3' here; did you mean lecture2?"
        )
        phone.get_by_role("button", name="Join lecture2").click()
    phone.wait_for_url(f"{hall.program.home}{SESSION}")
    hall.leave(phone)
