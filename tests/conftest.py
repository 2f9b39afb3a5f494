"""Every asynchronous test runs on the event loop that the program has: uvloop raises where asyncio only warns."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """One loop for all: uvicorn takes uvloop wherever it is installed."""
    return {"uvloop": uvloop.new_event_loop}
