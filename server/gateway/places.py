"""Who still finds a place in a session: students, stages and control panels, each from a reserve of its own.

    seat that the session knows      always
    new seat                         while fewer than `viewers` students are here and fewer than `seats` ever came
    stage with the panel's token     from `projectors`
    any other stage                  from `stages`, a small cap
    control panel                    from `panels`

No limit counts by address: a whole hall shares one.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.gateway.audience import Audience
from server.gateway.defence.admission import Admitted, Rejected
from server.protocol.faults import CLOSE_LATER, CLOSE_TABS, FaultCode

A_HALL = 100.0
"""New seats that any session takes at once."""
AN_HOUR = 3600.0
MOST_SEATS = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one session may hold."""

    viewers: int = 3000
    """Students' sockets up to which a new seat is let in."""
    stages: int = 4
    """Stages that nobody opened from the control panel."""
    projectors: int = 64
    """Stages that were opened from the control panel, or by a link that its instructor was given."""
    panels: int = 32
    """Control panels."""
    seats: int = MOST_SEATS
    """Students' seats that a session may have, those of people who have gone too: it remembers each for good."""
    tabs: int = 8
    """Sockets of one seat; the oldest of more makes room."""
    together: int = 1_000_000
    """Sockets of all sessions up to which a new seat or a bare stage is let in; each is an open file."""
    returning: int = 16
    """Sockets beyond these that are left for seats that come back."""
    unfinished: int = 2000
    """Sockets of the process that have not said hello yet; the oldest of more makes room."""

    @property
    def newcomers(self) -> tuple[float, float]:
        """New seats: a second in the long run (a hall an hour), and at once (the whole hall)."""
        hall = max(A_HALL, float(self.viewers))
        return hall / AN_HOUR, hall


def claim(room: Audience, admitted: Admitted, limits: Limits, everybody: int) -> None:
    """Take a place in a room for a browser that was let in; `everybody` counts the sockets of all sessions.

    Raises:
        Rejected: there is none left for it; says of what, how many there are and may be.
    """
    try:
        _claim(room, admitted, limits)
        _leave_files(room, admitted, limits, everybody)
    except Rejected:
        room.turned_away += 1
        raise
    if admitted.hello.role == "student":
        _make_room(room, admitted.seat, limits)


def _claim(room: Audience, admitted: Admitted, limits: Limits) -> None:
    match admitted.hello.role:
        case "instructor":
            _within(
                len(room.panels()), limits.panels, f"control panels in {room.session}", "close one that is not used"
            )
        case "stage" if admitted.projector:
            here = len(room.stages()) - room.bare_stages
            _within(here, limits.projectors, f"stages in {room.session}", "close one that is not used")
        case "stage":
            what = f"stages in {room.session} that were not opened from the control panel"
            _within(room.bare_stages, limits.stages, what, "press Open stage on the control panel")
        case "student" if not is_known(room, admitted):
            _within(
                len(room.students()),
                limits.viewers,
                f"students in {room.session}",
                "this seat is new here and gets a place as soon as somebody leaves",
            )
            if len(room.seats) >= limits.seats:
                told = (
                    f"expected at most {limits.seats:,} seats that ever came to {room.session}, and "
                    f"{len(room.seats):,} have: this one is new, and only another session has room for it"
                )
                raise _later("full", told)
            if not room.newcomers.allows():
                told = (
                    f"expected at most {limits.newcomers[1]:,.0f} new seats an hour in {room.session}, got more: "
                    "this page tries again"
                )
                raise _later("too_fast", told)


def _leave_files(room: Audience, admitted: Admitted, limits: Limits, everybody: int) -> None:
    """A viewer is an open file: the last ones are for panels, their stages, seats that come back, and the engine."""
    hello = admitted.hello
    if hello.role == "instructor" or admitted.projector:
        return
    known = hello.role == "student" and is_known(room, admitted)
    most = limits.together + (limits.returning if known else 0)
    _within(everybody, most, "browsers on this server", "its open files are used up (ulimit -n)")


def is_known(room: Audience, admitted: Admitted) -> bool:
    """Whether this student's seat is one that the room has, or may have while it is not recovered yet."""
    return admitted.returning and (admitted.seat in room.seats or not room.known)


def _within(here: int, most: int, what: str, hint: str) -> None:
    if here >= most:
        raise _later("full", f"expected at most {most:,} {what}, and {here:,} are here: {hint}")


def _later(code: FaultCode, told: str) -> Rejected:
    return Rejected(code, told, CLOSE_LATER)


def _make_room(room: Audience, seat: str, limits: Limits) -> None:
    """The oldest tabs of a seat go, so that the newest, which somebody looks at, finds a place."""
    open_ones = room.tabs(seat)
    for viewer in open_ones[: max(0, len(open_ones) + 1 - limits.tabs)]:
        told = f"expected at most {limits.tabs} tabs of one seat, got another: the oldest is closed"
        viewer.dismiss(Rejected("full", told, CLOSE_TABS))
