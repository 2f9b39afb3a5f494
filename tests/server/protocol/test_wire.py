"""The wire: what is packed comes out again, and what must not leave does not."""

import struct
from typing import Annotated

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from server.protocol.messages import Fault, Float32, Float64, Frame, Int32, UInt8, tensor
from server.protocol.wire import NotPackable, pack, unpack


class Cloud(Frame, frozen=True, kw_only=True, tag="test.cloud"):
    """Tensors of every dtype, one of them nested."""

    name: str
    positions: Annotated[Float32, tensor("f4", "n", "3")]
    exact: Annotated[Float64, tensor("f8", "n")]
    edges: Annotated[Int32, tensor("i4", "2", "e")]
    done: Annotated[UInt8, tensor("u1", "n")]
    parts: tuple[Float32, ...] = ()


def cloud(n: int = 3) -> Cloud:
    return Cloud(
        name="Teal Ötter",
        positions=np.arange(3 * n, dtype=np.float32).reshape(n, 3),
        exact=np.linspace(0, 1, n),
        edges=np.array([[0, 1], [1, 2]], np.int32),
        done=np.array([1] * n, np.uint8),
        parts=(np.ones((2, 2), np.float32),),
    )


def test_what_goes_in_comes_out() -> None:
    sent = cloud(5)
    got = unpack(pack(sent).stamped(7, "seat-1"))
    assert (got["t"], got["seq"], got["by"], got["name"]) == ("test.cloud", 7, "seat-1", "Teal Ötter")
    for name in ("positions", "exact", "edges", "done"):
        np.testing.assert_array_equal(got[name], getattr(sent, name))
    parts = got["parts"]
    assert isinstance(parts, list)
    np.testing.assert_array_equal(parts[0], sent.parts[0])


@pytest.mark.parametrize("n", range(1, 10))
def test_every_tensor_is_aligned_to_eight_bytes(n: int) -> None:
    data = pack(cloud(n)).stamped(123456789, "ö")
    (length,) = struct.unpack_from("<I", data)
    header = msgspec.json.decode(data[4 : 4 + length])
    start = 4 + length + (-(4 + length) % 8)
    assert start % 8 == 0
    for name in ("positions", "exact", "edges", "done"):
        assert (start + header[name]["at"]) % 8 == 0


def test_a_slot_that_is_not_named_by_the_tag_says_its_name() -> None:
    packed = pack(Fault(code="invalid", detail="x"))
    assert "slot" not in unpack(packed.stamped(1))
    assert unpack(packed.stamped(1, "s", 'rounds."count"'))["slot"] == 'rounds."count"'


def test_a_frame_without_tensors_has_no_tail() -> None:
    packed = pack(Fault(code="invalid", detail="x", re=3))
    assert packed.tail == b""
    assert unpack(packed.stamped(1)) == {"seq": 1, "by": "", "t": "fault", "code": "invalid", "detail": "x", "re": 3}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_never_leaves(bad: float) -> None:
    positions = np.zeros((2, 3), np.float32)
    positions[1, 2] = bad
    frame = msgspec.structs.replace(cloud(2), positions=positions)
    with pytest.raises(NotPackable, match="not finite"):
        pack(frame)


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.complex64, np.bool_])
def test_a_dtype_the_browser_cannot_view_is_refused(dtype: type) -> None:
    frame = msgspec.structs.replace(cloud(2), positions=np.zeros((2, 3), dtype))
    with pytest.raises(NotPackable, match="expected f4, f8, i4 or u1"):
        pack(frame)


def test_a_tensor_that_is_not_contiguous_is_packed_in_row_order() -> None:
    positions = np.arange(12, dtype=np.float32).reshape(3, 4).T[:, :3]
    got = unpack(pack(msgspec.structs.replace(cloud(4), positions=positions)).stamped(1))
    np.testing.assert_array_equal(got["positions"], positions)


@given(arrays(np.float32, array_shapes(max_dims=4, max_side=5), elements=st.floats(-1e9, 1e9, width=32)))
def test_any_finite_tensor_comes_back_to_the_bit(values: Float32) -> None:
    got = unpack(pack(msgspec.structs.replace(cloud(1), positions=values)).stamped(1))
    np.testing.assert_array_equal(got["positions"], values)


class Part(msgspec.Struct, frozen=True):
    """A nested row of a frame."""

    error: float


class Meter(Frame, frozen=True, kw_only=True, tag="test.meter"):
    """Numbers that are no tensors; JSON would write null for one that is not finite."""

    mean: float | None = None
    rows: tuple[Part, ...] = ()
    named: dict[str, list[float]] = msgspec.field(default_factory=dict)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_field_that_is_not_finite_does_not_leave(number: float) -> None:
    for meter in (Meter(mean=number), Meter(rows=(Part(1.0), Part(number))), Meter(named={"a": [0.0, number]})):
        with pytest.raises(NotPackable, match="Meter holds a number that is not finite"):
            pack(meter)
    assert unpack(pack(Meter(rows=(Part(1.0),))).stamped(1))["mean"] is None
