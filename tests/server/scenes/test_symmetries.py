"""The scene `symmetries`: the separations on the stage are the model's, and are uncovered one by one."""

from typing import TypeVar

import numpy as np
import pytest

from models.symmetry import spokes
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.permute import Shuffle
from server.scenes.symmetries import SCENE, Guess, Guesses, Rings, Seen, State, SymmetriesParams, Yours

CONTEXT = Context("test", 5)
EVERY = pytest.mark.parametrize("fold", spokes.FOLDS)


F = TypeVar("F", bound=Frame)


def at(fold: int, act: int) -> State:
    return SCENE.move(SCENE.initial(SymmetriesParams(fold=fold), CONTEXT), act, CONTEXT)


def one(kind: type[F], state: State, old: State | None = None) -> F:
    return next(out.frame for out in SCENE.frames(old, state) if isinstance(out.frame, kind))


def guessed(state: State, who: str, degree: int) -> State:
    return SCENE.apply(state, Guess(degree=degree), Context("test", 6, author=who, role="student"))


@EVERY
def test_degrees_are_uncovered_one_by_one_and_the_fold_is_the_first_that_is_not_rounding(fold: int) -> None:
    _, count = SCENE.positions(at(fold, 0))
    assert count == min(fold + 2, 13)
    for act in range(count):
        seen = one(Seen, at(fold, act))
        assert len(seen.separations) == (act if act <= fold else 12)
        assert seen.separations == spokes.separations(fold)[: len(seen.separations)]
        assert seen.least == (fold if act >= fold else None)
        assert seen.degree == min(act, fold)
    assert SCENE.truth(at(fold, 0), "smallest l") == fold
    assert SCENE.truth(at(fold, 0), "separation") == spokes.separations(fold)[fold - 1]


@EVERY
def test_the_copy_stands_halfway_between_the_spokes(fold: int) -> None:
    rings = one(Rings, at(fold, 0))
    assert rings.ring.shape == rings.turned.shape == (fold, 2)
    angles = np.angle(rings.ring @ [1, 1j]), np.angle(rings.turned @ [1, 1j])
    np.testing.assert_allclose(np.mod(angles[1] - angles[0], 2 * np.pi), np.pi / fold, atol=1e-6)


@pytest.mark.parametrize("fold", [2, 3, 5, 12])
def test_the_curves_coincide_below_the_fold_and_part_at_it(fold: int) -> None:
    for act in range(1, fold + 1):
        first, second = one(Seen, at(fold, act)).curves
        assert (np.abs(first - second).max() < 1e-6) == (act < fold)
        assert (np.ptp(first) < 1e-6) == (act < fold)


def test_a_guess_is_answered_to_its_seat_and_the_first_one_counts() -> None:
    start = at(4, 0)
    first = guessed(start, "s1", 2)
    told = one(Yours, first, start)
    assert [out.to for out in SCENE.frames(start, first) if isinstance(out.frame, Yours)] == ["seat:s1"]
    assert (told.degree, told.sees, told.right) == (2, False, False)
    higher = one(Yours, guessed(first, "s1", 8))
    assert (higher.sees, higher.right) == (higher.separation > spokes.ROUNDING, False)
    second = guessed(first, "s1", 4)
    assert one(Yours, second).right
    assert (one(Guesses, second).total, one(Guesses, second).counts) == (1, ())
    assert one(Guesses, SCENE.move(second, 4, CONTEXT)).counts == (0, 1) + (0,) * 10


def test_a_guess_counts_until_the_degree_that_answers_is_uncovered() -> None:
    early = SCENE.move(guessed(at(4, 3), "s1", 4), 4, CONTEXT)
    late = guessed(early, "s2", 4)
    assert one(Yours, late, early).right
    assert (one(Guesses, late).total, one(Guesses, late).counts[3]) == (1, 1)


def test_another_ring_forgets_the_guesses() -> None:
    state = guessed(at(4, 2), "s1", 4)
    after = SCENE.adjust(state, SymmetriesParams(fold=5), Context("test", 9))
    assert one(Guesses, after).total == 0
    assert one(Yours, after).degree is None
    assert SCENE.positions(after) == (0, 7)
    assert SCENE.adjust(state, state.params, CONTEXT) is state


def test_what_is_not_of_this_scene_is_refused() -> None:
    with pytest.raises(Refused):
        SCENE.truth(at(4, 0), "weight")
    with pytest.raises(Refused):
        SCENE.apply(at(4, 0), Shuffle(), CONTEXT)
