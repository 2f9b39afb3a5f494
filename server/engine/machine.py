"""The device as people know it: its name, and how fast it multiplies with the threads that the engine leaves it."""

from __future__ import annotations

import os
import platform
import re
import time
from dataclasses import dataclass
from pathlib import Path

from server.room.device import device

SIDE = {"cpu": 512, "cuda": 4096}
"""Rows and columns of the matrices, so many that one product takes milliseconds."""
PRODUCTS = 5
CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Machine:
    """What computes; speed in float32 operations a second, multiplications and additions."""

    name: str
    speed: float


def measured() -> Machine:
    """The engine's device, measured: the fastest of a few products of two (n, n) matrices, 2 n^3 operations each."""
    import torch

    chosen = device()
    n = SIDE[chosen]
    a = torch.ones(n, n, device=chosen)
    fastest = float("inf")
    for _ in range(PRODUCTS):
        began = time.perf_counter()
        float((a @ a)[0, 0])  # waits for a GPU
        fastest = min(fastest, time.perf_counter() - began)
    name = torch.cuda.get_device_name() if chosen == "cuda" else _cpu(torch.get_num_threads())
    return Machine(name, 2 * n**3 / fastest)


def _cpu(threads: int) -> str:
    """Such as "AMD EPYC 9454, 1 of 2 cores"."""
    cores = os.cpu_count() or 1
    told = CPU_INFO.read_text(encoding="utf-8", errors="replace") if CPU_INFO.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    model = found[1] if found else platform.processor() or platform.machine() or "CPU"
    # What a maker adds to a name says nothing from the back row.
    short = re.sub(r"\((?:R|TM)\)|\bCPU\b|@.*$|\b\d+-Core Processor\b|\bProcessor\b", "", model)
    return f"{' '.join(short.split())}, {threads} of {cores} cores"
