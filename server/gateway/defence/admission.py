"""Who is let in: the session a browser asks for, its `hello`, and the seat it is given. No I/O of its own."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from server.disk.keys import Keys, new_seat
from server.disk.store import Registry, Session
from server.protocol import messages as p
from server.protocol import names
from server.protocol.faults import CLOSE_BAD_KEY, CLOSE_MALFORMED, CLOSE_WRONG_VERSION, UNREADABLE, FaultCode
from server.protocol.messages import Hello, Role


class NoSession(LookupError):
    """No session has this ID; `suggestion` may be the one that was meant."""

    def __init__(self, typed: str, suggestion: str | None, reason: str = "") -> None:
        hint = f"; did you mean {suggestion}?" if suggestion else ""
        super().__init__(reason or f"no session is called {typed[:60]!r} here{hint}")
        self.suggestion = suggestion


class Rejected(Exception):
    """A socket that is told why and closed; only after a close code 44xx the browser stops trying."""

    def __init__(self, code: FaultCode, detail: str, close: int) -> None:
        super().__init__(detail)
        self.code: FaultCode = code
        self.detail = detail
        self.close = close


@dataclass(frozen=True, slots=True)
class Admitted:
    """A browser that may stay: its seat and what it keeps to get the same seat again."""

    hello: Hello
    seat: str
    token: str = ""
    new_seat_instead: bool = False
    """The token was not signed here, so that the student sits on a new seat."""
    returning: bool = False
    """A student whose seat was given out here before."""
    projector: bool = False
    """A stage that was opened from the control panel, or by a link that its instructor was given."""


class _Greeting(msgspec.Struct):
    t: object = None
    version: object = None


def find(registry: Registry, typed: str) -> Session:
    """The session of an ID as somebody typed it.

    Raises:
        NoSession: there is none; it knows the one that was probably meant.
    """
    try:
        session = registry.find(names.canonical(typed))
    except names.BadName as error:
        raise NoSession(typed, None, str(error)) from error
    if session is None:
        raise NoSession(typed, names.near_miss(typed, (known.id for known in registry.all())))
    return session


def greeting(text: str | None) -> Hello:
    """The first message of a socket as a `hello` of this protocol's version.

    Raises:
        Rejected: it is something else (4400), or of another version (4409).
    """
    if text is None:
        raise Rejected("malformed", "expected hello as JSON text, got binary", CLOSE_MALFORMED)
    try:
        loose = msgspec.json.decode(text, type=_Greeting)
    except UNREADABLE as error:
        raise Rejected("malformed", f"expected hello as a JSON object: {error}", CLOSE_MALFORMED) from error
    if loose.t != "hello":
        raise Rejected("malformed", f"expected hello first, got {str(loose.t)[:60]!r}", CLOSE_MALFORMED)
    if isinstance(loose.version, int) and loose.version != p.VERSION:
        told = f"expected protocol version {p.VERSION}, got {loose.version}: reload the page"
        raise Rejected("wrong_version", told, CLOSE_WRONG_VERSION)
    try:
        return msgspec.json.decode(text, type=Hello)
    except UNREADABLE as error:
        raise Rejected("invalid", f"hello: {error}", CLOSE_MALFORMED) from error


def admit(hello: Hello, session: Session, keys: Keys) -> Admitted:
    """The seat of a browser that said hello.

    Raises:
        Rejected: an instructor without the session's key (4401).
    """
    if hello.role == "student":
        known = keys.seat(hello.token)
        seat = known or new_seat()
        foreign = bool(hello.token) and known is None
        return Admitted(hello, seat, keys.token(seat), new_seat_instead=foreign, returning=known is not None)
    if hello.role == "instructor" and not keys.opens(hello.key, session.id, session.key_generation):
        came = "another" if hello.key else "none"
        told = (
            f"expected the instructor's key of {session.id}, got {came}: open the control link that the terminal shows"
        )
        raise Rejected("bad_key", told, CLOSE_BAD_KEY)
    projector = hello.role == "stage" and keys.opens_stage(hello.token, session.id, session.key_generation)
    return Admitted(hello, _shared_seat(hello.role), projector=projector)


def welcome(admitted: Admitted, session: Session, keys: Keys) -> p.Welcome:
    """The answer to its hello; an instructor's says what the stages have that it opens."""
    role = admitted.hello.role
    stage = keys.stage(session.id, session.key_generation) if role == "instructor" else ""
    return p.Welcome(seat=admitted.seat, token=admitted.token, session=session.id, role=role, stage=stage)


def _shared_seat(role: Role) -> str:
    """Stages and instructors have no seat of their own in the class; no student's seat looks like this."""
    return role
