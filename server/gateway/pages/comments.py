"""What only people read in a script or a sheet is left out where it is served: comments, indentation, empty lines.

Nothing else changes: a string, a template and a regular expression keep every letter, and each statement its line. So
nobody's automatic semicolon moves, and the program is the same to a parser (`tests/test_javascript.py` compares the
syntax trees of every file).
"""

from __future__ import annotations

import re

_STRING = r"'(?:[^'\\\n]|\\[\s\S])*'|\"(?:[^\"\\\n]|\\[\s\S])*\""
_COMMENT = r"/\*[\s\S]*?\*/"
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*")
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/")
_SCRIPT = re.compile(
    rf"(?P<comment>{_COMMENT}|//[^\n]*)|(?P<string>{_STRING})|(?P<space>\s+)|(?P<mark>[`{{}}/])"
    r"|(?P<code>[^\s'\"`{}/]+(?: [^\s'\"`{}/]+)*)"
)
_SHEET = re.compile(rf"(?P<comment>{_COMMENT})|(?P<string>{_STRING})|(?P<space>\s+)|(?P<code>(?:[^\s'\"/]|/(?!\*))+)")
_VALUE_ENDS = re.compile(r"(?:[\w$)\]}'\"`])$")
_WORD = re.compile(r"(?<![\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|instanceof|await|yield)$")


class NotReadable(ValueError):
    """A text in which a string, a template or a comment does not end; the sentence says at which letter."""


def script(text: str) -> str:
    """A script without comments and indentation.

    Raises:
        NotReadable: a literal or a comment has no end.
    """
    return _Script(text).read()


def sheet(text: str) -> str:
    """A style sheet without comments and indentation.

    Raises:
        NotReadable: a string or a comment has no end.
    """
    kept = _Kept()
    at = 0
    while at < len(text):
        found = _matched(_SHEET, text, at)
        kept.take(found)
        at = found.end()
    return kept.text()


class _Kept:
    """What is left of a text; space between two parts is one line's end, or one blank."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._space = ""

    def take(self, found: re.Match[str]) -> None:
        """Keep a part, or remember that there was space or a comment in its place."""
        part = found[0]
        if found.lastgroup in ("space", "comment"):
            self._space = "\n" if "\n" in part or self._space == "\n" else " "
        else:
            self.add(part)

    def add(self, part: str) -> None:
        if self._space and self._parts:
            self._parts.append(self._space)
        self._space = ""
        self._parts.append(part)

    def after_value(self) -> bool:
        """Whether what was kept last is a value, so that a slash divides it."""
        last = self._parts[-1] if self._parts else ""
        return _VALUE_ENDS.search(last) is not None and _WORD.search(last) is None

    def text(self) -> str:
        """The whole, with one line's end behind it."""
        return "".join(self._parts) + "\n"


class _Script:
    """A script read from its beginning; a brace that closes a template's `${` goes on with the template."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kept = _Kept()
        self._braces: list[bool] = []
        """Of each open brace, whether a template opened it."""

    def read(self) -> str:
        while self._at < len(self._text):
            found = _matched(_SCRIPT, self._text, self._at)
            if found.lastgroup == "mark":
                self._mark(found[0])
            else:
                self._kept.take(found)
                self._at = found.end()
        if self._braces:
            raise NotReadable(f"expected as many closing braces as opening ones, got {len(self._braces)} less")
        return self._kept.text()

    def _mark(self, mark: str) -> None:
        if mark == "/":
            regex = None if self._kept.after_value() else _REGEX.match(self._text, self._at)
            self._add(regex[0] if regex else mark)
        elif mark == "`":
            self._template()
        elif mark == "{":
            self._braces.append(False)
            self._add(mark)
        elif not self._braces:
            raise NotReadable(f"expected an opening brace before the closing one at letter {self._at}")
        elif self._braces.pop():
            self._template()
        else:
            self._add(mark)

    def _template(self) -> None:
        """Letters of a template, from a backtick or a closing brace up to the next backtick or `${`."""
        found = _TEMPLATE.match(self._text, self._at + 1)
        end = found.end() if found else self._at
        if self._text.startswith("${", end):
            self._braces.append(True)
            end += 2
        elif self._text.startswith("`", end):
            end += 1
        else:
            raise NotReadable(f"expected an end of the template at letter {self._at}, got none")
        self._add(self._text[self._at : end])

    def _add(self, part: str) -> None:
        self._kept.add(part)
        self._at += len(part)


def _matched(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    found = pattern.match(text, at)
    if found is None:
        raise NotReadable(f"expected an end of what begins at letter {at}: {text[at : at + 20]!r}")
    return found
