"""Session IDs: the canonical form under which an ID is one room, the reserved ones, and the near miss of a typo.

Lecture 2, LECTURE-2, ｌｅｃｔｕｒｅ２  ->  lecture2
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from server.protocol.text import legible

RESERVED = frozenset({"api", "ws", "assets", "check", "healthz", "readyz", "metrics"})
LONGEST = 40
LONGEST_TYPED = 200
CLOSE_ENOUGH = 0.75
"""difflib's ratio from which a typo is a near miss: `lectur2`, `lecutre2`, `lecture3`."""


class BadName(ValueError):
    """A session ID that no room can have; the sentence says why."""


def canonical(typed: str) -> str:
    """An ID after NFKC and casefold, of letters, marks and numbers alone.

    Raises:
        BadName: nothing is left, it is too long, or it is reserved for the program.
    """
    if len(typed) > LONGEST_TYPED:
        raise BadName(f"expected a session ID of at most {LONGEST} letters and numbers, got {len(typed)}")
    name, before = _folded(typed), typed
    while name != before:  # what was removed may have stood between a letter and its accent
        name, before = _folded(name), name
    if not any(unicodedata.category(character)[0] in "LN" for character in name):
        raise BadName(f"expected a session ID with letters or numbers, such as lecture2, got {typed[:60]!r}")
    if len(name) > LONGEST:
        raise BadName(f"expected a session ID of at most {LONGEST} letters and numbers, got {len(name)}")
    if name in RESERVED:
        raise BadName(f"expected another session ID: {name!r} is reserved for the program itself")
    return name


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    readable = "".join(character for character in folded if unicodedata.category(character)[0] in "LMN")
    return unicodedata.normalize("NFKC", legible(readable))


def near_miss(typed: str, known: Iterable[str]) -> str | None:
    """The known canonical ID that was probably meant, if there is one; never to be opened unasked."""
    try:
        wanted = canonical(typed)
    except BadName:
        return None
    close = difflib.get_close_matches(wanted, known, n=1, cutoff=CLOSE_ENOUGH)
    return close[0] if close else None
