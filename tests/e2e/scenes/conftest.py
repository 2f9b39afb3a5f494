"""One program and one browser for the scenes of this folder: each opens its own scene afresh."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.conftest import QUIET, browser_path, whether_required
from tests.e2e.hall import PATIENCE, Hall, shots_folder
from tests.e2e.program import Program


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of the package; closed with it, for its loop would be in the way of asynchronous tests elsewhere."""
    path = whether_required(browser_path())
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program with fresh data, on a free port."""
    running = Program(tmp_path_factory.mktemp("data"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def whole_hall(chromium: Browser, program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """The hall that these scenes share."""
    lecture = Hall(chromium, program, shots_folder(tmp_path_factory.mktemp("shots")))
    yield lecture
    lecture.close()


@pytest.fixture(scope="package")
def pages(whole_hall: Hall) -> tuple[Page, Page, Page]:
    """Control panel, the stage opened from it, and a phone."""
    control = whole_hall.control()
    return control, whole_hall.stage_from(control), whole_hall.phone()
