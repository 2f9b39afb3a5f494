"""Algorithm 4, basic graph message passing, update by update; the class may be the graph and work it out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch
from typing import ClassVar

from server.protocol.faults import Refused
from server.protocol.messages import Action
from server.room.kept import Done, kept
from server.room.scene import Context, Formula, Job, JobSteps, Params, Scene, Truth, TruthKind, Wait
from server.scenes.rounds import state as s
from server.scenes.rounds.formulas import FORMULAS
from server.scenes.rounds.messages import (
    ACTIONS,
    TRIES,
    RoundsAnswer,
    RoundsClose,
    RoundsSelect,
    RoundsShuffle,
    RoundsTick,
    RoundsVerdict,
)
from server.scenes.rounds.params import RoundsParams
from server.scenes.rounds.shown import SLOTS
from server.scenes.rounds.state import State

TOLERANCE = 0.01
"""A hand-computed number this near is right."""


class Rounds(Scene[RoundsParams, State]):
    """Every node hears its neighbors, R times; PageDown walks through the terms of each update."""

    title = "Rounds of message passing"
    summary = "Every node hears its neighbors and updates itself: step through the terms, or be a node yourself."
    params = RoundsParams
    actions: ClassVar[tuple[type[Action], ...]] = ACTIONS
    slots = SLOTS
    formulas: ClassVar[Mapping[str, Formula]] = FORMULAS
    truths: ClassVar[Mapping[str, TruthKind]] = {"reach": "number"}
    pace = 1.6

    def truth(self, state: State, name: str) -> Truth:
        """How many nodes, node 0 among them, can know of node 0 after the last update."""
        return float(s.reach(state)) if name == "reach" else super().truth(state, name)

    def initial(self, params: RoundsParams, context: Context) -> State:
        """The input, before the first update."""
        return s.opened(params, context)

    def adjust(self, state: State, params: RoundsParams, context: Context) -> State:
        """The barrier can change under way; everything else makes a new trace."""
        return s.adjusted(state, params, context)

    def positions(self, state: State) -> tuple[int, int]:
        """The input, then four phases an update; while the class computes, one step into what is not revealed."""
        return state.position, 4 * state.revealed + (2 if state.open else 1)

    def label(self, state: State) -> str:
        """The update and its phase in words."""
        if state.position == 0:
            return "the input h⁽⁰⁾"
        return f"update {state.round} of {state.params.rounds}: {state.phase}"

    def move(self, state: State, to: int, context: Context) -> State:
        """Another phase of the same trace; a step past what is revealed closes the barrier."""
        if state.open and to > 4 * state.revealed:
            state = s.revealed(state)
        return replace(state, position=to)

    def apply(self, state: State, action: Action, context: Context) -> State:
        """The state after an answer, a selection, a shuffle, or a second of the timer."""
        return _apply(action, state, context)

    def job(self, state: State) -> Job | None:
        """The timer of the barrier."""
        if state.remaining is None or not state.open:
            return None
        return Job(("rounds.timer", state.version), lambda body: _seconds())

    def wants_class(self, params: Params) -> bool:
        """Whether the students are the nodes."""
        return isinstance(params, RoundsParams) and params.graph == "seats"

    def attend(self, state: State, context: Context) -> State:
        """Names and presence as they are now; who left holds nobody up."""
        if context.seats == state.seats:
            return state
        return s.closed_if_due(replace(state, seats=context.seats))


def _seconds() -> JobSteps:
    """The same second over and over: what has passed is in the state."""
    while True:
        yield Wait(1.0)
        yield RoundsTick()
        yield kept(Done())


@singledispatch
def _apply(action: Action, state: State, context: Context) -> State:
    raise Refused("unknown_command", f"this scene takes no {type(action).__name__}")


@_apply.register
def _(action: RoundsAnswer, state: State, context: Context) -> State:
    """A student's answer: judged, and the barrier looked at."""
    node = context.node()
    if not state.params.computing:
        raise Refused("refused", "expected an answer while the class computes, but it only watches now")
    if node is None:
        raise Refused("refused", "expected an answer from a node of the graph, but this seat was dealt none")
    if not state.open:
        raise Refused("refused", f"all {state.params.rounds} updates are closed, there is nothing left to compute")
    present = state.revealed + 1
    if action.round != present:
        raise Refused("refused", f"expected an answer for update {present}, got one for update {action.round}")
    said = state.verdict(context.author)
    if said.done:
        raise Refused("refused", f"node {node} is done with update {present}; wait for the others")
    width = state.example.width
    if len(action.values) != width:
        numbers = "1 number" if width == 1 else f"{width} numbers"
        raise Refused("invalid", f"expected {numbers}, one for each feature, got {len(action.values)}")
    judged = _judged(state, node, action, said.tries + 1)
    return s.closed_if_due(replace(state, verdicts={**state.verdicts, context.author: judged}))


def _judged(state: State, node: int, action: RoundsAnswer, tries: int) -> RoundsVerdict:
    right = state.example.right(action.round, node, action.values, TOLERANCE)
    spent = tries >= TRIES and not all(right)
    return RoundsVerdict(
        round=action.round,
        node=node,
        given=action.values,
        right=right,
        tries=tries,
        done=all(right) or spent,
        solution=state.example.worked(action.round, node) if spent else None,
    )


@_apply.register
def _(action: RoundsSelect, state: State, context: Context) -> State:
    """Another node's arithmetic, or none."""
    if action.node is not None and action.node >= state.example.nodes:
        raise Refused("invalid", f"expected a node from 0 to {state.example.nodes - 1}, got {action.node}")
    return state if action.node == state.selected else replace(state, selected=action.node)


@_apply.register
def _(action: RoundsShuffle, state: State, context: Context) -> State:
    """New ids at random, or the old ones back."""
    if action.back:
        return s.unshuffled(state)
    if state.params.computing:
        raise Refused("refused", "the ids stay while the class computes: every student knows the own one")
    return s.shuffled(state, context.seed)


@_apply.register
def _(action: RoundsClose, state: State, context: Context) -> State:
    """The barrier closes whoever is missing."""
    if not state.open:
        raise Refused("refused", "expected an update that the class computes, but none is open")
    return s.revealed(state)


@_apply.register
def _(action: RoundsTick, state: State, context: Context) -> State:
    """A second less."""
    return s.ticked(state)


SCENE = Rounds()
