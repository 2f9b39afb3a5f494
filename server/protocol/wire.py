"""Frame <-> bytes: `u32 header length | JSON header | pad to 8 | tensors`, each tensor 8-aligned.

The header is the frame's fields as JSON; a tensor stands in it as `{"dtype", "shape", "at"}`, little-endian, `at`
counted from the start of the tail, so that a browser makes typed-array views without copying.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from server.protocol.messages import Dtype, Frame

_DTYPES: dict[Dtype, np.dtype[np.generic]] = {
    "f4": np.dtype("<f4"),
    "f8": np.dtype("<f8"),
    "i4": np.dtype("<i4"),
    "u1": np.dtype("u1"),
}
_NAMES: dict[np.dtype[np.generic], Dtype] = {dtype: name for name, dtype in _DTYPES.items()}


class NotPackable(ValueError):
    """A frame that must not leave: an unknown dtype, or a number that is not finite."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A frame as header JSON (without sequence number) and its tail of tensors."""

    header: bytes
    tail: bytes

    def stamped(self, seq: int, by: str = "", slot: str = "") -> bytes:
        """The frame's bytes as every socket writes them, with its sequence number, its author, and a slot's own name.

        A slot that is named by the frame's tag goes without saying.
        """
        named = f'"slot":{msgspec.json.encode(slot).decode()},' if slot else ""
        stamp = f'{{"seq":{seq},"by":{msgspec.json.encode(by).decode()},{named}'.encode()
        header = stamp + self.header[1:]
        padding = b" " * (-(4 + len(header)) % 8)
        return struct.pack("<I", len(header)) + header + padding + self.tail


def pack(frame: Frame) -> Packed:
    """Pack a frame once; refuses tensors of other dtypes and numbers that are not finite.

    Raises:
        NotPackable: a tensor is not f4, f8, i4 or u1, or a tensor or a field holds NaN or infinity.
    """
    tensors: list[bytes] = []
    offset = 0

    def describe(value: object) -> object:
        nonlocal offset
        if not isinstance(value, np.ndarray):
            raise NotPackable(f"expected an array in {type(frame).__name__}, got {type(value).__name__}")
        name = _NAMES.get(value.dtype)
        if name is None:
            raise NotPackable(f"{type(frame).__name__}: expected f4, f8, i4 or u1, got {value.dtype}")
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise NotPackable(f"{type(frame).__name__} holds a number that is not finite")
        data = np.ascontiguousarray(value).tobytes()
        at, padding = offset, -len(data) % 8
        tensors.append(data + b"\0" * padding)
        offset += len(data) + padding
        return {"dtype": name, "shape": list(value.shape), "at": at}

    header = msgspec.json.encode(frame, enc_hook=describe)
    # JSON has no NaN and msgspec writes null instead: only then is the frame searched.
    if b"null" in header and not _finite(frame):
        raise NotPackable(f"{type(frame).__name__} holds a number that is not finite")
    return Packed(header, b"".join(tensors))


def _finite(value: object) -> bool:
    """Whether every float among a frame's fields is finite; tensors were looked at as they were packed."""
    match value:
        case float():
            return math.isfinite(value)
        case msgspec.Struct():
            return all(_finite(getattr(value, name)) for name in value.__struct_fields__)
        case dict():
            return all(map(_finite, value.values()))
        case list() | tuple():
            return all(map(_finite, value))
        case _:
            return True


def unpack(data: bytes) -> dict[str, object]:
    """Bytes -> header with its tensors in place, as read-only views; the inverse of `pack` for clients."""
    (length,) = struct.unpack_from("<I", data)
    header: object = msgspec.json.decode(data[4 : 4 + length])
    if not isinstance(header, dict):
        raise ValueError(f"expected a JSON object as frame header, got {type(header).__name__}")
    tail = memoryview(data)[4 + length + (-(4 + length) % 8) :]
    filled = _filled(header, tail)
    assert isinstance(filled, dict)
    return filled


def _filled(value: object, tail: memoryview) -> object:
    """The same value with every tensor's description replaced by a view of its numbers."""
    if isinstance(value, dict):
        if value.keys() == {"dtype", "shape", "at"}:
            return _view(value, tail)
        return {key: _filled(item, tail) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, tail) for item in value]
    return value


def _view(description: dict[str, object], tail: memoryview) -> npt.NDArray[np.generic]:
    dtype = _DTYPES[msgspec.convert(description["dtype"], Dtype)]
    shape = msgspec.convert(description["shape"], tuple[int, ...])
    at = msgspec.convert(description["at"], int)
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(tail, dtype, count, at).reshape(shape)
