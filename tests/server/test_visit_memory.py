"""A visit that has ended leaves nothing behind for the garbage collector, which comes seldom in a full hall."""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.gateway.direct import DirectProtocol
from server.gateway.hub import Timing
from server.gateway.socket import Visit
from tests.server.house import running, small_site
from tests.server.rawsocket import opened

HALL = 5


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive(kind: type) -> int:
    return sum(type(one) is kind for one in gc.get_objects())


async def test_what_a_viewer_needed_goes_with_the_viewer(tmp_path: Path) -> None:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing()) as house:
        for _ in range(HALL):
            async with house.browser() as browser:
                await browser.next()
        for _ in range(HALL):
            async with house.browser() as browser:
                browser.socket.transport.abort()
        async with asyncio.timeout(10):
            while alive(Visit) or alive(DirectProtocol):
                await asyncio.sleep(0.01)
        assert house.connections() == 0


async def test_what_a_socket_without_hello_needed_goes_with_it(tmp_path: Path) -> None:
    async with running(tmp_path, small_site(tmp_path / "static"), Timing()) as house:
        for _ in range(HALL):
            async with opened(house.port, "/ws/lecture2"):
                pass
        async with asyncio.timeout(10):
            while alive(Visit) or alive(DirectProtocol):
                await asyncio.sleep(0.01)
