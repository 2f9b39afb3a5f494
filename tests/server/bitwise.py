"""Where two values differ, bit for bit: their types, every field, the order of mappings, the bytes of arrays."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import msgspec
import numpy as np
import torch


def differences(one: object, other: object, path: str = "") -> Iterator[str]:
    """A sentence for each place; nothing where both are the same."""
    if type(one) is not type(other):
        yield f"{path}: {type(one).__name__} and {type(other).__name__}"
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        if list(one) != list(other):
            yield f"{path}: keys {list(one)} and {list(other)}"
        else:
            for key in one:
                yield from differences(one[key], other[key], f"{path}[{key!r}]")
    elif isinstance(one, tuple | list) and isinstance(other, tuple | list):
        if len(one) != len(other):
            yield f"{path}: {len(one)} and {len(other)} long"
        for index, (mine, yours) in enumerate(zip(one, other, strict=False)):
            yield from differences(mine, yours, f"{path}[{index}]")
    elif is_dataclass(one) or isinstance(one, msgspec.Struct):
        for name in _names(one):
            yield from differences(getattr(one, name), getattr(other, name), f"{path}.{name}")
    elif _bits(one) != _bits(other):
        yield f"{path}: {one!r} and {other!r}"


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, msgspec.Struct):
        return value.__struct_fields__
    return tuple(field.name for field in fields(value))  # type: ignore[arg-type]  # a dataclass


def _bits(value: object) -> object:
    match value:
        case np.ndarray():
            return value.dtype, value.shape, value.tobytes()
        case torch.Tensor():
            return value.dtype, value.device, value.requires_grad, _bits(value.detach().cpu().numpy())
        case float():
            return struct.pack("<d", value)
        case _:
            return value
