"""A training as plain data: all that the next step of Adam depends on, to go on in another process, digit for digit.

    m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   theta <- theta - rate m^ / (sqrt(v^) + eps)

theta, m, v and the number t of steps in m^ = m / (1 - b1^t) and v^ = v / (1 - b2^t), the buffers, the rate; and random
generators of NumPy and of torch where they are, which their seeds do not say. Kingma and Ba, arXiv:1412.6980.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Float32 = NDArray[np.float32]
_PCG64 = struct.Struct("<16s16s?I")


@dataclass(frozen=True, slots=True, eq=False)
class TrainingState:
    """A model of float32 and the Adam that trains it, between two steps.

    weights, mean, square: theta, m and v of all parameters in order, (w); steps: how many each parameter has taken,
    (p), 0 for one that never had a gradient; buffers: all of floating point, in order, (b); rate: of the next step.
    """

    weights: Float32
    mean: Float32
    square: Float32
    steps: Float32
    buffers: Float32
    rate: float


def state_of(model: nn.Module, adam: torch.optim.Optimizer) -> TrainingState:
    """Where a training stands, copied to the CPU; the training may go on."""
    means, squares, steps = [], [], []
    parameters = list(model.parameters())
    for parameter in parameters:
        moments: dict[str, Tensor] = adam.state.get(parameter, {})
        still = torch.zeros_like(parameter) if "step" not in moments else None
        means.append(moments["exp_avg"] if still is None else still)
        squares.append(moments["exp_avg_sq"] if still is None else still)
        steps.append(float(moments["step"]) if still is None else 0.0)
    return TrainingState(
        weights=_flat(parameters),
        mean=_flat(means),
        square=_flat(squares),
        steps=np.array(steps, dtype=np.float32),
        buffers=_flat(_buffers(model)),
        rate=float(adam.param_groups[0]["lr"]),
    )


def go_on(model: nn.Module, adam: torch.optim.Optimizer, state: TrainingState) -> None:
    """Put a training where another one stood, on the device where its model is.

    Raises ValueError where that was one of another network.
    """
    parameters, buffers = list(model.parameters()), _buffers(model)
    wanted = sum(one.numel() for one in parameters), len(parameters), sum(one.numel() for one in buffers)
    got = len(state.weights), len(state.steps), len(state.buffers)
    if got != wanted or not len(state.weights) == len(state.mean) == len(state.square):
        raise ValueError(f"Expected {wanted} weights, parameters and numbers of buffers, got {got}.")
    # Copied into the tensors as they lie: a kernel may round otherwise where memory begins at another address.
    _fill([one.data for one in parameters], state.weights)
    _fill(buffers, state.buffers)
    moved = [k for k, count in enumerate(state.steps) if count > 0]
    means, squares = ([torch.empty_like(one) for one in parameters] for _ in range(2))
    _fill(means, state.mean)
    _fill(squares, state.square)
    moments = {
        k: {"step": torch.tensor(float(state.steps[k])), "exp_avg": means[k], "exp_avg_sq": squares[k]} for k in moved
    }
    groups = adam.state_dict()["param_groups"]
    adam.load_state_dict({"state": moments, "param_groups": [group | {"lr": state.rate} for group in groups]})


def _buffers(model: nn.Module) -> list[Tensor]:
    return [buffer for buffer in model.buffers() if buffer.is_floating_point()]


def _flat(tensors: Iterable[Tensor]) -> Float32:
    rows = [tensor.detach().reshape(-1) for tensor in tensors]
    whole: Float32 = torch.cat(rows).cpu().numpy() if rows else np.zeros(0, dtype=np.float32)
    return whole


def _fill(tensors: Iterable[Tensor], values: Float32) -> None:
    at, whole = 0, torch.from_numpy(values.copy())  # one that may be written, which torch asks for
    for tensor in tensors:
        tensor.copy_(whole[at : at + tensor.numel()].view_as(tensor))
        at += tensor.numel()


# --- random generators ---------------------------------------------------------------------------------------------


def numpy_state(generator: np.random.Generator) -> bytes:
    """Where a generator of `np.random.default_rng` is, 37 bytes."""
    at = generator.bit_generator.state
    large = (at["state"][name].to_bytes(16, "little") for name in ("state", "inc"))
    return _PCG64.pack(*large, bool(at["has_uint32"]), at["uinteger"])


def numpy_generator(state: bytes) -> np.random.Generator:
    """A generator that goes on from there. Raises ValueError where the bytes are no such state."""
    if len(state) != _PCG64.size:
        raise ValueError(f"Expected {_PCG64.size} bytes of a generator, got {len(state)}.")
    place, increment, half, rest = _PCG64.unpack(state)
    made = np.random.PCG64()
    made.state = {
        "bit_generator": "PCG64",
        "state": {"state": int.from_bytes(place, "little"), "inc": int.from_bytes(increment, "little")},
        "has_uint32": int(half),
        "uinteger": rest,
    }
    return np.random.Generator(made)


def torch_state(generator: torch.Generator) -> bytes:
    """Where a generator of torch on the CPU is."""
    return generator.get_state().numpy().tobytes()


def torch_generator(state: bytes) -> torch.Generator:
    """A generator on the CPU that goes on from there. Raises ValueError where the bytes are no such state."""
    made = torch.Generator()
    if len(state) != len(made.get_state()):
        raise ValueError(f"Expected {len(made.get_state())} bytes of a generator, got {len(state)}.")
    return made.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
