"""What a page gets of one scene, and the digest under which it keeps it for ever.

The digest is of all that the entry and its formulas are made from, and of how they are drawn, so that it is known
without drawing them: `opened` carries it. No file of the browser's goes into it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version

import msgspec

from server.protocol.schema import standalone_schema
from server.room.scene import AnyScene

DRAWING = "2befc1b284e55862"
"""Digest of what draws the formulas, kept true by a test: another way gives other pictures of the same formula."""


@lru_cache(maxsize=256)
def digest(name: str, scene: AnyScene) -> str:
    """Digest of a scene's entry and formulas, 16 letters."""
    formulas = {key: (formula.latex, formula.words) for key, formula in scene.formulas.items()}
    return hashlib.sha256(
        msgspec.json.encode((described(scene), formulas, name, version("ziamath"), DRAWING))
    ).hexdigest()[:16]


def described(scene: AnyScene) -> dict[str, object]:
    """Title, summary, and the parameters with their defaults."""
    return {
        "title": scene.title,
        "summary": scene.summary,
        "params": standalone_schema(scene.params),
        "defaults": scene.params(),
    }
