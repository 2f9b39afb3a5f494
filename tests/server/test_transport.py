"""The frames that are built once are what a websocket client reads; sockets hold little back."""

import socket

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from server.transport import UNSENT, direct, frame_of, hold_little_back


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
    assert (body.payload, body.seq) == (payload[:size], 5)


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
