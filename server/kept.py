"""Where a job may go on from, as bytes and back: a struct of the job, with arrays as they lie in memory.

    class Place(msgspec.Struct, frozen=True, array_like=True, tag="scene.job 1"): …       another layout, another tag
    yield kept(Place(…))                        place = read(body, Place)                 None: from the beginning

Fields may be anything of msgspec, and NumPy arrays; frozen dataclasses of such, as `models/` has them, too.
"""

from __future__ import annotations

from typing import TypeVar, get_args, get_origin

import msgspec
import numpy as np

from server.scene import Kept

PlaceT = TypeVar("PlaceT", bound=msgspec.Struct)


class Done(msgspec.Struct, frozen=True, array_like=True, tag="done 1"):
    """How many outputs a job gave, where that and the state are all it goes on from."""

    outputs: int = 0


class _Array(msgspec.Struct, frozen=True, array_like=True):
    dtype: str
    shape: tuple[int, ...]
    data: bytes


def kept(place: msgspec.Struct) -> Kept:
    """The place as a job yields it."""
    return Kept(_ENCODER.encode(place))


def read(body: bytes | None, kind: type[PlaceT]) -> PlaceT | None:
    """The place in the bytes; None where there are none, or none of this kind."""
    if body is None:
        return None
    try:
        return msgspec.msgpack.decode(body, type=kind, dec_hook=_decoded)
    except msgspec.MsgspecError:
        return None


def _encoded(value: object) -> object:
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return _Array(value.dtype.str, value.shape, np.ascontiguousarray(value).tobytes())
    raise NotImplementedError(f"expected arrays of numbers and what msgspec knows, got {type(value).__name__}")


def _decoded(kind: type, value: object) -> object:
    """An array of its own, which may be written. Raises ValueError where it is not of the kind."""
    if (get_origin(kind) or kind) is not np.ndarray:
        raise NotImplementedError(f"expected arrays and what msgspec knows, got {kind.__name__}")
    found = msgspec.convert(value, _Array)
    array = np.frombuffer(found.data, dtype=found.dtype).reshape(found.shape).copy()
    wanted = _scalar(kind)
    if not np.issubdtype(array.dtype, wanted):
        raise ValueError(f"expected an array of {wanted.__name__}, got {array.dtype}")
    return array


def _scalar(kind: type) -> type[np.generic]:
    """float32 of `NDArray[float32]`; any number where nothing is said."""
    for dtype in get_args(kind)[1:]:
        for scalar in get_args(dtype):
            if isinstance(scalar, type) and issubclass(scalar, np.generic):
                return scalar
    return np.generic


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encoded)
