"""Settings of the program, from flags and `GNN_LIVE_…` environment variables: the one place where they are read."""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args
from urllib.parse import urlsplit

from server.settings.hosts import origin

DeviceChoice = Literal["auto", "cpu", "cuda"]
LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
Word = TypeVar("Word", bound=str)
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
NO_DEVICE = 78
"""Exit status of an engine that was asked for a device which is not there: starting another would not help."""
MOST_ENGINES = 64
TRUE = frozenset({"1", "true", "yes", "on"})
FEWEST_CHARACTERS = 16
MOST = 100_000
MOST_SESSIONS = 500
MOST_VIEWERS = 3000
FALSE = frozenset({"", "0", "false", "no", "off"})


class ConfigError(ValueError):
    """A setting that cannot be used; the sentence says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside."""

    host: str = LOOPBACK
    port: int = 8000
    data: Path = Path("gnn-live-data")
    device: DeviceChoice = "auto"
    engines: int = 1
    """Processes that run models; sessions are spread over them."""
    cold: bool = False
    """Whether an engine leaves out warming its scenes up; the first opening of each then waits for what it loads."""
    public_url: str = ""
    """The address by which browsers reach the program when it is not the one it listens on (a proxy, a tunnel)."""
    open: bool = False
    """Whether everybody who can connect may make sessions."""
    admin_token: str = ""
    """What making sessions needs beyond this computer; none: one is derived from the secret."""
    embed: tuple[str, ...] = ()
    """Origins whose pages may hold the student's or the stage's page in a frame."""
    max_sessions: int = MOST_SESSIONS
    max_viewers: int = MOST_VIEWERS
    """Browsers a session."""
    keep_days: int = 180
    """Days after its last use that a session expires; 0: never."""
    expire: bool = False
    """Whether sessions expire even where that looks like a clock that is wrong."""
    tls_cert: Path | None = None
    """Certificate chain (PEM) under which the program itself speaks https; given together with its key."""
    tls_key: Path | None = None
    log_format: LogFormat = "text"
    log_level: LogLevel = "warning"

    @property
    def loopback(self) -> bool:
        """Whether only this computer can connect."""
        return self.host == "localhost" or _is_loopback(self.host)

    @property
    def exposed(self) -> bool:
        """Whether others can reach the program, be it through a proxy on this computer."""
        return not self.loopback or bool(self.public_url)


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
    parser.add_argument(
        "--open", action="store_true", default=None, help="let everybody who can connect make sessions, without a token"
    )
    parser.add_argument(
        "--admin-token", help="token for making sessions (better as GNN_LIVE_ADMIN_TOKEN: no list shows it)"
    )
    parser.add_argument(
        "--embed", help="origins, with commas between, whose pages may hold stage and student in a frame"
    )
    parser.add_argument("--max-sessions", help=f"sessions that there may be (default {MOST_SESSIONS})")
    parser.add_argument("--max-viewers", help=f"browsers that a session may have (default {MOST_VIEWERS})")
    parser.add_argument("--tls-cert", help="certificate chain (PEM), to speak https without a proxy")
    parser.add_argument("--tls-key", help="the certificate's private key (PEM, without a password)")
    parser.add_argument("--log-format", help="how the log is written: text or json (default text)")
    parser.add_argument("--log-level", help="from where on: debug, info, warning or error (default warning)")
    parser.add_argument("--engines", help="processes that run models, for larger machines (default 1)")
    parser.add_argument(
        "--cold",
        action="store_true",
        default=None,
        help="do not warm the scenes up: each is slow once, when first opened",
    )
    parser.add_argument("--keep-days", help="days until an unused session expires, 0 for never (default 180)")
    parser.add_argument(
        "--expire", action="store_true", default=None, help="let sessions expire even where the clock looks wrong"
    )


def settings(flags: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings: a flag wins over its environment variable, which wins over the default.

    Raises:
        ConfigError: a setting that cannot be used.
    """

    def chosen(name: str, default: str) -> str:
        return _chosen(name, default, flags, environment)

    hall = bool(getattr(flags, "hall", None)) or _switch("GNN_LIVE_HALL", environment)
    log_format, log_level = log_settings(flags, environment)
    tls_cert, tls_key = _tls(chosen("tls_cert", ""), chosen("tls_key", ""))
    return Settings(
        host=_host(chosen("host", "")) or (EVERYWHERE if hall else LOOPBACK),
        port=_whole("--port", chosen("port", "8000"), 0, 65_535),
        data=Path(chosen("data", "gnn-live-data")).expanduser().absolute(),
        device=_word("--device", chosen("device", "auto"), get_args(DeviceChoice)),
        public_url=_url(chosen("public_url", "")),
        open=bool(getattr(flags, "open", None)) or _switch("GNN_LIVE_OPEN", environment),
        admin_token=_token(chosen("admin_token", "")),
        embed=_origins(chosen("embed", "")),
        max_sessions=_whole("--max-sessions", chosen("max_sessions", str(MOST_SESSIONS)), 1, MOST),
        max_viewers=_whole("--max-viewers", chosen("max_viewers", str(MOST_VIEWERS)), 1, MOST),
        tls_cert=tls_cert,
        tls_key=tls_key,
        log_format=log_format,
        log_level=log_level,
        engines=_whole("--engines", chosen("engines", "1"), 1, MOST_ENGINES),
        cold=bool(getattr(flags, "cold", None)) or _switch("GNN_LIVE_COLD", environment),
        keep_days=_whole("--keep-days", chosen("keep_days", "180"), 0, 36_500),
        expire=bool(getattr(flags, "expire", None)) or _switch("GNN_LIVE_EXPIRE", environment),
    )


def log_settings(flags: argparse.Namespace, environment: Mapping[str, str]) -> tuple[LogFormat, LogLevel]:
    """How the log is written and from which level on; every command has one, the engine by its environment.

    Raises:
        ConfigError: a word that is neither.
    """
    form = _word("--log-format", _chosen("log_format", "text", flags, environment), get_args(LogFormat))
    level = _word("--log-level", _chosen("log_level", "warning", flags, environment), get_args(LogLevel))
    return form, level


def _chosen(name: str, default: str, flags: argparse.Namespace, environment: Mapping[str, str]) -> str:
    flag: str | None = getattr(flags, name, None)
    return flag if flag is not None else environment.get(f"GNN_LIVE_{name.upper()}", default)


def _switch(name: str, environment: Mapping[str, str]) -> bool:
    text = environment.get(name, "").strip().lower()
    if text not in TRUE | FALSE:
        raise ConfigError(f"{name}: expected 1 or 0, got {text!r}")
    return text in TRUE


def _whole(flag: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ConfigError(f"{flag}: expected a number from {least} to {most}, got {text!r}")
    return int(text)


def _word(flag: str, text: str, known: tuple[Word, ...]) -> Word:
    for word in known:
        if word == text:
            return word
    raise ConfigError(f"{flag}: expected {', '.join(known[:-1])} or {known[-1]}, got {text!r}")


def _tls(cert: str, key: str) -> tuple[Path, Path] | tuple[None, None]:
    if bool(cert) != bool(key):
        given, missing = ("--tls-cert", "--tls-key") if cert else ("--tls-key", "--tls-cert")
        raise ConfigError(f"{given}: expected {missing} with it (a certificate and its key), got none")
    return (Path(cert).expanduser().absolute(), Path(key).expanduser().absolute()) if cert else (None, None)


def _url(text: str) -> str:
    """The address as browsers write it, in lower case and without the port that goes without saying."""
    if not text:
        return ""
    told = f"--public-url: expected an address like https://gnn.example.org, got {text!r}"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        named = f"[{host}]" if ":" in host else host.encode("idna").decode()
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError as error:  # brackets without an IPv6 address, a label of no name
        raise ConfigError(told) from error
    if parts.username is not None or parts.password is not None:
        raise ConfigError("--public-url: expected an address without a name and a password, got one with them")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise ConfigError(told)
    if parts.path.strip("/"):
        raise ConfigError(f"--public-url: expected an address without a path, got {text!r}")
    address = origin(f"{parts.scheme}://{named}{port}")
    if address is None:
        raise ConfigError(told)
    return address


def _host(text: str) -> str:
    """An address to listen on; one of IPv6 may stand in brackets, as in a link."""
    host = text.strip()
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _token(text: str) -> str:
    """A token that fits a header and cannot be guessed; the sentence does not repeat it."""
    if text and not (len(text) >= FEWEST_CHARACTERS and text.isascii() and text.isprintable() and " " not in text):
        raise ConfigError(f"--admin-token: expected at least {FEWEST_CHARACTERS} ASCII characters without a space")
    return text


def _origins(text: str) -> tuple[str, ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        known = origin(part)
        if known is None:
            raise ConfigError(f"--embed: expected origins like https://slides.example.org, got {part!r}")
        found.append(known)
    return tuple(found)
