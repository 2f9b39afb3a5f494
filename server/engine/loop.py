"""The engine: one plain loop that owns the sessions, carries their commands out and runs their jobs.

    turn: take what lies in the pipe -> for each session: decode, apply, log, keep -> frames -> one slice of work

An entry is in the log before anybody sees its effect, so the process may be killed at any moment. No threads, no locks.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Callable
from functools import partial

import msgspec

from server.disk.store import Entry, Log, StoreError
from server.engine.allotment import Allotment
from server.engine.background import LONG, Background
from server.engine.decoding import Decoded, attendance, intake
from server.engine.inbox import CommandQueues, Waiting, too_much
from server.engine.jobs.shares import Turns
from server.engine.outbox import Offer, Outgoing
from server.engine.playing import Live
from server.engine.poison import Attempts, digest_of, watch
from server.engine.preparation import Preparations
from server.engine.progress import Checkpoints
from server.engine.recoveries import Recoveries
from server.engine.recovery import begin, recovery
from server.engine.timeline import SKIPPED, Timeline, after, attempted, origin_of, without
from server.engine.warmth import Warmth
from server.pipe.bus import Alive, Attend, Create, Drop, EnginePipe, Inbound, PipeClosed, Presence, Stats, Up
from server.pipe.counters import STATS_PERIOD, EngineStats
from server.pipe.refusals import Refusals
from server.pipe.watchdog import Heartbeat
from server.protocol.messages import STAGE, STUDENT, TEACHER, Fault, Out, Rename
from server.protocol.nicknames import remark
from server.room import jobs, rules
from server.room.state import Room, Scenes
from server.room.view import Shown, beside_scene, frames, is_new_scene, receipt, working

log = logging.getLogger("gnn_live.engine")


class EngineLoop:
    """All sessions of this process, and the loop that turns them."""

    def __init__(
        self,
        pipe: EnginePipe,
        store: Log,
        attempts: Attempts,
        known: Scenes,
        generation: int,
        clock: Callable[[], float] = time.monotonic,
        warm: bool = True,
    ) -> None:
        """An engine of the scenes it knows, which it warms up when nobody waits."""
        self._pipe = pipe
        self._store = store
        self._attempts = attempts
        self._scenes = known
        self._clock = clock
        self._inbox = CommandQueues(pipe, clock)
        self._heart = Heartbeat(lambda busy, seconds: pipe.send(Alive(busy, seconds)), clock)
        attempts.beat = self._heart.beat
        self._outgoing = Outgoing.bundled(pipe.send, generation)
        self._progress = Checkpoints(store, known, clock)
        self._recoveries = Recoveries(clock)
        self._sessions: dict[str, Live] = {}
        self._turns: Turns[str] = Turns()
        self._preparations = Preparations(known, attempts, clock)
        warmth = Warmth(known if warm else {}, attempts, clock)
        self._background = Background(self._job, warmth, self._preparations, self._heart.announce)
        self._stats = EngineStats()
        self._refusals = Refusals(log, clock)
        self._allotment = Allotment(store)
        self._stats_at = clock() + STATS_PERIOD
        self._recovered = False
        """Whether the last turn's long work was a slice of the recoveries."""
        self._answered = 0
        """Commands that were answered in this turn."""

    def run(self) -> None:
        """Turn until the gateway is gone."""
        try:
            while True:
                self.turn()
        except PipeClosed:
            log.info("the gateway says nothing more, the engine ends")
            with contextlib.suppress(PipeClosed):  # where it still listens, it gets what was held back
                self._outgoing.flush(math.inf)
            self._outgoing.note(self._store)
            for name, live in self._sessions.items():
                self._progress.closing(name, live)
                self._allotment.note(name)

    def turn(self) -> None:
        """Wait until something is due, and do all of it; raises PipeClosed."""
        self._inbox.fill(self._heart.within(self._timeout()))
        began = self._clock()
        for inbound in self._inbox.excess():
            self._refuse(inbound.session, inbound.viewer, too_much(inbound))
        self._inbox.release(lambda name: not self._preparations.going(name))
        self._hear()
        for name, live in self._sessions.items():
            self._play(name, live)
            self._preparations.follow(name, live.room)
        self._share()
        answered_in, answered, self._answered = self._clock() - began, self._answered, 0
        for _ in range(answered):
            self._stats.commands.add(answered_in)
        self._work()
        if self._heart.rest():
            jobs.look()
        self._stats.stepped(self._clock() - began)
        self._tell_stats()

    def _work(self) -> None:
        """One unit of what takes long, after the answers left: a slice of the recoveries or a step of a job.

        Never both, which would be more than a turn may take; while rooms come back the two have every other turn.
        """
        self._recovered = bool(self._recoveries) and not self._recovered
        if self._recovered:
            self._return()
        elif self._inbox.gives_way() and self._background.step():
            self._share()

    def _share(self) -> None:
        """Send what browsers do not see yet, and note it."""
        for name, live in self._sessions.items():
            self._show(name, live)
            self._warn(name, live)
            self._progress.shown(name, live)
        self._outgoing.flush(self._clock())
        self._outgoing.note(self._store)

    def _tell_stats(self) -> None:
        if self._clock() >= self._stats_at:
            self._stats_at = self._clock() + STATS_PERIOD
            self._stats.sessions = len(self._sessions)
            self._pipe.send(Stats(self._stats))

    def _timeout(self) -> float | None:
        """Seconds until something is due; None when nothing is."""
        due = [at for live in self._sessions.values() for at in (live.play_at, live.job_at()) if at is not None]
        if self._recoveries:
            return 0.0
        held = self._outgoing.due()
        due += [*self._background.due(), *([] if held is None else [held])]
        return max(0.0, min(due) - self._clock()) if due else None

    # --- what came from the gateway -------------------------------------------------------------

    def _hear(self) -> None:
        for name, waiting, over in self._inbox.turn():
            self._take(name, waiting, over)

    def _take(self, name: str, waiting: Waiting, over: Callable[[], bool]) -> None:
        """One session's messages, in order, until its share of the turn is over."""
        while waiting:
            live = self._sessions.get(name)
            if live is None and (name in self._recoveries or (not waiting.leaves and self._recovers(name))):
                for inbound in self._recoveries.hold(name, waiting.emptied()):
                    self._refuse(name, inbound.viewer, too_much(inbound))
            elif not waiting.run and isinstance(waiting.ups[0], Create | Drop):
                self._come_or_go(waiting.ups.popleft())
            elif live is None:
                self._unknown(waiting.ups.popleft())
            else:
                self._of_room(name, live, waiting, over)
            if over():
                return

    def _of_room(self, name: str, live: Live, waiting: Waiting, over: Callable[[], bool]) -> None:
        for item in intake(waiting.ups, lambda: live.room, self._scenes, waiting.run):
            if isinstance(item, Decoded) and self._preparations.awaited(name, live.room, item.command):
                waiting.run.appendleft(item)
                self._inbox.hold(name, waiting)
                return
            self._one(name, live, item)
            if over():
                return

    def _come_or_go(self, up: Up) -> None:
        live = self._sessions.get(up.session)
        if isinstance(up, Create):
            if live is None:
                over = watch(self._attempts, up.session)
                try:
                    self._admit(up.session, begin(up.session, up.lecture, self._store, self._scenes, over))
                except StoreError as error:
                    log.error("%s was not begun: %s", up.session, error)
            else:
                live.framed = live.tried = None
        elif live is not None:
            self._progress.closing(up.session, live)
            self._allotment.forget(up.session)
            del self._sessions[up.session]
            self._turns.forget(up.session)
            self._preparations.forget(up.session)
            self._outgoing.forget(up.session)

    def _recovers(self, name: str, kept: bool = True) -> bool:
        """Whether a session is being recovered, from now on if it has a log."""
        if name not in self._recoveries:
            over = watch(self._attempts, name)
            steps = recovery(name, self._store, self._scenes, over, clock=self._clock, kept=kept)
            if steps is None:
                return False
            self._recoveries.begin(name, steps)
        return True

    def _return(self) -> None:
        """A slice of the recoveries; what came for a room that is back is heard in the next turn, then it is shown."""
        self._heart.announce("a recovery", LONG)
        for one in self._recoveries.slice():
            self._back(one.session, one.timeline, one.spent)
            self._inbox.put(one.session, one.waiting)

    def _back(self, name: str, timeline: Timeline, seconds: float) -> None:
        log.info("recovered %s at entry %d in %.2f s", name, timeline.room.sequence, seconds)
        last = self._attempts.last
        if last is not None and last[0] == name and not timeline.warnings and self._attempts.deadly(*last):
            timeline.warnings.append(Fault(code="failed", detail=SKIPPED))
        self._admit(name, timeline)

    def _admit(self, name: str, timeline: Timeline) -> Live:
        live = Live(timeline, saved=timeline.start)
        self._sessions[name] = live
        self._schedule(live)
        return live

    def _unknown(self, up: Up) -> None:
        if isinstance(up, Inbound):
            told = f"expected a session that was created, got {up.session!r}"
            self._outgoing.fault(up.session, up.viewer, Fault(code="unknown_session", detail=told))

    def _one(self, name: str, live: Live, item: Up | Decoded) -> None:
        match item:
            case Decoded():
                self._command(name, live, item)
            case Attend() | Presence():
                entry = attendance(live.room, item)
                if entry is not None and not self._allotment.exhausted(name, entry):
                    self._own(name, live, entry)
            case _:
                raise TypeError(f"expected a message of one session, got {type(item).__name__}")

    # --- entries --------------------------------------------------------------------------------

    def _command(self, name: str, live: Live, asked: Decoded) -> None:
        """One command: seen before? deadly? apply it, log it, keep the new room; or tell its sender why not."""
        came, room = asked.inbound, live.room
        self._answered += 1
        entry = asked.entry(room.sequence + 1, live.timeline.ticks)
        standing = rules.standing(room, origin_of(entry))
        if standing != "new":  # the tab learns which number comes next, also when the log with its numbers was lost
            self._offer(name, live, Shown(receipt(room, came.seat, came.nonce), core=True))
            return
        command = asked.command
        if isinstance(command, Fault):
            done: Room | Fault = command
        elif (spent := self._allotment.refusal(name, entry)) is not None:
            done = spent
        else:
            scene = room.open.name if room.open else "the lobby"
            self._heart.announce(f"{asked.name} in {scene}", LONG, again=STUDENT.isdisjoint(command.who))
            done = self._done(name, entry, partial(rules.handle, room, origin_of(entry), command, self._scenes))
        fault, kept = (done, without(room, entry)) if isinstance(done, Fault) else (None, done)
        if fault is not None:
            entry = msgspec.structs.replace(entry, body=b"")  # the log keeps the number alone
        if fault is None or (asked.id is not None and not self._allotment.exhausted(name, entry)):
            fault = self._keep(name, live, entry, kept) or fault
        if fault is not None:
            self._refuse(name, came.viewer, msgspec.structs.replace(fault, re=asked.id), asked.name)
            return
        if isinstance(command, Rename) and (cleaned := remark(command.name)):
            self._outgoing.fault(name, came.viewer, Fault(code="invalid", detail=cleaned))
        live.by, live.viewer = came.seat, came.viewer
        live.timeline.culprit = digest_of(entry)

    def _refuse(self, name: str, viewer: int, fault: Fault, command: str = "") -> None:
        self._stats.refuse(fault.code)
        self._refusals.note("command refused", code=fault.code, command=command, session=name)
        self._outgoing.fault(name, viewer, fault)

    def _done(self, name: str, entry: Entry, work: Callable[[], Room]) -> Room | Fault:
        """The room after an entry, or why it stays as it is."""
        digest = digest_of(entry)
        if self._attempts.deadly(name, digest):
            return Fault(code="failed", detail=SKIPPED)
        with self._attempts.noted(name, digest):
            return attempted(work, f"{entry.kind} in {name}")

    def _own(self, name: str, live: Live, entry: Entry) -> None:
        """An entry that no command asked for; where it fails it is logged as done with, and the instructor told."""
        entry = msgspec.structs.replace(entry, ticks=live.timeline.ticks)
        done = self._done(name, entry, partial(after, live.room, entry, self._scenes))
        if isinstance(done, Fault):
            live.timeline.warnings.append(done)
            done = without(live.room, entry)
        unwritten = self._keep(name, live, entry, done)
        if unwritten is not None:
            live.timeline.warnings.append(unwritten)

    def _keep(self, name: str, live: Live, entry: Entry, room: Room) -> Fault | None:
        """Log before effect; what cannot be logged has none, and the fault says so."""
        unwritten = None
        try:
            self._store.append(name, entry)
        except StoreError as error:
            log.error("%s: %s", name, error)
            unwritten = Fault(code="failed", detail=f"expected to write the log first, but {error}; nothing was done")
        else:
            self._allotment.spend(name, entry)
            live.timeline.keep(room, entry)
        self._schedule(live)
        return unwritten

    def _schedule(self, live: Live) -> None:
        """When the next position is due, while the scene plays."""
        if not live.room.playing:
            live.play_at = None
        elif live.play_at is None:
            live.play_at = self._clock() + rules.pace(live.room, self._scenes)

    def _play(self, name: str, live: Live) -> None:
        if live.play_at is None or self._clock() < live.play_at:
            return
        live.play_at = None
        self._own(name, live, Entry(seq=live.room.sequence + 1, kind="play"))

    # --- work that nobody waits for -------------------------------------------------------------

    def _job(self) -> bool:
        now = self._clock()
        name = self._turns.next(name for name, live in self._sessions.items() if live.job_due(now))
        if name is None:
            return False
        began = self._clock()
        self._step(name, self._sessions[name])
        self._turns.took(name, self._clock() - began)
        return True

    def _step(self, name: str, live: Live) -> None:
        job, began = live.timeline.job, self._clock()
        wait = live.timeline.step()
        self._stats.worked(self._clock() - began)
        if wait is not None:
            live.waits = job, self._clock() + wait.seconds
        if live.stall(wait):
            self._offer(name, live, Shown(Out(working(live.room, self._scenes), STAGE), core=True))
        self._progress.worked(name, live)
        if live.timeline.astray:
            log.error("%s: its job cannot go on from where it was kept; it begins again", name)
            del self._sessions[name]
            self._recovers(name, kept=False)

    # --- frames ---------------------------------------------------------------------------------

    def _show(self, name: str, live: Live) -> None:
        """Offer what browsers do not see yet of a room."""
        room = live.room
        if room is live.framed or room is live.tried:
            return
        with self._attempts.noted(name, live.timeline.culprit):
            shown = attempted(partial(frames, live.framed, room, self._scenes), f"the frames of {name}")
        if isinstance(shown, Fault):
            if live.viewer is not None:
                self._outgoing.fault(name, live.viewer, shown)
            elif live.tried is None:
                live.timeline.warnings.append(shown)
            live.tried = room
            # Who is here and what the projector shows go on, so that the instructor can open something else.
            room = beside_scene(live.framed, room)
            shown = frames(live.framed, room, self._scenes)
        else:
            live.tried = None
        if live.framed is None or is_new_scene(live.framed, room):
            self._outgoing.clear(name)
        for item in shown:
            self._offer(name, live, item)
        if live.framed is None:
            self._outgoing.known(name, tuple(room.members))
        live.framed = room
        live.by, live.viewer = "", None

    def _warn(self, name: str, live: Live) -> None:
        """Tell the instructor what no command asked for and went wrong; after the frames, which may clear slots."""
        for fault in live.timeline.warnings:
            self._offer(name, live, Shown(Out(fault, TEACHER, "warning"), core=False))
        live.timeline.warnings.clear()

    def _offer(self, name: str, live: Live, shown: Shown) -> None:
        offer = Offer(live.shown(shown.out), shown.core, *live.moment, by=live.by, viewer=live.viewer)
        self._outgoing.offer(name, offer, self._clock())
