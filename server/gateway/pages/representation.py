"""A document as it leaves: its bytes, the same packed once, and the entity tag by which a browser asks for it again."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property

from starlette.datastructures import Headers
from starlette.responses import Response

from server.gateway.defence.headers import BARE

FOREVER = "public, max-age=31536000, immutable"
"""Under this address there is never anything else."""
ASK = "no-cache"
"""Keep it, and ask each time whether it is still the same."""
PART = {"Content-Security-Policy": BARE}
"""An answer is part of a page, and none itself, unless it says so."""
WORTH = 200
"""A shorter document is not worth packing."""


class Representation:
    """One document, packed at its first use and never again."""

    def __init__(self, body: bytes, media_type: str) -> None:
        self.body = body
        self.media_type = media_type

    @cached_property
    def digest(self) -> str:
        """Digest of the bytes, 16 letters."""
        return hashlib.sha256(self.body).hexdigest()[:16]

    @cached_property
    def packed(self) -> bytes:
        """The bytes by gzip, without a date, so that the same bytes give the same again."""
        return gzip.compress(self.body, 9, mtime=0) if len(self.body) >= WORTH else self.body

    def prepare(self) -> Representation:
        """The same, packed now and not when the first one asks."""
        _ = (self.digest, self.packed)
        return self

    def answer(self, asked: Headers, cache: str, extra: Mapping[str, str] | None = None) -> Response:
        """The answer to a request with these headers: the document, or that it is still the same."""
        tag = f'W/"{self.digest}"'
        headers = {"ETag": tag, "Cache-Control": cache, "Vary": "Accept-Encoding", **(extra or PART)}
        if _names(asked.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        small = len(self.packed) < len(self.body) and "gzip" in asked.get("accept-encoding", "")
        if small:
            headers["Content-Encoding"] = "gzip"
        return Response(self.packed if small else self.body, media_type=self.media_type, headers=headers)


def _names(condition: str, tag: str) -> bool:
    """Whether an `If-None-Match` names this tag; weak and strong count alike (RFC 9110, 13.1.2)."""
    bare = tag.removeprefix("W/")
    named = (part.strip().removeprefix("W/") for part in condition.split(","))
    return condition.strip() == "*" or bare in named
