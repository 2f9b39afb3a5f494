"""Text that somebody typed and others will read: what cannot be read, misleads or towers over the line goes.

    control and direction characters, joiners that join nothing, fillers that look empty -> a space or nothing
    more than three marks on one letter -> three              too many characters -> the first ones

Letters of every script, emoji sequences and the joiners that Persian and the scripts of India need stay as they are.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

MOST_MARKS = 3
"""Marks on one letter: Vietnamese, Thai and vocalised Hebrew need no more."""
ZERO_WIDTH_JOINER = "\u200d"
NON_JOINER = "\u200c"
EMOJI_STYLE = "\ufe0f"
UNREADABLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
MARKS = frozenset({"Mn", "Me", "Mc"})
BLANK = frozenset(
    "\u115f\u1160\u3164\uffa0"  # fillers of Hangul, which count as letters
    "\u2800"  # Braille without a dot
    "\ufffc\ufffd"  # object and character that were lost
    "\U0001d159"  # notehead of nothing
)
INVISIBLE = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\U00016fe4")
"""Marks that show nothing: they only make two equal names different."""
JOINING = (
    *("ARABIC", "SYRIAC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA"),
    *("MALAYALAM", "SINHALA", "KHMER", "MYANMAR"),
)
"""Scripts in which a joiner changes how a word is written."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """A text as others will read it, and what was wrong with it as it was typed."""

    text: str
    faults: tuple[str, ...] = ()

    def remark(self, what: str) -> str | None:
        """A sentence for whoever typed it, if anything was changed."""
        if not self.faults:
            return None
        kept = f"it was cut to {self.text!r}" if self.text else "nothing is left of it"
        return f"expected {what} without {' and '.join(self.faults)}, got some: {kept}"


def tidied(typed: str, longest: int) -> Tidied:
    """A text of at most so many characters on one line; spaces around and between are no fault."""
    text = unicodedata.normalize("NFC", typed)
    readable = _readable(text)
    flat = _flattened(readable)
    line = " ".join(flat.split())
    short = _cut(line, longest)
    faults = (
        *(("characters that cannot be read",) if readable != text else ()),
        *((f"more than {MOST_MARKS} marks on a letter",) if flat != readable else ()),
        *((f"more than {longest} characters",) if short != line else ()),
    )
    return Tidied(short, faults)


def legible(word: str) -> str:
    """A word without fillers, invisible marks and towers of marks."""
    return "".join(_flattened(_readable(word)).split())


def _readable(text: str) -> str:
    """Without what has no glyph; line breaks and tabs are spaces."""
    kept = []
    for at, character in enumerate(text):
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if character in "\t\n\r" or character in BLANK:
            kept.append(" ")
        elif character in INVISIBLE or _variation(character):
            kept.append(character if character == EMOJI_STYLE and _pictures(before) else "")
        elif unicodedata.category(character) in UNREADABLE:
            kept.append(character if _joins(character, before, after) else " ")
        else:
            kept.append(character)
    return "".join(kept)


def _joins(character: str, before: str, after: str) -> bool:
    """Whether a joiner stands where a writer needs it: inside an emoji, or inside a word of a script that joins."""
    if character not in (ZERO_WIDTH_JOINER, NON_JOINER) or not before or not after:
        return False
    if character == ZERO_WIDTH_JOINER and _pictures(after):
        return _pictures(before) or before == EMOJI_STYLE
    return all(unicodedata.name(neighbor, "").startswith(JOINING) for neighbor in (before, after))


def _pictures(character: str) -> bool:
    """Whether it is an emoji, a skin tone, or what a keycap is put on."""
    return bool(character) and (unicodedata.category(character) in ("So", "Sk", "Sm") or character in "0123456789#*♀♂")


def _variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _flattened(text: str) -> str:
    """Marks need a letter below them, and no letter bears more than a few."""
    kept: list[str] = []
    marks, bearer = 0, False
    for character in text:
        if unicodedata.category(character) not in MARKS:
            marks, bearer = 0, not character.isspace()
        elif character != EMOJI_STYLE:
            marks += 1
        if unicodedata.category(character) not in MARKS or (bearer and marks <= MOST_MARKS):
            kept.append(character)
    return "".join(kept)


def _cut(text: str, longest: int) -> str:
    """The first characters; a letter keeps its marks and an emoji its parts, or goes with them."""
    end = longest
    while 0 < end < len(text) and _continues(text, end):
        end -= 1
    return text[:end].rstrip()


def _continues(text: str, at: int) -> bool:
    """Whether the character here belongs to the one before."""
    here, before = text[at], text[at - 1]
    joiners = (ZERO_WIDTH_JOINER, NON_JOINER)
    tone = "\U0001f3fb" <= here <= "\U0001f3ff"
    return unicodedata.category(here) in MARKS or here in joiners or before in joiners or tone
