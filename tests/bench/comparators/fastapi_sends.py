"""FastAPI as its documentation shows it: a list of sockets, `await socket.send_bytes(...)` or `send_json(...)` to each.

python -m tests.bench.comparators.fastapi_sends bytes|json
"""

from __future__ import annotations

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.bench.comparators import pulse, under_uvicorn

hall: list[WebSocket] = []
app = FastAPI()


@app.websocket("/ws")
async def stay(viewer: WebSocket) -> None:
    await viewer.accept()
    hall.append(viewer)
    try:
        while True:
            await viewer.receive_text()
    except WebSocketDisconnect:
        hall.remove(viewer)


def main() -> None:
    asked = pulse.chosen("bytes", "json")

    async def send_bytes(count: int, due: float, made: float) -> None:
        payload = pulse.binary(asked.size, count, due, made)
        for viewer in list(hall):
            await viewer.send_bytes(payload)

    async def send_json(count: int, due: float, made: float) -> None:
        message = pulse.fields(asked.size, count, due, made)
        for viewer in list(hall):
            await viewer.send_json(message)

    under_uvicorn.serve(app, asked.rate, send_json if asked.way == "json" else send_bytes)


if __name__ == "__main__":
    main()
