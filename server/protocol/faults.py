"""Why something is not done: the codes of faults, the exception that carries one, and the close codes of sockets."""

from __future__ import annotations

from typing import Literal

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON from outside may raise: wrong, not UTF-8, or nested without end."""

FaultCode = Literal[
    "malformed",  # not JSON, not an object, binary where text was expected
    "unknown_command",  # the type is not one of the protocol
    "invalid",  # a field is missing, unknown, of a wrong type or out of range
    "forbidden",  # this role may not send this type
    "bad_key",  # the instructor's key does not open this session
    "bad_token",  # the seat's token was not signed here
    "wrong_version",  # browser and server speak different protocol versions
    "unknown_session",
    "unknown_scene",
    "wrong_scene",  # an action for a scene that is not open
    "too_large",
    "too_fast",
    "full",  # the session or the program holds as much as it may
    "too_few",  # fewer students than the scene needs
    "refused",  # understood, but not possible now; the detail says why
    "not_ready",  # the engine is starting
    "failed",  # a defect of the program; the room is as it was
]

Refusal = tuple[FaultCode, str]
"""A fault's code and sentence."""

CLOSE_POLICY = 1008
CLOSE_TOO_LARGE = 1009
CLOSE_LATER = 1013
"""The session is full: the browser comes back later."""
CLOSE_MALFORMED = 4400
CLOSE_BAD_KEY = 4401
CLOSE_UNKNOWN_SESSION = 4404
CLOSE_TABS = 4408
"""The seat is open in too many tabs: coming back would close another of them."""
CLOSE_WRONG_VERSION = 4409
"""Close codes 44xx tell the browser to stop retrying; after any other it comes back."""


class Refused(Exception):
    """A command that cannot be carried out; the room stays as it was and the sender is told why."""

    def __init__(self, code: FaultCode, detail: str) -> None:
        super().__init__(code, detail)
        self.code: FaultCode = code
        self.detail = detail

    def __str__(self) -> str:
        return self.detail
