"""The websocket layer against RFC 6455, clause by clause, with raw sockets at the server that the program runs.

Where the layer does otherwise the test says what is true, and a comment names the clause.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.cli.program import LARGEST_MESSAGE
from server.gateway.hub import Timing
from tests.server.house import House, running, small_site
from tests.server.rawsocket import (
    BINARY,
    CLOSE,
    CONT,
    KEY,
    PING,
    PONG,
    TEXT,
    Got,
    Raw,
    close,
    connected,
    frame,
    opened,
    request,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
"""One server for all of them: what a connection does wrong must not be felt by the next."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("rfc6455")
    async with running(folder, small_site(folder / "static"), Timing(), echo=True) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def raw(house: House) -> AsyncIterator[Raw]:
    async with opened(house.port) as raw:
        yield raw


async def failed(raw: Raw, code: int) -> None:
    """The server fails the connection (7.1.7): a close frame with this code, then the end."""
    got = await raw.next()
    assert (got.opcode, got.code) == (CLOSE, code)
    assert await raw.ended() == b""


# --- 4: the opening handshake -------------------------------------------------------------------


async def test_4_2_2_the_accept_header_proves_the_key(house: House) -> None:
    async with connected(house.port) as raw:
        await raw.send(request(house.port, "/ws/echo"))
        status, headers = await raw.head()
    digest = hashlib.sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    assert (status, headers["sec-websocket-accept"]) == (101, base64.b64encode(digest).decode())
    assert (headers["upgrade"].lower(), headers["connection"].lower()) == ("websocket", "upgrade")
    assert "sec-websocket-extensions" not in headers
    assert "sec-websocket-protocol" not in headers


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Sec_WebSocket_Key": None}, 400),
        ({"Sec_WebSocket_Key": ""}, 400),
        ({"Sec_WebSocket_Key": "not base64!"}, 400),
        ({"Sec_WebSocket_Key": base64.b64encode(b"fifteen bytes..").decode()}, 400),
        ({"Sec_WebSocket_Version": None}, 400),
        ({"Sec_WebSocket_Version": "8"}, 400),
        ({"Sec_WebSocket_Version": "thirteen"}, 400),
        ({"Upgrade": None}, 404),  # a plain request: there is no page
        ({"Connection": None}, 404),
        ({"Upgrade": "h2c"}, 404),
        ({"method": "POST"}, 405),
        ({"Host": None}, 403),  # our own rule: a browser says whom it calls
        ({"Origin": "http://evil.example"}, 403),
    ],
)
async def test_4_2_1_a_handshake_that_is_none_is_an_http_answer(
    house: House, changed: dict[str, str], status: int
) -> None:
    async with connected(house.port) as raw:
        await raw.send(request(house.port, "/ws/lecture2", **changed))
        got, headers = await raw.head()
    assert got == status
    assert "sec-websocket-accept" not in headers
    # 4.2.2 wants the versions that the server knows in the answer to another one; the layer does not name them.
    assert "sec-websocket-version" not in headers


async def test_4_2_1_header_values_are_compared_without_case_and_in_lists(house: House) -> None:
    async with connected(house.port) as raw:
        await raw.send(request(house.port, "/ws/echo", Upgrade="WebSocket", Connection="keep-alive, UPGRADE"))
        assert (await raw.head())[0] == 101


async def test_9_1_an_extension_that_is_offered_is_not_taken(house: House) -> None:
    async with connected(house.port) as raw:
        await raw.send(request(house.port, "/ws/echo", Sec_WebSocket_Extensions="permessage-deflate"))
        status, headers = await raw.head()
        assert (status, headers.get("sec-websocket-extensions")) == (101, None)
        await raw.send(frame(TEXT, b"x", reserved=4))  # so its bit may not be set
        await failed(raw, 1002)


async def test_an_echo_is_only_there_for_tests(tmp_path: Path) -> None:
    async with (
        running(tmp_path, small_site(tmp_path / "static"), Timing(hello=0.2)) as plain,
        opened(plain.port) as raw,
    ):
        await raw.send(frame(TEXT, b"anybody?"))
        assert b"expected hello" in (await raw.next()).payload


# --- 5.2: lengths, bits, opcodes ----------------------------------------------------------------


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 65_535, 65_536, LARGEST_MESSAGE])
async def test_5_2_every_length_comes_back_whole(raw: Raw, opcode: int, size: int) -> None:
    payload = b"x" * size
    await raw.send(frame(opcode, payload))
    got = await raw.next()
    assert (got.opcode, got.fin, len(got.payload), got.payload == payload) == (opcode, True, size, True)


async def test_5_2_a_message_may_come_in_any_pieces_of_tcp(raw: Raw) -> None:
    for byte in frame(TEXT, "Grüße".encode()):
        await raw.send(bytes([byte]))
    assert await raw.next() == Got(TEXT, "Grüße".encode())
    await raw.send(*(frame(TEXT, str(number).encode()) for number in range(50)))
    assert [(await raw.next()).payload for _ in range(50)] == [str(number).encode() for number in range(50)]


@pytest.mark.parametrize("reserved", [1, 2, 4, 7])
@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, CLOSE])
async def test_5_2_reserved_bits_are_refused(raw: Raw, opcode: int, reserved: int) -> None:
    await raw.send(frame(opcode, b"", reserved=reserved))
    await failed(raw, 1002)


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
async def test_5_2_reserved_opcodes_are_refused(raw: Raw, opcode: int) -> None:
    await raw.send(frame(opcode, b""))
    await failed(raw, 1002)


async def test_5_1_a_frame_that_is_not_masked_is_refused(raw: Raw) -> None:
    await raw.send(frame(TEXT, b"plain", masked=False))
    await failed(raw, 1002)


@pytest.mark.parametrize("size", [LARGEST_MESSAGE + 1, 2**31, 2**62])
async def test_a_frame_that_announces_too_much_is_refused_at_once(raw: Raw, size: int) -> None:
    await raw.send(frame(BINARY, b"", length=size))
    await failed(raw, 1009)


async def test_a_message_that_grows_too_large_over_its_fragments_is_refused(raw: Raw) -> None:
    piece = b"x" * (LARGEST_MESSAGE // 2)
    await raw.send(frame(TEXT, piece, fin=False), frame(CONT, piece, fin=False), frame(CONT, b"x"))
    await failed(raw, 1009)


# --- 5.4 and 5.5: fragments and control frames ---------------------------------------------------


async def test_5_4_control_frames_come_between_the_fragments_of_a_message(raw: Raw) -> None:
    await raw.send(frame(TEXT, b"one ", fin=False), frame(PING, b"between"), frame(CONT, b"two ", fin=False))
    assert await raw.next() == Got(PONG, b"between")
    await raw.send(frame(PONG, b"unasked"), frame(CONT, b"", fin=False), frame(CONT, b"three"))
    assert await raw.next() == Got(TEXT, b"one two three")


@pytest.mark.parametrize(
    "frames",
    [
        [frame(CONT, b"of nothing")],
        [frame(CONT, b"of nothing", fin=False)],
        [frame(TEXT, b"one", fin=False), frame(TEXT, b"another")],
        [frame(TEXT, b"one", fin=False), frame(BINARY, b"another", fin=False)],
        [frame(PING, b"", fin=False)],
        [frame(CLOSE, b"", fin=False)],
        [frame(PING, b"x" * 126)],
        [frame(PONG, b"x" * 126)],
        [frame(CLOSE, b"\x03\xe8" + b"x" * 124)],
    ],
)
async def test_5_4_fragments_out_of_order_and_large_control_frames_are_refused(raw: Raw, frames: list[bytes]) -> None:
    await raw.send(*frames)
    await failed(raw, 1002)


@pytest.mark.parametrize("payload", [b"", b"x", b"\x00\xff\xfe", b"x" * 125])
async def test_5_5_2_a_ping_is_answered_with_its_own_payload(raw: Raw, payload: bytes) -> None:
    await raw.send(frame(PING, payload))
    assert await raw.next() == Got(PONG, payload)


async def test_5_5_3_a_pong_that_nobody_asked_for_is_ignored(raw: Raw) -> None:
    await raw.send(frame(PONG, b"?"), frame(PONG), frame(TEXT, b"still here"))
    assert await raw.next() == Got(TEXT, b"still here")


async def test_5_5_3_whoever_sends_anything_is_there_without_a_pong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5.5.2 wants a pong as soon as is practical; behind much else it is late, and that is no end."""
    monkeypatch.setattr("server.cli.program.PING", 0.5)

    async def but_a_ping(raw: Raw) -> Got:
        while (got := await raw.next()).opcode == PING:
            pass
        return got

    async with (
        running(tmp_path, small_site(tmp_path / "static"), Timing(), echo=True) as house,
        opened(house.port) as busy,
    ):
        for _ in range(2):  # as long as two silent ones are waited for, one after the other
            async with opened(house.port) as silent:
                end = asyncio.create_task(but_a_ping(silent))
                while not end.done():
                    await busy.send(frame(TEXT, b"no pong"))
                    assert await but_a_ping(busy) == Got(TEXT, b"no pong")
                    await asyncio.sleep(0.01)
                assert end.result().code == 1011
        assert (await but_a_ping(busy)).code == 1011  # now it is silent too


# --- 5.6 and 8.1: text is UTF-8 -----------------------------------------------------------------


@pytest.mark.parametrize("text", ["κόσμε", "\x00", "\ufffd", "\U0010ffff", "🙂" * 100])
async def test_8_1_text_may_be_cut_inside_a_letter(raw: Raw, text: str) -> None:
    body = text.encode()
    pieces = [frame(TEXT if at == 0 else CONT, body[at : at + 1], fin=at + 1 == len(body)) for at in range(len(body))]
    await raw.send(*pieces)
    assert await raw.next() == Got(TEXT, body)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"\xc0\xaf",  # overlong
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",  # a surrogate
        b"\xf4\x90\x80\x80",  # beyond U+10FFFF
        b"\xce\xba\xe1\xbd",  # ends inside a letter
        b"fine until \x80",
    ],
)
async def test_8_1_invalid_text_is_refused_whole_or_in_fragments(house: House, body: bytes) -> None:
    async with opened(house.port) as whole:
        await whole.send(frame(TEXT, body))
        await failed(whole, 1007)
    async with opened(house.port) as split:
        await split.send(frame(TEXT, body[:1], fin=False), frame(PING), frame(CONT, body[1:]))
        # Whether it is noticed before the last fragment is free (8.1); here it is not, so the ping is answered.
        assert (await split.next()).opcode == PONG
        await failed(split, 1007)


async def test_binary_may_be_anything(raw: Raw) -> None:
    await raw.send(frame(BINARY, b"\xff\xfe\x00\x80"))
    assert await raw.next() == Got(BINARY, b"\xff\xfe\x00\x80")


# --- 5.5.1 and 7: closing ------------------------------------------------------------------------


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
async def test_7_4_a_valid_code_is_echoed_and_the_connection_ends(raw: Raw, code: int) -> None:
    await raw.send(close(code, "tschüß".encode()))
    assert (await raw.next()).code == code
    assert await raw.ended() == b""


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])
async def test_7_4_a_code_that_may_not_be_sent_is_refused(raw: Raw, code: int) -> None:
    await raw.send(close(code))
    await failed(raw, 1002)


async def test_5_5_1_a_close_without_a_code_is_answered(raw: Raw) -> None:
    await raw.send(frame(CLOSE))
    got = await raw.next()
    assert (got.opcode, got.payload) == (CLOSE, b"")
    assert await raw.ended() == b""


async def test_5_5_1_a_close_of_one_byte_is_refused(raw: Raw) -> None:
    await raw.send(frame(CLOSE, b"\x03"))
    await failed(raw, 1002)


async def test_5_5_1_a_reason_that_is_no_text_is_refused(raw: Raw) -> None:
    await raw.send(close(1000, b"\xff\xfe"))
    await failed(raw, 1007)


async def test_5_5_1_after_a_close_nothing_is_answered(raw: Raw) -> None:
    await raw.send(close(1000), frame(TEXT, b"too late"), frame(PING, b"too late"))
    assert (await raw.next()).code == 1000
    assert await raw.ended() == b""


async def test_5_5_1_the_server_waits_for_the_answer_to_its_own_close(house: House) -> None:
    async with opened(house.port, "/ws/lecture2") as raw:
        await raw.send(frame(TEXT, b"{not hello"))
        assert (await raw.next()).opcode == BINARY
        assert (await raw.next()).code == 4400
        await raw.send(frame(TEXT, b"ignored"), close(4400))
        assert await raw.ended() == b""


async def test_a_half_closed_socket_ends_and_the_server_lives_on(house: House) -> None:
    async with opened(house.port) as raw:
        await raw.send(frame(TEXT, b"last words", fin=False))
        raw.writer.write_eof()
        # 7.1.7 would allow a close frame first; an end without one is 1006 at both ends.
        await raw.ended()
    async with opened(house.port) as cut:
        await cut.send(frame(TEXT, b"half a frame")[:6])
        cut.writer.transport.abort()
    async with opened(house.port) as after:
        await after.send(frame(TEXT, b"still here"))
        assert await after.next() == Got(TEXT, b"still here")


async def test_a_connection_that_says_nothing_holds_up_nobody(house: House) -> None:
    async with connected(house.port) as silent, opened(house.port) as raw:
        await silent.send(b"GET /ws/echo HTTP/1.1\r\nHost:")
        await raw.send(frame(TEXT, b"prompt"))
        assert await asyncio.wait_for(raw.next(), 5) == Got(TEXT, b"prompt")
