"""`websockets.broadcast` of the websockets library, on uvloop, deflate off."""

from __future__ import annotations

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from tests.bench.comparators import pulse

hall: set[ServerConnection] = set()


async def stay(viewer: ServerConnection) -> None:
    hall.add(viewer)
    try:
        async for _ in viewer:
            pass
    finally:
        hall.discard(viewer)


async def main() -> None:
    asked = pulse.chosen()

    async def to_all(count: int, due: float, made: float) -> None:
        broadcast(hall, pulse.binary(asked.size, count, due, made))

    async with serve(stay, sock=pulse.listening(), compression=None, ping_interval=None):
        await pulse.pulse(asked.rate, to_all)


if __name__ == "__main__":
    uvloop.run(main())
