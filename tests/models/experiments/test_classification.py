"""The classification example: each way to deal with rotations fails or holds as geometry says, whatever the seed."""

import copy
from collections.abc import Callable
from functools import cache

import pytest
import torch

from models.experiments import classification as c
from models.experiments.classification import CONTESTANTS, Measured, TensorClassifier, Training
from models.graphs.shapes import NOISE, TETRIS, Shapes, drawn, turned
from models.graphs.strokes import built_in
from models.graphs.tetris import NAMES
from models.symmetry.equivariance import random_rotations
from models.symmetry.frames import canonical_frame, frames

MIRROR_PAIR = 7 / 8
STEPS = {"naive": 60, "augmented fresh": 60, "pca": 100, "frames": 60, "distances": 80, "egnn": 120, "tensor": 90}


@cache
def trained(key: str, seed: int = 0) -> tuple[Training, Measured]:
    training = Training(key, seed)
    for _ in range(STEPS[key]):
        training.step()
    *_, found = c.measured(training, seed)
    assert found is not None
    return training, found


def test_poses_are_those_of_the_models_shape_by_shape() -> None:
    shapes = turned(random_rotations(2, torch.Generator().manual_seed(3)), NOISE, torch.Generator().manual_seed(4))
    both: tuple[tuple[str, Callable[[torch.Tensor], torch.Tensor]], ...] = (
        ("pca", lambda x: canonical_frame(x)[None]),
        ("frames", frames),
    )
    for key, frames_of in both:
        posed = c.classifier(key).posed(shapes)
        for shape, found in zip(shapes, posed, strict=True):
            torch.testing.assert_close(found, (shape - shape.mean(dim=0)) @ frames_of(shape))


def test_bonds_are_between_points_one_step_apart() -> None:
    graph = c.bonded(TETRIS.upright)
    at = TETRIS.upright.reshape(-1, 3)
    lengths = (at[graph.sources] - at[graph.targets]).norm(dim=1)
    torch.testing.assert_close(lengths, torch.ones_like(lengths))
    assert graph.edges.shape[1] == 2 * (7 * 3 + 4)  # the square has four bonds, the others three
    assert torch.equal(graph.sources // 4, graph.targets // 4)


@pytest.mark.parametrize("key", CONTESTANTS)
def test_everybody_answers_with_eight_numbers_a_shape(key: str) -> None:
    model = c.classifier(key)
    assert model(TETRIS.upright.float()).shape == (8, 8)
    assert torch.equal(model(TETRIS.upright.float()), c.classifier(key)(TETRIS.upright.float()))
    assert not torch.equal(model(TETRIS.upright.float()), c.classifier(key, 1)(TETRIS.upright.float()))


def test_one_shape_knows_nothing_of_another() -> None:
    for key in ("naive", "frames", "egnn", "tensor"):
        model = c.classifier(key).double()
        torch.testing.assert_close(model(TETRIS.upright)[3:4], model(TETRIS.upright[3:4]))


def test_the_naive_network_learns_the_shapes_and_not_what_is_turned() -> None:
    _, found = trained("naive")
    assert found.train == 1
    assert found.rotated <= 0.4
    assert found.noisy <= 0.4
    assert found.error > 0.1


@pytest.mark.parametrize("key", ["distances", "egnn"])
def test_who_sees_no_handedness_names_seven_of_eight_exactly(key: str) -> None:
    training, found = trained(key)
    assert found.train == found.rotated == MIRROR_PAIR
    assert sorted(found.by_shape[:2]) == [0, 1]
    assert found.by_shape[2:] == (1,) * 6
    assert found.error < 1e-12
    one, other = training.model(TETRIS.upright[:2].float())
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_tensor_network_names_all_and_its_odd_scalar_changes_sign(seed: int) -> None:
    training, found = trained("tensor", seed)
    assert found.train == found.rotated == 1
    assert found.error < 1e-12
    assert found.odd is not None
    upright, inverted = found.odd
    assert abs(upright) > 0.1
    assert inverted == pytest.approx(-upright, rel=1e-9)
    assert isinstance(training.model, TensorClassifier)
    with torch.no_grad():
        even, odd = copy.deepcopy(training.model).double().parities(torch.cat((TETRIS.upright, -TETRIS.upright)))
    torch.testing.assert_close(even[:8], even[8:])
    torch.testing.assert_close(odd[:8], -odd[8:])
    assert float(odd[2:8].abs().max()) < 1e-9  # no other shape has a handedness


def test_a_pose_of_principal_axes_fails_on_degenerate_shapes_alone() -> None:
    _, found = trained("pca")
    assert found.train == 1
    assert found.rotated < 0.95
    assert min(found.by_shape[2], found.by_shape[4]) < 0.9  # square, corner
    assert found.error > 1e-3
    assert found.error_noisy < 1e-12  # with noise no shape is degenerate


def test_frame_averaging_is_exact_but_for_degenerate_shapes() -> None:
    _, found = trained("frames")
    assert found.error > 1e-3
    assert found.error_noisy < 1e-12


def test_augmentation_is_better_than_nothing_and_never_exact() -> None:
    training, found = trained("augmented fresh")
    assert found.rotated > trained("naive")[1].rotated + 0.1
    assert found.error > 0.01
    assert training.samples == STEPS["augmented fresh"] * c.BATCH * 8


@pytest.mark.parametrize(("key", "seen"), [("augmented 1", 8), ("augmented 16", 128), ("augmented 256", 128)])
def test_fixed_rotations_are_drawn_once(key: str, seen: int) -> None:
    training = Training(key)
    once, again = training.shown(), training.shown()
    assert len(once) == seen
    known = {tuple(shape.flatten().tolist()) for shape in training.data().float()}
    assert {tuple(shape.flatten().tolist()) for shape in torch.cat((once, again))} <= known
    assert len(training.data()) == 8 * CONTESTANTS[key].rotations


def test_fresh_rotations_never_come_again() -> None:
    training = Training("augmented fresh")
    assert not torch.equal(training.shown(), training.shown())


def test_the_same_seed_gives_the_same_training() -> None:
    first, second = Training("augmented 256", 5), Training("augmented 256", 5)
    for _ in range(3):
        first.step()
        second.step()
    assert first.loss == second.loss
    assert c.packed(first.model) == c.packed(second.model)


def test_before_training_only_the_tensor_network_promises_both() -> None:
    assert {key for key in CONTESTANTS if all(c.promises(key))} == {"tensor"}
    assert c.promises("distances") == c.promises("egnn") == (True, False)
    assert c.promises("naive") == c.promises("pca") == (False, True)


def test_weights_come_back_from_bytes() -> None:
    training, _ = trained("naive")
    same = c.unpacked("naive", c.packed(training.model))
    assert torch.equal(same(TETRIS.upright.float()), training.model(TETRIS.upright.float()))
    assert len(c.packed(training.model)) == 4 * c.numbers("naive")


def test_weights_of_another_contestant_are_refused() -> None:
    with pytest.raises(ValueError, match="Expected the weights of 'tensor'"):
        c.unpacked("tensor", c.packed(c.classifier("naive")))


def test_a_contestant_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected a contestant of"):
        c.classifier("oracle")


def test_a_loss_that_is_no_number_ends_the_training_of_one() -> None:
    training = Training("naive")
    with torch.no_grad():
        next(training.model.parameters()).fill_(float("nan"))
    training.step()
    assert training.diverged
    training.step()
    assert (training.steps, training.samples) == (1, len(NAMES))


# --- drawn shapes --------------------------------------------------------------------------------------------------

DRAWN = drawn(tuple(built_in().items()))
DRAWN_STEPS = {"naive": 60, "distances": 60, "egnn": 160, "tensor": 60}


@cache
def trained_on_drawings(key: str) -> Measured:
    training = Training(key, 0, DRAWN)
    for _ in range(DRAWN_STEPS[key]):
        training.step()
    *_, found = c.measured(training, 0, rotations=50)
    assert found is not None
    return found


@pytest.mark.parametrize("key", CONTESTANTS)
def test_everybody_answers_with_a_number_for_each_of_any_shapes(key: str) -> None:
    five = drawn(tuple(built_in().items())[:5])
    assert c.classifier(key, 0, five.kind)(five.upright.float()).shape == (5, 5)


def test_the_naive_network_does_not_know_a_turned_drawing() -> None:
    found = trained_on_drawings("naive")
    assert found.train == 1
    assert found.rotated <= 0.45


@pytest.mark.parametrize("key", ["distances", "egnn", "tensor"])
def test_drawings_have_no_handedness_so_distances_suffice(key: str) -> None:
    found = trained_on_drawings(key)
    assert found.train == found.rotated == 1
    assert found.error < 1e-12


def test_the_odd_scalar_of_a_drawing_is_zero() -> None:
    assert trained_on_drawings("tensor").odd == pytest.approx((0, 0), abs=1e-12)


def test_congruent_drawings_get_one_answer_from_whoever_is_invariant() -> None:
    hook = built_in()["hook"]
    pair = drawn((("one", hook), ("other", tuple((-x, y) for x, y in hook)), ("line", built_in()["line"])))
    for key in ("distances", "egnn", "tensor"):
        one, other, line = c.classifier(key, 0, pair.kind).double()(pair.upright).detach()
        torch.testing.assert_close(one, other)
        assert float((one - line).abs().max()) > 1e-6


# --- devices -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shapes", [TETRIS, DRAWN], ids=["tetris", "drawn"])
@pytest.mark.parametrize("key", [key for key in CONTESTANTS if key != "tensor"])
def test_no_tensor_is_made_without_saying_where(key: str, shapes: Shapes) -> None:
    """On a machine whose default is another device, a step and a guess on the CPU touch the CPU alone.

    e3nn multiplies its radial functions by a scalar that it makes without saying where: the tensor network is left out.
    """
    training, same = Training(key, 0, shapes, "cpu"), Training(key, 0, shapes)
    with torch.device("meta"):
        loss = training.objective(training.shown())
        loss.backward()  # type: ignore[no-untyped-call]
        named = c.guesses(training.model, turned(random_rotations(1, torch.Generator("cpu")), shapes=shapes))
    assert torch.equal(loss.detach(), same.objective(same.shown()).detach())
    assert named.device.type == "cpu"
    assert all(p.grad is None or p.grad.device.type == "cpu" for p in training.model.parameters())


def test_bonds_are_found_where_the_shapes_are() -> None:
    with torch.device("meta"):
        graph = c.bonded(DRAWN.upright, DRAWN.kind.bond)
    assert graph.edges.device.type == "cpu"
    assert torch.equal(graph.edges, c.bonded(DRAWN.upright, DRAWN.kind.bond).edges)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("shapes", [TETRIS, DRAWN], ids=["tetris", "drawn"])
@pytest.mark.parametrize("key", CONTESTANTS)
def test_a_gpu_trains_as_the_cpu_does(key: str, shapes: Shapes) -> None:
    on_cpu, on_gpu = Training(key, 0, shapes), Training(key, 0, shapes, "cuda")
    for _ in range(3):
        on_cpu.step()
        on_gpu.step()
    assert on_gpu.loss == pytest.approx(on_cpu.loss, rel=1e-3)
    assert on_gpu.samples == on_cpu.samples
    *_, found = c.measured(on_gpu)
    assert found is not None
    again = c.unpacked(key, c.packed(on_gpu.model), shapes.kind, "cuda")
    assert torch.equal(c.guesses(again, shapes.upright), c.guesses(on_gpu.model, shapes.upright))
