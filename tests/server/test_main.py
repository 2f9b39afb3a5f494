"""The program as one starts it: real processes, real signals, a real engine."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import torch
import websockets
from websockets.typing import Origin

from server.disk.store import FILE, Entry, Log, Registry
from server.protocol.messages import VERSION
from tests.server.house import Browser
from tests.server.program import PATIENCE, ROOT, alive, eventually, run, started


async def test_a_fresh_start_prints_three_links_that_work(tmp_path: Path) -> None:
    async with started(tmp_path / "data") as program, httpx.AsyncClient(trust_env=False) as http:
        assert "gnn-live --hall" in program.printed
        assert (await http.get(f"{program.base}/")).status_code == 200
        for name in ("join", "stage", "control"):
            assert (await http.get(program.link(name))).status_code == 200
        assert [line.split()[0] for line in program.printed.splitlines() if "#" in line] == ["stage", "control"]
        key = program.link("control").partition("#")[2]
        async with program.browser("instructor", key=key) as instructor:
            assert (await instructor.next())["t"] == "welcome"
        facts = (await http.get(f"{program.base}/api/sessions/Lecture-2")).json()
        assert (facts["id"], facts["hall"]) == ("lecture2", False)


async def test_an_engine_that_is_killed_comes_back_and_browsers_stay(tmp_path: Path) -> None:
    async with started(tmp_path) as program, httpx.AsyncClient(trust_env=False, timeout=30) as http:

        async def ready() -> bool:
            return (await http.get(f"{program.base}/readyz")).status_code == 200

        key = program.link("control").partition("#")[2]
        async with asyncio.timeout(PATIENCE), program.browser("instructor", key=key, nonce="tab") as instructor:
            await instructor.until("opened")
            await instructor.say({"t": "show", "dark": True, "id": 1})
            assert (await instructor.until("receipt"))["upto"] == 1
            first = await program.engine()
            os.kill(first, signal.SIGKILL)
            while (await instructor.until("engine"))["ready"]:
                pass
            assert (await http.get(f"{program.base}/api/scenes")).status_code == 200
            while not (frame := await instructor.until("engine"))["ready"]:
                pass
            assert frame["generation"] == 2
            assert (await instructor.until("display"))["dark"] is True
            assert await program.engine() != first
        await eventually(ready)


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6 loopback")
@pytest.mark.parametrize(("host", "base"), [("[::1]", "http://[::1]:"), ("::", "http://127.0.0.1:")])
async def test_an_ipv6_address_serves_pages_and_sockets(tmp_path: Path, host: str, base: str) -> None:
    async with started(tmp_path, "--host", host) as program, httpx.AsyncClient(trust_env=False) as http:
        control = program.link("control")
        assert control.startswith(base)
        own = f"http://[::1]:{control.removeprefix(base).partition('/')[0]}"
        for called in (control, f"{own}/lecture2"):
            assert (await http.get(called)).status_code == 200
        hello = {"t": "hello", "version": VERSION, "role": "instructor", "key": control.partition("#")[2]}
        path = f"{own.replace('http', 'ws')}/ws/lecture2"
        async with websockets.connect(path, origin=Origin(own), proxy=None) as raw:
            browser = Browser(raw)
            await browser.say(hello)
            assert (await browser.next())["t"] == "welcome"
        with pytest.raises(websockets.InvalidStatus, match="403"):
            await websockets.connect(path, origin=Origin("http://[::2]:1"), proxy=None)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_tells_browsers_and_stops_the_engine(tmp_path: Path, stop: signal.Signals) -> None:
    async with started(tmp_path) as program:
        engine = await program.engine()
        async with program.browser("stage") as stage:
            await stage.until("welcome")
            program.process.send_signal(stop)
            assert await stage.closed() == 1012
        async with asyncio.timeout(PATIENCE):
            status = await program.process.wait()
        assert status in (0, -stop)
        assert not alive(engine)


async def test_a_program_that_is_killed_takes_its_engine_with_it_and_restarts_with_the_same_key(tmp_path: Path) -> None:
    async with started(tmp_path) as program:
        engine = await program.engine()
        key = program.link("control").partition("#")[2]
        program.process.kill()

        async def gone() -> bool:
            return not alive(engine)

        await eventually(gone)
    async with started(tmp_path) as program:
        assert program.link("control").endswith(f"#{key}")


async def test_the_hall_is_opened_with_a_qr_code(tmp_path: Path) -> None:
    async with started(tmp_path, "--hall", "--public-url", "https://gnn.example.org") as program:
        assert program.link("join") == "https://gnn.example.org/lecture2"
        assert "gnn.example.org/lecture2\n" in program.printed
        assert "▄" in program.printed


async def test_new_and_link_work_beside_a_running_program(tmp_path: Path) -> None:
    async with started(tmp_path) as program, httpx.AsyncClient(trust_env=False) as http:
        made = await asyncio.to_thread(run, "new", "Graphs 101", "--data", str(tmp_path))
        assert made.returncode == 0
        assert f"{program.base}/graphs101/control#" in made.stdout
        assert (await http.get(f"{program.base}/api/sessions/graphs101")).status_code == 200
        again = await asyncio.to_thread(run, "link", "graphs-101", "--data", str(tmp_path))
        assert again.stdout == made.stdout
        second = await asyncio.to_thread(run, "--port", "0", "--data", str(tmp_path))
        assert second.returncode == 1
        assert "in use by another gnn-live" in second.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "x"], "--port: expected a number"),
        (["--device", "tpu"], "expected auto, cpu or cuda, got 'tpu'"),
        (["--host", "203.0.113.1"], "expected an address of this computer"),
        (["--data", "/proc/nowhere"], "expected a data directory that can be written"),
        (["new", "--", "--"], "letters or numbers"),
        (["new", "lecture9", "--lecture", "nothing"], "expected one of the lecture plans"),
        (["link", "lecture9"], "no session is called 'lecture9'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    data = [] if "--data" in arguments else ["--data", str(tmp_path)]
    command = arguments[:1] + data + arguments[1:] if arguments[0] in ("new", "link") else arguments + data
    answer = run(*command)
    assert answer.returncode == 1
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_damaged_database_is_told_at_the_start_and_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database any more " * 99)
    with socket.create_server(("127.0.0.1", 0)) as other:  # so that the program ends by itself
        answer = run("--port", str(other.getsockname()[1]), "--data", str(tmp_path))
    assert f"{FILE} was damaged" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert (tmp_path / f"{FILE}.corrupt-1").read_bytes() == b"no database any more " * 99


def test_a_session_is_exported_and_what_expired_is_kept(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    with Registry(tmp_path) as registry, Log(tmp_path) as log:
        for name in ("graphs101", "lecture2"):
            registry.create(name, name, created=0.0)
            log.append(name, Entry(seq=1, kind="create", body=b'{"lecture":null}'))
    file = tmp_path / "log.sqlite3"
    exported = run("export", *data, "Graphs 101", str(file))
    assert exported.stdout.startswith("graphs101: 1 entries in")
    assert run("replay", str(file)).stdout == "graphs101: same (1 entries, 0 frames)\n"
    assert "there is" in run("export", *data, "graphs101", str(file)).stderr
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = ("--port", str(other.getsockname()[1]))
        run(*taken, *data, "--keep-days", "0")
        assert not (tmp_path / "expired").exists()
        doubted = run(*taken, *data, "--keep-days", "30")
        assert "expected a session that was used in the last 7 days" in doubted.stderr
        assert not (tmp_path / "expired").exists()
        run(*taken, *data, "--keep-days", "30", "--expire")
    assert sorted(path.name for path in (tmp_path / "expired").iterdir()) == [
        "graphs101-1.sqlite3",
        "lecture2-1.sqlite3",
    ]
    assert run("link", "graphs101", *data).returncode == 1
    assert run("link", "lecture2", *data).returncode == 0


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        answer = run("--port", str(other.getsockname()[1]), "--data", str(tmp_path))
    assert answer.returncode == 1
    assert "is taken by another program" in answer.stderr


def test_a_device_that_is_not_there_ends_the_program_with_a_sentence(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    answer = run("--port", "0", "--data", str(tmp_path), "--device", "cuda")
    assert answer.returncode != 0
    assert "expected a CUDA device for --device cuda, but torch finds none" in answer.stderr
    assert answer.stderr.count("Traceback") == 0


def test_the_gateway_never_imports_torch() -> None:
    heavy = "('torch', 'scipy', 'models') if m in sys.modules"
    code = f"import sys, server.__main__, server.cli.program; print([m for m in {heavy}])"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
