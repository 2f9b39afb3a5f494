"""Limits of what may be asked, over every scene: what is beyond them is refused by decoding, before any scene runs."""

import sys
from collections.abc import Iterator

import msgspec
import msgspec.inspect as mi
import numpy as np
import pytest

from server.engine.discovery import scenes
from server.protocol import messages as p
from server.protocol.faults import Refused
from server.protocol.vocabulary import CORE_COMMANDS
from server.room import rules
from server.room.scene import AnyScene
from server.room.state import Origin, Room, Scenes
from tests.server.sampling import sample

KNOWN = scenes()
EVERY = pytest.mark.parametrize("name", list(KNOWN))
MOST_ITEMS = 64
WORK = frozenset({"initial", "adjust", "apply", "frames", "move", "job", "attend", "positions", "label", "wants_class"})
ENORMOUS = (10**9, -(10**9), 2**63, -(2**63), 2**200, 10**4000, 1e308, -1e308)


class Counted:
    """A scene that counts how often any of its code is called."""

    def __init__(self, scene: AnyScene) -> None:
        self._scene = scene
        self.calls = 0

    def __getattr__(self, name: str) -> object:
        if name in WORK:
            self.calls += 1
        return getattr(self._scene, name)


def leaves(info: mi.Type, where: str) -> Iterator[tuple[str, mi.Type]]:
    """Every scalar and every sequence of a field, at any depth."""
    match info:
        case mi.Metadata():
            yield from leaves(info.type, where)
        case mi.UnionType():
            for each in info.types:
                yield from leaves(each, where)
        case mi.TupleType():
            for each in info.item_types:
                yield from leaves(each, f"{where}[]")
        case mi.VarTupleType() | mi.ListType():
            yield where, info
            yield from leaves(info.item_type, f"{where}[]")
        case mi.StructType():
            for item in info.fields:
                yield from leaves(item.type, f"{where}.{item.encode_name}")
        case _:
            yield where, info


def fields(message: type[msgspec.Struct]) -> Iterator[tuple[str, mi.Type]]:
    info = mi.type_info(message)
    assert isinstance(info, mi.StructType)
    for item in info.fields:
        yield from leaves(item.type, item.encode_name)


def bounded(info: mi.Type) -> bool:
    match info:
        case mi.IntType() | mi.FloatType():
            return info.ge is not None and info.le is not None
        case mi.VarTupleType() | mi.ListType():
            return info.max_length is not None and info.max_length <= MOST_ITEMS
        case mi.StrType():
            return info.max_length is not None
        case mi.BoolType() | mi.NoneType() | mi.LiteralType() | mi.EnumType():
            return True
    return False


def numeric(message: type[msgspec.Struct]) -> list[str]:
    """Fields that are a number and nothing else."""
    info = mi.type_info(message)
    assert isinstance(info, mi.StructType)
    plain = ((item.encode_name, item.type) for item in info.fields)
    return [name for name, kind in plain if isinstance(getattr(kind, "type", kind), mi.IntType | mi.FloatType)]


def room_with(name: str) -> tuple[Room, dict[str, Counted]]:
    """A room in which the scene is open, and a counter that has counted nothing yet."""
    room = Room("bounds")
    for number in range(4):
        room = rules.attend(room, room.sequence + 1, f"s{number}", "", True, KNOWN)
    opening = rules.decode(b'{"t":"open","scene":"%s"}' % name.encode(), "instructor", room, KNOWN)
    opened = rules.handle(room, Origin(room.sequence + 1, "i", "instructor"), opening, KNOWN)
    return opened, {name: Counted(KNOWN[name])}


def refused(room: Room, counted: dict[str, Counted], role: p.Role, **command: object) -> Refused | None:
    """The refusal of a command, if it is refused."""
    known: Scenes = counted  # type: ignore[assignment]  # it passes every call on to the scene
    try:
        decoded = rules.decode(_json(command), role, room, known)
        rules.handle(room, Origin(room.sequence + 1, "s0" if role == "student" else "i", role), decoded, known)
    except Refused as refusal:
        return refusal
    return None


def likely(action: type[p.Action]) -> dict[str, object]:
    """A command that would be carried out, were it not for one field."""
    return {"t": str(action.__struct_config__.tag), **sample(action, np.random.default_rng(1))}


def told(refusal: Refused | None, field: str) -> None:
    """It was refused for this field, or because a number was too long to be read at all."""
    assert refusal is not None
    assert refusal.code in ("invalid", "malformed")
    assert refusal.code == "malformed" or f"$.{field}" in refusal.detail


def _json(value: object) -> bytes:
    """JSON with numbers of any length, as a hostile program writes it."""
    if isinstance(value, dict):
        return b"{" + b",".join(_json(str(k)) + b":" + _json(v) for k, v in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_json, value)) + b"]"
    if isinstance(value, int) and not isinstance(value, bool):
        return _decimal(value)
    return msgspec.json.encode(value)


def _decimal(value: int) -> bytes:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return str(value).encode()
    finally:
        sys.set_int_max_str_digits(limit)


@EVERY
def test_everything_that_may_be_asked_has_limits(name: str) -> None:
    scene = KNOWN[name]
    asked = [scene.params, *(action for action in scene.actions if action.who)]
    free = [f"{kind.__name__}.{where}" for kind in asked for where, info in fields(kind) if not bounded(info)]
    assert free == []


@pytest.mark.parametrize("command", CORE_COMMANDS)
def test_every_core_command_has_limits_but_what_a_scene_decodes(command: type[p.Command]) -> None:
    scene_decodes = {"Open.scene", "Open.params", "Tune.values"}
    free = {f"{command.__name__}.{where}" for where, info in fields(command) if not bounded(info)}
    assert free <= scene_decodes


@EVERY
@pytest.mark.parametrize("how", ["open", "tune"])
def test_a_parameter_beyond_its_limits_runs_no_scene(name: str, how: str) -> None:
    room, counted = room_with(name)
    beyond: tuple[object, ...] = (*ENORMOUS, "1", None, [], [[]] * 1000, {"deep": {}})
    for field in numeric(KNOWN[name].params):
        for value in beyond:
            given = {field: value}
            command = {"scene": name, "params": given} if how == "open" else {"values": given}
            refusal = refused(room, counted, "instructor", t=how, **command)
            told(refusal, field)
    assert counted[name].calls == 0


@EVERY
def test_an_action_beyond_its_limits_runs_no_scene(name: str) -> None:
    room, counted = room_with(name)
    for action in KNOWN[name].actions:
        for role in sorted(action.who):
            for field in numeric(action):
                for value in ENORMOUS:
                    told(refused(room, counted, role, **{**likely(action), field: value}), field)
    assert counted[name].calls == 0


@EVERY
def test_a_list_that_is_too_long_runs_no_scene(name: str) -> None:
    room, counted = room_with(name)
    for action in KNOWN[name].actions:
        lists = [where for where, info in fields(action) if isinstance(info, mi.VarTupleType) and "." not in where]
        for role in sorted(action.who):
            for field in lists:
                long = [0.0] * (MOST_ITEMS + 1)
                told(refused(room, counted, role, **{**likely(action), field: long}), field)
    assert counted[name].calls == 0


@EVERY
def test_what_is_within_the_limits_does_run_the_scene(name: str) -> None:
    room, counted = room_with(name)
    assert refused(room, counted, "instructor", t="tune", values={}) is None
    assert counted[name].calls > 0
