"""The scene `rotation`: what its frames say is what `models.symmetry.equivariance` measures, computed here apart."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from models.graphs.graph import Graph, radius_graph
from models.networks.tensor_net import TensorNetwork
from models.networks.zoo import MODELS
from models.symmetry import equivariance
from models.symmetry.equivariance import Transform
from models.symmetry.prediction import Prediction
from server.protocol.faults import Refused
from server.room import rules
from server.room.scene import Context, Kept, Wait
from server.room.state import Origin
from server.scenes.rotation.messages import (
    RotationInput,
    RotationRow,
)
from server.scenes.rotation.params import Precision, RotationParams
from server.scenes.rotation.square import network, setting
from tests.server.scenes.turning import SCENES, TURN, Apart, finished, meter, opened, send, shown, turned


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_error_shown_is_the_one_symmetry_measures_apart_from_the_scene(model: str, dtype: Precision) -> None:
    frame = turned(send(opened(model=model, dtype=dtype), TURN))
    f = Apart(RotationParams(model=model, dtype=dtype))
    x, y, z, w = np.array([0.3, -0.5, 0.2, 0.8]) / np.linalg.norm([0.3, -0.5, 0.2, 0.8])
    matrix = Rotation.from_quat([x, y, z, w]).as_matrix() @ np.diag([-1.0, 1.0, 1.0])
    g = Transform(torch.from_numpy(matrix), torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64), "reflection")
    expected = equivariance.equivariance_error(f, f.positions, [g])
    assert {e.output: e.error for e in frame.error} == {name: s.maximum for name, s in expected.items()}
    assert all(e.zone == equivariance.zone(e.error, f.dtype) for e in frame.error)
    assert frame.kind == "reflection"


def test_a_model_runs_once_on_a_cloud_that_nobody_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tensor network takes longest of all: built anew in each precision, with the same weights, and run once."""
    runs = list[torch.dtype]()
    real = TensorNetwork.forward

    def forward(self: TensorNetwork, features: torch.Tensor, positions: torch.Tensor, graph: Graph) -> Prediction:
        runs.append(positions.dtype)
        return real(self, features, positions, graph)

    monkeypatch.setattr(TensorNetwork, "forward", forward)
    room = opened(model="tensor", layers=5, seed=77)
    assert runs == [torch.float32]
    room = send(room, {"t": "tune", "values": {"dtype": "float64"}})
    assert runs == [torch.float32, torch.float64]
    weights = [
        [parameter.float() for parameter in network("tensor", 77, 1, 5, dtype).parameters()]
        for dtype in (torch.float32, torch.float64)
    ]
    assert all(torch.equal(one, other) for one, other in zip(*weights, strict=True))
    send(room, TURN)
    assert runs == [torch.float32, torch.float64, torch.float64]


def test_the_picture_is_the_commuting_square() -> None:
    frame = turned(send(opened(model="naive", cloud="uniform", nodes=9), TURN))
    f = Apart(RotationParams(model="naive", cloud="uniform", nodes=9))
    np.testing.assert_allclose(frame.points, f.positions, atol=1e-6)
    np.testing.assert_allclose(frame.turned, frame.points @ frame.matrix.T + frame.shift, atol=1e-5)
    before, after = f(torch.from_numpy(frame.turned)), f(f.positions)
    assert before.vectors is not None
    assert after.vectors is not None
    np.testing.assert_allclose(frame.vectors, before.vectors, atol=1e-5)
    np.testing.assert_allclose(frame.scalars, before.scalars, atol=1e-5)
    np.testing.assert_allclose(frame.scalars_after, after.scalars, atol=1e-6)
    np.testing.assert_allclose(frame.vectors_after, after.vectors.numpy() @ frame.matrix.T, atol=1e-5)
    assert set(map(tuple, frame.edges.T)) == set(map(tuple, radius_graph(f.positions, f.cutoff).edges.T.tolist()))


def test_it_opens_untouched_and_with_the_question() -> None:
    room = opened()
    frame = turned(room)
    assert (frame.act, frame.kind, frame.words) == (0, "identity", "left as it is")
    assert [e.error for e in frame.error] == [0.0, 0.0]
    np.testing.assert_array_equal(frame.matrix, np.eye(3))
    assert "predict" in SCENES["rotation"].label(room.open.state if room.open else None)


@pytest.mark.parametrize("model", list(MODELS))
def test_the_check_completes_and_its_meter_is_equivariance_error(model: str) -> None:
    room = finished(send(opened(model=model, samples=16), {"t": "rotation.check", "on": True}))
    frame = meter(room)
    f = Apart(RotationParams(model=model))
    assert (frame.samples, frame.of, frame.running) == (3 * 16 + 1, 3 * 16 + 1, False)
    assert rules.job(room, SCENES) is None
    seen: dict[tuple[str, str], RotationRow] = {(row.kind, row.output): row for row in frame.rows}
    counts: dict[equivariance.Kind, int] = {"identity": 1, "rotation": 16, "reflection": 16, "translation": 16}
    for kind, count in counts.items():
        expected = equivariance.equivariance_error(f, f.positions, equivariance.random_transforms(kind, count, 0))
        for output, summary in expected.items():
            row = seen.pop((kind, output))
            assert (row.mean, row.maximum, row.samples) == (summary.mean, summary.maximum, count)
            assert row.zone == equivariance.zone(summary.maximum, f.dtype)
    assert not seen


def zones(**params: object) -> dict[tuple[str, str], str]:
    rows = meter(finished(send(opened(samples=16, **params), {"t": "rotation.check", "on": True}))).rows
    return {(row.kind, row.output): row.zone for row in rows}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_model_fails_where_it_should_and_nowhere_else(dtype: str) -> None:
    naive, broken = zones(model="naive", dtype=dtype), zones(model="broken", dtype=dtype)
    for kind in ("rotation", "reflection", "translation"):
        assert naive[kind, "vectors"] == naive[kind, "scalars"] == "broken"
    assert broken["rotation", "vectors"] == broken["reflection", "vectors"] == "broken"
    assert broken["translation", "vectors"] == broken["translation", "scalars"] == "rounding"
    assert set(zones(model="egnn", dtype=dtype).values()) == {"rounding"}
    assert set(zones(model="invariant", dtype=dtype).values()) == {"rounding"}


def test_a_model_of_lengths_alone_has_scalars_only() -> None:
    room = finished(send(opened(model="invariant", samples=16), {"t": "rotation.check", "on": True}))
    frame = turned(room)
    assert frame.vectors.shape == frame.vectors_after.shape == (0, 3)
    assert [e.output for e in frame.error] == ["scalars"]
    assert {row.output for row in meter(room).rows} == {"scalars"}
    said = shown(room, "all", "rotation.input")
    assert isinstance(said, RotationInput)
    assert "cannot point anywhere" in said.remark


def test_double_precision_leaves_a_smaller_error_and_a_narrower_zone() -> None:
    single, double = (send(opened(dtype=dtype), TURN) for dtype in ("float32", "float64"))
    for small, large in zip(turned(double).error, turned(single).error, strict=True):
        assert 0 < small.error < 1e-12
        assert 1e-9 < large.error < 1e-5
    assert meter(double).rounding == equivariance.ROUNDING[torch.float64] < meter(single).rounding
    np.testing.assert_allclose(turned(double).vectors, turned(single).vectors, atol=1e-5)


def test_the_rows_stream_and_grow_together() -> None:
    room = send(opened(samples=16), {"t": "rotation.check", "on": True})
    job = rules.job(room, SCENES)
    assert job is not None
    counts: list[int] = []
    for output in job.run(None):
        if isinstance(output, Wait | Kept):
            continue
        assert output is not None
        after = rules.tick(room, output, SCENES)
        assert shown(after, "stage", "rotation.meter", old=room) is not None
        assert shown(after, "stage", "rotation.turned", old=room) is None
        room = after
        counts.append(meter(room).samples)
        per_kind = [row.samples for row in meter(room).rows if row.kind != "identity"]
        assert max(per_kind, default=0) - min(per_kind, default=0) <= 1
    assert counts == list(range(1, 50))


def test_a_stopped_check_keeps_what_it_found_and_a_new_one_starts_afresh() -> None:
    room = send(opened(samples=16), {"t": "rotation.check", "on": True})
    first = rules.job(room, SCENES)
    assert first is not None
    outputs = (output for output in first.run(None) if output is not None and not isinstance(output, Wait | Kept))
    for _ in range(5):
        room = rules.tick(room, next(outputs), SCENES)
    stopped = send(room, {"t": "rotation.check", "on": False})
    assert rules.job(stopped, SCENES) is None
    assert meter(stopped).rows == meter(room).rows
    again = send(stopped, {"t": "rotation.check", "on": True})
    second = rules.job(again, SCENES)
    assert second is not None
    assert second.key != first.key
    assert (meter(again).rows, meter(again).samples) == ((), 0)


def test_another_model_during_the_check_is_checked_at_once() -> None:
    room = finished(send(opened(samples=16), {"t": "rotation.check", "on": True}))
    tuned = send(room, {"t": "tune", "values": {"model": "naive"}})
    assert (meter(tuned).model, meter(tuned).rows, meter(tuned).running) == ("naive", (), True)
    assert meter(finished(tuned)).samples == 49
    calm = send(opened(), {"t": "tune", "values": {"model": "naive"}})
    assert rules.job(calm, SCENES) is None


def test_the_acts_turn_show_and_check() -> None:
    room = opened(samples=16)
    kinds, running = [], []
    for to in (1, 2, 3):
        room = send(room, {"t": "position", "to": to})
        assert turned(room).act == to
        kinds.append(turned(room).kind)
        running.append(meter(room).running)
    assert kinds == ["rotation"] * 3
    assert running == [False, False, True]
    back = send(finished(room), {"t": "position", "to": 2})
    assert len(meter(back).rows) == 8
    assert not meter(send(back, {"t": "position", "to": 3})).running
    assert turned(send(back, {"t": "position", "to": 0})).kind == "identity"


def test_an_own_turn_outlives_the_next_act() -> None:
    room = send(send(opened(), TURN), {"t": "position", "to": 2})
    assert turned(room).mirror
    np.testing.assert_allclose(turned(room).shift, [1, -2, 3])


@pytest.mark.parametrize("kind", ["rotation", "reflection", "translation"])
def test_random_transforms_are_of_their_kind_and_differ(kind: str) -> None:
    once = send(opened(), {"t": "rotation.random", "kind": kind})
    twice = send(once, {"t": "rotation.random", "kind": kind})
    for room in (once, twice):
        frame = turned(room)
        assert frame.kind == kind
        np.testing.assert_allclose(frame.matrix @ frame.matrix.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(frame.matrix) == pytest.approx(-1 if kind == "reflection" else 1)
        assert bool(np.any(frame.shift)) == (kind == "translation")
    first, second = turned(once), turned(twice)
    assert not (np.array_equal(first.matrix, second.matrix) and np.array_equal(first.shift, second.shift))


def test_a_random_reflection_is_the_one_symmetry_drew() -> None:
    room = send(opened(), {"t": "rotation.random", "kind": "reflection"})
    seed = Context("lecture2", room.sequence).seed
    drawn = equivariance.random_transform("reflection", torch.Generator().manual_seed(seed))
    np.testing.assert_allclose(turned(room).matrix, drawn.matrix, atol=1e-12)


def test_a_quaternion_of_any_length_is_normalised() -> None:
    short = send(opened(), {"t": "rotation.turn", "quaternion": [0, 0, 0.003, 0.004]})
    long = send(opened(), {"t": "rotation.turn", "quaternion": [0, 0, 300, 400]})
    np.testing.assert_allclose(turned(short).matrix, turned(long).matrix, atol=1e-15)
    assert np.linalg.norm(turned(short).quaternion) == pytest.approx(1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"t":"rotation.turn","quaternion":[0,0,0,0]}',
        b'{"t":"rotation.turn","quaternion":[0,0,0,1e-9]}',
        b'{"t":"rotation.turn","quaternion":[NaN,0,0,1]}',
        b'{"t":"rotation.turn","quaternion":[1e400,0,0,1]}',
        b'{"t":"rotation.turn","quaternion":[0,0,1]}',
        b'{"t":"rotation.turn","quaternion":[0,0,0,1],"shift":[0,0,1001]}',
        b'{"t":"rotation.turn","quaternion":[0,0,0,1],"shift":[0,null,1]}',
        b'{"t":"rotation.random","kind":"scaling"}',
        b'{"t":"rotation.check"}',
        b'{"t":"rotation.measured","rows":[],"done":3}',
        b'{"t":"rotation.replay"}',
    ],
)
def test_what_is_no_transform_is_refused_in_a_sentence(body: bytes) -> None:
    room = opened()
    with pytest.raises(Refused) as refusal:
        rules.handle(room, Origin(99, "i", "instructor"), rules.decode(body, "instructor", room, SCENES), SCENES)
    assert len(refusal.value.detail) > 15


def test_far_from_the_origin_single_precision_is_no_longer_rounding() -> None:
    far = {"t": "rotation.turn", "quaternion": [0, 0, 0, 1], "shift": [1000.0, 1000.0, 1000.0]}
    assert max(e.error for e in turned(send(opened(), far)).error) > 1e-5
    assert {e.zone for e in turned(send(opened(dtype="float64"), far)).error} == {"rounding"}


@pytest.mark.parametrize(
    "value", [{"model": "gpt"}, {"nodes": 61}, {"nodes": 3}, {"samples": 15}, {"dtype": "float16"}]
)
def test_a_parameter_out_of_range_is_refused(value: dict[str, object]) -> None:
    room = opened()
    with pytest.raises(Refused):
        send(room, {"t": "tune", "values": value})


def test_a_model_is_built_once_for_its_parameters() -> None:
    assert setting(RotationParams(seed=5)) is setting(RotationParams(seed=5))
    assert setting(RotationParams(seed=5)) is not setting(RotationParams(seed=6))


def test_a_row_says_where_its_maximum_lies() -> None:
    rows = meter(finished(send(opened(model="broken", samples=16), {"t": "rotation.check", "on": True}))).rows
    assert all(isinstance(row, RotationRow) and row.mean <= row.maximum for row in rows)
