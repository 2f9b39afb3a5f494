"""A vote from question to reveal: one answer a seat, nothing shown too early, the truth as the scene computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from server.engine.playing import Live
from server.protocol import ballot
from server.protocol.faults import Refused
from server.protocol.messages import ALL, TEACHER, seat
from server.protocol.wire import pack
from server.room import rules
from server.room.checkpoint import checkpoint, restore
from server.room.plan import Lecture, LectureStep
from server.room.state import Room, Savepoint
from server.room.view import frames
from tests.server.rooms import LECTURE, SCENES, full, send

CHOICE = ballot.Problem(text="Is the total odd?", options=("odd", "even"), truth="parity")
PLAN = Lecture(
    "asked",
    "Three steps",
    (
        LectureStep("Count", "tally", b'{"limit": 9}', "", CHOICE),
        LectureStep("Discuss", None, b"{}", "", ballot.Problem(text="How might it fail?", kind="text")),
        LectureStep("Go on", "tally", b"{}", ""),
    ),
)
NUMBER: Mapping[str, object] = {
    "text": "How many?",
    "kind": "number",
    "y": {"title": "total", "low": 0, "high": 10},
    "truth": "total",
}
LINE: Mapping[str, object] = {
    "text": "Draw it.",
    "kind": "line",
    "x": {"title": "n", "low": 1, "high": 100, "scale": "log"},
    "y": {"title": "error", "low": 0, "high": 3},
    "truth": "growth",
}


def asked(step: int = 0) -> Room:
    return send(replace(full(), lecture=PLAN), {"t": "step", "to": step})


def number_of(room: Room) -> int:
    assert room.vote is not None
    return room.vote.number


def answer(room: Room, who: str, **given: object) -> Room:
    return send(room, {"t": "answer", "vote": number_of(room), "given": given}, role="student", who=who)


def turn(room: Room, to: str) -> Room:
    return send(room, {"t": "vote", "to": to})


def ask(room: Room, question: Mapping[str, object]) -> Room:
    return send(room, {"t": "ask", "question": question})


def opened() -> Room:
    return send(full(), {"t": "open", "scene": "tally"})


def shown(room: Room, tag: type, audience: str = ALL) -> object:
    found = [s.out.frame for s in frames(None, room, SCENES) if isinstance(s.out.frame, tag) and s.out.to == audience]
    assert len(found) == 1, (tag, audience)
    return found[0]


def test_a_step_asks_its_question_at_once_and_the_scene_rests() -> None:
    room = asked()
    assert shown(room, ballot.Asked) == ballot.Asked(
        vote=room.sequence,
        phase="open",
        question=ballot.Question(text="Is the total odd?", options=("odd", "even")),
        again=False,
    )
    commands: tuple[Mapping[str, object], ...] = (
        {"t": "position", "to": 1},
        {"t": "tune", "values": {"limit": 3}},
        {"t": "play", "on": True},
        {"t": "reset"},
        {"t": "deal"},
    )
    for command in commands:
        with pytest.raises(Refused, match="the scene rests until the vote is closed"):
            send(room, command)
    with pytest.raises(Refused, match="the scene rests"):
        send(room, {"t": "tally.add", "amount": 1}, role="student", who="s1")
    assert send(turn(room, "closed"), {"t": "position", "to": 1}).open != room.open


def test_the_job_waits_while_the_class_predicts() -> None:
    room = send(opened(), {"t": "tune", "values": {"working": True}})

    class Standing:
        """A timeline that has a job."""

        job = object()

    live = Live(Standing())  # type: ignore[arg-type]  # only its job and room are asked for
    Standing.room = room  # type: ignore[attr-defined]
    assert live.job_at() == 0.0
    Standing.room = ask(room, {"text": "?", "options": ["a", "b"]})  # type: ignore[attr-defined]
    assert live.job_at() is None
    Standing.room = turn(Standing.room, "closed")  # type: ignore[attr-defined]
    assert live.job_at() == 0.0


def test_one_answer_a_seat_and_the_newest_counts() -> None:
    room = asked()
    room = answer(answer(answer(room, "s1", choice=0), "s2", choice=1), "s1", choice=1)
    assert room.vote is not None
    assert {who: given.choice for who, given in room.vote.answers.items()} == {"s1": 1, "s2": 1}
    own = shown(room, ballot.Mine, seat("s1"))
    assert own == ballot.Mine(vote=room.vote.number, given=ballot.Given(choice=1))
    assert shown(room, ballot.Mine, seat("s0")) == ballot.Mine(vote=room.vote.number, given=None)


def test_counts_and_truth_are_hidden_until_they_are_revealed() -> None:
    room = answer(answer(asked(), "s1", choice=0), "s2", choice=1)
    for hidden in (room, turn(room, "closed"), turn(room, "away")):
        told = [s.out for s in frames(None, hidden, SCENES) if s.out.to != TEACHER]
        assert shown(hidden, ballot.Result).counts is None  # type: ignore[attr-defined]
        packed = b"".join(pack(out.frame).stamped(0) for out in told if not out.to.startswith("seat:"))
        assert b"parity" not in packed
        assert b'"counts":{' not in packed
    known = shown(turn(room, "closed"), ballot.Tally, TEACHER)
    assert isinstance(known, ballot.Tally)
    assert (known.counts.options, known.counts.truth, known.counts.right) == ((1, 1), "even", 1)
    result = shown(turn(turn(room, "closed"), "revealed"), ballot.Result)
    assert isinstance(result, ballot.Result)
    assert result.counts == ballot.Counts(options=(1, 1), before=(), right=1, truth="even", computed=True)


def test_the_truth_is_what_the_scene_computes() -> None:
    room = send(opened(), {"t": "position", "to": 3})
    for question, field, expected in ((CHOICE, "truth", "odd"), (NUMBER, "truth", 3.0)):
        asking: Mapping[str, object] = msgspec.to_builtins(question)
        result = shown(turn(turn(ask(room, asking), "closed"), "revealed"), ballot.Result)
        assert getattr(result.counts, field) == expected  # type: ignore[attr-defined]
    result = shown(turn(turn(ask(room, LINE), "closed"), "revealed"), ballot.Result)
    assert isinstance(result, ballot.Result)
    np.testing.assert_array_equal(result.curve, [[0, 0], [1, 3], [2, 6], [3, 9]])


def test_what_no_scene_computes_is_not_called_computed() -> None:
    room = turn(ask(opened(), {"text": "?", "options": ["a", "b"], "right": "b"}), "closed")
    counts = shown(turn(room, "revealed"), ballot.Result).counts  # type: ignore[attr-defined]
    assert (counts.truth, counts.computed) == ("b", False)
    room = turn(ask(opened(), {"text": "?", "options": ["a", "b"]}), "closed")
    counts = shown(turn(room, "revealed"), ballot.Result).counts  # type: ignore[attr-defined]
    assert (counts.truth, counts.right, counts.computed) == (None, None, False)


def test_numbers_and_lines_leave_sorted_and_without_names() -> None:
    room = ask(opened(), NUMBER)
    for who, number in (("s0", 7.5), ("s1", 2.0), ("s2", 0.1)):
        room = answer(room, who, number=number)
    room = turn(turn(room, "closed"), "revealed")
    result = shown(room, ballot.Result)
    assert isinstance(result, ballot.Result)
    np.testing.assert_array_equal(result.numbers, np.array([0.1, 2.0, 7.5], np.float32))
    assert result.counts is not None
    assert (result.counts.right, result.counts.truth) == (0, 0.0)
    room = ask(opened(), LINE)
    for who, height in (("s2", 3.0), ("s0", 1.0)):
        room = answer(room, who, line=[height] * ballot.SAMPLES)
    lines = shown(turn(turn(room, "closed"), "revealed"), ballot.Result).lines  # type: ignore[attr-defined]
    assert lines.shape == (2, 16)
    assert lines[:, 0].tolist() == [1.0, 3.0]


def test_a_number_near_the_truth_is_right() -> None:
    room = send(opened(), {"t": "position", "to": 4})
    room = ask(room, NUMBER)
    for who, number in (("s0", 4.19), ("s1", 3.81), ("s2", 4.21), ("s3", 4)):
        room = answer(room, who, number=number)
    counts = shown(turn(turn(room, "closed"), "revealed"), ballot.Result).counts  # type: ignore[attr-defined]
    assert counts.right == 3


@pytest.mark.parametrize(
    ("question", "given", "words"),
    [
        (NUMBER, {"number": 11}, "expected 0 to 10, got 11"),
        (NUMBER, {"choice": 1}, "expected an answer of the kind number, got choice"),
        (NUMBER, {}, "expected an answer of the kind number, got none"),
        (NUMBER, {"number": 1, "text": "one"}, "got number and text"),
        (LINE, {"line": [1.0] * 15}, "Expected `array` of length >= 16"),
        (LINE, {"line": [1.0] * 15 + [4]}, "expected 0 to 3, got 4"),
        ({"text": "?", "options": ["a", "b"]}, {"choice": 2}, "expected an option from 0 to 1, got 2"),
        ({"text": "?", "kind": "text"}, {"text": "\u202e"}, "expected some readable words, got none"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    question: dict[str, object], given: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused, match=words) as caught:
        answer(ask(opened(), question), "s1", **given)
    assert caught.value.code == "invalid"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"text": "?", "options": ["a"]}, "options: expected two to six options for the kind choice, got 1"),
        ({"text": "?", "options": ["a", "a"]}, "options: expected each one once"),
        ({"text": "?", "kind": "number"}, "y: expected an axis for the kind number"),
        ({**NUMBER, "options": ["a", "b"]}, "options: expected no options for the kind number"),
        ({**NUMBER, "truth": "parity"}, r"truth: expected one that the scene computes \(total \(number\)"),
        ({**NUMBER, "truth": "", "right": "many"}, "right: expected an option's words for a choice or a number"),
        ({**LINE, "x": {"title": "", "low": 2, "high": 1}}, "x: expected low < high, got 2 and 1"),
        (
            {**LINE, "x": {"title": "", "low": 0, "high": 1, "scale": "log"}},
            "x: expected low > 0 on a logarithmic axis, got 0",
        ),
        ({"text": "?", "options": ["a", "b"], "right": "c"}, "right: expected one of the options a, b, got 'c'"),
        ({"text": "?", "kind": "text", "right": "a"}, "right: expected"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        ask(opened(), question)


def test_answers_are_taken_while_it_is_open_and_to_the_question_that_is_on() -> None:
    room = asked()
    with pytest.raises(Refused, match="the answers are locked"):
        answer(turn(room, "closed"), "s1", choice=0)
    later = ask(room, {"text": "?", "options": ["a", "b"]})
    with pytest.raises(Refused, match="this question is over"):
        send(later, {"t": "answer", "vote": number_of(room), "given": {"choice": 0}}, role="student", who="s1")
    with pytest.raises(Refused, match="this seat has not joined"):
        answer(room, "nobody", choice=0)
    with pytest.raises(Refused, match="none was"):
        send(full(), {"t": "vote", "to": "closed"})


def test_it_is_closed_before_it_is_revealed_and_never_opened_after() -> None:
    room = asked()
    with pytest.raises(Refused, match="expected the vote to be closed before it is revealed"):
        turn(room, "revealed")
    again = turn(turn(room, "closed"), "open")
    assert again.rests
    seen = turn(turn(again, "closed"), "revealed")
    for to in ("open", "closed"):
        with pytest.raises(Refused, match="ask again for a second vote"):
            turn(seen, to)
    assert turn(turn(seen, "away"), "revealed").vote == seen.vote


def test_a_second_vote_keeps_the_first_ones_counts() -> None:
    room = turn(answer(answer(asked(), "s1", choice=0), "s2", choice=0), "closed")
    second = turn(answer(send(room, {"t": "ask"}), "s1", choice=1), "closed")
    assert second.vote is not None
    assert second.vote.again
    counts = shown(turn(second, "revealed"), ballot.Result).counts  # type: ignore[attr-defined]
    assert (counts.options, counts.before) == ((0, 1), (2, 0))


@pytest.mark.parametrize(
    ("right", "words"),
    [(0, "Few are right"), (1, "Few are right"), (2, "discuss with a neighbor"), (4, "Most are right")],
)
def test_the_panel_says_what_to_do_at_a_share_of_right_answers(right: int, words: str) -> None:
    room = asked()
    for number in range(4):
        room = answer(room, f"s{number}", choice=1 if number < right else 0)
    tally = shown(turn(room, "closed"), ballot.Tally, TEACHER)
    assert isinstance(tally, ballot.Tally)
    assert words in tally.advice


def test_free_text_reaches_the_stage_only_when_it_is_let() -> None:
    room = answer(answer(asked(1), "s1", text="  it is\u202e slow "), "s2", text="it flips")
    wall = shown(room, ballot.Wall, "stage")
    assert wall == ballot.Wall(vote=number_of(room), texts=())
    inbox = shown(room, ballot.Inbox, TEACHER)
    assert isinstance(inbox, ballot.Inbox)
    assert [(slip.seat, slip.text, slip.on) for slip in inbox.slips] == [
        ("s1", "it is slow", False),
        ("s2", "it flips", False),
    ]
    room = send(room, {"t": "release", "seat": "s2", "on": True})
    assert shown(room, ballot.Wall, "stage") == ballot.Wall(vote=number_of(room), texts=("it flips",))
    room = send(room, {"t": "release", "seat": "s2", "on": False})
    assert shown(room, ballot.Wall, "stage") == ballot.Wall(vote=number_of(room), texts=())
    with pytest.raises(Refused, match="expected a seat that answered in words"):
        send(room, {"t": "release", "seat": "s3", "on": True})


def test_going_on_puts_it_away_and_coming_back_does_not_ask_again() -> None:
    room = turn(turn(answer(asked(), "s1", choice=1), "closed"), "revealed")
    moved = send(room, {"t": "position", "to": 2})
    assert shown(moved, ballot.Asked).phase == "away"  # type: ignore[attr-defined]
    elsewhere = send(moved, {"t": "step", "to": 2})
    assert shown(elsewhere, ballot.Asked).phase == "none"  # type: ignore[attr-defined]
    back = send(elsewhere, {"t": "step", "to": 0})
    assert back.vote is not None
    assert (back.vote.phase, back.vote.number) == ("away", number_of(room))
    assert turn(back, "revealed").vote == room.vote
    beside = send(back, {"t": "open", "scene": "tally"})
    assert beside.vote is None
    assert send(beside, {"t": "step", "to": 0}).vote == back.vote


def test_a_checkpoint_holds_the_answers() -> None:
    room = send(turn(answer(asked(), "s1", choice=1), "closed"), {"t": "step", "to": 1})
    room = send(answer(room, "s2", text="it flips"), {"t": "step", "to": 2})
    restored = restore(checkpoint(Savepoint(room)), PLAN, SCENES).savepoint.room
    assert restored.votes == room.votes
    assert restored.vote == room.vote
    assert set(restored.votes) == {0, 1}


def test_a_seat_that_comes_later_learns_that_it_has_not_answered() -> None:
    before = asked()
    after = rules.attend(before, before.sequence + 1, "late", "", True, SCENES)
    told = [s.out for s in frames(before, after, SCENES) if isinstance(s.out.frame, ballot.Mine)]
    assert [(out.to, out.frame) for out in told] == [(seat("late"), ballot.Mine(vote=number_of(before), given=None))]


def test_a_lecture_without_questions_asks_nothing() -> None:
    room = send(replace(full(), lecture=LECTURE), {"t": "step", "to": 0})
    assert room.vote is None
    with pytest.raises(Refused, match="expected a question"):
        send(room, {"t": "ask"})


def test_a_turn_that_comes_late_reveals_no_other_question() -> None:
    first = ask(opened(), NUMBER)
    second = ask(first, NUMBER)
    assert number_of(first) != number_of(second)
    for to in ("closed", "revealed", "away"):
        with pytest.raises(Refused, match="this question is over, another was asked"):
            send(second, {"t": "vote", "to": to, "vote": number_of(first)})
    closed = send(second, {"t": "vote", "to": "closed", "vote": number_of(second)})
    assert closed.vote is not None
    assert closed.vote.phase == "closed"
