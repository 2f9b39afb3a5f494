"""The scene `twins`: what stands on the stage is what the models measure, and nothing before it is uncovered."""

from typing import TypeVar, get_args

import numpy as np
import pytest

from models.symmetry import many_body
from models.symmetry.twins import PairName, pair
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.permute import Shuffle
from server.scenes.twins import (
    ACTS,
    CHOICES,
    SCENE,
    VERDICT,
    Clouds,
    Guess,
    Guesses,
    Meeting,
    Seen,
    State,
    TwinsParams,
    Verdict,
    Yours,
)

CONTEXT = Context("test", 5)
NAMES = get_args(PairName)
EVERY = pytest.mark.parametrize("name", NAMES)


F = TypeVar("F", bound=Frame)


def at(name: PairName, act: int) -> State:
    return SCENE.move(SCENE.initial(TwinsParams(pair=name), CONTEXT), act, CONTEXT)


def one(kind: type[F], state: State, old: State | None = None) -> F:
    return next(out.frame for out in SCENE.frames(old, state) if isinstance(out.frame, kind))


def guessed(state: State, who: str, choice: str) -> State:
    context = Context("test", 6, author=who, role="student")
    return SCENE.apply(state, Guess(choice=choice), context)  # type: ignore[arg-type]  # one of CHOICES


@EVERY
def test_the_rows_are_those_of_the_model(name: PairName) -> None:
    twins = pair(name)
    rows = one(Seen, at(name, VERDICT)).rows
    for row in rows:
        assert row.difference == many_body.compare(twins.a, twins.b, row.order, signed=row.signed).difference
        assert row.same == (row.difference <= many_body.ROUNDING)
        assert row.bodies == len(many_body.bodies(len(twins.a), row.order))
    expected = [(2, False), (3, False), (4, False), (4, True), (5, False), (5, True)]
    assert [(row.order, row.signed) for row in rows] == (expected[:2] if name == "two_body" else expected)


@EVERY
def test_orders_are_uncovered_one_by_one_and_the_alignment_last(name: PairName) -> None:
    for act in range(len(ACTS)):
        seen, verdict = one(Seen, at(name, act)), one(Verdict, at(name, act))
        assert all(row.order <= act + 1 for row in seen.rows)
        assert (verdict.rmsd is None) == (act != VERDICT)
        assert (len(verdict.placed) > 0) == (act == VERDICT)
        assert (seen.reading != "") == (0 < act < VERDICT)


@EVERY
@pytest.mark.parametrize("act", [1, 2, 3, 4])
def test_a_histogram_counts_every_body_and_differs_where_its_order_does(name: PairName, act: int) -> None:
    seen = one(Seen, at(name, act))
    count = len(many_body.bodies(len(pair(name).a), act + 1))
    assert seen.of_a.sum() == seen.of_b.sum() == count
    assert np.all(np.diff(seen.values) > 0)
    rows = [row for row in seen.rows if row.order == act + 1 and (act == 4 or not row.signed)]
    assert np.array_equal(seen.of_a, seen.of_b) == all(row.same for row in rows)
    assert (len(seen.first) > 0) == any(not row.same for row in rows)


@EVERY
def test_the_verdict_is_the_best_alignment_of_the_model(name: PairName) -> None:
    twins = pair(name)
    verdict, clouds = one(Verdict, at(name, VERDICT)), one(Clouds, at(name, VERDICT))
    assert verdict.rmsd == many_body.align(twins.a, twins.b).rmsd
    assert verdict.mirrored == many_body.align(twins.a, twins.b, improper=True).rmsd
    shown = np.sqrt(((clouds.a.astype(float) - verdict.placed) ** 2).sum(1).mean())
    assert shown == pytest.approx(verdict.rmsd, abs=1e-5)


def test_what_separates_and_what_brings_together() -> None:
    answers = {name: (SCENE.truth(at(name, 0), "order"), SCENE.truth(at(name, 0), "meeting")) for name in NAMES}
    assert answers == {
        "two_body": ("3-body", "neither"),
        "three_body": ("4-body", "neither"),
        "non_chiral": ("5-body", "neither"),
        "chiral": ("5-body with signs", "only a mirror"),
        "public_non_chiral": ("none", "a rotation"),
        "public_chiral": ("none", "a rotation"),
    }
    assert {order for order, _ in answers.values()} <= set(CHOICES)
    assert {meeting for _, meeting in answers.values()} <= set(get_args(Meeting))
    assert SCENE.truth(at("chiral", 0), "rmsd") == pytest.approx(0.71, abs=0.005)
    with pytest.raises(Refused):
        SCENE.truth(at("chiral", 0), "weight")


def test_a_guess_is_answered_to_its_seat_and_the_first_one_counts() -> None:
    start = at("three_body", 0)
    first = guessed(start, "s1", "3-body")
    told = one(Yours, first, start)
    assert [out.to for out in SCENE.frames(start, first) if isinstance(out.frame, Yours)] == ["seat:s1"]
    assert (told.choice, told.right) == ("3-body", False)
    assert told.row is not None
    assert told.row.same
    second = guessed(first, "s1", "4-body")
    assert one(Yours, second, first).right
    assert one(Guesses, second).counts == ()
    done = one(Guesses, SCENE.move(second, VERDICT, CONTEXT))
    assert (done.total, done.right) == (1, "4-body")
    assert dict(zip(done.options, done.counts, strict=True))["3-body"] == 1


@pytest.mark.parametrize("act", [3, VERDICT])
def test_a_guess_counts_until_an_order_that_separates_is_uncovered(act: int) -> None:
    before = SCENE.move(guessed(at("three_body", 2), "s1", "4-body"), act, CONTEXT)
    late = guessed(before, "s2", "4-body")
    assert one(Yours, late, before).right
    assert one(Guesses, late).total == 1


def test_an_order_without_bodies_has_no_row() -> None:
    told = one(Yours, guessed(at("two_body", 0), "s1", "5-body"))
    assert told.row is None
    assert not told.right
    assert one(Yours, guessed(at("public_chiral", 0), "s1", "none")).right


def test_another_pair_forgets_the_guesses() -> None:
    state = guessed(at("three_body", 3), "s1", "4-body")
    after = SCENE.adjust(state, TwinsParams(pair="chiral"), Context("test", 9))
    assert one(Guesses, after).total == 0
    assert one(Yours, after).choice is None
    assert SCENE.positions(after) == (0, 6)
    assert SCENE.adjust(state, state.params, CONTEXT) is state


def test_another_scenes_action_is_refused() -> None:
    with pytest.raises(Refused):
        SCENE.apply(at("chiral", 0), Shuffle(), CONTEXT)
