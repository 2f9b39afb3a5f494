"""Torch as the engine uses it, and as a replay must use it to get the same numbers: threads and device."""

from __future__ import annotations

import os

from server.room import device
from server.settings import config

FEW_CORES = 4


class NoDeviceError(ValueError):
    """The device that was asked for is not on this machine."""


def prepare(wanted: config.DeviceChoice, threads: int = 0) -> None:
    """Load torch with so many threads, 0 for as many as leave the gateway a core, and choose the device for the scenes.

    Raises:
        NoDeviceError: cuda was asked for and is not there.
    """
    import torch

    cores = os.cpu_count() or 1
    # Two OpenMP threads on two busy cores wait for each other; a sum over other threads also rounds differently.
    torch.set_num_threads(threads or (1 if cores <= FEW_CORES else cores - 1))
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise NoDeviceError("expected a CUDA device for --device cuda, but torch finds none; use --device auto or cpu")
    chosen: device.Device = "cuda" if there and wanted != "cpu" else "cpu"
    if chosen == "cuda":
        # Without it sums on a GPU depend on the order of its threads, and a replay would differ from the lecture.
        torch.use_deterministic_algorithms(True, warn_only=True)
    device.use(chosen)
