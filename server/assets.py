"""The browser's files: native modules under a hash of the whole tree, to be kept for ever and never mixed."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# A system's own table may say text/plain, with which browsers refuse a module.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/css", ".css")
mimetypes.add_type("image/svg+xml", ".svg")

HERE = Path(__file__).resolve().parent
STATIC = next(path for path in (HERE / "static", HERE.parent / "static") if path.is_dir())
"""In a wheel the files lie inside `server`, in a checkout beside it."""

Stamp = tuple[tuple[str, int, int], ...]


class Assets(StaticFiles):
    """Serves `HASH/path` from the tree; only under the present hash may a browser keep what it got."""

    def __init__(self, folder: Path = STATIC) -> None:
        super().__init__(directory=folder, follow_symlink=False)
        self.folder = folder
        self._stamp: Stamp = ()
        self._digest = ""

    def digest(self) -> str:
        """Hash of every file's name and content; read again only after a file changed."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        facts = ((str(path), path.stat()) for path in files)
        stamp = tuple((name, status.st_mtime_ns, status.st_size) for name, status in facts)
        if stamp != self._stamp or not self._digest:
            self._stamp, self._digest = stamp, self._hashed(files)
        return self._digest

    def page(self, name: str) -> bytes:
        """An HTML page with the prefix of its assets filled in."""
        text = (self.folder / f"{name}.html").read_text("utf-8")
        return text.replace("@assets@", f"/assets/{self.digest()}").encode()

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file of the tree; under another hash (a page that stayed open over an update) it is not to be kept."""
        digest, _, inside = path.partition("/")
        if inside.endswith(".html"):
            raise HTTPException(404)
        response = await super().get_response(inside, scope)
        current = digest == self.digest()
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response

    def _hashed(self, files: list[Path]) -> str:
        digest = hashlib.sha256()
        for path in files:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(self.folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()[:16]
