"""Shapes to be told apart: laid out by class, turned and shaken as they say; what distances know of them."""

import pytest
import torch
from scipy.spatial.transform import Rotation

from models.graphs.shapes import NOISE, TETRIS, Shapes, congruent, drawn, labels, told_apart_by_distances, turned
from models.graphs.strokes import built_in
from models.graphs.tetris import NAMES, tetris

MIRROR_PAIR = 7 / 8
DRAWN = drawn(tuple(built_in().items()))


def test_the_shapes_of_tetris_are_those_of_tetris() -> None:
    assert (TETRIS.names, TETRIS.points) == (NAMES, 4)
    torch.testing.assert_close(TETRIS.upright, torch.stack([tetris(name) for name in NAMES]))


def test_shapes_stand_by_their_labels_under_every_rotation() -> None:
    rotations = torch.from_numpy(Rotation.random(3, rng=1).as_matrix())
    shapes = turned(rotations)
    assert shapes.shape == (24, 4, 3)
    assert shapes.dtype == torch.float64
    assert labels(shapes).tolist() == list(range(8)) * 3
    torch.testing.assert_close(shapes[13], TETRIS.upright[5] @ rotations[1].T)


def test_noise_is_as_large_as_it_says() -> None:
    still = torch.eye(3, dtype=torch.float64)[None].repeat(400, 1, 1)
    off = turned(still, NOISE, torch.Generator().manual_seed(0)) - turned(still)
    assert float(off.std()) == pytest.approx(NOISE, rel=0.03)


def test_distances_tell_seven_of_eight_apart() -> None:
    """Against the points as written: the two chiral shapes have one set of distances, no others do."""
    assert told_apart_by_distances() == MIRROR_PAIR
    one, other = TETRIS.upright[:2]
    torch.testing.assert_close(torch.pdist(one).sort().values, torch.pdist(other).sort().values)


def test_drawings_lie_in_a_plane_and_are_laid_out_as_any_other_shapes() -> None:
    assert DRAWN.upright.shape == (8, 8, 3)
    assert not DRAWN.upright[..., 2].any()
    rotations = torch.from_numpy(Rotation.random(2, rng=2).as_matrix())
    torch.testing.assert_close(turned(rotations, shapes=DRAWN)[11], DRAWN.upright[3] @ rotations[1].T)


def test_distances_tell_all_built_in_drawings_apart() -> None:
    assert congruent(DRAWN) == tuple((k,) for k in range(8))
    assert told_apart_by_distances(DRAWN) == 1


def congruent_three() -> Shapes:
    """An arc, its mirror image drawn upside down and from its other end, a line, and the arc turned by a radian."""
    arc, line = built_in()["hook"], built_in()["line"]
    c, s = 0.5403023, 0.8414710
    return drawn(
        (
            ("one", arc),
            ("two", tuple((-x, y) for x, y in reversed(arc))),
            ("three", line),
            ("four", tuple((c * x - s * y, s * x + c * y) for x, y in arc)),
        )
    )


def test_congruent_drawings_are_one_for_distances() -> None:
    """A drawing has no handedness: mirrored in its plane it is the same shape, turned over in space."""
    shapes = congruent_three()
    assert congruent(shapes) == ((0, 1, 3), (2,))
    assert told_apart_by_distances(shapes) == 0.5
    turned_over = torch.tensor([[-1.0, 0, 0], [0, 1, 0], [0, 0, -1]], dtype=torch.float64)
    assert float(torch.linalg.det(turned_over)) == pytest.approx(1)
    torch.testing.assert_close(shapes.upright[0] @ turned_over.T, shapes.upright[1].flip(0))
