"""Where browsers reach the program: the phones by its address in the hall, the lecturer's own computer by loopback."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec

from server.settings.config import EVERYWHERE, LOOPBACK, Settings

SOMEWHERE = ("192.0.2.1", 9)
"""An address of the documentation network (RFC 5737): connecting a UDP socket to it picks a route and sends nothing."""
SOMEWHERE_6 = ("2001:db8::1", 9)
"""The same of IPv6 (RFC 3849)."""
SIOCGIFADDR = 0x8915


@dataclass(frozen=True, slots=True)
class Reach:
    """Base addresses without a slash at the end: for the phones, and for this computer."""

    phones: str
    here: str
    hall: bool
    """Whether anybody but this computer can connect."""

    def join(self, session: str) -> str:
        """The address that phones open."""
        return f"{self.phones}/{quote(session)}"

    def stage(self, session: str, token: str = "") -> str:
        """The projector's page; its instructor's link has a token in the fragment, which always finds a place."""
        return f"{self.here}/{quote(session)}/stage{f'#{token}' if token else ''}"

    def control(self, session: str, key: str) -> str:
        """The instructor's page; the key stands in the fragment, which no browser sends."""
        return f"{self.here}/{quote(session)}/control#{key}"

    def short(self, session: str) -> str:
        """The join address as one reads it aloud: `192.168.1.5:8000/lecture2`."""
        return f"{self.phones.partition('://')[2]}/{session}"


def reach(settings: Settings, port: int) -> Reach:
    """How browsers reach a program with these settings that listens on `port`, as of now."""
    everywhere = settings.host in (EVERYWHERE, "::")
    scheme = "https" if settings.tls_cert else "http"
    here = f"{scheme}://{_bracketed(LOOPBACK if everywhere else settings.host)}:{port}"
    if settings.public_url:
        return Reach(settings.public_url, settings.public_url, hall=True)
    if not everywhere:
        return Reach(here, here, hall=not settings.loopback)
    lan = lan_address() or (lan_address_6() if settings.host == "::" else None)
    return Reach(f"{scheme}://{_bracketed(lan or LOOPBACK)}:{port}", here, hall=lan is not None)


def publish(directory: Path, found: Reach) -> None:
    """Note beside the data how the program that runs is reached, for `gnn-live link` and `gnn-live new`."""
    draft = directory / "address.json.new"
    draft.write_bytes(msgspec.json.encode(found))
    draft.replace(directory / "address.json")


def published(directory: Path) -> Reach | None:
    """How the program that used this directory last is reached, if one did."""
    try:
        return msgspec.json.decode((directory / "address.json").read_bytes(), type=Reach)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def lan_address() -> str | None:
    """This computer's IPv4 address in the network it would send through, or that of any interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
            candidates = [str(probe.getsockname()[0])]
        except OSError:
            candidates = []
    return next(filter(_reachable, candidates + _interface_addresses()), None)


def lan_address_6() -> str | None:
    """This computer's IPv6 address in the network it would send through; none that holds on one link alone."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(SOMEWHERE_6)
            found = ipaddress.ip_address(probe.getsockname()[0])
    except OSError:
        return None
    return None if found.is_loopback or found.is_unspecified or found.is_link_local else str(found)


def _interface_addresses() -> list[str]:
    """The IPv4 addresses of the interfaces, where the platform tells them without a route."""
    if sys.platform != "linux":
        try:
            return [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        except OSError:
            return []
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, request)
            except OSError:
                continue  # an interface without an IPv4 address
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _reachable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_unspecified)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
