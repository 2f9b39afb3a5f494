"""A room and its question: asked, answered, revealed with what the open scene computes, kept with its step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import msgspec

from server.protocol.ballot import Answer, Problem, Truth, TruthKind, Turn
from server.protocol.faults import Refused
from server.room import vote
from server.room.state import Room, Scenes
from server.room.vote import Vote


def asked(room: Room, sequence: int, problem: Problem | None, scenes: Scenes) -> Room:
    """The room with an open vote on a problem; without one, on the present problem again."""
    if problem is None and room.vote is not None:
        problem = room.vote.problem
    if problem is None:
        raise Refused("refused", "expected a question, for nothing was asked here that could be asked again")
    truths: Mapping[str, TruthKind] = scenes[room.open.name].truths if room.open else {}
    begun = vote.begun(sequence, vote.checked(problem, truths), room.vote)
    return replace(room, vote=begun, playing=False)


def turned(room: Room, turn: Turn, scenes: Scenes) -> Room:
    """The room with its vote in another phase."""
    present = _present(room)
    if turn.vote is not None and turn.vote != present.number:
        raise Refused("refused", vote.OVER)
    after = vote.turned(present, turn.to, partial(_truth, room, scenes))
    return replace(room, vote=after, playing=room.playing and after.phase == "away")


def answered(room: Room, seat: str, answer: Answer) -> Room:
    """The room with a seat's answer."""
    if seat not in room.members:
        raise Refused("refused", "this seat has not joined the room")
    return replace(room, vote=vote.answered(_present(room), seat, answer))


def released(room: Room, seat: str, on: bool) -> Room:
    """The room with one free text on the stage, or off it."""
    return replace(room, vote=vote.released(_present(room), seat, on))


def put_away(room: Room) -> Room:
    """The room that goes on in its scene: what was asked makes way."""
    if room.vote is None or room.vote.phase in ("none", "away"):
        return room
    return replace(room, vote=msgspec.structs.replace(room.vote, phase="away"))


def at_step(room: Room, step: int | None, sequence: int) -> Room:
    """The room at a step of its plan, whose question is asked unless it was before; the last one's answers are kept.

    Without a step, a scene is opened beside the plan: the question that was on is put away and kept.
    """
    left = put_away(room)
    votes = dict(left.votes)
    if left.vote is not None and left.step is not None:
        votes[left.step] = left.vote
    if step is None:
        return replace(left, vote=None, votes=votes)
    steps = room.lecture.steps if room.lecture else ()
    problem = steps[step].question if step < len(steps) else None
    begun = None if problem is None else vote.begun(sequence, problem)
    return replace(left, step=step, vote=votes.get(step, begun), votes=votes)


def _present(room: Room) -> Vote:
    if room.vote is None:
        raise Refused("refused", "expected a question that was asked, but none was")
    return room.vote


def _truth(room: Room, scenes: Scenes) -> Truth | None:
    """What the open scene computes as the answer; None where the question is not about it."""
    name = room.vote.problem.truth if room.vote else ""
    if not name or room.open is None or name not in scenes[room.open.name].truths:
        return None
    return scenes[room.open.name].truth(room.open.state, name)
