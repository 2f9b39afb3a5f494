"""A value as msgpack and back, by its own declared type, bit for bit: arrays and tensors as they lie in memory.

An array or tensor that stands at several places of the value is written once, and after that by its number. Numbers,
text, tuples, mappings, dataclasses and structs are msgspec's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec
import numpy as np
import torch
from msgspec.msgpack import Decoder, Encoder, Ext

from server.room.scene import AnyScene, Scene

T = TypeVar("T")
ARRAY, TENSOR, AGAIN = 1, 2, 3
"""Types of the extensions."""


class _Array(msgspec.Struct, array_like=True, frozen=True):
    number: int
    dtype: str
    shape: tuple[int, ...]
    columns_first: bool
    """In the order of Fortran, in which a product rounds otherwise."""
    body: bytes


class _Tensor(msgspec.Struct, array_like=True, frozen=True):
    number: int
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    """Where they are not those of rows: a product rounds otherwise."""
    device: str
    gradient: bool
    body: bytes


_pack = Encoder().encode
_unpack_array, _unpack_tensor, _unpack_number = Decoder(_Array).decode, Decoder(_Tensor).decode, Decoder(int).decode


def encode(value: object) -> bytes:
    """The value as bytes.

    Raises:
        TypeError: it holds something that is no data; the sentence names it.
    """
    numbers: dict[int, int] = {}

    def extension(part: object) -> Ext:
        if id(part) in numbers:
            return Ext(AGAIN, _pack(numbers[id(part)]))
        number = numbers[id(part)] = len(numbers)
        if type(part) is np.ndarray and part.dtype.kind in "biufc":
            return Ext(ARRAY, _pack(_array(number, part)))
        if type(part) is torch.Tensor and part.is_leaf:
            return Ext(TENSOR, _pack(_tensor(number, part)))
        raise TypeError(f"expected data in a state, got {type(part).__module__}.{type(part).__qualname__}")

    return Encoder(enc_hook=extension).encode(value)


def decode(body: bytes, of: type[T]) -> T:
    """The value of this declared type.

    Raises:
        msgspec.MsgspecError: the bytes are no value of this type.
    """
    parts: dict[int, object] = {}

    def part(code: int, data: memoryview) -> object:
        try:
            if code == AGAIN:
                return parts[_unpack_number(data)]
            number, made = _placed(_unpack_tensor(data)) if code == TENSOR else _laid(_unpack_array(data))
        except (AttributeError, KeyError, OverflowError, RuntimeError, TypeError, ValueError) as error:
            raise msgspec.ValidationError(f"expected an array or a tensor, got extension {code}: {error}") from error
        parts[number] = made
        return made

    made: T = Decoder(of, dec_hook=_checked, ext_hook=part).decode(body)
    return made


def _array(number: int, array: np.ndarray[Any, Any]) -> _Array:
    columns_first = array.flags.f_contiguous and not array.flags.c_contiguous
    body = array.tobytes(order="F" if columns_first else "C")
    return _Array(number, array.dtype.str, array.shape, columns_first, body)


def _laid(packed: _Array) -> tuple[int, np.ndarray[Any, Any]]:
    flat = np.frombuffer(packed.body, packed.dtype).copy()
    return packed.number, flat.reshape(packed.shape, order="F" if packed.columns_first else "C")


def _tensor(number: int, tensor: torch.Tensor) -> _Tensor:
    strides = () if tensor.is_contiguous() or 0 in tensor.stride() else tensor.stride()
    flat = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    dtype = str(tensor.dtype).removeprefix("torch.")
    shape, device = tuple(tensor.shape), str(tensor.device)
    return _Tensor(number, dtype, shape, strides, device, tensor.requires_grad, flat.numpy().tobytes())


def _placed(packed: _Tensor) -> tuple[int, torch.Tensor]:
    flat = torch.frombuffer(bytearray(packed.body), dtype=torch.uint8) if packed.body else torch.empty(0)
    dtype = getattr(torch, packed.dtype)
    tensor = flat.view(dtype).reshape(packed.shape) if packed.body else torch.empty(packed.shape, dtype=dtype)
    if packed.strides:
        tensor = torch.empty_strided(packed.shape, packed.strides, dtype=dtype).copy_(tensor)
    there = torch.device(packed.device)
    if there.type == "cpu" or torch.cuda.is_available():
        tensor = tensor.to(there)  # on a machine without the device it was on it stays here
    return packed.number, tensor.requires_grad_(packed.gradient)


def _checked(of: type[object], part: object) -> object:
    """A part that msgspec does not know, if it is what its type says."""
    wanted = get_origin(of) or of
    if not isinstance(part, wanted):
        raise ValueError(f"expected {wanted.__name__}, got {type(part).__name__}")
    if isinstance(part, np.ndarray):
        kinds = [item for kind in get_args(of)[1:] for item in get_args(kind)]
        if kinds and isinstance(kinds[0], type) and not issubclass(part.dtype.type, kinds[0]):
            raise ValueError(f"expected an array of {kinds[0].__name__}, got {part.dtype}")
    return part


@lru_cache(maxsize=256)
def state_of(scene: type[AnyScene]) -> type[object]:
    """The type of a scene's state: the S of its `Scene[P, S]`."""
    for base in scene.__mro__:
        for generic in getattr(base, "__orig_bases__", ()):
            if get_origin(generic) is Scene:
                declared: type[object] = get_args(generic)[1]
                return declared
    raise TypeError(f"expected class {scene.__name__}(Scene[itsParams, itsState]), but its state has no type")
