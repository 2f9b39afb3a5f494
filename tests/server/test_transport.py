"""The frames that are built once are what a websocket client reads; sockets hold little back."""

import socket

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from server.delivery import payload_of
from server.transport import UNSENT, direct, ends_between_messages, frame_of, hold_little_back, short_text


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


def test_a_server_that_offers_nothing_gives_no_direct_wire() -> None:
    assert direct({"extensions": {}}) is None
    assert direct({}) is None
    assert direct({"extensions": {"gnn_live.direct": {"protocol": "another's"}}}) is None


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
