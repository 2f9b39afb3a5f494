"""How the frames reach a hall: what the control panel is told of it, once a second."""

from __future__ import annotations

from statistics import median

from server.panels import Hall
from server.places import Limits
from server.rooms import PLACE, Room


def hall(room: Room, now: float, limits: Limits) -> Hall:
    """Who is here of how many, the lag of phones and stages, how many phones show the lecture's newest position."""
    phones = [viewer.outbox for viewer in room.students() if viewer.live]
    place = room.latest(PLACE)
    newest = place.seq if place else 0
    traffic = room.traffic()
    lags = sorted([outbox.lateness(now) for outbox in phones])
    return Hall(
        phones=len(phones),
        most_phones=limits.viewers,
        stages=room.bare_stages,
        most_stages=limits.stages,
        turned_away=room.turned_away,
        current=sum([outbox.drawn >= newest for outbox in phones]),
        phone_lag=round(1000 * median(lags), 1) if lags else 0.0,
        slowest_lag=round(1000 * lags[-1], 1) if lags else 0.0,
        stage_lag=round(1000 * max((viewer.outbox.lateness(now) for viewer in room.stages()), default=0.0), 1),
        skipped=traffic.skipped,
        cut=traffic.cut,
    )
