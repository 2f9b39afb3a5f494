"""Hosts and origins as they are written: read from settings and from headers by the same rules. No I/O."""

from __future__ import annotations

import ipaddress
import re

HTTP_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
LARGEST_PORT = 65_535
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(:[0-9]{1,5})?")


def named(host: str) -> str | None:
    """A `Host` header in lower case, if it is a host with perhaps a port and nothing else."""
    lower = host.strip().lower()
    found = _HOST.fullmatch(lower)
    if found is None or not 0 < int((found[2] or ":80")[1:]) <= LARGEST_PORT:
        return None
    return lower if not found[1].startswith("[") or is_address(found[1][1:-1]) else None


def split(host: str, default: int) -> tuple[str, int]:
    """Name and port of a `Host` header that was checked."""
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        name, port = host, ""
    return name.strip("[]"), int(port) if port else default


def origin(text: str) -> str | None:
    """An origin as browsers write it (`https://slides.example.org`, without a path), or None."""
    found = address(text.strip().lower().rstrip("/"))
    if found is None:
        return None
    scheme, name, port = found
    bracketed = f"[{name}]" if ":" in name else name
    return f"{scheme}://{bracketed}" + ("" if port == HTTP_PORTS[scheme] else f":{port}")


def address(text: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin; None for what is none."""
    scheme, mark, host = text.lower().partition("://")
    if not mark or scheme not in ("http", "https") or named(host) is None:
        return None
    name, port = split(host, HTTP_PORTS[scheme])
    return scheme, name, port


def is_address(name: str) -> bool:
    """Whether this is an IP address: no name service can point it elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
