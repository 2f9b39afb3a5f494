"""One engine as the gateway knows it: its pipe, whether it is ready, and what it was told of each room."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from zlib import crc32

from msgspec.structs import replace

from server.gateway.audience import Audience
from server.pipe.bus import Attend, Catalogue, Create, GatewayPipe, Presence, Up
from server.pipe.watchdog import PATIENCE, Patience, Watchdog
from server.protocol.messages import Engine

log = logging.getLogger("gnn_live.uplink")


def place_of(session: str, engines: int) -> int:
    """Which of so many engines plays a session; the same on every start."""
    return crc32(session.encode()) % engines


STARTING = "the engine that runs the models is starting: try again in a moment"
SILENT = "the engine that runs the models does not answer"


class Uplink:
    """The line to one engine, be it there or just starting."""

    def __init__(self, patience: Patience = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self.pipe: GatewayPipe | None = None
        self.begun = False
        """Whether an engine was ready here before."""
        self.hangs = 0
        """Engines that were given up because they did not answer."""
        self._patience = patience
        self._clock = clock
        self._watchdog = Watchdog(patience, clock)
        self._serving = False
        """Whether the engine has sent its catalogue."""
        self._frame = Engine(ready=False, generation=0)

    def connect(self, pipe: GatewayPipe) -> None:
        """An engine was started at the other end of this pipe."""
        self.pipe = pipe
        self._watchdog = Watchdog(self._patience, self._clock)
        self._watchdog.announced("its start", self._patience.start)

    def begin(self, catalogue: Catalogue) -> None:
        """The engine is ready."""
        self._serving = self.begun = True
        self._watchdog.announced("", 0.0)
        self._frame = Engine(
            ready=True,
            generation=catalogue.generation,
            device=catalogue.device,
            machine=catalogue.machine,
            speed=catalogue.speed,
        )

    def disconnect(self) -> None:
        """The pipe has ended."""
        self.pipe, self._serving = None, False

    @property
    def ready(self) -> bool:
        """Whether the engine takes commands."""
        return self._serving and self._watchdog.answers

    @property
    def why(self) -> str:
        """Why it takes none, in a sentence; "" where it does."""
        if self.ready:
            return ""
        if not self._serving:
            return STARTING
        return f"{SILENT}: after {self._patience.hung:g} seconds another one starts, what you send is sent again then"

    def feed(self) -> bool:
        """A message has come; returns whether the engine answers again after a silence."""
        was = self._watchdog.answers
        self._watchdog.feed()
        return not was

    def announced(self, busy: str, seconds: float) -> None:
        """The engine goes on, or begins something long."""
        if self._serving:  # its start is limited as a whole
            self._watchdog.announced(busy, seconds)

    def look(self) -> bool:
        """Every second: is the engine still there? One that hangs is given up. Returns whether browsers are told."""
        if self.pipe is None or self.pipe.abandoned:
            return False
        was = self.ready
        self._watchdog.look()
        if self._watchdog.hung:
            self.hangs += 1
            log.error("the engine has not answered for %.0f s and is killed, another one starts", self._patience.hung)
            self.pipe.abandon()
        elif was and not self.ready:
            log.warning("the engine has not answered for %.0f s", self._patience.silent)
        return was and not self.ready

    def send(self, up: Up) -> bool:
        """Tell the engine; False when it is not ready or its pipe is full."""
        return self.ready and self.pipe is not None and self.pipe.send(up)

    @property
    def refusal(self) -> str:
        """Why the last message was not sent."""
        return self.why or (self.pipe.refusal if self.pipe is not None else "")

    def frame(self) -> Engine:
        """What browsers are told of it."""
        silent = self._serving and not self.ready
        return replace(self._frame, ready=self.ready, why=self.why if silent else "")

    def tell(self, room: Audience, departures: bool = False) -> bool:
        """Bring the engine up to date on who is here; what its pipe refuses is told again at the next beat.

        Departures wait for the beat, so that a reloaded page is not seen to leave.
        """
        if not room.created:
            create = Create(session=room.session, lecture=room.lecture)
            here = room.present()
            room.created = self.send(create) and self.send(Presence(room.session, tuple(sorted(here))))
            if not room.created:
                return False
            # The last engine may have died before it noted who came: each is told again, which changes nothing twice.
            room.told.clear()
            room.untold.update(here)
        self._arrivals(room)
        if departures:
            self._departures(room)
        return True

    def _arrivals(self, room: Audience) -> None:
        for seat, name in list(room.untold.items()):
            if room.is_here(seat):
                if not self.send(self._attend(room, seat, name, present=True)):
                    return
                room.told.add(seat)
            del room.untold[seat]

    def _departures(self, room: Audience) -> None:
        for seat in sorted(room.told - room.present().keys()):
            if self.send(self._attend(room, seat, "", present=False)):
                room.told.discard(seat)

    @staticmethod
    def _attend(room: Audience, seat: str, name: str, present: bool) -> Attend:
        return Attend(session=room.session, seat=seat, name=name, present=present)
