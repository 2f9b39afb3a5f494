"""The scene `edges` as it is seen: a vote, the reveal, and the number that the models give."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from models.symmetry.edge_features import FEATURES, examine
from server.scenes.edges import POINTS
from tests.e2e.hall import Hall, open_scene
from tests.e2e.seen import shows, twin

pytestmark = pytest.mark.browser

RAW = 1


def test_a_vote_is_kept_and_the_table_is_measured(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "edges")
    expect(stage.get_by_text("0 voted")).to_be_visible()
    for _ in range(2 * RAW):
        stage.keyboard.press("PageDown")
    expect(phone.get_by_text("f = raw coordinates")).to_be_visible()
    rotation = phone.get_by_role("group", name="rotation")
    rotation.get_by_role("button", name="invariant", exact=True).click()
    rotation.get_by_role("button", name="neither").click()
    expect(stage.get_by_text("1 voted")).to_be_visible()
    expect(rotation.get_by_role("button", name="neither")).to_have_attribute("aria-pressed", "true")
    assert all(len(frame["lines"]) <= RAW for frame in hall.frames(phone, "edges.table"))  # type: ignore[arg-type]
    stage.keyboard.press("PageDown")
    expect(phone.get_by_text("as you said")).to_be_visible()
    stage.wait_for_timeout(400)  # the twin is renewed at most four times a second
    row = next(row for row in twin(stage, "What survives") if row[0] == "raw coordinates, rotation")
    found = examine(FEATURES[RAW], POINTS, "rotation")
    assert row[1] == found.verdict == "neither"
    assert shows(row[2], found.error, 2)
    assert row[3] == "= 0   D 0   ✗ 1"
