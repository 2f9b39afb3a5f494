"""What the events of a script mean: what people do, and what is done to them and to the machines."""

from __future__ import annotations

import signal as signals
from typing import TYPE_CHECKING

import msgspec

from tests.simulation.client import Browser
from tests.simulation.script import FIRST, Event

if TYPE_CHECKING:
    from tests.simulation.world import World

BURST = 40
"""Messages of a seat that floods, at once; a second later again."""
SECRET = 7_654_000
"""Answers that nobody may see early are numbers from here on."""


class People:
    """Carries the events of a world out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._secret = SECRET
        self._pokes = 0

    def happen(self, event: Event) -> None:
        """One event."""
        world, args = self._world, event.args
        browser = world.browsers[event.who]
        match event.kind:
            case "join":
                browser.open()
            case "do":
                self._do(browser, *args)
            case "leave":
                # While frames flow: somebody does something, and the leave meets what comes of it.
                first = next(other for other in world.browsers if other.session == browser.session)
                first.command(True, t="show", qr=first.sent % 2 == 0)
                delay = int(args[2]) * world.setup.grid
                world.loop.call_later(delay, self._leave, browser, str(args[0]), float(args[1]))
            case "kill":
                self._kill(int(args[0]))
            case "hang":
                self._hang(float(args[0]))
            case "flood":
                self._flood(browser, [world.browsers[int(number)] for number in args[1:]], int(args[0]))
            case "storm":
                self._crowd("student", int(args[0]), 3.0)
            case "strangers":
                self._crowd("stage", int(args[0]), float(args[1]))
            case "wall":
                world.clock.jumped += float(args[0])
            case "doze":
                world.clock.now += float(args[0])
                world.began += float(args[0])
                for host in world.processes.living():  # silence counts while the gateway goes on
                    host.stopped_at += float(args[0])
                world.trouble()
            case "full disk":
                world.disk.full = world.disk_was_bad = True
                world.loop.call_later(float(args[0]), self._room_again)
            case "slow disk":
                world.disk.slow = float(args[1])
                world.loop.call_later(float(args[0]), self._fast_again)
            case "files":
                world.descriptors.limit = len(world.descriptors.open)
                if args[1]:
                    self._kill(0)
                world.loop.call_later(float(args[0]), self._files_again)
            case "padding":
                for number in range(int(args[0])):
                    world.loop.call_later(number / 25, self._pad, browser, int(args[1]))
            case "slow":
                browser.slow(float(args[0]))
                world.loop.call_later(float(args[1]), browser.slow, None)

    # --- what people do ---------------------------------------------------------------------------

    def _do(self, browser: Browser, *args: str | float) -> None:
        word = str(args[0])
        match word:
            case "open":
                self._numbered(browser, t="open", scene=self._scene(str(args[1])), params={})
            case "position":
                place = browser.heads.get("place")
                to = (place.position + 1) % max(1, place.positions) if place else 0
                self._numbered(browser, t="position", to=to)
            case "play":
                self._numbered(browser, t="play", on=True)
            case "tune":
                browser.command(False, t="tune", values={"positions": 5})
            case "pause" | "run" | "once":
                self._numbered(browser, t="work", to=word)
            case "reset" | "deal":
                self._numbered(browser, t=word)
            case "show":
                self._numbered(browser, t="show", dark=browser.sent % 2 == 0)
            case "poke":
                self._pokes += 1
                browser.pokes += 1
                self._numbered(browser, t="pad.poke", tab=f"t{browser.number}", n=browser.pokes)
            case "drag":
                browser.command(False, t="pad.drag", at=float(browser.sent))
            case "say":
                self._numbered(browser, t="ring.say", value=float(browser.sent))
            case "name":
                self._numbered(browser, t="name", name=f"{browser.name} {browser.sent}")
            case "answer":
                self._answer(browser)
            case "rotate":
                browser.command(False, t="rotate")
            case _:
                self._ask(browser, word)

    @staticmethod
    def _numbered(browser: Browser, **fields: object) -> None:
        browser.command(True, **fields)

    def _scene(self, name: str) -> str:
        known = list(self._world.scenes)
        return name if name in known else known[len(name) % len(known)]

    def _answer(self, browser: Browser) -> None:
        question = browser.heads.get("question")
        vote = question.vote if question is not None and question.vote else 1
        self._numbered(browser, t="answer", vote=vote, given={"number": 1000.0 + browser.number})

    def _ask(self, browser: Browser, word: str) -> None:
        secrets = self._world.judge.secrets
        if word == "ask":
            self._secret += 1
            secrets[self._secret] = browser.session, str(self._secret).encode()
            axis = {"title": "how many", "low": 0, "high": 1e8}
            problem = {"text": "How many?", "kind": "number", "y": axis, "right": float(self._secret)}
            self._numbered(browser, t="ask", question=problem)
            return
        question = browser.heads.get("question")
        if question is None or not question.vote:
            return  # a panel turns the question that it shows, and no other
        if word == "reveal":  # from here on anybody may see what was asked in this session
            for number in [number for number, (session, _) in secrets.items() if session == browser.session]:
                del secrets[number]
        to = {"close": "closed", "reveal": "revealed", "away": "away"}[word]
        self._numbered(browser, t="vote", to=to, vote=question.vote)

    def _leave(self, browser: Browser, how: str, away: float) -> None:
        if browser.status == "away" or browser.number in self._world.gone:
            return
        if how == "sleep":
            browser.sleep()
        else:
            browser.leave(how)
        self._world.loop.call_later(away, browser.wake)

    def _flood(self, instructor: Browser, seats: list[Browser], bursts: int) -> None:
        """Some seats say as much as they may, all at once; the instructor goes on."""
        if bursts == 0:
            return
        for browser in seats:
            for number in range(BURST):
                browser.filled(number)
        self._numbered(instructor, t="show", blank=bursts % 2 == 0)
        self._world.loop.call_later(1.0, self._flood, instructor, seats, bursts - 1)

    def _pad(self, browser: Browser, size: int) -> None:
        self._pokes += 1
        browser.pokes += 1
        browser.padded(size, t="pad.poke", tab=f"t{browser.number}", n=browser.pokes)

    def _crowd(self, role: str, count: int, seconds: float) -> None:
        world = self._world
        for _ in range(count):
            number = len(world.browsers)
            kind = "student" if role == "student" else "stage"
            stranger = Browser(world, number, FIRST, kind, f"new{number} {FIRST}")  # type: ignore[arg-type]
            world.gone.add(number)
            world.add(stranger)
            stranger.open()
            world.loop.call_later(seconds + number / 50, stranger.leave, "rst")

    # --- what is done to the machines -------------------------------------------------------------

    def _kill(self, after: int) -> None:
        for host in self._world.processes.living():
            if after:
                host.fuse = after
            else:
                host.kill()

    def _hang(self, seconds: float) -> None:
        world = self._world
        world.trouble()
        for host in world.processes.living():
            host.signal(signals.SIGSTOP)
            world.loop.call_later(seconds, host.signal, signals.SIGCONT)

    def _room_again(self) -> None:
        self._world.disk.full = False
        self._world.trouble()

    def _fast_again(self) -> None:
        self._world.disk.slow = 0.0
        self._world.trouble()

    def _files_again(self) -> None:
        self._world.descriptors.limit = 10_000
        self._world.trouble()


__all__ = ["People", "msgspec"]
