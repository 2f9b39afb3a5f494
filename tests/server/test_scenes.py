"""The contract of a scene, over every scene that is found: adding a file adds these tests."""

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec
import msgspec.inspect as mi
import numpy as np
import pytest
from ziamath.zmath import Latex

from server.disk import plans
from server.engine.discovery import scenes
from server.engine.lectures import load
from server.protocol import messages as p
from server.protocol.faults import Refused
from server.protocol.wire import pack, unpack
from server.room import rules
from server.room.state import Origin, Room
from server.room.view import frames, is_new_scene
from tests.server.sampling import sample

SCENES = scenes()
EVERY = pytest.mark.parametrize("name", list(SCENES))
STATIC = Path(__file__).parents[2] / "static" / "scenes"
RULES: dict[str, np.dtype[np.generic]] = {
    "f4": np.dtype("f4"),
    "f8": np.dtype("f8"),
    "i4": np.dtype("i4"),
    "u1": np.dtype("u1"),
}
FEW_TICKS = 3


def act(room: Room, command: dict[str, object], role: p.Role = "instructor", who: str = "i") -> Room:
    body = msgspec.json.encode(command)
    origin = Origin(room.sequence + 1, who, role)
    return rules.handle(room, origin, rules.decode(body, role, room, SCENES), SCENES)


def room_of(students: int = 5) -> Room:
    room = Room("contract")
    for number in range(students):
        room = rules.attend(room, number + 1, f"s{number}", "", True, SCENES)
    return room


def opened(name: str, params: dict[str, object] | None = None) -> Room:
    return act(room_of(), {"t": "open", "scene": name, "params": params or {}})


def slots(room: Room) -> dict[tuple[str, str], bytes]:
    return {s.out.slot: pack(s.out.frame).stamped(0) for s in frames(None, room, SCENES)}


def script(room: Room, rng: np.random.Generator, length: int) -> Iterator[Room]:
    """A random but valid walk: actions by who may send them, parameters, positions, people, the job's ticks."""
    assert room.open is not None
    scene = SCENES[room.open.name]
    for _ in range(length):
        try:
            room = _one(room, scene, rng)
        except Refused:
            continue
        yield room


def _one(room: Room, scene: object, rng: np.random.Generator) -> Room:
    assert room.open is not None
    of_this = SCENES[room.open.name]
    choices = ["tune", "position", "person", "tick", *["action"] * 3 * bool(of_this.actions)]
    match choices[int(rng.integers(len(choices)))]:
        case "tune":
            values = sample(of_this.params, rng)
            field = list(values)[: int(rng.integers(3))]
            return act(room, {"t": "tune", "values": {f: values[f] for f in field}})
        case "position":
            _, count = of_this.positions(room.open.state)
            return act(room, {"t": "position", "to": int(rng.integers(count))})
        case "person":
            who = f"s{int(rng.integers(6))}"
            return rules.attend(room, room.sequence + 1, who, "", bool(rng.random() < 0.6), SCENES)
        case "tick":
            return _ticked(room)
    senders = [a for a in of_this.actions if a.who]
    action = senders[int(rng.integers(len(senders)))]
    role = sorted(action.who)[int(rng.integers(len(action.who)))]
    who = f"s{int(rng.integers(5))}" if role == "student" else "i"
    return act(room, {"t": str(action.__struct_config__.tag), **sample(action, rng)}, role, who)


def _ticked(room: Room) -> Room:
    job = rules.job(room, SCENES)
    if job is None:
        return room
    taken = 0
    for output in job.run(None):
        if isinstance(output, p.Action):
            room = rules.tick(room, output, SCENES)
            taken += 1
        if taken == FEW_TICKS:
            break
    return room


@EVERY
def test_it_has_both_halves_and_says_what_it_is(name: str) -> None:
    scene = SCENES[name]
    assert (STATIC / f"{name}.js").is_file()
    assert scene.title
    assert scene.summary.endswith(".")
    assert len(scene.summary) <= 160


@EVERY
def test_every_parameter_has_a_default_a_title_and_a_range(name: str) -> None:
    info = mi.type_info(SCENES[name].params)
    assert isinstance(info, mi.StructType)
    assert SCENES[name].params() is not None
    for item in info.fields:
        assert isinstance(item.type, mi.Metadata), f"{name}.{item.name} has no Meta"
        described = item.type.extra_json_schema or {}
        assert described.get("title"), f"{name}.{item.name} has no title"
        inner = item.type.type
        if isinstance(inner, mi.IntType | mi.FloatType):
            assert inner.ge is not None, f"{name}.{item.name} has no lower bound"
            assert inner.le is not None, f"{name}.{item.name} has no upper bound"


@EVERY
def test_every_formula_can_be_drawn(name: str) -> None:
    for formula in SCENES[name].formulas.values():
        assert formula.words
        assert Latex(formula.latex).svg().startswith("<svg")


@EVERY
def test_frames_are_declared_and_their_tensors_are_as_declared(name: str) -> None:
    rng = np.random.default_rng(1)
    room = opened(name)
    for after in (room, *script(room, rng, 25)):
        assert after.open is not None
        for out in SCENES[name].frames(None, after.open.state):
            assert type(out.frame) in SCENES[name].frames_sent
            _check_tensors(out.frame)


def _check_tensors(frame: p.Frame) -> None:
    info = mi.type_info(type(frame))
    assert isinstance(info, mi.StructType)
    for item in info.fields:
        value = getattr(frame, item.name)
        if isinstance(value, np.ndarray):
            declared = item.type.types[0] if isinstance(item.type, mi.UnionType) else item.type  # perhaps absent
            assert isinstance(declared, mi.Metadata), f"{item.name} does not declare its tensor"
            described = declared.extra or {}
            where = f"{info.tag}.{item.name}"
            assert value.dtype == RULES[described["x-tensor"]], f"{where}: {value.dtype}"
            assert value.ndim == len(described["x-shape"]), f"{where}: {value.shape} for {described['x-shape']}"


@EVERY
@pytest.mark.parametrize("seed", range(6))
def test_it_opens_with_any_valid_parameters_or_says_why_not(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    params = sample(SCENES[name].params, rng)
    try:
        room = opened(name, params)
    except Refused as refusal:
        assert len(refusal.detail) > 20  # noqa: PT017  (most opens succeed; a refusal must say why)
        return
    for body in slots(room).values():
        assert unpack(body)["t"]


@EVERY
@pytest.mark.parametrize("seed", range(3))
def test_a_snapshot_is_the_sum_of_its_deltas(name: str, seed: int) -> None:
    room = opened(name)
    browser = slots(room)
    for after in script(room, np.random.default_rng(seed), 30):
        if is_new_scene(room, after):
            browser = {slot: b for slot, b in browser.items() if not slot[1].startswith(f"{name}.")}
        for shown in frames(room, after, SCENES):
            browser[shown.out.slot] = pack(shown.out.frame).stamped(0)
            if isinstance(shown.out.frame, p.Gone):
                del browser[shown.out.slot]
        room = after
        assert browser == slots(room)


@EVERY
def test_the_same_script_gives_the_same_room(name: str) -> None:
    ends = [list(script(opened(name), np.random.default_rng(7), 20))[-1] for _ in range(2)]
    assert slots(ends[0]) == slots(ends[1])


@EVERY
def test_a_wish_out_of_range_changes_nothing(name: str) -> None:
    room = opened(name)
    before = slots(room)
    with pytest.raises(Refused):
        act(room, {"t": "tune", "values": {"no_such_parameter": 1}})
    assert room.open is not None
    _, count = SCENES[name].positions(room.open.state)
    with pytest.raises(Refused):
        act(room, {"t": "position", "to": count})
    assert slots(room) == before


@EVERY
def test_every_position_can_be_shown_and_has_a_label(name: str) -> None:
    room = opened(name)
    assert room.open is not None
    _, count = SCENES[name].positions(room.open.state)
    for to in range(min(count, 40)):
        after = act(room, {"t": "position", "to": to})
        assert after.open is not None
        assert SCENES[name].positions(after.open.state)[0] == to
        assert count == 1 or SCENES[name].label(after.open.state)


TRUTHS = [(name, truth) for name, scene in SCENES.items() for truth in scene.truths]


@pytest.mark.parametrize(("name", "truth"), TRUTHS)
def test_every_truth_is_computed_from_the_opening_state_on(name: str, truth: str) -> None:
    room = opened(name)
    for after in (room, *script(room, np.random.default_rng(3), 8)):
        assert after.open is not None
        value = SCENES[name].truth(after.open.state, truth)
        match SCENES[name].truths[truth]:
            case "choice":
                assert isinstance(value, str)
                assert 0 < len(value) <= 60
            case "number":
                assert isinstance(value, float | int)
                assert math.isfinite(value)
            case "line":
                assert isinstance(value, tuple)
                assert np.isfinite(np.array(value)).all()
                assert np.array(value).shape == (len(value), 2)


@EVERY
def test_a_truth_that_is_not_declared_is_refused(name: str) -> None:
    room = opened(name)
    assert room.open is not None
    with pytest.raises(Refused, match="no such truth"):
        SCENES[name].truth(room.open.state, "no such truth")


@pytest.mark.parametrize("name", plans.names())
def test_every_step_of_every_lecture_plan_runs_and_its_question_is_answered(name: str) -> None:
    loaded = load(name, SCENES)
    room = Room("contract", loaded, members=room_of().members)
    for number, step in enumerate(loaded.steps):
        room = act(room, {"t": "step", "to": number})
        assert slots(room)
        if step.question is None or step.question.kind == "text":
            continue
        room = act(act(room, {"t": "vote", "to": "closed"}), {"t": "vote", "to": "revealed"})
        assert room.vote is not None
        assert room.vote.truth is not None, f"{step.title}: nothing says what is right"
