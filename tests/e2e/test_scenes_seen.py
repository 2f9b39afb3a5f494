"""The central number of every scene: what stands on the stage is what models/ gives when it is asked apart."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from models.graphs.clouds import named_cloud, named_graph
from models.graphs.graph import capped_radius_graph, edge_difference
from models.networks.message_passing import Trace, Update, random_update, trace
from models.symmetry.equivariance import Kind, equivariance_error, random_transforms, zone
from tests import pictures
from tests.e2e.apart import model_of_ethanol, naive_under, pairs_within, readouts_after, rotation_of, standing
from tests.e2e.hall import SIZES, Hall, choose, open_scene, parameter, until
from tests.e2e.seen import NODES, expect_drawn, number, numbers, painted, shows, shows_rows, twin

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lecture(whole_hall: Hall) -> tuple[Page, Page, Page]:
    """Control panel, the stage opened from it, and a phone."""
    control = whole_hall.control()
    return control, whole_hall.stage_from(control), whole_hall.phone()


PERMUTED = "Which numbers noticed the new ids"


def permuted_as(stage: Page, order: list[int]) -> bool:
    """Whether the stage's table holds exactly the values and errors under these ids."""
    rows = {name: (error, values) for name, error, values in twin(stage, PERMUTED)}
    for name, (before, after, error) in readouts_after(order).items():
        shown_error, values = rows[name]
        shown_before, _, shown_after = values.partition(" → ")
        pairs = zip([*numbers(shown_before), *numbers(shown_after)], [*before, *after], strict=True)
        if any(abs(shown - value) > 0.00501 for shown, value in pairs):
            return False
        # Errors of rounding depend on the order of a sum; those that matter are equal to the shown digits.
        if not (shows(shown_error, error, 2) if error > 0.01 else number(shown_error) < 1e-5):
            return False
    return True


def test_two_ids_swapped_on_a_phone_are_seen_on_the_stage(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, phone = lecture
    control.locator("#scene").select_option("permute")
    said = stage.locator(".surface-side [role=status]")
    expect(said).to_have_text("The ids as they came. Nothing was renumbered yet.")
    expect(phone.locator("#inputs")).to_contain_text("Tap two nodes")
    order = list(range(10))
    assert permuted_as(stage, order)
    for a, b in ((0, 7), (3, 7)):
        phone.touchscreen.tap(*painted(phone, str(a)))
        phone.touchscreen.tap(*painted(phone, str(b)))
        order[a], order[b] = order[b], order[a]
        until(stage, lambda: permuted_as(stage, order), f"the readouts on the stage with the ids {order}")
    expect(said).to_have_text("Renumbered 2 times.")


def test_two_ids_are_swapped_by_keyboard(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, phone = lecture
    control.locator("#scene").select_option("")
    control.locator("#scene").select_option("permute")
    said = stage.locator(".surface-side [role=status]")
    expect(said).to_have_text("The ids as they came. Nothing was renumbered yet.")
    canvas = phone.locator("#picture canvas")
    for key in ("ArrowRight", "Enter", "ArrowRight", "ArrowRight", "Enter"):  # node 0, node 2
        canvas.press(key)
    expect(said).to_have_text("Renumbered 1 time.")
    order = [2, 1, 0, *range(3, 10)]
    until(stage, lambda: permuted_as(stage, order), "the readouts on the stage after the swap of 0 and 2")


# --- rounds -----------------------------------------------------------------------------------------------------------


def walk(control: Page, stage: Page, traced: Trace) -> None:
    """Step through every phase of every update; each shows the numbers of a trace made apart."""
    last = 4 * traced.rounds
    for position in range(last + 1):
        if position > 0:
            control.keyboard.press("PageDown")
        expected = standing(traced, position)
        shown = partial(shows_rows, stage, NODES, expected)
        until(stage, shown, f"the numbers of position {position}, {expected.tolist()}")
    expect(stage.locator(".surface-foot .place")).to_have_text(f"update {traced.rounds} of {traced.rounds}: update")


def test_features_on_the_stage_are_algorithm_4s(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, phone = lecture
    open_scene(hall, control, "rounds")
    choose(control, "Graph", "decalin")
    control.locator("#notes").click()
    graph = named_graph("decalin")
    start = torch.randint(0, 3, (graph.nodes, 2), generator=torch.Generator().manual_seed(1)).float()
    update = Update(torch.tensor([[1.0, -1.0], [0.0, 1.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.zeros(2))
    traced = trace(graph, start, update, 3)
    walk(control, stage, traced)
    hears = [sorted(graph.sources[graph.targets == node].tolist()) for node in range(graph.nodes)]
    assert [sorted(map(int, cells[1].split())) for cells in twin(stage, NODES)] == hears
    # The same features are painted in the nodes.
    inside = [[f"{value:g}" for value in row] for row in traced.features[3].tolist()]

    def painted_inside() -> bool:
        texts = set(stage.evaluate("[...painted.keys()]"))
        return all(", ".join(row) in texts or set(row) <= texts for row in inside)  # side by side, or one below another

    until(stage, painted_inside, f"{inside} painted in the nodes")
    expect_drawn(stage)
    expect_drawn(phone, "#picture")
    expect(phone.locator("#inputs")).to_contain_text("update 3 of 3: update")


def test_a_nodes_arithmetic_and_a_shuffle(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    """Goes on at the last update of the walk before."""
    control, stage, _ = lecture
    before = twin(stage, NODES)
    stage.keyboard.press("ArrowRight")
    side = stage.locator(".surface-side")
    expect(side.locator("h2").first).to_contain_text("Node 0")
    assert numbers(side.locator("dd[data-part=update] strong").inner_text()) == numbers(before[0][-1])
    control.get_by_role("button", name="Shuffle the ids").click()
    error = side.locator(".rounds-norm strong")
    expect(error).to_contain_text("=")
    assert number(error.inner_text().removeprefix("=")) < 1e-5
    order = hall.latest(stage, "rounds.shuffle")["order"]
    assert isinstance(order, np.ndarray)
    assert sorted(order.tolist()) == list(range(10))
    moved = [[str(new), before[old][-1]] for new, old in enumerate(order.tolist())]
    until(
        stage, lambda: [[row[0], row[-1]] for row in twin(stage, NODES)] == moved, f"the rows in another order: {moved}"
    )


def test_weights_chosen_on_the_panel_are_used(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, _ = lecture
    control.locator("#scene").select_option("")
    control.locator("#scene").select_option("rounds")
    for title in ("W_self", "W_neigh", "Bias b"):
        choose(control, title, "random")
    for title, value in (
        ("Graph", "ring"),
        ("Aggregation", "mean"),
        ("Activation σ", "tanh"),
        ("Input h⁽⁰⁾", "one-hot"),
    ):
        choose(control, title, value)
    graph = named_graph("ring", 10)
    start = torch.eye(2)[torch.arange(10) % 2]
    walk(control, stage, trace(graph, start, random_update(2, 1, "mean", "tanh"), 3))


# --- rotation ---------------------------------------------------------------------------------------------------------

KINDS: tuple[Kind, ...] = ("rotation", "reflection", "translation")
ERRORS = "Relative errors of this transform and of the check"


def shown_errors(stage: Page) -> dict[str, tuple[str, str]]:
    """Output -> (number, zone) of the transform on the stage."""
    return {row[1]: (row[3], row[5]) for row in twin(stage, ERRORS) if row[0].startswith("this one")}


def open_rotation(control: Page, model: str, dtype: str = "float32") -> None:
    """The scene afresh with this model; and on to the comparison."""
    control.locator("#scene").select_option("")
    control.locator("#scene").select_option("rotation")
    choose(control, "Model", model)
    choose(control, "Precision", dtype)
    for _ in range(2):
        control.keyboard.press("PageDown")


def test_naive_relative_error_is_that_of_models_symmetry(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, _ = lecture
    open_rotation(control, "naive")
    until(stage, lambda: bool(shown_errors(stage)), "errors on the stage")
    turned = hall.latest(stage, "rotation.turned")
    assert turned["kind"] == "rotation"
    tried = naive_under(rotation_of(turned))
    shown = shown_errors(stage)
    assert shown.keys() == tried.errors.keys()
    for name, (text, word) in shown.items():
        assert shows(text, tried.errors[name]), (name, text, tried.errors[name])
        assert word == zone(tried.errors[name], torch.float32) == "broken"
    worst = max(tried.errors.values())
    assert shows(stage.locator(".surface-side [aria-label^='relative error']").inner_text(), worst)
    expect_drawn(stage)


def test_egnn_stays_in_the_zone_of_rounding(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, _ = lecture
    open_rotation(control, "egnn", "float64")
    control.keyboard.press("PageDown")
    side = stage.locator(".surface-side")
    expect(side).to_contain_text("checked: 193 of 193 transforms")
    positions, function = model_of_ethanol("egnn", torch.float64)

    def rows() -> dict[tuple[str, str], list[str]]:
        return {(kind, output): rest for kind, output, *rest in twin(stage, ERRORS)}

    until(stage, lambda: all(rows()[kind, "vectors"][2] == "64" for kind in KINDS), "64 transforms of each kind")
    for kind in KINDS:
        apart = equivariance_error(function, positions, random_transforms(kind, 64, 0))
        assert set(apart) == {"scalars", "vectors"}
        for output, summary in apart.items():
            mean, maximum, count, word = rows()[kind, output]
            assert (count, word) == ("64", "rounding")
            assert number(maximum) <= 1e-11
            # Rounding depends on the order of sums, so only its size is the same in two processes.
            assert number(maximum) == pytest.approx(summary.maximum, rel=1)
            assert number(mean) == pytest.approx(summary.mean, rel=1)


def test_a_students_turn_is_seen_on_the_stage(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, phone = lecture
    open_rotation(control, "naive")
    expect(phone.locator("#inputs")).to_contain_text("Break Message passing on x, y, z")
    canvas = phone.locator("#picture canvas")
    canvas.focus()
    canvas.press("ArrowRight")
    said = stage.locator(".surface-side [role=status]").last
    expect(said).to_contain_text("Worst of 1 attempt:")
    verdict = hall.latest(phone, "rotation.verdict")
    worst = max(naive_under(rotation_of(verdict)).errors.values())
    shown = re.search(r": (\S+), broken", said.inner_text())
    assert shown is not None
    assert shows(shown[1], worst)
    expect(phone.locator("#inputs strong")).to_have_text(shown[1])


# --- radius -----------------------------------------------------------------------------------------------------------

POINTS = "The graph in numbers"


def shown_pairs(stage: Page) -> set[tuple[int, int]]:
    """The pairs that the stage's table names, each from both of its ends."""
    found = set()
    for name, text in twin(stage, POINTS):
        if name.startswith("point "):
            node = int(name.removeprefix("point "))
            around = text.split("neighbors ")[1]
            found |= {(node, int(other)) for other in around.split(", ") if around != "none"}
    return found


def has_pairs(stage: Page, pairs: set[tuple[int, int]]) -> bool:
    """Whether the stage's table names exactly these pairs."""
    return shown_pairs(stage) == pairs


def facts(stage: Page) -> str:
    """The line of facts beside the picture, with ordinary spaces."""
    return stage.locator(".surface-side p").first.inner_text().replace("\u00a0", " ")


def positions_of(hall: Hall, stage: Page) -> NDArray[np.floating[Any]]:
    """The points as the stage got them last. (n, 3)"""
    points = hall.latest(stage, "radius.graph")["positions"]
    assert isinstance(points, np.ndarray)
    return points


def test_edges_are_scipys_pairs(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, _ = lecture
    open_scene(hall, control, "radius")
    positions = named_cloud("uniform", 40, 2, 0).positions.numpy()
    for cutoff in (1.3, 0.9, 2.15):
        if cutoff != 1.3:
            box = parameter(control, "Cutoff r").locator("input.number")
            box.fill(str(cutoff).replace(".", ","))
            box.press("Enter")
        pairs = pairs_within(positions, cutoff)
        both = pairs | {(b, a) for a, b in pairs}
        until(stage, partial(has_pairs, stage, both), f"scipy's {len(pairs)} pairs at r = {cutoff}")
        assert f"{len(pairs)} edges" in facts(stage)


def test_a_rotation_changes_no_edge_but_the_cap_does(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, _ = lecture
    control.locator("#scene").select_option("")
    control.locator("#scene").select_option("radius")
    expect(stage.locator(".surface-side")).to_contain_text("20 random rotations: the same")
    control.get_by_role("button", name="Rotate the room").click()

    def said() -> str:
        return dict(twin(stage, POINTS))["edge-set difference"]

    until(stage, lambda: said().startswith("0. The same edges however"), "difference 0")
    shown = stage.locator(".surface-side strong.number")
    expect(shown).to_have_text("0")
    for _ in range(3):
        control.keyboard.press("PageDown")
    expect(stage.locator(".surface-foot .place")).to_have_text("trap 1: at most 32 neighbors")
    until(stage, lambda: "the cap keeps the first 32" in said(), "the words on the cap")
    cloud = named_cloud("two clusters", 120, 2, 0).positions
    rest = capped_radius_graph(cloud, 1.3, 32)

    def equal() -> bool:
        matrix = rotation_of(hall.latest(stage, "radius.graph"))[:2, :2]
        expected = edge_difference(rest, capped_radius_graph(cloud @ matrix.T, 1.3, 32))
        return expected > 0 and shown.inner_text() == str(expected)

    until(stage, equal, "the difference that models.graphs.graph finds at the stage's own rotation")


def test_a_students_own_point_is_dragged_and_the_stage_shows_it(hall: Hall, lecture: tuple[Page, Page, Page]) -> None:
    control, stage, phone = lecture
    others = [hall.phone(), hall.phone()]
    control.locator("#scene").select_option("")
    control.get_by_role("button", name="Take the class in").click()
    expect(control.locator("#dealt")).to_have_text("3 students are nodes")
    control.locator("#scene").select_option("radius")
    choose(control, "Points", "seats")
    until(stage, lambda: facts(stage).startswith("3 points"), "three points")
    expect(phone.locator("#node")).to_have_text("node 0")
    before = positions_of(hall, stage)[0]
    box = phone.locator("#picture canvas").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    phone.mouse.move(*middle)
    phone.mouse.down()
    phone.mouse.move(middle[0] - 150, middle[1] - 150, steps=6)
    phone.mouse.up()

    def alone() -> bool:
        after = positions_of(hall, stage)
        pairs = pairs_within(after, 1.3)
        return not np.array_equal(after[0], before) and shown_pairs(stage) == pairs | {(b, a) for a, b in pairs}

    until(stage, alone, "the stage with the point where the thumb put it")
    degree = sum(0 in pair for pair in pairs_within(positions_of(hall, stage), 1.3))
    expect(phone.locator("#inputs strong")).to_have_text(f"{degree} {'neighbor' if degree == 1 else 'neighbors'}")
    hall.leave(*others)


def test_the_pictures_of_the_documents_are_taken(hall: Hall, lecture: tuple[Page, Page, Page], tmp_path: Path) -> None:
    """Of a scene that is shown whole: each page in its own proportions, in as many bytes as are allowed."""
    control, stage, phone = lecture
    paths = pictures.take(hall, (control, stage, [phone]), "radius", tmp_path)
    assert [path.name for path in paths] == ["radius.webp", *(f"radius-{kind}.webp" for kind in pictures.WIDTHS)]
    for path, kind in zip(paths, ("stage", *pictures.WIDTHS), strict=True):
        data = path.read_bytes()
        assert data[8:16] == b"WEBPVP8X"
        assert 5_000 < len(data) <= pictures.MOST  # a blank page has some hundred
        width, height = (1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        assert width == (pictures.THUMBNAIL if path.stem == "radius" else pictures.WIDTHS[kind])
        assert height == round(width * SIZES[kind]["height"] / SIZES[kind]["width"])
