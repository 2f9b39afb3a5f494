"""One vote, from the question to what was answered: values and pure functions, no room and no scene.

    asked -> open -> closed -> revealed -> away        once revealed it can only be asked again, as a new vote

While it is open nothing of the answers leaves but their number, except to the control panel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import msgspec
import numpy as np

from server.protocol import ballot as b
from server.protocol.ballot import Answer, Counts, Given, Phase, Problem, Question, Truth, TruthKind
from server.protocol.faults import Refused
from server.protocol.messages import ALL, STAGE, TEACHER, Float32, Out
from server.protocol.messages import seat as to_seat
from server.protocol.text import tidied

OVER = "this question is over, another was asked"
FIELD: Mapping[b.Kind, str] = {"choice": "choice", "number": "number", "line": "line", "text": "text"}
CLOSE_ENOUGH = 0.05
"""A number is right within this share of the truth, or within a hundredth."""
FEW, MANY = 0.35, 0.7


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was asked, and the answers so far."""

    number: int
    """The log entry that asked it."""
    problem: Problem
    phase: Phase = "open"
    answers: dict[str, Given] = {}
    """By seat, in the order in which the seats first answered."""
    released: tuple[str, ...] = ()
    """Seats whose free text may stand on the stage."""
    truth: Truth | None = None
    computed: bool = False
    """Whether the truth came from the scene."""
    seen: bool = False
    """Whether it was revealed once."""
    before: tuple[int, ...] = ()
    again: bool = False


def checked(problem: Problem, truths: Mapping[str, TruthKind]) -> Problem:
    """The problem, if it can be asked; raises Refused with the field, what was expected and what came."""
    for fault in _faults(problem, truths):
        raise Refused("invalid", fault)
    return problem


def _faults(problem: Problem, truths: Mapping[str, TruthKind]) -> Iterator[str]:
    options, kind = problem.options, problem.kind
    if (len(options) >= 2) != (kind == "choice") or len(options) == 1:
        wanted = "two to six options" if kind == "choice" else "no options"
        yield f"options: expected {wanted} for the kind {kind}, got {len(options)}"
    if len(set(options)) < len(options):
        yield "options: expected each one once, got one twice"
    for name, axis, wanted_by in (("x", problem.x, ("line",)), ("y", problem.y, ("line", "number"))):
        if (axis is not None) != (kind in wanted_by):
            yield f"{name}: expected {'an axis' if kind in wanted_by else 'no axis'} for the kind {kind}"
        if axis is not None and not axis.low < axis.high:
            yield f"{name}: expected low < high, got {axis.low:g} and {axis.high:g}"
        if axis is not None and axis.scale == "log" and axis.low <= 0:
            yield f"{name}: expected low > 0 on a logarithmic axis, got {axis.low:g}"
    if problem.truth and truths.get(problem.truth) != kind:
        known = ", ".join(f"{name} ({of})" for name, of in truths.items()) or "none"
        yield f"truth: expected one that the scene computes ({known}) and that answers a {kind}, got {problem.truth!r}"
    if kind == "choice" and isinstance(problem.right, str) and problem.right not in options:
        yield f"right: expected one of the options {', '.join(options)}, got {problem.right!r}"
    if isinstance(problem.right, str) != (kind == "choice") and problem.right is not None:
        yield f"right: expected an option's words for a choice or a number for a number, got {problem.right!r}"
    if problem.right is not None and (kind not in ("choice", "number") or problem.truth):
        yield "right: expected it for a choice or a number that no scene computes"


def begun(number: int, problem: Problem, last: Vote | None = None) -> Vote:
    """A vote on a problem; on the same one as the last vote's it is the second, and its counts stay for comparison."""
    again = last is not None and last.problem == problem
    before = counted(last).options if last is not None and again else ()
    return Vote(number=number, problem=problem, before=before, again=again)


def answered(vote: Vote, seat: str, answer: Answer) -> Vote:
    """The vote with a seat's answer, which replaces an earlier one."""
    if answer.vote != vote.number:
        raise Refused("refused", OVER)
    if vote.phase != "open":
        raise Refused("refused", "the answers are locked")
    given = _fitting(vote.problem, answer.given)
    return msgspec.structs.replace(vote, answers={**vote.answers, seat: given})


def _fitting(question: Question, given: Given) -> Given:
    """The answer, if it is one to this question."""
    filled = [name for name in FIELD.values() if getattr(given, name) is not None]
    if filled != [FIELD[question.kind]]:
        raise Refused(
            "invalid", f"expected an answer of the kind {question.kind}, got {' and '.join(filled) or 'none'}"
        )
    if given.choice is not None and given.choice >= len(question.options):
        raise Refused("invalid", f"expected an option from 0 to {len(question.options) - 1}, got {given.choice}")
    heights = given.line if given.line is not None else () if given.number is None else (given.number,)
    if question.y is not None and not all(question.y.low <= at <= question.y.high for at in heights):
        raise Refused("invalid", f"expected {question.y.low:g} to {question.y.high:g}, got {_farthest(heights):g}")
    if given.text is not None:
        tidy = tidied(given.text, b.LONGEST_TEXT).text
        if not tidy:
            raise Refused("invalid", "expected some readable words, got none")
        return Given(text=tidy)
    return given


def _farthest(heights: tuple[float, ...]) -> float:
    return max(heights, key=abs)


def turned(vote: Vote, to: Literal["open", "closed", "revealed", "away"], truth: Callable[[], Truth | None]) -> Vote:
    """The vote in another phase; `truth` computes what is right, once the answers are locked."""
    if to == vote.phase:
        return vote
    if to in ("open", "closed") and vote.seen:
        raise Refused("refused", "what is right was shown already; ask again for a second vote")
    if to == "revealed" and vote.phase == "open":
        raise Refused("refused", "expected the vote to be closed before it is revealed")
    if to == "open":
        return msgspec.structs.replace(vote, phase=to, truth=None, computed=False)
    if vote.truth is None and to != "away":
        found = truth()
        vote = msgspec.structs.replace(vote, truth=_right(vote.problem, found), computed=found is not None)
    return msgspec.structs.replace(vote, phase=to, seen=vote.seen or to == "revealed")


def _right(problem: Problem, truth: Truth | None) -> Truth | None:
    """What was computed, else what was written down."""
    if truth is None:
        return problem.right
    if problem.kind == "choice" and truth not in problem.options:
        raise Refused(
            "failed", f"expected one of the options {', '.join(problem.options)}, the scene computed {truth!r}"
        )
    return truth


def released(vote: Vote, seat: str, on: bool) -> Vote:
    """The vote with one free text on the stage, or off it."""
    given = vote.answers.get(seat)
    if given is None or given.text is None:
        raise Refused("invalid", "expected a seat that answered in words")
    others = tuple(other for other in vote.released if other != seat)
    return msgspec.structs.replace(vote, released=(*others, seat) if on else others)


# --- what is counted --------------------------------------------------------------------------


def counted(vote: Vote) -> Counts:
    """The answers without names, and what is right as soon as the answers are locked."""
    chosen = [given.choice for given in vote.answers.values()]
    options = tuple(chosen.count(option) for option in range(len(vote.problem.options)))
    truth = vote.truth if isinstance(vote.truth, str | float | int) else None
    return Counts(
        options=options, before=vote.before, right=_right_answers(vote, truth), truth=truth, computed=vote.computed
    )


def _right_answers(vote: Vote, truth: str | float | None) -> int | None:
    if isinstance(truth, str):
        return [given.choice for given in vote.answers.values()].count(vote.problem.options.index(truth))
    if truth is None:
        return None
    near = max(0.01, CLOSE_ENOUGH * abs(truth))
    return sum(given.number is not None and abs(given.number - truth) <= near for given in vote.answers.values())


def advice(vote: Vote) -> str:
    """What many teachers do at this share of right answers (peer instruction)."""
    right = counted(vote).right
    if right is None or not vote.answers:
        return ""
    share = right / len(vote.answers)
    if share < FEW:
        return "Few are right: explain it once more, then ask again."
    return (
        "Let them discuss with a neighbor, then ask again." if share <= MANY else "Most are right: a word, and go on."
    )


# --- what is shown ----------------------------------------------------------------------------


def shown(old: Vote | None, new: Vote | None, *, afresh: bool) -> Iterator[Out]:
    """The frames of a vote whose slots differ; all of them when the room is shown afresh."""
    if new is old and not afresh:
        return
    public = old is not None and new is not None and not afresh and _public(old) == _public(new)
    if not public:
        yield Out(_asked(new), ALL)
        yield Out(_result(new), ALL)
        yield Out(_wall(new), STAGE)
    yield Out(_tally(new), TEACHER)
    if afresh or _texts(old) or _texts(new):
        yield Out(_inbox(new), TEACHER)


def turnout(vote: Vote | None, present: int) -> b.Turnout:
    """How many have answered of how many who are here."""
    if vote is None:
        return b.Turnout(vote=0, answered=0, present=present)
    return b.Turnout(vote=vote.number, answered=len(vote.answers), present=present)


def mine(vote: Vote | None, seat: str) -> Out:
    """What a seat is told of its own answer."""
    frame = b.Mine(vote=0, given=None) if vote is None else b.Mine(vote=vote.number, given=vote.answers.get(seat))
    return Out(frame, to_seat(seat))


def _public(vote: Vote) -> tuple[object, ...]:
    """What of a vote everybody may know, as long as it is not revealed."""
    return vote.number, vote.phase, vote.released, vote.phase == "revealed" and vote.answers


def _texts(vote: Vote | None) -> bool:
    return vote is not None and vote.problem.kind == "text"


def _asked(vote: Vote | None) -> b.Asked:
    if vote is None:
        return b.Asked(vote=0, phase="none", question=None, again=False)
    problem = vote.problem
    question = Question(text=problem.text, kind=problem.kind, options=problem.options, x=problem.x, y=problem.y)
    return b.Asked(vote=vote.number, phase=vote.phase, question=question, again=vote.again)


def _result(vote: Vote | None) -> b.Result:
    if vote is None or vote.phase != "revealed":
        number = 0 if vote is None else vote.number
        return b.Result(vote=number, counts=None, numbers=_numbers(None), lines=_lines(None), curve=_curve(None))
    return b.Result(
        vote=vote.number,
        counts=counted(vote),
        numbers=_numbers(vote),
        lines=_lines(vote),
        curve=_curve(vote.truth),
    )


def _tally(vote: Vote | None) -> b.Tally:
    if vote is None:
        counts = Counts(options=(), before=(), right=None, truth=None, computed=False)
        return b.Tally(vote=0, counts=counts, numbers=_numbers(None), lines=_lines(None), advice="")
    return b.Tally(
        vote=vote.number, counts=counted(vote), numbers=_numbers(vote), lines=_lines(vote), advice=advice(vote)
    )


def _numbers(vote: Vote | None) -> Float32:
    given = () if vote is None else (each.number for each in vote.answers.values())
    return np.sort(np.array([number for number in given if number is not None], np.float32))


def _lines(vote: Vote | None) -> Float32:
    """Sorted, so that their order tells nothing of who drew them."""
    given = () if vote is None else (each.line for each in vote.answers.values())
    drawn = sorted(line for line in given if line is not None)
    return np.array(drawn, np.float32).reshape(len(drawn), b.SAMPLES)


def _curve(truth: Truth | None) -> Float32:
    points = truth if isinstance(truth, tuple) else ()
    finite = [point for point in points if all(math.isfinite(at) for at in point)]
    return np.array(finite, np.float32).reshape(len(finite), 2)


def _wall(vote: Vote | None) -> b.Wall:
    if vote is None:
        return b.Wall(vote=0, texts=())
    texts = (vote.answers[seat].text for seat in vote.released if seat in vote.answers)
    return b.Wall(vote=vote.number, texts=tuple(text for text in texts if text is not None))


def _inbox(vote: Vote | None) -> b.Inbox:
    if vote is None or not _texts(vote):
        return b.Inbox(vote=0, slips=())
    slips = tuple(
        b.Slip(seat=seat, text=given.text, on=seat in vote.released)
        for seat, given in vote.answers.items()
        if given.text is not None
    )
    return b.Inbox(vote=vote.number, slips=slips)
