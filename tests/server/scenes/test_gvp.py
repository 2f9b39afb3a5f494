"""The scene `gvp`: every stage on the stage is the paper's, and its errors are those of a check made apart."""

import numpy as np
import pytest

from server.protocol.faults import Refused
from server.room.scene import Context
from server.scenes.gvp import ACTS, FROZEN, ROTATES, SCENE, TURNED, State, _perceptron
from server.scenes.gvp.messages import GvpErrors, GvpMachine, GvpMine, GvpParams, GvpTry, GvpTurn

CONTEXT = Context("test", 5, author="s1")
SIDEWAYS = (0.3, -0.2, 0.5, 0.7)


def opened(params: GvpParams | None = None) -> State:
    return SCENE.initial(params or GvpParams(), CONTEXT)


def shown(state: State) -> tuple[GvpMachine, GvpErrors]:
    machine, errors = [out.frame for out in SCENE.frames(None, state)][:2]
    assert isinstance(machine, GvpMachine)
    assert isinstance(errors, GvpErrors)
    return machine, errors


def turned(params: GvpParams) -> State:
    return SCENE.apply(opened(params), GvpTurn(quaternion=SIDEWAYS), CONTEXT)


@pytest.mark.parametrize("gate", [False, True])
def test_the_stages_are_the_algorithm_in_numpy(gate: bool) -> None:
    params = GvpParams(dtype="float64", vector_gate=gate, mix_12=1.3)
    machine, _ = shown(opened(params))
    gvp = _perceptron(params)
    w_mu, w_m, b = (t.detach().numpy() for t in (gvp.w_mu.weight, gvp.w_m.weight, gvp.w_m.bias))
    v, v_h, v_mu, out = machine.before
    np.testing.assert_allclose(machine.mixing, np.stack([np.array([[0.8, 1.3], [0.4, 0.9]]), w_mu]), atol=1e-6)
    np.testing.assert_allclose(v_h, np.array([[0.8, 1.3], [0.4, 0.9]]) @ v, atol=1e-6)
    np.testing.assert_allclose(v_mu, w_mu @ v_h, atol=1e-6)
    np.testing.assert_allclose(machine.lengths[0], np.linalg.norm(v_h, axis=1), atol=1e-6)
    total = w_m @ np.concatenate([machine.lengths[0], machine.scalars_in]) + b
    np.testing.assert_allclose(machine.scalars[0], np.maximum(total, 0), atol=1e-6)
    np.testing.assert_allclose(out, machine.gates[0][:, None] * v_mu, atol=1e-6)
    if not gate:
        np.testing.assert_allclose(machine.gates[0], 1 / (1 + np.exp(-np.linalg.norm(v_mu, axis=1))), atol=1e-6)


@pytest.mark.parametrize(("dtype", "limit"), [("float32", 1e-6), ("float64", 1e-14)])
def test_arrows_turn_and_scalars_stay(dtype: str, limit: float) -> None:
    machine, errors = shown(turned(GvpParams(dtype=dtype)))  # type: ignore[arg-type]  # one of the two names
    assert max(errors.scalars, errors.vectors, errors.many_scalars, errors.many_vectors) < limit
    assert errors.scalars_zone == errors.vectors_zone == "rounding"
    np.testing.assert_allclose(machine.scalars[0], machine.scalars[1], atol=1e-6)
    np.testing.assert_allclose(machine.now[3], machine.expected, atol=1e-6)
    assert np.abs(machine.now[3] - machine.before[3]).max() > 0.1


def test_the_errors_are_those_of_the_pictures() -> None:
    machine, errors = shown(turned(GvpParams(vector_bias=True, dtype="float64")))
    before, now = machine.scalars
    assert errors.scalars == pytest.approx(float(np.linalg.norm(now - before) / np.linalg.norm(before)), rel=1e-4)
    apart = np.linalg.norm(machine.now[3] - machine.expected) / np.linalg.norm(machine.before[3])
    assert errors.vectors == pytest.approx(float(apart), rel=1e-4)


def test_a_bias_on_vectors_breaks_both_lanes() -> None:
    _, errors = shown(turned(GvpParams(vector_bias=True, dtype="float64")))
    assert errors.vectors > 0.1
    assert errors.scalars > 0.01
    assert errors.scalars_zone == errors.vectors_zone == "broken"


def test_page_down_walks_the_machine_and_then_turns_the_input() -> None:
    state = opened()
    for act, name in enumerate(ACTS):
        state = SCENE.move(state, act, CONTEXT)
        machine, _ = shown(state)
        assert (SCENE.positions(state), SCENE.label(state)) == ((act, len(ACTS)), name)
        assert (np.abs(machine.now[0] - machine.before[0]).max() > 0.1) == (act == TURNED)
    assert shown(SCENE.move(state, 0, CONTEXT))[0].words == "as it came"


def test_a_students_turn_is_the_students_alone() -> None:
    with pytest.raises(Refused, match="expected a prediction first"):
        SCENE.apply(opened(), GvpTry(quaternion=SIDEWAYS), CONTEXT)
    state = SCENE.move(opened(), TURNED, CONTEXT)
    after = SCENE.apply(state, GvpTry(quaternion=SIDEWAYS, mirror=True), CONTEXT)
    assert after.turn == state.turn
    errors, mine = SCENE.frames(state, after)
    assert isinstance(errors.frame, GvpErrors)
    assert isinstance(mine.frame, GvpMine)
    assert mine.to.endswith("s1")
    assert (errors.frame.tries, mine.frame.zone) == (1, "rounding")
    assert errors.frame.worst == max(mine.frame.scalars_error, mine.frame.vectors_error)


def test_a_quaternion_without_direction_is_refused() -> None:
    with pytest.raises(Refused, match="expected a quaternion of length"):
        SCENE.apply(opened(), GvpTurn(quaternion=(0, 0, 0, 0)), CONTEXT)


def test_truths_are_computed() -> None:
    sound, broken = opened(), opened(GvpParams(vector_bias=True))
    assert SCENE.truth(sound, "outcome") == ROTATES == "the arrows turn, the scalars stay"
    assert SCENE.truth(broken, "outcome") == FROZEN == "nothing stays as it should"
    for name in ("scalars", "vectors"):
        low, high = SCENE.truth(sound, name), SCENE.truth(broken, name)
        assert isinstance(low, float)
        assert isinstance(high, float)
        assert low < 1e-5 < 1e-2 < high
    with pytest.raises(Refused):
        SCENE.truth(sound, "colour")
