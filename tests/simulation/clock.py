"""The world's time: every `time.*` that the program asks, and the seconds that work is said to take.

Time goes on where nothing is left to do at this moment (`loop.py`) and where somebody charges it: a stand-in scene
for a step, a slow disk for a write. A wall clock may jump, the monotonic one never does.
"""

from __future__ import annotations

import sys
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

EPOCH = 1_800_000_000.0
"""Wall clock at the beginning of a world, Unix seconds."""
_REAL = {
    name: getattr(time, name) for name in ("monotonic", "time", "perf_counter", "thread_time", "process_time", "sleep")
}


class Clock:
    """Virtual time, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.jumped = EPOCH - self.now
        """What the wall clock shows beyond the monotonic one."""
        self.waited = 0.0
        """Seconds that were spent on waiting (a disk, a sleep) and not on computing."""

    def charge(self, seconds: float) -> None:
        """Whoever runs now computes for so long."""
        self.now += seconds

    def wait(self, seconds: float) -> None:
        """Whoever runs now waits for so long."""
        self.now += seconds
        self.waited += seconds


_clock = Clock()


def present() -> Clock:
    """The clock of the world that runs."""
    return _clock


def _monotonic() -> float:
    return _clock.now


def _wall() -> float:
    return _clock.now + _clock.jumped


def _sleep(seconds: float) -> None:
    _clock.wait(max(0.0, seconds))


_VIRTUAL: dict[str, Callable[..., Any]] = {
    "monotonic": _monotonic,
    "time": _wall,
    "perf_counter": _monotonic,
    "thread_time": _monotonic,
    "process_time": _monotonic,
    "sleep": _sleep,
}
_INSTEAD = {_REAL[name]: _VIRTUAL[name] for name in _REAL}


@contextmanager
def installed(clock: Clock) -> Iterator[None]:
    """While this lasts, every clock of the process is the world's, those in default arguments too."""
    global _clock
    before, _clock = _clock, clock
    for name, function in _VIRTUAL.items():
        setattr(time, name, function)
    changed = _defaults()
    for owner, name, virtual, _ in changed:
        setattr(owner, name, virtual)
    try:
        yield
    finally:
        for owner, name, _, real in changed:
            setattr(owner, name, real)
        for name, function in _REAL.items():
            setattr(time, name, function)
        _clock = before


_Site = tuple[object, str, object, object]
_known: tuple[int, list[_Site]] = (0, [])


def _defaults() -> list[_Site]:
    """Where the program keeps a real clock: a default argument, or a name that a module imported."""
    global _known
    modules = [module for name, module in list(sys.modules.items()) if name.split(".")[0] == "server"]
    if _known[0] != len(modules):
        _known = len(modules), [site for module in modules for site in _sites(module)]
    return _known[1]


def _sites(module: types.ModuleType) -> Iterator[_Site]:
    for name, value in list(vars(module).items()):
        if isinstance(value, types.BuiltinFunctionType) and value in _INSTEAD:
            yield module, name, _INSTEAD[value], value
        owners = vars(value).values() if isinstance(value, type) and value.__module__ == module.__name__ else [value]
        for function in owners:
            defaults = function.__defaults__ if isinstance(function, types.FunctionType) else None
            if defaults and any(_is_clock(default) for default in defaults):
                virtual = tuple(_INSTEAD[d] if _is_clock(d) else d for d in defaults)
                yield function, "__defaults__", virtual, defaults


def _is_clock(value: object) -> bool:
    return isinstance(value, types.BuiltinFunctionType) and value in _INSTEAD
