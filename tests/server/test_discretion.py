"""The logs of the real program hold no key, token or answer, at any level."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import websockets

from server.disk.keys import load
from server.protocol.messages import VERSION
from tests.server.house import Browser
from tests.server.program import CLEAN, PATIENCE, ROOT

ANSWER = 4711.8125
WRONG_KEY, WRONG_TOKEN, NAME = "a-key-that-opens-nothing", "0123456789abcdef.forged-signature", "Secretive Student"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_nothing_secret_is_logged(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    base = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "--port", str(port), "--data", str(data), "--device", "cpu"),
            *("--public-url", base),  # others could reach it through a proxy, so making sessions needs the token
            cwd=ROOT,
            env={**CLEAN, "GNN_LIVE_LOG_LEVEL": "debug"},  # gateway and engine say all that they ever do
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                printed = (await process.stdout.readuntil(b"Ctrl-C")).decode()
                secret = await everything(base, data, process.pid)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE):
                printed += (await process.stdout.read()).decode()
                await process.wait()
    said = (tmp_path / "log").read_text("utf-8")
    keys = load(data)
    for level in ("INFO gnn_live.engine", "INFO gnn_live.gateway", "DEBUG gnn_live.visit"):
        assert level in said, "the logs were as loud as they can be"
    assert [word for word in secret if word in said] == []
    assert printed.count(keys.admin()) == 1
    assert printed.count(keys.key("lecture2", 1)) == 1
    assert keys.key("lecture9", 1) not in printed


async def everything(base: str, data: Path, gateway: int) -> list[str]:
    """Use the program as lecturer, students and intruder do; what must never be logged."""
    keys = load(data)
    made = {"id": "lecture9"}
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=30) as http, AsyncExitStack() as stack:
        assert (await http.post("/api/sessions", json=made)).status_code == 401
        for token, status in ((WRONG_TOKEN, 401), (keys.admin(), 201), (keys.admin(), 409)):
            answer = await http.post("/api/sessions", json=made, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status
        assert (await http.get("/api/scenes", params={"wait": 30})).status_code == 200

        async def browser(role: str, **more: str) -> Browser:
            url = base.replace("http", "ws") + "/ws/lecture9"
            opened = Browser(await stack.enter_async_context(websockets.connect(url, proxy=None, max_queue=None)))
            await opened.say({"t": "hello", "version": VERSION, "role": role, **more})
            return opened

        assert (await (await browser("instructor", key=WRONG_KEY)).next())["code"] == "bad_key"
        teacher = await browser("instructor", key=keys.key("lecture9", 1), nonce="desk")
        phones = [await browser("student", name=f"{NAME} {number}", nonce="tab") for number in range(3)]
        seats = [await phone.until("welcome") for phone in phones]
        await (await browser("student", token=WRONG_TOKEN)).until("fault")
        await (await browser("student", token=str(seats[0]["token"]))).until("welcome")
        while (await teacher.until("joined"))["present"] != 4:
            pass
        seated = {"graph": "seats", "compute": True}
        await teacher.say({"t": "open", "scene": "rounds", "params": seated, "id": 1})
        while (await teacher.until("opened"))["scene"] != "rounds":
            pass
        await phones[0].until("rounds.mine")
        await phones[0].say({"t": "rounds.answer", "round": 1, "values": [ANSWER, ANSWER], "id": 1})
        assert (await phones[0].until("receipt"))["upto"] == 1
        assert any(frame["t"] == "rounds.verdict" for frame in phones[0].seen) or await phones[0].until(
            "rounds.verdict"
        )
        for refused in (
            {"t": "rounds.answer", "round": 99, "values": [ANSWER]},
            {"t": "rounds.answer", "values": str(ANSWER)},
            {"t": "position", "to": 1},
            {"t": "no such", "key": keys.key("lecture9", 1)},
        ):
            await phones[1].say(refused)
            await phones[1].until("fault")
        await phones[2].socket.send(f'{{"t":"name", {ANSWER}')
        await phones[2].until("fault")
        children = Path(f"/proc/{gateway}/task/{gateway}/children").read_text("utf-8")
        os.kill(int(children.split()[0]), signal.SIGKILL)
        while (await teacher.until("engine"))["generation"] != 2:
            pass
        await phones[0].until("rounds.verdict")
    tokens = [str(seat["token"]) for seat in seats]
    signatures = [token.partition(".")[2] for token in tokens]
    known = [keys.admin(), keys.key("lecture9", 1), keys.key("lecture2", 1), WRONG_KEY, WRONG_TOKEN]
    return [*known, *tokens, *signatures, str(ANSWER), NAME]
