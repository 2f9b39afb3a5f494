"""The next step's scene is named once the present step is shown, and never while the class predicts."""

from dataclasses import replace

import pytest

from server.protocol import ballot
from server.protocol import messages as p
from server.room.entry import digest
from server.room.plan import Lecture, LectureStep
from server.room.state import Room
from server.room.view import frames
from tests.server.rooms import SCENES, full, send

CHOICE = ballot.Problem(text="Which?", options=("a", "b"))
WORDS = ballot.Problem(text="How might it fail?", kind="text")


def lecture(*steps: tuple[str | None, ballot.Problem | None]) -> Room:
    made = tuple(LectureStep(f"step {n}", scene, b"{}", "", problem) for n, (scene, problem) in enumerate(steps))
    return replace(full(), lecture=Lecture("plan", "A plan", made))


def at(room: Room, step: int) -> Room:
    return send(room, {"t": "step", "to": step})


def turned(room: Room, to: str) -> Room:
    return send(room, {"t": "vote", "to": to})


def named(room: Room) -> str | None:
    (found,) = (s.out for s in frames(None, room, SCENES) if isinstance(s.out.frame, p.Prefetch))
    assert found.to == p.ALL
    frame = found.frame
    assert isinstance(frame, p.Prefetch)
    assert frame.digest == (p.Prefetch(scene=None).digest if frame.scene is None else digest("tally", SCENES["tally"]))
    return frame.scene


def test_the_lobby_names_nothing() -> None:
    assert named(lecture(("tally", None), ("tally", None))) is None
    assert named(full()) is None


def test_a_step_that_is_shown_names_the_scene_of_the_next() -> None:
    room = lecture((None, None), ("tally", None), (None, None), ("tally", None))
    assert [named(at(room, step)) for step in range(4)] == ["tally", None, "tally", None]


def test_a_step_whose_question_is_on_names_nothing_until_the_answers_are_revealed() -> None:
    room = at(lecture(("tally", CHOICE), ("tally", None)), 0)
    assert named(room) is None
    room = turned(room, "closed")
    assert named(room) is None
    assert named(turned(room, "open")) is None
    room = turned(room, "revealed")
    assert named(room) == "tally"
    assert named(turned(room, "away")) == "tally"


def test_a_question_in_words_has_no_answer_to_give_away_once_it_is_closed() -> None:
    room = at(lecture(("tally", WORDS), ("tally", None)), 0)
    assert named(room) is None
    assert named(turned(room, "closed")) == "tally"


def test_browsers_are_told_when_it_changes_and_not_at_every_command() -> None:
    room = at(lecture(("tally", None), ("tally", None)), 0)
    after = send(room, {"t": "show", "dark": True})
    assert not [s for s in frames(room, after, SCENES) if isinstance(s.out.frame, p.Prefetch)]
    later = at(after, 1)
    assert [s.out.frame for s in frames(after, later, SCENES) if isinstance(s.out.frame, p.Prefetch)] == [
        p.Prefetch(scene=None)
    ]


@pytest.mark.parametrize("scene", ["tally", None])
def test_opened_carries_the_digest_of_its_scene(scene: str | None) -> None:
    room = send(full(), {"t": "open", "scene": scene})
    frame = frames(None, room, SCENES)[0].out.frame
    assert isinstance(frame, p.Opened)
    assert (frame.digest == digest("tally", SCENES["tally"])) == (scene is not None)
