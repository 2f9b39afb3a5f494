"""Formulas that are typeset already: `server/typeset.json`, written by `gnn-live types` from the scenes' formulas.

ziamath takes 40 ms for one and 300 ms for a nested one, which together was a third of an engine's start. What is not
in the file, or was drawn by another ziamath, is typeset when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import msgspec

import server

STORE = Path(server.__file__).parent / "engine" / "typeset.json"
SIZE = 24.0
"""Height of the letters in the SVG's own units; the page scales it."""
_COLOR = re.compile(r"\\color(\{[^{}]*\}\{)")


class UnknownLatexError(ValueError):
    """LaTeX that ziamath does not know; the sentence names it."""


class Element(msgspec.Struct, frozen=True, array_like=True):
    """An SVG element as it stands in the file."""

    tag: str
    attributes: dict[str, str]
    text: str
    children: tuple[Element, ...]


class _Store(msgspec.Struct):
    """ziamath's version, and by LaTeX what it drew."""

    ziamath: str
    drawn: dict[str, Element]


def typeset(latex: str) -> ElementTree.Element:
    """A formula as an SVG element of its own. Raises UnknownLatexError, or what ziamath raises where it cannot read."""
    found = _stored(STORE).get(latex)
    return drawn(latex) if found is None else _element(found)


def drawn(latex: str) -> ElementTree.Element:
    """A formula as ziamath draws it now; `\\color{#0072B2}{x}` colors its own term alone."""
    from ziamath.zmath import Latex  # it reads a font, which a start that has every formula does not wait for

    # In LaTeX `\color` colors all that follows, `\textcolor` its argument.
    expression = Latex(_COLOR.sub(r"\\textcolor\1", latex), size=SIZE, color="currentColor")
    root: ElementTree.Element = expression.svgxml()
    unknown = [text for text in expression.mathml.itertext() if "\\" in text]
    if unknown:
        raise UnknownLatexError(f"expected LaTeX that ziamath knows, got {', '.join(unknown)}")
    return root


def is_stored(formulas: Iterable[str], file: Path = STORE) -> bool:
    """Whether the file has these formulas and no other."""
    return _stored(file).keys() == set(formulas)


def store(formulas: Iterable[str], file: Path = STORE) -> None:
    """Write the file, a formula a line, so that a change shows what it changed."""
    lines = [_line(latex) for latex in sorted(set(formulas))]
    head = msgspec.json.encode(version("ziamath")).decode()
    file.write_text('{"ziamath": ' + head + ', "drawn": {\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")
    _stored.cache_clear()


def _line(latex: str) -> str:
    return f"{msgspec.json.encode(latex).decode()}: {msgspec.json.encode(_tree(drawn(latex))).decode()}"


@cache
def _stored(file: Path) -> dict[str, Element]:
    """What the file has, where this ziamath has drawn it."""
    if not file.is_file():
        return {}
    found = msgspec.json.decode(file.read_bytes(), type=_Store)
    return found.drawn if found.ziamath == version("ziamath") else {}


def _tree(element: ElementTree.Element) -> Element:
    return Element(element.tag, dict(element.attrib), element.text or "", tuple(_tree(child) for child in element))


def _element(tree: Element) -> ElementTree.Element:
    element = ElementTree.Element(tree.tag, dict(tree.attributes))
    element.text = tree.text or None
    element.extend(_element(child) for child in tree.children)
    return element
