"""Formulas that are typeset already are what ziamath draws, and what is not among them is drawn."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from server.engine import typeset
from server.engine.discovery import scenes

NESTED = r"\frac{\color{#0072B2}{x_j}}{\sqrt{2}} + \overline{y}"


def text(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


@pytest.mark.parametrize("name", scenes())
def test_every_formula_of_a_scene_stands_in_the_file_as_ziamath_draws_it(name: str) -> None:
    for formula in scenes()[name].formulas.values():
        assert formula.latex in typeset._stored(typeset.STORE)
        assert text(typeset.typeset(formula.latex)) == text(typeset.drawn(formula.latex))


def test_a_stored_formula_needs_no_ziamath(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time another element: who gets one changes its ids."""
    file = tmp_path / "typeset.json"
    typeset.store([NESTED], file)
    expected = text(typeset.drawn(NESTED))
    monkeypatch.setattr(typeset, "STORE", file)
    monkeypatch.setitem(sys.modules, "ziamath.zmath", None)
    first, second = typeset.typeset(NESTED), typeset.typeset(NESTED)
    first.set("id", "changed")
    assert text(second) == expected
    with pytest.raises(ImportError):
        typeset.typeset("x")


def test_what_another_ziamath_drew_is_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "typeset.json"
    typeset.store(["x"], file)
    assert typeset.is_stored(["x"], file)
    monkeypatch.setattr(typeset, "version", lambda _: "0.0")
    typeset._stored.cache_clear()
    assert not typeset.is_stored(["x"], file)
    monkeypatch.setattr(typeset, "STORE", file)
    assert text(typeset.typeset("x")) == text(typeset.drawn("x"))


def test_unknown_latex_is_not_stored(tmp_path: Path) -> None:
    with pytest.raises(typeset.UnknownLatexError, match="nosuch"):
        typeset.store(["x", r"\nosuch{x}"], tmp_path / "typeset.json")
    assert not (tmp_path / "typeset.json").exists()
