"""Forces through a pose: right where the pose is smooth, refused in a sentence where it is not, never NaN."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from models.graphs.ellipsoid import ellipsoid
from models.graphs.graph import Graph
from models.graphs.tetris import tetris
from models.networks.canonical import Augmented, Averaged, Canonical, FrameAveraged, WeightedFrames
from models.networks.geometric import GeometricModel
from models.networks.zoo import build
from models.symmetry.equivariance import random_rotation
from models.symmetry.prediction import Prediction

PAIR = torch.tensor([[0.1, 0.2, 0.3], [1.3, 0.6, 0.0]], dtype=torch.float64)  # r^2 = 1.69
STEPS = torch.tensor([0.0, 1.0, 2.5, 6.0], dtype=torch.float64)
LINE = STEPS[:, None] * torch.tensor([2.0, 1.0, -2.0], dtype=torch.float64) / 3 + 4.0  # its third moment is not 0
TETRAHEDRON = torch.tensor([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=torch.float64) / 2
SHAPES = {"pair": PAIR, "line": LINE, "square": tetris("square"), "tetrahedron": TETRAHEDRON}
CAUSES = "told apart|third moments"
Wrapper = Callable[[GeometricModel], Averaged]


class Polynomial(GeometricModel):
    """s_i = p_x^2 + 3 p_x + 5 p_y + 7 p_y^2 and v_i = (p_x, 2 p_y, 3 p_z) of the pose p: it notices every rotation."""

    def __init__(self) -> None:
        super().__init__(1)

    def rounds(self, features: Tensor, positions: Tensor, graph: Graph) -> Iterator[tuple[Tensor, Tensor]]:
        made = self(features, positions, graph)
        assert made.vectors is not None
        yield made.scalars, made.vectors

    def forward(self, features: Tensor, positions: Tensor, graph: Graph) -> Prediction:
        x, y, z = positions.unbind(dim=1)
        vectors = torch.stack((x, 2 * y, 3 * z), dim=1)
        return Prediction((x * x + 3 * x + 5 * y + 7 * y * y)[:, None], vectors)


def naive(dtype: torch.dtype = torch.float64) -> GeometricModel:
    return build("naive", hidden=8, layers=2, dtype=dtype)


def complete(n: int) -> Graph:
    return Graph((~torch.eye(n, dtype=torch.bool)).nonzero().T.contiguous(), n)


def energy(model: GeometricModel, x: Tensor) -> Tensor:
    return model(x.new_ones(len(x), 1), x, complete(len(x))).scalars.sum()


def forces(model: GeometricModel, points: Tensor) -> Tensor:
    x = points.clone().requires_grad_()
    (slope,) = torch.autograd.grad(energy(model, x), x)
    return -slope


def differences(model: GeometricModel, points: Tensor, h: float = 1e-5) -> Tensor:
    """- dE/dx by central differences, of an energy that is computed without gradients."""
    f = torch.zeros_like(points)
    with torch.no_grad():
        for i in range(len(points)):
            for axis in range(3):
                step = torch.zeros_like(points)
                step[i, axis] = h
                f[i, axis] = (energy(model, points - step) - energy(model, points + step)) / (2 * h)
    return f


# --- closed forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [FrameAveraged, WeightedFrames])
@pytest.mark.parametrize("points", [PAIR, LINE], ids=["pair", "line"])
def test_on_a_line_the_average_keeps_the_squares_alone(wrap: Wrapper, points: Tensor) -> None:
    """Half turns take 3 p_x + 5 p_y away; p_y = 0: E = sum |x_i - c|^2, F_i = -2 (x_i - c)."""
    expected = -2 * (points - points.mean(dim=0))
    torch.testing.assert_close(forces(wrap(Polynomial()), points), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("wrap", [Canonical, FrameAveraged])
def test_a_single_point_feels_nothing(wrap: Wrapper) -> None:
    assert torch.equal(forces(wrap(Polynomial()), PAIR[:1]), torch.zeros(1, 3, dtype=torch.float64))


# --- against differences -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [Canonical, FrameAveraged, WeightedFrames])
def test_where_the_axes_are_told_apart_forces_are_the_differences(wrap: Wrapper) -> None:
    model, points = wrap(naive()), ellipsoid(0.3)
    torch.testing.assert_close(forces(model, points), differences(model, points), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("wrap", [FrameAveraged, WeightedFrames])
@pytest.mark.parametrize("points", [PAIR, LINE], ids=["pair", "line"])
def test_on_a_line_forces_are_the_differences_along_it_and_aside(wrap: Wrapper, points: Tensor) -> None:
    model = wrap(naive())
    got = forces(model, points)
    assert float(got.norm()) > 1e-3
    torch.testing.assert_close(got, differences(model, points), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(got.sum(dim=0), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["square", "tetrahedron"])
def test_weighted_frames_have_forces_on_every_shape(name: str) -> None:
    model, points = WeightedFrames(naive()), SHAPES[name]
    got = forces(model, points)
    torch.testing.assert_close(got, differences(model, points), rtol=1e-4, atol=1e-6)
    turn = random_rotation(torch.Generator().manual_seed(3))
    torch.testing.assert_close(forces(model, points @ turn.T + 2), got @ turn.T, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", SHAPES)
def test_augmentation_has_forces_on_every_shape(name: str) -> None:
    model = Augmented(naive(), 4)
    torch.testing.assert_close(forces(model, SHAPES[name]), differences(model, SHAPES[name]), rtol=1e-4, atol=1e-6)


# --- what is refused -----------------------------------------------------------------------------------------------


def turned(points: Tensor, seed: int) -> Tensor:
    return points @ random_rotation(torch.Generator().manual_seed(seed)).T


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SHAPES)
def test_one_pose_of_such_a_shape_has_no_forces(name: str, seed: int) -> None:
    for reflections in (False, True):
        with pytest.raises(ValueError, match=CAUSES):
            forces(Canonical(naive(), reflections=reflections), turned(SHAPES[name], seed))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["square", "tetrahedron"])
def test_an_average_over_arbitrary_axes_has_no_forces(name: str, seed: int) -> None:
    for reflections in (False, True):
        with pytest.raises(ValueError, match=r"^Expected principal axes that are told apart, got an eigen-gap of "):
            forces(FrameAveraged(naive(), reflections=reflections), turned(SHAPES[name], seed))


def test_a_pose_whose_sign_hangs_on_nothing_has_no_forces() -> None:
    both = torch.cat([ellipsoid(0.3), -ellipsoid(0.3)])  # all third moments are 0, all eigenvalues apart
    with pytest.raises(ValueError, match=r"^Expected third moments that settle the signs of the axes, got one of "):
        forces(Canonical(naive()), both)
    assert bool(torch.isfinite(forces(FrameAveraged(naive()), both)).all())


def test_a_mirror_pose_of_a_flat_shape_has_no_forces_and_a_rotated_one_has() -> None:
    flat = ellipsoid(0.3) * torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64)
    model = Canonical(naive())
    torch.testing.assert_close(forces(model, flat), differences(model, flat), rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match="third moments"):
        forces(Canonical(naive(), reflections=True), flat)


def test_vectors_on_a_line_are_refused_their_derivative_and_scalars_beside_them_are_not() -> None:
    for model in (FrameAveraged(Polynomial()), WeightedFrames(Polynomial())):
        x = LINE.clone().requires_grad_()
        made = model(torch.ones(4, 1, dtype=torch.float64), x, complete(4))
        assert made.vectors is not None
        with pytest.raises(ValueError, match=r"^Expected vectors at points that span a plane, got points on one line"):
            made.vectors.sum().backward(retain_graph=True)  # type: ignore[no-untyped-call]  # torch's own is untyped
        made.scalars.sum().backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
        assert x.grad is not None
        torch.testing.assert_close(x.grad, 2 * (LINE - LINE.mean(dim=0)))


def test_differentiation_by_functions_is_refused_too() -> None:
    model = FrameAveraged(Polynomial())
    with pytest.raises(ValueError, match="told apart"):
        torch.func.grad(lambda x: energy(model, x))(TETRAHEDRON)


def test_the_same_shapes_in_float32_are_refused_or_right() -> None:
    for name in ("square", "tetrahedron"):
        with pytest.raises(ValueError, match="told apart"):
            forces(FrameAveraged(naive(torch.float32)), turned(SHAPES[name], 1).float())
    line = turned(LINE, 1).float()
    expected = -2 * (line - line.mean(dim=0))
    torch.testing.assert_close(forces(FrameAveraged(Polynomial()), line), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", SHAPES)
def test_values_and_weights_need_no_derivative_of_the_pose(name: str) -> None:
    """The same numbers as without gradients; and a training of the weights goes on."""
    points = SHAPES[name]
    for wrap in (Canonical, FrameAveraged, WeightedFrames):
        model = wrap(naive())
        with torch.no_grad():
            plain = energy(model, points)
        assert torch.equal(energy(model, points.clone().requires_grad_()), plain)
        energy(model, points).backward()  # type: ignore[no-untyped-call]  # torch's own is untyped
        assert all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in model.parameters())
