"""The scene `vectors`: its numbers are those of e3nn and scipy asked apart."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from e3nn import o3
from scipy.spatial.transform import Rotation

from models.symmetry import irreps
from server.protocol.faults import Refused
from server.protocol.messages import Action, Frame
from server.room.scene import Context
from server.scenes.vectors import CHANGES, SCENE, STAYS
from server.scenes.vectors import messages as m
from server.scenes.vectors import shown as scene_frames
from server.scenes.vectors.params import VectorsParams
from server.scenes.vectors.state import NEIGHBORS, PREDICT, STILL, TURNED, VectorsState

CONTEXT = Context("test", 5)
TURN = (0.1, -0.5, 0.3, 0.8)


def opened(act: int = 0, **params: object) -> VectorsState:
    return SCENE.move(SCENE.initial(VectorsParams(**params), CONTEXT), act, CONTEXT)  # type: ignore[arg-type]  # by name


def seen(state: VectorsState, old: VectorsState | None = None) -> dict[str, Frame]:
    return {out.slot[1]: out.frame for out in SCENE.frames(old, state)}


def shown(state: VectorsState) -> m.VectorsShown:
    frame = seen(state)["vectors.shown"]
    assert isinstance(frame, m.VectorsShown)
    return frame


def aimed(state: VectorsState, who: str, at: tuple[float, float, float]) -> VectorsState:
    return SCENE.apply(state, m.VectorsAim(at=at), replace(CONTEXT, author=who, role="student"))


@pytest.mark.parametrize("degree", [0, 1, 4, 6])
def test_the_numbers_before_and_after_are_e3nns_for_the_turned_arrow(degree: int) -> None:
    state = SCENE.apply(opened(TURNED, degree=degree), m.VectorsTurn(quaternion=TURN), CONTEXT)
    frame = shown(state)
    arrow = np.array([state.arrow])
    turned = arrow @ Rotation.from_quat(TURN).as_matrix().T
    for x, got in ((arrow, frame.before), (turned, frame.after)):
        expected = o3.spherical_harmonics(list(range(degree + 1)), torch.from_numpy(x), True, "component")[0]
        np.testing.assert_allclose(got, expected, atol=1e-6)
    np.testing.assert_allclose(frame.turned, turned, atol=1e-6)
    assert frame.error < 1e-13
    assert frame.zone == "rounding"
    assert frame.off_block < 1e-14
    assert frame.norm_change < 1e-14
    assert [block.before for block in frame.blocks] == pytest.approx([math.sqrt(2 * k + 1) for k in range(degree + 1)])


def test_the_matrix_on_the_stage_takes_the_numbers_before_to_those_after() -> None:
    state = opened(TURNED)
    frames = seen(state)
    matrix, frame = frames["vectors.matrix"], shown(state)
    assert isinstance(matrix, m.VectorsMatrix)
    np.testing.assert_allclose(matrix.values @ frame.before, frame.after, atol=1e-5)
    assert not np.allclose(matrix.values, np.eye(25), atol=0.1)


@pytest.mark.parametrize("drawn", ["all", "0", "3", "6"])
def test_the_surface_is_the_sum_of_the_functions_that_are_drawn(drawn: str) -> None:
    state = opened(TURNED, drawn=drawn)
    frames = seen(state)
    surface, atlas = frames["vectors.surface"], frames["vectors.atlas"]
    assert isinstance(surface, m.VectorsSurface)
    assert isinstance(atlas, m.VectorsAtlas)
    degrees = [int(drawn)] if drawn in ("0", "3") else range(5)  # one above L counts as all
    cosine = atlas.points @ shown(state).turned[0]
    expected = sum((2 * k + 1) * np.polynomial.legendre.Legendre.basis(k)(cosine) for k in degrees) / 25
    np.testing.assert_allclose(surface.values * surface.peak, expected, atol=1e-5)
    assert np.abs(surface.values).max() == pytest.approx(1)


def test_a_block_that_is_zero_is_drawn_as_nothing() -> None:
    surface = seen(opened(NEIGHBORS, neighbors="tetrahedron", drawn="2"))["vectors.surface"]
    assert isinstance(surface, m.VectorsSurface)
    assert surface.peak == 0
    assert not surface.values.any()


def test_nothing_is_turned_before_the_prediction_and_again_nothing_on_the_way_back() -> None:
    assert shown(opened(2)).quaternion == STILL
    with pytest.raises(Refused, match="expected a position"):
        SCENE.apply(opened(2), m.VectorsTurn(quaternion=TURN), CONTEXT)
    there = opened(PREDICT)
    assert shown(there).angle > 60
    assert shown(SCENE.move(there, 1, CONTEXT)).quaternion == STILL


def test_a_neighbor_that_is_moved_wakes_the_degrees_that_were_zero() -> None:
    state = opened(NEIGHBORS)
    assert shown(state).first == 3
    moved = SCENE.apply(state, m.VectorsPoint(arrow=2, at=(3.0, 0.0, 0.0)), CONTEXT)
    assert moved.neighbors[2] == (1.0, 0.0, 0.0)
    assert shown(moved).first == 1
    with pytest.raises(Refused, match="one of 4 neighbors, got number 4"):
        SCENE.apply(state, m.VectorsPoint(arrow=4, at=(1.0, 0.0, 0.0)), CONTEXT)


def test_the_students_arrows_are_summed_where_they_are_the_neighbors() -> None:
    state = opened(NEIGHBORS, neighbors="class")
    assert shown(state).arrows.shape == (1, 3)  # the stage's own while there is none
    for k, at in enumerate([(2.0, 0.0, 0.0), (-1.0, 0.0, 0.0)]):
        state = aimed(state, f"s{k}", at)
    frame = shown(state)
    assert frame.aims == 2
    assert [round(block.before, 12) for block in frame.blocks] == [2.0, 0.0, pytest.approx(2 * math.sqrt(5)), 0.0, 6.0]


def test_a_students_arrow_goes_to_that_seat_and_hardly_anything_to_the_others() -> None:
    state = opened()
    after = aimed(state, "s1", (0.0, 2.0, 0.0))
    outs = list(SCENE.frames(state, after))
    assert {out.to for out in outs} == {"stage", "seat:s1"}
    mine = next(out.frame for out in outs if out.to == "seat:s1")
    assert isinstance(mine, m.VectorsMine)
    assert mine.at == (0.0, 1.0, 0.0)
    np.testing.assert_allclose(mine.values[:4], [1, 0, math.sqrt(3), 0], atol=1e-6)


@pytest.mark.parametrize(
    "action",
    [m.VectorsAim(at=(0, 0, 0)), m.VectorsPoint(arrow=0, at=(0, 1e-6, 0)), m.VectorsTurn(quaternion=(0, 0, 0, 0))],
)
def test_what_has_no_direction_is_refused(action: Action) -> None:
    with pytest.raises(Refused, match="expected a"):
        SCENE.apply(opened(TURNED), action, CONTEXT)


def test_a_second_arrow_is_refused_while_one_is_shown() -> None:
    with pytest.raises(Refused, match="expected arrow 0"):
        SCENE.apply(opened(), m.VectorsPoint(arrow=1, at=(1.0, 0.0, 0.0)), CONTEXT)


def test_truths_are_computed_whatever_position_is_shown() -> None:
    for act in (0, TURNED):
        assert SCENE.truth(opened(act), "mixes") == irreps.INSIDE == "inside each block"
        assert SCENE.truth(opened(act), "norm") == STAYS == "stays the same"
    assert SCENE.truth(opened(degree=0), "mixes") == irreps.NOT == "not at all"  # one number alone mixes with none
    assert irreps.ACROSS == "across blocks"
    assert CHANGES == "changes"
    first = {"tetrahedron": 3.0, "octahedron": 4.0, "cube": 4.0, "ring": 2.0, "scattered": 1.0}
    assert {name: SCENE.truth(opened(neighbors=name), "first") for name in first} == first
    assert SCENE.truth(opened(neighbors="octahedron", degree=2), "first") == 0.0
    with pytest.raises(Refused, match="no answer called"):
        SCENE.truth(opened(), "colour")


def test_after_the_warm_up_the_opening_builds_no_mesh() -> None:
    for _ in SCENE.warm():
        pass
    before = scene_frames.atlas.cache_info().misses
    list(SCENE.frames(None, opened()))
    assert scene_frames.atlas.cache_info().misses == before
