"""One engine as the gateway knows it: its pipe, whether it is ready, and what it was told of each room."""

from __future__ import annotations

from zlib import crc32

from msgspec.structs import replace

from server.bus import Attend, Catalogue, Create, GatewayPipe, Presence, Up
from server.protocol import Engine
from server.rooms import Room


def place_of(session: str, engines: int) -> int:
    """Which of so many engines plays a session; the same on every start."""
    return crc32(session.encode()) % engines


class Uplink:
    """The line to one engine, be it there or just starting."""

    def __init__(self) -> None:
        self.pipe: GatewayPipe | None = None
        self.ready = False
        self.begun = False
        """Whether an engine was ready here before."""
        self._frame = Engine(ready=False, generation=0)

    def connect(self, pipe: GatewayPipe) -> None:
        """An engine was started at the other end of this pipe."""
        self.pipe = pipe

    def begin(self, catalogue: Catalogue) -> None:
        """The engine is ready."""
        self.ready = self.begun = True
        self._frame = Engine(
            ready=True,
            generation=catalogue.generation,
            device=catalogue.device,
            machine=catalogue.machine,
            speed=catalogue.speed,
        )

    def disconnect(self) -> None:
        """The pipe has ended."""
        self.pipe, self.ready = None, False

    def send(self, up: Up) -> bool:
        """Tell the engine; False when it is not ready or its pipe is full."""
        return self.ready and self.pipe is not None and self.pipe.send(up)

    def frame(self) -> Engine:
        """What browsers are told of it."""
        return replace(self._frame, ready=self.ready)

    def tell(self, room: Room, departures: bool = False) -> bool:
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

    def _arrivals(self, room: Room) -> None:
        for seat, name in list(room.untold.items()):
            if room.is_here(seat):
                if not self.send(self._attend(room, seat, name, present=True)):
                    return
                room.told.add(seat)
            del room.untold[seat]

    def _departures(self, room: Room) -> None:
        for seat in sorted(room.told - room.present().keys()):
            if self.send(self._attend(room, seat, "", present=False)):
                room.told.discard(seat)

    @staticmethod
    def _attend(room: Room, seat: str, name: str, present: bool) -> Attend:
        return Attend(session=room.session, seat=seat, name=name, present=present)
