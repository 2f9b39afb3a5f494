"""The scene `rotation`: all models side by side, the sampler of the rotations, and what it answers when asked."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec
import numpy as np
import pytest

from models.networks.zoo import MODELS
from models.symmetry import equivariance, euler
from server.protocol.faults import Refused
from server.room import rules
from server.room.scene import Context, Kept, Wait
from server.room.state import Room
from server.scenes.rotation.messages import RotationSampler, RotationTable
from server.scenes.rotation.params import MODEL_LABELS, NAMES, REMARKS, RotationParams
from server.scenes.rotation.square import DTYPES, random_turn, setting
from server.scenes.rotation.table import ROTATIONS, TRIES
from tests.server.scenes.turning import SCENES, TURN, Apart, attacked, finished, opened, send, shown

EVERY = 4
TRIED: tuple[Literal["rotation", "reflection", "translation"], ...] = ("rotation", "reflection", "translation")
SOUND = {"invariant", "egnn", "tensor", "gvp"} & set(MODELS)


@cache
def compared() -> Room:
    return finished(send(opened(), {"t": "position", "to": EVERY}))


def table(room: Room, old: Room | None = None) -> RotationTable:
    frame = shown(room, "stage", "rotation.table", old)
    assert isinstance(frame, RotationTable)
    return frame


def sampler(room: Room) -> RotationSampler:
    frame = shown(room, "stage", "rotation.sampler")
    assert isinstance(frame, RotationSampler)
    return frame


def test_every_model_of_the_zoo_has_its_line_and_a_name_to_read() -> None:
    lines = table(compared()).lines
    assert [line.model for line in lines] == list(MODELS)
    assert [line.name for line in lines] == list(MODEL_LABELS.values())
    assert set(MODELS) <= set(NAMES)
    assert set(MODELS) <= set(REMARKS)
    assert all(len(line.cells) == 6 for line in lines)
    assert rules.job(compared(), SCENES) is None


@pytest.mark.parametrize("model", MODELS)
def test_a_cell_is_equivariance_error(model: str) -> None:
    (line,) = (line for line in table(compared()).lines if line.model == model)
    cells = {(cell.kind, cell.dtype): cell for cell in line.cells}
    for dtype in DTYPES:
        f = Apart(RotationParams(model=model, dtype=dtype))
        for kind in TRIED:
            found = equivariance.equivariance_error(f, f.positions, equivariance.random_transforms(kind, TRIES, 0))
            expected = max(summary.maximum for summary in found.values())
            cell = cells.pop((kind, dtype))
            assert cell.error == expected
            assert cell.zone == equivariance.zone(expected, f.dtype)
    assert not cells


def test_the_sound_stay_within_rounding_and_the_broken_fail_where_they_should() -> None:
    found = {line.model: {(c.kind, c.dtype): c.zone for c in line.cells} for line in table(compared()).lines}
    assert {model for model, zones in found.items() if set(zones.values()) == {"rounding"}} == SOUND
    assert table(compared()).sound == len(SOUND)
    for dtype in DTYPES:
        for model in set(MODELS) - SOUND:
            assert found[model]["rotation", dtype] == found[model]["reflection", dtype] == "broken"
        assert found["naive"]["translation", dtype] == "broken"
        for model in ("broken", "biased", "capped"):
            assert found[model]["translation", dtype] == "rounding"


def test_the_lines_come_one_after_the_other_and_the_job_gives_way() -> None:
    room = send(opened(nodes=4, cloud="right helix"), {"t": "position", "to": EVERY})
    assert (table(room).lines, table(room).present) == ((), ())
    job = rules.job(room, SCENES)
    assert job is not None
    steps, counts = 0, []
    for output in job.run(None):
        steps += 1
        if output is None or isinstance(output, Wait | Kept):
            continue
        old, room = room, rules.tick(room, output, SCENES)
        frame = table(room, old)
        assert shown(room, "stage", "rotation.turned", old) is None
        counts.append((len(frame.lines), len(frame.present), frame.of))
        same = rules.job(room, SCENES)
        assert same is None or same.key == job.key
    assert counts == [(k + 1, k + 1, len(MODELS)) for k in range(len(MODELS))]
    assert steps >= len(MODELS) * 6 * TRIES


def test_after_the_warm_up_no_model_has_to_be_built() -> None:
    assert sum(1 for _ in SCENES["rotation"].warm()) > 2 * len(MODELS)
    misses = setting.cache_info().misses
    for model in MODELS:
        for dtype in DTYPES:
            setting(RotationParams(model=model, dtype=dtype))
    assert setting.cache_info().misses == misses


def test_one_turn_is_tried_on_all_models_at_once() -> None:
    room = send(compared(), TURN)
    frame = table(room, compared())
    assert frame.words.startswith("mirrored")
    assert [one.model for one in frame.present] == list(MODELS)
    turn = room.open.state.turn.transform()  # type: ignore[union-attr]  # the state is the scene's own
    for one in frame.present:
        f = Apart(RotationParams(model=one.model))
        sample = next(equivariance.samples(f, f.positions, (turn,)))
        assert one.error == max(sample.errors.values())
        assert one.zone == equivariance.zone(one.error, f.dtype)


def test_away_from_the_table_one_model_alone_is_tried() -> None:
    room = send(compared(), {"t": "position", "to": 2})
    turned = send(room, TURN)
    assert table(turned).present == table(room).present
    again = send(turned, {"t": "position", "to": EVERY})
    assert rules.job(again, SCENES) is None
    assert table(again).present == table(send(compared(), TURN)).present


@pytest.mark.parametrize("values", [{"cloud": "right helix"}, {"seed": 3}, {"sampler": "euler"}])
def test_what_is_compared_no_longer_holds_after_a_change(values: dict[str, object]) -> None:
    room = send(compared(), {"t": "tune", "values": values})
    assert (table(room).lines, table(room).sound) == ((), 0)
    assert rules.job(room, SCENES) is not None


def test_an_overflow_is_broken_and_no_refusal() -> None:
    far = {"t": "rotation.turn", "quaternion": [0, 0, 0, 1], "shift": [1000.0, 1000.0, 1000.0]}
    present = {one.model: one for one in table(send(compared(), far)).present}
    assert present["naive"].zone == "broken"
    assert all(np.isfinite(one.error) for one in present.values())


def test_an_attempt_moves_no_line() -> None:
    room = attacked(compared(), "s0", (0, 0, 1, 1))
    assert shown(room, "stage", "rotation.table", compared()) is None


# --- the sampler ---------------------------------------------------------------------------------------------------


def test_the_fair_sampler_is_fair_and_euler_angles_are_not() -> None:
    for name, fair in (("haar", True), ("euler", False)):
        frame = sampler(send(opened(sampler=name), {"t": "position", "to": 3}))
        found = euler.fairness(euler.draw(name, ROTATIONS, 0))
        assert frame.found is not None
        assert (frame.found.trace, frame.found.square, frame.found.angle) == (found.trace, found.square, found.angle)
        assert frame.haar == (0.0, 1.0, euler.HAAR_ANGLE)
        assert (frame.sampler, frame.count, frame.found.fair) == (name, ROTATIONS, fair)
    unasked = sampler(opened())
    assert (unasked.count, unasked.found) == (0, None)


def test_the_sampler_draws_the_buttons_and_the_checks_rotations() -> None:
    once = {name: send(opened(sampler=name), {"t": "rotation.random"}) for name in ("haar", "euler")}
    turns = {name: room.open.state.turn for name, room in once.items()}  # type: ignore[union-attr]
    assert turns["haar"] != turns["euler"]
    seed = Context("lecture2", once["euler"].sequence).seed
    assert turns["euler"] == random_turn("rotation", seed, "euler")
    room = finished(send(opened(model="broken", sampler="euler", samples=16), {"t": "rotation.check", "on": True}))
    f = Apart(RotationParams(model="broken"))
    drawn = equivariance.random_transforms("rotation", 16, 0, euler.euler_rotations)
    expected = equivariance.equivariance_error(f, f.positions, drawn)["vectors"].maximum
    meter = shown(room, "stage", "rotation.meter")
    assert expected in [row.maximum for row in meter.rows if row.kind == "rotation"]  # type: ignore[union-attr]


# --- questions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "scalars", "vectors"),
    [
        ("naive", "change arbitrarily", "change arbitrarily"),
        ("egnn", "stay the same", "turn with it"),
        ("tensor", "stay the same", "turn with it"),
        ("biased", "stay the same", "change arbitrarily"),
        ("broken", "change arbitrarily", "change arbitrarily"),
        ("capped", "change arbitrarily", "change arbitrarily"),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_the_outputs_do_is_computed(model: str, scalars: str, vectors: str, dtype: str) -> None:
    scene, room = SCENES["rotation"], opened(model=model, dtype=dtype)
    assert room.open is not None
    assert scene.truths == {"scalars": "choice", "vectors": "choice"}
    assert (scene.truth(room.open.state, "scalars"), scene.truth(room.open.state, "vectors")) == (scalars, vectors)


def test_a_question_without_an_answer_is_refused() -> None:
    room = opened(model="invariant")
    assert room.open is not None
    assert SCENES["rotation"].truth(room.open.state, "scalars") == "stay the same"
    with pytest.raises(Refused, match="expected a model that makes vectors, but invariant makes none"):
        SCENES["rotation"].truth(room.open.state, "vectors")
    with pytest.raises(Refused, match="computes no answer called 'colour'"):
        SCENES["rotation"].truth(room.open.state, "colour")


def test_students_cannot_write_the_table() -> None:
    line = msgspec.to_builtins(table(compared()).lines[0])
    for role in ("instructor", "student"):
        with pytest.raises(Refused):
            send(compared(), {"t": "rotation.tabled", "line": line}, role, "s0")
