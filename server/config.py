"""Settings of the program, from flags and `GNN_LIVE_…` environment variables: the one place where they are read."""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

Device = Literal["auto", "cpu", "cuda"]
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
NO_DEVICE = 78
"""Exit status of an engine that was asked for a device which is not there: starting another would not help."""
MOST_ENGINES = 64
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})


class ConfigError(ValueError):
    """A setting that cannot be used; the sentence says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside."""

    host: str = LOOPBACK
    port: int = 8000
    data: Path = Path("gnn-live-data")
    device: Device = "auto"
    public_url: str = ""
    """The address by which browsers reach the program when it is not the one it listens on (a proxy, a tunnel)."""
    engines: int = 1
    """Processes that run models; sessions are spread over them."""
    keep_days: int = 180
    """Days after its last use that a session expires; 0: never."""

    @property
    def loopback(self) -> bool:
        """Whether only this computer can connect."""
        return self.host == "localhost" or _is_loopback(self.host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of `Settings`; each may stand in the environment instead, in capitals after `GNN_LIVE_`."""
    parser.add_argument("--hall", action="store_true", default=None, help="let the phones of the hall in")
    parser.add_argument("--host", help=f"address to listen on (default {LOOPBACK}; --hall: {EVERYWHERE})")
    parser.add_argument("--port", help="port to listen on, 0 for a free one (default 8000)")
    parser.add_argument("--data", help="directory of the log and the secret (default gnn-live-data)")
    parser.add_argument("--device", help="where the models run: auto, cpu or cuda (default auto)")
    parser.add_argument("--public-url", help="address that phones use when a proxy stands in front")
    parser.add_argument("--engines", help="processes that run models, for larger machines (default 1)")
    parser.add_argument("--keep-days", help="days until an unused session expires, 0 for never (default 180)")


def settings(flags: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings: a flag wins over its environment variable, which wins over the default.

    Raises:
        ConfigError: a port, device or URL that cannot be used.
    """

    def chosen(name: str, default: str) -> str:
        flag: str | None = getattr(flags, name, None)
        return flag if flag is not None else environment.get(f"GNN_LIVE_{name.upper()}", default)

    hall = bool(getattr(flags, "hall", None)) or _switch("GNN_LIVE_HALL", environment)
    return Settings(
        host=chosen("host", "") or (EVERYWHERE if hall else LOOPBACK),
        port=_whole("--port", chosen("port", "8000"), 0, 65_535),
        data=Path(chosen("data", "gnn-live-data")).expanduser().absolute(),
        device=_device(chosen("device", "auto")),
        public_url=_url(chosen("public_url", "")),
        engines=_whole("--engines", chosen("engines", "1"), 1, MOST_ENGINES),
        keep_days=_whole("--keep-days", chosen("keep_days", "180"), 0, 36_500),
    )


def _switch(name: str, environment: Mapping[str, str]) -> bool:
    text = environment.get(name, "").strip().lower()
    if text not in TRUE | FALSE:
        raise ConfigError(f"{name}: expected 1 or 0, got {text!r}")
    return text in TRUE


def _whole(flag: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ConfigError(f"{flag}: expected a number from {least} to {most}, got {text!r}")
    return int(text)


def _device(text: str) -> Device:
    for device in get_args(Device):
        if text == device:
            known: Device = device
            return known
    raise ConfigError(f"--device: expected auto, cpu or cuda, got {text!r}")


def _url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError(f"--public-url: expected an address like https://gnn.example.org, got {text!r}")
    if parts.path.strip("/"):
        raise ConfigError(f"--public-url: expected an address without a path, got {text!r}")
    return f"{parts.scheme}://{parts.netloc}"
