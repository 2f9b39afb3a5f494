"""How the frames reach a hall: what the control panel is told of it, once a second."""

from __future__ import annotations

from statistics import median

from server.gateway.audience import PLACE, Audience, Viewer
from server.gateway.places import Limits
from server.pipe.supervisor import attempt_each
from server.protocol.panels import Hall


def hall(room: Audience, now: float, limits: Limits) -> Hall:
    """Who is here of how many, the lag of phones and stages, how many phones show the lecture's newest position."""
    place = room.latest(PLACE)
    newest = place.seq if place else 0
    current: list[bool] = []
    lags: list[float] = []
    stage_lags: list[float] = [0.0]

    def look(viewer: Viewer) -> None:
        lags.append(viewer.outbox.lateness(now))
        current.append(viewer.outbox.drawn >= newest)

    attempt_each([viewer for viewer in room.students() if viewer.live], look, Viewer.fail)
    attempt_each(room.stages(), lambda viewer: stage_lags.append(viewer.outbox.lateness(now)), Viewer.fail)
    traffic = room.traffic()
    return Hall(
        phones=len(lags),
        most_phones=limits.viewers,
        stages=room.bare_stages,
        most_stages=limits.stages,
        turned_away=room.turned_away,
        current=sum(current),
        phone_lag=round(1000 * median(lags), 1) if lags else 0.0,
        slowest_lag=round(1000 * max(lags), 1) if lags else 0.0,
        stage_lag=round(1000 * max(stage_lags), 1),
        skipped=traffic.skipped,
        cut=traffic.cut,
    )
