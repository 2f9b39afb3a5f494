"""The gateway from outside: real sockets on one side, a real pipe on the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import websockets

from server.gateway.hub import Timing
from server.gateway.socket import HELLO_LIMIT
from server.pipe.backlog import LIMITS
from server.pipe.bus import Attend, Clear, Create, Direct, Drop, Inbound, Known, Presence
from server.protocol.messages import VERSION
from server.protocol.messages import Fault as FaultFrame
from server.protocol.wire import pack
from tests.server.house import House, opened, running, small_site

FAST = Timing(hello=0.3, beat=0.05, idle=0.2)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), FAST) as house:
        yield house


def body(tag: str, number: int = 1) -> bytes:
    """A frame of some tag, its number in `detail`, as an engine packs it."""
    stamped = pack(FaultFrame(code="refused", detail=str(number))).stamped(number)
    assert len(tag) <= 5
    return stamped.replace(b'"t":"fault"', f'"t":"{tag}"'.encode() + b" " * (5 - len(tag)))


async def test_welcome_comes_first_then_the_snapshot_with_opened_first(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as student:
        await engine.hear(Create)
        engine.slot("place", body("place"), core=True)
        engine.slot("trace", body("trace"))
        engine.open_lobby()
        await student.until("opened")
    async with house.socket() as late:
        await late.say({"t": "hello", "version": VERSION, "role": "student"})
        assert [(await late.next())["t"] for _ in range(5)] == ["welcome", "opened", "place", "trace", "engine"]
        welcome = late.seen[0]
        assert (welcome["session"], welcome["role"], welcome["version"]) == ("lecture2", "student", VERSION)
        assert (late.seen[-1]["ready"], late.seen[-1]["generation"], late.seen[-1]["device"]) == (True, 1, "cpu")


async def test_who_comes_before_the_engine_waits_and_is_served(house: House) -> None:
    async with house.browser("instructor") as instructor:
        assert (await instructor.until("engine"))["ready"] is False
        await instructor.say({"t": "play", "on": True, "id": 7})
        fault = await instructor.until("fault")
        assert (fault["code"], fault["re"]) == ("not_ready", 7)
        engine = house.engine()
        engine.ready()
        assert await engine.hear(Create) == Create(session="lecture2", lecture="lecture2")
        assert await engine.hear(Presence) == Presence(session="lecture2", seats=())
        engine.open_lobby()
        await instructor.until("opened")
        await instructor.say({"t": "play", "on": True, "id": 7})
        assert (await engine.hear(Inbound)).body == b'{"t":"play","on":true,"id":7}'


async def test_a_command_is_stamped_with_who_sent_it(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser(nonce="tab1") as student, house.browser("stage") as stage:
        seat = student.seen[0]["seat"]
        await student.say({"t": "rounds.answer", "seat": "forged", "values": [1]})
        heard = await engine.hear(Inbound)
        assert (heard.session, heard.seat, heard.role, heard.nonce) == ("lecture2", seat, "student", "tab1")
        assert heard.body == b'{"t":"rounds.answer","seat":"forged","values":[1]}'
        await stage.say({"t": "position", "to": 1})
        assert (await engine.hear(Inbound)).role == "stage"


async def test_each_viewer_sees_the_slots_of_its_audiences_alone(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with (
        house.browser() as one,
        house.browser() as other,
        house.browser("stage") as stage,
        house.browser("instructor") as instructor,
    ):
        browsers = {"one": one, "other": other, "stage": stage, "instructor": instructor}
        audiences = ("all", "students", "stage", "instructor", f"seat:{one.seen[0]['seat']}")
        for number, to in enumerate(audiences):
            engine.slot("fault", body("slot", number), to=to)
        engine.open_lobby()
        seen = {}
        for name, browser in browsers.items():
            while not browser.heartbeat_after("opened"):
                await browser.next()
            seen[name] = {audiences[int(str(f["detail"]))] for f in browser.seen if f["t"] == "slot"}
        assert seen == {
            "one": {"all", "students", audiences[4]},
            "other": {"all", "students"},
            "stage": {"all", "stage"},
            "instructor": {"all", "stage", "instructor"},
        }


async def test_a_direct_frame_goes_to_one_viewer_and_is_kept_nowhere(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as one, house.browser() as other:
        await one.say({"t": "name", "name": "Ada"})
        number = (await engine.hear(Inbound)).viewer
        engine.say(Direct(session="lecture2", viewer=number, body=body("only")))
        engine.say(Direct(session="lecture2", viewer=9999, body=body("only")))
        engine.open_lobby()
        await one.until("only")
        await other.until("opened")
        while not other.heartbeat_after("opened"):
            await other.next()
        assert "only" not in {frame["t"] for frame in other.seen}


async def test_two_tabs_share_a_seat_and_leave_together(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser(name="Ada") as first:
        seat, token = str(first.seen[0]["seat"]), str(first.seen[0]["token"])
        assert await engine.hear(Attend) == Attend(session="lecture2", seat=seat, name="Ada", present=True)
        async with house.browser(token=token) as second:
            assert second.seen[0]["seat"] == seat
        async with house.browser(name="Emmy") as third:
            came = await engine.hear(Attend)
            assert (came.seat, came.name, came.present) == (third.seen[0]["seat"], "Emmy", True)
        assert (await engine.hear(Attend)).seat == came.seat
    left = await engine.hear(Attend)
    assert (left.seat, left.present) == (seat, False)


async def test_stage_and_instructor_take_no_seat_in_the_class(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser("stage") as stage, house.browser("instructor") as instructor, house.browser() as student:
        assert (stage.seen[0]["seat"], instructor.seen[0]["seat"]) == ("stage", "instructor")
        assert (await engine.hear(Attend)).seat == student.seen[0]["seat"]


async def test_an_unknown_token_gives_a_new_seat_and_says_so(house: House) -> None:
    async with house.browser(token="0123456789abcdef.forged") as student:
        assert student.seen[0]["seat"] != "0123456789abcdef"
        assert (await student.until("fault"))["code"] == "bad_token"
        assert house.gateway.keys.seat(str(student.seen[0]["token"])) == student.seen[0]["seat"]


NESTED = '{"t":"hello","deep":' + "[" * 30_000 + "]" * 30_000 + "}"
HELLO = {"t": "hello", "version": VERSION, "role": "student"}


@pytest.mark.parametrize(
    ("message", "code", "close", "words"),
    [
        ("{not json", "malformed", 4400, "expected hello as a JSON object"),
        ("[]", "malformed", 4400, "expected hello as a JSON object"),
        (NESTED[:4000], "malformed", 4400, "expected hello as a JSON object"),
        ("", "malformed", 4400, "expected hello as a JSON object"),
        (b"\x00\xff", "malformed", 4400, "got binary"),
        ('{"t":"play","on":true}', "malformed", 4400, "expected hello first, got 'play'"),
        ('{"version":1}', "malformed", 4400, "expected hello first, got 'None'"),
        (
            '{"t":"hello","version":99,"role":"student","new":1}',
            "wrong_version",
            4409,
            "expected protocol version 2, got 99",
        ),
        ('{"t":"hello","role":"student"}', "invalid", 4400, "version"),
        ('{"t":"hello","version":2,"role":"teacher"}', "invalid", 4400, "teacher"),
        ('{"t":"hello","version":2,"role":"student","admin":true}', "invalid", 4400, "admin"),
        ('{"t":"hello","version":2,"role":"instructor"}', "bad_key", 4401, "got none"),
        ('{"t":"hello","version":2,"role":"instructor","key":"AAAA"}', "bad_key", 4401, "got another"),
        ('{"t":"hello","version":2,"role":"student","nonce":"%s"}' % ("x" * 65), "invalid", 4400, "nonce"),
        ("x" * (HELLO_LIMIT + 1), "too_large", 1009, "at most 4,096 characters, got 4,097"),
    ],
)
async def test_a_wrong_hello_is_told_why(house: House, message: str | bytes, code: str, close: int, words: str) -> None:
    async with house.socket() as browser:
        await browser.socket.send(message)
        fault = await browser.next()
        assert (fault["t"], fault["code"]) == ("fault", code)
        assert words in str(fault["detail"])
        assert "AAAA" not in str(fault["detail"])
        assert await browser.closed() == close


async def test_silence_is_closed_and_the_browser_may_come_back(house: House) -> None:
    async with house.socket() as browser:
        assert (await browser.next())["code"] == "malformed"
        assert await browser.closed() == 1008


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("lecutre2", "did you mean lecture2?"),
        ("zebra", "no session is called 'zebra' here"),
        ("api", "reserved"),
        ("a/b", "'a/b'"),
    ],
)
async def test_an_unknown_session_is_told_which_one_was_meant(house: House, typed: str, suggestion: str) -> None:
    async with house.socket(typed) as browser:
        await browser.say(HELLO)
        fault = await browser.next()
        assert fault["code"] == "unknown_session"
        assert suggestion in str(fault["detail"])
        assert await browser.closed() == 4404


async def test_every_spelling_opens_the_same_room(house: House) -> None:
    async with house.browser(session="LECTURE%202") as student:
        assert student.seen[0]["session"] == "lecture2"


async def test_the_key_of_another_session_opens_nothing(house: House) -> None:
    house.registry.create("lecture3", "Lecture 3")
    async with house.socket("lecture3") as browser:
        await browser.say({**HELLO, "role": "instructor", "key": house.key})
        assert (await browser.next())["code"] == "bad_key"
        assert await browser.closed() == 4401


async def test_garbage_costs_nothing(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as student, house.browser() as neighbor:
        for garbage in (b"\x00", "{", "[1]", '{"t":1}', '{"id":3}', "\ud7ff", NESTED[:4000]):
            await student.socket.send(garbage)
            assert (await student.until("fault"))["code"] == "malformed"
        await student.say({**HELLO, "id": 5})
        fault = await student.until("fault")
        assert (fault["code"], fault["re"]) == ("refused", 5)
        for number in ("true", "-1", "0", "1.5", '"5"', str(2**53), str(2**70)):
            await student.socket.send(f'{{"t":"hello","id":{number}}}')
            assert (await student.until("fault"))["re"] is None
        await student.say({"t": "ack", "seq": 3})
        await student.say({"t": "name", "name": "Ada"})
        assert (await engine.hear(Inbound)).body == b'{"t":"name","name":"Ada"}'
        assert (await neighbor.until("beat")) is not None
        assert all(frame["t"] != "fault" for frame in neighbor.seen)


async def test_a_message_past_all_bounds_ends_its_socket(house: House) -> None:
    async with house.browser() as giant, house.browser() as neighbor:
        await giant.socket.send("x" * 2**21)
        with pytest.raises(websockets.ConnectionClosed) as ended:  # noqa: PT012  (what was sent before is read first)
            while True:
                await giant.next()
        # What was still on its way when the server closed resets the connection, and may take the code with it.
        assert ended.value.rcvd is None or ended.value.rcvd.code == 1009
        await neighbor.until("beat")


async def test_who_sends_too_fast_is_told_and_nobody_else_is(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as student, house.browser() as neighbor:
        for number in range(1, 201):
            await student.say({"t": "name", "name": "Ada", "id": number})
        fault = await student.until("fault")
        assert fault["code"] == "too_fast"
        assert isinstance(fault["re"], int)
        assert 60 < fault["re"] <= 200
        await neighbor.say({"t": "name", "name": "Emmy"})
        while b"Emmy" not in (await engine.hear(Inbound)).body:
            pass
        assert all(frame["t"] != "fault" for frame in neighbor.seen)


async def test_a_new_scene_clears_the_slots_of_the_last(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as student:
        engine.slot("rounds.trace", body("trace"))
        engine.slot("joined", body("joind"), core=True)
        engine.open_lobby()
        await student.until("trace")
        engine.say(Clear(session="lecture2"))
        engine.slot("opened", opened("radius", 4), core=True)
        assert (await student.until("opened"))["version"] == 4
    async with house.browser() as late:
        await late.until("engine")
        assert [frame["t"] for frame in late.seen] == ["welcome", "opened", "joind", "engine"]


async def test_an_engine_dies_viewers_stay_and_the_next_one_learns_who_is_here(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser() as student:
        seat = str(student.seen[0]["seat"])
        await engine.hear(Attend)
        engine.slot("gone", body("gone."))
        engine.slot("place", body("place", 1), core=True)
        engine.open_lobby()
        await student.until("opened")
        await engine.die()
        while (await student.until("engine"))["ready"]:
            pass
        async with house.browser("stage") as stage:
            assert {str((await stage.next())["t"]) for _ in range(4)} == {"opened", "gone.", "place", "engine"}
        second = house.engine()
        second.ready()
        assert (await second.hear(Create)).session == "lecture2"
        assert await second.hear(Presence) == Presence(session="lecture2", seats=(seat,))
        frame = await student.until("engine")
        assert (frame["ready"], frame["generation"]) == (True, 2)
        second.slot("place", body("place", 2), core=True)
        second.open_lobby()
        assert (await student.until("place"))["detail"] == "2"
    async with house.browser() as late:
        await late.until("engine")
        assert [frame["t"] for frame in late.seen] == ["welcome", "opened", "place", "engine"]


async def test_who_came_as_the_engine_died_is_told_to_the_next(house: House) -> None:
    first = house.engine()
    first.ready()
    async with house.browser(name="Ada") as student:
        seat = str(student.seen[0]["seat"])
        await first.hear(Attend)  # and dies before it is in the log
        await first.die()
        second = house.engine()
        second.ready()
        assert await second.hear(Presence) == Presence(session="lecture2", seats=(seat,))
        assert await second.hear(Attend) == Attend(session="lecture2", seat=seat, name="Ada", present=True)


async def test_who_left_while_the_engine_was_away_is_not_present_for_the_next(house: House) -> None:
    first = house.engine()
    first.ready()
    async with house.browser("stage") as stage:
        async with house.browser() as student:
            assert (await first.hear(Attend)).seat == student.seen[0]["seat"]
            await first.die()
        for _ in range(3):  # the closed socket has been noticed by then
            await stage.until("beat")
        second = house.engine()
        second.ready()
        assert (await second.hear(Presence)).seats == ()


async def test_heartbeats_come(house: House) -> None:
    async with house.browser("stage") as stage:
        assert (await stage.until("beat"))["t"] == "beat"
        assert (await stage.until("beat"))["t"] == "beat"


async def test_a_room_that_nobody_looks_at_is_dropped_and_made_again(house: House) -> None:
    engine = house.engine()
    engine.ready()
    async with house.browser("stage"):
        await engine.hear(Create)
        engine.open_lobby()
    assert (await engine.hear(Drop)).session == "lecture2"
    async with house.browser("stage") as stage:
        await engine.hear(Create)
        engine.say(Known(session="lecture2"))
        assert (await stage.until("engine"))["ready"] is True


async def test_an_engine_that_does_not_read_makes_commands_fail_not_the_gateway(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "instructor", 64 * 1024)
    engine = house.engine()
    engine.ready()
    answers = []
    large = "x" * 20_000
    async with house.browser("stage") as watcher:
        await watcher.until("beat")
        for _ in range(4):
            async with house.browser("instructor") as panel:
                for _ in range(40):
                    await panel.say({"t": "open", "scene": large})
                await panel.say({"t": "hello"})
                while (fault := await panel.until("fault"))["code"] != "refused":
                    answers.append(fault["code"])
        await watcher.until("beat")
    assert set(answers) == {"not_ready"}
