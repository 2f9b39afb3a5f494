"""Where the models run: set once at the engine's start, asked by the scenes; imports no torch."""

from __future__ import annotations

from typing import Literal

Device = Literal["cpu", "cuda"]
_chosen: Device = "cpu"


def use(chosen: Device) -> None:
    """Choose the device; the engine does it before any scene runs."""
    global _chosen
    _chosen = chosen


def device() -> Device:
    """The device for new tensors, as `torch.device` and `.to` take it."""
    return _chosen
