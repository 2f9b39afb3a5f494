"""The scene `radius`: its numbers are those of scipy, its traps fail as they should, nobody moves another's point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec
import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist, squareform
from scipy.spatial.transform import Rotation

from models.graphs.graph import capped_radius_graph, edge_difference, radius_graph
from models.networks.radial import morse
from server.engine.discovery import scenes
from server.protocol.faults import Refused
from server.protocol.messages import Frame, Role
from server.protocol.wire import pack
from server.room import rules
from server.room.scene import Kept, Wait
from server.room.state import Origin, Room
from server.room.view import frames
from server.scenes.radius import SCENE
from server.scenes.radius.messages import RadiusCheck, RadiusCurve, RadiusEnergy, RadiusGraph, RadiusNames
from server.scenes.radius.state import ACTS, CAPPED, CROSS, GROW, ROTATE, SHELL, RadiusState

SCENES = {"radius": scenes()["radius"]}
TURN = (0.3, -0.5, 0.2, 0.8)
F = TypeVar("F", bound=Frame)


def send(room: Room, command: Mapping[str, object], role: Role = "instructor", who: str = "i") -> Room:
    body = msgspec.json.encode(command)
    return rules.handle(room, Origin(room.sequence + 1, who, role), rules.decode(body, role, room, SCENES), SCENES)


def opened(students: int = 3, **params: object) -> Room:
    room = Room("lecture2")
    for number in range(students):
        room = rules.attend(room, number + 1, f"s{number}", "", True, SCENES)
    return send(room, {"t": "open", "scene": "radius", "params": params})


def every(room: Room, old: Room | None = None) -> list[Frame]:
    return [
        s.out.frame for s in frames(old, room, SCENES) if str(s.out.frame.__struct_config__.tag).startswith("radius.")
    ]


def seen(room: Room, kind: type[F]) -> F:
    found = [frame for frame in every(room) if isinstance(frame, kind)]
    assert len(found) == 1
    return found[0]


def finished(room: Room) -> Room:
    """The room after its jobs ran to the end, as the engine runs them."""
    for _ in range(5):
        job = rules.job(room, SCENES)
        if job is None:
            return room
        for output in job.run(None):
            if output is not None and not isinstance(output, Wait | Kept):
                room = rules.tick(room, output, SCENES)
    raise AssertionError("the jobs never end")


def state(room: Room) -> RadiusState:
    assert room.open is not None
    assert isinstance(room.open.state, RadiusState)
    return room.open.state


def pairs(frame: RadiusGraph) -> set[tuple[int, int]]:
    """Undirected pairs of the listed edges."""
    return {(int(min(a, b)), int(max(a, b))) for a, b in frame.edges.T}


CLOUDS = ("uniform", "lattice", "ring", "two clusters", "right helix", "sphere", "ethanol", "benzene")


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("dim", [2, 3])
def test_edges_degrees_and_components_are_scipys(cloud: str, dim: int) -> None:
    room = opened(points=cloud, dim=dim, nodes=50)
    frame, x = seen(room, RadiusGraph), state(room).points
    expected = cKDTree(x).query_pairs(1.3)
    assert pairs(frame) == expected
    assert frame.directed == 2 * len(expected)
    assert frame.unreciprocated == 0
    assert not frame.oneway.any()
    degrees = np.zeros(len(x), dtype=int)
    for a, b in expected:
        degrees[[a, b]] += 1
    np.testing.assert_array_equal(frame.degrees, degrees)
    np.testing.assert_array_equal(frame.histogram, np.bincount(degrees))
    assert frame.mean_degree == pytest.approx(degrees.mean())
    assert frame.isolated == int((degrees == 0).sum())
    assert frame.components == len(set(frame.component.tolist()))
    sizes = np.bincount(frame.component)
    assert (np.diff(sizes) <= 0).all(), "component 0 is the largest"
    assert all(frame.component[a] == frame.component[b] for a, b in expected)


@pytest.mark.parametrize("smooth", [False, True])
def test_the_energy_is_the_sum_over_scipys_distances(smooth: bool) -> None:
    room = opened(nodes=60)
    d = pdist(state(room).points)
    inside = d[d <= 1.3]
    phi = np.exp(-4 * (inside - 1)) - 2 * np.exp(-2 * (inside - 1))
    x = inside / 1.3
    envelope = 1 - 28 * x**6 + 48 * x**7 - 21 * x**8
    frame = seen(room, RadiusEnergy)
    expected = float((phi * envelope).sum() if smooth else phi.sum())
    assert (frame.enveloped if smooth else frame.hard) == pytest.approx(expected, rel=1e-10)


def test_the_honest_graph_has_the_same_edges_under_every_rotation() -> None:
    for dim in (2, 3):
        room = finished(send(opened(dim=dim, nodes=120), {"t": "radius.turn", "quaternion": TURN}))
        check = seen(room, RadiusCheck)
        assert (check.possible, check.turned, check.difference, check.largest) == (True, True, 0, 0)
        assert check.trials == 20
        assert check.fewest == check.most == check.edges
        assert "same edges" in check.words


def test_the_capped_graph_has_others_and_the_number_is_edge_difference() -> None:
    room = send(opened(points="two clusters", nodes=120, dim=3, capped=True), {"t": "radius.turn", "quaternion": TURN})
    x = state(room).points
    turned = x @ Rotation.from_quat(TURN).as_matrix().T
    expected = edge_difference(*(capped_radius_graph(torch.from_numpy(p.copy()), 1.3) for p in (x, turned)))
    assert expected > 0
    check = seen(finished(room), RadiusCheck)
    assert check.difference == expected
    assert check.largest > 0
    assert "32" in check.words
    graph = seen(room, RadiusGraph)
    assert graph.capped
    assert graph.unreciprocated > 0
    assert graph.degrees.max() == 32


def test_a_lattice_with_the_cutoff_on_a_shell_loses_edges_and_off_the_shell_none() -> None:
    on = finished(opened(points="lattice", nodes=64, dim=3, shell=True))
    check = seen(on, RadiusCheck)
    assert seen(on, RadiusGraph).cutoff == 1.0
    assert check.edges == 288
    assert check.fewest < check.most <= 288
    assert check.largest > 0
    off = seen(finished(opened(points="lattice", nodes=64, dim=3, cutoff=1.05)), RadiusCheck)
    assert (off.edges, off.fewest, off.most, off.largest) == (288, 288, 288, 0)


def test_the_periodic_box_is_right_beyond_half_and_beyond_the_whole_of_its_length() -> None:
    for cutoff in (0.9, 1.3, 2.3):
        room = opened(points="lattice", nodes=4, dim=2, cutoff=cutoff, periodic=True)
        frame, x = seen(room, RadiusGraph), state(room).points[:, :2]
        steps = [np.array((i, j)) * 2.0 for i in range(-4, 5) for j in range(-4, 5)]
        brute = sum(
            int(np.linalg.norm(b + s - a) <= cutoff) for s in steps for k, a in enumerate(x) for m, b in enumerate(x)
            if k != m or s.any()
        )  # fmt: skip
        assert frame.directed == brute
        assert frame.beyond_half == (cutoff > 1.0)
        assert (frame.self_images > 0) == (cutoff >= 2.0)
        assert frame.box == (2.0, 2.0)
        # Every listed vector is as long as an edge may be.
        vectors = frame.positions[frame.edges[1]] - frame.positions[frame.edges[0]] + frame.shifts
        assert (np.linalg.norm(vectors, axis=1) <= cutoff + 1e-5).all()


def test_the_expected_degree_is_met_in_a_periodic_box_and_missed_at_an_open_rim() -> None:
    periodic = seen(opened(nodes=200, periodic=True), RadiusGraph)
    assert periodic.expected_degree == pytest.approx(np.pi * 1.3**2)
    assert periodic.mean_degree == pytest.approx(np.pi * 1.3**2, rel=0.1)
    assert seen(opened(nodes=200), RadiusGraph).mean_degree < periodic.mean_degree
    assert seen(opened(nodes=200, dim=3), RadiusGraph).expected_degree == pytest.approx(4 / 3 * np.pi * 1.3**3)
    assert seen(opened(points="sphere"), RadiusGraph).expected_degree is None


def test_a_periodic_box_is_not_rotated_and_says_so() -> None:
    room = opened(periodic=True)
    check = seen(room, RadiusCheck)
    assert not check.possible
    assert check.difference is None
    assert "not rotated" in check.words
    with pytest.raises(Refused, match="periodic box is not rotated"):
        send(room, {"t": "radius.turn", "quaternion": TURN})


def test_k_nearest_counts_the_edges_without_their_reverse() -> None:
    room = opened(kind="nearest", k=5, nodes=60)
    frame = seen(room, RadiusGraph)
    _, near = cKDTree(state(room).points).query(state(room).points, k=6)
    directed = {(int(s), t) for t, row in enumerate(np.asarray(near)) for s in row[1:]}
    alone = {(a, b) for a, b in directed if (b, a) not in directed}
    assert frame.directed == len(directed) == 300
    assert frame.unreciprocated == len(alone)
    assert {(int(a), int(b)) for a, b in frame.edges[:, frame.oneway == 1].T} == alone
    assert set(frame.degrees.tolist()) == {5}


def test_the_jump_is_phi_with_a_hard_cutoff_and_nothing_with_the_envelope() -> None:
    for cutoff in (0.7, 1.3, 2.0):
        frame = seen(opened(cutoff=cutoff), RadiusCurve)
        phi = float(morse(torch.tensor(cutoff, dtype=torch.float64)))
        assert frame.at_cutoff == pytest.approx(phi)
        assert frame.jump_hard == pytest.approx(abs(phi), rel=1e-6)
        assert frame.jump_enveloped < 1e-12


def test_a_drag_across_the_cutoff_is_remembered_as_a_jump() -> None:
    room = opened(points="water", cutoff=2.5)
    for k, x in enumerate((1.0, 1.2)):
        room = send(room, {"t": "radius.drag", "node": k, "at": [x, 0, 0]})
    before = state(room).history[-1]
    energy = seen(room, RadiusEnergy)
    assert energy.history_hard[0] == 0.0
    assert len(energy.history_hard) == len(energy.changed) == 3
    np.testing.assert_allclose(energy.history_hard[-1], before.hard - state(room).history[0].hard)
    for _ in range(250):
        room = send(room, {"t": "radius.drag", "node": 0, "at": [0.5, 0, 0]})
    assert len(seen(room, RadiusEnergy).history_hard) == 200


def test_each_student_moves_the_own_point_alone() -> None:
    room = opened(students=6, points="seats")
    start = state(room).points
    assert squareform(pdist(start))[np.triu_indices(6, 1)].min() > 0.5, "everybody starts on a place of their own"
    moved = send(room, {"t": "radius.move", "at": [0.3, -0.4, 9.0]}, "student", "s4")
    after = state(moved).points
    np.testing.assert_allclose(after[4], [0.3, -0.4, 0.0], atol=1e-12)
    np.testing.assert_array_equal(np.delete(after, 4, axis=0), np.delete(start, 4, axis=0))
    with pytest.raises(Refused, match="came from a student"):
        send(room, {"t": "radius.drag", "node": 0, "at": [0, 0, 0]}, "student", "s4")
    names = seen(room, RadiusNames)
    assert len(names.names) == 6
    assert names.present.tolist() == [1] * 6


def test_who_has_no_point_is_told_so() -> None:
    room = rules.attend(opened(students=4, points="seats"), 90, "late", "", True, SCENES)
    with pytest.raises(Refused, match="not dealt one yet"):
        send(room, {"t": "radius.move", "at": [0, 0, 0]}, "student", "late")
    with pytest.raises(Refused, match="shows others"):
        send(opened(), {"t": "radius.move", "at": [0, 0, 0]}, "student", "s1")
    with pytest.raises(Refused, match="at least 3 students"):
        opened(students=2, points="seats")


def test_a_student_who_moves_while_the_room_is_turned_moves_as_drawn() -> None:
    room = send(opened(students=5, points="seats", dim=3), {"t": "radius.turn", "quaternion": TURN})
    moved = send(room, {"t": "radius.move", "at": [0.2, 0.5, -0.3]}, "student", "s2")
    np.testing.assert_allclose(seen(moved, RadiusGraph).positions[2], [0.2, 0.5, -0.3], atol=1e-6)


@pytest.mark.parametrize("at", [[1e9, 0, 0], ["a", 0, 0], [0, 0], [None, 0, 0]])
def test_a_place_that_is_none_is_refused(at: list[object]) -> None:
    room = opened()
    with pytest.raises(Refused) as refused:
        send(room, {"t": "radius.drag", "node": 0, "at": at})
    assert refused.value.code == "invalid"


def test_no_number_is_not_a_place() -> None:
    with pytest.raises(Refused) as refused:
        rules.decode(b'{"t":"radius.drag","node":0,"at":[NaN,0,0]}', "instructor", opened(), SCENES)
    assert refused.value.code in ("invalid", "malformed")
    with pytest.raises(Refused, match="from 0 to 39, got 40"):
        send(opened(), {"t": "radius.drag", "node": 40, "at": [0, 0, 0]})


def test_points_stay_in_the_room_and_in_the_box() -> None:
    far = send(opened(), {"t": "radius.drag", "node": 3, "at": [90, 0, 0]})
    assert np.linalg.norm(state(far).points[3]) == pytest.approx(seen(far, RadiusGraph).room)
    boxed = send(opened(periodic=True), {"t": "radius.drag", "node": 3, "at": [90, 0, 0]})
    assert abs(state(boxed).points[3, 0]) <= seen(boxed, RadiusGraph).box[0] / 2


def test_points_on_one_place_are_neighbors_and_no_frame_holds_nan() -> None:
    room = opened(points="water")
    for node in range(3):
        room = send(room, {"t": "radius.drag", "node": node, "at": [0.1, 0.1, 0]})
    assert seen(room, RadiusGraph).directed == 6
    for frame in every(finished(room)):
        pack(frame)
    with pytest.raises(Refused, match="all lie on one place"):
        send(room, {"t": "radius.cross"})


def test_a_crossing_goes_through_the_cutoff_twice_and_comes_home() -> None:
    room = opened()
    before = state(room).points
    started = send(room, {"t": "radius.cross"})
    node, other = seen(started, RadiusEnergy).crossing
    after = finished(started)
    np.testing.assert_allclose(state(after).points, before, atol=1e-12)
    d = [np.linalg.norm(np.array(step) - before[other]) for step in state(started).motion.steps]  # type: ignore[union-attr]  # it has just begun
    assert min(d) < 1.3 < max(d)
    assert node != other
    assert sum(sample.changed > 0 for sample in state(after).history) >= 2
    jumps = [
        (abs(b.hard - a.hard), abs(b.enveloped - a.enveloped))
        for a, b in zip(state(after).history, state(after).history[1:], strict=False)
        if b.changed == 2
    ]
    assert jumps
    assert all(hard > 5 * smooth for hard, smooth in jumps)


def test_the_acts_show_what_they_say() -> None:
    room = opened()
    places = [finished(send(room, {"t": "position", "to": to})) for to in range(len(ACTS))]
    growing = send(room, {"t": "position", "to": GROW})
    assert seen(growing, RadiusGraph).cutoff < 0.1
    assert seen(places[GROW], RadiusGraph).cutoff == pytest.approx(1.3)
    assert seen(places[ROTATE], RadiusCheck).difference == 0
    assert seen(places[ROTATE], RadiusCheck).turned
    assert (seen(places[CAPPED], RadiusCheck).difference or 0) > 0
    assert (seen(places[SHELL], RadiusCheck).difference or 0) > 0
    assert len(seen(places[CROSS], RadiusEnergy).history_hard) > 20
    again = send(places[SHELL], {"t": "position", "to": 0})
    np.testing.assert_array_equal(seen(again, RadiusGraph).positions, seen(room, RadiusGraph).positions)


def test_a_dragged_point_stays_where_it_is_through_the_acts_and_a_new_cutoff() -> None:
    room = send(opened(), {"t": "radius.drag", "node": 5, "at": [0.5, 0.25, 0]})
    room = send(room, {"t": "position", "to": SHELL})
    room = send(room, {"t": "tune", "values": {"cutoff": 1.7}})
    frame = seen(room, RadiusGraph)
    assert (frame.act, frame.cutoff) == (0, 1.7)
    np.testing.assert_allclose(frame.positions[5], [0.5, 0.25, 0])


def test_frames_name_only_what_changed() -> None:
    room = opened()
    tags = {type(frame) for frame in every(send(room, {"t": "radius.drag", "node": 0, "at": [0, 0, 0]}), room)}
    assert tags == {RadiusGraph, RadiusCheck, RadiusEnergy}
    wider = every(send(room, {"t": "tune", "values": {"cutoff": 1.5}}), room)
    assert {type(frame) for frame in wider} == {RadiusGraph, RadiusCheck, RadiusCurve, RadiusEnergy}
    other = every(send(room, {"t": "tune", "values": {"energy": "enveloped"}}), room)
    assert {type(frame) for frame in other} == {RadiusEnergy}


def test_a_replayed_job_gives_the_same_numbers() -> None:
    first, second = (finished(opened(dim=3, capped=True, points="two clusters")) for _ in range(2))
    assert seen(first, RadiusCheck) == seen(second, RadiusCheck)


def test_the_graph_of_the_frame_is_radius_graph_at_33_34_35_and_200_points() -> None:
    for nodes in (33, 34, 35, 200):
        room = opened(points="two clusters", nodes=nodes, dim=3, cutoff=2.5)
        graph = radius_graph(state(room).points.copy(), 2.5)
        assert seen(room, RadiusGraph).directed == graph.edges.shape[1] > 32 * nodes / 4


def test_every_formula_has_words() -> None:
    assert all(formula.words and formula.latex for formula in SCENE.formulas.values())
