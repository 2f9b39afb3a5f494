"""JSON Schema of messages and parameters, made from the types themselves (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

Schema = dict[str, object]


def standalone_schema(kind: type[msgspec.Struct]) -> Schema:
    """JSON Schema of one type with its fields at the top, and what it refers to under `$defs`."""
    (schema,), definitions = schemas([kind])
    name = str(schema["$ref"]).removeprefix("#/$defs/")
    top = definitions.pop(name)
    return {**top, "$defs": definitions} if definitions else dict(top)


def schemas(kinds: Iterable[type]) -> tuple[list[Schema], dict[str, Schema]]:
    """The schema of each type, which refers to the definitions that come with them."""
    made, definitions = msgspec.json.schema_components(kinds, schema_hook=_array_schema, ref_template="#/$defs/{name}")
    return [dict(schema) for schema in made], {name: dict(schema) for name, schema in definitions.items()}


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
