"""What the engine tells of its scenes and messages: the bodies of `GET /api/scenes` and `GET /api/protocol`.

index       every scene's title, summary and digest, for a list to choose from
parts       of each scene its entry (`server/room/entry.py`) and every formula, each to be fetched by itself
scenes      all of it in one, with the schemas of the actions, for other clients
"""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import msgspec

from server.disk import plans
from server.engine.formula import formula_svg
from server.engine.typeset import SIZE
from server.pipe.bus import Part
from server.protocol import messages as p
from server.protocol.schema import schemas, standalone_schema
from server.protocol.vocabulary import CORE_COMMANDS, CORE_FRAMES
from server.room.entry import described, digest
from server.room.scene import AnyScene
from server.room.state import Scenes


def scenes_body(known: Scenes) -> bytes:
    """Body of `GET /api/scenes`: every scene with its schemas and formulas, and the names of the lecture plans."""
    entries = {name: _whole(name, scene) for name, scene in known.items()}
    return msgspec.json.encode({"scenes": entries, "lectures": list(plans.names())})


def index_body(known: Scenes) -> bytes:
    """Body of `GET /api/scenes/index`: of every scene its title, its summary and its digest."""
    rows = {
        name: {"title": scene.title, "summary": scene.summary, "digest": digest(name, scene)}
        for name, scene in known.items()
    }
    return msgspec.json.encode({"scenes": rows})


def parts(known: Scenes) -> tuple[Part, ...]:
    """Of every scene its entry, in which each formula has its words and its size, and the drawings."""
    return tuple(_part(name, scene) for name, scene in known.items())


def _part(name: str, scene: AnyScene) -> Part:
    drawings = {key: formula_svg(formula, f"{name}-{key}") for key, formula in scene.formulas.items()}
    sizes = {key: {"words": scene.formulas[key].words, **_size(drawing)} for key, drawing in drawings.items()}
    entry = msgspec.json.encode({**described(scene), "formulas": sizes})
    return Part(name, digest(name, scene), entry, {key: drawing.encode() for key, drawing in drawings.items()})


def _size(svg: str) -> dict[str, float]:
    """Width and height of a drawing in em, so that a page can leave room for it before it comes."""
    box = ElementTree.fromstring(svg).get("viewBox", "0 0 0 0").replace(",", " ").split()
    return {"width": float(box[2]) / SIZE, "height": float(box[3]) / SIZE}


def _whole(name: str, scene: AnyScene) -> dict[str, object]:
    return {
        **described(scene),
        "digest": digest(name, scene),
        "actions": {
            str(action.__struct_config__.tag): {"schema": standalone_schema(action), "who": sorted(action.who)}
            for action in scene.actions
        },
        "formulas": {
            key: {"svg": formula_svg(formula, f"{name}-{key}"), "words": formula.words}
            for key, formula in scene.formulas.items()
        },
    }


def protocol_body(known: Scenes) -> bytes:
    """Body of `GET /api/protocol`: version, every command with who may send it, every frame, shared definitions."""
    actions = itertools.chain.from_iterable(scene.actions for scene in known.values())
    commands: list[type[p.Command]] = [*p.GATEWAY_COMMANDS, *CORE_COMMANDS, *actions]
    sent = itertools.chain.from_iterable(scene.frames_sent for scene in known.values())
    frames: list[type[p.Frame]] = [*CORE_FRAMES, *sent]
    described_by, definitions = schemas([*commands, *frames])
    return msgspec.json.encode(
        {
            "version": p.VERSION,
            "commands": {
                _tag(command): {"schema": schema, "who": sorted(command.who), "collapse": command.collapse}
                for command, schema in zip(commands, described_by[: len(commands)], strict=True)
            },
            "frames": {_tag(f): {"schema": s} for f, s in zip(frames, described_by[len(commands) :], strict=True)},
            "$defs": definitions,
        }
    )


def largest(known: Scenes) -> dict[str, int]:
    """Bytes of one command, by type, where a scene's needs more than is usual."""
    actions = itertools.chain.from_iterable(scene.actions for scene in known.values())
    return {_tag(action): action.bytes_allowed for action in actions if action.bytes_allowed > p.LARGEST}


def _tag(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)
