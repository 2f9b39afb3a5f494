"""The scene `egnn`: its errors and spreads are those of a run made apart; what overflows is told in words."""

import math

import msgspec
import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.graphs.graph import Graph
from models.networks.egnn import EGNN, PAPER_GAIN
from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.egnn import SCENE, EgnnState, run
from server.scenes.egnn.messages import (
    EgnnGraph,
    EgnnHand,
    EgnnLayers,
    EgnnParams,
    EgnnPulls,
    EgnnShown,
    EgnnTurn,
    EgnnWatch,
)

CONTEXT = Context("test", 5)
STUDENT = Context("test", 9, author="s1", role="student")
QUATERNION = (0.1, 0.7, -0.3, 0.4)
CROWD = EgnnParams(nodes=100, connected=True, layers=8, aggregation="sum", gain="one")
TAME = EgnnParams(nodes=100, connected=True, layers=8, aggregation="mean", gain="paper")


def at(position: int, params: EgnnParams | None = None) -> EgnnState:
    return SCENE.move(SCENE.initial(params or EgnnParams(), CONTEXT), position, CONTEXT)


def shown(state: EgnnState) -> EgnnShown:
    return next(out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, EgnnShown))


def rows(state: EgnnState) -> EgnnLayers:
    return next(out.frame for out in SCENE.frames(None, state) if isinstance(out.frame, EgnnLayers))


def finite(value: object) -> bool:
    match value:
        case float():
            return math.isfinite(value)
        case np.ndarray():
            return bool(np.isfinite(value).all())
        case msgspec.Struct():
            return all(finite(getattr(value, name)) for name in value.__struct_fields__)
        case tuple():
            return all(map(finite, value))
    return True


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("shift", [(0.0, 0.0, 0.0), (10.0, 5.0, 0.0)])
def test_the_two_ways_agree_after_every_layer_of_an_egnn(shift: tuple[float, float, float], mirror: bool) -> None:
    turn = EgnnTurn(quaternion=QUATERNION, shift=shift, mirror=mirror)
    for layer in range(1, 5):
        state = SCENE.apply(at(layer), turn, CONTEXT)
        frame = shown(state)
        np.testing.assert_allclose(frame.made, frame.after, atol=1e-4)
        row = rows(state).rows[-1]
        assert (row.layer, row.features_zone, row.points_zone) == (layer, "rounding", "rounding")
    assert SCENE.truth(at(0), "equivariant") == "yes, up to rounding"


@pytest.mark.parametrize("model", ["naive", "broken"])
def test_the_two_ways_part_where_the_symmetry_is_not_built_in(model: str) -> None:
    state = at(5, EgnnParams(model=model))  # type: ignore[arg-type]  # one of the names
    frame = shown(state)
    assert np.linalg.norm(frame.made - frame.after, axis=1).max() > 0.1
    assert rows(state).rows[-1].points_zone == "broken"
    assert SCENE.truth(state, "equivariant") == "no"


def test_what_is_drawn_is_a_run_made_apart() -> None:
    """g x through a fresh network, and the network's answer to x turned by scipy."""
    params = EgnnParams(seed=3)
    state = SCENE.apply(at(2, params), EgnnTurn(quaternion=QUATERNION), CONTEXT)
    torch.manual_seed(3)
    model = EGNN(1, run.HIDDEN, 4, aggregation="mean", gain=4.0)
    rotation = torch.from_numpy(Rotation.from_quat(QUATERNION).as_matrix()).float()
    x, graph, f = run.cloud(params), run.graph(params), run.charges(params)
    with torch.no_grad():
        made = list(model.rounds(f, x @ rotation.T, graph))[1][1]
        after = list(model.rounds(f, x, graph))[1][1] @ rotation.T
    np.testing.assert_allclose(shown(state).made, made.numpy(), atol=1e-5)
    np.testing.assert_allclose(shown(state).after, after.numpy(), atol=1e-5)
    assert rows(state).rows[2].spread == pytest.approx(float(after.std(dim=0, correction=0).square().mean().sqrt()))


def test_sums_over_a_hundred_explode_and_are_told_in_words() -> None:
    told = rows(at(9, CROWD)).rows
    spreads = [row.spread for row in told]
    assert told[3].spread is not None
    assert told[3].spread > 1e10
    assert spreads[4:] == [None] * 5
    assert told[8].words == "not a number"
    assert SCENE.truth(at(0, CROWD), "spread") == "it overflows"
    assert SCENE.truth(at(0, TAME), "spread") == "it stays"
    assert max(row.spread or math.inf for row in rows(at(9, TAME)).rows) < 1.5
    assert run.GAINS["paper"] == PAPER_GAIN


@pytest.mark.parametrize("position", range(10))
def test_frames_hold_finite_numbers_only_even_where_the_run_overflows(position: int) -> None:
    state = SCENE.apply(at(position, CROWD), EgnnWatch(node=3), STUDENT)
    for out in SCENE.frames(None, state):
        assert finite(out.frame), type(out.frame)
    frame = shown(state)
    assert frame.drawn <= frame.layer
    assert np.abs(frame.made).max() < 100  # in units that keep it in view


def test_the_channels_that_are_told_differ_between_the_charges() -> None:
    """And are those of the same channels of a run made apart, over their largest."""
    state, layer = at(2), 2
    charges = run.charges(EgnnParams())[:, 0].numpy()
    at_the_input = shown(at(0)).features[:, 0]
    assert abs(at_the_input[charges > 0].mean() - at_the_input[charges < 0].mean()) > 0.5
    h = run.layers(EgnnParams(), state.turn).features[layer][:, run.told(EgnnParams())].numpy()
    np.testing.assert_allclose(shown(state).features, h / np.abs(h).max(axis=0), atol=1e-6)


def test_the_layers_that_were_not_walked_through_are_not_told() -> None:
    assert [row.layer for row in rows(at(2)).rows] == [0, 1, 2]


def test_a_watched_node_gets_its_pulls_and_nobody_else_does() -> None:
    state = SCENE.apply(at(1), EgnnWatch(node=4), STUDENT)
    (out,) = SCENE.frames(at(1), state)
    frame: Frame = out.frame
    assert isinstance(frame, EgnnPulls)
    assert out.to.endswith("s1")
    graph = run.graph(EgnnParams())
    assert frame.sources.tolist() == graph.sources[graph.targets == 4].tolist()
    before, after = (run.layers(EgnnParams(), state.turn).points[layer][4] for layer in (1, 2))
    np.testing.assert_allclose(frame.pulls.sum(axis=0), (after - before).numpy(), atol=1e-5)


def test_phones_turn_the_input_unless_told_not_to() -> None:
    moved = SCENE.apply(at(1), EgnnHand(quaternion=QUATERNION), STUDENT)
    assert np.cross(moved.turn.quaternion[:3], QUATERNION[:3]) == pytest.approx(0)
    with pytest.raises(Refused, match="expected the instructor to let the phones turn"):
        SCENE.apply(at(1, EgnnParams(hands=False)), EgnnHand(quaternion=QUATERNION), STUDENT)


def test_a_node_that_is_not_there_is_refused_or_left_for_the_last_one() -> None:
    with pytest.raises(Refused, match="expected a node below 16, got 16"):
        SCENE.apply(at(0), EgnnWatch(node=16), STUDENT)
    watched = SCENE.apply(at(0), EgnnWatch(node=12), STUDENT)
    assert SCENE.adjust(watched, EgnnParams(nodes=8), Context("test", 6)).watched == {"s1": 7}


def test_fewer_layers_keep_a_position_that_exists() -> None:
    assert SCENE.positions(SCENE.adjust(at(5), EgnnParams(layers=2), Context("test", 6))) == (3, 4)
    assert SCENE.positions(SCENE.adjust(at(4), EgnnParams(layers=2), Context("test", 6))) == (2, 4)


def test_too_many_sticks_are_not_sent_but_counted() -> None:
    frame = next(out.frame for out in SCENE.frames(None, at(0, CROWD)) if isinstance(out.frame, EgnnGraph))
    assert frame.edges.shape == (2, 0)
    assert frame.links == 4950
    assert isinstance(run.graph(CROWD), Graph)
