"""One program and one browser for the scenes of this folder: each opens its own scene afresh."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import gathered, launched, started
from tests.e2e.hall import Hall

chromium = pytest.fixture(scope="package", name="chromium")(launched)
program = pytest.fixture(scope="package", name="program")(started)
whole_hall = pytest.fixture(scope="package", name="whole_hall")(gathered)


@pytest.fixture(scope="package")
def pages(whole_hall: Hall) -> tuple[Page, Page, Page]:
    """Control panel, the stage opened from it, and a phone."""
    control = whole_hall.control()
    return control, whole_hall.stage_from(control), whole_hall.phone()
