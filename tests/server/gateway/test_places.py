"""Who finds a place in a full session: known seats, projectors and instructors; strangers while there is room."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.gateway.hub import Limits, Timing
from server.pipe.bus import Known
from server.protocol.messages import VERSION, Role
from tests.server.house import PATIENCE, Browser, Frame, House, running, small_site

FAST = Timing(hello=5.0, beat=0.05, watch=0.05, idle=5.0, drain=1.0)
SMALL = Limits(viewers=2, stages=2, projectors=2, panels=2, tabs=2, unfinished=3)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, small_site(tmp_path / "static"), FAST, limits=SMALL) as house:
        engine = house.engine()
        engine.ready()
        async with house.browser("stage") as stage:  # so that the room is there and complete
            engine.open_lobby()
            await stage.until("opened")
        yield house


async def turned_away(house: House, role: Role, **more: str) -> Frame:
    """Why a browser finds no place; it may come back later."""
    async with house.socket() as browser:
        await browser.say({"t": "hello", "version": VERSION, "role": role, **more})
        fault = await browser.next()
        assert fault["t"] == "fault", fault
        assert await browser.closed() == 1013
        return fault


async def until_gone(house: House, left: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(house.gateway.rooms[0].viewers) > left:
            await asyncio.sleep(0.005)


async def test_a_seat_that_the_session_knows_comes_back_into_a_full_room(house: House) -> None:
    async with house.browser() as ada:
        token = str(ada.seen[0]["token"])
    await until_gone(house, 0)
    async with house.browser(), house.browser():
        fault = await turned_away(house, "student")
        assert fault["code"] == "full"
        assert "at most 2 students in lecture2, and 2 are here" in str(fault["detail"])
        async with house.browser(token=token) as ada:
            assert ada.seen[0]["seat"] == token.partition(".")[0]
            assert len(house.gateway.rooms[0].students()) == 3


async def test_a_seat_is_known_from_the_log_and_a_token_alone_is_not_enough(house: House) -> None:
    engine, keys = house.engines[-1], house.gateway.keys
    engine.say(Known("lecture2", ("0123456789abcdef",)))
    async with house.browser(), house.browser():
        async with house.browser(token=keys.token("0123456789abcdef")):
            pass
        for foreign in (keys.token("fedcba9876543210"), "0123456789abcdef.forged"):
            assert (await turned_away(house, "student", token=foreign))["code"] == "full"


async def test_while_the_session_is_recovered_every_token_of_ours_is_believed(tmp_path: Path) -> None:
    async with (
        running(tmp_path, small_site(tmp_path / "static"), FAST, limits=SMALL) as house,
        house.browser(),
        house.browser(),
    ):
        async with house.browser(token=house.gateway.keys.token("fedcba9876543210")):
            pass
        assert (await turned_away(house, "student"))["code"] == "full"


async def test_bare_stages_are_few_and_the_panels_own_always_finds_a_place(house: House) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(house.browser("stage"))
        fault = await turned_away(house, "stage")
        assert fault["code"] == "full"
        assert "at most 2 stages in lecture2 that were not opened from the control panel, and 2" in str(fault["detail"])
        panel = await stack.enter_async_context(house.browser("instructor"))
        for _ in range(2):
            await stack.enter_async_context(house.browser())
        stage = str(panel.seen[0]["stage"])
        projector = await stack.enter_async_context(house.browser("stage", token=stage))
        assert (projector.seen[0]["stage"], projector.seen[0]["token"]) == ("", ""), "a stage is given none itself"
        assert (await turned_away(house, "stage", token=stage[:-1]))["code"] == "full"
        assert (await turned_away(house, "stage", token=house.key))["code"] == "full"
        hall = await panel.until("hall")
        while hall["turned_away"] != 3 or hall["phones"] != 2:
            hall = await panel.until("hall")
        assert (hall["most_phones"], hall["stages"], hall["most_stages"]) == (2, 2, 2)


async def test_students_take_no_place_from_instructors_nor_stages_from_students(house: House) -> None:
    async with AsyncExitStack() as stack:
        roles: tuple[Role, ...] = ("stage", "stage", "student", "student", "instructor", "instructor")
        for role in roles:
            await stack.enter_async_context(house.browser(role))
        fault = await turned_away(house, "instructor", key=house.key)
        assert "at most 2 control panels" in str(fault["detail"])


async def test_a_new_key_makes_old_stage_tokens_bare_and_tells_the_panel_the_new_one(house: House) -> None:
    async with house.browser("instructor") as panel, house.browser("stage"), house.browser("stage"):
        old = str(panel.seen[0]["stage"])
        await panel.say({"t": "rotate"})
        new = str((await panel.until("key"))["stage"])
        assert new != old
        assert (await turned_away(house, "stage", token=old))["code"] == "full"
        async with house.browser("stage", token=new):
            pass


async def test_the_oldest_of_a_seats_tabs_makes_room(house: House) -> None:
    async with house.browser() as first:
        token = str(first.seen[0]["token"])
        async with house.browser(token=token) as second, house.browser(token=token) as third:
            assert "at most 2 tabs" in str((await first.until("fault"))["detail"])
            assert await first.closed() == 4408, "it stays away, for coming back would close another"
            await second.until("beat")
            await third.until("beat")
            assert len(house.gateway.rooms[0].students()) == 2


async def test_new_seats_have_a_rate_and_known_ones_none(house: House) -> None:
    async with house.browser() as ada:
        token = str(ada.seen[0]["token"])
    house.gateway.rooms[0].newcomers.empty()
    fault = await turned_away(house, "student")
    assert fault["code"] == "too_fast"
    assert "new seats an hour" in str(fault["detail"])
    async with house.browser(token=token):
        pass


async def test_a_session_has_so_many_seats_and_those_that_it_has_come_back(tmp_path: Path) -> None:
    few = Limits(seats=3)
    async with running(tmp_path, small_site(tmp_path / "static"), FAST, limits=few) as house:
        engine = house.engine()
        engine.ready()
        async with house.browser("stage") as stage:
            engine.open_lobby()
            await stage.until("opened")
            engine.say(Known("lecture2", ("0123456789abcdef",)))
            tokens = [house.gateway.keys.token("0123456789abcdef")]
            for _ in range(2):
                async with house.browser() as ada:
                    tokens.append(str(ada.seen[0]["token"]))
            fault = await turned_away(house, "student")
            assert fault["code"] == "full"
            assert "at most 3 seats that ever came to lecture2, and 3 have" in str(fault["detail"])
            for token in tokens:
                async with house.browser(token=token) as back:
                    assert back.seen[0]["seat"] == token.partition(".")[0]
            async with house.browser("instructor"):
                pass


async def test_of_too_many_silent_sockets_the_oldest_goes(house: House) -> None:
    async with house.socket() as oldest, house.socket(), house.socket(), house.socket():
        assert "expected hello" in str((await oldest.next())["detail"])
        assert await oldest.closed() == 1008
        async with house.browser() as student:
            await student.until("beat")


async def test_a_place_is_free_again_when_somebody_has_left(house: House) -> None:
    async with AsyncExitStack() as stack:
        seated: list[Browser] = [await stack.enter_async_context(house.browser()) for _ in range(2)]
        assert (await turned_away(house, "student"))["code"] == "full"
        await seated[0].socket.close()
        await until_gone(house, 1)
        await stack.enter_async_context(house.browser())


async def test_a_lecturer_reads_who_was_turned_away_in_one_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gnn_live"):
        async with house.browser(), house.browser():
            for _ in range(5):
                await turned_away(house, "student")
    lines = [record for record in caplog.records if record.getMessage() == "browser turned away"]
    assert len(lines) == 1
    assert vars(lines[0])["session"] == "lecture2"
    assert "at most 2 students" in str(vars(lines[0])["detail"])


async def test_the_last_open_files_are_for_panels_their_stages_and_seats_that_come_back(tmp_path: Path) -> None:
    few = Limits(together=2, returning=1)
    async with (
        running(tmp_path, small_site(tmp_path / "static"), FAST, limits=few) as house,
        AsyncExitStack() as held,
    ):
        house.registry.create("other", "Other", None)
        engine = house.engine()
        engine.ready()
        engine.open_lobby()
        async with house.browser() as ada:
            token = str(ada.seen[0]["token"])
        await until_gone(house, 0)
        await held.enter_async_context(house.browser())
        await held.enter_async_context(house.browser(session="other"))
        for role in ("student", "stage"):
            fault = await turned_away(house, role)
            assert fault["code"] == "full"
            assert "at most 2 browsers on this server, and 2 are here: its open files are used up" in str(
                fault["detail"]
            )
        await held.enter_async_context(house.browser(token=token))
        assert (await turned_away(house, "student", token=token))["code"] == "full"
        await held.enter_async_context(house.browser("instructor"))
        projector = house.gateway.keys.stage("lecture2", 1)
        await held.enter_async_context(house.browser("stage", token=projector))


async def test_a_room_in_which_nobody_found_a_place_is_forgotten(tmp_path: Path) -> None:
    timing, limits = Timing(beat=0.05, watch=0.05, idle=0.0, drain=1.0), Limits(together=0, returning=0)
    async with running(tmp_path, small_site(tmp_path / "static"), timing, limits=limits) as house:
        await turned_away(house, "student")
        async with asyncio.timeout(PATIENCE):
            while house.gateway.rooms:
                await asyncio.sleep(0.005)
