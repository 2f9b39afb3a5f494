"""What the stage says of the device: a name without what says nothing, and a speed that matrices really have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from server.engine import machine


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("model name\t: Intel(R) Xeon(R) Processor @ 2.80GHz\n", "Intel Xeon"),
        ("model name\t: AMD EPYC 9454 48-Core Processor\nflags\t: fpu\n", "AMD EPYC 9454"),
        ("model name\t: Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz\n", "Intel Core i7-8650U"),
    ],
)
def test_a_processors_name_is_short(told: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text(told)
    monkeypatch.setattr(machine, "CPU_INFO", info)
    assert re.fullmatch(rf"{re.escape(name)}, \d+ of \d+ cores", machine.measured().name)


def test_a_machine_that_tells_no_name_still_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "CPU_INFO", tmp_path / "nothing")
    assert re.fullmatch(r"\S.*, \d+ of \d+ cores", machine.measured().name)


def test_the_speed_is_that_of_this_machine() -> None:
    """Between what a single slow core and what the fastest device can do."""
    assert 1e8 < machine.measured().speed < 1e16


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_tells_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "device", lambda: "cuda")
    found = machine.measured()
    assert found.name == torch.cuda.get_device_name()
    assert found.speed > 1e11
