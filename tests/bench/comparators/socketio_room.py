"""python-socketio: one event emitted to a room that everybody entered (extra `bench`), its data bytes or JSON.

    python -m tests.bench.comparators.socketio_room bytes|json

Bytes go as it sends them: a text packet that announces them, then the bytes, two messages a viewer.
"""

from __future__ import annotations

import socketio

from tests.bench.comparators import pulse, under_uvicorn

sio = socketio.AsyncServer(async_mode="asgi", ping_interval=3600, ping_timeout=3600)


@sio.event  # type: ignore[untyped-decorator]
async def connect(sid: str, _: object) -> None:
    await sio.enter_room(sid, "hall")


def main() -> None:
    asked = pulse.chosen("bytes", "json")
    payload = pulse.fields if asked.way == "json" else pulse.binary

    async def emit(count: int, due: float, made: float) -> None:
        await sio.emit("frame", payload(asked.size, count, due, made), room="hall")

    under_uvicorn.serve(socketio.ASGIApp(sio), asked.rate, emit)


if __name__ == "__main__":
    main()
