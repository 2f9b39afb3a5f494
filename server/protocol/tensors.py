"""The tensors of frames: their types, what a field says of its own, and how an array becomes one."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from msgspec import Meta

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
UInt8 = npt.NDArray[np.uint8]
Array = Float32 | Float64 | Int32 | UInt8
Dtype = Literal["f4", "f8", "i4", "u1"]


def tensor(dtype: Dtype, *shape: str) -> Meta:
    """Annotation of a frame's tensor field: its dtype on the wire and the names of its axes."""
    description = {"x-tensor": dtype, "x-shape": list(shape)}
    return Meta(extra=description, extra_json_schema=description)


class OnDevice(Protocol):
    """What an array of torch can do; torch itself is not imported by who sends no frames."""

    def numpy(self, *, force: bool = ...) -> npt.NDArray[Any]:
        """Its values in this process's memory."""
        ...


def f4(values: npt.ArrayLike | OnDevice) -> Float32:
    """A frame's own copy of an array's values, as a field of `tensor("f4", ...)` takes it."""
    return np.array(_here(values), dtype=np.float32, order="C")


def i4(values: npt.ArrayLike | OnDevice) -> Int32:
    """A frame's own copy of an array's values, as a field of `tensor("i4", ...)` takes it."""
    return np.array(_here(values), dtype=np.int32, order="C")


def _here(values: npt.ArrayLike | OnDevice) -> npt.ArrayLike:
    if isinstance(values, np.ndarray) or not hasattr(values, "numpy"):
        return values
    return values.numpy(force=True)
