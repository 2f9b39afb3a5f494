"""Two sessions under random traffic: none sees a byte of the other, over the live gateway and with a real engine."""

import asyncio
import random
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
import websockets

from server.gateway.hub import Timing
from server.pipe.bus import Clear, Direct, GatewayPipe, Inbound, Known
from server.protocol.messages import VERSION, Fault
from server.protocol.wire import pack, unpack
from tests.server.house import House, running, small_site
from tests.server.probe import ROOT

SESSIONS = ("lecture2", "otherroom")
BASE = {"lecture2": 1000.0, "otherroom": 2000.0}
"""Numbers of a session: those of the other are in another thousand."""
NAMES = {"lecture2": "Aardvark", "otherroom": "Zebrafish"}
PATIENCE = 180.0


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing(beat=0.05)) as house:
        house.registry.create("otherroom", "Other room")
        yield house


class Watcher:
    """A browser that keeps the bytes that it got."""

    def __init__(self, connection: websockets.ClientConnection, session: str, role: str, nonce: str) -> None:
        self.connection, self.session, self.role, self.nonce = connection, session, role, nonce
        self.got: list[bytes] = []
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for data in self.connection:
                assert isinstance(data, bytes)
                self.got.append(data)
        except websockets.ConnectionClosed:
            pass  # the test is over

    async def say(self, **message: object) -> None:
        await self.connection.send(msgspec.json.encode(message).decode())

    async def until(self, part: bytes, times: int = 1) -> None:
        async with asyncio.timeout(PATIENCE):
            while sum(part in data for data in self.got) < times:
                await asyncio.sleep(0.01)

    def everything(self) -> bytes:
        return b"".join(self.got)


@asynccontextmanager
async def watchers(house: House, sessions: tuple[str, ...] = SESSIONS) -> AsyncIterator[list[Watcher]]:
    """Two students, a stage and an instructor in each session."""
    async with AsyncExitStack() as stack:
        made = []
        for session in sessions:
            for number, role in enumerate(("student", "student", "stage", "instructor")):
                url = f"ws://127.0.0.1:{house.port}/ws/{session}"
                connection = await stack.enter_async_context(websockets.connect(url, proxy=None, max_queue=None))
                one = Watcher(connection, session, role, f"{session}-tab-{number}")
                key = {"key": house.gateway.keys.key(session, 1)} if role == "instructor" else {}
                name = {"name": f"{NAMES[session]} {number}"} if role == "student" else {}
                await one.say(t="hello", version=VERSION, role=role, nonce=one.nonce, **key, **name)
                made.append(one)
        for one in made:
            await one.until(b'"t":"welcome"')
        yield made
        for one in made:
            one.reading.cancel()


def secrets(house: House, made: list[Watcher], session: str) -> list[bytes]:
    """What only this session may see: its name, its people, their seats and tokens, its key."""
    welcomes = [unpack(one.got[0]) for one in made if one.session == session and one.role == "student"]
    own = [str(welcome[field]) for welcome in welcomes for field in ("seat", "token")]
    tabs = [one.nonce for one in made if one.session == session]
    return [word.encode() for word in (session, NAMES[session], house.gateway.keys.key(session, 1), *own, *tabs)]


async def test_the_gateway_mixes_no_two_sessions(house: House) -> None:
    rng = random.Random(3)
    engine = house.engine()
    engine.ready()
    async with watchers(house) as made:
        viewers: dict[str, list[int]] = {session: [] for session in SESSIONS}
        for one in made:
            await one.say(t="name", name=NAMES[one.session], id=1)
        for _ in made:
            heard = await engine.hear(Inbound)
            assert heard.nonce.startswith(heard.session)
            assert NAMES[heard.session].encode() in heard.body
            viewers[heard.session].append(heard.viewer)
        for number in range(400):
            session = rng.choice(SESSIONS)
            body = pack(Fault(code="refused", detail=f"{session} {NAMES[session]} {number}")).stamped(number + 1)
            to = rng.choice(("all", "students", "stage", "instructor"))
            match rng.randrange(8):
                case 0:
                    engine.say(Direct(session=session, viewer=rng.choice(viewers[session]), body=body))
                case 1:
                    # A number of the other session: a viewer is found in its own room alone.
                    other = SESSIONS[1 - SESSIONS.index(session)]
                    engine.say(Direct(session=session, viewer=rng.choice(viewers[other]), body=body))
                case 2:
                    engine.say(Clear(session=session))
                case 3:
                    engine.say(Known(session=session))
                case _:
                    engine.slot(f"slot{rng.randrange(5)}", body, to=to, core=rng.random() < 0.3, session=session)
            if number % 50 == 0:
                await asyncio.sleep(0.01)
        for session in SESSIONS:
            end = pack(Fault(code="refused", detail=f"the end of {session}")).stamped(1000)
            engine.slot("end", end, session=session)
            engine.say(Known(session=session))
        for one in made:
            await one.until(f"the end of {one.session}".encode())
        nothing_crossed(house, made)


def nothing_crossed(house: House, made: list[Watcher]) -> None:
    for session in SESSIONS:
        foreign = secrets(house, made, SESSIONS[1 - SESSIONS.index(session)])
        for one in made:
            if one.session == session:
                seen = one.everything()
                assert [word for word in foreign if word in seen] == []


@asynccontextmanager
async def real_engine(house: House, data: Path) -> AsyncIterator[None]:
    """An engine process with the scene of the tests, in conversation with the gateway."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", "tests.server.probe", "--fd", str(theirs.fileno()), "--data", str(data)]
        process = await asyncio.create_subprocess_exec(*command, pass_fds=[theirs.fileno()], cwd=ROOT)
    pipe = GatewayPipe(ours)
    conversation = asyncio.create_task(house.gateway.converse(pipe))
    try:
        async with asyncio.timeout(PATIENCE):
            while not house.gateway.ready:
                await asyncio.sleep(0.02)
        yield
    finally:
        conversation.cancel()
        await asyncio.wait([conversation])
        pipe.close()
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_the_engine_mixes_no_two_sessions(house: House, tmp_path: Path) -> None:
    rng = random.Random(4)
    async with real_engine(house, tmp_path), watchers(house) as made:
        for one in made:
            if one.role == "instructor":
                await one.say(t="open", scene="probe", params={"size": 9}, id=1)
        for one in made:
            await one.until(b'"scene":"probe"')
        for number in range(240):
            one = rng.choice(made)
            node, value = rng.randrange(9), BASE[one.session] + number
            match rng.randrange(5):
                case 0:
                    await one.say(t="probe.add", amount=1)
                case 1:
                    await one.say(t="name", name=f"{NAMES[one.session]} {number}")
                case 2:
                    await one.say(t="probe.misbehave", how="a defect")
                case _:
                    await one.say(t="probe.move", node=node, x=value)
            if number % 40 == 0:
                await asyncio.sleep(0.05)
        for one in made:
            if one.role == "instructor":
                await one.say(t="open", scene="probe", params={"size": 3}, id=2)
        for one in made:
            await one.until(b'"scene":"probe"', times=2)
        nothing_crossed(house, made)
        for one in made:
            values = [np.asarray(frame["values"]) for frame in map(unpack, one.got) if frame["t"] == "probe.values"]
            moved = np.concatenate(values)[np.concatenate(values) > 500]
            assert len(moved)
            assert np.all(moved // 1000 * 1000 == BASE[one.session])
