"""An ASGI comparator under uvicorn as the program runs it: uvloop, websockets-sansio, deflate off, no access log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
import uvloop

from tests.bench.comparators import pulse


def serve(app: Any, rate: float, broadcast: Callable[[int, float, float], Awaitable[None]]) -> None:  # noqa: ANN401
    """Serve until the bench ends."""
    uvloop.run(_serve(app, rate, broadcast))


async def _serve(app: Any, rate: float, broadcast: Callable[[int, float, float], Awaitable[None]]) -> None:  # noqa: ANN401
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        backlog=2048,
    )
    serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[pulse.listening()]))
    await pulse.pulse(rate, broadcast)
    await serving
