"""Scene `vectors` in a browser: the numbers on the stage and on a phone are those that models/ gives apart."""

from __future__ import annotations

import pytest
import torch
from playwright.sync_api import Page

from models.symmetry import irreps
from server.scenes.vectors.state import FIRST, TELLING
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, number, shows, twin

pytestmark = pytest.mark.browser

STAGE, PHONE = "The arrow in numbers", "Your arrow in numbers"


def test_the_error_and_the_norms_on_the_stage_are_those_of_models(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, _ = pages
    open_scene(hall, control, "vectors")
    stage.get_by_role("heading", name="One arrow, three numbers").wait_for()
    for _ in range(5):
        control.locator("body").press("PageDown")
    stage.get_by_role("heading", name="The norm of each block stays").wait_for()
    matrix, arrow = irreps.rotation_of(TELLING), torch.tensor([FIRST], dtype=torch.float64)
    representation = irreps.wigner(matrix, 4)
    norms = irreps.norms(irreps.harmonics(arrow, 4), 4)[0].tolist()

    def agrees() -> bool:
        rows = dict(twin(stage, STAGE))
        shown = [rows[f"norm of Y{'₀₁₂₃₄'[k]}"].split(" → ") for k in range(5)] if "norm of Y₄" in rows else []
        return bool(shown) and all(
            shows(before, norm) and shows(after, norm) for (before, after), norm in zip(shown, norms, strict=True)
        )

    until(stage, agrees, "the norms that models/ gives, before and after")
    error = number(dict(twin(stage, STAGE))["max |Y(R v) − D(R) Y(v)|"])
    assert error < 1e-13
    assert irreps.harmonics_error(arrow, matrix, representation) < 1e-13
    assert number(stage.locator("[data-number]").inner_text()) < 1e-13
    expect_drawn(stage)


def test_an_arrow_aimed_on_a_phone_has_its_harmonics_there(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    """Goes on at the norms."""
    _, _, phone = pages
    phone.get_by_role("button", name="Along y").click()
    values = irreps.harmonics(torch.tensor([[0.0, 1.0, 0.0]]), 4)[0]
    text = {f"Y{'₀₁₂₃₄'[k]}": values[block].tolist() for k, block in enumerate(irreps.blocks(4))}

    def agrees() -> bool:
        rows = dict(twin(phone, PHONE))
        return all(
            name in rows
            and all(shows(a, b) for a, b in zip(rows[name].partition(";")[0].split(", "), block, strict=True))
            for name, block in text.items()
        )

    until(phone, agrees, "the harmonics of an arrow along y")
    expect_drawn(phone)
