"""The scene `chains`: what the job measures is what models/ gives, and the class predicts before a layer is shown."""

import numpy as np
import pytest

from models.experiments.chains import depth, k_chain, separation
from server.protocol.faults import Refused
from server.room.scene import Context, Kept
from server.scenes.chains import (
    NEVER,
    SCENE,
    SEEDS,
    TOLD,
    ChainsClass,
    ChainsGuess,
    ChainsMeasured,
    ChainsMine,
    ChainsNumber,
    ChainsParams,
    ChainsPicture,
    State,
)

CONTEXT = Context("test", 5, author="s1")


def measured(state: State, layers: int) -> State:
    """The state after so many layers and the whole of the job that they ask for."""
    state = SCENE.move(state, layers, CONTEXT)
    while (job := SCENE.job(state)) is not None:
        for action in job.run(None):
            if action is None or isinstance(action, Kept):
                continue  # the job gives way
            assert isinstance(action, ChainsMeasured)
            state = SCENE.apply(state, action, CONTEXT)
    return state


def number(state: State) -> ChainsNumber:
    (found,) = [out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, ChainsNumber)]
    return found


def opened(model: str = "gvp", middle: int = 4) -> State:
    params = ChainsParams(model=model, middle=middle)  # type: ignore[arg-type]  # one of the names
    return SCENE.initial(params, CONTEXT)


@pytest.mark.parametrize(("model", "middle"), [("gvp", 4), ("egnn", 4), ("egnn", 3)])
def test_the_number_jumps_at_the_depth_and_is_that_of_models(model: str, middle: int) -> None:
    begins = depth(model, middle)
    assert begins is not None
    state = opened(model, middle)
    for layers in range(1, begins + 1):
        state = measured(state, layers)
        shown = number(state)
        assert shown.values == tuple(separation(model, middle, layers, seed) for seed in range(SEEDS))
        assert shown.largest == max(shown.values)
        assert shown.told is (layers == begins)
    (line,) = number(state).lines
    assert (line.model, line.depth, len(line.values)) == (model, begins, begins)


def test_distances_alone_never_jump() -> None:
    state = measured(opened("invariant"), 6)
    assert number(state).told is False
    assert number(state).lines[0].depth is None


def test_the_picture_is_the_two_chains_and_what_was_heard() -> None:
    state = SCENE.move(opened(), 3, CONTEXT)
    picture = next(iter(SCENE.frames(None, state))).frame
    assert isinstance(picture, ChainsPicture)
    for drawn, shape in ((picture.s, "S"), (picture.c, "C")):
        positions = k_chain(4, shape).positions  # type: ignore[arg-type]  # one of the shapes
        assert positions is not None
        np.testing.assert_allclose(drawn, positions.numpy(), atol=1e-6)
    assert number(state).heard.tolist() == [1, 1, 3, 3, 2, 2]
    assert number(opened()).heard.tolist() == [1, 0, 0, 0, 0, 2]


def test_lines_of_other_networks_stay_and_other_chains_begin_anew() -> None:
    state = measured(opened("gvp"), 2)
    other = measured(SCENE.adjust(state, ChainsParams(model="egnn"), CONTEXT), 2)
    assert [line.model for line in number(other).lines] == ["egnn", "gvp"]
    longer = SCENE.adjust(other, ChainsParams(model="egnn", middle=5), CONTEXT)
    assert (longer.layers, number(longer).lines) == (0, ())


def test_predictions_are_counted_until_the_first_layer() -> None:
    state = SCENE.apply(opened(), ChainsGuess(layers=3), CONTEXT)
    state = SCENE.apply(state, ChainsGuess(layers=0), Context("test", 6, author="s2"))
    frames = [out.frame for out in SCENE.frames(None, state)]
    assert ChainsClass(open=True, counts=(1, 0, 0, 1, 0, 0, 0)) in frames
    assert [f.layers for f in frames if isinstance(f, ChainsMine)] == [3, 0]
    with pytest.raises(Refused, match="before the first layer"):
        SCENE.apply(SCENE.move(state, 1, CONTEXT), ChainsGuess(layers=2), CONTEXT)
    with pytest.raises(Refused, match="expected 0 to 6 layers, got 9"):
        SCENE.apply(state, ChainsGuess(layers=9), CONTEXT)


def test_truths_are_measured() -> None:
    assert SCENE.truth(opened("gvp"), "depth") == 3.0
    assert SCENE.truth(opened("egnn", 3), "depth") == 3.0
    assert SCENE.truth(opened("gvp", 2), "outcome") == TOLD == "it tells them apart"
    assert SCENE.truth(opened("invariant", 2), "outcome") == NEVER == "it never tells them apart"
    with pytest.raises(Refused, match="has no depth"):
        SCENE.truth(opened("invariant", 2), "depth")
    with pytest.raises(Refused):
        SCENE.truth(opened("gvp", 2), "colour")


def test_after_the_warm_up_the_truths_of_the_tensor_network_wait_for_nothing() -> None:
    assert sum(1 for _ in SCENE.warm()) > 6
    assert list(SCENE.prepare(opened("tensor"), "depth")) == []
    assert SCENE.truth(opened("tensor"), "depth") == 5.0
