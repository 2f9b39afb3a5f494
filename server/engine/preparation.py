"""Answers that take long to compute: worked out in steps while a class votes, and the vote's end waits for them.

Only that session waits; its messages stay in their order in the inbox, and the others are served between two steps.
A recovery carries the vote's end out again, and works out the answer in the same steps before (`prepared`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from server.disk.store import Entry
from server.engine.poison import Attempts, Watch, digest_of_truth
from server.engine.timeline import attempted
from server.protocol.ballot import Turn
from server.protocol.messages import Command, Fault
from server.room import rules
from server.room.scene import Wait
from server.room.state import Room, Scenes

log = logging.getLogger("gnn_live.preparation")
_ENDED = object()


def prepared(room: Room, entry: Entry, scenes: Scenes, watch: Watch) -> Iterator[None]:
    """Work out in steps the answer that an entry of the log needs, before it is carried out again."""
    vote = room.vote
    if entry.kind != "command" or vote is None or vote.phase != "open":
        return
    read = partial(rules.decode, entry.body, entry.role, room, scenes)
    steps = _towards(room, scenes) if _needs(attempted(read, f"reading entry {entry.seq} of {room.id}")) else None
    digest = digest_of_truth(vote.number)
    while steps is not None and not watch.deadly(digest):
        with watch.noted(digest):
            done = attempted(partial(next, steps, _ENDED), f"preparing an answer in {room.id}")
        if done is not None and not isinstance(done, Wait):
            return
        yield None


def _towards(room: Room, scenes: Scenes) -> Iterator[Wait | None] | None:
    """The steps towards the answer to the question that is open; None where its scene computes none."""
    if room.vote is None or room.open is None:
        return None
    truth, scene = room.vote.problem.truth, scenes[room.open.name]
    if truth not in scene.truths:
        return None
    steps = attempted(partial(scene.prepare, room.open.state, truth), f"preparing an answer in {room.id}")
    return None if isinstance(steps, Fault) else steps


def _needs(command: Command | Fault) -> bool:
    """Whether a command needs the answer to the question that is open."""
    return isinstance(command, Turn) and command.to != "away"


@dataclass(slots=True)
class _Preparation:
    """The steps towards the answer of one vote, and when the next may be taken."""

    vote: int
    steps: Iterator[Wait | None]
    at: float


class Preparations:
    """Of every session that votes on something its scene computes: what is left to compute."""

    def __init__(self, scenes: Scenes, attempts: Attempts, clock: Callable[[], float]) -> None:
        self._scenes = scenes
        self._attempts = attempts
        self._clock = clock
        self._asked: dict[str, int] = {}
        """By session, the vote whose answer was begun."""
        self._left: dict[str, _Preparation] = {}
        """By session, the one whose turn it is in front."""

    def follow(self, name: str, room: Room) -> None:
        """Begin with the answer to what a session asks now."""
        vote = room.vote
        if vote is None or room.open is None or vote.phase != "open":
            self.forget(name)
            return
        if self._asked.get(name) == vote.number:
            return
        self._asked[name] = vote.number
        steps = _towards(room, self._scenes)
        if steps is not None:
            self._left[name] = _Preparation(vote.number, steps, self._clock())

    def forget(self, name: str) -> None:
        """The session asks nothing now, or is gone."""
        self._asked.pop(name, None)
        self._left.pop(name, None)

    def awaited(self, name: str, room: Room, command: Command | Fault) -> bool:
        """Whether a command needs an answer that is not worked out yet."""
        if not _needs(command):
            return False
        self.follow(name, room)
        return self.going(name)

    def going(self, name: str) -> bool:
        """Whether a session's answer is not worked out yet."""
        return name in self._left

    def due(self) -> float | None:
        """When a step may be taken; None without one."""
        return min((one.at for one in self._left.values()), default=None)

    def step(self) -> bool:
        """One step of the session whose turn it is; whether there was one."""
        now = self._clock()
        name = next((name for name, one in self._left.items() if one.at <= now), None)
        if name is None:
            return False
        one = self._left.pop(name)
        digest = digest_of_truth(one.vote)
        if self._attempts.deadly(name, digest):
            log.error("the answer to vote %d of %s is not prepared: the engine died twice of it", one.vote, name)
            return True
        with self._attempts.noted(name, digest):
            done = attempted(partial(next, one.steps, _ENDED), f"preparing an answer in {name}")
        if done is None or isinstance(done, Wait):
            one.at = now + (0.0 if done is None else done.seconds)
            self._left[name] = one
        return True
