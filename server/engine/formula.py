"""A formula as SVG, drawn here so that no browser has to."""

from __future__ import annotations

import itertools
import logging
from functools import lru_cache
from xml.etree import ElementTree

from server.engine.typeset import UnknownLatexError, typeset
from server.room.scene import Formula

log = logging.getLogger("gnn_live.formula")


class FormulaError(ValueError):
    """A formula that cannot be drawn; the sentence names it."""


@lru_cache(maxsize=512)
def formula_svg(formula: Formula, prefix: str) -> str:
    """A formula as SVG text in the colour of the text around it, its words as its title.

    `\\color{#0072B2}{x}` colours its own term alone. `prefix` makes the ids unique on a page with several formulas.

    Raises:
        FormulaError: it holds a LaTeX command that ziamath does not know.
    """
    root = None
    try:
        root = typeset(formula.latex)
    except UnknownLatexError as error:
        raise FormulaError(f"formula {prefix}: {error}") from error
    finally:
        if root is None:
            log.error("formula %s cannot be read: %s", prefix, formula.latex)
    _rename_ids(root, f"{prefix}-")
    _colour_lines(root)
    title = ElementTree.Element("title", {"id": f"{prefix}-title"})
    title.text = formula.words
    root.insert(0, title)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    return ElementTree.tostring(root, encoding="unicode")


def _colour_lines(root: ElementTree.Element) -> None:
    """Give the line over a term, which ziamath leaves black, the colour of the term, whose glyphs stand before it."""
    parts = list(root)
    for before, part in itertools.pairwise(parts):
        if part.get("fill") == "black":
            part.set("fill", before.get("fill", "currentColor"))


def _rename_ids(root: ElementTree.Element, prefix: str) -> None:
    """Put a prefix before every id and every reference to one."""
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "id":
                element.set(name, prefix + value)
            elif name == "href" and value.startswith("#"):
                element.set(name, f"#{prefix}{value[1:]}")
