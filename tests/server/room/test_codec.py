"""Every scene's state as bytes and back, bit for bit, over random scripts; and what may stand in a state at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from server.protocol.messages import Float32
from server.room import codec
from tests.server.bitwise import differences
from tests.server.test_scenes import EVERY, SCENES, opened, script


@EVERY
@pytest.mark.parametrize("seed", range(2))
def test_every_state_comes_back_bit_for_bit(name: str, seed: int) -> None:
    kind = codec.state_of(type(SCENES[name]))
    for room in (opened(name), *script(opened(name), np.random.default_rng(seed), 20)):
        assert room.open is not None
        body = codec.encode(room.open.state)
        back = codec.decode(body, kind)
        assert not list(differences(room.open.state, back))
        assert codec.encode(back) == body


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    weights: torch.Tensor
    by_place: Mapping[tuple[str, int], float | None]


@dataclass(frozen=True, slots=True)
class Outer:
    array: npt.NDArray[np.generic]
    inner: Inner | None = None
    again: npt.NDArray[np.generic] | None = None
    color: Color = Color.RED
    text: bytes = b""


@dataclass(frozen=True, slots=True)
class Narrow:
    array: Float32


def there_and_back(value: Outer) -> Outer:
    return codec.decode(codec.encode(value), Outer)


KINDS = st.sampled_from(["<f4", "<f8", "<i8", "<i4", "|u1", "|b1", "<c16"])


@settings(max_examples=100, deadline=None)
@given(KINDS, st.lists(st.integers(0, 4), max_size=3), st.integers(0, 2**32 - 1), st.sampled_from("CFTS"))
def test_an_array_lies_as_it_lay(kind: str, shape: list[int], seed: int, order: str) -> None:
    noise = np.random.default_rng(seed).bytes(int(np.prod(shape, dtype=int)) * np.dtype(kind).itemsize)
    if kind == "|b1":
        noise = bytes(byte & 1 for byte in noise)
    array: np.ndarray[Any, Any] = np.frombuffer(noise, kind).reshape(shape)
    array = {"C": array, "F": np.asfortranarray(array).reshape(shape), "T": array.T, "S": array}[order]
    back = there_and_back(Outer(array)).array
    assert not list(differences(array, back))
    assert back.flags.f_contiguous == array.flags.f_contiguous
    assert back.flags.c_contiguous == array.flags.c_contiguous
    assert back.flags.writeable


TENSORS: dict[str, Callable[[], torch.Tensor]] = {
    "a number": lambda: torch.tensor(1.5),
    "nothing": lambda: torch.empty((0, 3)),
    "bits": lambda: torch.tensor([True, False]),
    "short": lambda: torch.tensor([1.0, float("nan")], dtype=torch.bfloat16),
    "whole numbers": lambda: torch.arange(6).reshape(2, 3),
    "columns first": lambda: torch.rand(3, 4, dtype=torch.float64).T,
    "one row for all": lambda: torch.rand(1, 3).expand(4, 3),
    "with a gradient": lambda: torch.rand(2, requires_grad=True),
}


@pytest.mark.parametrize("what", TENSORS)
def test_a_tensor_lies_as_it_lay(what: str) -> None:
    tensor = TENSORS[what]()
    back = there_and_back(Outer(np.zeros(1), Inner(tensor, {}))).inner
    assert back is not None
    assert (back.weights.dtype, back.weights.requires_grad) == (tensor.dtype, tensor.requires_grad)
    assert torch.equal(back.weights.nan_to_num(), tensor.nan_to_num())
    assert back.weights.stride() == tensor.stride() or 0 in tensor.stride()


def test_everything_else_a_state_may_hold() -> None:
    inner = Inner(torch.ones(1), {("b", 2): None, ("a", -1): float("-inf")})
    value = Outer(np.zeros((2, 0)), inner, None, Color.BLUE, b"\x00")
    assert not list(differences(value, there_and_back(value)))


def test_what_stands_in_two_places_is_written_once_and_is_one_again() -> None:
    array = np.arange(1000.0)
    once, twice = codec.encode(Outer(array)), codec.encode(Outer(array, again=array))
    assert len(twice) < len(once) + 20
    back = codec.decode(twice, Outer)
    assert back.again is back.array
    apart = there_and_back(Outer(array, again=array.copy()))
    assert apart.again is not apart.array


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (Outer(np.zeros(1), Inner(torch.nn.Linear(1, 1), {})), "torch.nn.modules.linear.Linear"),  # type: ignore[arg-type]
        (Outer(np.zeros(1), Inner(torch.ones(1, requires_grad=True) * 2, {})), "torch.Tensor"),
        (Outer(np.array([object()])), "numpy.ndarray"),
        (Outer(np.zeros(1), Inner(torch.ones(1), {("a", 1): np.float64(1)})), "numpy.float64"),
    ],
)
def test_what_is_no_data_is_refused_by_its_name(value: Outer, named: str) -> None:
    with pytest.raises(TypeError, match=named):
        codec.encode(value)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 400), st.integers(1, 255))
def test_damaged_bytes_are_another_state_or_refused(at: int, by: int) -> None:
    """Never another exception: a checkpoint that cannot be read is one that is not there."""
    body = bytearray(
        codec.encode(Outer(np.arange(9.0), Inner(torch.ones(3, 2).T, {("a", 1): 2.0}), np.eye(2, dtype="f4")))
    )
    body[at % len(body)] ^= by
    try:
        assert isinstance(codec.decode(bytes(body), Outer), Outer)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return


def test_another_type_of_number_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="expected an array of float32, got float64"):
        codec.decode(codec.encode(Outer(np.zeros(1))), Narrow)
    with pytest.raises(msgspec.ValidationError, match="expected Tensor, got ndarray"):
        codec.decode(codec.encode({"weights": np.zeros(1), "by_place": {}}), Inner)


def test_a_scene_without_a_type_of_its_state_is_named() -> None:
    class Bare:
        pass

    with pytest.raises(TypeError, match=r"class Bare\(Scene"):
        codec.state_of(Bare)
