"""Random values for any message type, from what `msgspec.inspect` says of it: valid by construction."""

import msgspec
import msgspec.inspect as mi
import numpy as np


def sample(message: type[msgspec.Struct], rng: np.random.Generator) -> dict[str, object]:
    """Field values for a struct, each within its type and range; the tag is not among them."""
    info = mi.type_info(message)
    assert isinstance(info, mi.StructType)
    chosen: dict[str, object] = {}
    for item in info.fields:
        if item.encode_name == "id":
            continue
        if item.required or rng.random() < 0.6:
            chosen[item.encode_name] = _value(item.type, rng)
    return chosen


def _value(info: mi.Type, rng: np.random.Generator) -> object:
    match info:
        case mi.Metadata():
            return _value(info.type, rng)
        case mi.BoolType():
            return bool(rng.random() < 0.5)
        case mi.LiteralType():
            return info.values[int(rng.integers(len(info.values)))]
        case mi.IntType():
            low = -50 if info.ge is None else info.ge
            high = low + 100 if info.le is None else info.le
            return int(rng.integers(low, high + 1))
        case mi.FloatType():
            low_f = -3.0 if info.ge is None else float(info.ge)
            high_f = low_f + 6 if info.le is None else float(info.le)
            return float(rng.uniform(low_f, high_f))
        case mi.StrType():
            return "x"
        case mi.NoneType():
            return None
        case mi.UnionType():
            return _value(info.types[int(rng.integers(len(info.types)))], rng)
        case mi.TupleType():
            return [_value(item, rng) for item in info.item_types]
        case mi.VarTupleType() | mi.ListType():
            low_n = info.min_length or 0
            high_n = low_n + 3 if info.max_length is None else info.max_length
            return [_value(info.item_type, rng) for _ in range(int(rng.integers(low_n, high_n + 1)))]
        case mi.StructType():
            return sample(info.cls, rng)
        case _:
            raise TypeError(f"expected a type that can be sampled, got {info}")
