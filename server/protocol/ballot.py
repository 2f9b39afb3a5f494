"""Questions to the class: what is asked, what is answered, and the messages that carry both.

An instructor asks, every phone answers once (and may change its mind until the vote is closed), the counts stay hidden
until they are revealed together with what is right. Names never leave; what happens is in `server/room/vote.py`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from server.protocol.messages import LARGEST_ID, STUDENT, Command, Float32, Frame, Role, tensor

SAMPLES = 16
"""Heights of a line that somebody drew, evenly along the x axis."""
LONGEST_TEXT = 200
Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
Option = Annotated[str, Meta(min_length=1, max_length=60)]
Kind = Literal["choice", "number", "line", "text"]
Truth = str | float | tuple[tuple[float, float], ...]
"""What is right: one of a choice's options in its own words, a number, or the points (x, y) of a curve."""
TruthKind = Literal["choice", "number", "line"]
Phase = Literal["none", "open", "closed", "revealed", "away"]
"""Nothing was asked; answers are taken; they are locked; counts and truth are shown; put away again."""


class Axis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One axis of what is asked: a title with its unit, and the range that an answer may lie in."""

    title: Annotated[str, Meta(max_length=60)]
    low: Number
    high: Number
    scale: Literal["linear", "log"] = "linear"


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What everybody reads: the question and how it is answered."""

    text: Annotated[str, Meta(min_length=1, max_length=240)]
    kind: Kind = "choice"
    options: Annotated[tuple[Option, ...], Meta(max_length=6)] = ()
    """Of a choice: two to six."""
    x: Axis | None = None
    """Of a line."""
    y: Axis | None = None
    """Of a number or a line."""


class Problem(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question with its answer: computed by the open scene under the name `truth`, or written down as `right`."""

    truth: Annotated[str, Meta(max_length=60)] = ""
    right: Annotated[str, Meta(max_length=60)] | Number | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer; the one field that belongs to the question's kind."""

    choice: Annotated[int, Meta(ge=0, le=5)] | None = None
    number: Number | None = None
    line: Annotated[tuple[Number, ...], Meta(min_length=SAMPLES, max_length=SAMPLES)] | None = None
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)] | None = None


# --- commands ---------------------------------------------------------------------------------


class Ask(Command, frozen=True, kw_only=True, tag="ask"):
    """Open a vote: on this question, or else (again) on the one that the lecture plan has for the present step."""

    question: Problem | None = None


class Turn(Command, frozen=True, kw_only=True, tag="vote"):
    """Take the vote to this phase: open it again, close it, reveal what was answered, put it away."""

    to: Literal["open", "closed", "revealed", "away"]
    vote: Annotated[int, Meta(ge=0, le=LARGEST_ID)] | None = None
    """Its number, so that a command that comes late never reveals another question; without it the present one."""


class Answer(Command, frozen=True, kw_only=True, tag="answer"):
    """A student's answer to the vote of this number; the newest counts, until the vote is closed."""

    who: ClassVar[frozenset[Role]] = STUDENT
    vote: Annotated[int, Meta(ge=1, le=LARGEST_ID)]
    given: Given


class Release(Command, frozen=True, kw_only=True, tag="release"):
    """Let one seat's free text onto the stage, or take it off again."""

    seat: Annotated[str, Meta(max_length=64)]
    on: bool


COMMANDS: tuple[type[Command], ...] = (Ask, Turn, Answer, Release)

# --- frames -----------------------------------------------------------------------------------


class Asked(Frame, frozen=True, kw_only=True, tag="question"):
    """The vote that is on: which question, and whether it is open."""

    vote: int
    phase: Phase
    question: Question | None
    again: bool
    """Whether it was asked before: a second vote after a discussion."""


class Turnout(Frame, frozen=True, kw_only=True, tag="turnout"):
    """How many have answered; for stage and control panel."""

    vote: int
    answered: int
    present: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Answers without names, and what is right."""

    options: tuple[int, ...]
    """Of a choice: how many chose each option."""
    before: tuple[int, ...]
    """The same at the vote before, when it is asked again."""
    right: int | None
    """Answers that are right; None where nothing can be said."""
    truth: str | float | None
    computed: bool
    """Whether the open scene computed it; else the question says so."""


class Result(Frame, frozen=True, kw_only=True, tag="result"):
    """What the class answered, for everybody, once it is revealed; nothing before."""

    vote: int
    counts: Counts | None
    numbers: Annotated[Float32, tensor("f4", "m")]
    lines: Annotated[Float32, tensor("f4", "m", "16")]
    curve: Annotated[Float32, tensor("f4", "k", "2")]
    """The points (x, y) of a line that is right."""


class Tally(Frame, frozen=True, kw_only=True, tag="tally"):
    """The same for the control panel at any time, and what to do with it."""

    vote: int
    counts: Counts
    numbers: Annotated[Float32, tensor("f4", "m")]
    lines: Annotated[Float32, tensor("f4", "m", "16")]
    advice: str
    """What many teachers do at such a share of right answers; empty where nothing is known."""


class Mine(Frame, frozen=True, kw_only=True, tag="mine"):
    """The answer that counts for this seat."""

    vote: int
    given: Given | None


class Wall(Frame, frozen=True, kw_only=True, tag="wall"):
    """Free texts that the instructor let onto the stage, in the order they came."""

    vote: int
    texts: tuple[str, ...]


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """One free text, for the instructor's eyes."""

    seat: str
    text: str
    on: bool


class Inbox(Frame, frozen=True, kw_only=True, tag="inbox"):
    """Every free text of the vote."""

    vote: int
    slips: tuple[Slip, ...]


FRAMES: tuple[type[Frame], ...] = (Asked, Turnout, Result, Tally, Mine, Wall, Inbox)
