"""The scene `rotation` with all models: the table on the stage is what models/ gives when it is asked apart."""

from __future__ import annotations

import pytest
import torch
from playwright.sync_api import Page, expect

from models.networks.zoo import MODELS
from models.symmetry.equivariance import Kind, equivariance_error, random_transforms, zone
from tests.e2e.apart import model_of_ethanol
from tests.e2e.hall import Hall, choose, open_scene, until
from tests.e2e.seen import expect_drawn, number, twin

pytestmark = pytest.mark.browser
ERRORS = "Relative errors of this transform and of the check"
TRIED: tuple[Kind, ...] = ("rotation", "reflection", "translation")
DTYPES = {"float32": torch.float32, "float64": torch.float64}


def test_the_table_of_all_models_is_that_of_models_symmetry(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "rotation")
    choose(control, "Random rotations", "haar")  # its panel is there: the scene is open
    side = stage.locator(".surface-side")
    expect(side).to_contain_text("Predict")
    for _ in range(4):
        control.keyboard.press("PageDown")
    expect(side).to_contain_text(f"checked: all {len(MODELS)} models", timeout=60_000)
    expect(side).to_contain_text("Is my random rotation fair? ✓ yes")
    until(stage, lambda: len(twin(stage, ERRORS)) == len(MODELS), "a row for every model")
    rows = twin(stage, ERRORS)
    sound = 0
    for row, name in zip(rows, MODELS, strict=True):
        cells = [cell.rsplit(", ", 1) for cell in row[2:]]
        sound += all(word == "rounding" for _, word in cells)
        if name not in ("naive", "egnn", "broken"):
            continue
        expected = [(kind, dtype) for kind in TRIED for dtype in DTYPES]
        for (shown, word), (kind, dtype) in zip(cells, expected, strict=True):
            positions, function = model_of_ethanol(name, DTYPES[dtype])
            found = equivariance_error(function, positions, random_transforms(kind, 8, 0))
            error = max(summary.maximum for summary in found.values())
            assert word == zone(error, DTYPES[dtype])
            # Rounding depends on the order of sums, so only its size is the same in two processes.
            assert number(shown) == pytest.approx(error, rel=1 if word == "rounding" else 0.06)
    assert side.locator("[aria-label$='models']").inner_text() == f"{sound} of {len(MODELS)}"
    expect_drawn(stage)

    phone.locator("#picture canvas").press("ArrowRight")
    expect(side).to_contain_text("Worst of 1 attempt:")
    choose(control, "Random rotations", "euler")
    expect(side).to_contain_text("Is my random rotation fair? ✗ no")
