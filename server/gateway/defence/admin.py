"""What is checked before anybody is answered: which page speaks, and who may make a session.

Making sessions is for the lecturer. While only this computer can connect, whoever sits there may; beyond it, a
program shows the admin token (`Authorization: Bearer TOKEN`) that the terminal printed, unless `--open` was given.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers

from server.gateway.defence.origin import Origins
from server.settings.config import MOST_SESSIONS


@dataclass(frozen=True, slots=True)
class Denied:
    """A request that is not carried out: its HTTP status, a sentence, and headers that belong to it."""

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules of one running program."""

    origins: Origins = field(default_factory=Origins)
    admin: str = ""
    """The token that making a session needs; none: whoever can connect may."""
    most_sessions: int = MOST_SESSIONS

    def socket(self, headers: Headers) -> Denied | None:
        """Why this handshake opens no websocket; None when it may."""
        refusal = self.origins.refusal(headers.getlist("origin"), headers.getlist("host"))
        return None if refusal is None else Denied(403, refusal)

    def creation(self, headers: Headers) -> Denied | None:
        """Why this request makes no session; None when it may go on."""
        refusal = self.origins.refusal(headers.getlist("origin"), headers.getlist("host"))
        if refusal is not None:
            return Denied(403, refusal)
        unproved = self._unproved(headers.get("authorization", ""))
        if unproved is not None:
            return unproved
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            # A form of another page can post any text but not this type without asking first.
            return Denied(415, f"expected the content type application/json, got {kind[:60] or 'none'}")
        return None

    def _unproved(self, authorization: str) -> Denied | None:
        if not self.admin:
            return None
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            told = (
                "expected the admin token to make a session (Authorization: Bearer TOKEN), got none: "
                "the terminal printed it at the start; --open lets everybody make sessions"
            )
            return Denied(401, told, {"WWW-Authenticate": 'Bearer realm="gnn-live"'})
        if not hmac.compare_digest(token.strip().encode(errors="replace"), self.admin.encode()):
            told = "expected the admin token that the terminal printed at the start, got another"
            return Denied(401, told, {"WWW-Authenticate": 'Bearer realm="gnn-live", error="invalid_token"'})
        return None
