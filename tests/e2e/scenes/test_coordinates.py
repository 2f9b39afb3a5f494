"""The scene `coordinates` as it is seen: a student drags an atom, and only the networks that are given it notice."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from models.experiments.positions_given import bonds, output
from models.graphs.clouds import named_cloud
from models.symmetry.equivariance import relative_error
from tests.e2e.hall import Hall, open_scene
from tests.e2e.seen import shows, twin

pytestmark = pytest.mark.browser

STAGE = "What the networks say"


def test_a_students_drag_is_noticed_by_the_network_that_reads_distances(
    hall: Hall, pages: tuple[Page, Page, Page]
) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "coordinates")
    canvas = phone.get_by_role("img", name="A molecule of 9 atoms")
    expect(canvas).to_be_visible()
    canvas.focus()
    for key in ("n", "n", "ArrowUp", "ArrowUp", "ArrowUp"):
        phone.keyboard.press(key)
        phone.wait_for_timeout(260)  # one message of a drag after the other
    for _ in range(3):
        stage.keyboard.press("PageDown")
    expect(stage.get_by_text("types, distances: change by the drag")).to_be_visible()
    stage.wait_for_timeout(400)
    cloud = named_cloud("ethanol")
    moved = cloud.positions.new_tensor(np.array(hall.latest(stage, "coordinates.positions")["positions"]))
    graph = bonds(cloud)
    seen = {row[0]: row[1] for row in twin(stage, STAGE)}
    rest, dragged = (cloud.positions.new_tensor(output("distances", cloud, x, graph)) for x in (cloud.positions, moved))
    assert seen["atoms dragged"] == "1"
    assert seen["atom types: change by the drag"] == "0"
    change = relative_error(dragged, rest)
    assert change > 1e-3
    assert shows(seen["types, distances: change by the drag"], change, 3)
