"""The scene `classify` on what a class draws: strokes become shapes, the wall, whom the contest is about."""

from base64 import b64decode, b64encode
from itertools import islice

import msgspec
import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.experiments.classification import Training, classifier, guesses, packed, unpacked
from models.graphs.shapes import TETRIS, drawn, turned
from models.graphs.strokes import LENGTH, built_in, sampled
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.classify import SCENE
from server.scenes.classify.contest import EVERY, KEYS
from server.scenes.classify.drawings import CLASSES, STROKES, WALL
from server.scenes.classify.messages import (
    ClassifyContest,
    ClassifyDone,
    ClassifyDraw,
    ClassifyDrawn,
    ClassifyDrop,
    ClassifyParams,
    ClassifyStep,
    ClassifyTry,
    ClassifyVerdict,
    ClassifyWall,
)
from server.scenes.classify.state import ACTS, DRAW, FOOL, PREDICT, TRAIN, State

CONTEXT = Context("test", 5)
STEPS = 20
Stroke = tuple[tuple[float, float], ...]
BENT: Stroke = ((0.1, 0.1), (0.5, 0.9), (0.9, 0.1))


def opened(**params: int) -> State:
    return SCENE.initial(ClassifyParams(data="drawn", **params), CONTEXT)


def drew(state: State, who: str, stroke: Stroke = BENT) -> State:
    return SCENE.apply(state, ClassifyDraw(stroke=stroke), Context("test", 6, author=who, role="student"))


def bent(height: float) -> Stroke:
    return ((0.1, 0.1), (0.5, height), (0.9, 0.1))


def full(count: int) -> State:
    """A wall of so many drawings, no two congruent."""
    state = opened(steps=STEPS)
    for k in range(count):
        state = drew(state, f"s{k}", bent(0.15 + 0.1 * k))
    return state


def dropped(state: State, number: int) -> State:
    return SCENE.apply(state, ClassifyDrop(number=number), CONTEXT)


def at(state: State, act: int) -> State:
    return SCENE.move(state, act - DRAW, CONTEXT)


def shown(state: State, kind: type[Frame], to: str = "") -> Frame:
    (frame,) = [o.frame for o in SCENE.frames(None, state) if isinstance(o.frame, kind) and to in ("", o.to)]
    return frame


def contest(state: State) -> ClassifyContest:
    frame = shown(state, ClassifyContest)
    assert isinstance(frame, ClassifyContest)
    return frame


def wall(state: State) -> ClassifyWall:
    frame = shown(state, ClassifyWall)
    assert isinstance(frame, ClassifyWall)
    return frame


def mine(state: State, who: str) -> ClassifyDrawn:
    frame = shown(state, ClassifyDrawn, f"seat:{who}")
    assert isinstance(frame, ClassifyDrawn)
    return frame


def fooled() -> State:
    """A contest on three drawings whose networks were weighed before they learned anything."""
    state = at(full(3), FOOL)
    for key in KEYS:
        weights = b64encode(packed(classifier(key, 0, state.shapes.kind))).decode()
        done = ClassifyDone(
            key=key,
            train=0.5,
            rotated=0.5,
            noisy=0.5,
            error=0.5,
            error_noisy=0.5,
            by_shape=(0.5,) * 8,
            odd=None,
            samples=8,
            weights=weights,
        )
        state = SCENE.apply(state, done, CONTEXT)
    return state


def test_it_opens_with_an_empty_wall_and_built_in_shapes() -> None:
    state = opened()
    assert SCENE.positions(state) == (0, 5)
    assert SCENE.label(state) == ACTS[DRAW]
    assert SCENE.job(state) is None
    assert wall(state).total == 0
    assert contest(state).shapes == tuple(built_in())
    assert (contest(state).own, contest(state).drawn, contest(state).ceiling) == (0, True, 1)


def test_a_stroke_becomes_a_shape_of_the_contest() -> None:
    state = drew(opened(), "s1")
    frame = contest(state)
    assert frame.shapes == ("drawing 1", *list(built_in())[:7])
    assert frame.own == 1
    np.testing.assert_allclose(frame.points[0, :, :2], sampled(BENT), atol=1e-6)
    np.testing.assert_allclose(wall(state).points[0], sampled(BENT), atol=1e-6)
    np.testing.assert_allclose(mine(state, "s1").points, sampled(BENT), atol=1e-6)
    assert np.hypot(*np.diff(frame.points[0, :, :2], axis=0).T).sum() <= LENGTH
    assert frame.pairs[0] == (0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7)


def test_another_stroke_takes_the_place_of_the_first() -> None:
    state = drew(drew(drew(opened(), "s1"), "s2", bent(0.5)), "s1", bent(0.2))
    assert wall(state).numbers.tolist() == [1, 2]
    np.testing.assert_allclose(contest(state).points[0, :, :2], sampled(bent(0.2)), atol=1e-6)
    assert mine(state, "s1").left == STROKES - 2


def test_the_first_eight_are_the_shapes_and_one_that_goes_makes_room() -> None:
    state = full(10)
    assert contest(state).own == CLASSES
    assert [mine(state, f"s{k}").shape for k in range(10)] == [*range(8), -1, -1]
    state = dropped(state, 3)
    assert wall(state).numbers.tolist() == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    assert [mine(state, f"s{k}").shape for k in (1, 2, 3, 8, 9)] == [1, -1, 2, 7, -1]
    assert mine(state, "s2").points.shape == (0, 2)
    again = drew(state, "s2", bent(0.3))
    assert wall(again).numbers.tolist()[-1] == 11
    with pytest.raises(Refused, match="none after 2 were taken off"):
        drew(dropped(again, 11), "s2")


def test_a_large_class_sees_its_newest_drawings() -> None:
    state = full(WALL + 5)
    assert wall(state).total == WALL + 5
    assert wall(state).numbers.tolist() == [*range(1, 9), *range(14, WALL + 6)]


def test_what_is_no_stroke_is_refused() -> None:
    with pytest.raises(Refused, match=r"at least 0\.15 of the square long, got 0\.01"):
        drew(opened(), "s1", ((0.5, 0.5), (0.51, 0.5)))
    with pytest.raises(Refused, match="number of a drawing on the wall, got 7"):
        dropped(full(2), 7)


def test_a_seat_has_so_many_strokes() -> None:
    state = opened()
    for k in range(STROKES):
        state = drew(state, "s1", bent(0.2 + 0.05 * k))
    with pytest.raises(Refused, match="at most 10 strokes"):
        drew(state, "s1")


def test_congruent_drawings_lower_the_ceiling() -> None:
    across: Stroke = tuple((y, -x) for x, y in BENT)
    state = drew(drew(opened(), "s1"), "s2", across)
    assert contest(state).groups[0] == (0, 1)
    assert SCENE.truth(state, "ceiling") == 87.5
    assert SCENE.truth(drew(opened(), "s1"), "ceiling") == 100


def test_no_built_in_shape_is_one_that_was_drawn() -> None:
    state = drew(drew(opened(), "s1", ((0.1, 0.5), (0.9, 0.5))), "s2", ((0.5, 0.9), (0.5, 0.1)))
    assert "line" not in contest(state).shapes
    assert len(contest(state).shapes) == CLASSES
    assert contest(state).groups[0] == (0, 1)


def test_once_the_class_predicts_or_trains_nothing_is_drawn() -> None:
    state = at(full(2), PREDICT)
    assert drew(state, "s9") is state
    assert contest(dropped(state, 1)).own == 1
    started = at(state, TRAIN)
    assert dropped(started, 1) is started
    back = at(started, DRAW)
    assert drew(back, "s9") is back
    assert SCENE.job(started) == SCENE.job(back)


def test_the_contest_is_about_the_drawings() -> None:
    """Against a network trained on the same strokes without the scene."""
    three = [(f"drawing {k + 1}", sampled(bent(0.15 + 0.1 * k))) for k in range(3)]
    alone = Training("distances", 0, drawn((*three, *list(built_in().items())[:5])))
    for _ in range(EVERY):
        alone.step()
    job = SCENE.job(at(full(3), TRAIN))
    assert job is not None
    steps = (out for out in job.run(None) if isinstance(out, ClassifyStep) and out.key == "distances")
    _, second = islice(steps, 2)
    assert (second.step, second.samples) == (EVERY, alone.samples)
    assert second.loss == alone.loss


def test_a_thumb_turns_a_drawing() -> None:
    """Against the weights in the state, the drawing turned by scipy."""
    attempt = ClassifyTry(shape=1, quaternion=(0.3, -0.5, 0.2, 0.8))
    state = SCENE.apply(fooled(), attempt, Context("test", 9, author="s1"))
    verdict = shown(state, ClassifyVerdict)
    assert isinstance(verdict, ClassifyVerdict)
    matrix = torch.from_numpy(Rotation.from_quat(verdict.quaternion).as_matrix())
    for key, guess in zip(KEYS, verdict.guesses, strict=True):
        model = unpacked(key, b64decode(state.done[key].weights), state.shapes.kind)
        assert guess == int(guesses(model, turned(matrix[None], shapes=state.shapes)[1:2]))


def test_another_budget_keeps_the_drawings_and_other_shapes_begin_anew() -> None:
    state = full(3)
    longer = SCENE.adjust(state, msgspec.structs.replace(state.params, steps=40), CONTEXT)
    assert (longer.act, longer.shapes, longer.started) == (DRAW, state.shapes, False)
    tetris = SCENE.adjust(at(state, TRAIN), msgspec.structs.replace(state.params, data="tetris"), CONTEXT)
    assert (tetris.act, tetris.shapes, tetris.started) == (PREDICT, TETRIS, False)
    assert drew(tetris, "s9") is tetris
    back = SCENE.adjust(tetris, state.params, CONTEXT)
    assert (back.act, back.shapes) == (DRAW, state.shapes)


def test_a_stroke_tells_the_stage_and_those_whom_it_concerns() -> None:
    state = full(9)
    sent = [(type(out.frame), out.to) for out in SCENE.frames(state, drew(state, "s8", bent(0.9)))]
    assert sent == [(ClassifyWall, "stage"), (ClassifyDrawn, "seat:s8")]
    after = [out.to for out in SCENE.frames(state, dropped(state, 8)) if isinstance(out.frame, ClassifyDrawn)]
    assert after == ["seat:s7", "seat:s8"]
