"""The frames that are built once are what a websocket client reads; sockets hold little back."""

import asyncio
import socket
import ssl
import struct
from contextlib import closing
from typing import cast

import pytest
import trustme
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from server.gateway.direct import (
    EXTENSION,
    UNSENT,
    EndedTransport,
    direct,
    ends_between_messages,
    frame_of,
    hold_little_back,
    short_text,
)
from tests.server.rawsocket import payload_of


def read(data: bytes) -> list[Frame]:
    """What a websocket client makes of these bytes."""
    client = ClientProtocol(parse_uri("ws://here/"), state=OPEN, max_size=None)
    client.receive_data(data)
    assert client.parser_exc is None
    frames = [event for event in client.events_received() if isinstance(event, Frame)]
    return frames


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_is_one_whole_binary_message(size: int) -> None:
    payload = bytes(range(256)) * (size // 256 + 1)
    body = frame_of(payload[:size], seq=5)
    (frame, _) = read(body.frame + frame_of(b"next").frame)
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.BINARY, True, payload[:size])
    assert (payload_of(body.frame), body.seq) == (payload[:size], 5)


def test_accepted_sockets_hold_little_back() -> None:
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hold_little_back(listener)
        with socket.create_connection(listener.getsockname()) as _, listener.accept()[0] as accepted:
            if option is not None:
                assert accepted.getsockopt(socket.IPPROTO_TCP, option) == UNSENT


def said(data: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    """A client's frame."""
    return Frame(opcode, data, fin).serialize(mask=True)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 124, 125])
def test_a_short_text_is_unmasked_wherever_it_begins(size: int) -> None:
    text = ("ä" + "x" * 125).encode()[:size]
    assert short_text(b"before" + said(text) + b"behind", 6) == text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        said(b"x" * 126),
        said(b"short")[:-1],
        said(b"short")[:5],
        said(b"binary", Opcode.BINARY),
        said(b"", Opcode.PONG),
        said(b"part", fin=False),
        Frame(Opcode.TEXT, b"unmasked").serialize(mask=False) + bytes(8),
        bytes((0xC1,)) + said(b"reserved bit")[1:],
    ],
    ids="nothing long cut header binary pong part unmasked reserved".split(),  # the bytes hold a random mask
)
def test_anything_else_is_the_parsers(data: bytes) -> None:
    assert short_text(data, 0) is None


def test_the_parser_stands_between_messages_after_whole_frames_alone() -> None:
    whole = said(b"x") + said(b"y" * 300) + said(b"z" * 70_000, Opcode.BINARY) + said(b"", Opcode.PONG)
    assert ends_between_messages(b"")
    assert ends_between_messages(whole)
    assert not any(ends_between_messages(whole[:cut]) for cut in (1, 5, 6, 9, 100, len(whole) - 1))
    assert not ends_between_messages(said(b"part", fin=False))
    assert not ends_between_messages(said(b"part", fin=False) + said(b"end", Opcode.CONT))


# --- after the end --------------------------------------------------------------------------------


class Accepted(asyncio.Protocol):
    """The server's side of one connection."""

    def __init__(self) -> None:
        self.made: asyncio.Future[EndedTransport] = asyncio.get_running_loop().create_future()
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made.set_result(EndedTransport(cast("asyncio.Transport", transport)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


def everything(line: EndedTransport) -> None:
    """Each call that the program makes on a transport."""
    line.set_write_buffer_limits(high=1)
    line.write(b"one")
    line.writelines([b"two", b"three"])
    assert line.get_write_buffer_size() >= 0
    line.is_reading()
    line.pause_reading()
    line.resume_reading()
    line.get_extra_info("socket")
    line.close()
    line.abort()
    assert line.is_closing()
    assert not line.is_reading()


@pytest.mark.parametrize("tls", [False, True])
async def test_every_call_is_safe_after_a_reset(tls: bool) -> None:
    authority = trustme.CA()
    theirs, ours = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(theirs)
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    accepted = Accepted()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: accepted, "127.0.0.1", 0, ssl=ours if tls else None)
    with closing(server):
        address = server.sockets[0].getsockname()
        client, _ = await loop.create_connection(asyncio.Protocol, *address, ssl=theirs if tls else None)
        line = await accepted.made
        ends: list[str] = []
        line.ended = lambda: ends.append("ended")
        client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.abort()
        async with asyncio.timeout(10):
            while not line.is_closing():  # the first write that finds the reset, and what follows in the same turn
                line.set_write_buffer_limits(high=1)
                line.write(b"x")
                line.write(b"y")
                await asyncio.sleep(0)
            everything(line)
            await accepted.lost.wait()
        everything(line)
        assert tls or ends


async def test_a_defect_is_not_taken_for_an_end() -> None:
    class Defect(asyncio.Transport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            raise RuntimeError("a defect")

        def is_closing(self) -> bool:
            return False

    with pytest.raises(RuntimeError, match="a defect"):
        EndedTransport(Defect()).write(b"x")


async def test_a_close_that_nobody_takes_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.gateway.direct.LINGER", 0.05)
    accepted = Accepted()
    server = await asyncio.get_running_loop().create_server(lambda: accepted, "127.0.0.1", 0)
    with closing(server), socket.create_connection(server.sockets[0].getsockname()):
        line = await accepted.made
        while not line.get_write_buffer_size():
            line.write(bytes(2**20))
        line.close()
        await asyncio.wait_for(accepted.lost.wait(), 10)


@pytest.mark.parametrize("scope", [{}, {"extensions": {}}, {"extensions": {EXTENSION: {"protocol": object()}}}])
def test_another_server_is_refused_in_a_sentence(scope: dict[str, object]) -> None:
    with pytest.raises(RuntimeError, match="expected uvicorn with ws=DirectProtocol under the program, got"):
        direct(scope)
