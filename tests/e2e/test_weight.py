"""A planned scene opens without a request: its files came while the hall listened to the step before."""

from __future__ import annotations

import re
from functools import partial

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hall import Hall, until
from tests.server.house import listed_views

pytestmark = pytest.mark.browser

FIRST = "permute"
"""The scene of the plan's second step; the first has none."""
TAKEN = "() => performance.getEntriesByType('resource').filter((e) => e.transferSize > 0).map((e) => e.name)"


def taken(page: Page) -> list[str]:
    """What the page took from the network."""
    found = page.evaluate(TAKEN)
    assert isinstance(found, list)
    return [str(address) for address in found]


def has(page: Page, wanted: list[str]) -> bool:
    """Whether all that ends so was taken."""
    got = taken(page)
    return all(any(address.endswith(part) for address in got) for part in wanted)


def files(hall: Hall, page: str, scene: str) -> list[str]:
    """The files of a scene's view as the server lists them for a page."""
    text = httpx.get(hall.program.links[page]).text
    tree = re.findall(r"/assets/\w+", text)[0]
    return [f"{tree}/{path}" for paths in listed_views(text)[scene].values() for path in paths]


def test_the_next_step_is_there_before_it_opens_and_is_named_only_once_this_one_is_shown(hall: Hall) -> None:
    control = hall.control()
    stage, phone = hall.stage(), hall.phone()
    pages = ((phone, files(hall, "join", FIRST)), (stage, files(hall, "stage", FIRST)))
    assert all(named for _, named in pages)
    formulas = [f"/{FIRST}/{digest(hall, FIRST)}/{name}.svg" for name in formulas_of(hall, FIRST)]
    assert formulas
    expect(phone.locator("#lobby")).to_be_visible()
    assert not [address for page, _ in pages for address in taken(page) if "/scenes/" in address]
    control.locator("#plan-next").click()
    for page, named in pages:
        wanted = [*named, *(formulas if page is stage else [])]
        until(page, partial(has, page, wanted), f"the files of {FIRST} before it opens")
    assert not [address for address in taken(phone) if address.endswith(".svg") and "/api/scenes/" in address]
    before = [set(taken(page)) for page, _ in pages]
    control.locator("#plan-next").click()
    title = str(hall.program.catalogue()[FIRST]["title"])
    expect(stage.locator("h1").first).to_have_text(title)
    expect(phone.locator("#scene-title")).to_have_text(title)
    expect(stage.locator(".surface-formula svg path").first).to_be_attached()
    expect(phone.locator("#picture canvas").first).to_be_visible()
    # A question is asked with this step, so that nothing of the next one is fetched meanwhile.
    assert [set(taken(page)) - old for (page, _), old in zip(pages, before, strict=True)] == [set(), set()]


def digest(hall: Hall, scene: str) -> str:
    """Under which a scene's entry lies."""
    return str(hall.program.catalogue()[scene]["digest"])


def formulas_of(hall: Hall, scene: str) -> list[str]:
    """The names of a scene's formulas."""
    entry = httpx.get(f"{hall.program.home}api/scenes/{scene}/{digest(hall, scene)}").json()
    return list(entry["formulas"])
