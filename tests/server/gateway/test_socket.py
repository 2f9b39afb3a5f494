"""One socket through the gateway: panels and keys, a full room, who stops reading, a stop on purpose, no transport."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
import websockets

from server.gateway.hub import Limits, Timing
from server.pipe.bus import Attend, Inbound, PipeClosed
from server.protocol.messages import VERSION
from tests.server.gateway.test_hub import body
from tests.server.house import PATIENCE, House, running, small_site
from tests.server.rawsocket import BINARY, CLOSE, CONT, PING, TEXT, frame
from tests.server.rawsocket import opened as opened_raw

FAST = Timing(hello=0.5, beat=0.05, watch=0.05, idle=5.0, drain=1.0)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), FAST, limits=Limits(viewers=4)) as house:
        yield house


async def test_both_panels_see_who_leads_and_acting_takes_the_lead(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser("instructor") as first:
        assert (await first.until("panels"))["panels"] == [{"number": 1, "leads": True}]
        async with house.browser("instructor") as second:
            seen = await second.until("panels")
            assert (seen["you"], seen["panels"]) == (2, [{"number": 1, "leads": True}, {"number": 2, "leads": False}])
            await second.say({"t": "play", "on": True})
            for browser, number in ((first, 1), (second, 2)):
                while (seen := await browser.until("panels"))["panels"] != [
                    {"number": 1, "leads": False},
                    {"number": 2, "leads": True},
                ]:
                    pass
                assert seen["you"] == number
        while (await first.until("panels"))["panels"] != [{"number": 1, "leads": True}]:
            pass


async def test_a_new_key_closes_the_other_panels_and_opens_where_the_old_one_did(house: House) -> None:
    old = house.key
    async with house.browser("instructor") as asks, house.browser("instructor") as other, house.browser() as student:
        await student.say({"t": "rotate"})
        assert (await student.until("fault"))["code"] == "forbidden"
        await asks.say({"t": "rotate"})
        new = str((await asks.until("key"))["key"])
        assert new != old
        assert house.gateway.keys.opens(new, "lecture2", 2)
        assert (await other.until("fault"))["code"] == "bad_key"
        assert await other.closed() == 4401
        async with house.socket() as late:
            await late.say({"t": "hello", "version": VERSION, "role": "instructor", "key": old})
            assert await late.closed() == 4401
        async with house.socket() as late:
            await late.say({"t": "hello", "version": VERSION, "role": "instructor", "key": new})
            assert (await late.next())["t"] == "welcome"
        assert all(new not in str(frame) for frame in (*other.seen, *student.seen))


async def test_a_full_session_turns_students_away_and_lets_the_instructor_in(house: House) -> None:
    async with house.browser(), house.browser(), house.browser(), house.browser() as last:
        async with house.socket() as late:
            await late.say({"t": "hello", "version": VERSION, "role": "student"})
            fault = await late.next()
            assert fault["code"] == "full"
            assert "at most 4 students" in str(fault["detail"])
            assert await late.closed() == 1013
        async with house.browser("instructor") as instructor:
            await instructor.until("hall")
        await last.socket.close()
        async with asyncio.timeout(PATIENCE):
            while len(house.gateway.rooms[0].viewers) > 3:
                await asyncio.sleep(0.01)
        async with house.browser() as now:
            assert now.seen[0]["t"] == "welcome"


async def test_the_panel_learns_how_the_hall_is_served(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser("instructor") as panel, house.browser() as quick, house.browser() as silent:
        engine.open_lobby()
        engine.slot("place", body("place", 9), core=True, seq=9)
        await quick.until("place")
        await silent.until("place")
        await quick.say({"t": "ack", "seq": 9})
        while (seen := await panel.until("hall"))["current"] != 1:
            pass
        assert seen["phones"] == 2
        assert all(frame["t"] != "hall" for frame in (*quick.seen, *silent.seen))


async def test_who_stops_reading_is_cut_and_nobody_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.gateway.mailbox.STALL", 0.4)
    engine = house.engine()
    engine.ready()
    hello = msgspec.json.encode({"t": "hello", "version": VERSION, "role": "student"}).decode()
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", house.port))
    deaf.setblocking(False)
    url = f"ws://127.0.0.1:{house.port}/ws/lecture2"
    async with house.browser() as student:
        async with asyncio.timeout(PATIENCE):
            stuck = await websockets.connect(url, sock=deaf, compression=None, proxy=None, max_queue=1)
            await stuck.send(hello)
            engine.open_lobby()
            number = 0
            while house.gateway.traffic().cut == 0:
                number += 1
                engine.slot("trace", body("trace", number) + bytes(50_000), seq=number)
                while (await student.until("trace"))["detail"] != str(number):
                    pass
                await student.say({"t": "ack", "seq": number})
                await asyncio.sleep(0.01)
            while len(house.gateway.rooms[0].viewers) > 1:
                await asyncio.sleep(0.01)
        assert house.gateway.traffic().skipped > 0
    stuck.transport.abort()
    await stuck.wait_closed()


async def test_a_frame_for_a_large_hall_leaves_in_turns(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.gateway.broadcast.CHUNK", 1)
    engine = house.engine()
    engine.ready()
    async with house.browser("instructor") as first, house.browser() as second, house.browser() as third:
        engine.open_lobby()
        for number in range(1, 6):
            engine.slot("place", body("place", number), core=True, seq=number)
        for browser in (third, second, first):
            while (await browser.until("place"))["detail"] != "5":
                pass


async def test_a_stop_on_purpose_is_told_and_the_engine_finishes_first(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as student:
        engine.open_lobby()
        await engine.hear(Attend)
        await student.say({"t": "name", "name": "Ada", "id": 1})
        async with asyncio.timeout(PATIENCE):
            while not engine.pipe.wait(0):
                await asyncio.sleep(0.002)
        drained = asyncio.create_task(house.gateway.drain())
        assert "restarts" in str((await student.until("closing"))["detail"])
        await student.say({"t": "name", "name": "Emmy", "id": 2})
        assert (await student.until("fault"))["code"] == "not_ready"
        assert (await engine.hear(Inbound)).body == b'{"t":"name","name":"Ada","id":1}'
        with pytest.raises(PipeClosed):
            await engine.hear(Inbound)
        engine.slot("place", body("place", 7), core=True)  # nothing more is said to it, and it still may answer
        assert (await student.until("place"))["detail"] == "7"
        assert not drained.done()
        engine.pipe.close()
        await asyncio.wait_for(drained, PATIENCE)
        assert await engine.conversation is False, "no other engine is wanted"


# --- the way past the parser --------------------------------------------------------------------


def in_pieces(chance: random.Random, texts: list[bytes]) -> list[bytes]:
    """Texts as a client may send them: whole or in fragments with pings between, cut anywhere by the network."""
    data = b""
    for text in texts:
        if chance.random() < 0.15:
            data += frame(PING, b"still there?")
        if chance.random() < 0.1:
            half = len(text) // 2
            data += frame(TEXT, text[:half], fin=False) + frame(PING) + frame(CONT, text[half:])
        else:
            data += frame(TEXT, text)
    cuts = sorted(chance.sample(range(1, len(data)), min(len(data) - 1, chance.choice((1, 5, 40)))))
    return [data[start:end] for start, end in pairwise([0, *cuts, len(data)])]


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_the_network_cuts_commands_arrive_whole_and_in_order(house: House, seed: int) -> None:
    engine = house.engine()
    engine.ready()
    chance = random.Random(seed)
    hello = msgspec.json.encode({"t": "hello", "version": VERSION, "role": "student"})
    texts = [
        msgspec.json.encode({"t": "name", "name": "ä" * chance.choice((0, 3, 40, 90)), "id": number})
        for number in range(1, 31)
    ]
    async with opened_raw(house.port, "/ws/lecture2") as raw:
        # The first pieces leave with hello, so that the cut may fall into the moment in which it is answered.
        first, *rest = in_pieces(chance, texts)
        await raw.send(frame(TEXT, hello), first)
        for piece in rest:
            await raw.send(piece)
            await asyncio.sleep(chance.choice((0, 0, 0.001, 0.02)))
        assert [(await engine.hear(Inbound)).body for _ in texts] == texts


async def test_a_short_text_that_is_no_utf8_ends_the_socket(house: House) -> None:
    hello = msgspec.json.encode({"t": "hello", "version": VERSION, "role": "student"})
    async with opened_raw(house.port, "/ws/lecture2") as raw:
        await raw.send(frame(TEXT, hello))
        assert (await raw.next()).opcode == BINARY
        await raw.send(frame(TEXT, b'{"t":"name","name":"\xff"}'))
        while (got := await raw.next()).opcode != CLOSE:
            pass
        assert got.code == 1007


async def test_the_rest_of_a_message_is_not_taken_for_another(house: House) -> None:
    """What follows the cut looks like a short masked text of its own: 0x81, then a length."""
    engine = house.engine()
    engine.ready()
    hello = msgspec.json.encode({"t": "hello", "version": VERSION, "role": "student"})
    text = b'{"t":"name","name":"' + "\u0101".encode() * 90 + b'"}'
    unmasked = bytes((0x81, 0x80 | 126)) + len(text).to_bytes(2) + bytes(4) + text
    cut = unmasked.index(b"\xc4\x81") + 1
    async with opened_raw(house.port, "/ws/lecture2") as raw:
        await raw.send(frame(TEXT, hello), unmasked[:cut])
        await raw.next()
        await raw.send(unmasked[cut:])
        assert (await engine.hear(Inbound)).body == text
