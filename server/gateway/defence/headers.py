"""What browsers may do with an answer: the security headers of everything that leaves.

no inline script or style, nothing from elsewhere, no frame around it but where a slide may hold it
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.settings.hosts import named, split

CLOSED = "'none'"
"""Nobody frames this answer."""
FRAMES = ("'self'", "file:")
"""A slide on this server, and one opened from a disk."""
BARE = "default-src 'none'; frame-ancestors 'none'"
"""The policy of an answer that is no page: whoever opens it by itself sees it and nothing more. It has neither the
permissions nor the opener policy of a page, which mean nothing there and would be a third of what a phone loads."""
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer"),
        *("microphone", "midi", "payment", "serial", "usb"),
    )
)
ONE_YEAR = 365 * 24 * 3600


def ancestors(embed: tuple[str, ...]) -> str:
    """Who may hold the student's and the stage's page in a frame."""
    return " ".join((*FRAMES, *embed))


def content(host: str | None, frames: str = CLOSED) -> str:
    """The content security policy of an answer of this host.

    Older browsers do not count a websocket to the page's own host as `'self'`, so the host is named.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        f"connect-src 'self'{sockets}",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        f"frame-ancestors {frames}",
    )
    return "; ".join(rules)


@dataclass(frozen=True, slots=True)
class Policies:
    """The headers that go with every answer to one request."""

    host: str | None
    """What the browser called; None when that was no host."""
    secure: bool
    """Whether the browser came over TLS."""

    @classmethod
    def of(cls, scope: Scope) -> Policies:
        """The policies for a request."""
        hosts = Headers(scope=scope).getlist("host")
        secure = scope.get("scheme") in ("https", "wss")
        return cls(named(hosts[0]) if len(hosts) == 1 else None, secure)

    def add(self, headers: MutableHeaders) -> None:
        """Put them on; a page that said itself who may frame it keeps that."""
        headers.setdefault("Content-Security-Policy", content(self.host))
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        if headers["Content-Security-Policy"] == BARE:
            return
        headers["Permissions-Policy"] = PERMISSIONS
        if self.secure or self._on_this_computer:
            # Elsewhere browsers ignore it without TLS and complain.
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if self.secure:
            headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"

    @property
    def _on_this_computer(self) -> bool:
        return split(self.host or "", 0)[0] in ("localhost", "127.0.0.1", "::1")


class SecurityHeaders:
    """Puts the policies on every answer, the refusal of a websocket among them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        policies = Policies.of(scope)

        async def guarded(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                policies.add(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, guarded)
