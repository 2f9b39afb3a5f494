"""What the engine tells of its scenes and messages: the bodies of `GET /api/scenes` and `GET /api/protocol`.

Schemas are JSON Schema 2020-12, made from the types themselves; formulas are SVG, drawn here so that no browser has to.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from xml.etree import ElementTree

import msgspec
import numpy as np
from ziamath.zmath import Latex

from server import lecture
from server import protocol as p
from server.room import Scenes
from server.scene import AnyScene, Formula
from server.vocabulary import CORE_COMMANDS, CORE_FRAMES

log = logging.getLogger("gnn_live.catalogue")
SIZE = 24.0
"""Height of the letters in the SVG's own units; the page scales it."""
Schema = dict[str, object]
_COLOR = re.compile(r"\\color(\{[^{}]*\}\{)")


class FormulaError(ValueError):
    """A formula that cannot be drawn; the sentence names it."""


def scenes_body(known: Scenes) -> bytes:
    """Body of `GET /api/scenes`: every scene with its schemas and formulas, and the names of the lecture plans."""
    told = {name: _scene(name, scene) for name, scene in known.items()}
    return msgspec.json.encode({"scenes": told, "lectures": list(lecture.names())})


def _scene(name: str, scene: AnyScene) -> dict[str, object]:
    return {
        "title": scene.title,
        "summary": scene.summary,
        "params": standalone_schema(scene.params),
        "defaults": scene.params(),
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
    schemas, definitions = _schemas([*commands, *frames])
    return msgspec.json.encode(
        {
            "version": p.VERSION,
            "commands": {
                _tag(command): {"schema": schema, "who": sorted(command.who), "collapse": command.collapse}
                for command, schema in zip(commands, schemas[: len(commands)], strict=True)
            },
            "frames": {_tag(f): {"schema": s} for f, s in zip(frames, schemas[len(commands) :], strict=True)},
            "$defs": definitions,
        }
    )


def largest(known: Scenes) -> dict[str, int]:
    """Bytes of one command, by type, where a scene's needs more than is usual."""
    actions = itertools.chain.from_iterable(scene.actions for scene in known.values())
    return {_tag(action): action.bytes_allowed for action in actions if action.bytes_allowed > p.LARGEST}


def standalone_schema(kind: type[msgspec.Struct]) -> Schema:
    """JSON Schema of one type with its fields at the top, and what it refers to under `$defs`."""
    (schema,), definitions = _schemas([kind])
    name = str(schema["$ref"]).removeprefix("#/$defs/")
    top = definitions.pop(name)
    return {**top, "$defs": definitions} if definitions else dict(top)


def _tag(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)


def _schemas(kinds: Iterable[type]) -> tuple[list[Schema], dict[str, Schema]]:
    schemas, definitions = msgspec.json.schema_components(
        kinds, schema_hook=_array_schema, ref_template="#/$defs/{name}"
    )
    return [dict(schema) for schema in schemas], {name: dict(schema) for name, schema in definitions.items()}


def _array_schema(kind: type) -> Schema:
    """How a tensor stands in a frame's header; its numbers are in the tail."""
    origin = getattr(kind, "__origin__", kind)
    if origin is not np.ndarray:
        raise NotImplementedError(f"expected a type that JSON Schema can describe, got {kind}")
    return {
        "type": "object",
        "properties": {
            "dtype": {"enum": ["f4", "f8", "i4", "u1"]},
            "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            "at": {"type": "integer", "minimum": 0},
        },
        "required": ["dtype", "shape", "at"],
    }


@lru_cache(maxsize=512)
def formula_svg(formula: Formula, prefix: str) -> str:
    """A formula as SVG text in the colour of the text around it, its words as its title.

    `\\color{#0072B2}{x}` colours its own term alone. `prefix` makes the ids unique on a page with several formulas.

    Raises:
        FormulaError: it holds a LaTeX command that ziamath does not know.
    """
    # In LaTeX `\\color` colours all that follows, `\\textcolor` its argument.
    latex = _COLOR.sub(r"\\textcolor\1", formula.latex)
    drawn = False
    try:
        expression = Latex(latex, size=SIZE, color="currentColor")
        root: ElementTree.Element = expression.svgxml()
        drawn = True
    finally:
        if not drawn:
            log.error("formula %s cannot be read: %s", prefix, formula.latex)
    unknown = [text for text in expression.mathml.itertext() if "\\" in text]
    if unknown:
        raise FormulaError(f"formula {prefix}: expected LaTeX that ziamath knows, got {', '.join(unknown)}")
    _rename_ids(root, f"{prefix}-")
    _colour_lines(root)
    title = ElementTree.Element("title", {"id": f"{prefix}-title"})
    title.text = formula.words
    root.insert(0, title)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    return ElementTree.tostring(root, encoding="unicode")


def _colour_lines(root: ElementTree.Element) -> None:
    """Give the line over a term, which ziamath leaves black, the colour of the term, whose glyphs stand before it."""
    parts = list(root)
    for before, part in itertools.pairwise(parts):
        if part.get("fill") == "black":
            part.set("fill", before.get("fill", "currentColor"))


def _rename_ids(root: ElementTree.Element, prefix: str) -> None:
    """Put a prefix before every id and every reference to one."""
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "id":
                element.set(name, prefix + value)
            elif name == "href" and value.startswith("#"):
                element.set(name, f"#{prefix}{value[1:]}")
