"""The digest under which a browser keeps a scene's entry for ever."""

import hashlib
from pathlib import Path

import server
from server.room import entry


def test_the_digest_knows_how_formulas_are_drawn() -> None:
    drawn_by = (Path(server.__file__).parent / "engine" / f"{name}.py" for name in ("formula", "typeset"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in drawn_by)).hexdigest()[:16]
    assert digest == entry.DRAWING, f"formula.py or typeset.py changed: write DRAWING = {digest!r} in room/entry.py"
