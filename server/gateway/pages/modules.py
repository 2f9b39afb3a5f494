"""The graph of the browser's modules: what a page needs, what a scene's view needs, in the order in which they are met.

A page's list becomes its `modulepreload` links, a scene's list what a browser fetches when (or before) the scene opens.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"](\.{1,2}/[^'"]+)['"]|^\s*import\s*['"](\.{1,2}/[^'"]+)['"]""",
    re.MULTILINE,
)
SCENES = "scenes/"
MOUNT = "core/scene.js"
"""The module that mounts scenes; a page without it shows none."""


class NoModule(ValueError):
    """A module imports a file that is not there; the sentence names both."""


def closure(texts: Mapping[str, str], first: str) -> list[str]:
    """A module and all that it imports, each once, breadth first: those that are needed to find others come early.

    Raises:
        NoModule: one of them is not there.
    """
    known = {first: None}
    waiting = [first]
    while waiting:
        name = waiting.pop(0)
        for wanted in needed(name, texts[name]):
            if wanted not in texts:
                raise NoModule(f"{name}: expected a file of the tree, got an import of {wanted}")
            if wanted not in known:
                known[wanted] = None
                waiting.append(wanted)
    return list(known)


@lru_cache(maxsize=1024)
def needed(name: str, text: str) -> tuple[str, ...]:
    """What a module imports, as paths in the tree."""
    relative = [one or other for one, other in _IMPORT.findall(text)]
    return tuple(posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in relative)


def views(texts: Mapping[str, str], faces: Iterable[str], have: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Of every scene and each of these faces the files of its view, its own module first, without what a page has.

    A view lies in `scenes/NAME/FACE.js` where that file exports a function of this name, else in `scenes/NAME.js`.
    The sheets of its folder belong to each.
    """
    held = set(have)
    found: dict[str, dict[str, list[str]]] = {}
    for name in sorted({path.removeprefix(SCENES).partition("/")[0].removesuffix(".js") for path in _scenes(texts)}):
        entries = {face: entry for face in faces if (entry := _entry(texts, name, face)) is not None}
        sheets = sorted(path for path in texts if path.startswith(f"{SCENES}{name}/") and path.endswith(".css"))
        found[name] = {
            face: [path for path in (*closure(texts, entry), *sheets) if path not in held]
            for face, entry in entries.items()
        }
    return found


def _scenes(texts: Mapping[str, str]) -> list[str]:
    return [path for path in texts if path.startswith(SCENES) and path.endswith(".js")]


def _entry(texts: Mapping[str, str], name: str, face: str) -> str | None:
    exported = re.compile(rf"^export\s+(?:function\s+{face}\b|\{{[^}}]*\b{face}\b[^}}]*\}})", re.MULTILINE)
    for path in (f"{SCENES}{name}/{face}.js", f"{SCENES}{name}.js"):
        if exported.search(texts.get(path, "")):
            return path
    return None
