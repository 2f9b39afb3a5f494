"""What a signature proves: the instructor's key of a session, a stage of its instructor, a student's seat.

    key = HMAC(secret, "key|session|generation")      token = seat.HMAC(secret, "seat|seat")
    stage = HMAC(secret, "stage|session|generation")  admin = HMAC(secret, "admin")

The secret is a file that only its owner may read; neither it nor a key is ever logged.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

SECRET_BYTES = 32
KEY_BYTES = 18
"""144 bits: at least the 128 that cannot be guessed, and 24 characters without padding."""
SEAT = re.compile(r"[a-z0-9]{16}")


class SecretError(OSError):
    """The secret file cannot be used; the sentence says why."""


class Keys:
    """Makes and checks keys and tokens under one secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise ValueError(f"expected a secret of at least {SECRET_BYTES} bytes, got {len(secret)}")
        self._secret = secret

    def key(self, session: str, generation: int) -> str:
        """The instructor's key of a session; a new generation makes the old key worthless."""
        return self._signature(f"key|{session}|{generation}")

    def opens(self, key: str, session: str, generation: int) -> bool:
        """Whether this is the instructor's key of the session."""
        return _same(key, self.key(session, generation))

    def stage(self, session: str, generation: int) -> str:
        """The token of the stages that this session's instructor opens; a new key makes it worthless."""
        return self._signature(f"stage|{session}|{generation}")

    def opens_stage(self, token: str, session: str, generation: int) -> bool:
        """Whether a stage with this token was opened by the session's instructor."""
        return _same(token, self.stage(session, generation))

    def admin(self) -> str:
        """The token that making sessions over the network needs, where none was set."""
        return self._signature("admin")

    def token(self, seat: str) -> str:
        """What a browser keeps to be given the same seat again."""
        return f"{seat}.{self._signature(f'seat|{seat}')}"

    def seat(self, token: str) -> str | None:
        """The seat that a token was signed for here, if it was."""
        seat, _, _ = token.partition(".")
        known = SEAT.fullmatch(seat) is not None and _same(token, self.token(seat))
        return seat if known else None

    def _signature(self, text: str) -> str:
        digest = hmac.digest(self._secret, text.encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:KEY_BYTES]).decode()


def new_seat() -> str:
    """A fresh seat identity: 64 random bits as hexadecimal."""
    return secrets.token_hex(8)


def load(directory: Path) -> Keys:
    """The keys under the secret file of a data directory, which is made (mode 0600) if it is not there.

    Raises:
        SecretError: the file cannot be read or written, or is too short to be a secret.
    """
    path = directory / "secret"
    try:
        return Keys(_read_or_make(path))
    except OSError as error:
        raise SecretError(f"expected to read or write {path}: {error.strerror}") from error
    except ValueError as error:
        raise SecretError(f"{path}: {error}; a copy belongs here, or no file at all") from error


def _read_or_make(path: Path) -> bytes:
    """The secret; made under another name and linked, so that two programs starting at once agree on one."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    draft = path.with_name(f"secret.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_bytes()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())
