"""Algorithm 4 on the stage: the trace is the model's, stepping through it costs nothing, ids do not matter."""

import numpy as np
import pytest
import torch

from models.graphs.graph import Graph
from models.networks import message_passing
from models.networks.message_passing import Aggregation, Update, propagate
from models.symmetry.equivariance import permutation_error
from server.protocol.faults import Refused
from server.protocol.wire import pack
from server.room.state import Room
from server.scenes import rounds
from server.scenes.rounds.messages import (
    RoundsArithmetic,
    RoundsCursor,
    RoundsNames,
    RoundsShuffled,
)
from tests.server.scenes.classroom import go, graph, mine, opened, outs, send, state, tags, terms, trace, tune

# --- the trace ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["path", "ring", "star", "barbell", "karate", "decalin", "bicyclopentyl", "random"])
@pytest.mark.parametrize("aggregation", ["sum", "mean", "max"])
def test_the_frames_are_what_the_model_computes(name: str, aggregation: Aggregation) -> None:
    room = opened(graph=name, aggregation=aggregation, w_self="random", w_neigh="random", bias="random", rounds=4)
    seen, drawn, made = trace(room), graph(room), terms(room)
    assert (seen.graph, made.trace) == (drawn.version, seen.version), "each names the frame it depends on"
    update = Update(
        torch.from_numpy(seen.w_self), torch.from_numpy(seen.w_neigh), torch.from_numpy(seen.bias), aggregation, "relu"
    )
    n = seen.features.shape[1]
    model = Graph(torch.from_numpy(drawn.edges.astype(np.int64)), n)
    fast = list(message_passing.rounds(model, torch.from_numpy(seen.features[0].copy()), update, 4))
    for r, features in enumerate(fast, start=1):
        np.testing.assert_allclose(seen.features[r], features.numpy(), rtol=1e-5, atol=1e-5)
    gathered = {"sum": np.add, "mean": np.add, "max": np.maximum}[aggregation]
    arrived = np.full((n, 2), -np.inf if aggregation == "max" else 0.0)
    gathered.at(arrived, drawn.edges[1], seen.weights[:, None] * seen.sent[2][drawn.edges[0]])
    arrived[np.isinf(arrived)] = 0
    np.testing.assert_allclose(made.own[2] + arrived + seen.bias, made.totals[2], rtol=1e-5, atol=1e-5)
    assert drawn.positions.shape == (n, 2)
    assert np.abs(drawn.positions).max() <= 1
    assert len({tuple(p) for p in drawn.positions.round(3).tolist()}) == n, "two nodes are drawn on one place"


@pytest.mark.parametrize(
    ("name", "nodes", "edges"), [("karate", 34, 78), ("decalin", 10, 11), ("bicyclopentyl", 10, 11)]
)
def test_the_named_graphs_have_their_size(name: str, nodes: int, edges: int) -> None:
    room = opened(graph=name)
    assert (trace(room).features.shape[1], graph(room).edges.shape[1]) == (nodes, 2 * edges)


@pytest.mark.parametrize("name", ["path", "ring", "star", "barbell", "random"])
@pytest.mark.parametrize("nodes", [3, 6, 7, 25, 60])
def test_a_graph_has_as_many_nodes_as_asked_for(name: str, nodes: int) -> None:
    if name == "barbell" and nodes == 3:
        with pytest.raises(Refused, match="expected at least 6 nodes for the graph barbell, got 3"):
            opened(graph=name, nodes=nodes)
        return
    room = opened(graph=name, nodes=nodes, aggregation="mean")
    drawn = graph(room)
    assert trace(room).features.shape[1] == nodes == len(drawn.positions)
    pairs = set(map(tuple, drawn.edges.T.tolist()))
    assert all((v, u) in pairs and u != v for u, v in pairs), "every message has one the other way"


@pytest.mark.parametrize("wiring", ["ring", "regular", "small world"])
@pytest.mark.parametrize("students", [3, 4, 5, 8, 31])
def test_the_class_is_the_graph(wiring: str, students: int) -> None:
    room = opened(students, graph="seats", wiring=wiring)
    seen = graph(room)
    assert seen.seats == tuple(f"s{number}" for number in range(students))
    degrees = np.bincount(seen.edges[1], minlength=students)
    assert degrees.min() >= 1
    if wiring != "small world":
        assert degrees.min() == degrees.max()
    names = next(out.frame for out in outs(None, room) if isinstance(out.frame, RoundsNames)).names
    assert len(set(names)) == students
    assert all(names)


def test_gcn_is_kipf_and_welling() -> None:
    room = opened(graph="karate", gcn=True, activation="identity", w_neigh="random", start="random", rounds=1)
    seen, edges = trace(room), graph(room).edges
    a = np.eye(34)
    a[edges[1], edges[0]] = 1
    d = a.sum(1) ** -0.5
    expected = (d[:, None] * a * d) @ seen.features[0] @ seen.w_neigh.T
    np.testing.assert_allclose(seen.features[1], expected, rtol=1e-5, atol=1e-5)
    assert seen.gcn


def test_typed_cells_are_the_weights() -> None:
    cells = [[1, -2, 3], [0.5, 4, 5], [6, 7, 8]]
    room = opened(w_self="typed", typed_self=cells, w_neigh="typed", typed_neigh=cells[::-1], features=2, rounds=1)
    seen = trace(room)
    assert seen.w_self.tolist() == [[1, -2], [0.5, 4]]
    assert seen.w_neigh.tolist() == [[6, 7], [0.5, 4]]
    room = tune(room, features=3, bias="typed", typed_bias=[1, 2, 3])
    assert trace(room).w_self.tolist() == cells
    assert trace(room).bias.tolist() == [1, 2, 3]
    with pytest.raises(Refused, match="expected at most 3 features where weights are typed, got 4"):
        tune(room, features=4)


def test_one_node_is_heard_only_as_far_as_there_were_updates() -> None:
    seen = trace(opened(graph="path", nodes=9, start="one node", w_self="identity", w_neigh="identity", rounds=5))
    for r in range(6):
        reached = np.nonzero(seen.features[r].any(axis=1))[0]
        assert reached.tolist() == list(range(r + 1))


def test_an_explosion_is_refused_and_says_when() -> None:
    nine = [[9, 9, 9]] * 3
    with pytest.raises(Refused, match=r"but update 1[0-9] passes it"):
        opened(graph="star", nodes=60, w_neigh="typed", typed_neigh=nine, features=3, rounds=16, start="ones")


# --- stepping -------------------------------------------------------------------------------------


def test_the_cursor_walks_through_input_and_phases() -> None:
    room = opened(rounds=2)
    seen = []
    for to in range(9):
        room = go(room, to)
        cursor = next(out.frame for out in outs(None, room) if isinstance(out.frame, RoundsCursor))
        assert cursor.trace == trace(room).version
        seen.append((cursor.round, cursor.phase, rounds.SCENE.label(state(room))))
    assert seen[0] == (0, "input", "the input h⁽⁰⁾")
    assert seen[1] == (1, "self", "update 1 of 2: self")
    assert [phase for _, phase, _ in seen[1:5]] == ["self", "messages", "total", "update"]
    assert seen[6] == (2, "messages", "update 2 of 2: messages")
    assert rounds.SCENE.positions(state(room)) == (8, 9)


def test_stepping_runs_no_model_and_sends_the_cursor_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    room = opened(rounds=3)

    def never(*_arguments: object) -> None:
        raise AssertionError("the model ran while the cursor moved")

    monkeypatch.setattr("server.scenes.rounds.example.trace", never)
    monkeypatch.setattr("server.scenes.rounds.example.propagate", never)
    for to in (1, 2, 7, 12, 0):
        after = go(room, to)
        assert state(after).example is state(room).example
        assert tags(room, after) in (["rounds.cursor"], ["rounds.cursor", "rounds.arithmetic"])
        cursor = outs(room, after)[0]
        assert len(pack(cursor.frame).stamped(1)) < 120
        room = after


def test_a_parameter_that_makes_another_trace_names_another_version() -> None:
    room = go(opened(rounds=4), 14)
    after = tune(room, rounds=2)
    assert trace(after).version != trace(room).version
    assert state(after).position == 8
    assert tags(room, after)[:2] == ["rounds.trace", "rounds.terms"]


@pytest.mark.parametrize(
    "values",
    [
        {"w_self": "random"},
        {"w_neigh": "typed"},
        {"bias": "integers"},
        {"aggregation": "mean"},
        {"gcn": True},
        {"activation": "tanh"},
        {"features": 5},
        {"rounds": 7},
        {"start": "ones"},
        {"seed": 2},
    ],
    ids=str,
)
def test_the_graph_is_not_sent_again_when_only_the_model_on_it_changes(values: dict[str, object]) -> None:
    room = opened(graph="karate", features=2)
    after = tune(room, **values)
    assert tags(room, after)[:2] == ["rounds.trace", "rounds.terms"]
    assert "rounds.graph" not in tags(room, after)
    assert trace(after).graph == graph(after).version == graph(room).version
    assert terms(after).trace == trace(after).version != trace(room).version


def test_another_graph_is_sent_before_the_trace_that_names_it() -> None:
    room = opened(nodes=10)
    for values in ({"nodes": 11}, {"graph": "ring"}, {"graph": "random"}, {"seed": 3}):
        after = tune(room, **values)
        assert tags(room, after)[:3] == ["rounds.graph", "rounds.trace", "rounds.terms"]
        assert graph(after).version == trace(after).graph != graph(room).version
        room = after


def test_the_terms_of_all_nodes_go_to_the_stage_and_those_of_a_student_to_the_phone() -> None:
    room = opened(5, graph="seats", w_self="random", start="random", features=3)
    assert {out.to for out in outs(None, room) if out.slot[1] == "rounds.terms"} == {"stage"}
    for node in range(5):
        own = mine(room, f"s{node}")
        assert (own.trace, own.node) == (trace(room).version, node)
        np.testing.assert_array_equal(own.own, terms(room).own[:, node])
        np.testing.assert_array_equal(own.totals, terms(room).totals[:, node])
    # Who is a node no longer is told so once, and a later change of the model says nothing more.
    away = tune(room, graph="path")
    assert all(mine(away, f"s{node}").node is None for node in range(5))
    assert "rounds.mine" not in tags(away, tune(away, seed=4, features=2))
    assert "rounds.mine" not in tags(room, go(room, 3))


# --- a node's arithmetic ----------------------------------------------------------------------------


def arithmetic(room: Room) -> RoundsArithmetic:
    return next(out.frame for out in outs(None, room) if isinstance(out.frame, RoundsArithmetic))


def test_a_selected_node_opens_its_numbers_at_the_cursor() -> None:
    room = send(opened(graph="karate", aggregation="mean"), {"t": "rounds.select", "node": 5})
    assert arithmetic(room).node == 5
    assert arithmetic(room).worked is None, "the input is not computed"
    room = go(room, 6)
    worked, seen, edges = arithmetic(room).worked, trace(room), graph(room).edges
    assert worked is not None
    assert (worked.round, worked.node) == (2, 5)
    np.testing.assert_allclose(worked.features, seen.features[1, 5])
    np.testing.assert_allclose(worked.own, terms(room).own[1, 5], rtol=1e-6)
    assert [m.source for m in worked.incoming] == edges[0][edges[1] == 5].tolist()
    for message in worked.incoming:
        np.testing.assert_allclose(message.value, np.array(message.sent) * message.weight, rtol=1e-6)
        np.testing.assert_allclose(message.sent, seen.sent[1, message.source])
    np.testing.assert_allclose(np.sum([m.value for m in worked.incoming], 0), worked.aggregated, rtol=1e-5)
    np.testing.assert_allclose(worked.total, terms(room).totals[1, 5], rtol=1e-5)
    np.testing.assert_allclose(worked.output, seen.features[2, 5], rtol=1e-5)
    assert arithmetic(send(room, {"t": "rounds.select", "node": None})).node is None
    with pytest.raises(Refused, match="expected a node from 0 to 33, got 34"):
        send(room, {"t": "rounds.select", "node": 34})


# --- the shuffle ------------------------------------------------------------------------------------


def shuffled(room: Room) -> RoundsShuffled:
    return next(out.frame for out in outs(None, room) if isinstance(out.frame, RoundsShuffled))


def test_a_shuffle_shows_the_error_of_the_model_under_new_ids() -> None:
    room = opened(graph="karate", w_self="random", w_neigh="random", start="random", activation="tanh", features=8)
    before = trace(room)
    after = send(room, {"t": "rounds.shuffle"})
    assert tags(room, after) == ["rounds.shuffle"]
    shown = shuffled(after)
    assert shown.order is not None
    assert sorted(shown.order.tolist()) == list(range(34))
    named = Graph(torch.from_numpy(graph(room).edges.astype(np.int64)), 34)
    update = state(room).example.update
    expected = permutation_error(
        lambda h, g: propagate(g, h, update, 3),
        torch.from_numpy(before.features[0].copy()),
        named,
        torch.from_numpy(shown.order.astype(np.int64)),
    )
    assert shown.error == expected.absolute
    assert 0 < shown.error < 1e-5 * shown.scale
    assert shown.zone == "rounding"
    assert shuffled(send(after, {"t": "rounds.shuffle"})).shuffles == 2
    assert shuffled(send(after, {"t": "rounds.shuffle", "back": True})).order is None
    assert shuffled(tune(after, seed=7)).order is None
