"""The class is the graph and works out an update by hand; nobody's phone holds what is not revealed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from models.graphs.clouds import wired
from models.networks.message_passing import Update, trace
from tests.e2e.hall import Hall, choose, parameter, until
from tests.e2e.seen import numbers, twin

pytestmark = pytest.mark.browser

ROUNDS = 3
W_SELF = [[1.0, -1.0], [0.0, 1.0]]
W_NEIGH = [[0.0, 1.0], [1.0, 0.0]]
TOLD = ("features", "sent", "self", "totals")
"""Tensors of a trace whose first axis counts updates."""


@dataclass(frozen=True)
class Given:
    """What a phone shows its student: weights, own features, what arrived, the bias."""

    w_self: list[list[float]]
    w_neigh: list[list[float]]
    own: list[float]
    arrived: list[list[float]]
    bias: list[float]

    def worked(self) -> list[float]:
        """relu(W_self h + sum of messages + b), as a student does it on paper."""
        total = [sum(w * h for w, h in zip(row, self.own, strict=True)) for row in self.w_self]
        for message in self.arrived:
            total = [t + m for t, m in zip(total, message, strict=True)]
        return [max(0.0, t + b) for t, b in zip(total, self.bias, strict=True)]


def matrix(text: str | None) -> list[list[float]]:
    """`matrix 1, −1; 0, 1` -> its rows."""
    assert text is not None
    return [numbers(row) for row in text.removeprefix("matrix ").split(";")]


def read(phone: Page) -> Given:
    """What stands on this phone, and nothing else."""
    given = phone.locator("#inputs .rounds-given")
    matrices = [matrix(each.get_attribute("aria-label")) for each in given.locator(".rounds-matrix").all()]
    assert len(matrices) == 2
    return Given(
        w_self=matrices[0],
        w_neigh=matrices[1],
        own=numbers(given.locator("[data-part=self] > b").inner_text()),
        arrived=[numbers(each.inner_text()) for each in given.locator("[data-part=message] li b").all()],
        bias=numbers(given.locator("[data-part=bias] b").inner_text()),
    )


def answer(phone: Page, values: list[str]) -> None:
    """Type the own new features and send them."""
    for field, value in zip(phone.locator("#inputs form input").all(), values, strict=True):
        field.fill(value)
    phone.get_by_role("button", name="Send").click()


@pytest.fixture(scope="module")
def classroom(whole_hall: Hall) -> tuple[Page, Page, list[Page]]:
    """Four phones dealt as a ring that computes, d = 2."""
    control = whole_hall.control()
    stage = whole_hall.stage()
    phones = [whole_hall.phone() for _ in range(4)]
    expect(control.locator("#joined")).to_have_text("4 joined, 4 here")
    control.locator("#scene").select_option("rounds")
    choose(control, "Graph", "seats")
    parameter(control, "The class computes").get_by_role("switch").check()
    expect(stage.locator(".rounds-count")).to_have_text("0 of 4 nodes done")
    return control, stage, phones


def test_an_update_is_worked_out_by_hand(hall: Hall, classroom: tuple[Page, Page, list[Page]]) -> None:
    control, stage, phones = classroom
    count = stage.locator(".rounds-count")
    start = [phone.locator("#inputs h2").inner_text() for phone in phones]
    assert [int(re.findall(r"node (\d+)", title)[0]) for title in start] == [0, 1, 2, 3]
    given = [read(phone) for phone in phones]
    assert all((each.w_self, each.w_neigh) == (W_SELF, W_NEIGH) for each in given)

    # What the whole class should find, from the features that the four phones show.
    features = torch.tensor([each.own for each in given])
    update = Update(torch.tensor(W_SELF), torch.tensor(W_NEIGH), torch.zeros(2))
    made = trace(wired(4, "ring"), features, update, ROUNDS)
    worked = [each.worked() for each in given]
    assert worked == made.features[1].tolist()

    # A wrong answer is told so, and counts for nobody; then the right one with a comma.
    hall.shot(phones[0], "handwork-given-phone")
    answer(phones[0], [str(worked[0][0] + 1), str(worked[0][1])])
    said = phones[0].locator(".rounds-said")
    expect(said).to_have_text("Not yet; 2 tries left.")
    expect(phones[0].locator(".rounds-mark")).to_have_text(["✗ not right", "✓ right"])
    expect(count).to_have_text("0 of 4 nodes done")
    answer(phones[0], [f"{value:.1f}".replace(".", ",") for value in worked[0]])
    expect(said).to_have_text("✓ Right. Well done.")
    expect(phones[0].locator(".rounds-waiting")).to_have_text("waiting for 3 more nodes")
    expect(count).to_have_text("1 of 4 nodes done")
    hall.shot(phones[0], "handwork-done-phone")
    for done, (phone, values) in enumerate(zip(phones[1:3], worked[1:3], strict=True), 2):
        answer(phone, [f"{value:g}" for value in values])
        expect(phone.locator(".rounds-said")).to_have_text("✓ Right. Well done.")
        expect(count).to_have_text(f"{done} of 4 nodes done")
    hall.shot(stage, "handwork-stage")
    hall.shot(control, "handwork-control")

    # Until now no page was sent anything of update 1 but what is sent in it.
    secret = made.features[1].numpy().astype("<f4").tobytes()
    for page in (*phones, stage, control):
        frames = hall.frames(page)
        begun = next(i for i, frame in enumerate(frames) if frame.get("computing"))
        assert not any(secret in message for message in hall.received[page][begun:])
        told = {(name, np.shape(frame[name])[0]) for frame in frames[begun:] for name in TOLD if name in frame}  # type: ignore[call-overload]  # tensors
        assert told >= {("features", 1), ("sent", 1)}
        assert told <= {("features", 1), ("sent", 1), ("self", 0), ("totals", 0)}
        assert all(frame["worked"] is None for frame in frames[begun:] if frame["t"] == "rounds.arithmetic")

    # The last one closes the barrier: everybody sees the new features, and update 2 is open.
    answer(phones[3], [f"{value:g}" for value in worked[3]])
    expect(count).to_have_text("0 of 4 nodes done")
    expect(stage.locator(".rounds-what")).to_contain_text("Update 2")
    expect(stage.locator(".surface-foot .place")).to_have_text("update 1 of 3: update")
    until(
        stage,
        lambda: [numbers(row[-1]) for row in twin(stage, "The nodes in numbers")] == worked,
        "the revealed features on the stage",
    )
    for phone, values in zip(phones, worked, strict=True):
        expect(phone.locator("#inputs h2")).to_contain_text("update 2 of 3")
        assert read(phone).own == values
        assert read(phone).worked() == made.features[2][phones.index(phone)].tolist()


def test_the_instructor_closes_an_update_and_nothing_more_is_revealed(
    hall: Hall, classroom: tuple[Page, Page, list[Page]]
) -> None:
    """Goes on in update 2."""
    control, stage, phones = classroom
    expect(stage.locator(".rounds-what")).to_contain_text("Update 2")
    control.get_by_role("button", name="Close this update now").click()
    expect(stage.locator(".rounds-what")).to_contain_text("Update 3")
    expect(phones[0].locator("#inputs h2")).to_contain_text("update 3 of 3")
    for phone in phones:
        newest = hall.latest(phone, "rounds.trace")
        assert np.shape(newest["features"]) == (3, 4, 2)  # type: ignore[call-overload]  # a tensor, of which JSON types know nothing
    # Three wrong answers open the solution to this one student, who then is done.
    for left in ("Not yet; 2 tries left.", "Not yet; one try left.", "This is how it goes:"):
        answer(phones[1], ["-77", "-77"])
        expect(phones[1].locator(".rounds-said")).to_have_text(left)
    worked = read(phones[1]).worked()
    assert numbers(phones[1].locator("#inputs .rounds-sum [data-part=update] strong").first.inner_text()) == worked
    expect(stage.locator(".rounds-count")).to_have_text("1 of 4 nodes done")
