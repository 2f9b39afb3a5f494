"""The browser's files: native modules under a digest of the whole tree, to be kept for ever and never mixed.

    /assets/DIGEST/core/room.js           without comments and indentation, packed once
    /assets/DIGEST/sheets/student.css     the sheets of a page in one
    /assets/source-DIGEST/core/room.js    as it was written: what a page opened with `?source` loads
    /assets/DIGEST/pictures/radius.webp   what the documents show; no page names one

A page names the digest, its own modules, and the files of each scene's view that it mounts. It is itself asked for each
time, and answered by "still the same".
"""

from __future__ import annotations

import hashlib
import logging
import mimetypes
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

import server
from server.gateway.pages import comments, modules
from server.gateway.pages.representation import ASK, FOREVER, Representation

# A system's own table may say text/plain, with which browsers refuse a module.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/css", ".css")
mimetypes.add_type("image/svg+xml", ".svg")
mimetypes.add_type("image/webp", ".webp")

HERE = Path(server.__file__).resolve().parent
STATIC = next(path for path in (HERE / "static", HERE.parent / "static") if path.is_dir())
"""In a wheel the files lie inside `server`, in a checkout beside it."""
SOURCE = "source-"
"""Before the digest: the files as they were written."""
SERVED = (".js", ".css", ".svg")
PICTURES = (".webp",)
"""Served as they are, and packed for nobody."""
PATIENCE = 1.0
"""Seconds for which the files are taken to be what they were."""
FACES: Mapping[str, tuple[str, ...]] = {"student": ("student",), "stage": ("stage",), "control": ("stage", "control")}
"""Which views of a scene a page mounts: the control panel shows the stage's in its preview."""
_SHEET = re.compile(r'^ *<link rel="stylesheet" href="@assets@/([^"]+)">\n', re.MULTILINE)
_ENTRY = re.compile(r'^( *)<script type="module" src="@assets@/([^"]+)"></script>', re.MULTILINE)

log = logging.getLogger("gnn_live.assets")
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """All that is served of one state of the files."""

    digest: str
    files: Mapping[str, Representation]
    sources: Mapping[str, Representation]
    pages: Mapping[str, Representation]
    source_pages: Mapping[str, Representation]


class Assets:
    """Serves `DIGEST/path` from the tree; only under the present digest may a browser keep what it got."""

    def __init__(self, folder: Path = STATIC, patience: float = PATIENCE) -> None:
        self.folder = folder
        self._patience = patience
        self._looked = -patience
        self._stamp: Stamp = ()
        self._tree = self._present()

    def digest(self) -> str:
        """Digest of every file that is served, by its name."""
        return self._present().digest

    def page(self, name: str, *, source: bool = False) -> Representation:
        """An HTML page that names its files; with `source` as they were written."""
        tree = self._present()
        return (tree.source_pages if source else tree.pages)[name]

    def file(self, path: str) -> tuple[Representation, str]:
        """The file at `DIGEST/path`, and how long a browser may keep it.

        Under another digest (a page that stayed open over an update) it is not to be kept.

        Raises:
            KeyError: there is no such file.
        """
        digest, _, inside = path.partition("/")
        tree = self._tree
        if digest.startswith(SOURCE):
            return tree.sources[inside], ASK
        return tree.files[inside], FOREVER if digest == tree.digest else ASK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request below the place where this is mounted."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        try:
            found, cache = self.file(path)
        except KeyError:
            raise HTTPException(404) from None
        await found.answer(Headers(scope=scope), cache)(scope, receive, send)

    def _present(self) -> Tree:
        """The tree, read again after a file changed."""
        now = time.monotonic()
        if now < self._looked + self._patience:
            return self._tree
        self._looked = now
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        facts = ((str(path), path.stat()) for path in files)
        stamp = tuple((name, status.st_mtime_ns, status.st_size) for name, status in facts)
        if stamp != self._stamp:
            paths = {path.relative_to(self.folder).as_posix(): path for path in files}
            texts = {name: path.read_text("utf-8") for name, path in paths.items() if name.endswith((*SERVED, ".html"))}
            pictures = {name: path.read_bytes() for name, path in paths.items() if name.endswith(PICTURES)}
            self._stamp, self._tree = stamp, tree(texts, pictures)
        return self._tree


def tree(texts: Mapping[str, str], pictures: Mapping[str, bytes] | None = None) -> Tree:
    """The tree of these files, by their paths.

    Raises:
        NoModule: a module imports a file that is not there.
    """
    sources = {path: _represented(text, path) for path, text in texts.items() if path.endswith(SERVED)}
    files = {path: _packed(text, path) for path, text in texts.items() if path.endswith(SERVED)}
    files |= {path: _represented(body, path) for path, body in (pictures or {}).items()}
    raw = {path.removesuffix(".html"): text for path, text in texts.items() if path.endswith(".html")}
    for name, text in raw.items():
        merged = "".join(texts[sheet] for sheet in _SHEET.findall(text))
        if merged:
            files[f"sheets/{name}.css"] = _packed(merged, f"sheets/{name}.css")
    digest = _digest(files)
    pages = {name: _page(texts, name, text, digest) for name, text in raw.items()}
    plain = {name: _filled(_with_views(texts, name, text), SOURCE + digest) for name, text in raw.items()}
    return Tree(digest, files, sources, pages, plain)


def _digest(files: Mapping[str, Representation]) -> str:
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{files[path].digest}\0".encode())
    return whole.hexdigest()[:16]


@lru_cache(maxsize=1024)
def _packed(text: str, path: str) -> Representation:
    """A file as browsers get it, packed here and not when the first one asks."""
    try:
        if path.endswith(".js"):
            text = comments.script(text)
        elif path.endswith(".css"):
            text = comments.sheet(text)
    except comments.NotReadable as error:
        log.warning("%s is served with its comments: %s", path, error)
    return _represented(text, path).prepare()


def _represented(body: str | bytes, path: str) -> Representation:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    whole = body.encode() if isinstance(body, str) else body
    return Representation(whole, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)


def _needs(texts: Mapping[str, str], page: str) -> list[str]:
    """The modules of a page, its own first."""
    entry = _ENTRY.search(page)
    return modules.closure(texts, entry[2]) if entry else []


def _with_views(texts: Mapping[str, str], name: str, page: str) -> str:
    """A page that lists what each scene needs beside what it has loaded; nothing where it mounts no scene."""
    have = _needs(texts, page)
    if modules.MOUNT not in have:
        return page
    lists = msgspec.json.encode(modules.views(texts, FACES[name], have)).decode()
    return _ENTRY.sub(lambda found: f"{found[1]}<meta name=\"views\" content='{_escaped(lists)}'>\n{found[0]}", page)


def _page(texts: Mapping[str, str], name: str, text: str, digest: str) -> Representation:
    """A page with one sheet, and its modules named so that none waits for another to be found."""
    needs = _needs(texts, text)
    text = _with_views(texts, name, text)
    links = [f'<link rel="modulepreload" href="@assets@/{path}">' for path in needs[1:]]
    text = _ENTRY.sub(lambda found: "\n".join(f"{found[1]}{line}" for line in (*links, found[0].strip())), text)
    return _filled(_with_one_sheet(text, name), digest)


def _with_one_sheet(text: str, name: str) -> str:
    """A page whose sheets are one, in the place of the first."""
    first = _SHEET.search(text)
    if first is None:
        return text
    rest = _SHEET.sub("", text)
    return (
        f'{rest[: first.start()]}    <link rel="stylesheet" href="@assets@/sheets/{name}.css">\n{rest[first.start() :]}'
    )


def _escaped(text: str) -> str:
    """A text as the value of an attribute in single quotes, with as little changed as can be."""
    return text.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")


def _filled(text: str, digest: str) -> Representation:
    """A page with the place of its assets filled in."""
    body = text.replace("@assets@", f"/assets/{digest}").encode()
    return Representation(body, "text/html; charset=utf-8").prepare()
