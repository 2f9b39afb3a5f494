"""The scene `depth`: its numbers are those of dense numpy, and influence beyond k hops is exactly zero."""

import networkx as nx
import numpy as np
import pytest
import torch

from server.protocol.faults import Refused
from server.protocol.messages import Frame
from server.room.scene import Context
from server.scenes.depth import FALLS, PLACES, SCENE, STALLS, Choose, Course, Cursor, DepthParams, Drawing, Go, State

CONTEXT = Context("test", 5)
COURSES = [
    DepthParams(),
    DepthParams(propagation="P", graph="barbell"),
    DepthParams(propagation="algorithm 4", activation="tanh"),
    DepthParams(propagation="algorithm 4", graph="path", aggregation="mean"),
]


def shown(state: State) -> tuple[Drawing, Course, Cursor]:
    drawing, course, cursor = (out.frame for out in SCENE.frames(None, state))
    assert isinstance(drawing, Drawing)
    assert isinstance(course, Course)
    assert isinstance(cursor, Cursor)
    return drawing, course, cursor


def at(round: int, params: DepthParams | None = None) -> State:
    return SCENE.apply(SCENE.initial(params or DepthParams(), CONTEXT), Go(round=round), CONTEXT)


def tags(frames: list[Frame]) -> list[str]:
    return [str(frame.__struct_config__.tag) for frame in frames]


@pytest.mark.parametrize("params", COURSES)
@pytest.mark.parametrize("round", [0, 1, 2, 3, 4])
def test_influence_beyond_k_hops_is_exactly_zero(params: DepthParams, round: int) -> None:
    drawing, _, cursor = shown(at(round, params))
    lengths = nx.single_source_shortest_path_length(nx.from_edgelist(drawing.edges.T.tolist()), cursor.node)
    beyond = [v for v, hops in lengths.items() if hops > round]
    assert cursor.outside == len(beyond)
    assert (cursor.influence[beyond] == 0).all()
    assert cursor.beyond == (0.0 if beyond else None)
    assert cursor.zeros == int((cursor.influence == 0).sum()) >= len(beyond)
    assert cursor.influence[cursor.node] > 0


def test_energies_and_rank_are_those_of_dense_numpy() -> None:
    _, course, _ = shown(at(0))
    looped = (nx.to_numpy_array(nx.karate_club_graph()) > 0) + np.eye(34)
    degree = looped.sum(axis=1)
    s = looped / np.sqrt(np.outer(degree, degree))
    x = torch.randn(34, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64).numpy()
    for round in (0, 2, 8, 64):
        h = np.linalg.matrix_power(s, round) @ x
        plain = sum(((h[u] - h[v]) ** 2).sum() for u, v in nx.karate_club_graph().edges) / 34
        share = np.linalg.svd(h, compute_uv=False)
        share = share[share > 0] / share.sum()
        assert course.plain[round] == pytest.approx(plain, rel=1e-8)
        assert course.rank[round] == pytest.approx(np.exp(-(share * np.log(share)).sum()), rel=1e-6)
        seen = h[:, course.feature]
        np.testing.assert_allclose(course.colours[round], seen / np.abs(seen).max(), atol=1e-6)


def test_over_smoothing_is_seen_and_the_plain_energy_stalls() -> None:
    _, course, _ = shown(at(64))
    assert course.rank[64] == pytest.approx(1.0, abs=0.01)
    assert course.normalised[64] < 1e-6
    assert course.plain[64] > 0.1


def test_algorithm_4_explodes_and_stays_finite() -> None:
    _, course, _ = shown(at(64, DepthParams(propagation="algorithm 4")))
    assert course.size[16] > 1e6
    assert np.isfinite(course.size).all()
    assert np.isfinite(course.colours).all()
    assert np.abs(course.colours[-1]).max() == 1  # the feature that is shown has not died


def test_page_down_walks_to_64_and_the_slider_lands_between() -> None:
    state = SCENE.initial(DepthParams(), CONTEXT)
    for to, place in enumerate(PLACES):
        state = SCENE.move(state, to, CONTEXT)
        assert (state.round, SCENE.positions(state)) == (place, (to, len(PLACES)))
    back = SCENE.apply(state, Go(round=5), CONTEXT)
    assert SCENE.positions(back) == (4, len(PLACES))
    assert back.furthest == 64
    labels = {SCENE.label(SCENE.move(state, to, CONTEXT)) for to in range(len(PLACES))}
    assert len(labels) == len(PLACES)


def test_a_round_costs_one_small_frame() -> None:
    state = at(2)
    frames = [out.frame for out in SCENE.frames(state, SCENE.move(state, 5, CONTEXT))]
    assert tags(frames) == ["depth.cursor"]
    other = SCENE.adjust(state, DepthParams(propagation="P"), CONTEXT)
    assert tags([out.frame for out in SCENE.frames(state, other)]) == ["depth.course", "depth.cursor"]
    assert other.round == 2


def test_another_graph_has_another_node_and_the_same_round() -> None:
    state = SCENE.adjust(at(3), DepthParams(graph="path"), CONTEXT)
    assert (state.node, state.round) == (0, 3)


def test_a_node_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="expected a node from 0 to 33, got 34"):
        SCENE.apply(at(0), Choose(node=34), CONTEXT)
    assert SCENE.apply(at(0), Choose(node=33), CONTEXT).node == 33


def test_the_questions_are_answered_by_computing() -> None:
    state = at(0)
    rank = SCENE.truth(state, "rank")
    assert rank == pytest.approx(1.0, abs=0.01)
    within = nx.single_source_shortest_path_length(nx.karate_club_graph(), state.node, cutoff=2)
    assert SCENE.truth(state, "reach") == len(within)
    assert SCENE.truth(state, "energy") == STALLS == "stalls above 0"
    assert SCENE.truth(at(0, DepthParams(graph="ring")), "energy") == FALLS == "falls to 0"
    with pytest.raises(Refused):
        SCENE.truth(state, "nothing")
