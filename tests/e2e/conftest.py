"""A real browser on the real program: one program and one browser for a module, its pages checked after every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.hall import PATIENCE, Hall, shots_folder
from tests.e2e.program import Program

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


def browser_path() -> str | None:
    """The system's Chromium or Chrome."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))
    return named or next((path for path in found if path), None)


def whether_required(path: str | None) -> str:
    """The browser's path; without one the tests are skipped, or fail where it is required."""
    if path is None:
        if "browser" in os.environ.get("GNN_LIVE_REQUIRE", ""):
            pytest.fail("expected a Chromium or Chrome (GNN_LIVE_REQUIRE=browser), found none")
        pytest.skip("no Chromium or Chrome on this machine (apt install chromium)")
    return path


def launched() -> Iterator[Browser]:
    """The browser; closed with its scope, for its loop would be in the way of asynchronous tests elsewhere."""
    path = whether_required(browser_path())
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program with fresh data, on a free port."""
    running = Program(tmp_path_factory.mktemp("data"))
    running.start()
    yield running
    running.stop()


def gathered(chromium: Browser, program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """The hall that the tests of a scope share."""
    lecture = Hall(chromium, program, shots_folder(tmp_path_factory.mktemp("shots")))
    yield lecture
    lecture.close()


chromium = pytest.fixture(scope="module", name="chromium")(launched)
program = pytest.fixture(scope="module", name="program")(started)
whole_hall = pytest.fixture(scope="module", name="whole_hall")(gathered)


@pytest.fixture
def hall(whole_hall: Hall) -> Iterator[Hall]:
    """The hall for one test, which fails where a page complained or fetched something from another host."""
    yield whole_hall
    whole_hall.check()
