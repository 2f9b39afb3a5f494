"""The load generator: thousands of viewers in one plain process, on raw sockets and epoll.

    python -m tests.bench.load      (started by the benches; orders are JSON lines on its input, answers on its output)

It runs beside the server in a process of its own, with ordinary priority, and says at each measurement what it cost
itself (CPU-microseconds a message, `cost`), so that a bench can show that it was not what was measured. Orders:

    join     more viewers into a group (dialect, hello, acks, reading speed, receive buffer), answered when all are in
    storm    every viewer of a group closes its socket and all connect again at once, answered when all have the state
    leave    the last viewers of a group close
    stall    the last viewers of a group stop reading
    say      the first viewer of a group sends a command; its time is kept for the frame that answers a position
    begin    record what arrives in some groups from now on           end     what was recorded since
    quiet    answered when no marked frame has come for a while       last    the last frame of a kind that a group saw
"""

from __future__ import annotations

import gc
import heapq
import itertools
import json
import os
import select
import sys
import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.viewer import FIELDS, Group, Viewer

ORDERS = 0
NAP = 0.0005
"""Seconds of rest after each look at the sockets: a few messages lie there then instead of one, which halves the cost
of both sides' wake-ups; an age is too large by at most this."""
AT_ONCE = 64
PATIENCE = 60.0
MOST_TOLD = 5
Told = dict[str, object]


@dataclass
class Joining:
    """Viewers on their way in, and how to answer when they are."""

    waiting: deque[Viewer]
    """Not begun yet."""
    pending: set[Viewer]
    at_once: int
    every: float
    """Seconds between two of them; 0: as fast as they get in."""
    begun: float
    until: float
    next_at: float = 0.0
    times: list[float] = field(default_factory=list)


class Load:
    """The loop, its groups, and the orders."""

    def __init__(self) -> None:
        self.sent: dict[float, float] = {}
        """When the command to go to a position was sent."""
        self.acks: deque[tuple[float, Viewer, int]] = deque()
        """Acknowledgements in the order in which they are due."""
        self.marked_at = 0.0
        self.looked_before = 0.0
        """The look at the sockets before the last: what was found in the last was not there, in no order that tells."""
        self._poll = select.epoll()
        self._viewers: dict[int, Viewer] = {}
        self._groups: dict[str, Group] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._joining: Joining | None = None
        self._heard = b""
        self._ended = False
        self._used = 0.0

    def run(self) -> None:
        """Serve orders until the input ends."""
        os.set_blocking(ORDERS, False)
        self._poll.register(ORDERS, select.EPOLLIN)
        looked = 0.0
        while not self._ended:
            ordered = False
            events = self._poll.poll(self._wait(), 4096)
            self.looked_before, looked = looked, time.monotonic()
            for fd, event in events:
                viewer = self._viewers.get(fd)
                if viewer is not None:
                    viewer.ready(event, time.monotonic())
                else:
                    ordered = ordered or fd == ORDERS
            self._due(time.monotonic())
            time.sleep(NAP)
            if ordered:  # last, for an order may give a new socket the number of one in this list
                self._hear()

    def _wait(self) -> float:
        due = [self._timers[0][0]] if self._timers else []
        if self.acks:
            due.append(self.acks[0][0])
        return max(0.0, min(min(due) - time.monotonic(), 1.0)) if due else 1.0

    def _due(self, now: float) -> None:
        while self.acks and self.acks[0][0] <= now:
            _, viewer, turn = self.acks.popleft()
            viewer.acknowledge(turn, now)
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    # --- what viewers need ------------------------------------------------------------------------

    def watch(self, viewer: Viewer, events: int) -> None:
        """A viewer has a new socket."""
        self._viewers[viewer.fd] = viewer
        self._poll.register(viewer.fd, events)

    def change(self, viewer: Viewer, events: int) -> None:
        """Look at other events of a socket."""
        if viewer.state != "closed":
            self._poll.modify(viewer.fd, events)

    def forget(self, viewer: Viewer) -> None:
        """The socket is about to be closed."""
        self._poll.unregister(viewer.fd)
        del self._viewers[viewer.fd]

    def later(self, when: float, call: Callable[[], None]) -> None:
        """Call back at a time."""
        heapq.heappush(self._timers, (when, next(self._numbers), call))

    def arrived(self, viewer: Viewer) -> None:
        """A viewer has the full state, or was lost."""
        joining = self._joining
        if joining is None or viewer not in joining.pending:
            return
        joining.pending.discard(viewer)
        if viewer.state == "live":
            joining.times.append(time.monotonic() - joining.begun)
        self._more()

    # --- orders -----------------------------------------------------------------------------------

    def _hear(self) -> None:
        data = os.read(ORDERS, 2**16)
        self._ended = not data
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            order = json.loads(line)
            name = order.pop("do")
            getattr(self, f"_do_{name}")(**order)

    def _tell(self, **answer: object) -> None:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    def _do_join(
        self,
        group: str,
        count: int,
        at_once: int = AT_ONCE,
        every: float = 0.0,
        patience: float = PATIENCE,
        **how: object,
    ) -> None:
        known = self._groups.setdefault(group, Group(**how))  # type: ignore[arg-type]
        first = len(known.viewers)
        new = [Viewer(self, known, index) for index in range(first, first + count)]
        known.viewers += new
        self._let_in(new, at_once, every, patience)

    def _do_storm(self, group: str, patience: float = PATIENCE) -> None:
        viewers = self._groups[group].viewers
        for viewer in viewers:
            viewer.close()
        self._let_in(viewers, len(viewers), 0.0, patience)

    def _let_in(self, viewers: list[Viewer], at_once: int, every: float, patience: float) -> None:
        now = time.monotonic()
        self._joining = joining = Joining(deque(viewers), set(), at_once, every, now, now + patience, now)
        self.later(joining.until, lambda: self._let_in_ends(joining))
        self._more()

    def _more(self) -> None:
        joining = self._joining
        if joining is None:
            return
        now = time.monotonic()
        while joining.waiting and len(joining.pending) < joining.at_once and joining.next_at <= now:
            viewer = joining.waiting.popleft()
            joining.pending.add(viewer)
            if joining.every:
                joining.next_at += joining.every
                self.later(joining.next_at, self._more)
            viewer.connect(now)
        if not joining.waiting and not joining.pending:
            self._let_in_ends(joining)

    def _let_in_ends(self, joining: Joining) -> None:
        if joining is self._joining:
            self._joining = None
            missing = len(joining.waiting) + len(joining.pending)
            times = sorted(joining.times)
            self._tell(
                joined=len(times), missing=missing, lost=self._lost(), seconds=times[-1] if times else 0.0, times=times
            )

    def _lost(self) -> list[str]:
        return [why for group in self._groups.values() for why in group.lost][-MOST_TOLD:]

    def _do_leave(self, group: str, count: int) -> None:
        known = self._groups[group]
        for viewer in known.viewers[len(known.viewers) - count :]:
            viewer.close()
        del known.viewers[len(known.viewers) - count :]
        self._tell(left=count)

    def _do_stall(self, group: str, count: int) -> None:
        viewers = self._groups[group].viewers
        for viewer in viewers[len(viewers) - count :]:
            if viewer.state == "live":
                viewer.stall()
        self._tell(stalled=count)

    def _do_say(self, group: str, message: dict[str, object]) -> None:
        now = time.monotonic()
        if message["t"] == "position":
            self.sent[float(str(message["to"]))] = now
        self._groups[group].viewers[0].say(json.dumps(message).encode())
        self._tell(said=now)

    def _do_begin(self, groups: list[str]) -> None:
        for name in groups:
            self._groups[name].clear()
            self._groups[name].recording = True
        self._used = time.process_time()
        self._tell(begun=True)

    def _do_end(self, groups: list[str], raw: bool = False, go_on: bool = False) -> None:
        used = time.process_time() - self._used
        found = [self._groups[name] for name in groups]
        frames = sum(len(group.records) // FIELDS + group.kinds.total() for group in found)
        for group in found:
            group.recording = go_on
        told = {name: result(group, raw) for name, group in zip(groups, found, strict=True)}
        self._tell(cost=1e6 * used / max(1, frames), groups=told)

    def _do_quiet(self, seconds: float) -> None:
        now = time.monotonic()
        if now - self.marked_at >= seconds:
            self._tell(quiet=True)
        else:
            self.later(self.marked_at + seconds, lambda: self._do_quiet(seconds))

    def _do_last(self, group: str, kind: str) -> None:
        self._tell(header=self._groups[group].last.get(kind))


def quantile(ordered: list[float], share: float) -> float:
    """The value below which this share lies; 0 of nothing."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def result(group: Group, raw: bool) -> Told:
    """What a group recorded: how many marked frames, how old they were by due time and by making, in milliseconds."""
    records = group.records
    who, arrived, due, made = records[0::FIELDS], records[2::FIELDS], records[3::FIELDS], records[4::FIELDS]
    counts = [0] * len(group.viewers)
    for index in who:
        counts[int(index)] += 1
    told: Told = {
        "delivered": len(who),
        "bytes": group.bytes,
        "kinds": dict(group.kinds),
        "acked": group.acked,
        "by_viewer": counts,
        "open": sum(viewer.state == "live" and not viewer.stalled for viewer in group.viewers),
        "faults": [len(group.faults), *group.faults[-MOST_TOLD:]],
        "lost": [len(group.lost), *group.lost[-MOST_TOLD:]],
        "due": ages(arrived, due),
        "made": ages(arrived, made),
    }
    if raw:
        told["records"] = records.tolist()
    return told


def ages(arrived: array[float], since: array[float]) -> Told:
    """Quantiles of the differences, in milliseconds."""
    ordered = sorted(1000 * (at - begun) for at, begun in zip(arrived, since, strict=True))
    return {"p50": quantile(ordered, 0.5), "p99": quantile(ordered, 0.99), "max": ordered[-1] if ordered else 0.0}


if __name__ == "__main__":
    gc.disable()  # nothing here makes cycles, and a collection would look like a slow frame
    Load().run()
