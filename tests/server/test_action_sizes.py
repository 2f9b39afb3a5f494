"""What a student may send fits the bytes that a student may send, at its largest."""

import msgspec
import pytest
from msgspec import inspect

from server.engine.discovery import scenes
from server.protocol.messages import LARGEST_ID, LARGEST_OF_ALL, STUDENT, Action

SENT = [action for scene in scenes().values() for action in scene.actions if not STUDENT.isdisjoint(action.who)]
NUMBER = len("-1.2345678901234567e-308")
"""Characters of the longest number that a browser writes."""
ESCAPED = len(r"\u0001")
"""Bytes of a character in JSON, at most, as a browser writes it."""


def longest(of: inspect.Type) -> int:
    """Bytes of the longest valid JSON of a type, without spaces; ValueError where nothing bounds it."""
    match of:
        case inspect.Metadata(type=inner):
            return longest(inner)
        case inspect.NoneType() | inspect.BoolType():
            return len("false")
        case inspect.IntType() | inspect.FloatType():
            return NUMBER
        case inspect.LiteralType(values=values):
            return max(len(msgspec.json.encode(value)) for value in values)
        case inspect.StrType(max_length=int(most)):
            return 2 + ESCAPED * most
        case inspect.UnionType(types=types):
            return max(longest(one) for one in types)
        case inspect.TupleType(item_types=items):
            return 2 + sum(longest(item) + 1 for item in items)
        case (
            inspect.ListType(item_type=item, max_length=int(most))
            | inspect.VarTupleType(item_type=item, max_length=int(most))
        ):
            return 2 + most * (longest(item) + 1)
        case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag):
            tagged = 0 if tag_field is None else len(msgspec.json.encode({tag_field: tag}))
            return 2 + tagged + sum(len(field.encode_name) + 4 + longest(field.type) for field in fields)
    raise ValueError(f"expected a type whose length is bounded, got {of}")


@pytest.mark.parametrize("action", SENT, ids=lambda action: str(action.__struct_config__.tag))
def test_the_largest_fits(action: type[Action]) -> None:
    assert longest(inspect.type_info(action)) <= action.bytes_allowed <= LARGEST_OF_ALL


def test_what_nothing_bounds_is_found() -> None:
    class Endless(Action, frozen=True, kw_only=True, tag="test.endless"):
        names: tuple[str, ...]

    with pytest.raises(ValueError, match="bounded"):
        longest(inspect.type_info(Endless))


def test_the_measure_covers_a_real_message() -> None:
    class Small(Action, frozen=True, kw_only=True, tag="test.small"):
        at: tuple[float, float]

    sent = msgspec.json.encode(Small(id=LARGEST_ID, at=(-1.2345678901234567e-308, -1.2345678901234567e-308)))
    assert len(sent) <= longest(inspect.type_info(Small))
