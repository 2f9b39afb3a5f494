"""The scene `permute`: the numbers on the stage are those computed apart with dense matrices."""

import numpy as np
import pytest

from models.networks.message_passing import random_update
from server.protocol.faults import Refused
from server.room.scene import Context
from server.scenes.permute import SCENE, PermuteParams, Picture, Shuffle, State, Swap, Verdict, _original

CONTEXT = Context("test", 5)


def shown(state: State) -> tuple[Picture, Verdict]:
    picture, verdict = (out.frame for out in SCENE.frames(None, state))
    assert isinstance(picture, Picture)
    assert isinstance(verdict, Verdict)
    return picture, verdict


@pytest.mark.parametrize("graph", ["path", "ring", "star", "barbell", "decalin", "karate"])
def test_the_layer_is_what_dense_matrices_give(graph: str) -> None:
    params = PermuteParams(graph=graph)  # type: ignore[arg-type]  # the ids of the parametrisation are those names
    state = SCENE.apply(SCENE.initial(params, CONTEXT), Shuffle(), CONTEXT)
    picture, _ = shown(state)
    update = random_update(2, 0, activation="tanh")
    w_self, w_neigh, bias = (t.double().numpy() for t in (update.w_self, update.w_neigh, update.bias))
    h = picture.features.astype(np.float64)
    for _ in range(2):
        h = np.tanh(h @ w_self.T + picture.adjacency @ h @ w_neigh.T + bias)
    np.testing.assert_allclose(picture.output, h, atol=1e-5)


def test_the_matrices_move_with_the_ids_and_the_drawing_stays() -> None:
    start = SCENE.initial(PermuteParams(), CONTEXT)
    before, _ = shown(start)
    after, _ = shown(SCENE.apply(start, Shuffle(), CONTEXT))
    order = np.argsort(after.ids)
    np.testing.assert_array_equal(after.positions, before.positions)
    np.testing.assert_array_equal(after.adjacency, before.adjacency[np.ix_(order, order)])
    np.testing.assert_array_equal(after.features, before.features[order])


def test_equivariant_and_invariant_survive_and_the_others_do_not() -> None:
    _, verdict = shown(SCENE.apply(SCENE.initial(PermuteParams(graph="karate"), CONTEXT), Shuffle(), CONTEXT))
    for row in verdict.rows:
        assert (row.error > 1e-2) if row.kind == "neither" else (row.error < 1e-5), row
        assert row.zone == ("broken" if row.kind == "neither" else "rounding")


def test_a_swap_exchanges_two_ids_and_twice_is_none() -> None:
    start = SCENE.initial(PermuteParams(), CONTEXT)
    once = SCENE.apply(start, Swap(a=0, b=3), CONTEXT)
    assert [i for i, (a, b) in enumerate(zip(start.order, once.order, strict=True)) if a != b] == [0, 3]
    assert SCENE.apply(once, Swap(a=3, b=0), CONTEXT).order == start.order


def test_an_id_that_is_not_there_is_refused() -> None:
    start = SCENE.initial(PermuteParams(), CONTEXT)
    with pytest.raises(Refused, match="expected two ids from 0 to 9, got 2 and 10"):
        SCENE.apply(start, Swap(a=2, b=10), CONTEXT)


def test_page_down_always_shows_other_ids() -> None:
    for sequence in range(30):
        context = Context("test", sequence)
        moved = SCENE.move(SCENE.initial(PermuteParams(graph="path"), context), 1, context)
        assert SCENE.positions(moved) == (1, 2)
        assert SCENE.positions(SCENE.move(moved, 0, context)) == (0, 2)


def test_the_graph_has_the_features_it_is_shown_with() -> None:
    graph, features = _original(PermuteParams())
    assert features.shape == (graph.nodes, 2)
