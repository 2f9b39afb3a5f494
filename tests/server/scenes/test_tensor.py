"""The scene `tensor`: dot, cross, blocks and parity are those of torch and scipy asked apart."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from server.protocol.faults import Refused
from server.protocol.messages import Action, Float64
from server.room.scene import Context
from server.scenes import tensor as t

CONTEXT = Context("test", 5)
TURN = (0.1, -0.5, 0.3, 0.8)


def opened(act: int = 0, **params: object) -> t.State:
    return t.SCENE.move(t.SCENE.initial(t.TensorParams(**params), CONTEXT), act, CONTEXT)  # type: ignore[arg-type]  # by name


def seen(state: t.State) -> tuple[t.TensorTask, t.TensorTurned, t.TensorReflected]:
    task, turned, reflected = (out.frame for out in t.SCENE.frames(None, state))
    assert isinstance(task, t.TensorTask)
    assert isinstance(turned, t.TensorTurned)
    assert isinstance(reflected, t.TensorReflected)
    return task, turned, reflected


def test_the_parts_are_dot_cross_and_the_rest_and_their_shares_sum_to_one() -> None:
    state = t.SCENE.apply(opened(), t.TensorPoint(arrow="w", at=(3.0, -4.0, 0.0)), CONTEXT)
    task, _, _ = seen(state)
    v, w = np.array(state.v), np.array([0.6, -0.8, 0.0])
    assert task.dot == pytest.approx(v @ w)
    np.testing.assert_allclose(task.cross, np.cross(v, w), atol=1e-15)
    np.testing.assert_allclose(task.product, np.outer(v, w), atol=1e-7)
    np.testing.assert_allclose(task.scalar + task.antisymmetric + task.traceless, task.product, atol=1e-7)
    assert sum(task.shares) == pytest.approx(1)
    assert task.shares[0] == pytest.approx((v @ w) ** 2 / 3)
    assert task.shares[1] == pytest.approx(np.linalg.norm(np.cross(v, w)) ** 2 / 2)


def test_the_nine_numbers_turn_in_three_blocks() -> None:
    state = t.SCENE.apply(opened(t.TURNED), t.TensorTurn(quaternion=TURN), CONTEXT)
    _, turned, _ = seen(state)
    matrix = Rotation.from_quat(TURN).as_matrix()
    np.testing.assert_allclose(turned.v, matrix @ state.v, atol=1e-14)
    np.testing.assert_allclose(turned.cartesian, np.kron(matrix, matrix), atol=1e-7)
    np.testing.assert_allclose(turned.irreps @ turned.before, turned.after, atol=1e-6)
    np.testing.assert_allclose(turned.irreps[1:4, 1:4], matrix, atol=1e-6)
    assert turned.off_block < 1e-14
    assert turned.zone == "rounding"
    assert turned.cartesian_off > 0.3


@pytest.mark.parametrize(("reflection", "matrix"), [("inversion", -np.eye(3)), ("mirror", np.diag([-1.0, 1.0, 1.0]))])
def test_the_cross_product_of_reflected_arrows_is_a_pseudovector(reflection: str, matrix: Float64) -> None:
    state = opened(t.REFLECTED, reflection=reflection)
    _, _, reflected = seen(state)
    cross = np.cross(state.v, state.w)
    np.testing.assert_allclose(reflected.v, matrix @ state.v, atol=0)
    np.testing.assert_allclose(reflected.polar, matrix @ cross, atol=1e-15)
    np.testing.assert_allclose(reflected.cross, -(matrix @ cross), atol=1e-15)
    assert reflected.error < 1e-15
    assert reflected.zone == "rounding"


def test_a_students_pair_goes_to_that_seat_alone() -> None:
    state = opened(t.SPLIT)
    pair = t.TensorPair(v=(2.0, 0.0, 0.0), w=(0.0, 0.5, 0.0))
    after = t.SCENE.apply(state, pair, replace(CONTEXT, author="s3", role="student"))
    [out] = t.SCENE.frames(state, after)
    assert out.slot == ("seat:s3", "tensor.mine")
    assert isinstance(out.frame, t.TensorMine)
    assert (out.frame.dot, out.frame.cross) == (0.0, (0.0, 0.0, 1.0))


def test_only_at_its_position_are_the_arrows_turned() -> None:
    with pytest.raises(Refused, match="expected the position"):
        t.SCENE.apply(opened(t.SPLIT), t.TensorRandom(), CONTEXT)
    assert seen(opened(t.TURNED))[1].angle > 60
    assert seen(t.SCENE.move(opened(t.TURNED), 0, CONTEXT))[1].angle == 0


@pytest.mark.parametrize(
    "action",
    [
        t.TensorPoint(arrow="v", at=(0, 0, 0)),
        t.TensorTurn(quaternion=(0, 0, 0, 0)),
        t.TensorPair(v=(0, 0, 0), w=(1, 0, 0)),
    ],
)
def test_what_has_no_direction_is_refused(action: Action) -> None:
    with pytest.raises(Refused, match="expected a"):
        t.SCENE.apply(opened(t.TURNED), action, CONTEXT)


def test_truths_are_computed_whatever_position_is_shown() -> None:
    assert t.SCENE.truth(opened(), "cross") == t.STAYS == "the cross product stays"
    assert t.SCENE.truth(opened(reflection="mirror"), "cross") == t.NEITHER == "neither"
    aside = t.SCENE.apply(opened(reflection="mirror"), t.TensorPoint(arrow="v", at=(1.0, 0.0, 0.0)), CONTEXT)
    aside = t.SCENE.apply(aside, t.TensorPoint(arrow="w", at=(0.0, 1.0, 0.0)), CONTEXT)
    assert t.SCENE.truth(aside, "cross") == t.FLIPS == "the cross product flips"  # z in the mirror of x
    assert (t.SCENE.truth(opened(), "blocks"), t.SCENE.truth(opened(), "largest")) == (3.0, 5.0)
    with pytest.raises(Refused, match="no answer called"):
        t.SCENE.truth(opened(), "colour")
