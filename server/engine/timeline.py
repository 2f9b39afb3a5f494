"""A room on its way along its log: what carries entries and job outputs out, live, at recovery and in replay.

    room(n+1) = after(room(n), entry(n+1))          between two entries: the outputs of the scene's job, counted

An entry's `ticks` say how many outputs came before it, so the log alone gives the room back, without any clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from traceback import format_tb
from typing import TypeVar

import msgspec

from server.disk.plans import NoPlan
from server.disk.store import Entry
from server.engine import lectures
from server.engine.poison import Watch, digest_of, digest_of_job
from server.protocol.faults import Refused
from server.protocol.messages import Action, Fault
from server.room import rules
from server.room.jobs import MOST_INTERRUPTIONS, Interrupted
from server.room.plan import Lecture, PlanError
from server.room.scene import JobSteps, Kept, Wait
from server.room.state import Origin, Room, Scenes
from server.room.state import Savepoint as Savepoint

log = logging.getLogger("gnn_live.timeline")
T = TypeVar("T")
FAILED = "the program failed at this; the room is as it was before"
SKIPPED = "the engine died twice of this; it was skipped"


class Came(msgspec.Struct, frozen=True):
    """Body of an `attend` entry; its seat is the entry's."""

    name: str
    present: bool


class Started(msgspec.Struct, frozen=True):
    """Body of a `create` entry."""

    lecture: str | None


def attempted(work: Callable[[], T], what: str) -> T | Fault:
    """What the work gives, or why it gives nothing; the one place of the program where every exception stops."""
    try:
        return work()
    except Refused as refused:
        return Fault(code=refused.code, detail=refused.detail)
    except Exception as error:  # noqa: BLE001  (a defect of a scene must not end the engine)
        # Where it happened and of what kind; what an exception says may hold what a student answered.
        log.error("%s failed: %s\n%s", what, type(error).__name__, "".join(format_tb(error.__traceback__)))
        return Fault(code="failed", detail=FAILED)


def lecture_of(name: str | None, scenes: Scenes) -> Lecture | None:
    """The lecture plan of a session; None, with a line in the log, where it is not usable any more."""
    if name is None:
        return None
    try:
        return lectures.load(name, scenes)
    except (NoPlan, PlanError) as error:
        log.warning("the session has no lecture plan: %s", error)
        return None


def after(room: Room, entry: Entry, scenes: Scenes) -> Room:
    """The room after one entry; raises Refused, or whatever a defect of a scene raises."""
    match entry.kind:
        case "create":
            named = msgspec.json.decode(entry.body, type=Started).lecture
            return Room(room.id, lecture=lecture_of(named, scenes), sequence=entry.seq)
        case "command":
            origin = origin_of(entry)
            command = rules.decode(entry.body, entry.role, room, scenes)
            return rules.handle(room, origin, command, scenes)
        case "attend":
            came = msgspec.json.decode(entry.body, type=Came)
            return rules.attend(room, entry.seq, entry.seat, came.name, came.present, scenes)
        case "presence":
            seats = msgspec.json.decode(entry.body, type=tuple[str, ...])
            return rules.presence(room, entry.seq, seats, scenes)
        case "play":
            return rules.play_on(room, entry.seq, scenes)


def without(room: Room, entry: Entry) -> Room:
    """The room that has done with an entry which was refused, failed or is skipped."""
    playing = room.playing and entry.kind != "play"
    return replace(rules.receipted(room, origin_of(entry)), sequence=entry.seq, playing=playing)


def origin_of(entry: Entry) -> Origin:
    """Where the command of an entry came from."""
    return Origin(entry.seq, entry.seat, entry.role, entry.nonce, entry.id)


@dataclass(slots=True)
class _Running:
    """A job that was begun: which, and how far its generator is."""

    version: int
    key: Hashable
    steps: JobSteps
    ended: bool = False
    resumed: bool = False
    """It goes on from where it was kept and gave no output yet."""
    taken: int = 0
    """Outputs that were taken since the savepoint."""
    again: int = 0
    """Of these, how many come a second time, after the job was begun again."""
    interruptions: int = 0
    """How often a step of it ended or hung its process since it gave something new."""
    moved: str = ""
    """Why another process has it now, until that has given something new."""

    def progressed(self) -> None:
        """It gave something new."""
        self.interruptions, self.moved = 0, ""


class Timeline:
    """One session's room, its running job, and the outputs taken since the last entry."""

    def __init__(self, start: Room | Savepoint, scenes: Scenes, watch: Watch) -> None:
        self.savepoint = start if isinstance(start, Savepoint) else Savepoint(start)
        """The latest moment to go on from: now, unless a job runs; then where it was last kept, or where it began."""
        self.room = self.savepoint.room
        self.ticks = self.savepoint.ticks
        self.size = self.savepoint.size
        """Bytes of the entries that were carried out."""
        self.culprit = b""
        """Digest of the last command that was carried out: a death over the room's frames is put down to it."""
        self.warnings: list[Fault] = []
        """What the instructor should be told; whoever tells it empties the list."""
        self._scenes = scenes
        self._watch = watch
        self._running: _Running | None = None
        self._follow(self.savepoint)
        self.start = self.savepoint
        """Where it began."""
        self.astray = False
        """The job could not go on from where it was kept: the room has to be recovered without that."""

    def keep(self, room: Room, entry: Entry) -> None:
        """Go on with the room after an entry."""
        self.room = room
        self.size += len(entry.body)
        self.ticks = 0
        self._follow()

    def enter(self, entry: Entry) -> None:
        """Carry out an entry of the log after the job outputs that came before it; what failed then fails again."""
        self.advance(entry.ticks)
        digest = digest_of(entry)
        if self._watch.deadly(digest):
            self.warnings.append(Fault(code="failed", detail=SKIPPED))
            self.keep(without(self.room, entry), entry)
            return
        with self._watch.noted(digest):
            room = attempted(lambda: after(self.room, entry, self._scenes), f"entry {entry.seq} of {self.room.id}")
            self.keep(without(self.room, entry) if isinstance(room, Fault) else room, entry)
        if entry.kind == "command" and isinstance(room, Room):
            self.culprit = digest

    def advance(self, ticks: int) -> None:
        """Take job outputs, without waiting, until so many came since the last entry or the job ends."""
        while self.ticks < ticks and self.job is not None:
            self.step()

    @property
    def job(self) -> object | None:
        """The job that has something left to do; the same object as long as it is the same job."""
        return None if self._running is None or self._running.ended else self._running

    def step(self) -> Wait | None:
        """One step of the job: an output is applied, a `Wait` handed back; a failure ends the job with a warning."""
        running = self._running
        if running is None or running.ended:
            return None
        digest = digest_of_job(self.room.sequence)
        if self._watch.deadly(digest):
            self._end(running, Fault(code="failed", detail=SKIPPED))
            return None
        with self._watch.noted(digest):
            output = attempted(lambda: self._next(running), f"the job of {self.room.id}")
            if isinstance(output, Action):
                self._take(running, output)
        if isinstance(output, Kept) and not running.again:
            if output.body != self.savepoint.kept:
                running.progressed()
            self._save(output.body)
        if isinstance(output, Fault):
            self.astray = running.resumed and output.code == "failed"  # a defect, or bytes that it cannot read
            self._end(running, output)
        if output is running:
            running.ended = True
            self._save()
        if isinstance(output, Wait):
            return replace(output, why=output.why or running.moved)
        return None

    def _next(self, running: _Running) -> Action | Wait | Kept | _Running | None:
        """What comes next of a job, itself at its end; a job whose process is gone goes on in another."""
        try:
            return next(running.steps, running)
        except Interrupted as interrupted:
            running.interruptions += int(interrupted.blamed)
            if running.interruptions > MOST_INTERRUPTIONS:
                raise type(interrupted)(running.interruptions) from interrupted
            job = rules.job(self.savepoint.room, self._scenes)
            if job is None or job.key != running.key:
                raise
            log.warning("%s: its job begins again behind output %d", self.room.id, self.savepoint.ticks)
            running.steps = job.run(self.savepoint.kept)
            running.again, running.moved = running.taken, interrupted.moved
            running.resumed = self.savepoint.kept is not None
            return None

    def _end(self, running: _Running, why: Fault) -> None:
        """The job is over before its time: the instructor is told, and the stage says so."""
        running.ended = True
        self.warnings.append(why)
        self.room = rules.failed(self.room, why.detail)
        self._save()

    def _save(self, kept: bytes | None = None) -> None:
        """From this moment one can go on."""
        if self._running is not None:
            self._running.taken = 0
        ended = self._running is not None and self._running.ended
        self.savepoint = Savepoint(self.room, self.ticks, kept, ended, self.size)

    def _take(self, running: _Running, output: Action) -> None:
        """Apply an output; it counts even when the state refuses it, so that the count alone says where we are."""
        running.resumed = False
        if running.again:
            running.again -= 1
            return
        running.taken += 1
        running.progressed()
        self.ticks += 1
        room = attempted(lambda: rules.tick(self.room, output, self._scenes), f"an output in {self.room.id}")
        if isinstance(room, Room):
            self.room = room
            self._follow()
        elif room.code == "failed":
            self._end(running, room)
        else:
            log.info("%s: the scene refused its job's output: %s", self.room.id, room.detail)

    def _follow(self, start: Savepoint | None = None) -> None:
        """Begin the job that the state asks for, or go on with it, unless it is the one that was begun."""
        before = self._running
        begun = attempted(lambda: self._asked(start), f"asking {self.room.id} for its job")
        if isinstance(begun, Fault):
            self.warnings.append(begun)
        self._running = None if isinstance(begun, Fault) else begun
        if self._running is None or self._running is not before or before.ended:
            self._save(start.kept if start else None)

    def _asked(self, start: Savepoint | None) -> _Running | None:
        job = rules.job(self.room, self._scenes)
        if job is None or self.room.open is None:
            return None
        begun, version = self._running, self.room.open.version
        if begun is not None and (begun.version, begun.key) == (version, job.key):
            return begun
        if start is None:
            return _Running(version, job.key, job.run(None))
        return _Running(version, job.key, job.run(start.kept), start.ended, start.kept is not None)
