"""The scene `graphs`: drawings stay within bounds, the three forms agree, and the numbers are those computed apart."""

from typing import TypeVar

import networkx as nx
import numpy as np
import pytest

from models.networks.message_passing import random_update
from server.protocol.faults import Refused
from server.protocol.messages import Action, Frame
from server.room.scene import Context
from server.scenes.graphs import DIFFERENT, EQUAL, SCENE
from server.scenes.graphs.messages import (
    GraphsClear,
    GraphsDuel,
    GraphsEdge,
    GraphsGallery,
    GraphsNode,
    GraphsOwn,
    GraphsParams,
    GraphsPick,
    GraphsPicture,
    GraphsRemove,
    GraphsShuffle,
    GraphsTasks,
)
from server.scenes.graphs.state import ACTS, DUEL, LIST, NODES, SHUFFLED, State

TEACHER = Context("test", 5)
PAIRS = ("decalin and bicyclopentyl", "hexagon and two triangles", "hexagon and path")


def student(who: str = "s1", sequence: int = 7) -> Context:
    return Context("test", sequence, author=who, role="student")


def opened(**params: object) -> State:
    return SCENE.initial(GraphsParams(**params), TEACHER)  # type: ignore[arg-type]  # fields of the parameters


def drawn(state: State, who: str = "s1") -> State:
    """A triangle with a tail."""
    steps: list[Action] = [GraphsNode(x=x, y=y) for x, y in ((-0.5, 0.5), (0.5, 0.5), (0.0, -0.2), (0.0, -0.9))]
    steps += [GraphsEdge(a=a, b=b) for a, b in ((0, 1), (1, 2), (2, 0), (3, 2))]
    for action in steps:
        state = SCENE.apply(state, action, student(who))
    return state


F = TypeVar("F", bound=Frame)


def frame(state: State, kind: type[F], to: str = "") -> F:
    """The one frame of a kind, of one audience where it is told."""
    [found] = [o.frame for o in SCENE.frames(None, state) if isinstance(o.frame, kind) and to in ("", o.to)]
    return found


@pytest.mark.parametrize("graph", ["decalin", "bicyclopentyl", "barbell", "star", "ring", "path"])
@pytest.mark.parametrize("act", [LIST, SHUFFLED])
def test_matrix_and_list_are_the_same_graph(graph: str, act: int) -> None:
    picture = frame(SCENE.move(opened(graph=graph), act, TEACHER), GraphsPicture)
    n = len(picture.ids)
    matrix = np.zeros((n, n), dtype=np.uint8)
    matrix[picture.edges[1], picture.edges[0]] = 1
    np.testing.assert_array_equal(picture.adjacency, matrix)
    assert picture.shuffled is (act == SHUFFLED)
    assert picture.difference == 0


def test_other_ids_permute_the_matrix_and_leave_the_drawing() -> None:
    start = opened()
    before = frame(start, GraphsPicture)
    state = SCENE.move(start, SHUFFLED, TEACHER)
    after = frame(state, GraphsPicture)
    p = np.eye(10, dtype=np.int64)[list(state.order)]
    np.testing.assert_array_equal(after.adjacency, p @ before.adjacency @ p.T)
    np.testing.assert_array_equal(after.positions, before.positions)
    np.testing.assert_array_equal(after.ids[list(state.order)], np.arange(10))
    assert after.difference == 0
    again = SCENE.apply(state, GraphsShuffle(), Context("test", 6))
    assert again.order != state.order
    assert SCENE.move(again, LIST, TEACHER).order == tuple(range(10))


def test_the_scores_are_those_of_dense_numpy() -> None:
    tasks = frame(SCENE.move(opened(seed=3), NODES, TEACHER), GraphsTasks)
    picture = frame(SCENE.move(opened(seed=3), NODES, TEACHER), GraphsPicture)
    update = random_update(4, 3, activation="tanh")
    w_self, w_neigh, bias = (t.double().numpy() for t in (update.w_self, update.w_neigh, update.bias))
    h = np.ones((10, 4))
    for _ in range(3):
        h = np.tanh(h @ w_self.T + picture.adjacency @ h @ w_neigh.T + bias)
    np.testing.assert_allclose(tasks.features, h, atol=1e-5)
    np.testing.assert_allclose(tasks.pairs, 1 / (1 + np.exp(-h @ h.T)), atol=1e-5)
    np.testing.assert_allclose(tasks.total, h.sum(axis=0), atol=1e-4)
    np.testing.assert_allclose(tasks.mean, h.mean(axis=0), atol=1e-5)
    assert tasks.layer_zone == tasks.readout_zone == "rounding"
    assert max(tasks.layer_error, tasks.readout_error) <= 1e-5
    linked = picture.adjacency[tasks.absent[0], tasks.absent[1]]
    free = tasks.pairs[np.triu(picture.adjacency == 0, 1)]
    assert not linked.any()
    np.testing.assert_array_equal(tasks.pairs[tasks.absent[0], tasks.absent[1]], np.sort(free)[::-1][:3])


def test_nodes_that_stand_alike_score_alike() -> None:
    tasks = frame(SCENE.move(opened(graph="star"), NODES, TEACHER), GraphsTasks)
    assert len(np.unique(np.round(tasks.nodes, 5))) == 2  # the middle and the leaves


@pytest.mark.parametrize("pair", PAIRS)
def test_the_duel_is_decided_by_colours(pair: str) -> None:
    state = opened(pair=pair)
    duel = frame(state, GraphsDuel)
    alike = pair != "hexagon and path"
    assert (duel.difference == 0) is alike
    assert (duel.left_output.tolist() == duel.right_output.tolist()) is alike
    assert (duel.separated is None) is alike
    assert duel.isomorphic is False
    assert SCENE.truth(state, "wl") == (EQUAL if alike else DIFFERENT)
    assert (sorted(duel.left_colours) == sorted(duel.right_colours)) is alike
    left, right = (nx.from_edgelist(edges.T.tolist()) for edges in (duel.left_edges, duel.right_edges))
    assert not nx.is_isomorphic(left, right)
    assert duel.float32 < 1e-4 or not alike


@pytest.mark.parametrize("seed", range(8))
def test_the_difference_is_zero_for_other_weights_too(seed: int) -> None:
    assert frame(opened(seed=seed), GraphsDuel).difference == 0


def test_a_student_draws_alone_and_is_put_on_stage() -> None:
    state = drawn(drawn(opened()), "s2")
    own = frame(state, GraphsOwn, "seat:s1")
    assert own.adjacency.tolist() == [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]]
    assert (own.last, own.staged) == ((2, 3), False)
    assert frame(state, GraphsPicture).source == "example"
    state = SCENE.apply(state, GraphsPick(drawing=1), TEACHER)
    picture = frame(state, GraphsPicture)
    assert (picture.source, picture.number, len(picture.ids)) == ("drawing", 2, 4)
    assert frame(state, GraphsGallery) == GraphsGallery(drawings=2, shown=1)
    assert frame(state, GraphsOwn, "seat:s2").staged
    assert SCENE.truth(state, "ones") == 8
    assert frame(SCENE.apply(state, GraphsPick(drawing=-1), TEACHER), GraphsPicture).source == "example"


def test_what_is_drawn_on_stage_is_seen_under_shuffled_ids() -> None:
    state = SCENE.apply(drawn(opened()), GraphsPick(drawing=0), TEACHER)
    state = SCENE.move(state, SHUFFLED, TEACHER)
    state = SCENE.apply(state, GraphsNode(x=0.9, y=0.9), student())
    picture = frame(state, GraphsPicture)
    assert sorted(picture.ids) == list(range(5))
    assert (picture.difference, picture.shuffled) == (0, True)
    less = SCENE.apply(state, GraphsRemove(), student())
    assert sorted(frame(less, GraphsPicture).ids) == list(range(4))


def test_one_student_touches_one_drawing_only() -> None:
    before = drawn(opened(), "s2")
    after = SCENE.apply(before, GraphsNode(x=0, y=0), student("s1"))
    assert [out.to for out in SCENE.frames(before, after)] == ["stage", "seat:s1"]


def test_an_edge_comes_and_goes_and_a_node_takes_its_edges_along() -> None:
    state = drawn(opened())
    without = SCENE.apply(state, GraphsEdge(a=2, b=3), student())
    assert without.drawings["s1"].pairs == ((0, 1), (0, 2), (1, 2))
    assert SCENE.apply(without, GraphsEdge(a=3, b=2), student()).drawings["s1"].pairs == state.drawings["s1"].pairs
    assert SCENE.apply(state, GraphsRemove(), student()).drawings["s1"].pairs == ((0, 1), (0, 2), (1, 2))
    assert SCENE.apply(state, GraphsClear(), student()).drawings["s1"].nodes == 0


def test_the_instructor_draws_on_what_is_shown_and_spoils_nothing() -> None:
    state = SCENE.apply(opened(graph="path"), GraphsEdge(a=0, b=7), TEACHER)
    picture = frame(state, GraphsPicture)
    assert (picture.source, int(picture.adjacency.sum())) == ("board", 16)
    assert frame(SCENE.apply(state, GraphsPick(drawing=-1), TEACHER), GraphsPicture).adjacency.sum() == 14


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (GraphsEdge(a=0, b=0), "expected two of the 4 nodes"),
        (GraphsEdge(a=0, b=9), "expected two of the 4 nodes, got 0 and 9"),
        (GraphsNode(x=-0.5, y=0.5), "an empty place"),
    ],
)
def test_what_does_not_fit_a_drawing_is_refused(action: Action, said: str) -> None:
    with pytest.raises(Refused, match=said):
        SCENE.apply(drawn(opened()), action, student())


def test_a_drawing_holds_sixteen_nodes_and_an_empty_one_nothing() -> None:
    state = opened()
    with pytest.raises(Refused, match="is empty"):
        SCENE.apply(state, GraphsRemove(), student())
    for k in range(16):
        state = SCENE.apply(state, GraphsNode(x=-0.9 + 0.1 * k, y=0.0), student())
    with pytest.raises(Refused, match="at most 16 nodes"):
        SCENE.apply(state, GraphsNode(x=0.0, y=0.9), student())
    with pytest.raises(Refused, match="one of 1 drawings"):
        SCENE.apply(state, GraphsPick(drawing=1), TEACHER)


def test_an_empty_graph_on_stage_is_shown_in_every_act() -> None:
    state = SCENE.apply(drawn(opened()), GraphsPick(drawing=0), TEACHER)
    state = SCENE.apply(state, GraphsClear(), student())
    for act in range(len(ACTS)):
        tasks = frame(SCENE.move(state, act, TEACHER), GraphsTasks)
        assert tasks.features.shape == (0, 4)
        assert tasks.total.tolist() == tasks.mean.tolist() == [0, 0, 0, 0]


def test_drawings_outlive_other_parameters() -> None:
    state = SCENE.adjust(drawn(opened()), GraphsParams(graph="ring"), TEACHER)
    assert frame(state, GraphsGallery).drawings == 1
    assert len(frame(state, GraphsPicture).ids) == 8
    assert SCENE.adjust(SCENE.move(state, DUEL, TEACHER), GraphsParams(graph="ring", seed=4), TEACHER).act == DUEL
    with pytest.raises(Refused):
        SCENE.truth(state, "nothing")
