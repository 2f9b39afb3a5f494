"""The certificate of the program's own https: tried before a socket is opened, so that what is wrong is a sentence."""

from __future__ import annotations

import ssl
from pathlib import Path

from server.settings.config import ConfigError


def check(cert: Path, key: Path) -> None:
    """Load a certificate chain and its private key once, and forget them.

    Raises:
        ConfigError: a file that cannot be read or is no PEM, a key with a password, or one of another certificate.
    """
    _readable("--tls-cert", cert, "certificate")
    _readable("--tls-key", key, "private key")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key, password=_refuse)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            told = f"expected the key of the certificate {cert}, got that of another: {key}"
        else:
            told = f"expected a certificate chain and its private key as PEM, got {cert} and {key}"
        raise ConfigError(f"--tls-cert, --tls-key: {told} ({error.reason or 'no PEM'})") from error


def _readable(flag: str, path: Path, what: str) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{flag}: expected a {what} that can be read, got {path}: {error.strerror}") from error


def _refuse() -> str:
    raise ConfigError("--tls-key: expected a private key without a password, got one with: nobody is there to type it")
