"""Whose pages may talk to this program: what `Origin` and `Host` of a request must be. No I/O.

A browser names the page that speaks in `Origin`; a program that is no browser sends none and is let through, because it
could write anything there. `Host` is what the browser believes to talk to: while only this computer can connect, a
name that is not this computer's is a page elsewhere whose name was pointed here (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from server.settings.hosts import HTTP_PORTS, address, is_address, named, split


@dataclass(frozen=True, slots=True)
class Origins:
    """The pages that may open websockets and post here, beside those that this program served itself."""

    public: str = ""
    """Address under which a proxy shows this program (`https://gnn.example.org`)."""
    embed: tuple[str, ...] = ()
    """Origins of pages that may hold the student's or the stage's page in a frame, or talk to its websocket."""
    alone: bool = False
    """Whether only this computer is meant to connect, so that only its own names may be called."""
    host: str = ""
    """The name or address that the program was told to listen on."""

    def refusal(self, origins: Sequence[str], hosts: Sequence[str]) -> str | None:
        """Why a request with these `Origin` and `Host` headers is not answered; None when it may be."""
        host = named(hosts[0]) if len(hosts) == 1 else None
        if host is None:
            return f"expected one Host header that is a host and perhaps a port, got {', '.join(hosts)[:80]!r}"
        if self.alone and not self._own_name(host):
            return (
                f"expected to be called by a name of this computer, such as 127.0.0.1, got {host[:80]!r}: "
                "behind a proxy, start with --public-url"
            )
        if not origins:
            return None
        if len(origins) == 1 and self._may_speak(origins[0], host):
            return None
        return (
            f"expected a page of this server ({host[:80]}), got one of {', '.join(origins)[:80]!r}: "
            "let it in with --embed, or name the address of a proxy with --public-url"
        )

    def _may_speak(self, origin: str, host: str) -> bool:
        """Whether this page is one of ours or was let in; the origin `null` of a sandbox or a file never is."""
        asked = address(origin)
        if asked is None:
            return False
        if origin.lower() in (self.public, *self.embed):
            return True
        # A proxy that ends TLS leaves the name and takes the scheme: ours is who has our host and port.
        scheme, name, port = asked
        return (name, port) == split(host, HTTP_PORTS[scheme])

    def _own_name(self, host: str) -> bool:
        name, _ = split(host, 0)
        known = {"localhost", self.host.lower(), urlsplit(self.public).hostname or ""}
        return name in known or name.endswith(".localhost") or is_address(name)
