"""The scene `potential` on stage and phone: forces sum to what models/ says, and a hand is felt."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from models.potentials.force_field import net_force
from models.potentials.pair import PairPotential
from server.scenes.potential import cluster
from server.scenes.potential.messages import PotentialParams
from server.scenes.potential.state import TRAIN
from tests.e2e.hall import Hall, open_scene, parameter, until
from tests.e2e.seen import expect_drawn

pytestmark = pytest.mark.browser


def test_forces_sum_to_zero_on_the_stage_and_a_phone_pulls_an_atom(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "potential")
    label = "The cluster in numbers"
    stage.locator(f".twin[aria-label='{label}'] dd").first.wait_for(state="attached")
    control.locator("#notes").click()
    control.keyboard.press("PageDown")
    x = cluster.warm(PotentialParams())
    each, f = PairPotential("lj", "smooth")(x)
    assert net_force(torch.from_numpy(f)) <= 1e-12
    expect(stage.get_by_text("zero to rounding, the torque too")).to_be_visible()
    told = stage.locator(f".twin[aria-label='{label}']").text_content
    until(stage, lambda: f"{abs(np.sum(each)):.4f}" in (told() or ""), "the energy of models/ on the stage")
    expect_drawn(stage)
    phone.get_by_role("button", name="Pull out").click()
    expect(phone.get_by_text(re.compile(r"Atom 1 pulls back with \d"))).to_be_visible()
    phone.get_by_role("button", name="Let go").click()
    expect(phone.get_by_text(re.compile("Atom 1: E_i"))).to_be_visible()
    hall.check()


def test_a_training_that_diverges_says_so_to_all_and_the_lecture_goes_on(
    hall: Hall, pages: tuple[Page, Page, Page]
) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "potential")
    rate = parameter(control, "Learning rate").locator("input.number")
    rate.fill("10")
    rate.press("Enter")
    control.locator("#notes").click()
    for _ in range(TRAIN):
        control.keyboard.press("PageDown")
    expect(stage.locator(".surface-side")).to_contain_text("its loss is above 10⁶ or no number")
    expect(phone.locator("#inputs")).to_contain_text("the training: diverged")
    expect_drawn(stage)
    control.keyboard.press("PageDown")
    expect(stage.locator(".surface-side")).to_contain_text("The training diverged")
    control.get_by_role("button", name="Reset", exact=True).click()
    phone.get_by_role("button", name="Pull out").click()
    expect(phone.get_by_text(re.compile(r"Atom \d+ pulls back with \d"))).to_be_visible()
    phone.get_by_role("button", name="Let go").click()
    hall.check()
