"""What happens in a world: drawn from a seed, a list of events that can be shortened.

Each event stands for itself: one that finds nothing to happen to does nothing, so any part of a script is a script.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Literal

from server.protocol.messages import Role

FIRST, OTHER = "alphaseven", "omegathree"
"""The two sessions; no frame of one holds the name of the other."""
LEAVES = ("rst", "fin-unread", "fin-read", "half-close", "cut", "ping", "sleep", "goodbye")
Kind = Literal[
    "leave",
    "kill",
    "hang",
    "flood",
    "storm",
    "rotate",
    "wall",
    "doze",
    "full disk",
    "slow disk",
    "files",
    "strangers",
    "padding",
    "slow",
]
KINDS: tuple[Kind, ...] = (
    "leave", "kill", "hang", "flood", "storm", "rotate", "wall", "doze", "full disk", "slow disk", "files", "strangers",
    "padding", "slow",
)  # fmt: skip


@dataclass(frozen=True)
class Setup:
    """What a world is made of."""

    browsers: tuple[tuple[str, Role], ...]
    latency: float
    grid: float
    boot: float
    """Seconds in which an engine's process loads."""
    pipe: int
    """Bytes that the socket pair holds, and that may wait in front of it."""
    viewers: int
    """Browsers that a session may have."""
    cold: bool = False
    real: bool = False
    """Whether the program's own scenes are played, and not the stand-ins."""


@dataclass(frozen=True)
class Event:
    """Something happens to somebody."""

    at: float
    kind: str
    who: int = 0
    args: tuple[str | float, ...] = ()

    def __str__(self) -> str:
        return f"{self.at:7.2f}  {self.kind} {self.who} {' '.join(map(str, self.args))}".rstrip()


@dataclass(frozen=True)
class Script:
    """A world from its beginning to its end."""

    seed: int
    setup: Setup
    events: tuple[Event, ...]

    def with_events(self, events: Iterable[Event]) -> Script:
        """The same world, where only this happens."""
        return Script(self.seed, self.setup, tuple(events))

    def __str__(self) -> str:
        who = ", ".join(f"{n} {role} of {session}" for n, (session, role) in enumerate(self.setup.browsers))
        return "\n".join([f"seed {self.seed}: {self.setup}", who, *map(str, self.events)])


def draw(seed: int, kinds: tuple[Kind, ...] = KINDS, real: bool | None = None) -> Script:
    """The script of a seed."""
    random = Random(seed)
    students = random.randint(2, 5)
    browsers: list[tuple[str, Role]] = [(FIRST, "instructor"), (FIRST, "stage")]
    browsers += [(FIRST, "student")] * students
    browsers += [(OTHER, "instructor"), (OTHER, "student")]
    if random.random() < 0.25:
        browsers.append((FIRST, "instructor"))
    setup = Setup(
        browsers=tuple(browsers),
        latency=random.choice((0.002, 0.01, 0.05)),
        grid=random.choice((0.001, 0.005, 0.02)),
        boot=random.uniform(0.5, 2.5),
        pipe=random.choice((4096, 16384, 65536)),
        viewers=students + random.randint(2, 4) + (0 if "strangers" in kinds else 40),
        cold=random.random() < 0.2,
        real=seed % 100 == 99 if real is None else real,
    )
    length = random.uniform(9, 14)
    events = [*_joins(random, setup), *_lecture(random, setup, length), *_class(random, setup, length)]
    events += _faults(random, setup, length, kinds)
    return Script(seed, setup, tuple(sorted(events, key=lambda event: event.at)))


def _joins(random: Random, setup: Setup) -> list[Event]:
    return [Event(round(random.uniform(0, 3), 3), "join", who) for who in range(len(setup.browsers))]


def _lecture(random: Random, setup: Setup, length: float) -> list[Event]:
    """What the instructors do: scenes one after the other, and questions in between."""
    events: list[Event] = []
    for who, (_, role) in enumerate(setup.browsers):
        if role != "instructor":
            continue
        at = random.uniform(2, 4)
        while at < length:
            events.append(Event(round(at, 3), "do", who, ("open", random.choice(("pad", "pad", "drill", "ring")))))
            until = at + random.uniform(3, 7)
            while at < until:
                at += random.uniform(0.2, 1.2)
                events.append(Event(round(at, 3), "do", who, (random.choice(_TOUCHES),)))
            if random.random() < 0.7:
                for word in ("ask", "close", "reveal", "away"):
                    events.append(Event(round(at, 3), "do", who, (word,)))
                    at += random.uniform(0.3, 2.5)
    return events


_TOUCHES = ("position", "play", "tune", "pause", "run", "once", "reset", "deal", "show", "poke", "poke", "poke")


def _class(random: Random, setup: Setup, length: float) -> list[Event]:
    """What the students do."""
    events: list[Event] = []
    for who, (_, role) in enumerate(setup.browsers):
        if role == "student":
            for _ in range(random.randint(5, 12)):
                word = random.choice(("poke", "poke", "poke", "drag", "answer", "answer", "say", "name"))
                events.append(Event(round(random.uniform(2, length), 3), "do", who, (word,)))
    return events


def _faults(random: Random, setup: Setup, length: float, kinds: tuple[Kind, ...]) -> list[Event]:
    """What goes wrong."""
    events: list[Event] = []
    count = random.randint(4, 8) if kinds else 0
    for number in range(count):
        kind = "leave" if number < 3 and "leave" in kinds else random.choice(kinds)
        at = round(random.uniform(2.5, length), 3)
        if kind in _ONCE and any(event.kind == kind for event in events):
            kind = kinds[0]
        events += _fault(random, setup, kind, at)
    return events


_ONCE = ("flood", "padding", "strangers", "storm")
"""Kinds that happen once a world at most: each of them costs as much as everything else."""


def _fault(random: Random, setup: Setup, kind: Kind, at: float) -> list[Event]:
    who = random.randrange(len(setup.browsers))
    students = [number for number, (_, role) in enumerate(setup.browsers) if role == "student"]
    match kind:
        case "leave":
            how, away = random.choice(LEAVES), round(random.uniform(0.05, 5), 2)
            return [Event(at, "leave", who, (how, away, random.randint(0, 3)))]
        case "kill":
            return [Event(at, "kill", 0, (random.choice((0, 0, random.randint(1, 60))),))]
        case "hang":
            return [Event(at, "hang", 0, (round(random.choice((2.0, 9.0, 999.0)), 1),))]
        case "flood":
            bursts = random.randint(1, 3)
            return [Event(at, "flood", 0, (bursts, *random.sample(students[:-1], 2)))]
        case "storm":
            return [Event(at, "storm", 0, (random.randint(4, 8),))]
        case "rotate":
            return [Event(at, "do", 0, ("rotate",))]
        case "wall":
            return [Event(at, "wall", 0, (random.choice((-86400.0, 3600.0, 40 * 86400.0)),))]
        case "doze":
            return [Event(at, "doze", 0, (random.choice((5.0, 40.0, 3600.0)),))]
        case "full disk":
            return [Event(at, "full disk", 0, (round(random.uniform(0.5, 5), 1),))]
        case "slow disk":
            return [Event(at, "slow disk", 0, (round(random.uniform(0.5, 5), 1), round(random.uniform(0.005, 0.2), 3)))]
        case "files":
            return [Event(at, "files", 0, (round(random.uniform(1, 6), 1), random.choice((0.0, 1.0))))]
        case "strangers":
            return [
                Event(at, "strangers", 0, (setup.viewers, round(random.uniform(2, 8), 1))),
                Event(at + 1, "leave", random.choice(students), ("rst", 0.5, 0)),
            ]
        case "padding":
            return [Event(at, "padding", random.choice(students), (12, 30_000))]
        case "slow":
            return [Event(at, "slow", who, (round(random.uniform(300, 20_000)), round(random.uniform(1, 6), 1)))]
