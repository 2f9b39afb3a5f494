"""Worlds that are attacked: whatever a hall does, what must hold holds; one seed is one world."""

import pytest

from tests.simulation.script import draw
from tests.simulation.world import run


@pytest.mark.parametrize("fifty", range(6))
def test_what_must_hold_holds_in_worlds_that_are_attacked(fifty: int) -> None:
    for seed in range(50 * fifty, 50 * fifty + 50):
        report = run(draw(seed, real=False))
        assert report.violations == [], f"python -m tests.simulation --seed {seed}\n{report.script}"


def test_a_seed_is_a_world_byte_for_byte() -> None:
    assert run(draw(7, real=False)).trace == run(draw(7, real=False)).trace
    assert run(draw(7, real=False)).trace != run(draw(8, real=False)).trace
