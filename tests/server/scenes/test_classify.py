"""The scene `classify`: its numbers are those of the models, trained apart; thumbs fool what can be fooled."""

from base64 import b64decode
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import get_args

import msgspec
import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.experiments import classification as c
from models.experiments.classification import Training
from models.graphs.shapes import TETRIS, turned
from models.graphs.tetris import NAMES
from server.protocol.faults import Refused
from server.protocol.messages import Action, Frame
from server.room.scene import Context
from server.scenes.classify import SCENE
from server.scenes.classify.contest import BEST, EVERY, KEYS
from server.scenes.classify.messages import (
    ClassifyBoard,
    ClassifyContest,
    ClassifyDone,
    ClassifyParams,
    ClassifyRace,
    ClassifyStep,
    ClassifyTable,
    ClassifyTry,
    ClassifyTurn,
    ClassifyVerdict,
    Key,
)
from server.scenes.classify.state import ACTS, ATTEMPTS, FOOL, PREDICT, TRAIN, State

CONTEXT = Context("test", 5)
STEPS = 20
TURN = (0.3, -0.5, 0.2, 0.8)


def opened(**params: int) -> State:
    return SCENE.initial(msgspec.convert(params, ClassifyParams), CONTEXT)


def at(state: State, act: int) -> State:
    """The state moved to the position of an act."""
    return SCENE.move(state, act - state.first, CONTEXT)


def shown(state: State, kind: type[Frame], old: State | None = None) -> list[Frame]:
    return [out.frame for out in SCENE.frames(old, state) if isinstance(out.frame, kind)]


@cache
def outputs(steps: int, seed: int) -> tuple[Action, ...]:
    job = SCENE.job(at(opened(steps=steps, seed=seed), TRAIN))
    assert job is not None
    return tuple(out for out in job.run(None) if isinstance(out, Action))


def ran() -> State:
    """A short contest, run as the engine runs it."""
    state = at(opened(steps=STEPS), TRAIN)
    for action in outputs(STEPS, 0):
        state = SCENE.apply(state, action, CONTEXT)
    return state


def tried(state: State, who: str, shape: int, quaternion: tuple[float, float, float, float] = TURN) -> State:
    return SCENE.apply(state, ClassifyTry(shape=shape, quaternion=quaternion), Context("test", 9, author=who))


def test_the_contestants_are_those_of_the_models() -> None:
    assert get_args(Key) == KEYS == tuple(c.CONTESTANTS)


def test_it_opens_with_a_question_and_no_job() -> None:
    state = opened()
    assert SCENE.positions(state) == (0, 4)
    assert SCENE.label(state) == ACTS[PREDICT]
    assert SCENE.job(state) is None
    (contest,) = shown(state, ClassifyContest)
    assert isinstance(contest, ClassifyContest)
    assert contest.points.shape == (8, 4, 3)
    np.testing.assert_allclose(contest.points, TETRIS.upright.numpy(), atol=1e-6)
    assert [len(pairs) // 2 for pairs in contest.pairs] == [3, 3, 4, 3, 3, 3, 3, 3]
    assert (contest.chance, contest.ceiling) == (1 / 8, 7 / 8)
    assert not contest.open


def test_the_race_is_that_of_contestants_trained_one_by_one() -> None:
    """Against each contestant trained alone: to take turns changes nothing."""
    (race,) = shown(ran(), ClassifyRace)
    assert isinstance(race, ClassifyRace)
    assert (race.step, race.of, race.finished) == (STEPS, STEPS, len(KEYS))
    assert race.at.tolist() == [1, *range(EVERY, STEPS + 1, EVERY)]
    assert set(race.steps.tolist()) == {STEPS}
    assert race.curves.shape == (len(race.at), len(KEYS))
    for key in ("naive", "augmented 256", "egnn"):
        alone = Training(key, 0)
        for _ in range(STEPS):
            alone.step()
        k = KEYS.index(key)
        assert race.losses[k] == np.float32(alone.loss)
        assert race.samples[k] == alone.samples
        assert race.rotated[k] == race.curves[-1, k] == np.float32(c.accuracy(alone.model, c.probe(0)))


def test_the_table_is_what_the_models_measure() -> None:
    (table,) = shown(ran(), ClassifyTable)
    assert isinstance(table, ClassifyTable)
    assert (table.rotations, table.noise) == (1600, 0.02)
    assert tuple(row.key for row in table.rows) == KEYS
    alone = Training("distances", 0)
    for _ in range(STEPS):
        alone.step()
    *_, found = c.measured(alone, 0)
    assert found is not None
    row = table.rows[KEYS.index("distances")]
    assert (row.train, row.rotated, row.noisy, row.by_shape) == (
        found.train,
        found.rotated,
        found.noisy,
        found.by_shape,
    )
    zones = {row.key: (row.zone, row.zone_noisy) for row in table.rows}
    assert zones["distances"] == zones["egnn"] == zones["tensor"] == ("rounding", "rounding")
    assert "rounding" not in {zones[key][0] for key in KEYS if key not in ("distances", "egnn", "tensor")}
    assert zones["pca"][1] == zones["frames"][1] == "rounding"


def test_the_same_seed_gives_the_same_reports_and_another_others() -> None:
    def first(seed: int) -> list[Action]:
        job = SCENE.job(at(opened(steps=STEPS, seed=seed), TRAIN))
        assert job is not None
        return list(islice((out for out in job.run(None) if isinstance(out, Action)), 1))

    assert first(0) == [outputs(STEPS, 0)[0]]
    assert first(1) != first(0)


def test_they_take_turns_of_so_many_steps() -> None:
    """What a page times by the frames of turns: each contestant after the one before it, round by round."""
    steps = [one for one in outputs(STEPS, 0) if isinstance(one, ClassifyStep)]
    assert [(one.step, one.key) for one in steps] == [(until, key) for until in (1, EVERY, STEPS) for key in KEYS]
    state = at(opened(steps=STEPS), TRAIN)
    after = SCENE.apply(state, steps[0], CONTEXT)
    sent = [(out.frame, out.slot) for out in SCENE.frames(state, after) if isinstance(out.frame, ClassifyTurn)]
    assert sent == [(ClassifyTurn(version=5, lane=0, step=1), ("stage", "classify.turn.naive"))]


def test_a_job_goes_on_while_the_lecturer_looks_back_and_ends_when_all_are_measured() -> None:
    training = at(opened(steps=STEPS), TRAIN)
    back = at(training, PREDICT)
    one, other = SCENE.job(training), SCENE.job(back)
    assert one is not None
    assert one == other
    assert SCENE.job(ran()) is None


def test_a_job_that_runs_again_draws_its_curve_once() -> None:
    state = ran()
    again = SCENE.apply(state, outputs(STEPS, 0)[0], CONTEXT)
    assert [step for step, _ in state.curves["naive"]] == [1, EVERY, STEPS]
    assert [step for step, _ in again.curves["naive"]] == [1]


def test_another_budget_is_another_contest() -> None:
    state = tried(at(ran(), FOOL), "s1", 0)
    anew = SCENE.adjust(state, msgspec.structs.replace(state.params, steps=40), Context("test", 8))
    assert (anew.act, anew.done, anew.curves) == (TRAIN, {}, {})
    assert SCENE.job(anew) is not None
    (verdict,) = shown(anew, ClassifyVerdict)
    assert isinstance(verdict, ClassifyVerdict)
    assert (verdict.guesses, verdict.left) == ((), ATTEMPTS)


def test_a_thumb_is_told_what_every_network_said() -> None:
    """Against the weights in the state, the shape turned by scipy."""
    state = tried(at(ran(), FOOL), "s1", 3)
    (verdict,) = shown(state, ClassifyVerdict)
    assert isinstance(verdict, ClassifyVerdict)
    matrix = torch.from_numpy(Rotation.from_quat(verdict.quaternion).as_matrix())
    np.testing.assert_allclose(verdict.quaternion, np.array(TURN) / np.linalg.norm(TURN), atol=1e-3)
    for key, guess in zip(KEYS, verdict.guesses, strict=True):
        model = c.unpacked(key, b64decode(state.done[key].weights))
        assert guess == int(c.guesses(model, turned(matrix[None])[3:4]))
    assert verdict.fooled == tuple(guess != 3 for guess in verdict.guesses)
    assert verdict.left == ATTEMPTS - 1


def test_the_board_counts_a_student_once_a_network() -> None:
    state = at(ran(), FOOL)
    for who in ("s1", "s2"):
        for shape in range(3):
            state = tried(state, who, shape)
    (board,) = shown(state, ClassifyBoard)
    assert isinstance(board, ClassifyBoard)
    assert (board.students, board.attempts) == (2, 6)
    assert set(board.fooled) <= {0, 2}
    assert 2 in board.fooled


def test_one_seat_has_so_many_attempts_and_no_more() -> None:
    state = at(ran(), FOOL)
    for _ in range(ATTEMPTS):
        state = tried(state, "s1", 0)
    assert tried(state, "s1", 0) is state
    assert tried(state, "s2", 0) is not state


def test_before_the_hunt_a_thumb_does_no_harm() -> None:
    for state in (opened(), at(opened(), FOOL), ran()):
        assert tried(state, "s1", 0) is state


def test_no_pose_at_all_is_refused() -> None:
    with pytest.raises(Refused, match="length above zero"):
        tried(at(ran(), FOOL), "s1", 0, (0.0, 0.0, 0.0, 0.0))


def test_the_best_is_known_before_and_measured_after() -> None:
    assert SCENE.truth(opened(), "best") == "tensor network with an odd scalar"
    state = ran()
    for key, words in BEST.items():
        done = {k: msgspec.structs.replace(one, rotated=float(k == key)) for k, one in state.done.items()}
        assert SCENE.truth(replace(state, done=done), "best") == words
    assert len(set(BEST.values())) == 6


def test_the_ceiling_of_distances_is_seven_of_eight() -> None:
    assert SCENE.truth(opened(), "ceiling") == 87.5


def test_what_diverged_is_told_by_its_step() -> None:
    step = ClassifyStep(key="pca", step=10, loss=0.0, train=0.0, rotated=0.0, samples=8, diverged=3)
    (race,) = shown(SCENE.apply(opened(), step, CONTEXT), ClassifyRace)
    assert isinstance(race, ClassifyRace)
    assert race.diverged.tolist() == [3 * (key == "pca") for key in KEYS]
    assert race.curves.tolist() == [[0.0 if key == "pca" else -1.0 for key in KEYS]]


def test_frames_are_sent_for_what_changed_alone() -> None:
    state = at(ran(), FOOL)
    after = tried(state, "s1", 0)
    assert [type(out.frame) for out in SCENE.frames(state, after)] == [ClassifyBoard, ClassifyVerdict]
    assert isinstance(outputs(STEPS, 0)[-1], ClassifyDone)
    assert len(NAMES) == 8
