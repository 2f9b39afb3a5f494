"""The scene `karate`: what its job streams is what models/ gives, and the class says whom it suspects before."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import pytest
import torch

from models.experiments.karate import best_line, club, factions, node_training, untrained
from models.experiments.links import auc, hide, link_training
from models.experiments.rings import ring_training
from server.protocol.faults import Refused
from server.protocol.messages import Action, Frame
from server.room.scene import Context, Seat
from server.scenes.karate import SCENE
from server.scenes.karate.course import EVERY, MIXED, SEPARATED, Course, Place, Taken, course
from server.scenes.karate.messages import (
    KarateClass,
    KarateClub,
    KarateHiding,
    KarateMine,
    KarateStep,
    KarateSuspect,
    KarateTraining,
    KarateUntrained,
)
from server.scenes.karate.params import KarateParams
from server.scenes.karate.state import PHASES, State

F = TypeVar("F", bound=Frame)
CONTEXT = Context("test", 5, author="s1")
SHORT = KarateParams(steps=50)


def at(phase: str, params: KarateParams = SHORT) -> State:
    state = SCENE.initial(params, CONTEXT)
    return SCENE.move(state, [str(one) for one in PHASES].index(phase), CONTEXT)


def worked(state: State, most: int | None = None) -> State:
    """The state after so many outputs of its job, or all of them."""
    job = SCENE.job(state)
    assert job is not None
    taken = 0
    for output in job.run(None):
        if isinstance(output, Action):
            state = SCENE.apply(state, output, CONTEXT)
            taken += 1
            if taken == most:
                break
            assert SCENE.job(state) in (None, job)
    return state


def frame(state: State, kind: type[F]) -> F:
    (found,) = [out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, kind)]
    return found


def test_nothing_trains_before_its_position() -> None:
    for phase in ("club", "labels"):
        assert SCENE.job(at(phase)) is None
        assert frame(at(phase), KarateTraining).step is None
    tried = worked(at("untrained"))
    assert not tried.trained
    assert SCENE.job(tried) is None


def test_the_training_shown_is_that_of_models() -> None:
    state = worked(at("training"))
    shown = frame(state, KarateTraining)
    steps = list(node_training("gcn", 3, (1,), 50))
    assert (shown.step, shown.ended, shown.diverged) == (50, True, False)
    assert shown.value == int(steps[-1].right.sum())
    np.testing.assert_array_equal(shown.points, steps[-1].scores[0].numpy())
    np.testing.assert_array_equal(shown.right, steps[-1].right[0].numpy())
    wanted = [(step.step, float(step.loss), int(step.right.sum())) for step in steps[::EVERY]]
    np.testing.assert_allclose(shown.history, np.array(wanted), rtol=1e-6)
    assert SCENE.job(state) is None
    assert [one.member for one in shown.wrong] == np.flatnonzero(shown.right == 0).tolist()


def test_who_is_wrong_is_named_with_its_friends() -> None:
    shown = frame(worked(at("result", KarateParams())), KarateTraining)
    assert shown.value == 33
    (wrong,) = shown.wrong
    assert (wrong.member, wrong.friends, wrong.across) == (8, 5, 3)


def test_a_training_that_was_left_goes_on_where_it_was() -> None:
    state = worked(at("training"), most=4)
    assert frame(state, KarateTraining).step == 3 * EVERY
    away = SCENE.move(state, PHASES.index("labels"), CONTEXT)
    assert SCENE.job(away) is None
    back = worked(SCENE.move(away, PHASES.index("result"), CONTEXT))
    history = frame(back, KarateTraining).history
    assert history[:, 0].tolist() == list(range(0, 51, EVERY))
    np.testing.assert_array_equal(history, frame(worked(at("training")), KarateTraining).history)


def test_link_prediction_is_that_of_models() -> None:
    shown = frame(worked(at("links")), KarateTraining)
    hiding = hide(club(), 1)
    *_, last = link_training("gcn", 3, 1, hiding, 50)
    assert shown.value == last.auc
    np.testing.assert_array_equal(shown.points, last.embedding.numpy())
    scores = torch.from_numpy(shown.scores)
    assert auc(scores[:8], scores[8:]) == pytest.approx(last.auc, abs=1e-3)
    asked = frame(at("links"), KarateHiding)
    np.testing.assert_array_equal(asked.hidden, hiding.hidden.numpy())
    np.testing.assert_array_equal(asked.absent, hiding.absent.numpy())


def test_ring_or_chain_is_that_of_models() -> None:
    shown = frame(worked(at("graphs")), KarateTraining)
    *_, last = ring_training("algorithm 4", 3, (1,), "mean", 50)
    assert shown.value == int(last.unseen.sum())
    assert shown.right.tolist() == [*last.seen[0].tolist(), *last.unseen[0].tolist()]
    assert (len(shown.right), len(shown.sizes), shown.seen) == (24, 12, 6)


def test_random_weights_are_measured_with_the_edges_and_without() -> None:
    begun = at("untrained")
    assert frame(begun, KarateUntrained).seeds == ()
    left = worked(begun, most=3)
    assert len(frame(left, KarateUntrained).seeds) == 3
    shown = frame(worked(left), KarateUntrained)
    assert shown.of == len(shown.seeds) == 20
    points = untrained("gcn", 3, range(20))
    assert shown.right == best_line(points[1], factions()).right
    assert shown.seeds == tuple(best_line(one, factions()).right for one in points)
    lonely = untrained("gcn", 3, range(20), torch.zeros(34, 34))
    assert shown.alone == tuple(best_line(one, factions()).right for one in lonely)
    np.testing.assert_array_equal(shown.points, points[1].numpy())


def test_the_club_is_drawn_once_an_edge() -> None:
    shown = frame(at("club"), KarateClub)
    assert shown.edges.shape == (2, 78)
    assert bool((shown.edges[0] < shown.edges[1]).all())
    assert shown.factions.tolist() == factions().tolist()
    assert shown.labelled == (0, 33)


def test_suspicions_are_counted_until_the_training() -> None:
    state = SCENE.apply(at("labels"), KarateSuspect(member=8), CONTEXT)
    state = SCENE.apply(state, KarateSuspect(member=8), Context("test", 6, author="s2"))
    state = SCENE.apply(state, KarateSuspect(member=2), CONTEXT)
    counts = frame(state, KarateClass).counts
    assert (counts[8], counts[2], counts.sum()) == (1, 1, 2)
    assert [o.frame.member for o in SCENE.frames(None, state) if isinstance(o.frame, KarateMine)] == [2, 8]
    begun = worked(SCENE.move(state, PHASES.index("training"), CONTEXT), most=1)
    with pytest.raises(Refused, match="before the training"):
        SCENE.apply(begun, KarateSuspect(member=3), CONTEXT)


def test_other_parameters_begin_again_only_what_they_change() -> None:
    state = worked(at("graphs"), most=2)
    state = worked(SCENE.move(state, PHASES.index("training"), CONTEXT), most=2)
    assert set(SCENE.adjust(state, KarateParams(steps=50, members=True), CONTEXT).trained) == {"nodes", "graphs"}
    assert set(SCENE.adjust(state, KarateParams(steps=50, pool="sum"), CONTEXT).trained) == {"nodes"}
    assert set(SCENE.adjust(state, KarateParams(steps=50, model="algorithm 4"), CONTEXT).trained) == {"graphs"}
    assert set(SCENE.adjust(state, KarateParams(steps=50, depth=2), CONTEXT).trained) == set()
    tried = worked(at("untrained"), most=2)
    assert SCENE.adjust(tried, KarateParams(steps=50, seed=4), CONTEXT).tried == tried.tried
    assert SCENE.adjust(tried, KarateParams(steps=50, depth=2), CONTEXT).tried == ()


def test_students_are_members_by_a_parameter_alone() -> None:
    assert not SCENE.wants_class(KarateParams())
    assert SCENE.wants_class(KarateParams(members=True))
    seated = Context("test", 1, seats=(Seat("s1", "A", True),))
    assert SCENE.attend(at("club"), seated) == at("club")


def test_truths_are_computed() -> None:
    assert SCENE.truth(at("club", KarateParams()), "accuracy") == 33.0
    assert SCENE.truth(at("club", KarateParams(seed=1)), "untrained") == SEPARATED == "already separated"
    assert SCENE.truth(at("club", KarateParams(seed=0)), "untrained") == MIXED == "mixed"
    with pytest.raises(Refused):
        SCENE.truth(at("club"), "colour")


def test_after_the_warm_up_a_question_waits_for_no_training() -> None:
    for _ in SCENE.warm():
        pass
    outputs = list(course("nodes", KarateParams()).outputs())
    assert None not in outputs
    assert sum(isinstance(output, KarateStep) for output in outputs) == 61


def test_a_loss_that_is_not_finite_ends_the_training_and_is_said() -> None:
    def begin(place: Place | None) -> Iterator[Taken]:
        for k in range(8):
            loss = 1.0 if k < 7 else None
            step = KarateStep(task="nodes", step=k, loss=loss, value=17.0, right=(True,) * 34)
            yield Taken(k, step if k in (0, 5, 7) else None, lambda: pytest.fail("a place that nobody wants"))

    outputs = [one for one in Course(begin, 50).outputs() if isinstance(one, KarateStep)]
    assert [one.step for one in outputs] == [0, 5, 7]
    state = at("training")
    for output in outputs:
        state = SCENE.apply(state, output, CONTEXT)
    shown = frame(state, KarateTraining)
    assert (shown.step, shown.diverged, shown.ended) == (7, True, True)
    assert SCENE.job(state) is None
