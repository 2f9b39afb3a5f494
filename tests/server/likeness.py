"""Whether two frames show the same: integers and words exactly, floats as far as another processor rounds alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

RELATIVE, ABSOLUTE = 1e-3, 1e-5
"""Models compute in float32 and sum in an order that the processor chooses; what is shown has three digits."""

DECIMAL = re.compile(r"([-+]?\d+\.\d+(?:[eE][-+]?\d+)?)")
"""A float that was printed; an extended XYZ file has twelve digits of each."""


def differences(expected: object, got: object, path: str = "") -> Iterator[str]:
    """Where two unpacked frames differ, and what was expected there; nothing for the same frame."""
    match expected, got:
        case dict(), dict() if expected.keys() == got.keys():
            for key in expected:
                yield from differences(expected[key], got[key], f"{path}.{key}".lstrip("."))
        case list(), list() if len(expected) == len(got):
            for index, (one, other) in enumerate(zip(expected, got, strict=True)):
                yield from differences(one, other, f"{path}[{index}]")
        case np.ndarray(), np.ndarray() if (expected.dtype, expected.shape) == (got.dtype, got.shape):
            if not _near(expected, got):
                worst = np.unravel_index(np.argmax(np.abs(expected.astype(float) - got.astype(float))), expected.shape)
                yield f"{path}{[int(i) for i in worst]}: expected {expected[worst]}, got {got[worst]}"
        case float(), float() if math.isclose(expected, got, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
            return
        case str(), str() if DECIMAL.sub("\0", expected) == DECIMAL.sub("\0", got):
            for one, other in zip(DECIMAL.findall(expected), DECIMAL.findall(got), strict=True):
                yield from differences(float(one), float(other), path)
        case np.ndarray(), np.ndarray():
            shapes = f"expected {expected.dtype}{list(expected.shape)}, got {got.dtype}{list(got.shape)}"
            yield f"{path}: {shapes}"
        case _:
            if type(expected) is not type(got) or expected != got:
                yield f"{path}: expected {expected!r}, got {got!r}"


def _near(expected: np.ndarray, got: np.ndarray) -> bool:
    if expected.dtype.kind == "f":
        return bool(np.allclose(got, expected, rtol=RELATIVE, atol=ABSOLUTE))
    return bool(np.array_equal(expected, got))
