"""Work too long for the engine's loop: one process beside it, niced, computes a function and hands back what it gave.

    result = yield from aside(function, argument, …)        inside a job: the loop goes on meanwhile

The function is one of a module, its arguments and result are pickled. A job that waits gives no output, so the log and
its replay do not depend on how long it took. The process is started when it is needed first and ends with the engine.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import ParamSpec, TypeVar

from server.child import stand_back
from server.scene import Wait

P = ParamSpec("P")
T = TypeVar("T")
PAUSE = 0.03


def aside(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Generator[Wait, None, T]:
    """What the function gives, computed in the process beside; meanwhile the job waits.

    Raises:
        Whatever the function raises; BrokenProcessPool where its process was killed, and the next call starts another.
    """
    future = _submitted(function, *args, **kwargs)
    while not future.done():
        wait((future,), timeout=0.001)  # in a replay nobody else waits between two steps
        yield Wait(PAUSE)
    try:
        return future.result()
    except BrokenProcessPool:
        _pool.cache_clear()
        raise


def _submitted(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    try:
        return _pool().submit(function, *args, **kwargs)
    except BrokenProcessPool:
        _pool.cache_clear()
        return _pool().submit(function, *args, **kwargs)


@cache
def _pool() -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin, initargs=(os.getpid(),))


def _begin(parent: int) -> None:
    """In the process beside: it stands back, and has one thread."""
    stand_back(parent)
    import torch

    torch.set_num_threads(1)
