"""How the frames reach a hall: what the control panel is told of it, once a second."""

from __future__ import annotations

from statistics import median

from server.protocol import Hall
from server.rooms import PLACE, Room, Viewer

BEHIND = 1.0
"""Seconds after which a frame that is not acknowledged counts as lag itself."""


def hall(room: Room, now: float) -> Hall:
    """The lag of phones and stages, and how many phones have the newest position of the lecture."""
    phones = [viewer for viewer in room.students() if viewer.live]
    newest = room.slots[PLACE].body.seq if PLACE in room.slots else 0
    lags = [_lag(viewer, now) for viewer in phones]
    return Hall(
        phones=len(phones),
        current=sum(viewer.outbox.acknowledged >= newest for viewer in phones),
        phone_lag=round(1000 * median(lags), 1) if lags else 0.0,
        slowest_lag=round(1000 * max(lags, default=0.0), 1),
        stage_lag=round(1000 * max((_lag(viewer, now) for viewer in room.stages()), default=0.0), 1),
        skipped=room.traffic.skipped,
        cut=room.traffic.cut,
    )


def _lag(viewer: Viewer, now: float) -> float:
    """Seconds that the last acknowledged frame took there and back, or that one is on its way without an answer."""
    age = viewer.outbox.age(now)
    return max(viewer.outbox.lag or 0.0, age if age > BEHIND else 0.0)
